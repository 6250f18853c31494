"""Measures of rankings and forecasts, against examples counted by hand and slow formulas."""

import numpy as np
import pandas as pd
import pytest

from segments.rules.back_test import make_plain
from segments.rules.back_test_measures import (
    RankedEvening,
    cut_into_tenths,
    measure_auc,
    measure_forecast,
    measure_rankings,
    rank_evenly,
)

RANDOM = np.random.default_rng(7)


def evening(ranking, silent, lost=None, left=None):
    silent = np.asarray(silent, dtype=bool)
    money = np.ones(len(silent))
    return RankedEvening(
        np.arange(len(silent)),
        {"this": np.asarray(ranking, dtype=float), "chance": np.zeros(len(silent))},
        silent,
        money if lost is None else np.asarray(lost, dtype=float),
        money if left is None else np.asarray(left, dtype=float),
    )


def measure(*evenings, draws=50):
    return measure_rankings(evenings, customers=len(evenings[0].silent), reference="chance", draws=draws)["this"]


def test_the_first_of_the_list_are_counted():
    ranking = np.arange(100, 0, -1)
    silent = np.zeros(100)
    silent[[0, 4, 5, 50]] = 1  # one among the first two, two among the first five, three among the first ten
    lost = np.zeros(100)
    lost[[0, 9]] = 30, 70
    found = measure(evening(ranking, silent, lost))
    assert [round(one.precision.value, 6) for one in found.budgets] == [0.5, 0.4, 0.3]
    assert [round(one.lost.value, 6) for one in found.budgets] == [0.3, 0.3, 1.0]
    assert [one.alerts for one in found.budgets] == [2, 5, 10]
    assert found.precision_ratio[0].value == pytest.approx(0.5 / 0.04)


def test_equal_values_are_counted_by_the_mean_of_all_their_orders():
    """Forty customers that the rule cannot tell apart, ten of them silent: any two are right one time in four."""
    ranking = np.where(np.arange(100) < 40, 1.0, np.nan)
    silent = np.arange(100) % 4 == 0
    found = measure(evening(ranking, silent))
    assert found.budgets[0].precision.value == pytest.approx(0.25)
    shuffled = np.arange(100)
    RANDOM.shuffle(shuffled)
    again = measure(evening(ranking[shuffled], silent[shuffled]))
    assert [one.precision.value for one in again.budgets] == pytest.approx([0.25, 0.25, 0.25])


def test_what_a_rule_says_nothing_about_comes_last():
    ranking = np.full(100, np.nan)
    ranking[99] = -5.0
    silent = np.zeros(100)
    silent[99] = 1
    assert measure(evening(ranking, silent)).budgets[0].precision.value == pytest.approx(0.5)


def test_two_evenings_count_alike():
    good, bad = np.zeros(100), np.zeros(100)
    good[:10], bad[90:] = 1, 1
    ranking = np.arange(100, 0, -1)
    pooled = measure(evening(ranking, good), evening(ranking, bad))
    assert pooled.budgets[1].precision.value == pytest.approx(0.5)
    assert pooled.auc == pytest.approx(0.5)


def test_intervals_hold_the_value_narrow_with_more_customers_and_repeat():
    def width(size):
        ranking = RANDOM.random(size)
        silent = RANDOM.random(size) < 0.2 + 0.6 * ranking
        found = measure(evening(ranking, silent), draws=200)
        one = found.budgets[2].precision
        assert one.low < one.value < one.high
        assert measure(evening(ranking, silent), draws=200) == found
        return one.high - one.low

    assert width(200) > 1.5 * width(4000)


def test_the_interval_of_a_share_is_about_as_wide_as_the_formula():
    """Everybody is alerted alike, so the precision is a plain share: 1.96 · sqrt(p (1 - p) / n) to each side."""
    silent = np.arange(4000) % 2 == 0
    ranking = RANDOM.random(4000)
    one = measure(evening(ranking, silent), draws=400).budgets[2].precision
    assert one.high - one.low == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 400), rel=0.2)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    ranking, silent = RANDOM.integers(0, 10, 80).astype(float), RANDOM.random(80) < 0.4
    pairs = [(a > b) + (a == b) / 2 for a in ranking[silent] for b in ranking[~silent]]
    assert measure_auc(ranking, silent) == pytest.approx(np.mean(pairs))
    assert measure_auc(ranking, np.zeros(80, dtype=bool)) == 0.5


def test_a_forecast_is_measured_by_level_head_order_and_error():
    said, came = np.array([4.0, 2.0, 1.0, 1.0]), np.array([6, 2, 2, 0])
    found = measure_forecast(said, came)
    assert found.bias == pytest.approx(-0.2)
    assert found.factor == pytest.approx(1.25)
    assert found.error == pytest.approx(0.75 + 0.25)
    assert 0 < found.order < 1
    ordering = measure_forecast(said, came, counts=False)
    assert np.isnan(ordering.bias)
    assert ordering.order == found.order


def test_tenths_go_from_the_best_to_the_least_and_hold_everybody():
    said = RANDOM.random(1003)
    came = RANDOM.poisson(said * 3)
    tenths = cut_into_tenths(said, came)
    assert len(tenths) == 10
    assert [one.said for one in tenths] == sorted((one.said for one in tenths), reverse=True)
    assert tenths[0].lift == pytest.approx(tenths[0].came / came.mean())
    assert len(cut_into_tenths(said[:4], came[:4])) == 4


def test_nothing_that_came_is_no_number():
    assert np.isnan(measure_forecast(np.ones(5), np.zeros(5, dtype=int)).bias)
    assert make_plain({"a": float("nan"), "b": [1.0, float("inf")], "c": "x"}) == {
        "a": None,
        "b": [1.0, None],
        "c": "x",
    }


@pytest.mark.parametrize("values", [[3.0], [2.0, 2.0], [5, 1, 5, 5, 2, 1], [-np.inf, 0.4, -np.inf, 0.1]])
def test_equal_values_share_the_mean_of_their_places(values):
    assert rank_evenly(np.array(values)).tolist() == pd.Series(values).rank().tolist()
