"""How surprising a silence is, and whether the customer is still active: the MBG/CNBD-k model.

Platzer and Reutterer (2016). Two things differ from BG/NBD: the gaps of one customer may be more regular than chance
(Erlang-like, ``k`` = 1 is pure chance, 2 and more is a rhythm), and he may leave after *any* purchase, the first too.
``k`` may be any positive number. With x repeats, the last after t_x, on day T after the first:

* S(t) = I((alpha + t_x) / (alpha + t); r + k·x, k), the chance that an active customer buys nothing up to t.
  S(T) is the **surprise** of his silence: 0.02 reads "so long about 2 times in 100".
* P(active) = (b + x)·S(T) / (a + (b + x)·S(T)).
* P(silent for H more days) = (a + (b + x)·S(T + H)) / (a + (b + x)·S(T)).

With k fixed at 1 it is the MBG/NBD of Batislam and others (2007).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crm.core.late_imports import betainc, betaln, gammaln, psi
from segments.rules.curve_table import CurveTable, join_points
from segments.rules.likelihood_search import find_most_likely
from segments.rules.purchase_history import (
    EqualHistories,
    FloatArray,
    PurchaseHistories,
    collapse_equal_histories,
    draw_sample,
)

FIT_SAMPLE = 8_000
_BOUNDS = ((0.2, 25.0), (1e-4, 1e3), (1e-4, 1e7), (1e-4, 50.0), (1e-3, 1000.0))
_STEP = 1e-5
# The curves of ``look_up_silence``, in logarithms of the silence over (alpha + t_x): from one day after sixty years to
# a thousandfold.
_SHORTEST, _LONGEST = -10.0, 7.0
_REGULAR = 6.0


@dataclass(frozen=True)
class DropoutModel:
    """A fitted MBG/CNBD-k. ``k`` is the regularity of the rhythm; ``alpha`` is in the unit of time of the histories;
    ``gain`` is the log-likelihood won over the same rhythm without any leaving."""

    k: float
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0
    gain: float = 0.0
    customers: int = 0


@dataclass(frozen=True)
class SilenceScores:
    """One entry per customer, chances between 0 and 1: ``surprise`` that an active customer is silent so long,
    ``active`` that he has not left, ``silent`` that nothing comes in the coming horizon."""

    surprise: FloatArray
    active: FloatArray
    silent: FloatArray


def fit_dropout_model(
    histories: PurchaseHistories, *, regularity: float | None = None, sample: int = FIT_SAMPLE
) -> DropoutModel:
    """Fit on all customers, or on a fixed random sample where there are more than ``sample``.

    ``regularity`` fixes k; otherwise it is fitted, for which the histories need ``log_gaps``. Raises ``ValueError``
    when nobody has bought.
    """
    data = collapse_equal_histories(draw_sample(histories, size=sample))
    likelihood = _RhythmLikelihood(data, fixed_regularity=regularity is not None)
    k_bounds = _BOUNDS[0] if regularity is None else (regularity, regularity)
    k_start = 1.2 if regularity is None else regularity
    alpha_start = max(float(np.average(data.age, weights=data.weight)) / 6, 1e-3)
    found, value = find_most_likely(
        likelihood.with_leaving,
        start=(k_start, 0.6, alpha_start, 0.9, 1.8),
        bounds=(k_bounds, *_BOUNDS[1:]),
        customers=data.customers,
    )
    k, r, alpha, a, b = (float(number) for number in found)
    _, stayed = find_most_likely(
        likelihood.without_leaving, start=(k, r, alpha), bounds=(k_bounds, *_BOUNDS[1:3]), customers=data.customers
    )
    return DropoutModel(k, r, alpha, a, b, value, value - stayed, int(data.customers))


class _RhythmLikelihood:
    """The log-likelihood with its gradient. The incomplete beta function has no simple derivative in its first two
    arguments; these two are taken numerically, all others exactly."""

    def __init__(self, data: EqualHistories, *, fixed_regularity: bool) -> None:
        self.data = data
        self.fixed_regularity = fixed_regularity
        self.customers_by_repeats = np.bincount(data.repeat_index, weights=data.weight)
        self.repeats = data.repeats
        self.total_repeats = float(data.weight @ data.repeats)

    def _rhythm(self, k: float, r: float, alpha: float) -> tuple[float, FloatArray]:
        """Value and gradient in (k, r, alpha) of everything before the chance of silence."""
        data, x, count = self.data, self.data.repeat_values, self.customers_by_repeats
        at_last = alpha + data.last_values
        log_last = np.log(at_last)[data.last_index]
        shape = r + k * x
        per_row = (r + k * self.repeats) * data.weight
        value = (
            (k - 1) * data.log_gaps_total
            - self.total_repeats * gammaln(k)
            + count @ (gammaln(shape) - gammaln(r) + r * np.log(alpha))
            - per_row @ log_last
        )
        slope = psi(shape)
        gradient = np.array(
            [
                data.log_gaps_total
                - self.total_repeats * psi(k)
                + count @ (x * slope)
                - (data.weight * self.repeats) @ log_last,
                count @ (slope - psi(r) + np.log(alpha)) - data.weight @ log_last,
                count.sum() * r / alpha - per_row @ (1 / at_last)[data.last_index],
            ]
        )
        return float(value), gradient

    def _silence(self, k: float, r: float, alpha: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Chance of the silence seen, per row, and its slopes in k, r and alpha."""
        first = r + k * self.repeats
        until = alpha + self.data.age
        ratio = (alpha + self.data.last) / until
        chance: FloatArray = betainc(first, k, ratio)
        step = _STEP * first
        by_first = (betainc(first + step, k, ratio) - betainc(first - step, k, ratio)) / (2 * step)
        by_k = self.repeats * by_first
        if not self.fixed_regularity:
            h = _STEP * k
            by_k = by_k + (betainc(first, k + h, ratio) - betainc(first, k - h, ratio)) / (2 * h)
        rest = np.maximum(1 - ratio, 1e-300)
        by_alpha = np.exp((first - 1) * np.log(ratio) + k * np.log(rest) - betaln(first, k)) / until
        return chance, by_k, by_first, by_alpha

    def with_leaving(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        k, r, alpha, a, b = (float(number) for number in parameters)
        value, rhythm = self._rhythm(k, r, alpha)
        chance, by_k, by_r, by_alpha = self._silence(k, r, alpha)
        x, count, weight = self.data.repeat_values, self.customers_by_repeats, self.data.weight
        either = (b + self.repeats) * chance + a
        value += float(weight @ np.log(either) + count @ (betaln(a, b + x) - betaln(a, b) - np.log(a + b + x)))
        stay = weight * (b + self.repeats) / either
        total = psi(a + b) - psi(a + b + x) - 1 / (a + b + x)
        gradient = np.array(
            [
                rhythm[0] + stay @ by_k,
                rhythm[1] + stay @ by_r,
                rhythm[2] + stay @ by_alpha,
                count @ total + weight @ (1 / either),
                count @ (total + psi(b + x) - psi(b)) + weight @ (chance / either),
            ]
        )
        return value, gradient

    def without_leaving(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        k, r, alpha = (float(number) for number in parameters)
        value, rhythm = self._rhythm(k, r, alpha)
        chance, by_k, by_r, by_alpha = self._silence(k, r, alpha)
        possible = np.maximum(chance, 1e-300)
        value += float(self.data.weight @ np.log(possible))
        share = self.data.weight / possible
        return value, rhythm + np.array([share @ by_k, share @ by_r, share @ by_alpha])


def measure_rhythm_likelihood(model: DropoutModel, histories: PurchaseHistories) -> float:
    """Log-likelihood of these histories under the model, in the unit of time of the histories."""
    likelihood = _RhythmLikelihood(collapse_equal_histories(histories), fixed_regularity=True)
    value, _ = likelihood.with_leaving(np.array([model.k, model.r, model.alpha, model.a, model.b]))
    return value


def estimate_silence(model: DropoutModel, histories: PurchaseHistories, *, ahead: float = 0.0) -> FloatArray:
    """Chance that a customer active after his last purchase buys nothing up to ``ahead`` after the day of scoring.

    With ``ahead`` 0 it is the surprise of the silence so far. One-time buyers are looked up by age: they are most of
    a consumer base and differ in nothing else.
    """
    came_back = histories.repeats > 0
    result = np.empty(len(histories))
    ages, position = np.unique(histories.age[~came_back], return_inverse=True)
    result[~came_back] = betainc(model.r, model.k, model.alpha / (model.alpha + ages + ahead))[position]
    shape = model.r + model.k * histories.repeats[came_back]
    ratio = (model.alpha + histories.last[came_back]) / (model.alpha + histories.age[came_back] + ahead)
    result[came_back] = betainc(shape, model.k, ratio)
    return result


def look_up_silence(model: DropoutModel, histories: PurchaseHistories, *, ahead: float = 0.0) -> FloatArray:
    """As ``estimate_silence``, to a millionth of it, in a tenth of the time for many customers.

    The logarithm of the chance is smooth in the logarithm of the silence over (alpha + t_x), and then depends on the
    number of purchases alone.
    """
    silence = histories.age - histories.last + ahead
    stretch = np.log(np.maximum(silence, 1e-300)) - np.log(model.alpha + histories.last)
    step = _find_step(model.k)
    place = (stretch - _SHORTEST) / step
    found = np.exp(_find_curves(model.k, model.r).read(histories.repeats, place))
    found[silence <= 0] = 1.0
    missing = np.flatnonzero(np.isnan(found))
    if len(missing):
        found[missing] = estimate_silence(model, histories.select(missing), ahead=ahead)
    return found


def _find_step(k: float) -> float:
    """The more regular a rhythm, the steeper the curve."""
    return 1 / 32 if k <= _REGULAR else 1 / 64


@lru_cache(maxsize=2)
def _find_curves(k: float, r: float) -> CurveTable:
    return CurveTable(lambda repeats: _draw_silence(k, r, repeats))


def _draw_silence(k: float, r: float, repeats: int) -> FloatArray:
    """The curve of one number of purchases: the logarithm of the chance, over the logarithm of the stretch."""
    step = _find_step(k)
    stretch = np.arange(_SHORTEST, _LONGEST + step, step)
    shape = r + k * repeats
    log_ratio = -np.logaddexp(0.0, stretch)
    chance = betainc(shape, k, np.exp(log_ratio))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log(chance)
        slopes = -np.exp(shape * log_ratio + k * (stretch + log_ratio) - betaln(shape, k) - values)
        return join_points(values, slopes, step=step)


def score_silence(model: DropoutModel, histories: PurchaseHistories, *, horizon: float) -> SilenceScores:
    """Surprise, chance of being active and chance of silence for ``horizon`` more, for every customer."""
    surprise = look_up_silence(model, histories)
    stay = (model.b + histories.repeats) * surprise
    later = (model.b + histories.repeats) * look_up_silence(model, histories, ahead=horizon)
    return SilenceScores(surprise, stay / (model.a + stay), (model.a + later) / (model.a + stay))
