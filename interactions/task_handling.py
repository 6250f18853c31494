"""Tasks: opened once, closed, snoozed, handed over, and held while a complaint is open."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from crm.core.business_calendar import company_calendar
from crm.core.metric_catalogue import METRICS
from crm.core.models import User
from customers.models import Customer
from interactions.models import Alert, Interaction, Task
from segments.models import CurrentScore

OPEN_STATES = (Task.State.OPEN, Task.State.PAUSED)
OPEN_COMPLAINTS_METRIC = "open_complaints"
ALERT_SOURCE, MANAGER_SOURCE = "alert:", "alert-manager:"


class TaskRefused(Exception):
    """The act makes no sense for this task; the message says why, in words for the user."""


@transaction.atomic
def open_task(
    customer: Customer,
    *,
    kind: str,
    title: str,
    due_at: datetime,
    assignee: User | None,
    why: str = "",
    by: User | None = None,
    source: str = "",
    is_selling: bool = False,
    **links: Any,
) -> Task:
    """Open a task, or return the one that is there for the same ``source`` (``""`` makes a new one each time).

    ``links`` are ``alert``, ``step_run`` or ``promise``. What is at stake comes from the customer's score. A selling
    task of a customer with an open complaint is opened paused.
    """
    stake = CurrentScore.objects.filter(customer=customer.pk).values("risk_rank", "at_stake_cents").first()
    held = is_selling and bool(find_held(customer_ids=[customer.pk], on=company_calendar().local_day(due_at)))
    values: dict[str, Any] = {
        "kind": kind,
        "title": title[:200],
        "why": why,
        "assignee": assignee,
        "due_at": due_at,
        "is_selling": is_selling,
        "state": Task.State.PAUSED if held else Task.State.OPEN,
        "rank": stake["risk_rank"] if stake else 0,
        "at_stake_cents": stake["at_stake_cents"] if stake else 0,
        "created_by": by,
        **links,
    }
    if not source:
        return Task.objects.create(customer=customer, **values)
    task, _created = Task.objects.get_or_create(customer=customer, source=source, defaults=values)
    return task


@transaction.atomic
def open_tasks(tasks: Sequence[Task]) -> None:
    """``open_task`` for many that are not kept yet, each with a ``source``; those whose source is there stay away."""
    day = company_calendar().local_day
    ids = [task.customer_id for task in tasks]
    stakes = {
        pk: known
        for pk, *known in CurrentScore.objects.filter(customer__in=ids).values_list(
            "customer", "risk_rank", "at_stake_cents"
        )
    }
    selling = [task for task in tasks if task.is_selling]
    held = {
        (pk, on)
        for on in {day(task.due_at) for task in selling}
        for pk in find_held(customer_ids=[task.customer_id for task in selling], on=on)
    }
    for task in tasks:
        task.title = task.title[:200]
        task.rank, task.at_stake_cents = stakes.get(task.customer_id, (0, 0))
        is_held = task.is_selling and (task.customer_id, day(task.due_at)) in held
        task.state = Task.State.PAUSED if is_held else Task.State.OPEN
    Task.objects.bulk_create(tasks, ignore_conflicts=True, batch_size=1000)


@transaction.atomic
def close_task(
    task: Task,
    *,
    at: datetime,
    by: User | None = None,
    interaction: Interaction | None = None,
    reason: str = "",
    is_done: bool = True,
) -> Task:
    """Close a task and, with it, the alert it came from and the note of it to the manager; again is harmless.

    ``is_done=False`` drops it: it is no longer to be done. The step or promise behind it is not touched
    (``interactions.task_finishing`` does that).
    """
    task = lock_task(task)
    if task.state not in OPEN_STATES:
        return task
    task.state = Task.State.DONE if is_done else Task.State.DROPPED
    task.closed_at, task.closed_by, task.closed_with, task.closed_reason = at, by, interaction, reason[:300]
    task.save(update_fields=["state", "closed_at", "closed_by", "closed_with", "closed_reason"])
    if task.alert_id is not None:
        Alert.objects.filter(pk=task.alert_id, state=Alert.State.OPEN).update(
            state=Alert.State.ANSWERED if is_done else Alert.State.DISMISSED,
            closed_at=at,
            closed_by=by,
            closed_reason=reason[:300],
        )
        Task.objects.filter(source=name_manager_source(task.alert_id), state__in=OPEN_STATES).update(
            state=task.state, closed_at=at, closed_by=by, closed_reason=reason[:300]
        )
    return task


@transaction.atomic
def snooze_task(task: Task, *, until: datetime, at: datetime) -> Task:
    """Put an open task out of sight until then; its clock goes on. Raises ``TaskRefused`` for a moment gone by."""
    task = lock_task(task)
    _refuse_closed(task)
    if until <= at:
        raise TaskRefused("Choose a moment in the future.")
    task.snoozed_until = until
    task.save(update_fields=["snoozed_until"])
    return task


@transaction.atomic
def hand_over_task(task: Task, *, to: User) -> Task:
    """Give an open task to a colleague, and wake it. Raises ``TaskRefused`` when he can't sign in any more."""
    task = lock_task(task)
    _refuse_closed(task)
    if not to.is_active:
        raise TaskRefused("This colleague no longer works here.")
    task.assignee, task.snoozed_until = to, None
    task.save(update_fields=["assignee", "snoozed_until"])
    return task


@transaction.atomic
def pause_selling_tasks(customer: Customer, *, reason: str) -> int:
    """Hold every open selling task of ``customer``; how many. ``reason`` is shown on each ("waits for C-2207")."""
    return Task.objects.filter(customer=customer, is_selling=True, state=Task.State.OPEN).update(
        state=Task.State.PAUSED, paused_reason=reason[:200]
    )


@transaction.atomic
def resume_selling_tasks(customer: Customer) -> int:
    """Bring the held tasks back; how many. Their clocks are the old ones: what is late now says so."""
    return Task.objects.filter(customer=customer, state=Task.State.PAUSED).update(
        state=Task.State.OPEN, paused_reason=""
    )


def find_held(*, customer_ids: Iterable[int], on: date) -> set[int]:
    """Those of the customers to whom nothing is sold for now, because a complaint of theirs is open.

    The number of open complaints is a metric of an app above this one, read through the catalogue.
    """
    metric = METRICS.get(OPEN_COMPLAINTS_METRIC)
    ids = list(customer_ids)
    if metric is None or not ids:
        return set()
    sql = f"SELECT c.id FROM customers_customer c {metric.join} WHERE c.id = ANY(%(ids)s) AND ({metric.sql}) > 0"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": ids, "today": on})
        return {row[0] for row in cursor.fetchall()}


def name_alert_source(alert_id: int) -> str:
    """The source of the task of an alert."""
    return f"{ALERT_SOURCE}{alert_id}"


def name_manager_source(alert_id: int) -> str:
    """The source of the second task of an alert, by which the manager is told."""
    return f"{MANAGER_SOURCE}{alert_id}"


def lock_task(task: Task) -> Task:
    """The task as it stands now, held until the transaction ends."""
    return Task.objects.select_for_update(of=("self",)).get(pk=task.pk)


def _refuse_closed(task: Task) -> None:
    if task.state not in OPEN_STATES:
        raise TaskRefused("This task is closed.")
