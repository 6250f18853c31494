"""Who is slipping away: the gap against the own rhythm, the money behind it, and the order of My day.

Certainty and money are two rankings, and none wins on both: the surest leavers are small, the dear ones still buy. The
order of My day blends them with one knob (``RANKING_BLEND``), the one that catches most lost money while it is nearly
as precise as the deepest falls: chosen on half of the published shop's customers on two evenings, shown on the rest
(``docs/back-test.md``). The fall of 40% is a fact to show: alone it flags a third to two thirds of all customers.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from segments.rules.purchase_history import FloatArray, IntArray, PurchaseHistories
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM

QUARTER_DAYS = 91
LEAST_AGE_DAYS = 30
RANKING_BLEND = 4.0


@dataclass(frozen=True)
class Gaps:
    """One entry per customer, in days: the silence since the last purchase, the own mean gap and their ratio. A
    customer with one purchase has no rhythm: mean and ratio are ``nan``."""

    silence: FloatArray
    own_mean: FloatArray
    ratio: FloatArray


def measure_gaps(histories: PurchaseHistories) -> Gaps:
    """Silence, own mean gap, and how many times the usual gap the silence is."""
    silence = histories.age - histories.last
    came_back = histories.repeats > 0
    own_mean = np.full(len(histories), np.nan)
    own_mean[came_back] = histories.last[came_back] / histories.repeats[came_back]
    return Gaps(silence, own_mean, silence / own_mean)


def measure_margin_rates(margin_cents: IntArray | FloatArray, age_days: IntArray | FloatArray) -> FloatArray:
    """Margin per day in cents since the first purchase; the first 30 days count as 30, so that a single large order
    of yesterday is no daily rate. Negative where the customer costs more than he brings."""
    rates: FloatArray = np.asarray(margin_cents, dtype=np.float64) / np.maximum(age_days, LEAST_AGE_DAYS)
    return rates


def rank_for_my_day(
    silent: FloatArray, margin_rate: FloatArray, *, mean_rate: float, blend: float = RANKING_BLEND
) -> FloatArray:
    """The value My day is ordered by, highest first: P(silent 91 days) · (own rate + blend · mean rate of the base).

    ``blend`` 0 ranks by money, a large one by certainty alone. Use the raw chances here, not the recalibrated ones.
    """
    return silent * (margin_rate + blend * mean_rate)


def measure_at_stake(silent: FloatArray, margin_rate: FloatArray) -> FloatArray:
    """Margin of a quarter at stake, in the unit of the rate: what he brings in 91 days times the chance that he brings
    nothing; never below zero, since nothing is lost with a customer who costs money."""
    return silent * np.maximum(margin_rate, 0.0) * QUARTER_DAYS


class RiskLevel(IntEnum):
    """The word beside a customer; ``NONE`` is not shown, ``LOST`` is for winning back, not for keeping."""

    NONE = 0
    WATCH = 1
    HIGH = 2
    LOST = 3


@dataclass(frozen=True)
class RiskLines:
    """From which surprise on a customer is watched, and from which his risk is high; settings of the business.

    0.20: so long a silence happens to active customers once in five; 0.05: once in twenty. He is probably lost when his
    chance of being active is below ``lost_active`` and he has been silent for ``lost_days``: nothing is at stake any
    more, and he must not push those who can still be kept off the list. Without a model the silence in own gaps is
    held against ``watch_ratio``, ``high_ratio`` and ``lost_ratio``."""

    watch: float = 0.20
    high: float = 0.05
    lost_active: float = 0.05
    lost_days: int = 365
    watch_ratio: float = 2.0
    high_ratio: float = 3.0
    lost_ratio: float = 8.0


def judge_risk(
    surprise: FloatArray, active: FloatArray, silence: FloatArray, repeats: IntArray, *, lines: RiskLines | None = None
) -> IntArray:
    """Risk level (``RiskLevel``) of each customer by the model. Fewer than three purchases make no rhythm: ``NONE``,
    however long the silence."""
    limits = lines or RiskLines()
    code = (surprise <= limits.watch).astype(np.int64) + (surprise <= limits.high)
    code[(active < limits.lost_active) & (silence >= limits.lost_days)] = RiskLevel.LOST
    code[repeats + 1 < LEAST_PURCHASES_FOR_RHYTHM] = RiskLevel.NONE
    return code


def judge_risk_simply(
    ratio: FloatArray, silence: FloatArray, repeats: IntArray, *, lines: RiskLines | None = None
) -> IntArray:
    """Risk level by the silence in own gaps alone, where there is too little data for a model."""
    limits = lines or RiskLines()
    code = (ratio >= limits.watch_ratio).astype(np.int64) + (ratio >= limits.high_ratio)
    code[(ratio >= limits.lost_ratio) & (silence >= limits.lost_days)] = RiskLevel.LOST
    code[repeats + 1 < LEAST_PURCHASES_FOR_RHYTHM] = RiskLevel.NONE
    return code


def measure_falls(
    baseline_cents: IntArray, baseline_days: IntArray, recent_cents: IntArray, *, recent_days: int = QUARTER_DAYS
) -> FloatArray:
    """Fall of each customer as a share of his own baseline: 0.4 is a fall of 40%, below 0 he grew.

    The baseline may cover more days than the recent period and is scaled to it. ``nan`` where it covers less than two
    such periods or nothing was bought in it: then nothing can be said.
    """
    known = (baseline_days >= 2 * recent_days) & (baseline_cents > 0)
    falls = np.full(len(baseline_cents), np.nan)
    usual = baseline_cents[known] * (recent_days / baseline_days[known])
    falls[known] = np.round(
        1 - recent_cents[known] / usual, 12
    )  # a fall of just 40% is one, whatever the division left
    return falls


def judge_falls(falls: FloatArray, *, warning: float, critical: float) -> IntArray:
    """``sales_fall.judge_fall`` of many customers, as numbers; a fall of which nothing is known is none."""
    grave = falls >= warning
    return grave.astype(np.int64) + (grave & (falls > critical))
