"""Which place a customer holds among all, without reading all: some rungs of the ladder are kept with the run.

Between two rungs stand few customers; who stands there is counted in the index of the scores.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from segments.rules.abc_classes import RevenueOrder, order_by_revenue
from segments.rules.purchase_history import IntArray

RUNGS = 400
Rung = Sequence[int]  # place from 1, cents, customer id


def build_ladder(customer_ids: IntArray, revenue_cents: IntArray, *, rungs: int = RUNGS) -> list[list[int]]:
    """Rungs evenly spread over the customers, the highest revenue first, equal ones by id; the last customer is one."""
    order = order_by_revenue(customer_ids, revenue_cents)
    return place_rungs(RevenueOrder.of_parts([(customer_ids[order], revenue_cents[order])]), rungs=rungs)


def place_rungs(order: RevenueOrder, *, rungs: int = RUNGS) -> list[list[int]]:
    """The ladder of customers who are in the order of their revenue already."""
    number = len(order.revenue)
    places = sorted({max(1, round(number * step / rungs)) for step in range(1, rungs + 1)}) if number else []
    ids = order.find_ids([place - 1 for place in places])
    return [[place, int(order.revenue[place - 1]), one] for place, one in zip(places, ids, strict=True)]


def find_rung(ladder: Sequence[Rung], *, revenue_cents: int, customer_id: int) -> Any:
    """The last rung that stands before this customer, or None when he stands before the first."""
    keys = [(-rung[1], rung[2]) for rung in ladder]
    position = bisect_right(keys, (-revenue_cents, customer_id - 1))
    return ladder[position - 1] if position else None
