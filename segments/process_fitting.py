"""How many steps serve a segment, and moving a customer whose process does not fit what he brings."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.core.formats import format_money
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import Customer
from segments.customer_pinning import PinRefused, pin_customer
from segments.models import Membership, Pin, ProcessMisfit, ProcessVersion

HELD_DAYS = 180


def count_published_steps() -> dict[int, int]:
    """How many steps serve a segment, over the processes in force; by the segment's key, those without any left out."""
    published = ProcessVersion.objects.filter(state=ProcessVersion.State.PUBLISHED)
    return dict(published.values_list("process__segment").annotate(n=Count("steps")).order_by())


def find_costlier_segments(customer: Customer) -> set[int]:
    """Segments that are served with more steps than the one this customer is in; none where he is in none."""
    steps = count_published_steps()
    now = Membership.objects.current().filter(customer=customer).values_list("segment_id", flat=True).first()
    return set() if now is None else {key for key, count in steps.items() if count > steps.get(now, 0)}


def still_unfit(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of these misfits the customers who are where the last evening found them: whoever was moved since fits, or is a
    question for the next night; whoever is put back stands here again."""
    held = Membership.objects.current().filter(customer=OuterRef("customer"), segment=OuterRef("segment"))
    return rows.filter(Exists(held))


@transaction.atomic
def move_to_fitting_segment(misfit: ProcessMisfit, *, by: User, on: date, at: datetime) -> Pin:
    """Pin the customer into the segment that fits for half a year, with the figures as the reason.

    Raises ``PinRefused`` where that segment is no longer used, or the customer has been moved since the last evening.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=misfit.customer_id)
    if not still_unfit(ProcessMisfit.objects.filter(pk=misfit.pk)).exists():
        moved = {"name": misfit.customer.name, "was": misfit.segment.name}
        raise PinRefused(_("%(name)s has left %(was)s since the last night: nothing was moved.") % moved)
    words = {
        "money": format_money(misfit.contribution_cents, currency=setting("company.currency")),
        "was": misfit.segment.name,
        "fits": misfit.fits.name,
    }
    if misfit.kind == ProcessMisfit.Kind.SIMPLE:
        reason = _("Brings %(money)s a year, as customers of %(fits)s do; %(was)s serves too simply") % words
    else:
        reason = _("Brings %(money)s a year, as customers of %(fits)s do; %(was)s does too much for it") % words
    return pin_customer(
        misfit.customer,
        segment=misfit.fits,
        reason=reason,
        expires_on=on + timedelta(days=HELD_DAYS),
        by=by,
        on=on,
        at=at,
    )
