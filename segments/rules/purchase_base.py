"""What has to be known of all customers before any of them can be scored: one pass over their figures, part by part.

The same customers give the same numbers to the last bit, whoever gathered them and however they were cut into parts:
whole numbers are added up, and the one sum of fractions is rounded once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from math import fsum
from typing import Any

import numpy as np
import numpy.typing as npt

from segments.rules.churn_risk import LEAST_AGE_DAYS, LEAST_PURCHASES_FOR_RHYTHM
from segments.rules.purchase_history import IntArray

SAMPLE_FIELDS = ("purchase_days", "first_day", "last_day", "log_gaps", "positive_amount")
ALL_FIELDS = ("customer_id", "sales_12m", "purchase_days_12m", "silence")  # of all who ever bought
Columns = Mapping[str, Any]


@dataclass(frozen=True)
class PurchaseBase:
    """All who ever bought: ids, net sales and purchase days of 12 months, days since the last purchase.

    Of those without a contract: how many there are, the first day of all and the most purchase days of one; the mean
    margin a day (cents) of those with a rhythm, margin as a share of sales, the share who came back, and the cost to
    serve a purchase (cents).
    """

    customer_id: IntArray
    sales_12m: IntArray
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
    """What the base needs of some customers, given their ``CUSTOMER_FIELDS``: columns, and whole numbers to add up."""
    bought = part["purchase_days"] > 0
    columns = {name: part[name][bought] for name in ("customer_id", "sales_12m", "purchase_days_12m")}
    columns["silence"] = np.int32(as_of_day) - part["last_day"][bought]
    free = np.flatnonzero(bought & (part["contract"] == 0))
    days, first_day, amounts, costs, service, days_12m = (
        part[name][free]
        for name in ("purchase_days", "first_day", "amount", "cost", "service_12m", "purchase_days_12m")
    )
    regular = days >= LEAST_PURCHASES_FOR_RHYTHM
    age = np.maximum(as_of_day - first_day[regular], LEAST_AGE_DAYS)
    columns["rates"] = (amounts[regular] - costs[regular]) / age
    sums = {
        "customers": len(free),
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
    columns: dict[str, list[Any]] = {name: [] for name in (*ALL_FIELDS, "rates")}
    told = []
    for part, sums in parts:
        told.append(sums)
        for name, pieces in columns.items():
            pieces.append(part[name])
    rates = columns.pop("rates")
    rhythms = sum(map(len, rates))

    def add(name: str) -> int:
        return sum(sums[name] for sums in told)

    customers, amount, purchases = add("customers"), add("amount"), add("purchases")
    return PurchaseBase(
        **{name: _join(pieces) for name, pieces in columns.items()},
        customers=customers,
        first_day=min((sums["first_day"] for sums in told if sums["customers"]), default=0),
        most_purchase_days=max((sums["most"] for sums in told), default=0),
        mean_rate=fsum(chain.from_iterable(rate.tolist() for rate in rates)) / rhythms if rhythms else 0.0,
        margin_share=min(max(1 - add("cost") / amount, -1.0), 1.0) if amount else 1.0,
        repeat_rate=add("repeated") / customers if customers else 0.0,
        service_per_purchase=add("service") / purchases if purchases else 0.0,
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


def _join(pieces: list[Any]) -> Any:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)


def _hash_to_share(customer_ids: IntArray) -> npt.NDArray[np.float64]:
    """A number from 0 to 1 for each customer, without any pattern in his neighbours (splitmix64)."""
    mixed = customer_ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    share: npt.NDArray[np.float64] = (mixed ^ (mixed >> np.uint64(31))) / 2.0**64
    return share
