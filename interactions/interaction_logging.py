"""Logging a contact, and everything that follows from it in one act."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.contact_point_proving import prove_contact_point
from customers.customer_freshening import freshen_customer
from customers.models import ContactPoint, Customer, Person
from customers.question_asking import QuestionReply, keep_replies
from interactions.contact_permission import find_permission
from interactions.models import Interaction, ProcessRun, Promise, Task
from interactions.process_running import continue_contact
from interactions.promise_keeping import PromiseLine, close_promise, make_promise
from interactions.rules.contact_cadence import is_talk
from interactions.rules.process_next_step import ContactFacts, does_contact_answer
from interactions.rules.send_permission import needs_override
from interactions.task_finishing import finish_task
from interactions.task_handling import open_task, snooze_task
from segments.models import Process

PROVES = {Interaction.Channel.CALL: ContactPoint.Kind.PHONE, Interaction.Channel.MAIL: ContactPoint.Kind.EMAIL}


class ContactRefused(Exception):
    """The customer refused this channel and no reason was given for using it; the message says since when."""


@dataclass(frozen=True)
class LoggedContact:
    """What the log box shows afterwards. ``created`` is False when this form had been sent before."""

    interaction: Interaction
    created: bool = True
    answered: Sequence[Task] = field(default_factory=list)
    promises: Sequence[Promise] = field(default_factory=list)
    next_task: Task | None = None


@transaction.atomic
def log_interaction(
    customer: Customer,
    *,
    channel: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
    person: Person | None = None,
    note: str = "",
    direction: str = Interaction.Direction.OUT,
    outcome: str = Interaction.Outcome.TALKED,
    minutes: int | None = None,
    promises: Sequence[PromiseLine] = (),
    keeps: Sequence[Promise] = (),
    next_contact_at: datetime | None = None,
    answers: Task | None = None,
    replies: Sequence[QuestionReply] = (),
    override_reason: str = "",
    token: UUID | None = None,
) -> LoggedContact:
    """Write the contact, close the tasks it answers (``answers`` is the one it was logged from), keep and make
    promises, plan the next contact, let the process go on (an answered alert opens the next step of how the segment
    stays in contact), and refresh the customer's figures.

    ``replies`` are what came of the questions put meanwhile: answers become facts of the profile.

    The same ``token`` twice logs once. ``minutes`` not given are the setting's assumption; 0 where nobody was reached.
    Raises ``ContactRefused`` when the customer does not want to be contacted this way and ``override_reason`` is empty.
    """
    if token is not None and (known := Interaction.objects.filter(token=token, customer=customer).first()):
        return LoggedContact(known, created=False, next_task=_find_next_task(customer))
    override_reason = _check_permission(
        customer, channel=channel, is_outgoing=direction == Interaction.Direction.OUT, reason=override_reason
    )
    if minutes is None:
        minutes = int(setting("contacts.default_minutes")) if outcome == Interaction.Outcome.TALKED else 0
    interaction = Interaction.objects.create(
        customer=customer,
        person=person,
        channel=channel,
        direction=direction,
        outcome=outcome,
        note=note.strip(),
        minutes=minutes,
        happened_at=happened_at or at,
        logged_by=by,
        next_contact_at=next_contact_at,
        override_reason=override_reason,
        token=token,
    )
    _prove_point(interaction)
    answered = _finish_answered(interaction, answers=answers, by=by, at=at)
    if any(task.alert_id is not None for task in answered) or _is_in_contact_process(customer, interaction):
        continue_contact(customer, interaction=interaction, by=by, at=at)
    for promise in keeps:
        close_promise(promise, by=by, at=at)
    made = [
        make_promise(customer, line=line, by=by, at=at, person=person, interaction=interaction) for line in promises
    ]
    if next_contact_at is not None:
        _plan_next_contact(interaction, answers=answers, by=by, at=at)
    if replies:
        keep_replies(customer, replies, by=by, on=company_calendar().local_day(happened_at or at), person=person)
    freshen_customer(customer.pk, at=at)
    return LoggedContact(interaction, answered=answered, promises=made, next_task=_find_next_task(customer))


def _prove_point(interaction: Interaction) -> None:
    """A talk by phone or mail proves the number or address by which it came about."""
    kind = PROVES.get(interaction.channel)
    if kind is None or interaction.outcome != Interaction.Outcome.TALKED:
        return
    day = company_calendar().local_day(interaction.happened_at)
    prove_contact_point(interaction.customer, kind=kind, on=day, person=interaction.person)


def _check_permission(customer: Customer, *, channel: str, is_outgoing: bool, reason: str) -> str:
    """The reason to keep: empty when none was needed."""
    permission = find_permission(customer, channel=channel)
    if not needs_override(permission, is_outgoing=is_outgoing):
        return ""
    if not reason.strip():
        raise ContactRefused(
            gettext("They do not want this channel, said on %(day)s. Say why you used it all the same.")
            % {"day": permission.said_on.strftime("%-d %b %Y") if permission.said_on else "–"}
        )
    return reason.strip()[:300]


def _finish_answered(interaction: Interaction, *, answers: Task | None, by: User, at: datetime) -> list[Task]:
    """Close what this contact answers: the task it was logged from, and what else was waiting for a talk.

    A follow-up that is due only later stays, unless a new next contact takes its place.
    """
    contact = ContactFacts(interaction.channel, interaction.direction, interaction.outcome)
    calendar = company_calendar()
    today = calendar.local_day(at)
    waiting = (
        Task.objects.open()
        .filter(customer=interaction.customer_id)
        .select_related("step_run__step", "promise")
        .order_by("due_at", "pk")
    )
    finished = []
    for task in waiting:
        is_chosen = answers is not None and task.pk == answers.pk
        step_channel = task.step_run.step.channel if task.step_run is not None else ""
        is_later = task.kind == Task.Kind.FOLLOW_UP and calendar.local_day(task.due_at) > today
        if is_later and not is_chosen and interaction.next_contact_at is None:
            continue
        if does_contact_answer(
            contact,
            task_kind=task.kind,
            step_channel=step_channel,
            is_chosen=is_chosen,
            is_mine=task.assignee_id == by.pk,
        ):
            finished.append(finish_task(task, by=by, at=at, interaction=interaction))
    return finished


def _is_in_contact_process(customer: Customer, interaction: Interaction) -> bool:
    """Whether this was a talk with a customer whose segment's way of staying in contact is being carried out."""
    if not is_talk(channel=interaction.channel, direction=interaction.direction, outcome=interaction.outcome):
        return False
    runs = ProcessRun.objects.filter(customer=customer, state=ProcessRun.State.RUNNING)
    return runs.filter(version__process__flow=Process.Flow.CADENCE).exists()


def _plan_next_contact(interaction: Interaction, *, answers: Task | None, by: User, at: datetime) -> None:
    """Open the follow-up; when nobody was reached, what was to be done is only put off until then."""
    moment = interaction.next_contact_at
    if moment is None:
        return
    reached = is_talk(channel=interaction.channel, direction=interaction.direction, outcome=interaction.outcome)
    if not reached and answers is not None and moment > at:
        snooze_task(answers, until=moment, at=at)
        return
    values = {"person": interaction.person.name if interaction.person else interaction.customer.name}
    open_task(
        interaction.customer,
        kind=Task.Kind.FOLLOW_UP,
        title=gettext("Talk to %(person)s") % values,
        why=interaction.note[:300],
        due_at=moment,
        assignee=by,
        by=by,
        source=f"next-contact:{interaction.pk}",
        is_selling=True,
    )


def _find_next_task(customer: Customer) -> Task | None:
    return Task.objects.open().filter(customer=customer).select_related("assignee").order_by("due_at", "pk").first()
