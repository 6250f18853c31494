"""Customers under contract: the shifted-beta-geometric model (Fader and Hardie 2007).

A contract ends at a renewal, and then we know it. Each customer has his own chance of not renewing; chances differ
as a beta distribution (``alpha``, ``beta``). The longer a customer has stayed, the more likely he belongs to the loyal
ones: retention rises although nobody changes. The purchase models must never be used for contracts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crm.core.late_imports import betaln, psi
from segments.rules.likelihood_search import find_most_likely
from segments.rules.purchase_history import FloatArray, IntArray


@dataclass(frozen=True)
class ContractModel:
    """A fitted sBG; ``customers`` is the number of contracts it was fitted on."""

    alpha: float
    beta: float
    log_likelihood: float = 0.0
    customers: int = 0


def fit_contracts(lapsed_at: Sequence[int], renewed_after: Sequence[int] = ()) -> ContractModel:
    """Fit on numbers of customers.

    ``lapsed_at[i]`` customers did not renew at renewal i + 1; ``renewed_after[i]`` have renewed i + 1 times and are
    still with us. Raises ``ValueError`` when nobody has come to a renewal.
    """
    lapsed, stayed = np.asarray(lapsed_at, dtype=np.float64), np.asarray(renewed_after, dtype=np.float64)
    customers = float(lapsed.sum() + stayed.sum())
    if customers <= 0 or np.any(lapsed < 0) or np.any(stayed < 0):
        raise ValueError("no contract has come to a renewal: there is nothing to fit")
    before, after = np.arange(len(lapsed), dtype=np.float64), np.arange(1, len(stayed) + 1, dtype=np.float64)

    def log_likelihood(parameters: FloatArray) -> tuple[float, FloatArray]:
        alpha, beta = parameters
        value = lapsed @ betaln(alpha + 1, beta + before) + stayed @ betaln(alpha, beta + after)
        value -= customers * betaln(alpha, beta)
        both_lapsed, both_stayed = psi(alpha + beta + 1 + before), psi(alpha + beta + after)
        common = customers * psi(alpha + beta) - lapsed @ both_lapsed - stayed @ both_stayed
        by_alpha = common + lapsed.sum() * psi(alpha + 1) + stayed.sum() * psi(alpha) - customers * psi(alpha)
        by_beta = common + lapsed @ psi(beta + before) + stayed @ psi(beta + after) - customers * psi(beta)
        return float(value), np.array([by_alpha, by_beta])

    found, value = find_most_likely(
        log_likelihood, start=(1.0, 1.0), bounds=((1e-4, 1e4), (1e-4, 1e4)), customers=customers
    )
    return ContractModel(float(found[0]), float(found[1]), value, int(customers))


def estimate_renewal(model: ContractModel, *, renewals: int) -> float:
    """Chance that a customer who has renewed ``renewals`` times renews the next time too."""
    return (model.beta + renewals) / (model.alpha + model.beta + renewals)


def estimate_survival(model: ContractModel, *, renewals: int, further: int) -> float:
    """Chance that a customer who has renewed ``renewals`` times renews the next ``further`` times as well."""
    later = betaln(model.alpha, model.beta + renewals + further)
    return float(np.exp(later - betaln(model.alpha, model.beta + renewals)))


def tabulate_survival(model: ContractModel, *, renewals: IntArray, further: int) -> FloatArray:
    """``estimate_survival`` of many customers for 0 to ``further`` more renewals: a row each."""
    after = np.asarray(renewals, dtype=np.float64)[:, None] + np.arange(further + 1)
    unique, place = np.unique(after, return_inverse=True)
    later = betaln(model.alpha, model.beta + unique)[place.reshape(after.shape)]
    survival: FloatArray = np.exp(later - later[:, :1])
    return survival


def expect_renewals(model: ContractModel, *, renewals: int, periods: int, discount_rate: float = 0.0) -> float:
    """Renewals expected in the coming ``periods``, each later one worth less by ``discount_rate`` per period."""
    return sum(
        estimate_survival(model, renewals=renewals, further=period) / (1 + discount_rate) ** period
        for period in range(1, periods + 1)
    )
