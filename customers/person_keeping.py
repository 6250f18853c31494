"""A person, or a way to reach somebody, as a valid form says: alike from the browser and from other programs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from crm.core.models import User
from customers.models import ContactPoint, Person
from customers.person_moving import tell_return, tell_vacancy

if TYPE_CHECKING:
    from customers.forms.contact_point import ContactPointForm, PersonForm


@transaction.atomic
def keep_person(form: PersonForm, *, by: User, at: datetime) -> Person:
    """Write the person of a valid ``form``; who leaves by it, or never left, is told to whoever follows up his post."""
    is_known, left_before = form.instance.pk is not None, form.initial.get("left_on")
    person = form.save(commit=False)
    person.note_edit(by=by)
    person.save()
    if is_known and person.left_on is not None and left_before is None:
        tell_vacancy(person, on=person.left_on, at=at, by=by)
    elif is_known and person.left_on is None and left_before is not None:
        tell_return(person, at=at, by=by)
    return person


@transaction.atomic
def keep_contact_point(form: ContactPointForm, *, at: datetime) -> ContactPoint:
    """Write the number or address of a valid ``form``; whose it is, or was, counts as changed."""
    before = form.initial.get("person")
    point: ContactPoint = form.save()
    touch_people({before, point.person_id}, at=at)
    return point


@transaction.atomic
def remove_contact_point(point: ContactPoint, *, at: datetime) -> None:
    """It reaches nobody; the bin keeps it."""
    point.delete()
    touch_people({point.person_id}, at=at)


def touch_people(people: set[int | None], *, at: datetime) -> None:
    """Programs that ask what was changed hear of new numbers too."""
    Person.objects.filter(pk__in=people - {None}, changed_at__lt=at).update(changed_at=at)
