"""Expected purchases against the published tables of Fader, Hardie and Lee (2005)."""

import numpy as np
import pandas as pd
import pytest

from segments.rules.expected_purchases import (
    ExpectedPurchaseModel,
    estimate_still_buying,
    expect_purchases,
    expect_purchases_if_active,
    expect_purchases_of_newcomer,
    fit_expected_purchases,
    list_purchase_chances,
    measure_buying_likelihood,
    range_of_purchases,
)
from segments.rules.purchase_history import build_histories, draw_sample
from tests.segments.rules.published_data import load_cdnow_calibration, load_cdnow_sample

PUBLISHED = ExpectedPurchaseModel(r=0.242593, alpha=4.41353, a=0.792886, b=2.42575)

#   repeats, weeks to the last, P(still buying), purchases expected in 39 weeks; all on week 38.86
CUSTOMERS = [
    (0, 0.00, 1.0, 0.194781),
    (2, 30.43, 0.726609, 1.22591),
    (1, 1.71, 0.212227, 0.203251),
    (7, 29.43, 0.641801, 3.33724),
    (10, 20.00, 0.0393562, 0.286416),
    (26, 37.14, 0.92267, 16.8859),
    (26, 10.00, 1.02181e-11, 1.87003e-10),
]


def test_the_fit_finds_the_published_parameters():
    model = fit_expected_purchases(load_cdnow_sample())
    assert model.r == pytest.approx(0.243, abs=0.001)
    assert model.alpha == pytest.approx(4.414, abs=0.005)
    assert model.a == pytest.approx(0.793, abs=0.002)
    assert model.b == pytest.approx(2.426, abs=0.005)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.2426, 4.4137, 0.7929, 2.4259), rel=1e-3)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    assert model.customers == 2357
    assert model.gain > 100


def test_the_likelihood_of_a_given_model_is_told_in_weeks():
    assert measure_buying_likelihood(PUBLISHED, load_cdnow_sample()) == pytest.approx(-9582.43, abs=0.02)


@pytest.mark.parametrize(("repeats", "last", "still", "expected"), CUSTOMERS)
def test_published_customers(repeats, last, still, expected):
    customer = build_histories([repeats], [last], [38.86])
    assert estimate_still_buying(PUBLISHED, customer)[0] == pytest.approx(still, rel=1e-3)
    assert expect_purchases(PUBLISHED, customer, horizon=39)[0] == pytest.approx(expected, rel=1e-3)


def test_a_newcomer_is_expected_to_buy_again():
    assert expect_purchases_of_newcomer(PUBLISHED, horizon=39) == pytest.approx(1.19502, rel=1e-3)


def test_many_customers_at_once_equal_each_alone():
    customers = build_histories(*zip(*[(x, t, 38.86) for x, t, _, _ in CUSTOMERS], strict=True))
    together = expect_purchases(PUBLISHED, customers, horizon=39)
    assert together == pytest.approx([expected for *_, expected in CUSTOMERS], rel=1e-3)


def test_nobody_is_expected_to_buy_in_no_time():
    customer = build_histories([3], [20], [30])
    assert expect_purchases(PUBLISHED, customer, horizon=0)[0] == pytest.approx(0, abs=1e-12)
    assert range_of_purchases(PUBLISHED, repeats=3, age=30, horizon=0) == (0, 0)


@pytest.mark.parametrize(
    ("r", "a", "b"), [(0.9, 0.9, 5.0), (0.5, 50.0, 1000.0), (1.0, 2.0, 3.0), (0.25, 1.0, 500.0), (3.0, 0.0001, 0.001)]
)
def test_parameters_on_whole_numbers_or_at_their_bounds_give_finite_expectations(r, a, b):
    """The library's series fails at some whole numbers, where a search that ends at a bound may well stop."""
    model = ExpectedPurchaseModel(r=r, alpha=30.0, a=a, b=b)
    repeats = np.repeat([0, 1, 5, 50, 100, 300], 20)
    ages = np.tile(np.linspace(1, 1500, 20), 6)
    expected = expect_purchases_if_active(
        model, build_histories(repeats, np.where(repeats > 0, ages, 0), ages), horizon=1096
    )
    assert np.all(np.isfinite(expected))
    assert np.all(expected >= 0)
    for position in range(0, 120, 17):
        if expected[position] < 400:
            chances = list_purchase_chances(
                model, repeats=int(repeats[position]), age=ages[position], horizon=1096, up_to=20_000
            )
            mean = chances @ np.arange(len(chances))
            assert expected[position] == pytest.approx(mean, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-8, 0.3, 4.0])
@pytest.mark.parametrize(("repeats", "last", "horizon"), [(0, 0, 39), (2, 30, 39), (40, 80, 156), (900, 99, 300)])
def test_the_expectation_is_the_mean_of_the_chances(a, repeats, last, horizon):
    """Two closed forms that share no formula: the expectation, and the chance of each number of purchases."""
    model = ExpectedPurchaseModel(r=0.9, alpha=10.0, a=a, b=2.4)
    chances = list_purchase_chances(model, repeats=repeats, age=100, horizon=horizon, up_to=8000)
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    mean = expect_purchases_if_active(model, build_histories([repeats], [last], [100]), horizon=horizon)[0]
    assert mean == pytest.approx(chances @ np.arange(len(chances)), rel=1e-5)


def test_hundreds_of_purchases_do_not_overflow():
    heavy = build_histories([800, 800], [1000, 100], [1001, 1001])
    still = estimate_still_buying(PUBLISHED, heavy)
    assert still[0] > 0.99
    assert 0 <= still[1] < 1e-100
    assert np.all(np.isfinite(expect_purchases(PUBLISHED, heavy, horizon=1096)))


def test_four_of_five_customers_end_within_the_range():
    model = ExpectedPurchaseModel(r=0.9, alpha=10.0, a=0.5, b=6.0)
    low, high = range_of_purchases(model, repeats=17, age=365, horizon=365)
    random = np.random.default_rng(7)
    ends = [_live_on(random, rate, leaving, 365) for rate, leaving in _draw_customers(random, model, 17, 365, 4000)]
    below, above = np.mean(np.array(ends) < low), np.mean(np.array(ends) > high)
    assert below <= 0.1 + 0.02
    assert above <= 0.1 + 0.02
    assert low < high


def test_a_very_busy_customer_has_a_range_too():
    low, high = range_of_purchases(ExpectedPurchaseModel(2.0, 1.0, 0.01, 50.0), repeats=900, age=900, horizon=900)
    assert 64 < low < high


def _draw_customers(random, model, repeats, age, number):
    rates = random.gamma(model.r + repeats, 1 / (model.alpha + age), number)
    return zip(rates, random.beta(model.a, model.b + repeats, number), strict=True)


def _live_on(random, rate, leaving, horizon):
    day, purchases = random.exponential(1 / rate), 0
    while day < horizon:
        purchases += 1
        if random.random() < leaving:
            break
        day += random.exponential(1 / rate)
    return purchases


def test_simulated_customers_give_their_parameters_back():
    truth = ExpectedPurchaseModel(r=0.8, alpha=40.0, a=0.9, b=3.0)
    random = np.random.default_rng(3)
    repeats, last, age = [], [], []
    for known in random.integers(200, 1000, 12_000):
        rate, leaving, day, count, seen = random.gamma(truth.r, 1 / truth.alpha), random.beta(truth.a, truth.b), 0, 0, 0
        while True:
            day += random.exponential(1 / rate)
            if day > known:
                break
            count, seen = count + 1, day
            if random.random() < leaving:
                break
        repeats.append(count)
        last.append(seen)
        age.append(known)
    model = fit_expected_purchases(build_histories(repeats, last, age))
    assert model.r == pytest.approx(truth.r, rel=0.06)
    assert model.alpha == pytest.approx(truth.alpha, rel=0.08)
    assert model.a / model.b == pytest.approx(truth.a / truth.b, rel=0.1)


def test_the_forecast_of_the_shop_is_as_low_as_measured():
    """Honest figures of the published base: 14.3% too few purchases, rank correlation .442, top tenth 4.56 times."""
    histories, later = load_cdnow_calibration(with_free_orders=True)
    model = fit_expected_purchases(histories)
    expected = expect_purchases(model, histories, horizon=273)
    assert later.sum() == 19684
    assert expected.sum() == pytest.approx(16874, rel=1e-3)
    assert expected.sum() / later.sum() - 1 == pytest.approx(-0.143, abs=0.001)
    ranks = [pd.Series(values).rank() for values in (expected, later)]
    assert np.corrcoef(*ranks)[0, 1] == pytest.approx(0.442, abs=0.002)
    best = np.argsort(-expected, kind="stable")[: len(later) // 10]
    assert later[best].mean() / later.mean() == pytest.approx(4.56, abs=0.05)


def test_a_sample_is_the_same_each_time_and_moves_the_fit_little():
    histories, _ = load_cdnow_calibration(with_free_orders=True)
    whole, part = fit_expected_purchases(histories), fit_expected_purchases(histories, sample=12_000)
    assert part == fit_expected_purchases(histories, sample=12_000)
    assert part.customers == 12_000
    assert len(draw_sample(histories, size=10**6)) == len(histories)
    everyone = expect_purchases(whole, histories, horizon=90).sum()
    assert expect_purchases(part, histories, horizon=90).sum() == pytest.approx(everyone, rel=0.03)


def test_nobody_to_fit_is_an_error():
    with pytest.raises(ValueError, match="nobody has bought"):
        fit_expected_purchases(build_histories([], [], []))


def test_nobody_to_score_is_no_error():
    assert len(expect_purchases(PUBLISHED, build_histories([], [], []), horizon=39)) == 0
