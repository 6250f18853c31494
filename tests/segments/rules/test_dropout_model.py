"""Surprise, chance of being active and chance of silence (MBG/CNBD-k), against published and computed truths."""

import numpy as np
import pytest
from scipy.special import betaln, gammaln

from segments.rules.dropout_model import (
    DropoutModel,
    estimate_silence,
    fit_dropout_model,
    measure_rhythm_likelihood,
    score_silence,
)
from segments.rules.purchase_history import build_histories
from tests.segments.rules.published_data import load_cdnow_calibration, load_cdnow_sample

MODEL = DropoutModel(k=2.0, r=1.1, alpha=22.0, a=0.9, b=2.1)


def test_without_rhythm_the_fit_finds_the_published_parameters():
    """k = 1 is the MBG/NBD of Batislam and others (2007)."""
    model = fit_dropout_model(load_cdnow_sample(), regularity=1.0)
    assert model.r == pytest.approx(0.525, abs=0.001)
    assert model.alpha == pytest.approx(6.183, abs=0.005)
    assert model.a == pytest.approx(0.891, abs=0.001)
    assert model.b == pytest.approx(1.614, abs=0.001)
    assert model.k == pytest.approx(1.0)


@pytest.mark.parametrize(("regularity", "log_likelihood"), [(1.0, -142641.4), (1.08, -142611.1)])
def test_the_likelihood_of_the_shop_in_days(regularity, log_likelihood):
    """Days without net revenue are no purchases: 23,500 of the 23,570 customers ever paid."""
    histories, _ = load_cdnow_calibration(with_free_orders=False)
    assert len(histories) == 23_500
    model = fit_dropout_model(histories, regularity=regularity, sample=len(histories))
    assert model.log_likelihood == pytest.approx(log_likelihood, abs=0.1)
    assert measure_rhythm_likelihood(model, histories) == pytest.approx(model.log_likelihood, abs=1e-3)


def test_the_shop_has_a_slight_rhythm():
    histories, _ = load_cdnow_calibration(with_free_orders=False)
    model = fit_dropout_model(histories)
    assert model.customers == 8000
    assert model.k == pytest.approx(1.08, abs=0.02)
    assert model == fit_dropout_model(histories)


def test_the_surprise_is_a_chance_that_falls_with_the_silence():
    silence = np.arange(0, 2000, 10)
    customers = build_histories(np.full(200, 8), np.full(200, 144), 144 + silence)
    surprise = estimate_silence(MODEL, customers)
    assert surprise[0] == 1.0
    assert np.all(np.diff(surprise) < 0)
    assert surprise[-1] < 1e-8


def test_the_surprise_of_one_purchase_depends_on_age_alone():
    ages = np.array([400, 30, 400, 0])
    alone = [estimate_silence(MODEL, build_histories([0], [0], [age]))[0] for age in ages]
    assert estimate_silence(MODEL, build_histories([0] * 4, [0] * 4, ages)) == pytest.approx(alone)
    assert alone[3] == 1.0


def test_surprise_equals_the_share_of_simulated_active_customers_silent_so_long():
    """Rates drawn from what is known after the last purchase, gaps Erlang with the regularity of the model."""
    random = np.random.default_rng(11)
    repeats, last, silence = 6, 120, 45
    rates = random.gamma(MODEL.r + MODEL.k * repeats, 1 / (MODEL.alpha + last), 400_000)
    gaps = random.gamma(MODEL.k, 1 / rates)
    surprise = estimate_silence(MODEL, build_histories([repeats], [last], [last + silence]))[0]
    assert surprise == pytest.approx(np.mean(gaps > silence), abs=0.003)


def test_a_customer_silent_for_many_gaps_is_gone_and_stays_silent():
    scores = score_silence(MODEL, build_histories([8, 8], [144, 144], [150, 900]), horizon=91)
    assert scores.active[0] > 0.9
    assert scores.active[1] < 0.01
    assert scores.silent[1] > 0.99
    assert scores.silent[0] < 0.3


def test_silence_ahead_is_told_by_the_law_of_total_probability():
    customer = build_histories([5], [100], [160])
    scores = score_silence(MODEL, customer, horizon=91)
    goes_on_silently = estimate_silence(MODEL, customer, ahead=91) / scores.surprise
    assert scores.silent == pytest.approx(1 - scores.active * (1 - goes_on_silently))


def test_a_silence_beyond_all_numbers_does_not_overflow():
    scores = score_silence(MODEL, build_histories([900], [900], [20_000]), horizon=91)
    assert scores.active[0] == pytest.approx(0, abs=1e-12)
    assert scores.silent[0] == pytest.approx(1)


def test_the_likelihood_is_the_written_formula():
    """ln L as published, written out with beta functions for two customers."""
    customers = build_histories([0, 3], [0, 50], [80, 90], [0, np.log(10) + np.log(15) + np.log(25)])
    surprise = estimate_silence(MODEL, customers)
    expected = 0.0
    k, r, alpha, a, b = MODEL.k, MODEL.r, MODEL.alpha, MODEL.a, MODEL.b
    for x, last, log_gaps, chance in zip(customers.repeats, customers.last, customers.log_gaps, surprise, strict=True):
        expected += (k - 1) * log_gaps - x * gammaln(k) + r * np.log(alpha) - gammaln(r) + gammaln(r + k * x)
        expected -= (r + k * x) * np.log(alpha + last)
        stays, leaves = betaln(a, b + x + 1) - betaln(a, b), betaln(a + 1, b + x) - betaln(a, b)
        expected += np.log(np.exp(stays) * chance + np.exp(leaves))
    assert measure_rhythm_likelihood(MODEL, customers) == pytest.approx(expected)


def test_simulated_customers_give_their_rhythm_back():
    random = np.random.default_rng(5)
    repeats, last, age, log_gaps = [], [], [], []
    for known in random.integers(300, 1100, 8000):
        rate, leaving = random.gamma(1.5, 1 / 45.0), random.beta(0.8, 4.0)
        day, count, seen, logs = 0.0, 0, 0.0, 0.0
        while random.random() >= leaving:
            day += (gap := random.gamma(2.0, 1 / rate))
            if day > known:
                break
            count, seen, logs = count + 1, day, logs + np.log(gap)
        repeats.append(count)
        last.append(seen)
        age.append(known)
        log_gaps.append(logs)
    model = fit_dropout_model(build_histories(repeats, last, age, log_gaps))
    assert model.k == pytest.approx(2.0, rel=0.04)
    assert model.r == pytest.approx(1.5, rel=0.12)
    assert model.alpha == pytest.approx(45.0, rel=0.12)
    assert model.a / (model.a + model.b) == pytest.approx(0.8 / 4.8, rel=0.1)
    assert model.gain > 100
