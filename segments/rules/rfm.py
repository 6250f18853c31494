"""RFM scores: recency, frequency and money, each 1 to 5, 5 is best.

A value's percentile is its average rank, so equal values always get the same score; splitting a list into five equal
piles would tear ties apart at random. The cut points are stored with the run: a new customer can be scored by them,
and a score can be explained ("5 from 12 purchases on").
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from segments.rules.purchase_history import FloatArray, IntArray

SCORES = 5


@dataclass(frozen=True)
class ScoreCuts:
    """The values from which scores 2, 3, 4 and 5 are given; ``None`` where no value reaches that score.

    ``higher_is_better`` is false for days since the last purchase: then the cuts are the values *up to* which."""

    cuts: tuple[float | None, ...]
    higher_is_better: bool = True


def find_score_cuts(values: FloatArray | IntArray, *, higher_is_better: bool = True) -> ScoreCuts:
    """Cut points at the average-rank percentiles 20, 40, 60 and 80 of these values."""
    rising = _put_in_order(values if higher_is_better else -values)

    def find_percentile(place: int) -> float:
        first, end = (int(np.searchsorted(rising, rising[place], side=side)) for side in ("left", "right"))
        return (first + end) / 2 / len(rising)

    cuts: list[float | None] = []
    for step in range(1, SCORES):
        place = bisect_left(range(len(rising)), step / SCORES, key=find_percentile)
        cut = float(rising[place]) if place < len(rising) else None
        cuts.append(cut if cut is None or higher_is_better else -cut)
    return ScoreCuts(tuple(cuts), higher_is_better)


def _put_in_order(values: FloatArray | IntArray) -> FloatArray | IntArray:
    """The values, the lowest first; those of a night come in order already, one way or the other."""
    for ordered in (values, values[::-1]):
        if bool((ordered[1:] >= ordered[:-1]).all()):
            return ordered
    return np.sort(values)  # type: ignore[return-value]


def assign_scores(values: FloatArray | IntArray, *, cuts: ScoreCuts) -> IntArray:
    """Score 1 to 5 of each value by stored cuts."""
    scores = np.ones(len(values), dtype=np.int64)
    for cut in cuts.cuts:
        if cut is not None:
            scores += values >= cut if cuts.higher_is_better else values <= cut
    return scores


@dataclass(frozen=True)
class RfmCuts:
    """The three sets of cut points of a run."""

    recency: ScoreCuts
    frequency: ScoreCuts
    money: ScoreCuts


def find_rfm_cuts(days_since_last: IntArray, purchases: IntArray, net_revenue_cents: IntArray) -> RfmCuts:
    """Cut points of customers who have bought: days since the last purchase, purchase days, net revenue in cents."""
    return RfmCuts(
        find_score_cuts(days_since_last, higher_is_better=False),
        find_score_cuts(purchases),
        find_score_cuts(net_revenue_cents),
    )


def assign_rfm(
    days_since_last: IntArray, purchases: IntArray, net_revenue_cents: IntArray, *, cuts: RfmCuts
) -> tuple[IntArray, IntArray, IntArray]:
    """Recency, frequency and money scores."""
    return (
        assign_scores(days_since_last, cuts=cuts.recency),
        assign_scores(purchases, cuts=cuts.frequency),
        assign_scores(net_revenue_cents, cuts=cuts.money),
    )
