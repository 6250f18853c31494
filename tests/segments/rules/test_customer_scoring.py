"""All that a night says about a customer, from his figures and the plan alone."""

import json
from dataclasses import replace

import numpy as np
import pytest

from segments.rules.abc_classes import find_class_cuts
from segments.rules.churn_risk import RiskLevel
from segments.rules.customer_scoring import CUSTOMER_FIELDS, FittedModels, ScoringPlan, score_customers
from segments.rules.dropout_model import DropoutModel
from segments.rules.expected_purchases import ExpectedPurchaseModel
from segments.rules.lifetime_value import tabulate_ranges
from segments.rules.rfm import find_rfm_cuts
from segments.rules.silence_regression import FEATURES, SilenceRegression
from segments.rules.spend_per_purchase import SpendModel

TODAY = 20_000
MODEL = ExpectedPurchaseModel(r=0.9, alpha=30.0, a=0.9, b=5.0)


def figures(*customers):
    rows = np.zeros(len(customers), dtype=list(CUSTOMER_FIELDS))
    for position, customer in enumerate(customers):
        rows[position]["customer_id"] = position + 1
        for name, value in customer.items():
            rows[position][name] = value
    return rows


def steady(gap, purchases, silence, *, amount=100_00, **changes):
    """Bought ``purchases`` times, every ``gap`` days, last ``silence`` days ago, at a margin of 40%."""
    last = TODAY - silence
    total = amount * purchases
    return {
        "purchase_days": purchases,
        "first_day": last - gap * (purchases - 1),
        "last_day": last,
        "log_gaps": np.log(gap) * (purchases - 1),
        "amount": total,
        "cost": total * 6 // 10,
        "positive_amount": total,
        "sales_12m": amount * min(purchases, 365 // gap) if silence < 365 else 0,
        "purchase_days_12m": min(purchases, 365 // gap) if silence < 365 else 0,
    } | changes


def make_plan(rows, **changes):
    bought = rows[rows["purchase_days"] > 0]
    silence = TODAY - bought["last_day"]
    models = FittedModels(
        MODEL,
        DropoutModel(k=1.5, r=0.8, alpha=30.0, a=0.9, b=5.0),
        SpendModel(p=6.0, q=4.0, v=50_00.0),
        tabulate_ranges(MODEL, most_repeats=100, longest_age=1000),
        dropout_trusted=True,
    )
    values = {
        "as_of_day": TODAY,
        "horizon_days": 91,
        "knob": 2.0,
        "mean_rate": 40.0,
        "margin_share": 0.4,
        "repeat_rate": 0.5,
        "grade_cuts": find_class_cuts(bought["customer_id"], bought["sales_12m"]).cuts,
        "rfm_cuts": find_rfm_cuts(silence, bought["purchase_days_12m"], bought["sales_12m"]),
        "models": models,
        "fall_warning": 0.4,
        "fall_critical": 0.6,
    }
    return ScoringPlan(**(values | changes))


PEOPLE = {
    "nobody yet": {},
    "one purchase": steady(30, 1, 50),
    "two purchases": steady(30, 2, 50),
    "regular": steady(18, 20, 10),
    "slipping away": steady(18, 20, 75),
    "long gone": steady(18, 20, 500),
    "returned it all": steady(30, 6, 40, amount=100_00, cost=0) | {"amount": -50_00},
    "contract, uses less": steady(30, 14, 5, contract=1, sales_quarter=100_00, sales_baseline=1600_00),
}
NAMES = list(PEOPLE)


@pytest.fixture(scope="module")
def scored():
    rows = figures(*PEOPLE.values())
    return score_customers(rows, make_plan(rows))


def value(columns, name, who):
    entry = columns[name][NAMES.index(who)]
    return None if entry is np.ma.masked or (isinstance(entry, float) and np.isnan(entry)) else entry


@pytest.mark.parametrize(
    ("who", "note", "risk", "knows_rhythm"),
    [
        ("nobody yet", "no_order", RiskLevel.NONE, False),
        ("one purchase", "one_order", RiskLevel.NONE, False),
        ("two purchases", "few_orders", RiskLevel.NONE, False),
        ("regular", "", RiskLevel.NONE, True),
        ("slipping away", "", RiskLevel.HIGH, True),
        ("long gone", "", RiskLevel.LOST, True),
        ("contract, uses less", "contract", RiskLevel.HIGH, False),
    ],
)
def test_what_is_known_of_whom(scored, who, note, risk, knows_rhythm):
    assert value(scored, "note", who) == note
    assert value(scored, "risk", who) == risk
    for name in ("surprise", "alive", "silent_next"):
        assert (value(scored, name, who) is not None) == knows_rhythm


def test_my_day_puts_the_one_who_slips_away_before_the_regular_and_never_the_lost(scored):
    rank = {who: value(scored, "risk_rank", who) for who in NAMES}
    assert rank["slipping away"] > rank["regular"] > 0
    assert rank["long gone"] == rank["one purchase"] == rank["two purchases"] == rank["nobody yet"] == 0
    assert value(scored, "at_stake_cents", "long gone") == 0
    assert value(scored, "at_stake_cents", "contract, uses less") > 0


def test_value_is_known_from_the_first_purchase_on_and_lies_in_its_range(scored):
    assert value(scored, "value_3y_cents", "nobody yet") is None
    assert value(scored, "value_3y_cents", "contract, uses less") is None
    for who in ("one purchase", "two purchases", "regular", "slipping away"):
        low, high = value(scored, "value_3y_low_cents", who), value(scored, "value_3y_high_cents", who)
        assert 0 <= low < high
        assert value(scored, "value_3y_cents", who) <= high
    assert value(scored, "value_3y_cents", "regular") > value(scored, "value_3y_cents", "slipping away")
    assert value(scored, "expected_orders_12m", "regular") == pytest.approx(365 / 18, rel=0.4)


def test_without_sales_the_margin_of_the_base_counts(scored):
    assert value(scored, "value_3y_cents", "returned it all") > 0


def test_who_never_bought_has_no_class_scores_or_days(scored):
    assert value(scored, "grade", "nobody yet") == ""
    assert value(scored, "recency_score", "nobody yet") == 0
    assert value(scored, "gap_days", "nobody yet") is None
    assert value(scored, "last_day", "nobody yet") is None


def test_a_class_given_by_a_person_counts():
    rows = figures(steady(18, 20, 10, pinned_grade=6), steady(18, 20, 10), {"pinned_grade": 1})
    assert score_customers(rows, make_plan(rows))["grade"].tolist() == ["C2", "A2", "A1"]


def test_a_degenerate_fit_hides_the_chance_of_going_on_and_nothing_else():
    rows = figures(steady(18, 20, 75))
    plan = make_plan(rows)
    hidden = make_plan(rows, models=FittedModels(**{**vars(plan.models), "dropout_trusted": False}))
    columns = score_customers(rows, hidden)
    assert columns["note"].tolist() == ["degenerate"]
    assert np.isnan(columns["alive"][0])
    assert columns["surprise"][0] == score_customers(rows, plan)["surprise"][0]
    assert columns["value_3y_cents"][0] > 0


def test_the_learnt_chance_is_shown_instead_of_the_models_and_changes_no_order(scored):
    """A chance learnt from the gap alone: from the first feature, which is the silence in usual gaps."""
    rows = figures(*PEOPLE.values())
    plan = make_plan(rows)
    weights = (0.5, *(0.0,) * (len(FEATURES) - 1))
    learnt = SilenceRegression((0.0,) * len(FEATURES), (1.0,) * len(FEATURES), weights, -1.0, 900)
    columns = score_customers(rows, replace(plan, models=replace(plan.models, learnt=learnt)))
    for who, days in (("regular", 10), ("slipping away", 75)):
        line = 0.5 * np.log(days / 18 + 0.05) - 1.0
        assert value(columns, "silent_next", who) == pytest.approx(1 / (1 + np.exp(-line)))
    assert value(columns, "silent_next", "long gone") == value(scored, "silent_next", "long gone"), "learnt of no such"
    for name in ("risk_rank", "alive"):
        np.testing.assert_array_equal(columns[name], scored[name])


def test_too_little_data_falls_back_to_own_gaps():
    rows = figures(steady(18, 20, 10), steady(18, 20, 75), steady(18, 20, 500), steady(30, 1, 50))
    columns = score_customers(rows, make_plan(rows, models=None))
    assert columns["note"].tolist() == ["little_data"] * 3 + ["one_order"]
    assert columns["risk"].tolist() == [RiskLevel.NONE, RiskLevel.HIGH, RiskLevel.LOST, RiskLevel.NONE]
    assert np.all(np.isnan(columns["surprise"]))
    assert np.argsort(-columns["risk_rank"]).tolist()[0] == 1
    assert (columns["at_stake_cents"] > 0).tolist() == [False, True, False, False]
    assert columns["value_3y_cents"].mask.all()


def test_a_part_of_the_customers_is_scored_as_in_the_whole():
    rows = figures(*PEOPLE.values())
    plan = make_plan(rows)
    whole = score_customers(rows, plan)
    for half in (slice(0, 3), slice(3, 8)):
        part = score_customers(rows[half], plan)
        for name, column in part.items():
            np.testing.assert_array_equal(column, whole[name][half])


@pytest.mark.parametrize("with_models", [True, False])
def test_a_plan_is_kept_as_json_without_losing_a_digit(with_models):
    rows = figures(steady(18, 20, 10))
    plan = make_plan(rows, **({} if with_models else {"models": None, "grade_cuts": (None,) * 5}))
    assert ScoringPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_nobody_is_scored_as_nothing():
    rows = figures(*PEOPLE.values())
    assert len(score_customers(rows[:0], make_plan(rows))["risk"]) == 0
