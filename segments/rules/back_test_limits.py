"""How far a back-test's comparison carries: other readings of "the deepest falls", and what not even hindsight reaches.

How often the falls are right hangs on what a fall is held against and on who comes first among those who fell equally
deep, most of them to nothing at all. So each reading is measured, not the one that flatters. The limit is a ridge with
all squares and products of the same figures that was shown the answers: on the evening nobody can know them.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from segments.rules.back_test import StoodEvening, rank_evening
from segments.rules.back_test_measures import BUDGETS, DRAWS, measure_rankings
from segments.rules.churn_rankings import CERTAINTY, FALLS, LEARNT, MY_DAY, find_features
from segments.rules.churn_risk import QUARTER_DAYS
from segments.rules.naive_risk_rules import FALL, measure_deepest_falls, measure_deepest_falls_by_size
from segments.rules.purchase_history import FloatArray
from segments.rules.purchase_log import Evening
from segments.rules.silence_regression import TooFewToLearnError, foresee_silence, learn_silence

MEAN_OF_EQUALS = "mean"
LARGEST_FIRST = "largest"
LATEST_FIRST = "latest"
LONGEST_FIRST = "longest"
QUARTER_BEFORE = "quarter_before"
TWO_QUARTERS = "two_quarters"

OTHERS_SHOWN = "others_shown"
ALL_SHOWN = "all_shown"
FOLDS = 10
_TINY = 1e-6


def read_falls(evening: Evening) -> dict[str, FloatArray]:
    """The falls of 40% and more by each reading, deepest highest, ``nan`` without one.

    The first four hold the last quarter against the year before it and differ in who comes first among equals (to the
    percent): nobody, the highest past spend, the latest purchase, the longest silence. ``QUARTER_BEFORE`` holds it
    against the quarter before it; ``TWO_QUARTERS`` asks for two known quarters of a baseline, as the trigger does.
    """
    falls = measure_deepest_falls(evening)
    place = np.argsort(np.argsort(evening.silence)) / max(len(evening), 1)
    before = np.full(len(evening), np.nan)
    known = evening.quarter_before > 0
    before[known] = 1 - evening.quarter[known] / evening.quarter_before[known]
    return {
        MEAN_OF_EQUALS: falls,
        LARGEST_FIRST: measure_deepest_falls_by_size(evening),
        LATEST_FIRST: np.round(falls, 2) - place / 100,
        LONGEST_FIRST: np.round(falls, 2) + place / 100,
        QUARTER_BEFORE: np.where(before >= FALL, before, np.nan),
        TWO_QUARTERS: np.where(evening.baseline_days >= 2 * QUARTER_DAYS, falls, np.nan),
    }


def compare_fall_readings(
    stood: Sequence[StoodEvening], *, customers: int, blend: float, draws: int = DRAWS
) -> dict[str, dict[str, Any]]:
    """The lists of the product against each reading, pooled over the evenings on which it can fill every budget;
    a reading that can do so on no evening is left out."""
    answer = {}
    for name in read_falls(stood[0].ranked):
        evenings = []
        for one in stood:
            falls = read_falls(one.ranked)[name]
            if np.isfinite(falls).mean() >= max(BUDGETS):
                ranked = rank_evening(one, blend=blend)
                ours = {key: ranked.rankings[key] for key in (CERTAINTY, LEARNT, MY_DAY) if key in ranked.rankings}
                evenings.append(replace(ranked, rankings={**ours, FALLS: falls}))
        if evenings:
            measured = measure_rankings(evenings, customers=customers, reference=FALLS, draws=draws)
            answer[name] = {"evenings": len(evenings), **{key: asdict(row) for key, row in measured.items()}}
    return answer


def foresee_with_hindsight(stood: StoodEvening, *, folds: int) -> FloatArray:
    """The chance of silence by a ridge with all squares and products, learnt from what came on the evening itself.

    With several ``folds`` each part of the customers is foreseen from what the others did; with one everybody is
    foreseen from an answer that holds his own. Raises ``TooFewToLearnError``.
    """
    features = find_features(stood.ranked, stood.scores)
    even = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), _TINY)
    left, right = np.triu_indices(even.shape[1])
    crossed = np.hstack([even, even[:, left] * even[:, right]])
    if folds == 1:
        return foresee_silence(learn_silence(crossed, stood.coming.silent), crossed)
    part = stood.ranked.customer % folds
    chance = np.zeros(len(part))
    for number in range(folds):
        held = part == number
        chance[held] = foresee_silence(learn_silence(crossed[~held], stood.coming.silent[~held]), crossed[held])
    return chance


def measure_hindsight(
    stood: Sequence[StoodEvening], *, customers: int, blend: float, draws: int = DRAWS
) -> dict[str, dict[str, Any]]:
    """What hindsight reaches against the deepest falls: shown the others' answers, and shown all answers. Empty where
    an evening has too few customers to learn from."""
    evenings = []
    with suppress(TooFewToLearnError):
        for one in stood:
            ranked = rank_evening(one, blend=blend)
            shown = {
                OTHERS_SHOWN: foresee_with_hindsight(one, folds=FOLDS),
                ALL_SHOWN: foresee_with_hindsight(one, folds=1),
            }
            evenings.append(replace(ranked, rankings={**shown, FALLS: ranked.rankings[FALLS]}))
    if len(evenings) < len(stood):
        return {}
    measured = measure_rankings(evenings, customers=customers, reference=FALLS, draws=draws)
    return {name: asdict(measured[name]) for name in (OTHERS_SHOWN, ALL_SHOWN)}
