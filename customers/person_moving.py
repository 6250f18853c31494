"""Somebody leaves a customer, or moves to another one: both keep their history, and the empty post is told about.

The apps above enter what they do about an empty post when they are ready (``VACANCY_HEARERS``).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import ContactPoint, Customer, Person


class VacancyHearer(Protocol):
    """Hears that ``person`` has left his post at his customer on the local day ``on``."""

    def __call__(self, person: Person, *, on: date, at: datetime, by: User | None) -> None: ...


class ReturnHearer(Protocol):
    """Hears that ``person`` never left: his day of leaving was a mistake, or was taken back."""

    def __call__(self, person: Person, *, at: datetime, by: User | None) -> None: ...


VACANCY_HEARERS: list[VacancyHearer] = []
RETURN_HEARERS: list[ReturnHearer] = []


class MoveRefused(Exception):
    """It cannot be like this; the message says why."""


@transaction.atomic
def tell_vacancy(person: Person, *, on: date, at: datetime, by: User | None) -> None:
    """Let everybody know whom it concerns that the post of ``person`` is empty; again is harmless."""
    for hear in VACANCY_HEARERS:
        hear(person, on=on, at=at, by=by)


@transaction.atomic
def tell_return(person: Person, *, at: datetime, by: User | None) -> None:
    """Let everybody who followed up the empty post of ``person`` know that it is not empty; again is harmless."""
    for hear in RETURN_HEARERS:
        hear(person, at=at, by=by)


@transaction.atomic
def move_person(
    person: Person,
    *,
    to: Customer,
    on: date,
    at: datetime,
    by: User,
    job_title: str = "",
    keeps: Sequence[ContactPoint] = (),
) -> Person:
    """``person`` works for ``to`` since the local day ``on``; his new record there, which points back to the old one.

    ``keeps`` are the numbers and addresses that go with him, proven that day; those that stay no longer reach him.
    Raises ``MoveRefused``.
    """
    held = Person.objects.select_for_update().select_related("customer").get(pk=person.pk)
    if held.left_on is not None:
        raise MoveRefused(gettext("%(name)s has left already.") % {"name": held.name})
    if held.customer_id == to.pk:
        raise MoveRefused(gettext("%(name)s is here already: change the job title instead.") % {"name": held.name})
    if to.is_archived:
        raise MoveRefused(gettext("%(customer)s is archived.") % {"customer": to.name})
    moved = Person.objects.create(
        customer=to,
        name=held.name,
        job_title=job_title.strip()[:150],
        language=held.language,
        moved_from=held,
        created_by=by,
        changed_by=by,
    )
    for point in keeps:
        if point.person_id == held.pk:
            ContactPoint.objects.create(
                customer=to,
                person=moved,
                kind=point.kind,
                value=point.value,
                value_normal=point.value_normal,
                proven_on=on,
            )
    ContactPoint.objects.filter(person=held).update(is_valid=False)
    held.left_on, held.is_main, held.changed_by = on, False, by
    held.edit_version += 1
    held.save()
    tell_vacancy(held, on=on, at=at, by=by)
    return moved


@transaction.atomic
def leave_customer(person: Person, *, on: date, at: datetime, by: User) -> Person:
    """``person`` no longer works there since the local day ``on``; nobody knows where he went.

    Raises ``MoveRefused`` for one who has left already.
    """
    held = Person.objects.select_for_update(of=("self",)).select_related("customer").get(pk=person.pk)
    if held.left_on is not None:
        raise MoveRefused(gettext("%(name)s has left already.") % {"name": held.name})
    held.left_on, held.is_main, held.changed_by = on, False, by
    held.edit_version += 1
    held.save()
    tell_vacancy(held, on=on, at=at, by=by)
    return held


@transaction.atomic
def come_back(person: Person, *, was_main: bool, by: User) -> Person:
    """He never left; the main contact again where he ``was_main`` and nobody else is by now."""
    held = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    others = Person.objects.filter(customer=held.customer_id, is_main=True).exclude(pk=held.pk)
    held.left_on, held.is_main, held.changed_by = None, was_main and not others.exists(), by
    held.edit_version += 1
    held.save()
    return held


def find_records_of(person: Person) -> list[Person]:
    """Every record of the one human being, at whichever customer, whoever may see it; ``person`` first."""
    found = {person.pk: person}
    reached = [person]
    while reached:
        near = Q(moved_from__in=reached) | Q(pk__in=[one.moved_from_id for one in reached if one.moved_from_id])
        reached = list(Person.objects.filter(near).exclude(pk__in=found).select_related("customer"))
        found |= {one.pk: one for one in reached}
    return list(found.values())


def list_stations(person: Person, *, user: User, most: int = 20) -> list[Person]:
    """The records of one human being at one customer after the other, the latest first, as far as ``user`` sees them.

    Two queries a station; a circle (which no verb makes) ends where it began.
    """
    seen: dict[int, Person] = {person.pk: person}
    latest = person
    while len(seen) < most and (after := Person.objects.filter(moved_from=latest).select_related("customer").first()):
        if after.pk in seen:
            break
        seen[after.pk] = latest = after
    stations, one = [], latest
    while one is not None and len(stations) < most and one not in stations:
        stations.append(one)
        one = Person.objects.filter(pk=one.moved_from_id).select_related("customer").first()
    may_see = set(
        Person.objects.visible_to(user).filter(pk__in=[one.pk for one in stations]).values_list("pk", flat=True)
    )
    return [one for one in stations if one.pk in may_see]
