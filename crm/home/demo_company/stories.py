"""What happened lately at the planted customers, told through the same verbs that the pages use."""

from datetime import date, datetime, timedelta

from django.db.models import F

from complaints.complaint_handling import agree_remedy, answer, take_complaint
from crm.core.models import User
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.conversations import COMPLAINTS
from customers.models import Customer
from interactions.interaction_logging import log_interaction
from interactions.models import Alert, Promise, StepRun, Task
from interactions.process_running import complete_step, start_process


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
    for nth in range(9):
        log_interaction(
            case["K-10005"],
            channel="visit",
            by=ana,
            at=at - timedelta(days=20 + 38 * nth),
            note="On site, small order, long talk.",
            minutes=120,
        )
    log_interaction(
        case["K-10008"],
        channel="call",
        by=ana,
        at=at - timedelta(days=34),
        note="She asked about stock in Chennai.",
        minutes=9,
    )
    open_complaints(case, by=ana, at=at)


def open_complaints(case: dict[str, Customer], *, by: User, at: datetime) -> None:
    """A queue in which value, severity and age differ; their guardians have answered all but the newest."""
    others = {
        customer.number: customer
        for customer in Customer.objects.filter(number__in=[f"K-{10013 + 211 * n}" for n in range(4)])
    }
    taken = [
        ("K-10001", "Wrong seal material", "The seals went soft after six weeks. Line 3 stood for six hours.", 13, 3),
        ("K-10012", "Price differs from the list", "On the phone it was another price.", 15, 1),
        ("K-10006", "Two deliveries late in a row", "Nobody rang. We heard it from the driver.", 2, 2),
        *(
            (number, title, words, 4 + 6 * nth, 1 + nth % 3)
            for nth, (number, (title, words)) in enumerate(zip(sorted(others), COMPLAINTS[2:], strict=False))
        ),
    ]
    for number, title, words, days, severity in taken:
        moment = at - timedelta(days=days, hours=1)
        complaint = take_complaint(
            case.get(number) or others[number], title=title, words=words, severity=severity, by=by, at=moment
        )
        guardian = complaint.guardian
        if guardian and days > 2:
            answer(
                complaint,
                text="It is mine now. You hear from me every second day, also when I have nothing new.",
                by=guardian,
                at=moment + timedelta(minutes=27),
                minutes=22,
            )
        if guardian and days > 9:
            agree_remedy(
                complaint,
                remedy="Replacement from another batch, by courier",
                by=guardian,
                at=moment + timedelta(days=1),
            )


def start_proposals(*, at: datetime) -> None:
    """Proposals under way for some customers, for a pipeline with something in it."""
    ana = User.objects.get(email="rep@rapport.example")
    proposals = [("K-10010", "Proposal P-3391: hydraulic power pack", 18_240_00)]
    hers = Customer.objects.filter(owner=ana, number__gt="K-10020").order_by("-score__sales_12m_cents")[:9]
    proposals += [
        (customer.number, f"Proposal P-{3370 + n}", (2_900 + 810 * n) * 100) for n, customer in enumerate(hers)
    ]
    proposals += [(f"K-{10013 + 37 * n}", f"Proposal P-{3400 + n}", (2_400 + 730 * n) * 100) for n in range(24)]
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
