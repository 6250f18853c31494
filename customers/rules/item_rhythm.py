"""When an item is missed: its own rhythm at this very customer, and what its silence costs a week.

The gaps between purchase days of one item at one customer have a mean and a spread. Silent beyond mean + one spread the
item is at risk, beyond mean + two it is lost. Few gaps say little about their spread, and three equal gaps would say
that it is zero: the spread is therefore drawn toward half the mean gap, which counts as much as four gaps seen.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import floor, sqrt

LEAST_PURCHASES = 3
ASSUMED_GAPS = 4
ASSUMED_SPREAD = 0.5  # of the mean gap
AT_RISK_AFTER, LOST_AFTER = 7, 14  # days of silence at least: holidays are not a loss
REMEMBERED_DAYS = 365  # an item lost for longer is history, not work


class ItemState(StrEnum):
    """How an item stands at a customer on a day."""

    BOUGHT = "bought"
    AT_RISK = "at risk"
    LOST = "lost"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class ItemRhythm:
    """One item at one customer: ``purchase_days`` distinct days with sales above zero, at least three of them.

    ``sum_gap_squared`` in days squared over the gaps between them; ``amount_cents`` is everything the item brought, net
    of returns. Raises ``ValueError`` for fewer purchase days.
    """

    purchase_days: int
    first_day: date
    last_day: date
    sum_gap_squared: float
    amount_cents: int

    def __post_init__(self) -> None:
        if self.purchase_days < LEAST_PURCHASES:
            raise ValueError("An item has a rhythm from the third purchase on.")

    @property
    def mean_gap_days(self) -> float:
        return (self.last_day - self.first_day).days / (self.purchase_days - 1)

    @property
    def spread_days(self) -> float:
        """The standard deviation of the gaps, drawn toward half the mean gap; never zero."""
        gaps, mean = self.purchase_days - 1, self.mean_gap_days
        seen = max(0.0, self.sum_gap_squared - gaps * mean * mean)
        assumed = ASSUMED_GAPS * (ASSUMED_SPREAD * mean) * (ASSUMED_SPREAD * mean)
        return sqrt((seen + assumed) / (gaps - 1 + ASSUMED_GAPS))

    @property
    def at_risk_from(self) -> date:
        """The first day on which the silence is longer than mean + one spread, and than a week."""
        usual = floor(self.mean_gap_days + self.spread_days)
        return self.last_day + timedelta(days=max(AT_RISK_AFTER, usual) + 1)

    @property
    def lost_from(self) -> date:
        """The first day on which the silence is longer than mean + two spreads, and than two weeks."""
        usual = floor(self.mean_gap_days + 2 * self.spread_days)
        return self.last_day + timedelta(days=max(LOST_AFTER, usual) + 1)

    @property
    def weekly_cents(self) -> int:
        """Mean sales a week over its own active span, which ends one mean gap after the last purchase; never below 0.

        The last purchase supplies a gap too: without it three purchases in two gaps would count half too much.
        """
        active_days = (self.last_day - self.first_day).days + self.mean_gap_days
        return max(0, round(self.amount_cents * 7 / active_days))


def judge_item(rhythm: ItemRhythm, *, on: date) -> ItemState:
    """How the item stands on ``on`` (local day)."""
    if on < rhythm.at_risk_from:
        return ItemState.BOUGHT
    if on < rhythm.lost_from:
        return ItemState.AT_RISK
    return ItemState.LOST if (on - rhythm.lost_from).days <= REMEMBERED_DAYS else ItemState.FORGOTTEN
