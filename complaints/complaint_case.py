"""Everything one page shows about one complaint, gathered in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from complaints.complaint_handling import describe_block, read_closing
from complaints.complaint_queue import find_segments
from complaints.complaint_tasks import find_asked_for_guardian, find_told
from complaints.goodwill_limit import GoodwillLimit
from complaints.models import Complaint, ComplaintEntry, Escalation
from complaints.rules.closing_permission import ClosingDecision
from complaints.rules.recovery_clock import RecoveryClock, find_end_of_clock_day, find_rung, read_clock
from complaints.rules.recovery_outcome import FIRST_LOOK_DAYS, Outcome, decide_outcome
from complaints.rules.recovery_steps import RecoveryFacts, Step, list_steps
from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Person, PurchaseDay
from interactions.models import Task
from segments.models import Segment

MOST_ENTRIES = 100


@dataclass
class Mark:
    """An escalation day: reached and told, next, or still to come."""

    day: int
    state: str


@dataclass
class ShownStep:
    """A step of the way in words: what, and when it was or must be done; ``was_late`` when done after its time."""

    title: str
    state: str
    done: str = ""
    due_at: datetime | date | None = None
    was_late: bool = False


@dataclass
class ComplaintCase:
    """A complaint as its page shows it to one reader."""

    complaint: Complaint
    clock: RecoveryClock
    segment: Segment | None
    entries: list[ComplaintEntry]
    marks: list[Mark]
    next_told: str
    steps: list[ShownStep]
    closing: ClosingDecision
    block: str
    goodwill: GoodwillLimit
    grants: list[Any]
    people: list[Person]
    paused_tasks: int
    outcome: Outcome
    wait_for_guardian: str = ""
    asked_for_guardian: User | None = None
    permissions: dict[str, bool] = field(default_factory=dict)


def find_case_rows(user: User) -> QuerySet[Complaint]:
    """Complaints ``user`` may see, with what their page reads of them."""
    bought = PurchaseDay.objects.filter(
        customer=OuterRef("customer"), day__gt=OuterRef("taken_day"), amount_cents__gt=0
    ).order_by("day")
    guarded = Complaint.objects.open().filter(guardian=OuterRef("guardian")).order_by().values("guardian")
    paused = Task.objects.filter(customer=OuterRef("customer"), state=Task.State.PAUSED, is_selling=True)
    return (
        Complaint.objects.visible_to(user)
        .select_related(
            "customer__score",
            "customer__owner",
            "customer__team",
            "guardian",
            "person",
            "order",
            "taken_by",
            "closed_by",
        )
        .annotate(taken_day=TruncDate("taken_at", tzinfo=company_zone()))
        .annotate(
            bought_on=Subquery(bought.values("day")[:1]),
            guarded_cases=Subquery(guarded.annotate(cases=Count("pk")).values("cases")),
            paused_tasks=Subquery(paused.order_by().values("customer").annotate(tasks=Count("pk")).values("tasks")),
        )
    )


def read_case(complaint: Complaint, *, by: User, at: datetime) -> ComplaintCase:
    """What ``by`` sees of ``complaint`` (a row of ``find_case_rows``) at ``at``."""
    zone, days = company_zone(), int(setting("complaints.recovery_days"))
    clock = read_clock(complaint.taken_at, at=at, zone=zone, of_days=days, closed_at=complaint.closed_at)
    entries = list(complaint.entries.select_related("by").order_by("-at", "-id")[:MOST_ENTRIES])
    segment = find_segments([complaint.customer_id]).get(complaint.customer_id)
    grants = list(complaint.goodwill_grants.select_related("granted_by").order_by("granted_at", "pk"))
    closing = read_closing(complaint, by=by)
    return ComplaintCase(
        complaint=complaint,
        clock=clock,
        segment=segment,
        entries=entries,
        marks=_list_marks(complaint, clock=clock),
        next_told=_describe_next_told(complaint, clock=clock, at=at),
        steps=_list_steps(complaint, entries=entries, days=days),
        closing=closing,
        block=describe_block(closing),
        goodwill=GoodwillLimit(
            segment.name if segment else "",
            segment.goodwill_limit_cents if segment else 0,
            sum(grant.amount_cents for grant in grants),
        ),
        grants=grants,
        people=_list_people(complaint),
        paused_tasks=complaint.paused_tasks or 0,
        outcome=decide_outcome(
            complaint.taken_at.astimezone(zone).date(), next_purchase=complaint.bought_on, today=company_day(at)
        ),
        wait_for_guardian=_describe_wait(complaint.guardian_named_at, since=complaint.taken_at),
        asked_for_guardian=find_asked_for_guardian(complaint) if complaint.guardian_id is None else None,
        permissions={
            "note": by.has_perm("complaints.add_complaint"),
            "change": by.has_perm("complaints.change_complaint"),
            "close": by.has_perm("complaints.close_complaint"),
            "name": by.has_perm("complaints.name_guardian"),
            "take": by.has_perm("complaints.guard_complaint") and by.role == "guardian",
        },
    )


def _list_people(complaint: Complaint) -> list[Person]:
    """Who may have said it: those still there, and whoever complained."""
    if complaint.closed_at is not None:
        return []
    there = Q(left_on=None) | Q(pk=complaint.person_id)
    return list(Person.objects.filter(there, customer=complaint.customer_id))


def _list_marks(complaint: Complaint, *, clock: RecoveryClock) -> list[Mark]:
    told = set(Escalation.objects.filter(complaint=complaint).values_list("clock_day", flat=True))
    marks = []
    following = "next" if complaint.closed_at is None else ""
    for day in sorted({int(day) for day in setting("complaints.escalation_days")}):
        reached = day in told or (day <= clock.day and complaint.closed_at is None)
        marks.append(Mark(day, "done" if reached else following))
        following = following if reached else ""
    return marks


def _describe_next_told(complaint: Complaint, *, clock: RecoveryClock, at: datetime) -> str:
    """``Tomorrow, day 14: Marit Haugen is told.``; "" when nobody is told any more."""
    days = sorted({int(day) for day in setting("complaints.escalation_days")})
    day = next((day for day in days if day > clock.day), None)
    if day is None or complaint.closed_at is not None:
        return ""
    told = find_told(complaint, rung=find_rung(day, days=days), at=at)
    if told is None:
        return ""
    words = {"days": day - clock.day, "day": day, "name": told.name}
    if day - clock.day == 1:
        return _("Tomorrow, day %(day)s: %(name)s is told.") % words
    return _("In %(days)s days, day %(day)s: %(name)s is told.") % words


def _list_steps(complaint: Complaint, *, entries: list[ComplaintEntry], days: int) -> list[ShownStep]:
    zone, taken = company_zone(), complaint.taken_at
    kinds = ComplaintEntry.Kind
    remedies = [entry.at for entry in entries if entry.kind == kinds.REMEDY]
    heard = [entry.at for entry in entries if entry.kind in (kinds.ATTEMPT, kinds.CLOSED)]
    satisfied = complaint.mended in ("yes", "part")
    facts = RecoveryFacts(
        complaint.guardian_named_at if complaint.guardian_id else None,
        complaint.first_answer_at,
        (min(remedies) if remedies else complaint.changed_at) if complaint.remedy else None,
        (max(heard) if heard else complaint.closed_at) if satisfied else None,
        complaint.bought_on,
    )
    minutes = int(setting("complaints.guardian_minutes"))
    due = {
        Step.GUARDIAN: taken + timedelta(minutes=minutes),
        Step.ANSWER: find_end_of_clock_day(taken, 0, zone=zone),
        Step.REMEDY: find_end_of_clock_day(taken, min(7, days), zone=zone),
        Step.WORD: find_end_of_clock_day(taken, max(1, days - 9), zone=zone),
        Step.LOOK_AGAIN: taken.astimezone(zone).date() + timedelta(days=FIRST_LOOK_DAYS),
    }
    titles = {
        Step.GUARDIAN: _("Guardian named within %(minutes)s minutes") % {"minutes": minutes},
        Step.ANSWER: _("First answer the same day"),
        Step.REMEDY: _("Remedy agreed: %(remedy)s") % {"remedy": complaint.remedy}
        if complaint.remedy
        else _("Remedy agreed with the customer"),
        Step.WORD: _("The customer’s own word"),
        Step.LOOK_AGAIN: _("Look again: bought since? Day 30 and day 180"),
    }
    shown = []
    for step in list_steps(facts, due=due):
        waits = step.done_at is None and (complaint.closed_at is None or step.step is Step.LOOK_AGAIN)
        state = "done" if step.done_at is not None else "now" if step.is_now and waits else ""
        done = _describe_wait(step.done_at, since=taken)
        late = isinstance(step.done_at, datetime) and isinstance(step.due_at, datetime) and step.done_at > step.due_at
        shown.append(ShownStep(titles[step.step], state, done, step.due_at if waits else None, was_late=late))
    return shown


def _describe_wait(until: datetime | date | None, *, since: datetime) -> str:
    """``after 6 min``, ``after 3 h``, ``after 12 days``; "" for what has not happened."""
    if until is None:
        return ""
    if not isinstance(until, datetime):
        days = (until - since.astimezone(company_zone()).date()).days
        return ngettext("after %(n)s day", "after %(n)s days", days) % {"n": days}
    minutes = max(0, int((until - since) / timedelta(minutes=1)))
    if minutes < 90:
        return _("after %(n)s min") % {"n": minutes}
    if minutes < 36 * 60:
        return _("after %(n)s h") % {"n": round(minutes / 60)}
    days = round(minutes / 1440)
    return ngettext("after %(n)s day", "after %(n)s days", days) % {"n": days}
