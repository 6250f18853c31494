"""How much a purchase of this customer is worth: the Gamma-Gamma model of Fader and Hardie (2013).

Purchases of one customer vary around his own mean, means vary between customers; the fewer purchases we have seen, the
more an estimate leans to the mean of all. The model takes spend and frequency as independent: warn when they are not
(``model_trust``). Amounts in any unit, the answers in the same.
"""

from dataclasses import dataclass

import numpy as np

from crm.core.late_imports import gammaln, psi
from segments.rules.likelihood_search import find_most_likely
from segments.rules.purchase_history import FIT_SEED, FloatArray, IntArray

FIT_SAMPLE = 50_000


@dataclass(frozen=True)
class SpendModel:
    """A fitted Gamma-Gamma; ``v`` is in the unit of the amounts. ``q`` is above 1, so the mean of all exists."""

    p: float
    q: float
    v: float
    log_likelihood: float = 0.0
    customers: int = 0

    @property
    def population_mean(self) -> float:
        """Mean spend per purchase over the population the model describes."""
        return self.p * self.v / (self.q - 1)


def fit_spend(purchases: IntArray, mean_spend: FloatArray, *, sample: int = FIT_SAMPLE) -> SpendModel:
    """Fit on customers with at least one purchase and a mean above zero; others (returns) say nothing about spend.

    ``purchases`` counts those that ``mean_spend`` is the mean of. Raises ``ValueError`` when nobody is left.
    """
    usable = (purchases > 0) & (mean_spend > 0)
    x, m = purchases[usable].astype(np.float64), mean_spend[usable]
    if not len(x):
        raise ValueError("nobody has a mean spend above zero: there is nothing to fit")
    if len(x) > sample:
        chosen = np.sort(np.random.default_rng(FIT_SEED).choice(len(x), size=sample, replace=False))
        x, m = x[chosen], m[chosen]
    log_total, total = np.log(x * m), x * m
    log_means = float(np.log(m).sum())

    def log_likelihood(parameters: FloatArray) -> tuple[float, FloatArray]:
        p, q, v = parameters
        log_sum = np.log(total + v)
        value = (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + p * x * log_total - (p * x + q) * log_sum
        ).sum() - log_means
        slope = psi(p * x + q)
        gradient = np.array(
            [
                (x * (slope - psi(p * x) + log_total - log_sum)).sum(),
                (slope - psi(q) + np.log(v) - log_sum).sum(),
                (q / v - (p * x + q) / (total + v)).sum(),
            ]
        )
        return float(value), gradient

    found, value = find_most_likely(
        log_likelihood,
        start=(2.0, 3.0, float(np.median(m))),
        bounds=((1e-3, 1e4), (1.01, 1e4), (1e-6, 1e14)),
        customers=float(len(x)),
    )
    p, q, v = (float(number) for number in found)
    return SpendModel(p, q, v, value, len(x))


def expect_spend(
    model: SpendModel, purchases: IntArray, mean_spend: FloatArray, *, otherwise: float | None = None
) -> FloatArray:
    """Expected spend of the next purchase of each customer: his own mean, drawn to the mean of all.

    A customer with no purchases gets the mean of all; one whose mean is zero or below (returns) gets ``otherwise``,
    by default the mean of all too.
    """
    x = np.maximum(purchases, 0).astype(np.float64)
    fallback = model.population_mean if otherwise is None else otherwise
    blended = model.p * (model.v + x * np.maximum(mean_spend, 0.0)) / (model.p * x + model.q - 1)
    return np.where((purchases > 0) & (mean_spend <= 0), fallback, blended)
