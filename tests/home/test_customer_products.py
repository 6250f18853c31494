"""What is said about the products of one customer. Every list adds up to the figure above it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from customers.lost_items import add_weekly, list_missed_items
from customers.rules.sales_bridge import Movement
from tests.factories import make_customer, sell
from tests.home.product_sales import buy, compare, night, page_of, products, today

__all__ = ["products", "today"]

pytestmark = pytest.mark.django_db


def test_the_page_names_the_family_of_the_fall_and_the_item_that_is_missed(signed_in, rep, customer, products, today):
    buy(customer, products["Seals"], today, *range(300, 700, 24), cents=30_000)
    buy(customer, products["Bearings"], today, *range(5, 700, 30))
    night()

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Where the fall comes from" in page
    assert "of it is <b>Seals</b>" in page
    assert "Shaft seal: every 24 days until" in page
    assert "no seals at all since" in page
    assert "Ask what became of Shaft seal." in page


def test_before_the_first_order_the_page_says_so(signed_in, rep, customer):
    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Has not bought yet" in page


def test_the_bridge_of_the_year_ends_at_the_net_sales_of_the_orders(customer, products, today):
    buy(customer, products["Seals"], today, 10, 100, 364, 365, 400, 729, 730)

    night()
    table = compare([customer], today)

    assert (int(table.before_cents.sum()), int(table.now_cents.sum())) == (30_000, 30_000)


def test_price_volume_and_mix_of_a_customer_add_up(customer, products, today):
    buy(customer, products["Seals"], today, 500, cents=100_000, quantity=10)
    buy(customer, products["Seals"], today, 20, cents=165_000, quantity=15)  # 10% dearer, half as many again
    buy(customer, products["Bearings"], today, 450, cents=7_000)
    buy(customer, products["Filters"], today, 30, cents=5_000)
    night()

    parts = compare([customer], today).bridge_by_item()

    assert parts == {"gone": -7_000, "volume": 50_000, "price": 15_000, "mix": 0, "again": 0, "first": 5_000}


def test_lost_items_of_a_customer_sum_to_the_figure_shown(signed_in, rep, customer, products, today):
    for name in products:
        buy(customer, products[name], today, *range(200, 300, 7), cents=12_345)
    night()
    lost = list_missed_items([customer.pk], on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert len(lost) == 3
    assert add_weekly(lost) == sum(item.weekly_cents for item in lost) == 3 * 12_345
    assert "3 items are lost, about <b>€370</b> a week." in page


def test_an_item_that_is_only_late_is_shown_apart(signed_in, rep, customer, products, today):
    buy(customer, products["Seals"], today, *range(45, 300, 30))
    night()

    late = list_missed_items([customer.pk], on=today, with_risk=True)

    assert [item.is_lost for item in late] == [False]
    assert "silent beyond own mean + 1 spread" in page_of(
        signed_in(rep), reverse("home:customer-products", args=[customer.pk])
    )


def test_a_year_of_return_only_customers_is_no_new_customer(customer, products, today):
    buy(customer, products["Seals"], today, 20, cents=-5_000)
    night()

    bars = compare([customer], today).bridge_by_customer()

    assert bars[Movement.NEW] == (0, 0)
    assert bars[Movement.SHRANK] == (1, -5_000)


def test_a_day_in_the_future_is_in_no_period(customer, products):
    buy(customer, products["Seals"], date(2030, 1, 1), 0)
    night()

    assert len(compare([customer], date(2026, 11, 21)).rows) == 0


def sell_seals_with_filters_elsewhere(rep, products, today):
    for nth in range(30):
        other = make_customer(owner=rep, team=rep.team)
        lines = [(products["Seals"], 1000, 1), (products["Filters"], 500, 1)]
        sell(other, today - timedelta(days=nth), *(lines if nth < 24 else lines[:1]))
    for nth in range(50):
        sell(make_customer(), today - timedelta(days=nth), (products["Bearings"], 900, 1))


def test_what_goes_together_elsewhere_and_not_here_is_told_with_its_evidence(signed_in, rep, customer, products, today):
    from customers.basket_pairs import rebuild_basket_pairs

    sell_seals_with_filters_elsewhere(rep, products, today)
    buy(customer, products["Seals"], today, 10, 40, 70)
    night()
    rebuild_basket_pairs(on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Shaft seal goes with <b>Filter element</b>" in page
    assert "elsewhere in 7 of 10 orders; here in 0 of 3" in page  # 24 of 33 orders with a seal
    assert "24 orders (29%), 2.5× chance" in page
    assert "Offer Filter element with Shaft seal." in page


def test_nothing_is_offered_along_with_what_is_no_longer_bought(signed_in, rep, customer, products, today):
    from customers.basket_pairs import rebuild_basket_pairs

    sell_seals_with_filters_elsewhere(rep, products, today)
    buy(customer, products["Seals"], today, 100, 110, 120, 130)
    night()
    rebuild_basket_pairs(on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Ask what became of Shaft seal." in page
    assert "Offer Filter element with Shaft seal." not in page


def test_an_order_of_everything_counts_for_no_pair_and_not_among_the_orders_looked_at(customer, products, today):
    """40 orders, 20 of both and 10 of the one: five deliveries of 31 products say nothing and make them no more."""
    from customers.basket_pairs import rebuild_basket_pairs
    from customers.models import BoughtTogether, Product

    both = [Product.objects.create(number=f"T{nth}", name=f"T{nth}", family=f"T{nth}") for nth in range(2)]
    many = [Product.objects.create(number=f"M{nth}", name=f"M{nth}", family="Rest") for nth in range(29)]
    for nth in range(30):
        bought = both if nth < 20 else both[:1]
        sell(customer, today - timedelta(nth), *[(product, 1000, 1) for product in bought])
    for nth in range(10):
        sell(customer, today - timedelta(nth), (many[0], 1000, 1))
    for nth in range(5):
        sell(customer, today - timedelta(nth), *[(product, 1000, 1) for product in (*both, *many)])
    rebuild_basket_pairs(on=today)
    pair = BoughtTogether.objects.get(product=both[0], with_product=both[1])
    assert (pair.together, pair.orders, pair.with_orders, pair.baskets) == (20, 30, 20, 40)
