"""Promises: what we owe and what they asked, each with its day and its task."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from crm.core.business_calendar import add_working_days, company_calendar
from crm.core.models import User
from customers.models import Customer, Person
from interactions.models import Interaction, Promise, Task
from interactions.rules.promise_conflict import OpenPromise, find_conflicts
from interactions.task_handling import OPEN_STATES, close_task, open_task

CONFLICT_SOURCE = "conflict:"


class PromiseRefused(Exception):
    """The promise cannot be made or closed like this; the message says why."""


@dataclass(frozen=True)
class PromiseLine:
    """A promise as somebody writes it: ``side`` is ``ours`` or ``theirs``, ``due_on`` a local day or open."""

    side: str
    text: str
    due_on: date | None = None


@transaction.atomic
def make_promise(
    customer: Customer,
    *,
    line: PromiseLine,
    by: User,
    at: datetime,
    person: Person | None = None,
    interaction: Interaction | None = None,
) -> Promise:
    """Note a promise; with a day it becomes a task of ``by`` until five o'clock of that day. Where somebody else has an
    open promise about the same matter, both have a task to agree.

    Raises ``PromiseRefused`` when nothing is promised.
    """
    text = line.text.strip()
    if not text:
        raise PromiseRefused("Say what was promised.")
    promise = Promise.objects.create(
        customer=customer,
        person=person,
        interaction=interaction,
        side=line.side,
        text=text[:300],
        due_on=line.due_on,
        owner=by,
    )
    if line.due_on is not None:
        calendar = company_calendar()
        made_on = calendar.local_day(at)
        open_task(
            customer,
            kind=Task.Kind.PROMISE,
            title=text,
            why=_say_why(promise, person=person, made_on=made_on),
            due_at=calendar.end_of_day(line.due_on),
            assignee=by,
            by=by,
            source=f"promise:{promise.pk}",
            promise=promise,
        )
    if promise.side == Promise.Side.OURS:
        _ask_to_agree(promise, at=at)
    return promise


def _ask_to_agree(promise: Promise, *, at: datetime) -> None:
    """A task of each of the two for every open promise of somebody else about the matter of ``promise``."""
    ours = Promise.objects.open().filter(customer=promise.customer_id, side=Promise.Side.OURS)
    known = {one.pk: one for one in ours.select_related("owner", "customer")}
    said = [OpenPromise(one.pk, one.text, one.owner_id) for one in known.values()]
    for conflict in find_conflicts(said):
        if promise.pk not in (conflict.earlier, conflict.later):
            continue
        pair = known[conflict.earlier], known[conflict.later]
        for mine, theirs in (pair, pair[::-1]):
            _open_agreeing(mine, theirs, matter=conflict.matter, at=at)


def _open_agreeing(mine: Promise, theirs: Promise, *, matter: str, at: datetime) -> None:
    """To be done by the end of the next working day: the customer has heard both."""
    words = {"name": theirs.owner, "matter": matter, "mine": mine.text, "theirs": theirs.text}
    calendar = company_calendar()
    open_task(
        mine.customer,
        kind=Task.Kind.PROMISE,
        title=gettext("Agree with %(name)s about “%(matter)s”") % words,
        why=gettext("You promised “%(mine)s”, %(name)s promised “%(theirs)s”. The customer heard both.") % words,
        due_at=calendar.end_of_day(add_working_days(calendar.local_day(at), days=1, holidays=calendar.holidays)),
        assignee=mine.owner,
        source=f"{CONFLICT_SOURCE}{mine.pk}:{theirs.pk}",
    )


@transaction.atomic
def close_promise(promise: Promise, *, by: User, at: datetime, is_kept: bool = True) -> Promise:
    """Kept, or taken back; its task is closed with it. Again is harmless."""
    promise = Promise.objects.select_for_update().get(pk=promise.pk)
    if promise.state != Promise.State.OPEN:
        return promise
    promise.state = Promise.State.KEPT if is_kept else Promise.State.DROPPED
    promise.closed_at, promise.closed_by = at, by
    promise.save(update_fields=["state", "closed_at", "closed_by"])
    for task in Task.objects.filter(promise=promise):
        close_task(task, by=by, at=at, is_done=is_kept)
    _end_agreeing(promise, by=by, at=at)
    return promise


def _end_agreeing(promise: Promise, *, by: User, at: datetime) -> None:
    """With one of two promises gone there is nothing left to agree about."""
    about = Task.objects.filter(customer=promise.customer_id, state__in=OPEN_STATES, source__startswith=CONFLICT_SOURCE)
    for task in about:
        if str(promise.pk) in task.source.removeprefix(CONFLICT_SOURCE).split(":"):
            close_task(task, by=by, at=at, reason=gettext("One of the two promises is closed."), is_done=False)


@transaction.atomic
def reopen_promise(promise: Promise) -> Promise:
    """Take the closing back; its task is reopened by whoever undoes it."""
    promise = Promise.objects.select_for_update().get(pk=promise.pk)
    promise.state, promise.closed_at, promise.closed_by = Promise.State.OPEN, None, None
    promise.save(update_fields=["state", "closed_at", "closed_by"])
    return promise


@transaction.atomic
def open_again(promise: Promise) -> Promise:
    """Take the closing back with that of its task. One that is open stays as it is."""
    for task in Task.objects.select_for_update().filter(promise=promise).exclude(state__in=OPEN_STATES):
        task.state, task.closed_at, task.closed_by, task.closed_reason = Task.State.OPEN, None, None, ""
        task.save(update_fields=["state", "closed_at", "closed_by", "closed_reason"])
    return reopen_promise(promise)


def _say_why(promise: Promise, *, person: Person | None, made_on: date) -> str:
    values = {"person": person.name if person else "", "day": made_on.strftime("%-d %b")}
    if promise.side == Promise.Side.THEIRS:
        if person:
            return gettext("%(person)s asked for this on %(day)s and waits for an answer.") % values
        return gettext("They asked for this on %(day)s and wait for an answer.") % values
    if person:
        return gettext("Promised to %(person)s on %(day)s.") % values
    return gettext("Promised on %(day)s.") % values
