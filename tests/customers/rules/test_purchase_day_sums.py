"""What orders come to by day and by customer, added up for everybody at once."""

from datetime import date
from math import log

import numpy as np

from customers.rules.purchase_day_sums import DAYS_OF_CUSTOMER, add_up_orders, pack_days, sum_up_states

FIRST = date(2026, 3, 1)


def number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def add_up(*orders: tuple[int, int, int, int]) -> object:
    """Orders of (customer, days after the first, amount, cost), a line each."""
    numbers = [customer * DAYS_OF_CUSTOMER + FIRST.toordinal() - 1 + after for customer, after, *_money in orders]
    amounts, costs = ([order[place] for order in orders] for place in (2, 3))
    columns = [np.array(one, dtype=np.int64) for one in (numbers, amounts, costs, [1] * len(orders))]
    return add_up_orders(columns[0], amounts=columns[1], costs=columns[2], lines=columns[3])


def sum_up(days):
    return sum_up_states(days, look_up_ln=np.log)


def test_orders_of_a_day_are_one_purchase_day_however_they_come():
    days = add_up((7, 9, 500, 300), (3, 0, 100, 10), (7, 2, 50, 5), (7, 9, 70, 20), (7, 9, -40, -9), (3, 0, 0, 0))
    found = [days.customer_id, days.day - number(FIRST), days.amount, days.cost, days.orders, days.lines]
    assert [list(row) for row in zip(*found, strict=True)] == [
        [3, 0, 100, 10, 2, 2],  # a gift is handled like any order
        [7, 2, 50, 5, 1, 1],
        [7, 9, 530, 311, 2, 3],  # what came back is none
    ]


def test_gaps_lie_between_purchases_of_one_customer_and_what_is_sent_back_is_none():
    states = sum_up(add_up((3, 0, 100, 0), (7, 2, 50, 5), (7, 4, -20, 0), (7, 9, 70, 0), (7, 12, 30, 0), (9, 1, -5, 0)))
    assert states.customer_id.tolist() == [3, 7, 9]
    assert states.purchase_days.tolist() == [1, 3, 0]
    assert (states.first_day - number(FIRST)).tolist()[:2] == [0, 2]
    assert (states.last_day - number(FIRST)).tolist()[:2] == [0, 12]
    assert states.sum_ln_gap.tolist() == [0.0, log(7) + log(3), 0.0]
    assert states.sum_gap_squared.tolist() == [0.0, 58.0, 0.0]
    assert states.amount.tolist() == [100, 130, -5]
    assert states.positive_amount.tolist() == [100, 150, 0]
    assert (states.cost.tolist(), states.orders.tolist()) == ([0, 5, 0], [1, 3, 0])


def test_a_history_is_the_days_one_behind_the_other():
    days = add_up((7, 0, 50, 5), (7, 1, -20, 1))
    assert pack_days(days)[1].item() == (number(FIRST) + 1, 0, -20, 1)
    assert pack_days(days)[:1].tobytes().hex() == f"{number(FIRST):08x}00000001{50:016x}{5:016x}"


def test_nobody_who_ordered_is_nobody_with_days():
    days = add_up()
    assert (len(days.day), len(pack_days(days)), len(sum_up(days).customer_id)) == (0, 0, 0)
