"""Two periods to compare: whole local days, both ends counted."""

from dataclasses import dataclass
from datetime import date, timedelta

YEAR_DAYS, QUARTER_DAYS, WEEKS_OF_A_YEAR = 365, 91, 364
LONGEST_DAYS = 3660


@dataclass(frozen=True)
class Period:
    """From ``first`` to ``last``, both counted. Raises ``ValueError`` for one that ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first or (self.last - self.first).days > LONGEST_DAYS:
            raise ValueError("A period ends after it begins, within ten years.")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Comparison:
    """The period asked about and the one it is held against. ``kind`` is ``year``, ``quarter`` or ``own``."""

    kind: str
    before: Period
    now: Period


def end_on(last: date, days: int) -> Period:
    """The ``days`` that end on ``last``."""
    return Period(last - timedelta(days=days - 1), last)


def compare_years(until: date) -> Comparison:
    """Twelve months (365 days) with the twelve before."""
    return Comparison("year", end_on(until - timedelta(days=YEAR_DAYS), YEAR_DAYS), end_on(until, YEAR_DAYS))


def compare_quarters(until: date) -> Comparison:
    """A quarter (91 days) with the same weeks of the year before: seasons do not show as a change."""
    return Comparison(
        "quarter", end_on(until - timedelta(days=WEEKS_OF_A_YEAR), QUARTER_DAYS), end_on(until, QUARTER_DAYS)
    )


def compare_own(*, now: Period, before: Period | None = None) -> Comparison:
    """Dates of one's own; without a second period the days right before, as many."""
    return Comparison("own", before or end_on(now.first - timedelta(days=1), now.days), now)
