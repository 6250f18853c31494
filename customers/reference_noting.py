"""References: who is willing to show others what he has from us, for what, and until when."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, Person, ShowroomReference


class ReferenceRefused(Exception):
    """It cannot be noted like this; the message says why."""


@transaction.atomic
def note_reference(
    customer: Customer, *, topic: str, rest_days: int, by: User, on: date, person: Person | None = None
) -> ShowroomReference:
    """``customer`` is willing since ``on``; the same topic again changes who receives and how long he rests.

    Raises ``ReferenceRefused`` without a topic.
    """
    words = " ".join(topic.split())[:120]
    if not words:
        raise ReferenceRefused(gettext("Say for what: a product, a machine, a way of working."))
    held = ShowroomReference.objects.select_for_update().filter(customer=customer, topic=words, ended_on=None).first()
    row = held or ShowroomReference(customer=customer, topic=words, willing_since=on, noted_by=by)
    row.rest_days, row.person = rest_days, person
    row.save()
    return row


@transaction.atomic
def end_reference(reference: ShowroomReference, *, on: date) -> ShowroomReference:
    """They are no reference any more from ``on``; what was shown stays as history."""
    row = ShowroomReference.objects.select_for_update().get(pk=reference.pk)
    row.ended_on = row.ended_on or on
    row.save(update_fields=["ended_on"])
    return row


@transaction.atomic
def resume_reference(reference: ShowroomReference) -> ShowroomReference:
    """They are a reference after all; harmless again. Raises ``ReferenceRefused`` where a newer one is for the same."""
    row = ShowroomReference.objects.select_for_update().get(pk=reference.pk)
    held = ShowroomReference.objects.filter(customer=row.customer_id, topic=row.topic, ended_on=None)
    if held.exclude(pk=row.pk).exists():
        raise ReferenceRefused(gettext("They are a reference for that already."))
    row.ended_on = None
    row.save(update_fields=["ended_on"])
    return row
