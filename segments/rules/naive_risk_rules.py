"""The rules of thumb that a model of leaving must beat: those of the market's programs, and the founding text's fall.

Programs that distributors' reps use today flag a customer by a fixed rule. A flag is no order, so each rule is read as
kindly as it can be: whoever breaks it furthest comes first, and whoever keeps it comes last. Higher is told earlier;
``nan`` and equal values are told in any order, and a measure counts them so (``back_test_measures``).
"""

import numpy as np

from segments.rules.churn_risk import QUARTER_DAYS
from segments.rules.purchase_history import FloatArray
from segments.rules.purchase_log import Evening
from segments.rules.rfm import assign_rfm, find_rfm_cuts

LEAST_BASELINE_DAYS = 30
SPEND_DOWN = 0.10
FALL = 0.40


def measure_deepest_falls(evening: Evening) -> FloatArray:
    """Fall of the last quarter against the own baseline, as a share: the year before it, or what is known of it.

    ``nan`` below 40% (no alert) and where less than 30 days of a baseline are known.
    """
    falls = np.full(len(evening), np.nan)
    known = (evening.baseline_days >= LEAST_BASELINE_DAYS) & (evening.baseline > 0)
    usual = evening.baseline[known] * QUARTER_DAYS / evening.baseline_days[known]
    falls[known] = 1 - evening.quarter[known] / usual
    falls[~(falls >= FALL)] = np.nan
    return falls


def measure_deepest_falls_by_size(evening: Evening) -> FloatArray:
    """The same, and among falls equally deep (to the percent) the customer with the highest past spend first."""
    depth = np.round(measure_deepest_falls(evening), 2)
    size: FloatArray = np.argsort(np.argsort(evening.spend)) / max(len(evening), 1)
    return depth + size / 100


def measure_spend_down(evening: Evening) -> FloatArray:
    """Spend of three months down by 10% or more against the three months before."""
    down = np.full(len(evening), np.nan)
    known = evening.quarter_before > 0
    down[known] = 1 - evening.quarter[known] / evening.quarter_before[known]
    down[~(down >= SPEND_DOWN)] = np.nan
    return down


def measure_gap_over_last(evening: Evening) -> FloatArray:
    """Days by which the present gap is longer than the one before it."""
    return _keep_positive(evening.silence - evening.last_gap)


def measure_gap_over_deviations(evening: Evening, *, deviations: float) -> FloatArray:
    """Days by which the present gap is longer than the own mean gap plus so many standard deviations."""
    return _keep_positive(evening.silence - _own_mean_gap(evening) - deviations * evening.gap_sd)


def sum_rfm(evening: Evening) -> FloatArray:
    """The sum of recency, frequency and money quintiles of the last year, 3 to 15: the best is the highest."""
    silence = evening.silence.astype(np.int64)
    cuts = find_rfm_cuts(silence, evening.year_days, evening.year)  # type: ignore[arg-type]
    scores = assign_rfm(silence, evening.year_days, evening.year, cuts=cuts)  # type: ignore[arg-type]
    return np.sum(scores, axis=0).astype(np.float64)


def _own_mean_gap(evening: Evening) -> FloatArray:
    mean: FloatArray = evening.histories.last / np.maximum(evening.histories.repeats, 1)
    return mean


def _keep_positive(days: FloatArray) -> FloatArray:
    kept: FloatArray = np.where(days > 0, days, np.nan)
    return kept
