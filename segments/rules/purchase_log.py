"""Days of purchase of many customers, and what they looked like on one evening and after it.

A back-test takes an evening of the past, looks at nothing that came later, and then asks what did come. Everything is
counted from one flat list of purchase days, so any number of evenings is read from the same data in a moment.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segments.rules.churn_risk import LEAST_AGE_DAYS, QUARTER_DAYS
from segments.rules.purchase_history import BoolArray, FloatArray, IntArray, PurchaseHistories

YEAR_DAYS = 365


@dataclass(frozen=True)
class PurchaseLog:
    """One entry per customer and day, in the order of customers and, within one, of days.

    ``customer`` numbers the customers from 0; ``day`` counts days from any origin; ``spend`` is net revenue and
    ``margin`` what it left, in one currency. A day with a spend of 0 or less is no purchase but counts in the money.
    Raises ``ValueError`` for days out of order.
    """

    customer: IntArray
    day: IntArray
    spend: FloatArray
    margin: FloatArray

    def __post_init__(self) -> None:
        if len({len(self.customer), len(self.day), len(self.spend), len(self.margin)}) != 1:
            raise ValueError("all arrays of a purchase log must have the same length")
        step = np.diff(self.customer)
        if np.any(step < 0) or np.any((step == 0) & (np.diff(self.day) <= 0)):
            raise ValueError("a purchase log goes by customer and day, each day once")

    @property
    def customers(self) -> int:
        return int(self.customer[-1]) + 1 if len(self.customer) else 0


def build_log(
    customer: npt.ArrayLike, day: npt.ArrayLike, spend: npt.ArrayLike, margin: npt.ArrayLike | None = None
) -> PurchaseLog:
    """A log from days in any order, any customer numbers, several entries a day; without ``margin`` it is the spend."""
    _, number = np.unique(np.asarray(customer), return_inverse=True)
    days, money = np.asarray(day, dtype=np.int64), np.asarray(spend, dtype=np.float64)
    left = money if margin is None else np.asarray(margin, dtype=np.float64)
    first = int(days.min()) if len(days) else 0
    span = int(days.max()) - first + 1 if len(days) else 1
    keys, position = np.unique(number * span + (days - first), return_inverse=True)
    return PurchaseLog(
        keys // span,
        keys % span + first,
        np.bincount(position, weights=money, minlength=len(keys)).astype(np.float64, copy=False),
        np.bincount(position, weights=left, minlength=len(keys)).astype(np.float64, copy=False),
    )


@dataclass(frozen=True)
class Evening:
    """All customers who had bought by the evening, as they looked then: one entry per customer in every array.

    ``customer`` is the number in the log. Days and gaps are whole days. ``last_gap`` is the gap before the last
    purchase, ``gap_sd`` the standard deviation of all own gaps, both ``nan`` where there are too few. ``spend`` and
    ``margin_rate`` (a day, see ``measure_margin_rates``) count everything up to the evening; ``quarter`` is the spend
    of the last 91 days, ``quarter_before`` that of the 91 before these, ``baseline`` of up to 364 before the last 91,
    ``baseline_days`` how many days of these are known; ``year`` and ``year_days`` spend and purchase days of 365 days;
    ``quarter_days`` and ``half_days`` purchase days of the last 91 and 182.
    """

    day: int
    customer: IntArray
    histories: PurchaseHistories
    last_gap: FloatArray
    gap_sd: FloatArray
    spend: FloatArray
    margin_rate: FloatArray
    quarter: FloatArray
    quarter_before: FloatArray
    baseline: FloatArray
    baseline_days: IntArray
    year: FloatArray
    year_days: IntArray
    quarter_days: IntArray
    half_days: IntArray

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def purchase_days(self) -> IntArray:
        return self.histories.repeats + 1

    @property
    def silence(self) -> FloatArray:
        return self.histories.age - self.histories.last

    def select(self, index: IntArray | BoolArray) -> "Evening":
        """The customers at the given positions."""
        parts = {
            name: getattr(self, name)[index] for name in self.__dataclass_fields__ if name not in {"day", "histories"}
        }
        return Evening(day=self.day, histories=self.histories.select(index), **parts)


def look_back(log: PurchaseLog, *, on: int) -> Evening:
    """What was known on the evening of day ``on``; nothing of a later day is read."""
    size = log.customers
    seen = log.day <= on
    bought = seen & (log.spend > 0)
    who, when = log.customer[bought], log.day[bought]
    count = np.bincount(who, minlength=size)
    known = np.flatnonzero(count)
    starts = np.searchsorted(who, known)
    ends = np.searchsorted(who, known, side="right") - 1
    first, last = when[starts], when[ends]
    same = np.diff(who) == 0
    gaps, owner = np.diff(when)[same].astype(np.float64), who[1:][same]
    gap_count = np.maximum(np.bincount(owner, minlength=size)[known], 1)
    gap_sum = np.bincount(owner, weights=gaps, minlength=size)[known]
    spread = np.bincount(owner, weights=gaps**2, minlength=size)[known] / gap_count - (gap_sum / gap_count) ** 2
    repeats = count[known] - 1
    last_gap = np.full(len(known), np.nan)
    again = repeats > 0
    last_gap[again] = when[ends[again]] - when[ends[again] - 1]

    def total(values: FloatArray, after: int, until: int, rows: BoolArray = seen) -> FloatArray:
        chosen = rows & (log.day > after) & (log.day <= until)
        sums: FloatArray = np.bincount(log.customer[chosen], weights=values[chosen], minlength=size).astype(np.float64)
        return sums[known]

    def purchases(after: int) -> IntArray:
        counts: IntArray = np.bincount(who[when > after], minlength=size)[known].astype(np.int64)
        return counts

    before = int(log.day.min()) - 1 if len(log.day) else on
    quarter = on - QUARTER_DAYS
    return Evening(
        day=on,
        customer=known,
        histories=PurchaseHistories(
            repeats.astype(np.int64),
            (last - first).astype(np.float64),
            (on - first).astype(np.float64),
            np.bincount(owner, weights=np.log(gaps), minlength=size)[known].astype(np.float64, copy=False),
        ),
        last_gap=last_gap,
        gap_sd=np.where(repeats >= 2, np.sqrt(np.maximum(spread, 0.0)), np.nan),
        spend=total(log.spend, before, on),
        margin_rate=total(log.margin, before, on) / np.maximum(on - first, LEAST_AGE_DAYS),
        quarter=total(log.spend, quarter, on),
        quarter_before=total(log.spend, quarter - QUARTER_DAYS, quarter),
        baseline=total(log.spend, quarter - 4 * QUARTER_DAYS, quarter),
        baseline_days=np.clip(quarter - first, 0, 4 * QUARTER_DAYS),
        year=total(log.spend, on - YEAR_DAYS, on),
        year_days=purchases(on - YEAR_DAYS),
        quarter_days=purchases(quarter),
        half_days=purchases(quarter - QUARTER_DAYS),
    )


@dataclass(frozen=True)
class Outcome:
    """What came in the days after an evening, one entry per customer of that evening: purchase days and margin."""

    days: int
    purchases: IntArray
    margin: FloatArray

    @property
    def silent(self) -> BoolArray:
        return self.purchases == 0


def look_ahead(log: PurchaseLog, evening: Evening, *, days: int) -> Outcome:
    """What the customers of ``evening`` did in the ``days`` after it."""
    coming = (log.day > evening.day) & (log.day <= evening.day + days)
    bought = coming & (log.spend > 0)
    size = log.customers
    return Outcome(
        days,
        np.bincount(log.customer[bought], minlength=size)[evening.customer].astype(np.int64),
        np.bincount(log.customer[coming], weights=log.margin[coming], minlength=size)[evening.customer].astype(
            np.float64, copy=False
        ),
    )
