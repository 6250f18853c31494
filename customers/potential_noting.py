"""Potential: what a customer could buy from us, noted with its evidence; each change is kept."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from crm.core.models import User
from customers.models import Customer, Potential


class PotentialRefused(Exception):
    """It cannot be noted like this; the message says why."""


@transaction.atomic
def note_potential(customer: Customer, *, yearly_cents: int, evidence: str, by: User, on: date) -> Potential:
    """Note sales a year (cents) that we could have with ``customer``, from the local day ``on``.

    The same figure with the same evidence again adds nothing. Raises ``PotentialRefused``.
    """
    if yearly_cents < 0:
        raise PotentialRefused(gettext("Potential sales cannot be below zero."))
    if not evidence.strip():
        raise PotentialRefused(gettext("Potential needs evidence: what did they do or say?"))
    Customer.objects.select_for_update().get(pk=customer.pk)
    held = find_potential(customer, on=on)
    if held is not None and (held.yearly_cents, held.evidence) == (yearly_cents, evidence.strip()):
        return held
    return Potential.objects.create(
        customer=customer, yearly_cents=yearly_cents, evidence=evidence.strip()[:300], noted_by=by, noted_on=on
    )


def find_potential(customer: Customer, *, on: date) -> Potential | None:
    """The potential in force on the local day ``on``."""
    rows = Potential.objects.filter(customer=customer, noted_on__lte=on).select_related("noted_by")
    found: Potential | None = rows.first()
    return found
