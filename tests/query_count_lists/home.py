"""The lists of ``home``."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from complaints.models import Complaint
from crm.core.models import JobRun
from customers.customer_watching import watch_customer
from customers.item_rollup import take_in_items
from customers.models import (
    ContactPoint,
    Customer,
    DuplicatePair,
    Person,
    PersonalDataAct,
    Product,
    ShowroomReference,
    WantedCompany,
)
from customers.note_writing import write_note
from customers.purchase_day_rebuild import ingest_orders
from customers.wallet_estimating import estimate_wallet
from interactions.audience_keeping import add_members
from interactions.models import Alert, Audience, BelowZeroDecision, Benefit, Interaction, Promise, Task, WinBack
from segments.models import (
    BelowZeroSpell,
    BestFit,
    Membership,
    Nomination,
    ProcessMisfit,
    Segment,
    SegmentChange,
    ValueBand,
    WorstSign,
)
from tests import factories
from tests.query_count_lists import ListPage
from tests.score_factory import make_score


def make_pairs(n: int, cast: Any) -> None:
    """``n`` pairs of scored customers that may be one."""
    for number in range(n):
        pair = [factories.make_customer(owner=cast.rep, team=cast.rep.team) for _side in range(2)]
        for customer in pair:
            make_score(customer)
        evidence = [["phone", "762190440"], ["name", "0.92"]]
        DuplicatePair.objects.create(first=pair[0], second=pair[1], percent=90, evidence=evidence, weight=number)


ONE_PAIR = 2_000_000_001


def make_rich_pairs(n: int, cast: Any) -> None:
    """``n`` pairs; of the pair ``ONE_PAIR`` both have a person, a promise and a complaint more each time."""
    make_pairs(n, cast)
    pair = DuplicatePair.objects.filter(pk=ONE_PAIR).first()
    if pair is None:
        first, second = (factories.make_customer(owner=cast.rep, team=cast.rep.team) for _side in range(2))
        pair = DuplicatePair.objects.create(pk=ONE_PAIR, first=first, second=second, percent=90, weight=1)
    for number in range(n):
        for customer in (pair.first, pair.second):
            factories.make_person(customer, name=f"Søren Holm {Person.objects.count()}")
            Complaint.objects.create(customer=customer, title=f"Seals {number}", taken_at=timezone.now())
            Promise.objects.create(customer=customer, side="ours", text="A sample", due_on=date(2026, 3, 2))


def make_scored_customers(n: int, cast: Any) -> None:
    """``n`` customers of Ana's with all a row shows."""
    segment, _made = Segment.objects.get_or_create(key="premium", name="Premium", mark="premium", priority=1)
    now = timezone.now()
    for _number in range(n):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        make_score(customer)
        Membership.objects.create(customer=customer, segment=segment, since=now.date())
        Interaction.objects.create(customer=customer, channel="call", happened_at=now, logged_by=cast.rep)
        Task.objects.create(customer=customer, kind="follow_up", title="Call", due_at=now + timedelta(days=1))


_microseconds = count()


def _make_holms(rows: int, cast: Any) -> None:
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team, name=f"Bruder Holm {number}")
        factories.make_person(customer, name=f"Søren Holm {number}")


def _make_jobs(rows: int, cast: Any) -> None:
    for _number in range(rows):
        due = timezone.now() + timedelta(microseconds=next(_microseconds))
        JobRun.objects.create(kind="import-read", key="1", due_at=due, state="done", requested_by=cast.lead)
        JobRun.objects.create(kind="night", key="2026-03-02", due_at=due, state="done", requested_by=cast.lead)


def _make_tasks(rows: int, cast: Any) -> None:
    """Follow-ups of the rep, each for another customer with a person, a phone and a segment."""
    segment = Segment.objects.filter(key="premium").first() or factories.make_segment(cadence_days=30)
    for _number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        factories.put_in_segment(customer, segment)
        factories.make_person(customer)
        factories.make_task(customer, due_at=datetime(2026, 1, 5, 9, tzinfo=UTC))


def _make_most_valuable(rows: int, cast: Any) -> None:
    """The best by sales, each nominated besides."""
    for _number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        ValueBand.objects.create(customer=customer, place=1, sales_cents=100, sales_before_cents=0)
        Nomination.objects.create(
            customer=customer, reason="More to come", until=date(2099, 1, 1), nominated_by=cast.rep, state="approved"
        )


def _make_misfits(rows: int, cast: Any) -> None:
    make_scored_customers(rows, cast)
    own, fits = factories.make_segment("low"), factories.make_segment("standard")
    for customer in Customer.objects.filter(process_misfit=None):
        ProcessMisfit.objects.create(
            customer=customer,
            kind="simple",
            segment=own,
            fits=fits,
            day=date(2026, 3, 2),
            contribution_cents=1,
            line_cents=1,
            service_cents=1,
            gap_cents=1,
            steps=1,
            fits_steps=2,
        )


def _make_losses(rows: int, cast: Any) -> None:
    """Customers below zero, every second with a decision."""
    segment = Segment.objects.filter(key="premium").first() or factories.make_segment()
    today = timezone.localdate()
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        make_score(customer, contribution_12m_cents=-5_000)
        factories.put_in_segment(customer, segment)
        BelowZeroSpell.objects.create(customer=customer, since=today)
        if number % 2:
            BelowZeroDecision.objects.create(
                customer=customer,
                kind="keep",
                reason="Because",
                owner=cast.rep,
                review_on=today,
                decided_on=today - timedelta(days=9),
                contribution_cents=-5_000,
                service_cents=900,
            )


def _make_lost_items(rows: int, cast: Any) -> None:
    """Customers of Ana's, each with an item bought weekly a year ago and a family of its own."""
    today = timezone.localdate()
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team, industry="mining")
        product = Product.objects.create(number=f"Q-{customer.pk}", name="Seal", family=f"Family {number % 4}")
        for week in range(6):
            factories.sell(customer, today - timedelta(days=200 + 7 * week), (product, 10_000, 1))
        make_score(customer)
        Task.objects.create(customer=customer, kind="follow_up", title="Call", due_at=timezone.now())
    ingest_orders(at=timezone.now())
    take_in_items()


def _make_listed(rows: int, cast: Any) -> None:
    """Customers in every list: among the best with a benefit, being won back, worst by a sign, of good fit."""
    for _number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        make_score(customer)
        ValueBand.objects.create(customer=customer, place=1, sales_cents=100, sales_before_cents=0)
        task = factories.make_task(customer, due_at=timezone.now())
        Benefit.objects.create(customer=customer, kind="priority", planned_for=date(2099, 1, 1), task=task)
        WinBack.objects.create(
            customer=customer,
            reason="range",
            words="No seals",
            offer="Seals",
            next_on=date(2099, 1, 1),
            decided_on=date(2099, 1, 1),
            decided_by=cast.rep,
            task=task,
        )
        figures = dict.fromkeys(("sales_12m_cents", "sales_before_12m_cents", "contribution_12m_cents"), 0)
        quotes = dict.fromkeys(("quotes", "quotes_won", "quotes_for_shortlist"), 3)
        signs = dict.fromkeys(("is_silent", "is_falling", "rejects_quotes", "fills_shortlists"), False)
        WorstSign.objects.create(customer=customer, weight=1, **figures, **quotes, **signs)
        BestFit.objects.create(customer=customer, fit=0.5, room_cents=100, worth_cents=50)


def _make_alerts(rows: int, cast: Any) -> None:
    """Each of another trigger and customer, with its task."""
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        trigger = factories.make_trigger(key=f"own-{customer.pk}", name=f"Own {number}")
        on = timezone.localdate()
        alert = Alert.objects.create(customer=customer, trigger=trigger, period=on, day=on, evidence={"trigger": "x"})
        factories.make_task(customer, kind="alert", alert=alert, due_at=timezone.now(), assignee=cast.rep)


def _make_news(count: int, cast: Any) -> None:
    """Each customer is watched and complained about, and a note of somebody else names the reader."""
    for _number in range(count):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        watch_customer(customer, kinds=["moves", "complaints", "alerts"], by=cast.rep, at=timezone.now())
        write_note(customer, text=f"@{cast.rep.name} please ring", by=cast.lead, at=timezone.now())
        factories.put_in_segment(customer, factories.make_segment("premium"))
        SegmentChange.objects.create(
            customer=customer,
            to_segment=factories.make_segment("premium"),
            day=timezone.localdate(),
            created_at=timezone.now(),
        )


def _make_acts(count: int, cast: Any) -> None:
    for number in range(count):
        PersonalDataAct.objects.create(kind="export", customer_id=number, reason="By letter", done_by=cast.admin)


def _make_unkempt(count: int, cast: Any) -> None:
    """Mail to each came back, the buyer left, and nobody has talked to them."""
    for _number in range(count):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        factories.make_person(customer, job_title="Buyer", left_on=date(2026, 1, 2))
        known = {"customer": customer, "person": factories.make_person(customer)}
        for kind, is_valid in (("email", False), ("phone", True)):
            ContactPoint.objects.create(kind=kind, value=kind, value_normal=kind, is_valid=is_valid, **known)


def _make_favours(count: int, cast: Any) -> None:
    """Each with a reference, and wanted next year."""
    for _number in range(count):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        fields = {"topic": "Seals", "rest_days": 90, "willing_since": date(2026, 3, 2)}
        ShowroomReference.objects.create(customer=customer, person=factories.make_person(customer), **fields)
        WantedCompany.objects.create(customer=customer, year=2027, reason="Grows")


def _make_audiences(n: int, cast: Any) -> None:
    for number in range(n):
        Audience.objects.create(name=f"Fair {number}", owner=cast.rep, team=cast.rep.team, made_at=timezone.now())


def _make_members(n: int, cast: Any) -> None:
    said = {"name": "Fair", "channel": "mail", "owner": cast.rep, "team": cast.rep.team, "made_at": timezone.now()}
    audience, _made = Audience.objects.get_or_create(pk=4711, defaults=said)
    customers = [factories.make_customer(owner=cast.rep, team=cast.rep.team) for _number in range(n)]
    for customer in customers:
        make_score(customer)
        ContactPoint.objects.create(customer=customer, kind="email", value="a@b.example", value_normal="a@b.example")
    add_members(audience, [customer.pk for customer in customers], by=cast.rep, at=timezone.now())


def _make_prospects(n: int, cast: Any) -> None:
    for _number in range(n):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team, stage="prospect")
        estimate_wallet(customer, total_cents=100, source="Told", by=cast.rep, on=date(2026, 11, 1))


LISTS: list[ListPage] = [
    ListPage("prospects by spend", "/customers/prospects/", _make_prospects),
    ListPage("audiences", "/customers/audiences/", _make_audiences),
    ListPage("members of an audience", "/customers/audiences/members/?audience=4711", _make_members),
    ListPage("references", "/customers/references/", _make_favours),
    ListPage("wanted companies", "/customers/wanted/", _make_favours),
    ListPage("personal data", "/settings/personal-data/", _make_acts, "admin"),
    ListPage("data health, mend first", "/measure/health/first/", make_scored_customers, "lead"),
    ListPage("data health", "/measure/health/", make_scored_customers, "lead"),
    ListPage("pairs as a list", "/customers/duplicates/all/", make_pairs, "lead"),
    ListPage("pairs", "/customers/duplicates/", make_pairs, "lead"),
    ListPage("one pair", f"/customers/duplicates/?pair={ONE_PAIR}", make_rich_pairs, "lead", most_queries=15),
    ListPage("news", "/news/", _make_news),
    ListPage("journal of triggers", "/alerts/", _make_alerts, "lead"),
    ListPage("benefits", "/segments/benefits/?everybody=1", _make_listed),
    ListPage("addresses that came back", "/customers/clean-up/", _make_unkempt),
    ListPage("posts that somebody left", "/customers/clean-up/?vacant=1", _make_unkempt),
    ListPage("nothing proven", "/customers/clean-up/?stale=1", _make_unkempt),
    ListPage("being won back", "/segments/win-back/?planned=1", _make_listed),
    ListPage("worst signs", "/segments/worst-signs/", _make_listed),
    ListPage("best fit", "/segments/best-fit/", _make_listed),
    ListPage("wallet gaps", "/segments/wallet-gaps/", _make_listed),
    ListPage("most valuable", "/segments/most-valuable/", _make_most_valuable),
    ListPage("below zero", "/segments/below-zero/", _make_losses, "lead"),
    ListPage("products of a portfolio", "/products/movement/?whose=mine", _make_lost_items, most_queries=15),
    ListPage("customers behind a bar", "/products/movement/customers/?bar=stopped", _make_lost_items),
    ListPage("lost items", "/products/lost/", _make_lost_items),
    ListPage("my day", "/", _make_tasks),
    ListPage("who may leave", "/risk/certainty/", make_scored_customers),
    ListPage("search", "/search/?q=holm", _make_holms),
    ListPage("jobs", "/jobs/", _make_jobs, "admin"),
    ListPage("customers", "/customers/", make_scored_customers),
    ListPage("customers, filtered", "/customers/?risk=high&sort=-sales", make_scored_customers),
    ListPage("customers with chosen columns", "/customers/?columns=name,m.abc,m.city,tags", make_scored_customers),
    ListPage("people", "/people/", _make_holms),
    ListPage("tasks", "/tasks/", _make_tasks),
    ListPage("process fit", "/segments/fit/", _make_misfits, "lead"),
    ListPage(
        "customers who moved",
        "/customers/?moved=any.premium.2026-01-01.2026-11-21",
        make_scored_customers,
    ),
]
