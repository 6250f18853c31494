"""The ways to order customers by their risk of leaving that a back-test holds against each other.

Every ranking is asked of the same customers on the same evening, those with three purchase days or more, the last
within a year; higher is told earlier. Three are ours for three purposes (``MY_DAY``, ``CERTAINTY``, ``MONEY``), the
others are what they must beat.
"""

from enum import StrEnum

import numpy as np

from segments.rules import naive_risk_rules as naive
from segments.rules.churn_risk import measure_gaps, rank_for_my_day
from segments.rules.dropout_model import SilenceScores
from segments.rules.purchase_history import FloatArray
from segments.rules.purchase_log import Evening
from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM, LONG_GONE_DAYS
from segments.rules.silence_regression import collect_features


class Origin(StrEnum):
    """Where a ranking comes from."""

    OURS = "ours"
    BOOK = "book"
    MARKET = "market"
    NOBODY = "nobody"


MY_DAY = "my_day"
CERTAINTY = "certainty"
MONEY = "money"
LEARNT = "learnt"
SURPRISE = "surprise"
SILENT = "silent"
ACTIVE = "active"
FALLS = "falls"
FALLS_BY_SIZE = "falls_by_size"
SIZE = "size"
SPEND_DOWN = "spend_down"
GAP_OVER_LAST = "gap_over_last"
GAP_OVER_ONE = "gap_over_1_sd"
GAP_OVER_TWO = "gap_over_2_sd"
LOW_RFM = "low_rfm"
CHANCE = "chance"

ORIGINS = {
    MY_DAY: Origin.OURS,
    CERTAINTY: Origin.OURS,
    MONEY: Origin.OURS,
    LEARNT: Origin.OURS,
    SILENT: Origin.OURS,
    SURPRISE: Origin.OURS,
    ACTIVE: Origin.OURS,
    FALLS: Origin.BOOK,
    FALLS_BY_SIZE: Origin.BOOK,
    SIZE: Origin.MARKET,
    SPEND_DOWN: Origin.MARKET,
    GAP_OVER_LAST: Origin.MARKET,
    GAP_OVER_ONE: Origin.MARKET,
    GAP_OVER_TWO: Origin.MARKET,
    LOW_RFM: Origin.MARKET,
    CHANCE: Origin.NOBODY,
}


def find_ranked(evening: Evening) -> Evening:
    """The customers of an evening that have a rhythm to be held against and bought within a year: it is no art to
    foresee the silence of those who are long gone."""
    return evening.select((evening.purchase_days >= LEAST_PURCHASES_FOR_RHYTHM) & (evening.silence < LONG_GONE_DAYS))


def find_features(evening: Evening, scores: SilenceScores) -> FloatArray:
    """What the learnt chance of silence reads of an evening, as the night reads it of its own figures."""
    return collect_features(
        evening.histories,
        surprise=scores.surprise,
        silent=scores.silent,
        year_days=evening.year_days,
        margin_rate=evening.margin_rate,
        quarter=evening.quarter,
        baseline=evening.baseline,
    )


def rank_customers(
    evening: Evening, scores: SilenceScores, *, blend: float, learnt: FloatArray | None = None
) -> dict[str, FloatArray]:
    """Every ranking of the customers of ``evening`` (see ``find_ranked``), by name, in the order of ``ORIGINS``.

    ``scores`` are the model's, ``blend`` the knob of My day, ``learnt`` the learnt chance where there is one.
    """
    rate = evening.margin_rate
    mean_rate = float(rate.mean()) if len(rate) else 0.0
    rankings = {
        MY_DAY: rank_for_my_day(scores.silent, rate, mean_rate=mean_rate, blend=blend),
        CERTAINTY: measure_gaps(evening.histories).ratio,
        MONEY: rank_for_my_day(scores.silent, rate, mean_rate=mean_rate, blend=0.0),
        LEARNT: learnt,
        SILENT: scores.silent,
        SURPRISE: 1 - scores.surprise,
        ACTIVE: 1 - scores.active,
        FALLS: naive.measure_deepest_falls(evening),
        FALLS_BY_SIZE: naive.measure_deepest_falls_by_size(evening),
        SIZE: evening.spend,
        SPEND_DOWN: naive.measure_spend_down(evening),
        GAP_OVER_LAST: naive.measure_gap_over_last(evening),
        GAP_OVER_ONE: naive.measure_gap_over_deviations(evening, deviations=1),
        GAP_OVER_TWO: naive.measure_gap_over_deviations(evening, deviations=2),
        LOW_RFM: -naive.sum_rfm(evening),
        CHANCE: np.zeros(len(evening)),
    }
    return {name: ranking for name, ranking in rankings.items() if ranking is not None}
