"""When a second order is late: measured on customers who came back, kept for a week where they are many."""

from datetime import date, timedelta

import pytest

from customers.models import PurchaseDay, PurchaseState
from interactions import second_order_habit
from interactions.second_order_habit import find_second_order_days, learn_second_orders_ahead
from segments.models import ModelFit
from tests import factories

EVENING = date(2026, 11, 23)
FIRST = EVENING - timedelta(days=300)


NOTHING = {"amount_cents": 0, "cost_cents": 0, "orders": 1}


def come_back(*, after: list[int], first: date = FIRST) -> None:
    """Customers who bought first on ``first`` and again so many days later, with a return in between."""
    states, days_of_all = [], []
    for customer, days in zip(factories.make_customers(len(after)), after, strict=True):
        second = first + timedelta(days=days)
        figures = NOTHING | {"sum_ln_gap": 0, "sum_gap_squared": 0, "positive_amount_cents": 0}
        states.append(PurchaseState(customer=customer, purchase_days=2, first_day=first, last_day=second, **figures))
        for day, cents in ((first, 900), (first + timedelta(days=1), -100), (second, 900)):
            days_of_all.append(PurchaseDay(customer=customer, day=day, lines=1, **(NOTHING | {"amount_cents": cents})))
    PurchaseState.objects.bulk_create(states)
    PurchaseDay.objects.bulk_create(days_of_all)


def list_kept() -> list[tuple[date, int, int]]:
    return [(one.fitted_on, one.parameters["days"], one.customers) for one in ModelFit.objects.order_by("fitted_on")]


@pytest.fixture
def many(db, monkeypatch):
    """A base that is large from 60 customers on."""
    monkeypatch.setattr(second_order_habit, "MEASURED_AT_MOST", 60)


def test_eighty_of_a_hundred_came_back_within_these_days(db):
    come_back(after=[20] * 40 + [44] * 8 + [150] * 12)
    assert find_second_order_days(on=EVENING) == 44


def test_thirty_days_where_fewer_than_fifty_came_back(db):
    come_back(after=[90] * 49)
    come_back(after=[90] * 5, first=EVENING - timedelta(days=100))  # had no half year's time yet
    assert find_second_order_days(on=EVENING) == 30


def test_a_week_at_least(db):
    come_back(after=[3] * 50)
    assert find_second_order_days(on=EVENING) == 7


def test_a_small_base_is_measured_whenever_somebody_asks(db):
    come_back(after=[40] * 50)
    learn_second_orders_ahead(on=EVENING)
    assert list_kept() == []
    come_back(after=[80] * 50)
    assert find_second_order_days(on=EVENING) == 80


def test_a_large_base_is_measured_once_a_week_after_the_night(many, django_assert_num_queries):
    come_back(after=[40] * 60)
    learn_second_orders_ahead(on=EVENING)
    come_back(after=[80] * 60, first=FIRST + timedelta(days=1))  # the newest
    for night in range(1, 7):
        learn_second_orders_ahead(on=EVENING + timedelta(days=night))
    next_day, next_week = EVENING + timedelta(days=1), EVENING + timedelta(days=8)
    assert list_kept() == [(next_day, 40, 60)]
    assert find_second_order_days(on=next_week - timedelta(days=1)) == 40
    learn_second_orders_ahead(on=EVENING + timedelta(days=7))
    assert list_kept() == [(next_day, 40, 60), (next_week, 80, 60)]
    with django_assert_num_queries(1):
        assert find_second_order_days(on=next_week) == 80


def test_what_was_kept_is_past_after_a_week_without_nights(many):
    come_back(after=[40] * 60)
    learn_second_orders_ahead(on=EVENING)
    come_back(after=[80] * 60, first=FIRST + timedelta(days=1))
    assert find_second_order_days(on=EVENING + timedelta(days=8)) == 80
