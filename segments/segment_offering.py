"""What a segment is offered, and what was sold to customers it is not meant for: flagged, never forbidden."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from customers.models import Customer, Order, OrderLine, Product
from segments.membership_moves import held_on
from segments.models import Segment, SegmentProduct

SHOWN = 5


class OfferingError(Exception):
    """It cannot be offered like this; the message says why."""


@dataclass(frozen=True)
class SoldOutside:
    """A product sold to a customer of another segment: what it is, for how much (cents), and whom it is meant for."""

    product: Product
    amount_cents: int
    meant_for: list[Segment]


@transaction.atomic
def add_offering(segment: Segment, *, family: str = "", product: Product | None = None) -> SegmentProduct:
    """Name a product, or every product of a family, as made for ``segment``; naming it again changes nothing.

    Raises ``OfferingError`` for neither, both, or a family that no product has.
    """
    family = family.strip()
    if (product is None) == (not family):
        raise OfferingError(_("Name a product or a family."))
    if family and not Product.objects.filter(family=family).exists():
        raise OfferingError(_("No product is of this family."))
    offering, _made = SegmentProduct.objects.get_or_create(segment=segment, family=family, product=product)
    return offering


def remove_offering(offering: SegmentProduct) -> None:
    """It is no longer made for that segment; twice does no harm."""
    SegmentProduct.objects.filter(pk=offering.pk).delete()


def list_sold_outside(order: Order) -> list[SoldOutside]:
    """Products of ``order`` that are made for other segments than the customer's on its day; largest amount first."""
    return _find(OrderLine.objects.filter(order=order), order.customer_id, on=order.day)


def list_customer_sold_outside(customer: Customer, *, on: date) -> list[SoldOutside]:
    """The same over the 12 months that end on ``on``, against the segment the customer is in on that day."""
    since = on - timedelta(days=365)
    lines = OrderLine.objects.filter(order__customer=customer, order__day__gt=since, order__day__lte=on)
    return _find(lines, customer.pk, on=on)[:SHOWN]


def _find(lines: Any, customer_id: int, *, on: date) -> list[SoldOutside]:
    """Three queries, one where nothing is named."""
    named = list(SegmentProduct.objects.select_related("segment").filter(segment__archived_at=None))
    if not named:
        return []
    held = held_on(on, customer=customer_id).first()
    products = [one.product_id for one in named if one.product_id]
    families = [one.family for one in named if one.family]
    wanted = lines.filter(Q(product__in=products) | Q(product__family__in=families)).order_by()
    amounts = dict(wanted.values_list("product").annotate(Sum("amount_cents")))
    found = []
    for product in Product.objects.filter(pk__in=amounts):
        meant_for = find_segments_meant(product, named)
        if held is None or held.segment_id not in {segment.pk for segment in meant_for}:
            found.append(SoldOutside(product, amounts[product.pk], meant_for))
    return sorted(found, key=lambda sold: (-sold.amount_cents, sold.product.pk))


def find_segments_meant(product: Product, named: Iterable[SegmentProduct]) -> list[Segment]:
    """The segments that name this product or its family, first asked first; none is everybody."""
    meant = {
        one.segment.pk: one.segment
        for one in named
        if one.product_id == product.pk or (one.family and one.family == product.family)
    }
    return sorted(meant.values(), key=lambda segment: (segment.priority, segment.pk))
