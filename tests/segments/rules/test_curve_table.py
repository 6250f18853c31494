"""What a night reads from tables is what the formulas say, to a millionth of it."""

import numpy as np
import pytest

from segments.rules.curve_table import MOST_REPEATS
from segments.rules.dropout_model import DropoutModel, estimate_silence, look_up_silence
from segments.rules.expected_purchases import ExpectedPurchaseModel, expect_purchases_if_active, look_up_purchases
from segments.rules.purchase_history import build_histories

MILLIONTH = 1e-6
NEVER = 1e-50  # a chance nobody can tell from none, where the library itself loses digits


@pytest.fixture(scope="module")
def everybody():
    """From one purchase to more than the table holds; from a purchase today to eight years of silence."""
    random = np.random.default_rng(11)
    repeats = np.concatenate([random.integers(0, 8, 2_000), random.integers(0, MOST_REPEATS + 40, 4_000)])
    last = np.where(repeats > 0, repeats + random.integers(0, 3_000, len(repeats)), 0)
    silence = random.integers(0, 3_000, len(repeats)) * (random.random(len(repeats)) < 0.9)
    return build_histories(repeats, last, last + silence)


@pytest.mark.parametrize(
    ("k", "r", "alpha"),
    [
        (0.2, 0.3, 10),
        (0.2, 3, 0.01),
        (1, 0.5, 5),
        (2, 1, 33),
        (5.9, 2, 100),
        (6.1, 2, 100),
        (12, 0.2, 3000),
        (25, 8, 20),
    ],
)
@pytest.mark.parametrize("ahead", [0, 91])
def test_the_chance_of_a_silence_for_any_rhythm_that_can_be_fitted(everybody, k, r, alpha, ahead):
    model = DropoutModel(k=k, r=r, alpha=alpha, a=0.9, b=5.0)
    exact = estimate_silence(model, everybody, ahead=ahead)
    found = look_up_silence(model, everybody, ahead=ahead)
    assert np.abs(found - exact).max() < MILLIONTH
    possible = exact > NEVER
    assert np.abs(found[possible] / exact[possible] - 1).max() < MILLIONTH


@pytest.mark.parametrize(
    ("r", "alpha", "a", "b"),
    [(0.24, 4.4, 0.79, 2.4), (0.77, 60, 0.81, 12), (5, 0.5, 0.02, 300), (0.1, 900, 3, 0.5), (1, 10, 1, 1.5)],
)
@pytest.mark.parametrize("horizon", [91, 365, 1_096])
def test_the_purchases_to_expect_for_any_model_that_can_be_fitted(everybody, r, alpha, a, b, horizon):
    model = ExpectedPurchaseModel(r=r, alpha=alpha, a=a, b=b)
    exact = expect_purchases_if_active(model, everybody, horizon=horizon)
    found = look_up_purchases(model, everybody, horizon=horizon)
    np.testing.assert_allclose(found, exact, rtol=MILLIONTH)


def test_beyond_the_table_the_formula_itself_is_asked():
    model = DropoutModel(k=1.5, r=0.8, alpha=1e6, a=0.9, b=5.0)
    far = build_histories([3, 5_000, 4], [10, 6_000, 9], [11, 6_040, 1_000_000])
    np.testing.assert_allclose(look_up_silence(model, far), estimate_silence(model, far), rtol=MILLIONTH)
    buying = ExpectedPurchaseModel(r=0.8, alpha=1e-4, a=0.9, b=5.0)
    sudden = build_histories([0, 5_000], [0, 6_000], [0, 6_040])
    np.testing.assert_allclose(
        look_up_purchases(buying, sudden, horizon=365),
        expect_purchases_if_active(buying, sudden, horizon=365),
        rtol=MILLIONTH,
    )


def test_nobody_is_nobody():
    model = DropoutModel(k=1.5, r=0.8, alpha=30.0, a=0.9, b=5.0)
    assert len(look_up_silence(model, build_histories([], [], []))) == 0
