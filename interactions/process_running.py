"""Carrying a process out: one open step at a time, each a task on its clock.

A run keeps the version it started with. No path leads past a step: it is done, or skipped with a reason that is kept
(the database refuses a skipped step without one).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.models import User
from customers.models import Customer
from interactions.models import Interaction, ProcessRun, StepRun, Task
from interactions.rules.process_next_step import (
    StepState,
    find_next_step,
    is_run_finished,
    list_steps_done_by_talk,
)
from interactions.task_assignment import find_doer, find_doers
from interactions.task_handling import OPEN_STATES, close_task, open_task, open_tasks
from segments.models import Membership, Process, ProcessStep, ProcessVersion, Segment

SELLING_FLOWS = frozenset({Process.Flow.PROMOTE, Process.Flow.PROPOSE, Process.Flow.CADENCE})


class ProcessRefused(Exception):
    """The run cannot be moved like this; the message says why."""


class NoProcess(ProcessRefused):
    """The customer's segment has no process in force for this flow."""


def find_segment(customer: Customer) -> Segment | None:
    """The segment the customer is in now, else the one that takes the rest."""
    current = Membership.objects.current().filter(customer=customer).select_related("segment").first()
    return current.segment if current else Segment.objects.filter(is_fallback=True, archived_at=None).first()


@transaction.atomic
def start_process(
    customer: Customer,
    *,
    flow: str,
    key: str,
    by: User | None,
    at: datetime,
    subject: str = "",
    amount_cents: int | None = None,
    expected_on: date | None = None,
) -> ProcessRun:
    """Start the flow as the customer's segment runs it today and open its first step.

    ``key`` says what it is about; starting it twice returns the run that is there. Raises ``NoProcess``.
    """
    running = ProcessRun.objects.filter(customer=customer, key=key).first()
    if running is not None:
        return running
    segment = find_segment(customer)
    version = (
        ProcessVersion.objects.filter(
            process__segment=segment, process__flow=flow, state=ProcessVersion.State.PUBLISHED
        )
        .prefetch_related("steps")
        .first()
    )
    steps = list(version.steps.all()) if version else []
    if segment is None or version is None or not steps:
        raise NoProcess(gettext("This segment has no process for that yet."))
    run, created = ProcessRun.objects.get_or_create(
        customer=customer,
        key=key,
        defaults={
            "version": version,
            "subject": subject[:200],
            "amount_cents": amount_cents,
            "expected_on": expected_on,
            "started_by": by,
            "started_at": at,
        },
    )
    if created:
        StepRun.objects.bulk_create(StepRun(run=run, step=step, position=step.position) for step in steps)
        _open_next_step(run, at=at, by=by)
    return run


@transaction.atomic
def complete_step(
    step_run: StepRun, *, by: User | None, at: datetime, interaction: Interaction | None = None
) -> ProcessRun:
    """Do the open step, close its task, open the next. A step done already is left as it is.

    Raises ``ProcessRefused`` for a step whose turn has not come.
    """
    run, step = _lock(step_run)
    if step.state == StepRun.State.DONE:
        return run
    _refuse_unless_open(run, step)
    step.state, step.closed_at, step.closed_by = StepRun.State.DONE, at, by
    step.save(update_fields=["state", "closed_at", "closed_by"])
    _close_task_of(step, by=by, at=at, interaction=interaction)
    _open_next_step(run, at=at, by=by)
    return run


@transaction.atomic
def skip_step(step_run: StepRun, *, reason: str, by: User, at: datetime) -> ProcessRun:
    """Pass over the open step with a reason that stays on record. Raises ``ProcessRefused`` without one."""
    if not reason.strip():
        raise ProcessRefused(gettext("Skipping a step needs a reason."))
    run, step = _lock(step_run)
    if step.state == StepRun.State.SKIPPED:
        return run
    _refuse_unless_open(run, step)
    step.state, step.skip_reason = StepRun.State.SKIPPED, reason.strip()[:300]
    step.closed_at, step.closed_by = at, by
    step.save(update_fields=["state", "skip_reason", "closed_at", "closed_by"])
    _close_task_of(step, by=by, at=at, reason=step.skip_reason)
    _open_next_step(run, at=at, by=by)
    return run


@transaction.atomic
def stop_process(
    run: ProcessRun,
    *,
    by: User,
    at: datetime,
    reason: str,
    is_lost: bool = False,
    fills_shortlist: bool = False,
    lost_because: str = "",
) -> ProcessRun:
    """End a run before its end: stopped, or lost (a proposal). The open task is dropped with the reason.

    ``fills_shortlist``: it was asked for only to fill a list of suppliers, which is lost too. ``lost_because``: what
    decided it, kept of what was lost. Raises ``ProcessRefused`` without a reason.
    """
    if not reason.strip():
        raise ProcessRefused(gettext("Stopping needs a reason."))
    run = ProcessRun.objects.select_for_update().get(pk=run.pk)
    if run.state != ProcessRun.State.RUNNING:
        return run
    is_lost = is_lost or fills_shortlist
    run.state, run.ended_at = (ProcessRun.State.LOST if is_lost else ProcessRun.State.STOPPED), at
    run.fills_shortlist, run.end_reason = fills_shortlist, reason.strip()[:300]
    run.lost_because = lost_because if is_lost else ""
    run.save(update_fields=["state", "ended_at", "fills_shortlist", "end_reason", "lost_because"])
    for step in run.steps.filter(state=StepRun.State.OPEN):
        _close_task_of(step, by=by, at=at, reason=reason.strip(), is_done=False)
    return run


@transaction.atomic
def reopen_step(step_run: StepRun) -> ProcessRun:
    """Take back that a step was done or skipped, while nobody has done the one after it.

    Raises ``ProcessRefused`` otherwise. The task of the reopened step is reopened by whoever undoes it.
    """
    run, step = _lock(step_run)
    later = run.steps.filter(position__gt=step.position).exclude(state=StepRun.State.WAITING)
    if any(other.state != StepRun.State.OPEN for other in later):
        raise ProcessRefused(gettext("The next step is done already."))
    for other in later:
        Task.objects.filter(step_run=other).delete()
        other.state, other.due_at = StepRun.State.WAITING, None
        other.save(update_fields=["state", "due_at"])
    step.state, step.closed_at, step.closed_by, step.skip_reason = StepRun.State.OPEN, None, None, ""
    step.save(update_fields=["state", "closed_at", "closed_by", "skip_reason"])
    if run.state != ProcessRun.State.RUNNING:
        run.state, run.ended_at = ProcessRun.State.RUNNING, None
        run.fills_shortlist, run.end_reason, run.lost_because = False, "", ""
        run.save(update_fields=["state", "ended_at", "fills_shortlist", "end_reason", "lost_because"])
    return run


@transaction.atomic
def continue_contact(customer: Customer, *, interaction: Interaction, by: User, at: datetime) -> ProcessRun | None:
    """A talk was had: go on with how this segment stays in contact, so that its next step is open.

    The run that is there goes on; without one it begins with this talk. None where the segment has no such process.
    """
    flow = Process.Flow.CADENCE
    running = ProcessRun.objects.filter(
        customer=customer, state=ProcessRun.State.RUNNING, version__process__flow=flow
    ).first()
    try:
        run = running or start_process(customer, flow=flow, key=f"{flow}:{interaction.pk}", by=by, at=at)
    except NoProcess:
        return None
    steps = {one.position: one for one in run.steps.select_related("step")}
    mine = {ProcessStep.Doer.OWNER, ProcessStep.Doer.REP, by.role}
    states = [
        StepState(one.position, one.state, one.step.channel, is_mine=one.step.doer in mine) for one in steps.values()
    ]
    for position in list_steps_done_by_talk(states, channel=interaction.channel):
        run = complete_step(steps[position], by=by, at=at, interaction=interaction)
    return run


def _lock(step_run: StepRun) -> tuple[ProcessRun, StepRun]:
    """The run first: two people on two steps of one run wait for each other."""
    run = ProcessRun.objects.select_for_update().get(pk=step_run.run_id)
    return run, StepRun.objects.get(pk=step_run.pk)


def _refuse_unless_open(run: ProcessRun, step: StepRun) -> None:
    if run.state != ProcessRun.State.RUNNING:
        raise ProcessRefused(gettext("This process has ended."))
    if step.state != StepRun.State.OPEN:
        raise ProcessRefused(gettext("It is not this step's turn: steps are done in order."))


def _open_next_step(run: ProcessRun, *, at: datetime, by: User | None) -> None:
    """Open the next waiting step with its clock and its task, or end the run."""
    steps = list(run.steps.select_related("step").order_by("position"))
    states = [StepState(step.position, step.state) for step in steps]
    position = find_next_step(states)
    if position is None:
        if is_run_finished(states):
            run.state, run.ended_at = ProcessRun.State.DONE, at
            run.save(update_fields=["state", "ended_at"])
        return
    following = next(step for step in steps if step.position == position)
    calendar = company_calendar()
    following.state = StepRun.State.OPEN
    following.due_at = calendar.add_hours(at, following.step.clock_hours)
    following.save(update_fields=["state", "due_at"])
    _open_step_task(run, following, by=by, on=calendar.local_day(at), total=len(steps))


@transaction.atomic
def open_tasks_of_steps(step_runs: Sequence[StepRun], *, by: User | None, at: datetime) -> None:
    """The tasks of steps that are open already, of runs that came from elsewhere; each once, all as one set."""
    runs = ProcessRun.objects.select_related("customer__owner").in_bulk({one.run_id for one in step_runs})
    versions = {run.version_id for run in runs.values()}
    flows = dict(Process.objects.filter(versions__in=versions).values_list("versions", "flow"))
    totals = dict(StepRun.objects.filter(run__in=runs).order_by().values_list("run").annotate(Count("pk")))
    wanted = [(runs[one.run_id].customer, one.step.doer) for one in step_runs]
    doers = find_doers(wanted, on=company_calendar().local_day(at))
    wishes = []
    for step_run, doer in zip(step_runs, doers, strict=True):
        run = runs[step_run.run_id]
        told = _tell_step_task(run, step_run, flow=flows[run.version_id], total=totals[run.pk])
        wishes.append(Task(customer=run.customer, assignee=doer, created_by=by, **told))
    open_tasks(wishes)


def _open_step_task(run: ProcessRun, step_run: StepRun, *, by: User | None, on: date, total: int) -> None:
    flow = Process.objects.values_list("flow", flat=True).get(versions=run.version_id)
    doer = find_doer(run.customer, doer=step_run.step.doer, on=on)
    open_task(run.customer, assignee=doer, by=by, **_tell_step_task(run, step_run, flow=flow, total=total))


def _tell_step_task(run: ProcessRun, step_run: StepRun, *, flow: str, total: int) -> dict[str, Any]:
    """The task of a step, but for whose it is."""
    values = {"subject": run.subject, "number": step_run.position, "total": total}
    about = (
        gettext("%(subject)s, step %(number)s of %(total)s.")
        if run.subject
        else gettext("Step %(number)s of %(total)s.")
    )
    return {
        "kind": Task.Kind.STEP,
        "title": step_run.step.title,
        "why": f"{about % values} {step_run.step.instruction}".strip(),
        "due_at": step_run.due_at,
        "source": f"step:{step_run.pk}",
        "is_selling": flow in SELLING_FLOWS,
        "step_run": step_run,
    }


def _close_task_of(
    step: StepRun,
    *,
    by: User | None,
    at: datetime,
    interaction: Interaction | None = None,
    reason: str = "",
    is_done: bool = True,
) -> None:
    for task in Task.objects.filter(step_run=step, state__in=OPEN_STATES):
        close_task(task, by=by, at=at, interaction=interaction, reason=reason, is_done=is_done)
