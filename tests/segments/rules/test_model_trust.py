"""When a figure is hidden, and the reason that is shown instead."""

import numpy as np
import pytest

from segments.rules.dropout_model import DropoutModel, fit_dropout_model
from segments.rules.expected_purchases import ExpectedPurchaseModel, fit_expected_purchases
from segments.rules.model_trust import Distrust, judge_data, judge_dropout, judge_spend, measure_correlation
from segments.rules.purchase_history import build_histories
from tests.segments.rules.published_data import load_cdnow_sample, load_cdnow_spend


@pytest.mark.parametrize(
    ("customers", "days", "doubts"),
    [
        (100, 365, ()),
        (99, 365, (Distrust.FEW_CUSTOMERS,)),
        (100, 364, (Distrust.SHORT_HISTORY,)),
        (0, 0, (Distrust.FEW_CUSTOMERS, Distrust.SHORT_HISTORY)),
    ],
)
def test_too_little_data(customers, days, doubts):
    trust = judge_data(customers=customers, days=days)
    assert trust.doubts == doubts
    assert trust.shown == (not doubts)


@pytest.mark.parametrize(
    ("a", "b", "gain", "doubts"),
    [
        (0.01, 500.0, 2.0, ()),
        (0.009, 2.0, 50.0, (Distrust.NOBODY_LEAVES,)),
        (0.8, 501.0, 50.0, (Distrust.ALL_LEAVE_ALIKE,)),
        (0.8, 2.4, 1.9, (Distrust.LEAVING_EXPLAINS_NOTHING,)),
    ],
)
def test_a_degenerate_fit_hides_the_chance_of_being_active(a, b, gain, doubts):
    assert judge_dropout(DropoutModel(1.1, 0.5, 6, a, b, gain=gain)).doubts == doubts
    assert judge_dropout(ExpectedPurchaseModel(0.5, 6, a, b, gain=gain)).doubts == doubts


def test_the_published_base_can_be_trusted():
    sample = load_cdnow_sample()
    assert judge_dropout(fit_expected_purchases(sample)).shown
    assert judge_dropout(fit_dropout_model(sample, regularity=1.0)).shown


def test_a_base_that_nobody_leaves_is_found_out():
    random = np.random.default_rng(4)
    rates, ages = random.gamma(3, 1 / 60, 1500), random.integers(400, 800, 1500)
    repeats, last, log_gaps = [], [], []
    for rate, age in zip(rates, ages, strict=True):
        days = np.cumsum(random.exponential(1 / rate, 200))
        days = days[days < age]
        repeats.append(len(days))
        last.append(days[-1] if len(days) else 0)
        log_gaps.append(np.log(np.diff(days, prepend=0)).sum() if len(days) else 0)
    histories = build_histories(repeats, last, ages, log_gaps)
    assert not judge_dropout(fit_expected_purchases(histories)).shown
    assert not judge_dropout(fit_dropout_model(histories)).shown


def test_spend_that_grows_with_frequency_is_warned_of():
    purchases = np.arange(1, 200)
    assert judge_spend(purchases, purchases * 3.0).doubts == (Distrust.SPEND_FOLLOWS_FREQUENCY,)
    assert judge_spend(purchases, -purchases * 3.0).doubts == (Distrust.SPEND_FOLLOWS_FREQUENCY,)


def test_the_spend_of_the_published_base_hardly_depends_on_frequency():
    purchases, spend = load_cdnow_spend()
    assert measure_correlation(purchases, spend) == pytest.approx(0.113884, rel=1e-3)
    assert judge_spend(purchases, spend).shown


@pytest.mark.parametrize(("purchases", "spend"), [([3], [10.0]), ([2, 2], [1.0, 9.0]), ([1, 9], [5.0, 5.0])])
def test_what_does_not_vary_does_not_correlate(purchases, spend):
    assert measure_correlation(np.array(purchases), np.array(spend)) == 0
