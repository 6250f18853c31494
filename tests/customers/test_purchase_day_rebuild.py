"""The rollup of purchase days is what the orders say, whatever happened to them."""

from datetime import UTC, date, datetime, timedelta
from math import log

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from customers import purchase_day_rebuild
from customers.models import Order, PurchaseDay, PurchaseState, RollupWatermark, TouchedCustomer
from customers.purchase_day_rebuild import (
    ingest_customer,
    ingest_orders,
    rebuild_purchase_days,
)
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
DAY = date(2026, 11, 1)


def days_of(customer):
    rows = PurchaseDay.objects.filter(customer=customer).order_by("day")
    return [((row.day - DAY).days, row.amount_cents, row.cost_cents, row.orders, row.lines) for row in rows]


def in_days(number):
    return DAY + timedelta(number)


def test_orders_of_a_day_are_one_purchase(customer):
    make_order(customer, DAY, 100_00)
    make_order(customer, DAY, 50_00)
    make_order(customer, in_days(9), 30_00, line_count=3)
    assert ingest_orders(at=NOW).customers == 1
    assert days_of(customer) == [(0, 150_00, 90_00, 2, 2), (9, 30_00, 18_00, 1, 3)]
    state = PurchaseState.objects.get(customer=customer)
    assert (state.purchase_days, state.first_day, state.last_day, state.orders) == (2, DAY, in_days(9), 3)
    assert (state.amount_cents, state.cost_cents, state.positive_amount_cents) == (180_00, 108_00, 180_00)
    assert state.sum_ln_gap == pytest.approx(log(9))
    assert state.sum_gap_squared == 81


def test_a_return_counts_on_the_day_of_the_order_it_returns(customer):
    order = make_order(customer, DAY, 100_00, cost_cents=60_00)
    make_order(customer, in_days(20), -40_00, cost_cents=-24_00, returns=order)
    ingest_orders(at=NOW)
    assert days_of(customer) == [(0, 60_00, 36_00, 1, 2)]


def test_a_day_on_which_everything_was_returned_is_no_purchase_but_counts_in_the_sums(customer):
    make_order(customer, DAY, 100_00)
    order = make_order(customer, in_days(5), 70_00, cost_cents=40_00)
    make_order(customer, in_days(7), -70_00, cost_cents=0, returns=order)
    make_order(customer, in_days(10), 20_00)
    make_order(customer, in_days(12), -5_00, cost_cents=0)
    ingest_orders(at=NOW)
    state = PurchaseState.objects.get(customer=customer)
    assert (state.purchase_days, state.last_day) == (2, in_days(10))
    assert state.sum_ln_gap == pytest.approx(log(10))
    assert (state.amount_cents, state.positive_amount_cents) == (115_00, 120_00)


def test_a_customer_who_only_returned_has_no_purchase_day(customer):
    make_order(customer, DAY, -5_00)
    ingest_orders(at=NOW)
    state = PurchaseState.objects.get(customer=customer)
    assert (state.purchase_days, state.first_day, state.amount_cents) == (0, None, -5_00)


def test_unknown_cost_counts_as_nothing(customer):
    make_order(customer, DAY, 100_00, cost_cents=None)
    ingest_orders(at=NOW)
    assert days_of(customer)[0][2] == 0


def test_a_deleted_order_takes_its_day_along(customer):
    make_order(customer, DAY, 100_00)
    gone = make_order(customer, in_days(4), 10_00)
    ingest_orders(at=NOW)
    gone.delete()
    ingest_orders(at=NOW)
    assert [day for day, *_ in days_of(customer)] == [0]
    Order.objects.all().delete()
    ingest_orders(at=NOW)
    assert not days_of(customer)
    assert not PurchaseState.objects.exists()


def test_an_order_moved_to_another_day_or_customer_leaves_its_old_place(customer, foreign_customer):
    order = make_order(customer, DAY, 100_00)
    ingest_orders(at=NOW)
    Order.objects.filter(pk=order.pk).update(day=in_days(3))
    ingest_orders(at=NOW)
    assert [day for day, *_ in days_of(customer)] == [3]
    Order.objects.filter(pk=order.pk).update(customer=foreign_customer)
    ingest_orders(at=NOW)
    assert not days_of(customer)
    assert [day for day, *_ in days_of(foreign_customer)] == [3]


def test_a_second_ingest_finds_nothing_to_do_and_changes_nothing(customer):
    make_order(customer, DAY)
    ingest_orders(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM customers_purchaseday")
        before = cursor.fetchall()
        assert ingest_orders(at=NOW + timedelta(days=1)).customers == 0
        TouchedCustomer.objects.create(customer_id=customer.pk)
        assert ingest_orders(at=NOW + timedelta(days=1)).customers == 1
        cursor.execute("SELECT xmin::text FROM customers_purchaseday")
        assert cursor.fetchall() == before
    assert RollupWatermark.objects.get().orders_until == NOW + timedelta(days=1)


def test_only_the_day_of_an_order_that_came_in_is_read_anew(customer):
    make_order(customer, DAY, 100_00)
    make_order(customer, in_days(9), 30_00)
    ingest_orders(at=NOW)
    PurchaseDay.objects.filter(customer=customer, day=DAY).update(amount_cents=1)
    make_order(customer, in_days(9), 20_00)
    make_order(customer, in_days(4), 10_00)
    ingest_orders(at=NOW)
    assert [(day, amount) for day, amount, *_ in days_of(customer)] == [(0, 1), (4, 10_00), (9, 50_00)]
    assert PurchaseState.objects.get(customer=customer).amount_cents == 60_01
    Order.objects.filter(day=in_days(9)).first().save()
    ingest_orders(at=NOW)
    assert days_of(customer)[0][1] == 100_00


def test_an_order_that_moves_while_its_customer_is_taken_in_is_never_counted_on_two_days(customer):
    moved = make_order(customer, DAY, 100_00)
    ingest_orders(at=NOW)
    make_order(customer, in_days(9), 30_00)

    def move_it(execute, sql, *rest):
        if sql.startswith("CREATE TEMP TABLE days_now"):
            Order.objects.filter(pk=moved.pk).update(day=in_days(9))
        return execute(sql, *rest)

    with connection.execute_wrapper(move_it):
        ingest_orders(at=NOW)
    assert [(day, amount) for day, amount, *_ in days_of(customer)] == [(9, 130_00)]


def test_one_customer_can_be_taken_in_at_once(customer, foreign_customer):
    make_order(customer, DAY)
    make_order(foreign_customer, DAY)
    ingest_customer(customer.pk)
    assert days_of(customer)
    assert not days_of(foreign_customer)
    assert ingest_orders(at=NOW).customers == 1


def test_many_touched_customers_are_a_rebuild(customer, foreign_customer, monkeypatch):
    monkeypatch.setattr(purchase_day_rebuild, "REBUILD_FROM", 1)
    make_order(customer, DAY)
    make_order(foreign_customer, DAY)
    assert ingest_orders(at=NOW).rebuilt
    assert PurchaseDay.objects.count() == 2
    others = [make_customer() for _ in range(4)]
    for other in others:
        make_order(other, DAY)
    assert ingest_orders(at=NOW).rebuilt
    make_order(customer, in_days(3))
    make_order(foreign_customer, in_days(3))
    assert not ingest_orders(at=NOW).rebuilt
    assert PurchaseDay.objects.count() == 8


order_rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(-50, 80)), min_size=1, max_size=14)


class RollupMatchesOrders(HypothesisCase):
    """Whatever is written, changed and deleted, ingest by ingest, equals a rebuild from nothing."""

    @settings(max_examples=12, deadline=None)
    @given(
        first=order_rows,
        more=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(-50, 80), st.integers(0, 30))),
        changes=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 12), st.booleans())),
    )
    def test_ingest_equals_rebuild(self, first, more, changes):
        """Of ``more`` that come in later some return one of the first, of the same customer."""
        customers = [make_customer() for _ in range(3)]
        orders = [make_order(customers[who], in_days(day), amount) for who, day, amount in first]
        ingest_orders(at=NOW)
        for place, (who, day, amount, returned) in enumerate(more):
            original = orders[returned] if returned < len(first) and first[returned][0] == who else None
            make_order(customers[who], in_days(day), amount, returns=original)
            if place % 3 == 0:
                ingest_orders(at=NOW)
        for position, day, deleted in changes:
            if position < len(orders):
                rows = Order.objects.filter(pk=orders[position].pk)
                rows.delete() if deleted else rows.update(day=in_days(day))
        ingest_orders(at=NOW)
        kept = list(PurchaseDay.objects.order_by("pk").values()), list(PurchaseState.objects.order_by("pk").values())
        assert rebuild_purchase_days(at=NOW) == len(kept[0])
        assert kept[0] == list(PurchaseDay.objects.order_by("pk").values())
        assert kept[1] == list(PurchaseState.objects.order_by("pk").values())
