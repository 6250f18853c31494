"""A learned chance of silence: a ridge logistic regression on one earlier evening of the same base.

What was known on that evening is held against who was silent in the 91 days after it, all of them past. It is an
option: it must not be worse than the plain gap against the own rhythm on an evening it has not seen. Only figures that
the night gathers of every customer are used, so a million are scored by one product of matrices.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from crm.core.late_imports import expit
from segments.rules.purchase_history import BoolArray, FloatArray, IntArray, PurchaseHistories

LEAST_CUSTOMERS = 500
LEAST_OF_EACH = 50
PENALTY = 30.0
_MOST_STEPS = 50
_TINY = 1e-6

FEATURES = (
    "gap ratio",
    "silence",
    "repeats",
    "own gap",
    "age",
    "regularity",
    "surprise",
    "chance of silence",
    "purchase days of a year",
    "margin a day",
    "sales of a quarter",
    "sales of the year before it",
)


class TooFewToLearnError(ValueError):
    """Too few customers, or too few of those who were silent or were not, to learn anything from."""


@dataclass(frozen=True)
class SilenceRegression:
    """Means, spreads and weights by feature, with the constant; learnt on ``customers``."""

    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    constant: float
    customers: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SilenceRegression":
        """What ``to_json`` wrote."""
        lists = {name: tuple(stored[name]) for name in ("means", "spreads", "weights")}
        return cls(**lists, constant=stored["constant"], customers=stored.get("customers", 0))


def collect_features(
    histories: PurchaseHistories,
    *,
    surprise: FloatArray,
    silent: FloatArray,
    year_days: IntArray,
    margin_rate: FloatArray,
    quarter: FloatArray | IntArray,
    baseline: FloatArray | IntArray,
) -> FloatArray:
    """One row per customer with at least two purchase days, one column per name of ``FEATURES``."""
    repeats = histories.repeats
    own_gap = histories.last / repeats
    silence = histories.age - histories.last
    chance = np.clip(silent, _TINY, 1 - _TINY)
    return np.stack(
        [
            np.log(silence / own_gap + 0.05),
            np.log1p(silence),
            np.log(repeats),
            np.log(own_gap),
            np.log(np.maximum(histories.age, 1.0)),
            histories.log_gaps / repeats - np.log(own_gap),
            np.log(np.maximum(surprise, _TINY)),
            np.log(chance / (1 - chance)),
            np.log1p(year_days),
            np.log1p(np.maximum(margin_rate, 0.0)),
            np.log1p(np.maximum(quarter, 0)),
            np.log1p(np.maximum(baseline, 0)),
        ],
        axis=1,
    )


def learn_silence(features: FloatArray, silent: BoolArray, *, penalty: float = PENALTY) -> SilenceRegression:
    """Fit by Newton's method on standardised features; the constant is not penalised.

    Raises ``TooFewToLearnError`` below 500 customers, or 50 silent ones, or 50 others.
    """
    if len(silent) < LEAST_CUSTOMERS or min(silent.sum(), (~silent).sum()) < LEAST_OF_EACH:
        raise TooFewToLearnError("too few customers to learn silence from")
    means, spreads = features.mean(axis=0), features.std(axis=0)
    spreads = np.where(spreads < _TINY, 1.0, spreads)
    design = np.column_stack([np.ones(len(features)), (features - means) / spreads])
    shrink = np.full(design.shape[1], penalty)
    shrink[0] = _TINY
    weights = fit_logistic(design, silent.astype(np.float64), shrink=shrink)
    return SilenceRegression(
        tuple(means.tolist()),
        tuple(spreads.tolist()),
        tuple(weights[1:].tolist()),
        float(weights[0]),
        len(silent),
    )


def fit_logistic(design: FloatArray, came: FloatArray, *, shrink: FloatArray) -> FloatArray:
    """Weights of a logistic regression, each drawn to 0 by its penalty, by Newton's method with halved steps."""
    weights = np.zeros(design.shape[1])

    def cost(candidate: FloatArray) -> float:
        line = design @ candidate
        return float((np.logaddexp(0.0, line) - came * line).sum() + shrink @ candidate**2 / 2)

    present = cost(weights)
    for _step in range(_MOST_STEPS):
        chance = expit(design @ weights)
        slope = design.T @ (chance - came) + shrink * weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(shrink)
        move = np.linalg.solve(curvature, slope)
        size = 1.0
        while (tried := cost(weights - size * move)) > present and size > _TINY:
            size /= 2
        weights = weights - size * move
        done = present - tried < 1e-9 * (1 + abs(tried))
        present = min(present, tried)
        if done:
            break
    return weights


def foresee_silence(regression: SilenceRegression, features: FloatArray) -> FloatArray:
    """Chance of silence in the coming 91 days of each row of ``collect_features``."""
    line = (features - np.array(regression.means)) / np.array(regression.spreads) @ np.array(regression.weights)
    chance: FloatArray = expit(line + regression.constant)
    return chance
