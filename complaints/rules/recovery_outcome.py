"""What became of a complaint, told by purchases: did the customer come back?"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

WINDOW_DAYS = 180
FIRST_LOOK_DAYS = 30
ENOUGH_CASES = 50
BUCKETS = ((0, 3), (4, 7), (8, 14), (15, 30), (31, 60))


class Outcome(StrEnum):
    RECOVERED = "recovered"
    LOST = "lost"
    UNKNOWN = "unknown"


def decide_outcome(
    taken_on: date, *, next_purchase: date | None, today: date, window_days: int = WINDOW_DAYS
) -> Outcome:
    """Recovered when the first purchase after ``taken_on`` fell within the window; lost when the window has passed
    without one; unknown while it runs. A purchase on the day of the complaint itself proves nothing.
    """
    if next_purchase is not None and 0 < (next_purchase - taken_on).days <= window_days:
        return Outcome.RECOVERED
    return Outcome.LOST if (today - taken_on).days > window_days else Outcome.UNKNOWN


@dataclass(frozen=True)
class CurvePoint:
    """Cases mended between ``first_day`` and ``last_day``, and how many of them bought again."""

    first_day: int
    last_day: int
    cases: int
    recovered: int

    @property
    def share(self) -> float | None:
        return self.recovered / self.cases if self.cases else None

    @property
    def middle(self) -> float:
        return (self.first_day + self.last_day) / 2


def build_curve(cases: Iterable[tuple[int, bool]]) -> list[CurvePoint]:
    """Share that came back, by days until the remedy; ``cases`` are (days to remedy, bought again).

    Later than the last bucket counts in the last one.
    """
    known = list(cases)
    points = []
    for first, last in BUCKETS:
        inside = [back for days, back in known if first <= days <= last or (days > last and last == BUCKETS[-1][1])]
        points.append(CurvePoint(first, last, len(inside), sum(inside)))
    return points


def has_enough_cases(points: Sequence[CurvePoint]) -> bool:
    """From 50 cases on our own curve replaces the borrowed warning."""
    return sum(point.cases for point in points) >= ENOUGH_CASES


def read_curve(points: Sequence[CurvePoint], day: int) -> float | None:
    """The share on the curve at ``day``, on straight lines between the middles; None without a point."""
    known = [(point.middle, point.share) for point in points if point.share is not None]
    if not known:
        return None
    if day <= known[0][0]:
        return known[0][1]
    for (left, low), (right, high) in itertools.pairwise(known):
        if day <= right:
            return low + (high - low) * (day - left) / (right - left)
    return known[-1][1]
