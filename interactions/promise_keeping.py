"""Promises: what we owe and what they asked, each with its day and its task."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext

from crm.core.business_calendar import company_calendar
from crm.core.models import User
from customers.models import Customer, Person
from interactions.models import Interaction, Promise, Task
from interactions.task_handling import close_task, open_task


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
    """Note a promise; with a day it becomes a task of ``by`` until five o'clock of that day.

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
    return promise


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
    return promise


@transaction.atomic
def reopen_promise(promise: Promise) -> Promise:
    """Take the closing back; its task is reopened by whoever undoes it."""
    promise = Promise.objects.select_for_update().get(pk=promise.pk)
    promise.state, promise.closed_at, promise.closed_by = Promise.State.OPEN, None, None
    promise.save(update_fields=["state", "closed_at", "closed_by"])
    return promise


def _say_why(promise: Promise, *, person: Person | None, made_on: date) -> str:
    values = {"person": person.name if person else "", "day": made_on.strftime("%-d %b")}
    if promise.side == Promise.Side.THEIRS:
        if person:
            return gettext("%(person)s asked for this on %(day)s and waits for an answer.") % values
        return gettext("They asked for this on %(day)s and wait for an answer.") % values
    if person:
        return gettext("Promised to %(person)s on %(day)s.") % values
    return gettext("Promised on %(day)s.") % values
