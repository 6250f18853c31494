"""What has to be known of all customers before any of them can be scored: one pass over their figures, part by part.

The same customers give the same numbers to the last bit, whoever gathered them and however they were cut into parts:
whole numbers are added up, and the one sum of fractions is rounded once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from math import fsum
from typing import Any

import numpy as np
import numpy.typing as npt

from segments.rules.churn_risk import LEAST_AGE_DAYS, LEAST_PURCHASES_FOR_RHYTHM
from segments.rules.purchase_history import IntArray

SAMPLE_FIELDS = ("purchase_days", "first_day", "last_day", "log_gaps", "positive_amount")


@dataclass(frozen=True)
class PurchaseBase:
    """All who ever bought: ids, net sales and purchase days of 12 months, days since the last purchase.

    Of those without a contract: how many there are, the first day of all and the most purchase days of one; the mean
    margin a day (cents) of those with a rhythm, margin as a share of sales, the share who came back, the cost to serve
    a purchase (cents); and a ``sample`` to fit models on, always the same customers.
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
    sample: Any


def measure_base(parts: Iterable[Any], *, as_of_day: int, sample_share: float = 1.0) -> PurchaseBase:
    """The base of ``parts``, structured arrays of ``CUSTOMER_FIELDS``; ``sample_share`` (0 to 1) is how many of the
    customers the sample is drawn from, by a hash of their ids."""
    kept: dict[str, list[Any]] = {name: [] for name in ("customer_id", "sales_12m", "purchase_days_12m", "silence")}
    samples, firsts, most = [], [], 0
    customers = rhythms = repeated = amount = cost = service = purchases = 0
    rates: list[Any] = []
    for part in parts:
        bought = part["purchase_days"] > 0
        for name in ("customer_id", "sales_12m", "purchase_days_12m"):
            kept[name].append(part[name][bought])
        kept["silence"].append(np.int32(as_of_day) - part["last_day"][bought])
        free = bought & (part["contract"] == 0)
        if not free.any():
            continue
        days, days_12m, first_day = (part[name][free] for name in ("purchase_days", "purchase_days_12m", "first_day"))
        amounts, costs = part["amount"][free], part["cost"][free]
        customers += len(days)
        firsts.append(int(first_day.min()))
        most = max(most, int(days.max()))
        repeated += int((days > 1).sum())
        amount, cost = amount + int(amounts.sum()), cost + int(costs.sum())
        service, purchases = service + int(part["service_12m"][free].sum()), purchases + int(days_12m.sum())
        regular = days >= LEAST_PURCHASES_FOR_RHYTHM
        rhythms += int(regular.sum())
        age = np.maximum(as_of_day - first_day[regular], LEAST_AGE_DAYS)
        rates.append((amounts[regular] - costs[regular]) / age)
        drawn = np.flatnonzero(free)[_hash_to_share(part["customer_id"][free]) < sample_share]
        samples.append(part[drawn][list(SAMPLE_FIELDS)])
    return PurchaseBase(
        **{name: _join(kept.pop(name)) for name in list(kept)},
        customers=customers,
        first_day=min(firsts, default=0),
        most_purchase_days=most,
        mean_rate=fsum(chain.from_iterable(rate.tolist() for rate in rates)) / rhythms if rhythms else 0.0,
        margin_share=min(max(1 - cost / amount, -1.0), 1.0) if amount else 1.0,
        repeat_rate=repeated / customers if customers else 0.0,
        service_per_purchase=service / purchases if purchases else 0.0,
        sample=np.concatenate(samples) if samples else None,
    )


def _join(pieces: list[Any]) -> Any:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)


def _hash_to_share(customer_ids: IntArray) -> npt.NDArray[np.float64]:
    """A number from 0 to 1 for each customer, without any pattern in his neighbours (splitmix64)."""
    mixed = customer_ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    share: npt.NDArray[np.float64] = (mixed ^ (mixed >> np.uint64(31))) / 2.0**64
    return share
