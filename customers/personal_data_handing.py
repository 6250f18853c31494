"""Handing out somebody's data: the note that it was done, and for whom."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, Person, PersonalDataAct


class HandingRefused(Exception):
    """It is not handed out like this; the message says why."""


@transaction.atomic
def note_export(
    customer: Customer, *, person: Person | None, reason: str, counts: Mapping[str, int], by: User, at: datetime
) -> PersonalDataAct:
    """Note that the data of ``customer``, or of ``person`` there, was handed out. Raises ``HandingRefused``."""
    if not reason.strip():
        raise HandingRefused(gettext("Say on whose request, and when it came."))
    return PersonalDataAct.objects.create(
        kind=PersonalDataAct.Kind.EXPORT,
        customer_id=customer.pk,
        person_id=person.pk if person else None,
        reason=reason.strip()[:300],
        counts=dict(counts),
        done_by=by,
        done_at=at,
    )
