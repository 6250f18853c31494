"""Purchase days of a customer, packed, come to the figures that a clerk with a calendar would write down."""

from datetime import date, timedelta
from math import log

import numpy as np
import pytest

from customers.rules.purchase_day_sums import DAY_RECORD
from segments.rules.purchase_summary import HandlingRate, summarise_purchases

EVENING = date(2028, 2, 29)  # a leap day, so the year before it has 366 days to look back over
EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    return (day - EPOCH).days


def summarise(*customers: list[tuple[date, int, int]], on: date = EVENING, handling=()):
    """Each customer is a list of (day, amount, cost), one order a day."""
    days = [(number(day), 1, amount, cost) for customer in customers for day, amount, cost in customer]
    counts = np.array([len(customer) for customer in customers], dtype=np.int64)
    return summarise_purchases(counts, np.array(days, dtype=DAY_RECORD), as_of_day=number(on), handling=handling)


def days_ago(days: int) -> date:
    return EVENING - timedelta(days)


def test_rhythm_and_money_of_one_customer():
    found = summarise([(days_ago(400), 1_000, 600), (days_ago(364), 2_000, 900), (days_ago(10), 3_000, 1_500)])
    assert (found.purchase_days[0], found.first_day[0], found.last_day[0]) == (
        3,
        number(days_ago(400)),
        number(days_ago(10)),
    )
    assert found.log_gaps[0] == pytest.approx(log(36) + log(354))
    assert (found.amount[0], found.cost[0]) == (6_000, 3_000)
    assert (found.sales_12m[0], found.sales_before_12m[0], found.goods_12m[0]) == (5_000, 1_000, 2_400)
    assert (found.purchase_days_12m[0], found.sales_quarter[0], found.sales_baseline[0]) == (2, 3_000, 3_000)


@pytest.mark.parametrize(
    ("ago", "year", "before", "quarter", "baseline"),
    [
        (0, 1, 0, 1, 0),
        (90, 1, 0, 1, 0),
        (91, 1, 0, 0, 1),
        (364, 1, 0, 0, 1),
        (365, 0, 1, 0, 1),
        (454, 0, 1, 0, 1),
        (455, 0, 1, 0, 0),
        (729, 0, 1, 0, 0),
        (730, 0, 0, 0, 0),
    ],
)
def test_each_period_begins_and_ends_on_its_day(ago, year, before, quarter, baseline):
    found = summarise([(days_ago(ago), 100, 0)])
    counted = (found.sales_12m, found.sales_before_12m, found.sales_quarter, found.sales_baseline)
    assert [figure[0] // 100 for figure in counted] == [year, before, quarter, baseline]


def test_orders_of_the_future_count_for_nothing_yet():
    found = summarise([(days_ago(5), 100, 50), (days_ago(-1), 900, 900), (days_ago(-400), 900, 900)])
    assert (found.purchase_days[0], found.amount[0], found.cost[0], found.last_day[0]) == (
        1,
        100,
        50,
        number(days_ago(5)),
    )


def test_a_day_of_returns_is_no_purchase_but_lowers_the_sum():
    found = summarise([(days_ago(30), 500, 0), (days_ago(20), -700, -300), (days_ago(10), 0, 0)])
    sums = (found.amount[0], found.positive_amount[0], found.sales_12m[0])
    assert (found.purchase_days[0], *sums) == (1, -200, 500, -200)
    assert (found.first_day[0], found.last_day[0], found.log_gaps[0]) == (number(days_ago(30)), number(days_ago(30)), 0)


def test_who_only_returned_and_who_never_ordered_have_no_purchase_day():
    found = summarise([(days_ago(3), -100, 0)], [], [(days_ago(2), 100, 0)])
    assert found.purchase_days.tolist() == [0, 0, 1]
    assert found.first_day.tolist() == [0, 0, number(days_ago(2))]
    assert found.amount.tolist() == [-100, 0, 100]


def test_nobody_at_all():
    assert len(summarise().amount) == 0
    assert summarise([], []).sales_12m.tolist() == [0, 0]


def test_each_order_is_handled_at_the_rate_of_its_day():
    old = HandlingRate(number(days_ago(3000)), number(days_ago(51)), 500)
    new = HandlingRate(number(days_ago(50)), None, 900)
    freight = HandlingRate(number(days_ago(20)), None, 70)
    found = summarise(
        [(days_ago(500), 1, 0), (days_ago(60), 1, 0), (days_ago(50), 1, 0), (days_ago(10), 1, 0)],
        handling=[[new, old], [freight]],
    )
    assert found.handling_12m[0] == 500 + 900 + 900 + 70


def test_one_alone_and_one_among_many_come_to_the_same_last_bit():
    random = np.random.default_rng(8)
    base = [
        [
            (days_ago(int(ago)), int(random.integers(-500, 9_000)), 7)
            for ago in sorted(random.choice(900, size, replace=False))[::-1]
        ]
        for size in random.integers(0, 60, 200)
    ]
    together = summarise(*base)
    for place in range(0, 200, 9):
        alone = summarise(base[place])
        for name, figures in vars(together).items():
            assert getattr(alone, name)[0] == figures[place], name
