"""The rollups of items say what the order lines say, whatever happens to the orders."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from django.db import connection

from customers.item_rollup import rebuild_items, take_in_items
from customers.models import ItemDay, ItemRhythm, Order, Product, TouchedItems
from customers.purchase_day_rebuild import ingest_customer, ingest_orders, rebuild_purchase_days
from customers.rules.item_rhythm import ItemRhythm as Rhythm
from tests.factories import make_customer, make_order, sell

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _all_taken_in(db):
    """A new database begins with everybody noted."""
    TouchedItems.objects.all().delete()


@pytest.fixture
def seal():
    return Product.objects.create(number="S-1", name="Shaft seal", family="Seals")


@pytest.fixture
def disc():
    return Product.objects.create(number="D-1", name="Cutting disc", family="Abrasives")


def night():
    ingest_orders(at=NOW)
    return take_in_items()


def rows_of(customer):
    rows = ItemDay.objects.filter(customer=customer).order_by("day", "product_id")
    return [(row.day, row.product_id, row.amount_cents, row.quantity_milli, row.lines) for row in rows]


def everything():
    with connection.cursor() as cursor:
        found = []
        for table in ("customers_itemday", "customers_itemrhythm"):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found.append(cursor.fetchall())
    return found


def test_lines_of_a_day_are_one_row_for_each_product(customer, seal, disc):
    sell(customer, DAY, (seal, 1000, 2), (disc, 500, 1))
    sell(customer, DAY, (seal, 300, "0.5"))

    assert night() == 1

    assert rows_of(customer) == [(DAY, seal.pk, 1300, 2500, 2), (DAY, disc.pk, 500, 1000, 1)]


def test_an_order_without_lines_counts_with_its_whole_amount(customer):
    Order.objects.create(customer=customer, number="N-1", day=DAY, amount_cents=900, cost_cents=400)

    night()

    (row,) = ItemDay.objects.filter(customer=customer)
    assert (row.product_id, row.amount_cents, row.cost_cents) == (0, 900, 400)


def test_a_return_counts_on_the_day_of_its_order_and_takes_the_quantity_back(customer, seal):
    order = sell(customer, DAY, (seal, 1000, 4))
    sell(customer, DAY + timedelta(days=20), (seal, -250, 1), returns=order)

    night()

    assert rows_of(customer) == [(DAY, seal.pk, 750, 3000, 2)]


def test_an_edited_line_a_moved_order_and_a_deleted_one_are_all_seen(customer, seal, disc):
    edited = sell(customer, DAY, (seal, 1000, 1))
    moved = sell(customer, DAY + timedelta(days=1), (seal, 2000, 1))
    gone = sell(customer, DAY + timedelta(days=2), (seal, 4000, 1))
    night()

    edited.lines.update(product=disc)
    Order.objects.filter(pk=moved.pk).update(day=DAY + timedelta(days=9))
    gone.delete()
    night()

    assert rows_of(customer) == [
        (DAY, disc.pk, 1000, 1000, 1),
        (DAY + timedelta(days=9), seal.pk, 2000, 1000, 1),
    ]


def test_a_night_touches_only_whose_orders_changed(customer, foreign_customer, seal):
    sell(customer, DAY, (seal, 1000, 1))
    sell(foreign_customer, DAY, (seal, 1000, 1))
    night()

    sell(customer, DAY + timedelta(days=1), (seal, 1000, 1))

    assert night() == 1
    assert night() == 0


def test_who_is_asked_for_first_is_not_looked_at_again(customer, foreign_customer, seal):
    sell(customer, DAY, (seal, 1000, 1))
    sell(foreign_customer, DAY, (seal, 1000, 1))
    ingest_orders(at=NOW)

    assert take_in_items(customer_ids=[customer.pk]) == 1
    assert len(rows_of(customer)) == 1
    assert rows_of(foreign_customer) == []
    assert take_in_items() == 1
    assert len(rows_of(foreign_customer)) == 1


def test_an_order_entered_by_hand_is_there_at_once(customer, seal):
    night()
    sell(customer, DAY, (seal, 1000, 1))

    ingest_customer(customer.pk)

    assert len(rows_of(customer)) == 1


def test_made_new_as_a_whole_it_says_the_same_as_kept_up_to_date(customer, foreign_customer, seal, disc):
    rng = np.random.default_rng(5)
    for owner in (customer, foreign_customer):
        for nth, gap in enumerate(rng.integers(1, 40, 25).cumsum()):
            product = (seal, disc)[nth % 2] if nth % 5 else None
            sell(owner, DAY + timedelta(days=int(gap)), (product, int(rng.integers(-300, 5000)), 1))
    night()
    kept = everything()

    rebuild_purchase_days(at=NOW)
    rebuild_items()

    assert everything() == kept
    assert kept[1]
    rebuild_items()
    assert everything() == kept


def test_the_rhythm_in_the_database_is_that_of_the_rule(seal):
    rng = np.random.default_rng(7)
    for _customer in range(12):
        customer = make_customer()
        days = np.unique(rng.integers(0, 900, int(rng.integers(2, 40))))
        for day in days:
            sell(customer, DAY + timedelta(days=int(day)), (seal, int(rng.integers(1, 90_000)), 1))
    night()

    found = list(ItemRhythm.objects.all())

    assert len(found) >= 9
    for row in found:
        rule = Rhythm(row.purchase_days, row.first_day, row.last_day, row.sum_gap_squared, row.amount_cents)
        assert (row.at_risk_from, row.lost_from, row.weekly_cents) == (
            rule.at_risk_from,
            rule.lost_from,
            rule.weekly_cents,
        )
        days = [day for day, _p, cents, _q, _l in rows_of(row.customer) if cents > 0]
        gaps = [(b - a).days for a, b in pairwise(days)]
        assert row.purchase_days == len(days)
        assert row.sum_gap_squared == sum(gap * gap for gap in gaps)


def test_what_was_bought_twice_or_returned_away_has_no_rhythm(customer, seal):
    for nth in range(2):
        sell(customer, DAY + timedelta(days=30 * nth), (seal, 1000, 1))
    sell(customer, DAY + timedelta(days=90), (seal, -1000, 1))

    night()

    assert not ItemRhythm.objects.exists()


def test_the_sums_are_those_of_the_orders(customer, seal):
    make_order(customer, DAY, 10_000)
    sell(customer, DAY, (seal, 1234, 1))
    Order.objects.create(customer=customer, number="N-9", day=DAY, amount_cents=-77)

    night()

    assert sum(row[2] for row in rows_of(customer)) == 10_000 + 1234 - 77
