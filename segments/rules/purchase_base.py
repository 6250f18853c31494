"""What has to be known of all customers before any of them can be scored: one pass over their figures, part by part.

The same customers give the same numbers to the last bit, whoever gathered them and however they were cut into parts:
whole numbers are added up, and the one sum of fractions is rounded once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from segments.rules.abc_classes import RevenueOrder, order_by_revenue
from segments.rules.churn_risk import LEAST_AGE_DAYS
from segments.rules.purchase_history import FloatArray, IntArray
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM

SAMPLE_FIELDS = ("purchase_days", "first_day", "last_day", "log_gaps", "positive_amount")
EXACT_BITS = 1130  # of a fraction: with so many every number of the processor is a whole one
Columns = Mapping[str, Any]


@dataclass(frozen=True)
class PurchaseBase:
    """All who ever bought: in the order of their net sales of 12 months, and of each their purchase days of 12 months
    and the days since the last purchase, the fewest first.

    Of those without a contract: how many there are, the first day of all and the most purchase days of one; the mean
    margin a day (cents) of those with a rhythm, margin as a share of sales, the share who came back, and the cost to
    serve a purchase (cents).
    """

    sales_12m: RevenueOrder
    purchase_days_12m: IntArray
    silence: IntArray
    customers: int
    first_day: int
    most_purchase_days: int
    mean_rate: float
    margin_share: float
    repeat_rate: float
    service_per_purchase: float


def measure_part(part: Columns, *, as_of_day: int) -> tuple[dict[str, Any], dict[str, int]]:
    """What the base needs of some customers, given their ``CUSTOMER_FIELDS``, ordered by id: columns, and whole numbers
    to add up. What has few different values travels as these and how often each occurs."""
    bought = part["purchase_days"] > 0
    ids, sales = part["customer_id"][bought], part["sales_12m"][bought]
    order = order_by_revenue(ids, sales)
    columns = {"customer_id": ids[order], "sales_12m": sales[order]}
    for name, values in (
        ("purchase_days_12m", part["purchase_days_12m"][bought]),
        ("silence", np.int32(as_of_day) - part["last_day"][bought]),
    ):
        counts = np.bincount(values)  # of days there are few
        columns[name] = np.flatnonzero(counts).astype(values.dtype)
        columns[f"of_{name}"] = counts[columns[name]]
    free = np.flatnonzero(bought & (part["contract"] == 0))
    days, first_day, amounts, costs, service, days_12m = (
        part[name][free]
        for name in ("purchase_days", "first_day", "amount", "cost", "service_12m", "purchase_days_12m")
    )
    regular = days >= LEAST_PURCHASES_FOR_RHYTHM
    age = np.maximum(as_of_day - first_day[regular], LEAST_AGE_DAYS)
    sums = {
        "customers": len(free),
        "regular": len(age),
        "rates": add_exactly((amounts[regular] - costs[regular]) / age),
        "repeated": int((days > 1).sum()),
        "amount": int(amounts.sum()),
        "cost": int(costs.sum()),
        "service": int(service.sum()),
        "purchases": int(days_12m.sum()),
        "first_day": int(first_day.min(initial=as_of_day)),
        "most": int(days.max(initial=0)),
    }
    return columns, sums


def join_base(parts: Iterable[tuple[Columns, Mapping[str, int]]]) -> PurchaseBase:
    """The base of everybody, from what ``measure_part`` says of each part, in their order."""
    orders, told = [], []
    counted: dict[str, list[tuple[Any, Any]]] = {"purchase_days_12m": [], "silence": []}
    for part, sums in parts:
        told.append(sums)
        orders.append((part["customer_id"], part["sales_12m"]))
        for name, pieces in counted.items():
            pieces.append((part[name], part[f"of_{name}"]))

    def add(name: str) -> int:
        return sum(sums[name] for sums in told)

    customers, amount, purchases, rhythms = add("customers"), add("amount"), add("purchases"), add("regular")
    return PurchaseBase(
        sales_12m=RevenueOrder.of_parts(orders),
        **{name: _spread(pieces) for name, pieces in counted.items()},
        customers=customers,
        first_day=min((sums["first_day"] for sums in told if sums["customers"]), default=0),
        most_purchase_days=max((sums["most"] for sums in told), default=0),
        mean_rate=float(Fraction(add("rates"), 1 << EXACT_BITS)) / rhythms if rhythms else 0.0,
        margin_share=min(max(1 - add("cost") / amount, -1.0), 1.0) if amount else 1.0,
        repeat_rate=add("repeated") / customers if customers else 0.0,
        service_per_purchase=add("service") / purchases if purchases else 0.0,
    )


def add_exactly(values: FloatArray) -> int:
    """The sum of finite numbers without any rounding, times two to the power of ``EXACT_BITS``: those of equal exponent
    are added up as whole numbers, in two halves that cannot overflow."""
    shares, exponents = np.frexp(values)
    whole = (shares * 2.0**53).astype(np.int64)
    order = np.argsort(exponents.astype(np.int16), kind="stable")  # of so small numbers counted, not compared
    found, starts = np.unique(exponents[order], return_index=True)
    if not len(found):
        return 0
    high, low = (np.add.reduceat(half[order], starts) for half in (whole >> 26, whole & ((1 << 26) - 1)))
    return sum(
        ((above << 26) + below) << (EXACT_BITS - 53 + exponent)
        for above, below, exponent in zip(high.tolist(), low.tolist(), found.tolist(), strict=True)
    )


def draw_fit_sample(parts: Iterable[Columns], *, share: float) -> Any:
    """Customers to fit models on, as a structured array of ``SAMPLE_FIELDS``: of those who bought without a contract
    the given share (0 to 1), by a hash of their ids, so always the same."""
    samples = []
    for part in parts:
        free = np.flatnonzero((part["purchase_days"] > 0) & (part["contract"] == 0))
        drawn = free[_hash_to_share(part["customer_id"][free]) < share]
        sample = np.empty(len(drawn), dtype=[(name, part[name].dtype) for name in SAMPLE_FIELDS])
        for name in SAMPLE_FIELDS:
            sample[name] = part[name][drawn]
        samples.append(sample)
    return np.concatenate(samples)


def _spread(pieces: list[tuple[Any, Any]]) -> Any:
    """Values and how often each occurs, part by part, as one array in rising order."""
    values, counts = (np.concatenate(one) for one in zip(*pieces, strict=True))
    order = np.argsort(values, kind="stable")
    return np.repeat(values[order], counts[order])


def _hash_to_share(customer_ids: IntArray) -> npt.NDArray[np.float64]:
    """A number from 0 to 1 for each customer, without any pattern in his neighbours (splitmix64)."""
    mixed = customer_ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    share: npt.NDArray[np.float64] = (mixed ^ (mixed >> np.uint64(31))) / 2.0**64
    return share
