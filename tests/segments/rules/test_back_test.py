"""The back-test on the published shop: what the rankings and forecasts reach on evenings they have not seen."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from segments.rules.back_test import (
    TooLittleToTestError,
    compare_knobs,
    compare_rankings,
    describe_evening,
    describe_forecast,
    foresee,
    judge_bend,
    judge_learnt,
    stand_on_evening,
)
from segments.rules.back_test_measures import BUDGETS, BudgetMeasure, Estimate, RankingMeasure
from segments.rules.chance_calibration import ChanceBend
from segments.rules.churn_rankings import (
    ACTIVE,
    CERTAINTY,
    FALLS,
    FALLS_BY_SIZE,
    GAP_OVER_LAST,
    LEARNT,
    MONEY,
    MY_DAY,
    SIZE,
)
from segments.rules.churn_risk import RANKING_BLEND
from segments.rules.purchase_log import build_log
from tests.segments.rules.published_shop import EVENINGS, UNTIL, cdnow, stood


@cache
def measured() -> dict[str, RankingMeasure]:
    return compare_rankings([stood(day) for day in EVENINGS], customers=cdnow().customers, draws=40)


def test_my_day_is_as_sure_as_the_deepest_falls_and_catches_several_times_the_money():
    my_day = measured()[MY_DAY]
    assert my_day.precision_ratio[0].value >= 0.95
    assert my_day.lost_ratio[0].value >= 3.9
    assert my_day.precision_ratio[1].value >= 0.91
    assert my_day.lost_ratio[1].value >= 2.5
    assert my_day.left_ratio[0].value >= 3.9


def test_my_day_beats_falls_told_by_size_on_both_goals():
    """The strongest rule of thumb: silent for a whole quarter, largest first."""
    my_day, rule = measured()[MY_DAY], measured()[FALLS_BY_SIZE]
    for ours, theirs in zip(my_day.budgets, rule.budgets, strict=True):
        assert ours.precision.value > theirs.precision.value
        assert ours.lost.value > theirs.lost.value


def test_the_certainty_lists_are_surer_than_the_falls_and_than_any_rule_of_the_market():
    for name in (CERTAINTY, LEARNT):
        assert measured()[name].precision_ratio[0].value >= 1.17
        assert measured()[name].precision_ratio[1].value >= 1.12
        assert measured()[name].precision_ratio[0].low > 1.05
    assert measured()[CERTAINTY].budgets[0].precision.value > measured()[GAP_OVER_LAST].budgets[0].precision.value
    assert measured()[CERTAINTY].budgets[0].lost.value > 1.5 * measured()[GAP_OVER_LAST].budgets[0].lost.value


def test_the_learnt_chance_orders_everybody_best_and_may_be_used():
    aucs = {name: one.auc for name, one in measured().items()}
    assert max(aucs, key=lambda name: aucs[name]) == LEARNT
    assert aucs[LEARNT] == pytest.approx(0.71, abs=0.01)
    assert judge_learnt(measured()).may_be_used


def test_money_alone_catches_most_and_is_hardly_ever_right():
    assert measured()[SIZE].budgets[0].lost.value > measured()[MY_DAY].budgets[0].lost.value
    assert measured()[SIZE].budgets[0].precision.value < 0.3
    assert measured()[MONEY].budgets[0].precision.value < measured()[ACTIVE].budgets[0].precision.value


def test_the_falls_flag_more_than_half_of_all_customers():
    """And most of the deepest are equally deep: nothing bought for a quarter."""
    falls = measured()[FALLS]
    assert falls.budgets[0].precision.value == pytest.approx(falls.budgets[2].precision.value, abs=0.001)
    assert falls.budgets[0].precision.value == pytest.approx(0.725, abs=0.01)


def test_the_published_forecast_is_found_again():
    """BG/NBD from 30 September on: total 14% too low, lift 4.56 (same pace 4.43), Spearman .442 (same pace .485)."""
    told = describe_forecast(stood(EVENINGS[0]))
    assert told["days"] == 273
    assert told["purchase_model"]["bias"] == pytest.approx(-0.142, abs=0.003)
    assert told["purchase_model"]["lift"] == pytest.approx(4.56, abs=0.02)
    assert told["purchase_model"]["order"] == pytest.approx(0.442, abs=0.002)
    assert told["pace"]["lift"] == pytest.approx(4.43, abs=0.02)
    assert told["pace"]["order"] == pytest.approx(0.485, abs=0.002)
    assert told["model"]["error"] < told["pace"]["error"]
    assert told["model"]["factor"] == pytest.approx(1 / (1 + told["model"]["bias"]))
    assert len(told["tenths"]) == 10
    assert told["tenths"][0]["said"] > told["tenths"][9]["said"]


@pytest.mark.parametrize("day", EVENINGS)
def test_chances_bent_to_the_quarter_before_come_nearer_to_what_happens(day):
    chances = describe_evening(stood(day), customers=cdnow().customers, blend=4.0, draws=1)["chances"]
    assert chances["bent"]["log_loss"] < chances["raw"]["log_loss"] - 0.02
    assert chances["bent"]["miss"] < 0.75 * chances["raw"]["miss"]
    assert chances["bent"]["auc"] == pytest.approx(chances["raw"]["auc"])


def test_an_evening_too_early_is_refused_and_so_is_one_without_its_quarter():
    with pytest.raises(TooLittleToTestError):
        stand_on_evening(cdnow(), on=date(1997, 2, 1).toordinal(), until=UNTIL)
    with pytest.raises(ValueError, match="quarter"):
        stand_on_evening(cdnow(), on=UNTIL - 90, until=UNTIL)


def test_what_cannot_be_learnt_from_the_quarter_before_is_left_out_of_the_figures():
    """A hundred and twenty who came back two months ago: on the evening a quarter earlier nobody had a rhythm."""
    on = UNTIL - 91
    days = [on - 400, *(on - ago for ago in (60, 45, 30))]
    rows = [(customer, day, 1000) for customer in range(120) for day in days]
    seen = stand_on_evening(build_log(*zip(*rows, strict=True)), on=on, until=UNTIL)
    assert (seen.learnt, seen.bend, foresee(seen)) == (None, None, None)
    assert list(describe_evening(seen, customers=120, blend=4.0, draws=1)["chances"]) == ["raw"]


def test_nothing_of_the_days_after_is_seen():
    """What came changed: all that was said stays the same, to the last bit."""
    log, on = cdnow(), EVENINGS[0].toordinal()
    before = log.day <= on
    other = build_log(
        np.append(log.customer[before], log.customer[:500]),
        np.append(log.day[before], np.full(500, on + 30)),
        np.append(log.spend[before], np.full(500, 1000.0)),
    )
    seen = stand_on_evening(other, on=on, until=UNTIL)
    assert seen.dropout == stood(EVENINGS[0]).dropout
    assert np.array_equal(seen.scores.silent, stood(EVENINGS[0]).scores.silent)
    assert seen.learnt == stood(EVENINGS[0]).learnt
    assert not np.array_equal(seen.coming.silent, stood(EVENINGS[0]).coming.silent)


def verdict_of(*, auc=0.7, precision=0.8):
    """The learnt chance beside a gap with an AUC of .65 that is right 8 times in 10."""
    names = {LEARNT: (auc, precision), CERTAINTY: (0.65, 0.8)}

    def measure(name, value):
        estimate = Estimate(value, value, value)
        budgets = tuple(BudgetMeasure(budget, 9, estimate, estimate, estimate) for budget in BUDGETS)
        return RankingMeasure(name, names[name][0], budgets, (), (), ())

    return judge_learnt({name: measure(name, value) for name, (_auc, value) in names.items()}).reason


def test_the_learnt_chance_is_put_aside_with_the_reason_where_it_does_worse():
    assert verdict_of() == ""
    assert verdict_of(auc=0.6) == "worse_order"
    assert verdict_of(precision=0.75) == "less_precise"
    assert judge_learnt({}).reason == "too_few"


def test_a_bend_must_help_on_an_evening_it_has_not_seen():
    seen = stood(EVENINGS[0])
    assert judge_bend(seen).may_be_used
    assert judge_bend(replace(seen, bend=ChanceBend(a=0.1, b=3.0, c=2.0))).reason == "no_better"
    assert judge_bend(replace(seen, bend=None)).reason == "too_few"


def test_where_the_fit_has_degenerated_purchases_are_weighed_by_the_purchase_model_alone():
    seen = replace(stood(EVENINGS[0]), dropout=replace(stood(EVENINGS[0]).dropout, gain=0.0))
    told = describe_forecast(seen)
    assert told["model"] == told["purchase_model"]


def test_the_knobs_are_those_of_the_ranking():
    evenings = [stood(day) for day in EVENINGS]
    knobs = compare_knobs(evenings, customers=cdnow().customers, knobs=(0.0, RANKING_BLEND), draws=1)
    assert knobs[RANKING_BLEND].budgets[0].precision.value == measured()[MY_DAY].budgets[0].precision.value
    assert knobs[0.0].budgets[0].lost.value == measured()[MONEY].budgets[0].lost.value
