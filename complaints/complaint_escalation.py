"""The clocks of open complaints: names guardians in time, and tells more and more senior people as days pass.

Run every few minutes; asked for the same moment twice it does nothing the second time. After an outage every day missed
is written down and the most senior person of them told once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, IntegerField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from complaints.complaint_tasks import find_told, open_complaint_task
from complaints.guardian_assignment import assign_guardian, find_valued_customers, release_guardian
from complaints.models import Complaint, ComplaintEntry, Escalation
from complaints.rules.guardian_choice import GUARDIAN_ROLE
from complaints.rules.recovery_clock import (
    find_due_escalations,
    find_end_of_clock_day,
    find_rung,
    find_start_of_day,
    is_guardian_due,
    read_clock,
)
from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.models.business_setting import setting

CHUNK = 200


@dataclass
class EscalationReport:
    """What one run did: guardians named, complaints of which somebody was told, complaints nobody can guard."""

    guardians_named: int = 0
    told: int = 0
    unguarded: int = 0


def escalate_complaints(
    *, at: datetime, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> EscalationReport:
    """Do what the clocks ask for at ``at``; ``progress`` hears (done, total) after every complaint looked at."""
    report = EscalationReport()
    waiting = list(_waiting_for_guardian(at=at))
    reached = list(_reached_a_day(at=at))
    total = len(waiting) + len(reached)
    for done, complaint in enumerate(waiting, start=1):
        _find_guardian(complaint, at=at, report=report)
        progress(done, total)
    for done, complaint_id in enumerate(reached, start=len(waiting) + 1):
        report.told += _escalate(complaint_id, at=at)
        progress(done, total)
    return report


def _waiting_for_guardian(*, at: datetime) -> Iterator[Complaint]:
    """Open complaints without a guardian who still works here, for which the house must find one now."""
    limit = int(setting("complaints.guardian_minutes"))
    gone = Q(guardian__is_active=False) | ~Q(guardian__role=GUARDIAN_ROLE)
    valued = Exists(find_valued_customers().filter(pk=OuterRef("customer_id")))
    rows = Complaint.objects.open().filter(Q(guardian=None) | gone).annotate(is_valued=valued)
    for complaint in rows.select_related("guardian").order_by("pk"):
        minutes = (at - complaint.taken_at) / timedelta(minutes=1)
        left = complaint.guardian_id is not None
        if left or is_guardian_due(minutes, is_valued=complaint.is_valued, limit_minutes=limit):
            yield complaint


def _find_guardian(complaint: Complaint, *, at: datetime, report: EscalationReport) -> None:
    """Name one; when nobody can, the one who may name somebody has been asked to."""
    if complaint.guardian_id is not None:
        release_guardian(complaint, at=at)
    if assign_guardian(complaint, at=at).guardian_id is not None:
        report.guardians_named += 1
        return
    report.unguarded += 1


def _reached_a_day(*, at: datetime) -> list[int]:
    """Ids of open complaints whose clock has passed an escalation day that nobody was told of."""
    zone, today = company_zone(), company_day(at)
    latest = Escalation.objects.filter(complaint=OuterRef("pk")).order_by().values("complaint")
    told = Coalesce(Subquery(latest.annotate(day=Max("clock_day")).values("day")), 0, output_field=IntegerField())
    reached = Q(pk__in=[])
    for day in _escalation_days():
        taken_before = find_start_of_day(today - timedelta(days=day - 1), zone=zone)
        reached |= Q(taken_at__lt=taken_before, told__lt=day)
    rows = Complaint.objects.open().annotate(told=told).filter(reached)
    return list(rows.order_by(F("value_cents").desc(), "pk").values_list("pk", flat=True))


def _escalation_days() -> list[int]:
    return sorted({int(day) for day in setting("complaints.escalation_days")})


@transaction.atomic
def _escalate(complaint_id: int, *, at: datetime) -> bool:
    """Write down the days reached and tell the person of the latest; False when another run was faster."""
    complaint = (
        Complaint.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .open()
        .select_related("customer__team", "guardian")
        .filter(pk=complaint_id)
        .first()
    )
    if complaint is None:
        return False
    days = _escalation_days()
    clock = read_clock(complaint.taken_at, at=at, zone=company_zone(), of_days=int(setting("complaints.recovery_days")))
    known = complaint.escalations.values_list("clock_day", flat=True)
    due = find_due_escalations(clock.day, days=days, told=known)
    if not due:
        return False
    told = find_told(complaint, rung=find_rung(due[-1], days=days), at=at)
    Escalation.objects.bulk_create(
        [Escalation(complaint=complaint, clock_day=day, told=told, at=at) for day in due], ignore_conflicts=True
    )
    name = told.name if told else _("nobody")
    text = _("Day %(day)s: %(name)s was told.") % {"day": due[-1], "name": name}
    ComplaintEntry.objects.create(complaint=complaint, kind=ComplaintEntry.Kind.ESCALATED, text=text, at=at)
    if told is not None:
        _tell(complaint, told=told, day=due[-1], days_left=clock.days_left, at=at)
    return True


def _tell(complaint: Complaint, *, told: User, day: int, days_left: int, at: datetime) -> None:
    """A task for today: look at the case."""
    words = {"number": complaint.number, "title": complaint.title, "day": day, "left": days_left}
    why = (
        _("%(number)s “%(title)s” is open on day %(day)s; %(left)s days are left before the customer is lost.") % words
    )
    open_complaint_task(
        complaint,
        piece=f"day-{day}",
        title=_("Day %(day)s of %(number)s: is it on its way?") % words,
        why=why,
        assignee=told,
        due_at=max(at, find_end_of_clock_day(at, 0, zone=company_zone())),
    )
