"""Nominations: colleagues add to the most valuable whom sales alone would not show, and a manager approves it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from crm.core.models import User
from customers.models import Customer
from segments.models import Nomination

LONGEST_DAYS = 366 * 2


class NominationRefused(Exception):
    """It cannot be nominated or decided like this; the message says why."""


@transaction.atomic
def nominate_customer(customer: Customer, *, reason: str, until: date, by: User, on: date) -> Nomination:
    """Propose ``customer`` for the most valuable, up to and including the local day ``until``.

    Raises ``NominationRefused`` without a reason, for a day out of reach, and while another nomination is open.
    """
    if not reason.strip():
        raise NominationRefused(_("A nomination needs a reason that others can judge."))
    if not on <= until or (until - on).days > LONGEST_DAYS:
        raise NominationRefused(_("A nomination ends between today and two years from now."))
    Customer.objects.select_for_update().get(pk=customer.pk)
    held = Nomination.objects.open().filter(customer=customer).first()
    if held is not None and held.until >= on:
        raise NominationRefused(_("%(name)s is nominated already.") % {"name": customer})
    if held is not None:
        held.state = Nomination.State.WITHDRAWN
        held.save(update_fields=["state"])
    return Nomination.objects.create(customer=customer, reason=reason.strip()[:300], until=until, nominated_by=by)


@transaction.atomic
def approve_nomination(nomination: Nomination, *, by: User, at: datetime, on: date) -> Nomination:
    """It counts from now on. Again is harmless; raises ``NominationRefused`` for one withdrawn or past its day."""
    nomination = Nomination.objects.select_for_update().get(pk=nomination.pk)
    if nomination.state == Nomination.State.WITHDRAWN or nomination.until < on:
        raise NominationRefused(_("This nomination is over."))
    return _decide(nomination, Nomination.State.APPROVED, by=by, at=at)


@transaction.atomic
def withdraw_nomination(nomination: Nomination, *, by: User, at: datetime) -> Nomination:
    """It counts no more; again is harmless."""
    nomination = Nomination.objects.select_for_update().get(pk=nomination.pk)
    return _decide(nomination, Nomination.State.WITHDRAWN, by=by, at=at)


def _decide(nomination: Nomination, state: str, *, by: User, at: datetime) -> Nomination:
    if nomination.state != state:
        nomination.state, nomination.decided_by, nomination.decided_at = state, by, at
        nomination.save(update_fields=["state", "decided_by", "decided_at"])
    return nomination
