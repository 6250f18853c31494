"""How many purchases to expect: the BG/NBD model of Fader, Hardie and Lee (2005).

While a customer is active he buys at random with his own rate; after each repeat purchase he may leave for good, with
his own chance. Rates differ between customers as a gamma distribution (``r``, ``alpha``), chances of leaving as a beta
distribution (``a``, ``b``). A customer with one purchase cannot have left in this model, so the chance of being active
that is *shown* comes from ``dropout_model``; this one counts purchases.

All arithmetic is in logarithms and holds for customers with hundreds of purchases.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crm.core.late_imports import betaln, expit, gammaln, hyp2f1, psi
from segments.rules.curve_table import CurveTable, join_points
from segments.rules.likelihood_search import find_most_likely
from segments.rules.purchase_history import (
    EqualHistories,
    FloatArray,
    PurchaseHistories,
    collapse_equal_histories,
    draw_sample,
)

FIT_SAMPLE = 50_000
_RATE_BOUNDS = ((1e-4, 1e3), (1e-4, 1e7))
_DROPOUT_BOUNDS = ((1e-4, 50.0), (1e-3, 1000.0))
# The curves of ``look_up_purchases``, in logarithms of (alpha + T) over the horizon.
_SHORTEST, _LONGEST, _STEP = -7.0, 5.0, 1 / 32


@dataclass(frozen=True)
class ExpectedPurchaseModel:
    """A fitted BG/NBD. ``alpha`` is in the unit of time of the histories; ``gain`` is the log-likelihood won over the
    same model without any leaving (plain NBD): below 2 the leaving is not in the data."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0
    gain: float = 0.0
    customers: int = 0


def fit_expected_purchases(histories: PurchaseHistories, *, sample: int = FIT_SAMPLE) -> ExpectedPurchaseModel:
    """Fit on all customers, or on a fixed random sample where there are more than ``sample``.

    Raises ``ValueError`` when nobody has bought.
    """
    data = collapse_equal_histories(draw_sample(histories, size=sample))
    likelihood = _BuyingLikelihood(data)
    start_alpha = max(float(np.average(data.age, weights=data.weight)) / 8, 1e-3)
    (r, alpha), plain = find_most_likely(
        likelihood.without_leaving, start=(0.5, start_alpha), bounds=_RATE_BOUNDS, customers=data.customers
    )
    found, value = find_most_likely(
        likelihood.with_leaving,
        start=(min(r, 2.0), min(alpha, start_alpha), 1.0, 2.5),
        bounds=(*_RATE_BOUNDS, *_DROPOUT_BOUNDS),
        customers=data.customers,
    )
    fitted_r, fitted_alpha, a, b = (float(number) for number in found)
    return ExpectedPurchaseModel(fitted_r, fitted_alpha, a, b, value, value - plain, int(data.customers))


class _BuyingLikelihood:
    """The log-likelihood with its gradient; what depends on x alone is summed per distinct x."""

    def __init__(self, data: EqualHistories) -> None:
        self.data = data
        self.customers_by_repeats = np.bincount(data.repeat_index, weights=data.weight)
        self.came_back = data.repeats > 0
        self.weight = data.weight[self.came_back]
        self.repeats = data.repeats[self.came_back]
        self.repeat_index = data.repeat_index[self.came_back]
        self.last_index = data.last_index[self.came_back]
        self.age_index = data.age_index[self.came_back]
        self.customers_by_age = np.bincount(data.age_index, weights=data.weight, minlength=len(data.age_values))
        self.repeats_by_age = np.bincount(
            data.age_index, weights=data.weight * data.repeats, minlength=len(data.age_values)
        )

    def without_leaving(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Plain NBD: everybody is still active."""
        r, alpha = parameters
        x, count = self.data.repeat_values, self.customers_by_repeats
        exposure = alpha + self.data.age_values
        log_exposure = np.log(exposure)
        purchases = r * self.customers_by_age + self.repeats_by_age
        value = count @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha)) - purchases @ log_exposure
        gradient = np.array(
            [
                count @ (psi(r + x) - psi(r) + np.log(alpha)) - self.customers_by_age @ log_exposure,
                count.sum() * r / alpha - purchases @ (1 / exposure),
            ]
        )
        return float(value), gradient

    def with_leaving(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """BG/NBD: the plain likelihood of an active customer, plus the chance that the last purchase was his last."""
        r, alpha, a, b = parameters
        value, rate_gradient = self.without_leaving(parameters[:2])
        x, count = self.data.repeat_values, self.customers_by_repeats
        value += float(count @ (gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)))
        at_last, at_age = alpha + self.data.last_values, alpha + self.data.age_values
        log_ratio = np.log(at_age)[self.age_index] - np.log(at_last)[self.last_index]
        left_table = np.log(a) - np.log(np.maximum(b + x - 1, 1e-300))
        odds_left = left_table[self.repeat_index] + (r + self.repeats) * log_ratio
        left = self.weight * expit(odds_left)
        value += float(self.weight @ np.logaddexp(0.0, odds_left))
        shift = (1 / at_age)[self.age_index] - (1 / at_last)[self.last_index]
        left_by_repeats = np.bincount(self.repeat_index, weights=left, minlength=len(x))
        gradient = np.array(
            [
                rate_gradient[0] + left @ log_ratio,
                rate_gradient[1] + left @ ((r + self.repeats) * shift),
                count @ (psi(a + b) - psi(a + b + x)) + left.sum() / a,
                count @ (psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x))
                - left_by_repeats[x > 0] @ (1 / (b + x[x > 0] - 1)),
            ]
        )
        return value, gradient


def measure_buying_likelihood(model: ExpectedPurchaseModel, histories: PurchaseHistories) -> float:
    """Log-likelihood of these histories under the model, in the unit of time of the histories."""
    likelihood = _BuyingLikelihood(collapse_equal_histories(histories))
    value, _ = likelihood.with_leaving(np.array([model.r, model.alpha, model.a, model.b]))
    return value


def estimate_still_buying(model: ExpectedPurchaseModel, histories: PurchaseHistories) -> FloatArray:
    """Chance that each customer is still active under this model; exactly 1 for a customer with one purchase."""
    x = histories.repeats
    came_back = np.maximum(x, 1)
    log_ratio = np.log(model.alpha + histories.age) - np.log(model.alpha + histories.last)
    odds_left = np.log(model.a) - np.log(model.b + came_back - 1) + (model.r + came_back) * log_ratio
    still: FloatArray = np.where(x > 0, expit(-odds_left), 1.0)
    return still


def expect_purchases_if_active(
    model: ExpectedPurchaseModel, histories: PurchaseHistories, *, horizon: float
) -> FloatArray:
    """Purchases expected in the coming ``horizon`` of a customer who is active today; he may still leave on the way.

    The hypergeometric function does not depend on the last purchase, so it is computed once per distinct (x, T). It is
    used in the form left after Euler's transformation, whose terms stay small however often a customer bought.
    """
    repeat_values, repeat_code = np.unique(histories.repeats, return_inverse=True)
    age_values, age_code = np.unique(histories.age, return_inverse=True)
    pairs = repeat_code * len(age_values) + age_code
    present = np.zeros(len(repeat_values) * len(age_values), dtype=np.bool_)
    present[pairs] = True
    used = np.flatnonzero(present)
    x = repeat_values[used // max(len(age_values), 1)].astype(np.float64)
    expected = np.zeros(len(present))
    expected[used] = _expect_per_pair(model, x, age_values[used % max(len(age_values), 1)], horizon)
    per_customer: FloatArray = expected[pairs]
    return per_customer


def look_up_purchases(model: ExpectedPurchaseModel, histories: PurchaseHistories, *, horizon: float) -> FloatArray:
    """As ``expect_purchases_if_active``, to a millionth of it, in a tenth of the time for many customers."""
    exposure = np.log(model.alpha + histories.age) - np.log(horizon)
    place = (exposure - _SHORTEST) / _STEP
    found = _find_curves(model).read(histories.repeats, place)
    missing = np.flatnonzero(np.isnan(found))
    if len(missing):
        found[missing] = expect_purchases_if_active(model, histories.select(missing), horizon=horizon)
    return found


@lru_cache(maxsize=2)
def _find_curves(model: ExpectedPurchaseModel) -> CurveTable:
    return CurveTable(lambda repeats: _draw_purchases(model, repeats))


def _draw_purchases(model: ExpectedPurchaseModel, repeats: int) -> FloatArray:
    """The curve of one number of repeats, over the logarithm of (alpha + T) ÷ horizon: of nothing else it depends."""
    near = 1e-4
    exposure = np.arange(_SHORTEST, _LONGEST + _STEP, _STEP)

    def expect(at: FloatArray) -> FloatArray:
        times = np.exp(at)  # with a horizon of 1
        return _expect_per_pair(model, np.full(len(at), float(repeats)), times - model.alpha, 1.0)

    with np.errstate(all="ignore"):
        slopes = (expect(exposure + near) - expect(exposure - near)) / (2 * near)
        return join_points(expect(exposure), slopes, step=_STEP)


def _expect_per_pair(model: ExpectedPurchaseModel, x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    a = _avoid_integer(model.a)
    share = horizon / (model.alpha + age + horizon)
    top = a + model.b + x - 1
    top = np.where(np.abs(top) < 1e-9, 1e-9, top)
    series = hyp2f1(_avoid_integer(a + model.b - 1 - model.r), a - 1, top, share)
    result: FloatArray = top / (a - 1) * (1 - np.exp((a - 1) * np.log1p(-share)) * series)
    return result


def _avoid_integer(value: float) -> float:
    """The value, moved by a millionth when it is whole: there the library's series fails for some arguments, and a = 1
    would divide by zero. The expectation changes by less than it is shown."""
    return value + 1e-6 if abs(value - round(value)) < 1e-6 else value


def expect_purchases(model: ExpectedPurchaseModel, histories: PurchaseHistories, *, horizon: float) -> FloatArray:
    """Purchases expected in the coming ``horizon``, weighed with the chance that the customer is still active."""
    active = expect_purchases_if_active(model, histories, horizon=horizon)
    return active * estimate_still_buying(model, histories)


def expect_purchases_of_newcomer(model: ExpectedPurchaseModel, *, horizon: float) -> float:
    """Repeat purchases expected of a customer in the first ``horizon`` after his first purchase."""
    newcomer = PurchaseHistories(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1), np.zeros(1))
    return float(expect_purchases_if_active(model, newcomer, horizon=horizon)[0])


def list_purchase_chances(
    model: ExpectedPurchaseModel, *, repeats: int, age: float | FloatArray, horizon: float, up_to: int
) -> FloatArray:
    """Chance of exactly 0, 1, … ``up_to`` purchases in the coming ``horizon`` of a customer who is active today; with a
    column of ages a row for each.

    Given that he is active, his rate is gamma (r + x, alpha + T) and his chance of leaving beta (a, b + x): he is a
    newcomer of a population with these parameters, for whom the distribution is known in closed form.
    """
    r, b = model.r + repeats, model.b + repeats
    share = horizon / (model.alpha + age + horizon)
    y = np.arange(up_to + 1, dtype=np.float64)
    logs = gammaln(r + y) - gammaln(r) - gammaln(y + 1) + r * np.log1p(-share) + y * np.log(share)
    exactly = np.exp(logs)
    stayed = np.exp(betaln(model.a, b + y) - betaln(model.a, b))
    fewer = np.zeros_like(exactly)
    fewer[..., 1:] = np.cumsum(exactly, axis=-1)[..., :-1]
    at_least = np.maximum(1 - fewer, 0.0)
    left_with = np.zeros(up_to + 1)
    left_with[1:] = np.exp(betaln(model.a + 1, b + y[1:] - 1) - betaln(model.a, b))
    return np.asarray(stayed * exactly + left_with * at_least)


def range_of_purchases(
    model: ExpectedPurchaseModel, *, repeats: int, age: float, horizon: float, share: float = 0.8
) -> tuple[int, int]:
    """The purchases between which the given share of customers like this one end, if active today (10% to 90%)."""
    if horizon <= 0:
        return 0, 0
    up_to = 64
    while True:
        cumulated = np.cumsum(list_purchase_chances(model, repeats=repeats, age=age, horizon=horizon, up_to=up_to))
        if cumulated[-1] >= (1 + share) / 2:
            low, high = np.searchsorted(cumulated, [(1 - share) / 2, (1 + share) / 2])
            return int(low), int(high)
        up_to *= 2


def find_purchase_quantiles(
    model: ExpectedPurchaseModel,
    *,
    repeats: int,
    ages: FloatArray,
    horizon: float,
    shares: tuple[float, ...],
    about: float,
) -> FloatArray:
    """Numbers of purchases below which the given shares of customers like this one end, if active today: a row for each
    of the ``ages``.

    Between two whole numbers the answer lies where the line between their cumulated chances crosses the share, so it
    changes smoothly; ``about`` is the highest expectation, from which the length of the distributions is guessed.
    """
    up_to = 16 + int(4 * about)
    while True:
        chances = list_purchase_chances(model, repeats=repeats, age=ages[:, None], horizon=horizon, up_to=up_to)
        cumulated = np.cumsum(chances, axis=-1)
        if cumulated[:, -1].min() >= max(shares):
            points = np.arange(up_to + 2) - 0.5
            found = [np.interp(np.array(shares), np.concatenate([[0.0], one]), points) for one in cumulated]
            return np.maximum(np.array(found), 0.0)
        up_to *= 2
