"""Putting a customer whose process does not fit into the segment whose customers bring as much."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from crm.core.formats import format_money
from crm.core.models import User
from crm.core.models.business_setting import setting
from segments.customer_pinning import pin_customer
from segments.models import Pin, ProcessMisfit

HELD_DAYS = 180


@transaction.atomic
def move_to_fitting_segment(misfit: ProcessMisfit, *, by: User, on: date, at: datetime) -> Pin:
    """Pin the customer into the segment that fits for half a year, with the figures as the reason; the misfit is gone.

    Raises ``PinRefused`` where that segment is no longer used.
    """
    words = {
        "money": format_money(misfit.contribution_cents, currency=setting("company.currency")),
        "was": misfit.segment.name,
        "fits": misfit.fits.name,
    }
    if misfit.kind == ProcessMisfit.Kind.SIMPLE:
        reason = _("Brings %(money)s a year, as customers of %(fits)s do; %(was)s serves too simply") % words
    else:
        reason = _("Brings %(money)s a year, as customers of %(fits)s do; %(was)s does too much for it") % words
    pin = pin_customer(
        misfit.customer,
        segment=misfit.fits,
        reason=reason,
        expires_on=on + timedelta(days=HELD_DAYS),
        by=by,
        on=on,
        at=at,
    )
    misfit.delete()
    return pin
