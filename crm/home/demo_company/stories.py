"""What happened lately at the planted customers, told through the same verbs that the pages use."""

from datetime import date, datetime, timedelta

from django.db.models import F

from complaints.complaint_handling import agree_remedy, answer, attempt_contact, grant_goodwill, take_complaint
from complaints.goodwill_limit import find_goodwill_limit
from complaints.guardian_assignment import assign_guardian
from crm.core.models import User
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.complaint_stories import STORIES, ComplaintStory
from customers.models import Customer
from interactions.interaction_logging import log_interaction
from interactions.models import Alert, Interaction, Promise, StepRun, Task
from interactions.process_running import complete_step, start_process, stop_process


def settle_evening(evening: date, *, at: datetime) -> None:
    """What an earlier evening asked for was done by ``at`` where the customer came back; the rest was never noticed.

    So nobody's day begins with work that is months late, and who is silent today is noticed today.
    """
    came_back = Alert.objects.open().filter(customer__orders__day__gt=evening).values("pk")
    Task.objects.open().filter(alert__in=came_back).update(state=Task.State.DONE, closed_at=at, closed_by=F("assignee"))
    Alert.objects.filter(pk__in=came_back).update(state=Alert.State.ANSWERED, closed_at=at)
    Task.objects.open().filter(kind__in=[Task.Kind.ALERT, Task.Kind.FOLLOW_UP]).delete()
    Alert.objects.filter(state__in=[Alert.State.OPEN, Alert.State.HELD_OUT]).delete()


def tell_stories(*, at: datetime) -> None:
    """The planted cases' contacts, promises and complaints, through the same verbs that the pages use."""
    case = {customer.number: customer for customer in Customer.objects.filter(number__in=[c.number for c in CASES])}
    ana = User.objects.get(email="rep@rapport.example")
    log_interaction(
        case["K-10001"],
        channel="call",
        by=ana,
        at=at - timedelta(days=1, hours=2),
        person=case["K-10001"].people.first(),
        note="He sees us on Thursday at 14:00 and wants the cause in writing, not on the phone.",
        minutes=6,
    )
    for number, side, text, due in (
        ("K-10001", "ours", "Price hold to the end of the year, in writing", -4),
        ("K-10001", "theirs", "Invoices split by plant", -12),
        ("K-10009", "ours", "Send the certificates for valve series V40", -1),
    ):
        Promise.objects.create(
            customer=case[number], side=side, text=text, due_on=at.date() + timedelta(days=due), owner=ana
        )
    visit = {"channel": Interaction.Channel.VISIT, "outcome": Interaction.Outcome.TALKED, "minutes": 120}
    Interaction.objects.bulk_create(  # long ago: tonight counts them, and each for itself would count all again
        Interaction(
            customer=case["K-10005"],
            logged_by=ana,
            happened_at=at - timedelta(days=20 + 38 * nth),
            note="On site, small order, long talk.",
            **visit,
        )
        for nth in range(9)
    )
    log_interaction(
        case["K-10008"],
        channel="call",
        by=ana,
        at=at - timedelta(days=34),
        note="She asked about stock in Chennai.",
        minutes=9,
    )
    open_complaints(by=ana, at=at)


def open_complaints(*, by: User, at: datetime) -> None:
    """A queue in which value, severity and age differ; their guardians have answered all but the newest."""
    numbers = ["K-10001", "K-10012", "K-10006", *(f"K-{10013 + 31 * n}" for n in range(8))]
    found = Customer.objects.in_bulk(numbers, field_name="number")
    stories = [STORIES[nth] for nth in (0, 5, 1, 4, 6, 7, 2, 9, 10, 3, 8)]
    days = [13, 15, 2, 5, 9, 22, 1, 12, 18, 26, 0]
    for nth, (number, story, since) in enumerate(zip(numbers, stories, days, strict=True)):
        if number in found:
            customer, moment = found[number], at - timedelta(days=since, hours=1)
            open_complaint(customer, story, by=by, taken_at=moment, at=at, severity=(3, 1, 2)[nth % 3])


def open_complaint(
    customer: Customer, story: ComplaintStory, *, by: User, taken_at: datetime, at: datetime, severity: int
) -> None:
    """Take it, and let its guardian have done what he would have done by ``at``."""
    complaint = take_complaint(
        customer,
        title=story.title,
        words=story.words,
        wants=story.wants,
        cost_to_customer=story.costs_them,
        person=customer.people.order_by("pk").first(),
        severity=severity,
        by=by,
        at=taken_at,
    )
    waited = at - taken_at
    if waited > timedelta(hours=2):
        complaint = assign_guardian(complaint, at=taken_at + timedelta(minutes=20))
    guardian = complaint.guardian
    if guardian and waited > timedelta(hours=20):
        answer(complaint, text=story.answer, by=guardian, at=taken_at + timedelta(minutes=27), minutes=22)
    if guardian and waited > timedelta(days=4):
        agreed = taken_at + timedelta(days=2, hours=3)
        agree_remedy(complaint, remedy=story.remedy, by=guardian, at=agreed)
        if 0 < story.goodwill_cents <= find_goodwill_limit(complaint, on=agreed.date()).limit_cents:
            grant_goodwill(complaint, what=story.goodwill, amount_cents=story.goodwill_cents, by=guardian, at=agreed)
    if guardian and waited > timedelta(days=10):
        asked = at - timedelta(days=1)
        attempt_contact(complaint, by=guardian, at=asked, note="On holiday until Monday, her colleague could not say.")


def start_proposals(*, at: datetime) -> None:
    """Proposals under way for some customers, for a pipeline with something in it."""
    ana = User.objects.get(email="rep@rapport.example")
    proposals = [("K-10010", "Proposal P-3391: hydraulic power pack", 18_240_00)]
    hers = Customer.objects.filter(owner=ana, number__gt="K-10020").order_by("-score__sales_12m_cents")[:9]
    proposals += [
        (customer.number, f"Proposal P-{3370 + n}", (2_900 + 810 * n) * 100) for n, customer in enumerate(hers)
    ]
    proposals += [(f"K-{10013 + 37 * n}", f"Proposal P-{3400 + n}", (2_400 + 1_460 * n) * 100) for n in range(12)]
    found = Customer.objects.in_bulk([number for number, _s, _a in proposals], field_name="number")
    for nth, (number, subject, amount) in enumerate(proposals):
        if customer := found.get(number):
            by = customer.owner or ana
            run = start_process(
                customer,
                flow="propose",
                key=subject.split(":")[0],
                subject=subject,
                amount_cents=amount,
                expected_on=at.date() + timedelta(days=10 + nth * 3),
                by=by,
                at=at - timedelta(days=1 + nth % 4, hours=3),
            )
            for _done in range(nth % 4):
                if step := run.steps.filter(state=StepRun.State.OPEN).first():
                    complete_step(step, by=by, at=at - timedelta(hours=5 + nth))


# What became of proposals of the year: the cause of those lost (empty: won), and what the seller wrote.
OUTCOMES = [
    ("", ""),
    ("price", "Twelve percent above the offer they took; freight made the difference."),
    ("", ""),
    ("rival", "Their parent company buys from one supplier for all plants now."),
    ("time", "We answered after nine days; the machine stood still meanwhile."),
    ("", ""),
    ("fit", "They needed it in stainless steel, which we do not make in that size."),
    ("price", "Compared three lists, took the cheapest."),
    ("", ""),
    ("budget", "Put off until the new budget year; ask again in January."),
    ("silence", "Five tries since the proposal, nobody calls back."),
]


def end_proposals(*, at: datetime) -> None:
    """Proposals of the last months that were won or lost, with what decided it."""
    ana = User.objects.get(email="rep@rapport.example")
    hers = Customer.objects.filter(owner=ana, number__gt="K-10020").order_by("-score__sales_12m_cents", "pk")[9:]
    for nth, (customer, (cause, words)) in enumerate(zip(hers[: len(OUTCOMES)], OUTCOMES, strict=False)):
        begun = at - timedelta(days=20 + nth * 13)
        subject = f"Proposal P-{3300 + nth}"
        run = start_process(
            customer, flow="propose", key=subject, subject=subject, amount_cents=(1_700 + 940 * nth) * 100,
            expected_on=begun.date() + timedelta(days=28), by=ana, at=begun,
        )  # fmt: skip
        done = 0
        while step := run.steps.filter(state=StepRun.State.OPEN).first():
            day = begun + timedelta(days=3 + done * 3)
            if cause and done == 1 + nth % 2:
                stop_process(run, by=ana, at=day, reason=words, is_lost=True, lost_because=cause)
                break
            complete_step(step, by=ana, at=day)
            done += 1
