"""What a fall may be held against, and how far hindsight gets: the comparison is not chosen because it flatters."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from segments.rules.back_test import StoodEvening
from segments.rules.back_test_limits import (
    ALL_SHOWN,
    LARGEST_FIRST,
    LATEST_FIRST,
    LONGEST_FIRST,
    MEAN_OF_EQUALS,
    OTHERS_SHOWN,
    QUARTER_BEFORE,
    TWO_QUARTERS,
    compare_fall_readings,
    foresee_with_hindsight,
    measure_hindsight,
    read_falls,
)
from segments.rules.back_test_measures import measure_auc
from segments.rules.churn_rankings import CERTAINTY, FALLS, find_ranked
from segments.rules.churn_risk import RANKING_BLEND
from segments.rules.purchase_log import Evening, Outcome, build_log, look_back
from tests.segments.rules.published_shop import EVENINGS, cdnow, stood

EARLY, LATE = EVENINGS
SILENT_SINCE_60, SILENT_SINCE_40_LARGE, HALVED, FULL, YOUNG = range(5)


def see_falls() -> Evening:
    """Day 364 of five customers; the last quarter begins on day 274."""
    bought = {
        SILENT_SINCE_60: [(0, 10.0), (30, 10.0), (60, 10.0)],
        SILENT_SINCE_40_LARGE: [(0, 90.0), (20, 90.0), (40, 90.0)],
        HALVED: [*((day, 100.0) for day in range(0, 270, 30)), (300, 60.0), (330, 60.0)],
        FULL: [(day, 50.0) for day in range(0, 360, 30)],
        YOUNG: [(200, 20.0), (210, 20.0), (220, 20.0)],
    }
    rows = [(customer, day, amount) for customer, days in bought.items() for day, amount in days]
    return look_back(build_log(*zip(*rows, strict=True)), on=364)


def order(values: np.ndarray) -> list[int]:
    told = np.flatnonzero(~np.isnan(values))
    return told[np.argsort(-values[told], kind="stable")].tolist()


def test_those_who_fell_to_nothing_are_equal_and_each_reading_says_who_comes_first():
    falls = read_falls(see_falls())
    assert falls[MEAN_OF_EQUALS][[SILENT_SINCE_60, SILENT_SINCE_40_LARGE, YOUNG]].tolist() == [1.0, 1.0, 1.0]
    assert order(falls[LARGEST_FIRST])[:3] == [SILENT_SINCE_40_LARGE, YOUNG, SILENT_SINCE_60]
    assert order(falls[LATEST_FIRST])[:3] == [YOUNG, SILENT_SINCE_60, SILENT_SINCE_40_LARGE]
    assert order(falls[LONGEST_FIRST])[:3] == [SILENT_SINCE_40_LARGE, SILENT_SINCE_60, YOUNG]
    for reading in (MEAN_OF_EQUALS, LARGEST_FIRST, LATEST_FIRST, LONGEST_FIRST):
        assert order(falls[reading])[3:] == [HALVED]
        assert np.isnan(falls[reading][FULL])


def test_against_the_quarter_before_only_its_buyers_fell():
    assert order(read_falls(see_falls())[QUARTER_BEFORE]) == [YOUNG, HALVED]


def test_the_trigger_reads_no_fall_before_it_knows_two_quarters():
    assert YOUNG not in order(read_falls(see_falls())[TWO_QUARTERS])
    assert SILENT_SINCE_60 in order(read_falls(see_falls())[TWO_QUARTERS])


@cache
def readings():
    return compare_fall_readings(
        [stood(day) for day in EVENINGS], customers=cdnow().customers, blend=RANKING_BLEND, draws=5
    )


def test_a_reading_is_measured_on_the_evenings_on_which_it_has_falls_to_tell():
    assert {name: told["evenings"] for name, told in readings().items()} == {
        MEAN_OF_EQUALS: 2, LARGEST_FIRST: 2, LATEST_FIRST: 2, LONGEST_FIRST: 2, QUARTER_BEFORE: 2, TWO_QUARTERS: 1,
    }  # fmt: skip
    early = compare_fall_readings([stood(EARLY)], customers=cdnow().customers, blend=RANKING_BLEND, draws=1)
    assert TWO_QUARTERS not in early


def test_the_reading_in_force_does_not_flatter_the_certainty_list():
    """Only a fall that is told by the length of the silence, which no fall knows, is harder to beat."""
    ratios = {name: told[CERTAINTY]["precision_ratio"][0]["value"] for name, told in readings().items()}
    harder = [name for name, ratio in ratios.items() if ratio < ratios[MEAN_OF_EQUALS] - 0.005]
    assert harder == [LONGEST_FIRST]
    falls = {name: told[FALLS]["budgets"][0]["precision"]["value"] for name, told in readings().items()}
    assert falls[LARGEST_FIRST] < falls[MEAN_OF_EQUALS] < falls[LONGEST_FIRST]


def test_hindsight_that_holds_the_own_answer_is_surer_than_that_of_the_others():
    told = measure_hindsight(
        [stood(day) for day in EVENINGS], customers=cdnow().customers, blend=RANKING_BLEND, draws=5
    )
    others, everybody = (told[name]["budgets"][0]["precision"]["value"] for name in (OTHERS_SHOWN, ALL_SHOWN))
    assert others < everybody
    assert told[ALL_SHOWN]["precision_ratio"][0]["value"] < 1.3


def with_random_answers(one: StoodEvening) -> StoodEvening:
    """The same evening, after which who bought was drawn by lot."""
    bought = np.random.default_rng(2).integers(0, 2, len(one.ranked))
    return replace(one, coming=Outcome(91, bought, one.coming.margin))


def test_from_the_answers_of_others_nothing_is_learnt_where_there_is_nothing_to_learn():
    lot = with_random_answers(stood(EARLY))
    assert measure_auc(foresee_with_hindsight(lot, folds=10), lot.coming.silent) == pytest.approx(0.5, abs=0.03)
    assert measure_auc(foresee_with_hindsight(lot, folds=1), lot.coming.silent) > 0.53


def test_too_few_customers_tell_no_limit():
    one = stood(LATE)
    few = np.arange(len(one.ranked)) < 200
    ranked = one.ranked.select(few)
    small = replace(
        one,
        ranked=ranked,
        scores=type(one.scores)(*(getattr(one.scores, name)[few] for name in ("surprise", "active", "silent"))),
        coming=Outcome(91, one.coming.purchases[few], one.coming.margin[few]),
        gone=Outcome(one.gone.days, one.gone.purchases[few], one.gone.margin[few]),
    )
    assert len(find_ranked(ranked)) == 200
    assert measure_hindsight([one, small], customers=cdnow().customers, blend=RANKING_BLEND, draws=1) == {}
