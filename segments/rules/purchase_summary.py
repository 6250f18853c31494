"""What the purchase days of customers come to on an evening: packed days in, one row of figures a customer out.

Any evening can be asked for; days after it count for nothing. Sums of cents are whole numbers and the same in any
order; logarithms are added up from the first gap to the last, so a customer counted alone and one counted among a
million come to the same last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segments.rules.churn_risk import QUARTER_DAYS
from segments.rules.purchase_history import BoolArray, FloatArray, IntArray

YEAR_DAYS = 365
BASELINE_DAYS = 364
# A day so long ago comes into a period that is counted, or leaves it; days of the future come in at 0.
PERIOD_EDGES = (0, QUARTER_DAYS, YEAR_DAYS, QUARTER_DAYS + BASELINE_DAYS, 2 * YEAR_DAYS)


@dataclass(frozen=True)
class HandlingRate:
    """Cents for one order on the days from ``first_day`` to ``last_day`` (both included; ``None``: open)."""

    first_day: int
    last_day: int | None
    cents_each: int


@dataclass(frozen=True)
class PurchaseSummary:
    """One entry a customer. A purchase day is a day with a positive net amount; ``first_day`` and ``last_day`` are 0
    without one. ``*_12m`` are the 365 days up to the evening, ``before`` the 365 before these; the baseline is the 364
    days before the last 91. ``handling_12m`` is what handling and sending the orders of 12 months cost."""

    purchase_days: IntArray
    first_day: IntArray
    last_day: IntArray
    log_gaps: FloatArray
    amount: IntArray
    cost: IntArray
    positive_amount: IntArray
    sales_12m: IntArray
    sales_before_12m: IntArray
    goods_12m: IntArray
    purchase_days_12m: IntArray
    sales_quarter: IntArray
    sales_baseline: IntArray
    handling_12m: IntArray


def summarise_purchases(
    counts: IntArray, days: npt.NDArray[np.void], *, as_of_day: int, handling: Sequence[Sequence[HandlingRate]] = ()
) -> PurchaseSummary:
    """The figures of customers with ``counts`` days each, whose ``days`` (``DAY_RECORD``) follow each other by customer
    and day. ``handling`` are the rates of each work that an order brings; of two of one work on the same day the
    first counts."""
    customers = len(counts)
    who = np.repeat(np.arange(customers), counts)
    ends = np.cumsum(counts)
    begins = ends - counts
    day = days["day"].astype(np.int64)
    known = day <= as_of_day
    amount = days["amount"].astype(np.int64) * known
    cost = days["cost"].astype(np.int64) * known
    bought = amount > 0
    ago = as_of_day - day
    year, year_before = (ago < YEAR_DAYS) & (ago >= 0), (ago >= YEAR_DAYS) & (ago < 2 * YEAR_DAYS)
    quarter = (ago < QUARTER_DAYS) & (ago >= 0)
    baseline = (ago >= QUARTER_DAYS) & (ago < QUARTER_DAYS + BASELINE_DAYS)

    def add(values: IntArray, only: BoolArray | None = None) -> IntArray:
        reached = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(values if only is None else values * only, out=reached[1:])
        return reached[ends] - reached[begins]

    purchases = np.flatnonzero(bought)
    buyer, purchase_day = who[purchases], day[purchases]
    starts = np.flatnonzero(np.diff(buyer, prepend=-1))
    first, last = np.zeros(customers, dtype=np.int64), np.zeros(customers, dtype=np.int64)
    first[buyer[starts]] = purchase_day[starts]
    last[buyer[starts]] = purchase_day[np.append(starts[1:], len(buyer))[: len(starts)] - 1]
    gaps = np.diff(purchase_day, prepend=0)
    gaps[starts] = 1
    return PurchaseSummary(
        purchase_days=np.bincount(buyer, minlength=customers),
        first_day=first,
        last_day=last,
        log_gaps=np.bincount(buyer, weights=np.log(gaps), minlength=customers).astype(np.float64, copy=False),
        amount=add(amount),
        cost=add(cost),
        positive_amount=add(amount, bought),
        sales_12m=add(amount, year),
        sales_before_12m=add(amount, year_before),
        goods_12m=add(cost, year),
        purchase_days_12m=add((bought & year).astype(np.int64)),
        sales_quarter=add(amount, quarter),
        sales_baseline=add(amount, baseline),
        handling_12m=add(_cost_handling(day, days["orders"].astype(np.int64), handling), year),
    )


def _cost_handling(day: IntArray, orders: IntArray, handling: Sequence[Sequence[HandlingRate]]) -> IntArray:
    each = np.zeros(len(day), dtype=np.int64)
    for work in handling:
        cents = np.zeros(len(day), dtype=np.int64)
        for rate in reversed(work):
            in_force = (day >= rate.first_day) & (day <= (rate.last_day if rate.last_day is not None else 2**31))
            cents = np.where(in_force, rate.cents_each, cents)
        each += cents
    return orders * each
