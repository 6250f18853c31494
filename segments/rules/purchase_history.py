"""What the value models read of a customer: how often he came back, when last, and since when he is known.

The unit of time is the **day**, and all orders of one local day count as one purchase. Merging the orders of a day
lowers the number of repeats a little and so raises the scale ``alpha`` of a fit by about 5% against order by order.
Published tables are in weeks; nothing here depends on the unit, as long as one call keeps to one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FIT_SEED = 20_050_915


@dataclass(frozen=True)
class PurchaseHistories:
    """One entry per customer, arrays of equal length.

    ``repeats`` (x) purchases after the first; ``last`` (t_x) time from the first purchase to the last; ``age`` (T) time
    from the first purchase to the day of scoring; ``log_gaps`` the sum of the logarithms of all gaps between purchases,
    needed only where the regularity of the rhythm is fitted. Raises ``ValueError`` for histories that cannot be.
    """

    repeats: IntArray
    last: FloatArray
    age: FloatArray
    log_gaps: FloatArray

    def __post_init__(self) -> None:
        if len({len(self.repeats), len(self.last), len(self.age), len(self.log_gaps)}) != 1:
            raise ValueError("all arrays of purchase histories must have the same length")
        if np.any(self.repeats < 0) or np.any(self.last < 0) or np.any(self.last > self.age):
            raise ValueError("a purchase lies before the first or after the day of scoring")
        if np.any((self.repeats == 0) != (self.last == 0)):
            raise ValueError("a customer with one purchase has no time between first and last, and the reverse")

    def __len__(self) -> int:
        return len(self.repeats)

    def select(self, index: IntArray | BoolArray) -> "PurchaseHistories":
        """The histories at the given positions, in their order."""
        return PurchaseHistories(self.repeats[index], self.last[index], self.age[index], self.log_gaps[index])


def build_histories(
    repeats: npt.ArrayLike, last: npt.ArrayLike, age: npt.ArrayLike, log_gaps: npt.ArrayLike | None = None
) -> PurchaseHistories:
    """Histories from anything like arrays; without ``log_gaps`` the regularity of a rhythm cannot be fitted."""
    counts = np.atleast_1d(np.asarray(repeats, dtype=np.int64))
    gaps = np.zeros(len(counts)) if log_gaps is None else np.atleast_1d(np.asarray(log_gaps, dtype=np.float64))
    return PurchaseHistories(
        counts,
        np.atleast_1d(np.asarray(last, dtype=np.float64)),
        np.atleast_1d(np.asarray(age, dtype=np.float64)),
        gaps,
    )


def draw_sample(histories: PurchaseHistories, *, size: int, seed: int = FIT_SEED) -> PurchaseHistories:
    """A random sample of ``size`` customers, the same on every call; everybody where there are not more."""
    if len(histories) <= size:
        return histories
    chosen = np.random.default_rng(seed).choice(len(histories), size=size, replace=False)
    return histories.select(np.sort(chosen))


@dataclass(frozen=True)
class EqualHistories:
    """Customers with the same (x, t_x, T) told once, with their number; and the distinct values of each.

    A likelihood needs its gamma functions once per distinct x and its logarithms once per distinct day, not once per
    customer: ``repeat_values[repeat_index]`` gives x back, and so on.
    """

    weight: FloatArray
    repeat_values: FloatArray
    repeat_index: IntArray
    last_values: FloatArray
    last_index: IntArray
    age_values: FloatArray
    age_index: IntArray
    log_gaps_total: float

    @property
    def repeats(self) -> FloatArray:
        return self.repeat_values[self.repeat_index]

    @property
    def last(self) -> FloatArray:
        return self.last_values[self.last_index]

    @property
    def age(self) -> FloatArray:
        return self.age_values[self.age_index]

    @property
    def customers(self) -> float:
        return float(self.weight.sum())


def collapse_equal_histories(histories: PurchaseHistories) -> EqualHistories:
    """Group the customers that no likelihood can tell apart. Raises ``ValueError`` when there is nobody."""
    if not len(histories):
        raise ValueError("nobody has bought: there is nothing to fit")
    repeat_values, repeat_code = np.unique(histories.repeats, return_inverse=True)
    last_values, last_code = np.unique(histories.last, return_inverse=True)
    age_values, age_code = np.unique(histories.age, return_inverse=True)
    key = (repeat_code * len(last_values) + last_code) * len(age_values) + age_code
    _, first, weight = np.unique(key, return_index=True, return_counts=True)
    return EqualHistories(
        weight=weight.astype(np.float64),
        repeat_values=repeat_values.astype(np.float64),
        repeat_index=repeat_code[first],
        last_values=last_values,
        last_index=last_code[first],
        age_values=age_values,
        age_index=age_code[first],
        log_gaps_total=float(histories.log_gaps.sum()),
    )
