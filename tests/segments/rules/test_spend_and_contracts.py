"""Spend per purchase and contracts, against the published tables of Fader and Hardie (2013, 2007)."""

import numpy as np
import pytest

from segments.rules.contract_retention import (
    ContractModel,
    estimate_renewal,
    estimate_survival,
    expect_renewals,
    fit_contracts,
)
from segments.rules.spend_per_purchase import SpendModel, expect_spend, fit_spend
from tests.segments.rules.published_data import load_cdnow_spend

# of 1,000 customers with a contract, so many are still there after each of seven years
HIGH_END = [869, 743, 653, 593, 551, 517, 491]
REGULAR = [631, 468, 382, 326, 289, 262, 241]


def test_the_spend_fit_finds_the_published_parameters():
    purchases, spend = load_cdnow_spend()
    model = fit_spend(purchases, spend)
    assert model.customers == 946
    assert model.p == pytest.approx(6.25, abs=0.02)
    assert model.q == pytest.approx(3.74, abs=0.02)
    assert model.v == pytest.approx(15.44, abs=0.1)
    assert (model.p, model.q, model.v) == pytest.approx((6.2488, 3.7446, 15.4477), rel=1e-3)
    assert model.population_mean == pytest.approx(35.171, rel=1e-3)


def test_expected_spend_of_the_first_three_customers():
    """A repeat buyer at 22.35 and one at 11.77 are drawn to the mean; one without repeats gets the mean of all."""
    model = fit_spend(*load_cdnow_spend())
    spend = expect_spend(model, np.array([2, 1, 0]), np.array([22.35, 11.77, 0.0]))
    assert spend == pytest.approx([24.659, 18.911, 35.171], rel=1e-3)


def test_the_mean_of_all_expected_spends():
    purchases, spend = load_cdnow_spend()
    everyone = np.concatenate([expect_spend(fit_spend(purchases, spend), purchases, spend), np.full(1411, 35.171)])
    assert everyone.mean() == pytest.approx(35.25, abs=0.1)


def test_customers_who_returned_everything_are_left_out_and_get_the_mean():
    model = fit_spend(np.array([3, 5, 2, 4]), np.array([100.0, 80.0, -20.0, 90.0]))
    assert model.customers == 3
    spend = expect_spend(model, np.array([2, 2, 0]), np.array([-20.0, 0.0, 0.0]), otherwise=77.0)
    assert spend == pytest.approx([77.0, 77.0, 77.0 if model.population_mean == 77 else model.population_mean])


def test_nobody_with_spend_is_an_error():
    with pytest.raises(ValueError, match="mean spend above zero"):
        fit_spend(np.array([3]), np.array([-5.0]))


def test_a_large_base_is_fitted_on_a_fixed_sample():
    random = np.random.default_rng(2)
    truth = SpendModel(p=6.0, q=4.0, v=1500.0)
    purchases = random.integers(1, 9, 30_000)
    means = random.gamma(truth.p * purchases, 1 / (random.gamma(truth.q, 1 / truth.v, 30_000) * purchases))
    model = fit_spend(purchases, means, sample=20_000)
    assert model == fit_spend(purchases, means, sample=20_000)
    assert model.customers == 20_000
    assert model.population_mean == pytest.approx(truth.population_mean, rel=0.02)
    assert model.q == pytest.approx(truth.q, rel=0.05)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)], ids=["high-end", "regular"]
)
def test_the_contract_fit_finds_the_published_parameters(survivors, alpha, beta):
    lapsed = -np.diff([1000, *survivors])
    model = fit_contracts(lapsed.tolist(), [0] * 6 + [survivors[-1]])
    assert model.alpha == pytest.approx(alpha, abs=0.001)
    assert model.beta == pytest.approx(beta, abs=0.001)
    assert model.customers == 1000


def test_who_has_stayed_long_is_more_likely_to_renew():
    model = ContractModel(0.668, 3.806)
    chances = [estimate_renewal(model, renewals=n) for n in range(8)]
    assert chances[0] == pytest.approx(3.806 / 4.474)
    assert chances == sorted(chances)
    assert estimate_survival(model, renewals=2, further=2) == pytest.approx(chances[2] * chances[3])


def test_expected_renewals_count_later_ones_for_less():
    model = ContractModel(0.668, 3.806)
    first, second = estimate_survival(model, renewals=0, further=1), estimate_survival(model, renewals=0, further=2)
    assert expect_renewals(model, renewals=0, periods=2) == pytest.approx(first + second)
    discounted = expect_renewals(model, renewals=0, periods=2, discount_rate=0.1)
    assert discounted == pytest.approx(first / 1.1 + second / 1.21)


@pytest.mark.parametrize(("lapsed", "stayed"), [([], []), ([0, 0], [0]), ([5, -1], [])])
def test_no_renewal_yet_is_an_error(lapsed, stayed):
    with pytest.raises(ValueError, match="no contract has come to a renewal"):
        fit_contracts(lapsed, stayed)
