"""Products made for a segment: sold to others they are flagged on the order and at the customer, never forbidden."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from customers.models import OrderLine, Product
from segments.segment_offering import (
    OfferingError,
    add_offering,
    list_customer_sold_outside,
    list_sold_outside,
    remove_offering,
)
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def shop(customer):
    """A customer of Standard buys a seal of the premium family, a cheap ring and something for everybody."""
    premium, standard, low = (factories.make_segment(key) for key in ("premium", "standard", "low"))
    factories.put_in_segment(customer, standard)
    seal = Product.objects.create(number="S-1", name="Ceramic seal", family="Certified")
    ring = Product.objects.create(number="R-1", name="Rubber ring", family="Rings")
    bolt = Product.objects.create(number="B-1", name="Bolt", family="Bolts")
    order = factories.make_order(customer, DAY)
    order.lines.all().delete()
    for position, (product, cents) in enumerate([(seal, 500_00), (ring, 10_00), (bolt, 5_00), (seal, 100_00)], start=1):
        OrderLine.objects.create(order=order, position=position, product=product, amount_cents=cents)
    return premium, standard, low, order, seal, ring


def test_what_no_segment_names_is_for_everybody(shop):
    *_rest, order, _seal, _ring = shop
    assert list_sold_outside(order) == []


def test_a_family_or_product_of_other_segments_is_flagged_with_whom_it_is_for(shop, customer):
    premium, _standard, low, order, seal, ring = shop
    add_offering(premium, family="Certified")
    add_offering(low, product=ring)
    add_offering(premium, product=ring)
    sold = [(one.product, one.amount_cents, [s.key for s in one.meant_for]) for one in list_sold_outside(order)]
    assert sold == [(seal, 600_00, ["premium"]), (ring, 10_00, ["premium", "low"])]
    assert [one.product for one in list_customer_sold_outside(customer, on=DAY)] == [seal, ring]
    assert list_customer_sold_outside(customer, on=date(2028, 1, 1)) == []


def test_what_the_own_segment_names_is_not_flagged(shop):
    premium, standard, _low, order, seal, _ring = shop
    add_offering(premium, family="Certified")
    own = add_offering(standard, product=seal)
    assert list_sold_outside(order) == []
    remove_offering(own)
    remove_offering(own)
    assert [one.product for one in list_sold_outside(order)] == [seal]


def test_the_segment_on_the_orders_day_counts(shop, customer):
    premium, _standard, _low, order, _seal, _ring = shop
    add_offering(premium, family="Certified")
    customer.memberships.update(until=date(2026, 11, 10))
    factories.put_in_segment(customer, premium, since=date(2026, 11, 10))
    assert len(list_sold_outside(order)) == 1
    assert list_customer_sold_outside(customer, on=date(2026, 11, 20)) == []


def test_naming_twice_is_once_and_nonsense_is_refused(shop):
    premium, *_rest, seal, _ring = shop
    assert add_offering(premium, family="Certified") == add_offering(premium, family=" Certified ")
    with pytest.raises(OfferingError):
        add_offering(premium)
    with pytest.raises(OfferingError):
        add_offering(premium, family="Certified", product=seal)
    with pytest.raises(OfferingError, match="No product"):
        add_offering(premium, family="Unheard of")


def test_an_admin_names_a_family_and_the_rep_sees_the_flag(
    shop, customer, admin, rep, other_rep, signed_in, monkeypatch
):
    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)  # the page tells of the last twelve months
    premium, _standard, _low, order, _seal, _ring = shop
    url = reverse("segments:offering-list", args=[premium.pk])
    client = signed_in(admin)
    assert "Nothing named yet" in client.get(url).content.decode()
    assert client.post(url, {"family": "Certified"}).status_code == 302
    assert "the whole family" in client.get(url).content.decode()
    assert "No product has this number" in client.post(url, {"number": "X"}).content.decode()
    shown = signed_in(rep).get(reverse("segments:order-fit", args=[order.pk])).content.decode()
    assert "Ceramic seal" in shown
    assert "Rubber" not in shown
    page = signed_in(rep).get(reverse("home:customer-part", args=[customer.pk, "steps"])).content.decode()
    assert "Sold outside the segment" in page
    assert signed_in(other_rep).get(reverse("segments:order-fit", args=[order.pk])).status_code == 404
    client.post(reverse("segments:offering-remove", args=[premium.products.get().pk]))
    assert "Ceramic" not in signed_in(rep).get(reverse("segments:order-fit", args=[order.pk])).content.decode()
