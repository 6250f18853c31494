"""The search for the parameters that make a purchase history most likely, shared by all value models.

All parameters are positive, so the search runs over their logarithms: no step can leave the domain.
"""

from collections.abc import Callable, Sequence

import numpy as np

from crm.core.late_imports import minimize
from segments.rules.purchase_history import FloatArray

LogLikelihood = Callable[[FloatArray], tuple[float, FloatArray]]


class FitFailedError(ValueError):
    """The search ended without a finite likelihood."""


def find_most_likely(
    log_likelihood: LogLikelihood,
    *,
    start: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    customers: float,
) -> tuple[FloatArray, float]:
    """Parameters of the highest likelihood, and that log-likelihood.

    ``log_likelihood`` takes the parameters and returns the log-likelihood and its gradient in the parameters
    themselves; start and bounds are parameters too. Raises ``FitFailedError`` when nothing finite is found.
    """

    def cost(logs: FloatArray) -> tuple[float, FloatArray]:
        parameters = np.exp(logs)
        value, gradient = log_likelihood(parameters)
        return -value / customers, -gradient * parameters / customers

    found = minimize(
        cost,
        np.log(np.asarray(start, dtype=np.float64)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(float(np.log(low)), float(np.log(high))) for low, high in bounds],
        options={"maxiter": 500, "maxcor": 20, "ftol": 1e-13, "gtol": 1e-7},
    )
    parameters: FloatArray = np.exp(np.asarray(found.x, dtype=np.float64))
    value = -float(found.fun) * customers
    if not np.isfinite(value) or not np.all(np.isfinite(parameters)):
        raise FitFailedError("no finite likelihood: the purchase histories cannot be fitted")
    return parameters, value
