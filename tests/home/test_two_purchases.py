"""After two purchases nothing is called usual: one gap is no rhythm, wherever a page draws or tells it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.local_time import company_day
from customers.models import PurchaseDay
from tests.score_factory import make_score

RING = 'class="miss"'


def read_pages(admin, customer, signed_in, *, purchases, silent=150):
    """The customer's page, the cards of his value in it, and the value page: he bought every ten days until then."""
    today = company_day(timezone.now())
    days = [today - timedelta(silent + 10 * back) for back in range(purchases)]
    PurchaseDay.objects.bulk_create(
        PurchaseDay(customer=customer, day=day, amount_cents=9_000, cost_cents=1, orders=1, lines=1) for day in days
    )
    figures = {"gap_days": silent, "mean_gap_days": 10.0, "last_day": days[0], "note": "few_orders", "as_of": today}
    unknown = {"gap_ratio": None, "risk": 0} if purchases < 3 else {}
    make_score(customer, purchase_days=purchases, **figures, **unknown)
    client = signed_in(admin)
    addresses = [
        reverse("home:customer-page", args=[customer.pk]),
        reverse("home:customer-part", args=[customer.pk, "value"]),
        reverse("home:customer-value", args=[customer.pk]),
    ]
    return [client.get(address).content.decode() for address in addresses]


def test_of_two_purchases_no_page_says_how_often_is_usual_nor_draws_when_the_next_was_due(admin, customer, signed_in):
    whole, cards, value = read_pages(admin, customer, signed_in, purchases=2)
    assert "Last bought 150 days ago." in whole
    assert "are usual" not in whole
    assert "2 purchase days" in cards
    assert "2 purchase days shown" in value
    for page in (cards, value):
        assert "every 10 days" not in page
        assert RING not in page


@pytest.mark.parametrize("purchases", [3, 9])
def test_from_three_on_they_do(admin, customer, signed_in, purchases):
    whole, cards, value = read_pages(admin, customer, signed_in, purchases=purchases)
    assert "Silent for 150 days where 10 are usual." in whole
    for page in (cards, value):
        assert "every 10 days" in page
        assert RING in page


def test_two_that_lie_more_than_a_year_back_are_no_longer_too_early(admin, customer, signed_in):
    whole, cards, value = read_pages(admin, customer, signed_in, purchases=2, silent=500)
    listed = signed_in(admin).get(reverse("home:customer-list")).content.decode()
    for page in (whole, cards, value, listed):
        assert "long gone" in page.lower()
        assert "too early" not in page.lower()
    assert "/ 10" not in listed, "one gap is nothing usual in the list either"
