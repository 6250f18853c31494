"""The purchase days of customers and what they come to, from orders: numbers in, numbers out.

What it says is what ``customers.purchase_day_rebuild`` says in SQL of a few customers, to the last bit: cents are whole
numbers, and of a customer the logarithms of his gaps are added up from the first to the last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# An order's customer and day as one number: the customer times this, and the days since 0001-01-01.
DAYS_OF_CUSTOMER = 1 << 22
DAY_ZERO = int(np.datetime64("1970-01-01", "D").astype(np.int64) - np.datetime64("0001-01-01", "D").astype(np.int64))

# As the database packs a purchase day: days since 1970-01-01, money in cents.
DAY_RECORD = np.dtype([("day", ">i4"), ("orders", ">i4"), ("amount", ">i8"), ("cost", ">i8")])


@dataclass(frozen=True)
class PurchaseDays:
    """One entry for each customer and day, in this order: the day since 1970-01-01, sums of cents, how many orders, not
    counting what came back, and how many lines all of them have."""

    customer_id: IntArray
    day: IntArray
    amount: IntArray
    cost: IntArray
    orders: IntArray
    lines: IntArray

    def count_of_customers(self) -> tuple[IntArray, IntArray]:
        """The customers, and how many days each has."""
        starts = _find_starts(self.customer_id)
        return self.customer_id[starts], _count(starts, len(self.customer_id))


@dataclass(frozen=True)
class PurchaseStates:
    """One entry for each customer with purchase days. A purchase is a day with a positive net amount; without one
    ``purchase_days`` is 0, and the first and the last day mean nothing. Gaps lie between consecutive purchases."""

    customer_id: IntArray
    purchase_days: IntArray
    first_day: IntArray
    last_day: IntArray
    sum_ln_gap: FloatArray
    sum_gap_squared: FloatArray
    amount: IntArray
    cost: IntArray
    positive_amount: IntArray
    orders: IntArray


def add_up_orders(customer_days: IntArray, *, amounts: IntArray, costs: IntArray, lines: IntArray) -> PurchaseDays:
    """The purchase days of orders, in any order; ``customer_days`` are their customers and days as one number each."""
    if not (customer_days[1:] >= customer_days[:-1]).all():
        order = np.argsort(customer_days, kind="stable")
        customer_days, amounts, costs, lines = (one[order] for one in (customer_days, amounts, costs, lines))
    starts = _find_starts(customer_days)
    days = customer_days[starts]
    return PurchaseDays(
        customer_id=days // DAYS_OF_CUSTOMER,
        day=days % DAYS_OF_CUSTOMER - DAY_ZERO,
        amount=_add_up(amounts, starts),
        cost=_add_up(costs, starts),
        orders=_add_up((amounts >= 0).astype(np.int64), starts),
        lines=_add_up(lines, starts),
    )


def sum_up_states(days: PurchaseDays, *, look_up_ln: Callable[[IntArray], FloatArray]) -> PurchaseStates:
    """What the purchase days of each customer come to; ``look_up_ln`` tells the natural logarithms of whole numbers."""
    customers, counts = days.count_of_customers()
    starts, number = np.cumsum(counts) - counts, len(customers)
    bought = np.flatnonzero(days.amount > 0)
    customer, day = np.repeat(np.arange(number), counts)[bought], days.day[bought]
    first = _find_starts(customer)
    last = np.append(first[1:], len(customer))[: len(first)] - 1
    gaps, again = np.diff(day), np.diff(customer) == 0
    gaps, of = gaps[again], customer[1:][again]
    logarithms = np.zeros(int(gaps.max(initial=0)) + 1)
    different = np.flatnonzero(np.bincount(gaps))
    logarithms[different] = look_up_ln(different)
    sums: list[FloatArray] = [
        # One after the other, as they come: a sum in pairs would end in other digits.
        np.bincount(of, weights=values, minlength=number).astype(np.float64, copy=False)
        for values in (logarithms[gaps], gaps.astype(np.float64) ** 2)
    ]
    edges = np.zeros((2, number), dtype=np.int64)
    edges[:, customer[first]] = day[first], day[last]
    return PurchaseStates(
        customer_id=customers,
        purchase_days=np.bincount(customer, minlength=number),
        first_day=edges[0],
        last_day=edges[1],
        sum_ln_gap=sums[0],
        sum_gap_squared=sums[1],
        amount=_add_up(days.amount, starts),
        cost=_add_up(days.cost, starts),
        positive_amount=_add_up(np.maximum(days.amount, 0), starts),
        orders=_add_up(days.orders, starts),
    )


def pack_days(days: PurchaseDays) -> npt.NDArray[np.void]:
    """The days as the histories of the customers keep them, ``DAY_RECORD``."""
    packed = np.empty(len(days.day), dtype=DAY_RECORD)
    for name in DAY_RECORD.names or ():
        packed[name] = getattr(days, name)
    return packed


def _find_starts(values: npt.NDArray[Any]) -> IntArray:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1])[: len(values)])


def _count(starts: IntArray, total: int) -> IntArray:
    return np.diff(np.append(starts, total))


def _add_up(values: IntArray, starts: IntArray) -> IntArray:
    sums: IntArray = np.add.reduceat(values, starts) if len(starts) else values[:0]
    return sums
