"""What a complaint asks of people: the guardian's tasks, and those who are told that the clock runs.

Every task carries a ``source`` (``complaint:2207:answer``), so asking for it again changes nothing.
"""

from datetime import datetime, timedelta

from django.db.models import Case, Exists, OuterRef, When
from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.rules.recovery_clock import Rung, find_end_of_clock_day
from crm.core.local_time import company_day, company_zone
from crm.core.models import Absence, Role, Team, User
from crm.core.models.business_setting import setting
from interactions.models import Task
from interactions.task_handling import open_task

ANSWER, REMEDY, WORD, NAME_GUARDIAN = "answer", "remedy", "word", "name-guardian"


def _source(complaint: Complaint, piece: str) -> str:
    return f"complaint:{complaint.pk}:{piece}"


def open_complaint_task(
    complaint: Complaint, *, piece: str, title: str, why: str, assignee: User, due_at: datetime
) -> Task:
    """The open task of ``complaint`` called ``piece``, made when missing, opened again when it was closed.

    It ranks by yearly sales at risk and severity, so complaints stand above what only might be lost.
    """
    task = open_task(
        complaint.customer,
        kind=Task.Kind.COMPLAINT,
        title=title,
        why=why,
        assignee=assignee,
        due_at=due_at,
        source=_source(complaint, piece),
    )
    if task.assignee_id != assignee.pk or task.state != Task.State.OPEN:
        task.assignee, task.state, task.due_at = assignee, Task.State.OPEN, due_at
        task.closed_at = task.closed_by = None
        task.closed_reason = ""
    task.rank = complaint.value_cents * complaint.severity
    task.save()
    return task


def open_guardian_tasks(complaint: Complaint, *, at: datetime) -> None:
    """The guardian's way through the case: answer today, agree a remedy within the week, hear their own word in time.

    What is done already is not asked for again; tasks of a guardian before him become his.
    """
    guardian, zone = complaint.guardian, company_zone()
    if guardian is None:
        return
    days = int(setting("complaints.recovery_days"))
    why = _("%(number)s: “%(title)s”. You are the guardian.") % {"number": complaint.number, "title": complaint.title}
    wanted = [
        (ANSWER, _("Answer the complaint"), 0, complaint.first_answer_at is None),
        (REMEDY, _("Agree what mends it"), min(7, days), not complaint.remedy),
        (WORD, _("Hear the customer’s own word"), max(1, days - 9), not complaint.customers_word),
    ]
    for piece, title, day, missing in wanted:
        if missing:
            due_at = max(find_end_of_clock_day(complaint.taken_at, day, zone=zone), at)
            open_complaint_task(complaint, piece=piece, title=title, why=why, assignee=guardian, due_at=due_at)


def ask_for_guardian(complaint: Complaint, *, at: datetime) -> None:
    """Nobody can guard it: the manager, without one an admin, is asked to free somebody within the set time."""
    asked = find_told(complaint, rung=Rung.MANAGER, at=at)
    if asked is None:
        return
    words = {"number": complaint.number}
    open_complaint_task(
        complaint,
        piece=NAME_GUARDIAN,
        title=_("Name a guardian for %(number)s") % words,
        why=_("Nobody of the quality unit can guard %(number)s now. Somebody must be freed for it.") % words,
        assignee=asked,
        due_at=complaint.taken_at + timedelta(minutes=int(setting("complaints.guardian_minutes"))),
    )


def find_asked_for_guardian(complaint: Complaint) -> User | None:
    """Who has been asked to free a guardian and has not yet done so."""
    asked = Task.objects.open().filter(customer_id=complaint.customer_id, source=_source(complaint, NAME_GUARDIAN))
    task = asked.select_related("assignee").first()
    return task.assignee if task else None


def find_told(complaint: Complaint, *, rung: Rung, at: datetime) -> User | None:
    """Who stands on ``rung`` for this complaint and is here on the day of ``at``; else the next rung up.

    A manager is one of the customer's team, else any; people are taken in the order they joined. Where everybody is
    away it is told to the first all the same, who reads it when he is back.
    """
    if rung == Rung.GUARDIAN and complaint.guardian is not None and complaint.guardian.is_active:
        return complaint.guardian
    today = company_day(at)
    is_away = Exists(Absence.objects.filter(user=OuterRef("pk"), first_day__lte=today, last_day__gte=today))
    is_own = Exists(Team.objects.filter(pk=complaint.customer.team_id, managers=OuterRef("pk")))
    rungs = [Role.ADMIN] if rung == Rung.ADMIN else [Role.MANAGER, Role.ADMIN]
    is_higher = Case(When(role=Role.ADMIN, then=1), default=0)
    return User.objects.active().filter(role__in=rungs).order_by(is_away, is_higher, is_own.desc(), "pk").first()


def close_complaint_task(complaint: Complaint, *, piece: str, by: User | None, at: datetime) -> None:
    """Done: the task called ``piece``, where it is open."""
    _close(complaint, sources=[_source(complaint, piece)], state=Task.State.DONE, by=by, at=at, reason="")


def drop_complaint_tasks(complaint: Complaint, *, by: User | None, at: datetime) -> None:
    """Nothing of a closed complaint is left to do."""
    waiting = Task.objects.filter(customer_id=complaint.customer_id, source__startswith=_source(complaint, ""))
    sources = list(waiting.values_list("source", flat=True))
    _close(complaint, sources=sources, state=Task.State.DROPPED, by=by, at=at, reason=_("The complaint is closed."))


def _close(complaint: Complaint, *, sources: list[str], state: str, by: User | None, at: datetime, reason: str) -> None:
    Task.objects.filter(
        customer_id=complaint.customer_id, source__in=sources, state__in=[Task.State.OPEN, Task.State.PAUSED]
    ).update(state=state, closed_at=at, closed_by=by, closed_reason=reason)
