"""Who is slipping away, how much is at stake, and what comes first on My day."""

import numpy as np
import pytest

from segments.rules.churn_risk import (
    RiskLevel,
    RiskLines,
    judge_falls,
    judge_risk,
    judge_risk_simply,
    measure_at_stake,
    measure_falls,
    measure_gaps,
    measure_margin_rates,
    rank_for_my_day,
)
from segments.rules.purchase_history import build_histories
from segments.rules.sales_fall import Fall, judge_fall


def test_the_gap_is_told_in_own_gaps():
    """Nine purchases in 144 days are one every 18 days; a silence of 61 days is 3.4 of them."""
    gaps = measure_gaps(build_histories([8, 0, 2], [144, 0, 60], [205, 40, 60]))
    assert gaps.silence.tolist() == [61, 40, 0]
    assert gaps.own_mean == pytest.approx([18, np.nan, 30], nan_ok=True)
    assert gaps.ratio == pytest.approx([61 / 18, np.nan, 0], nan_ok=True)


@pytest.mark.parametrize(
    ("margin_cents", "age_days", "cents_a_day"),
    [(365_00, 365, 100), (600_00, 1, 2000), (600_00, 30, 2000), (600_00, 60, 1000), (-90_00, 90, -100), (0, 0, 0)],
    ids=["a euro a day", "yesterday counts as 30 days", "30 days", "60 days", "costs more than he brings", "nothing"],
)
def test_margin_a_day(margin_cents, age_days, cents_a_day):
    assert measure_margin_rates(np.array([margin_cents]), np.array([age_days]))[0] == cents_a_day


SILENT = np.array([0.95, 0.40, 0.60])  # a small sure leaver, a dear customer who still buys, one in between
RATE = np.array([10.0, 120.0, 60.0])


@pytest.mark.parametrize(
    ("blend", "order"),
    [(0, [1, 2, 0]), (2, [2, 1, 0]), (1000, [0, 2, 1])],
    ids=["0 ranks by money", "2 stands between", "a large one ranks by certainty"],
)
def test_my_day_blends_certainty_and_money_with_one_knob(blend, order):
    ranking = rank_for_my_day(SILENT, RATE, mean_rate=32.0, blend=blend)
    assert np.argsort(-ranking).tolist() == order


def test_the_value_of_the_ranking_is_the_written_formula():
    assert rank_for_my_day(np.array([0.5]), np.array([10.0]), mean_rate=40.0)[0] == pytest.approx(0.5 * (10 + 4 * 40))


def test_at_stake_is_the_margin_of_a_quarter_times_the_chance_to_lose_it():
    assert measure_at_stake(np.array([0.483]), np.array([13_289_00 / 91]))[0] == pytest.approx(6_418_59, abs=100)
    assert measure_at_stake(np.array([0.9]), np.array([-5.0]))[0] == 0


@pytest.mark.parametrize(
    ("purchases", "surprise", "active", "silence", "level"),
    [
        (9, 0.50, 0.9, 20, RiskLevel.NONE),
        (9, 0.21, 0.9, 30, RiskLevel.NONE),
        (9, 0.20, 0.9, 31, RiskLevel.WATCH),
        (9, 0.06, 0.7, 50, RiskLevel.WATCH),
        (9, 0.05, 0.6, 60, RiskLevel.HIGH),
        (9, 0.00, 0.01, 364, RiskLevel.HIGH),
        (9, 0.00, 0.05, 900, RiskLevel.HIGH),
        (9, 0.00, 0.04, 365, RiskLevel.LOST),
        (3, 0.01, 0.3, 90, RiskLevel.HIGH),
        (2, 0.01, 0.3, 90, RiskLevel.NONE),
        (1, 0.01, 0.01, 900, RiskLevel.NONE),
    ],
)
def test_the_word_for_the_risk(purchases, surprise, active, silence, level):
    one = (np.array([value]) for value in (surprise, active, silence, purchases - 1))
    assert judge_risk(*one) == [level]


def test_the_lines_of_risk_are_a_setting():
    lines = RiskLines(watch=0.5, high=0.3)
    codes = judge_risk(np.array([0.4, 0.3]), np.ones(2), np.array([9, 9]), np.array([5, 5]), lines=lines)
    assert codes.tolist() == [RiskLevel.WATCH, RiskLevel.HIGH]


@pytest.mark.parametrize(
    ("purchases", "ratio", "silence", "level"),
    [
        (9, 1.9, 40, RiskLevel.NONE),
        (9, 2.0, 40, RiskLevel.WATCH),
        (9, 3.0, 60, RiskLevel.HIGH),
        (9, 8.0, 364, RiskLevel.HIGH),
        (9, 8.0, 365, RiskLevel.LOST),
        (2, 9.0, 400, RiskLevel.NONE),
    ],
)
def test_without_a_model_own_gaps_decide(purchases, ratio, silence, level):
    assert judge_risk_simply(np.array([ratio]), np.array([silence]), np.array([purchases - 1])) == [level]


@pytest.mark.parametrize(
    ("baseline", "days", "recent", "fall"),
    [
        (4000, 364, 1000, 0),
        (4000, 364, 600, 0.4),
        (4000, 364, 0, 1),
        (4000, 364, 1500, -0.5),
        (2000, 182, 600, 0.4),
        (2000, 181, 600, np.nan),
        (0, 364, 600, np.nan),
        (-50, 364, 600, np.nan),
    ],
)
def test_the_fall_of_a_quarter_against_the_mean_quarter_before(baseline, days, recent, fall):
    falls = measure_falls(np.array([baseline]), np.array([days]), np.array([recent]))
    assert falls[0] == pytest.approx(fall, nan_ok=True)


@pytest.mark.parametrize(
    ("before", "now", "word"),
    [
        (4000, 1000, Fall.NONE),
        (4000, 601, Fall.NONE),
        (4000, 600, Fall.WARNING),
        (4000, 400, Fall.WARNING),
        (4000, 399, Fall.CRITICAL),
        (4000, 0, Fall.CRITICAL),
        (4000, -200, Fall.CRITICAL),
        (4000, 1500, Fall.NONE),
        (0, 500, Fall.NONE),
        (-300, 0, Fall.NONE),
    ],
)
def test_a_fall_of_forty_percent_is_a_warning_and_below_forty_percent_of_the_baseline_critical(before, now, word):
    falls = measure_falls(np.array([before]), np.array([364]), np.array([now]))
    assert judge_falls(falls, warning=0.4, critical=0.6).tolist() == [word]
    assert judge_fall(falls[0], warning=0.4, critical=0.6) == word or np.isnan(falls[0])


def test_a_fall_of_just_forty_or_sixty_percent_is_one_however_long_the_baseline_is():
    days = np.arange(182, 365)
    for left in (600, 400):
        falls = measure_falls(1000 * days, days, np.full(len(days), left * 91))
        assert set(judge_falls(falls, warning=0.4, critical=0.6)) == {Fall.WARNING}


def test_the_lines_of_the_fall_are_a_setting():
    assert judge_fall(0.25, warning=0.2, critical=0.3) is Fall.WARNING
    assert judge_falls(np.array([0.25, 0.35]), warning=0.2, critical=0.3).tolist() == [Fall.WARNING, Fall.CRITICAL]
