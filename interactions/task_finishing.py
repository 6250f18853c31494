"""A task is done, and with it whatever it stood for: its alert, its step, its promise. And the way back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from interactions.models import Alert, Interaction, Task
from interactions.process_running import complete_step, reopen_step
from interactions.promise_keeping import close_promise, reopen_promise
from interactions.task_handling import OPEN_STATES, TaskRefused, close_task, lock_task, name_manager_source

_CLOSED_WITH_ALERT = (Alert.State.ANSWERED, Alert.State.DISMISSED)
_UNDONE_FIELDS = [
    "state",
    "assignee_id",
    "snoozed_until",
    "closed_at",
    "closed_by_id",
    "closed_with_id",
    "closed_reason",
]


@transaction.atomic
def finish_task(task: Task, *, by: User, at: datetime, interaction: Interaction | None = None) -> Task:
    """Done: the step behind it is done and the next one opened, the promise kept, the alert answered.

    Raises ``TaskRefused`` for a task of a complaint, which ends with the complaint, and for a held one.
    """
    if task.kind == Task.Kind.COMPLAINT:
        raise TaskRefused(gettext("This task ends with its complaint."))
    if task.state == Task.State.PAUSED:
        raise TaskRefused(gettext("On hold: %(reason)s") % {"reason": task.paused_reason or gettext("open complaint")})
    if task.step_run is not None:
        complete_step(task.step_run, by=by, at=at, interaction=interaction)
    elif task.promise is not None:
        close_promise(task.promise, by=by, at=at)
    return close_task(task, by=by, at=at, interaction=interaction)


def find_last_change(task: Task) -> int | None:
    """The number under which the last change of ``task`` can be undone."""
    return (
        Task.pgh_event_model.objects.filter(pgh_obj=task.pk)
        .order_by("-pgh_id")
        .values_list("pgh_id", flat=True)
        .first()
    )


@transaction.atomic
def undo_task_change(task: Task, *, change: int) -> Task:
    """Put the task back to what it was before its last change, with the alert, step or promise it stands for.

    ``change`` is what ``find_last_change`` said after the act. Raises ``TaskRefused`` when something came after it:
    then the change is part of what happened since.
    """
    task = lock_task(task)
    if find_last_change(task) != change:
        raise TaskRefused(gettext("Something else happened to this task since; it stays as it is."))
    before = Task.pgh_event_model.objects.get(pgh_id=change)
    was_closed = task.state not in OPEN_STATES
    for name in _UNDONE_FIELDS:
        setattr(task, name, getattr(before, name))
    task.save(update_fields=[name.removesuffix("_id") for name in _UNDONE_FIELDS])
    if was_closed and task.state in OPEN_STATES:
        _reopen_what_it_stands_for(task)
    return task


def _reopen_what_it_stands_for(task: Task) -> None:
    if task.step_run is not None:
        reopen_step(task.step_run)
    if task.promise is not None:
        reopen_promise(task.promise)
    if task.alert_id is not None:
        Alert.objects.filter(pk=task.alert_id, state__in=_CLOSED_WITH_ALERT).update(
            state=Alert.State.OPEN, closed_at=None, closed_by=None, closed_reason=""
        )
        Task.objects.filter(source=name_manager_source(task.alert_id)).exclude(state__in=OPEN_STATES).update(
            state=Task.State.OPEN, closed_at=None, closed_by=None, closed_reason=""
        )
