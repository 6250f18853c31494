"""Chances learnt from the past, and chances bent to it."""

import numpy as np
import pytest
from scipy.special import expit

from segments.rules import silence_regression
from segments.rules.chance_calibration import (
    ChanceBend,
    TooFewToBendError,
    bend_activity,
    bend_chances,
    find_share_interval,
    group_by_chance,
    learn_bend,
    measure_log_loss,
    measure_miss,
)
from segments.rules.purchase_history import build_histories
from segments.rules.silence_regression import (
    FEATURES,
    SilenceRegression,
    TooFewToLearnError,
    collect_features,
    foresee_silence,
    learn_silence,
)

RANDOM = np.random.default_rng(11)
SAID = RANDOM.random(20_000)


def happen(chance):
    return RANDOM.random(len(chance)) < chance


def test_a_chance_that_was_too_high_is_bent_down_to_what_happened():
    true = 0.1 + 0.71 * SAID  # what was said to be .96 came in 78 of 100 cases
    bend = learn_bend(SAID, happen(true))
    assert bend_chances(bend, np.array([0.96, 0.5, 0.05])) == pytest.approx([0.78, 0.455, 0.136], abs=0.05)


def test_chances_that_were_right_stay_as_they_are():
    bend = learn_bend(SAID, happen(SAID))
    assert bend_chances(bend, np.linspace(0.05, 0.95, 10)) == pytest.approx(np.linspace(0.05, 0.95, 10), abs=0.02)


@pytest.mark.parametrize("power", [0.3, 1.0, 3.0])
def test_a_bend_never_turns_two_customers_round(power):
    bend = learn_bend(SAID, happen(SAID**power))
    grid = np.linspace(0, 1, 500)
    bent = bend_chances(bend, grid)
    assert np.all(np.diff(bent) >= 0)
    assert np.all((bent >= 0) & (bent <= 1))


def test_what_goes_against_the_chances_or_is_too_little_bends_nothing():
    with pytest.raises(TooFewToBendError):
        learn_bend(SAID, happen(1 - SAID))
    with pytest.raises(TooFewToBendError):
        learn_bend(SAID[:400], happen(SAID[:400]))
    with pytest.raises(TooFewToBendError):
        learn_bend(SAID, np.zeros(len(SAID), dtype=bool))
    assert bend_chances(None, SAID) is SAID


def test_the_chance_of_being_active_moves_as_the_chance_of_buying():
    bend = ChanceBend(a=1.3, b=0.4, c=-0.2)
    active, silent = np.array([0.9, 0.5, 1.0]), np.array([0.3, 0.8, 0.1])
    shown = bend_activity(bend, active, silent)
    expected = active * (1 - bend_chances(bend, silent)) / (1 - silent)
    assert shown == pytest.approx(np.minimum(expected, 1))
    assert np.all(shown <= 1)
    assert bend_activity(None, active, silent) is active
    gone = bend_activity(bend, np.array([0.0, 1e-9]), np.array([1.0, 1.0 - 1e-10]))
    assert gone == pytest.approx(1 - bend_chances(bend, np.ones(2)), abs=0.01)


def test_a_bend_is_kept_as_plain_numbers():
    bend = learn_bend(SAID, happen(SAID))
    assert ChanceBend.from_json({**bend.to_json(), "of": "silence"}) == bend


def test_the_reliability_table_counts_everybody_once():
    came = happen(SAID)
    rows = group_by_chance(SAID, came)
    assert sum(row.customers for row in rows) == len(SAID)
    assert all(row.low <= row.came <= row.high for row in rows)
    assert measure_miss(rows) < 0.02
    assert measure_log_loss(SAID, came) < measure_log_loss(np.full(len(SAID), 0.5), came)
    assert group_by_chance(np.array([1.0, 0.0]), np.array([True, False]))[-1].said == 1.0


def test_the_interval_of_a_share_is_wilsons():
    assert find_share_interval(0.5, 100) == pytest.approx((0.404, 0.596), abs=0.001)
    assert find_share_interval(0.0, 10) == pytest.approx((0.0, 0.278), abs=0.001)


# --- learnt ----------------------------------------------------------------------------------------------------------


def make_features(size=3000):
    repeats = RANDOM.integers(2, 30, size)
    last = repeats * RANDOM.uniform(3, 40, size)
    silence = RANDOM.uniform(0, 300, size)
    histories = build_histories(repeats, last, last + silence, repeats * np.log(last / repeats) * 0.95)
    features = collect_features(
        histories,
        surprise=RANDOM.random(size),
        silent=RANDOM.random(size),
        year_days=repeats,
        margin_rate=RANDOM.gamma(1.0, 100.0, size) - 10,
        quarter=RANDOM.integers(-100, 10_000, size),
        baseline=RANDOM.integers(0, 50_000, size),
    )
    return features, silence / (last / repeats)


def test_the_learnt_chance_finds_what_decides():
    features, ratio = make_features()
    assert features.shape == (3000, len(FEATURES))
    assert np.all(np.isfinite(features))
    silent = happen(ratio / (2 + ratio))
    learnt = learn_silence(features, silent)
    said = foresee_silence(learnt, features)
    assert FEATURES[int(np.argmax(np.abs(learnt.weights)))] in {"gap ratio", "silence", "own gap"}
    assert said.mean() == pytest.approx(silent.mean(), abs=0.005)
    assert measure_miss(group_by_chance(said, silent)) < 0.04
    assert SilenceRegression.from_json(learnt.to_json()) == learnt


def test_a_feature_that_never_changes_does_no_harm_and_a_high_penalty_learns_only_the_mean():
    features, ratio = make_features()
    features[:, 3] = 5.0
    silent = ratio > np.median(ratio)
    assert np.all(np.isfinite(foresee_silence(learn_silence(features, silent), features)))
    flat = foresee_silence(learn_silence(features, silent, penalty=1e9), features)
    assert flat == pytest.approx(np.full(len(flat), 0.5), abs=0.01)


def test_too_few_teach_nothing():
    features, ratio = make_features()
    with pytest.raises(TooFewToLearnError):
        learn_silence(features[:499], ratio[:499] > 1)
    with pytest.raises(TooFewToLearnError):
        learn_silence(features, np.zeros(3000, dtype=bool))


def test_the_learning_takes_half_steps_where_a_whole_one_goes_too_far(monkeypatch):
    random = np.random.default_rng(2)
    rows, columns = int(random.integers(4, 12)), int(random.integers(2, 4))
    design = random.lognormal(0, 3, (rows, columns)) * random.choice([-1, 1], (rows, columns))
    came = (random.random(rows) < 0.5).astype(float)
    shrink = np.full(columns, 1e-4)
    weights = silence_regression.fit_logistic(design, came, shrink=shrink)
    slope = design.T @ (expit(design @ weights) - came) + shrink * weights
    assert np.abs(slope).max() < 1e-2
    monkeypatch.setattr(silence_regression, "_MOST_STEPS", 1)
    assert np.isfinite(silence_regression.fit_logistic(design, came, shrink=shrink)).all()
