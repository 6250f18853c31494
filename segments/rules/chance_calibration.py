"""Chances bent to what happened: a raw .96 that came true in 81 of 100 cases is shown as .81.

The bend is a beta calibration (Kull and others 2017): odds' = exp(c) · p^a / (1 − p)^b with a and b not negative, so it
never turns two customers round. It is learnt on the base's own past and only for what is *shown*: ranking keeps the raw
chances, since a bend learnt on last quarter is flatter at the top than the truth.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from crm.core.late_imports import expit
from segments.rules.purchase_history import BoolArray, FloatArray
from segments.rules.silence_regression import fit_logistic

LEAST_CUSTOMERS = 500
LEAST_OF_EACH = 50
_EDGE = 1e-6


class TooFewToBendError(ValueError):
    """Too little has happened to bend chances to: they stay raw, and the page says so."""


@dataclass(frozen=True)
class ChanceBend:
    """The three numbers of the bend; ``a`` = ``b`` = 1 and ``c`` = 0 leaves chances as they are."""

    a: float = 1.0
    b: float = 1.0
    c: float = 0.0
    customers: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ChanceBend":
        """What ``to_json`` wrote; other keys beside it are not read."""
        return cls(**{name: stored[name] for name in ("a", "b", "c", "customers")})


def learn_bend(said: FloatArray, came: BoolArray) -> ChanceBend:
    """The bend under which the chances ``said`` fit best to what ``came``.

    Raises ``TooFewToBendError`` below 500 customers, or 50 for whom it came, or 50 for whom it did not.
    """
    if len(came) < LEAST_CUSTOMERS or min(came.sum(), (~came).sum()) < LEAST_OF_EACH:
        raise TooFewToBendError("too few customers to bend chances to what happened")
    for used in ((True, True), (True, False), (False, True)):
        weights = _fit(said, came, used)
        if weights[1] >= 0 and weights[2] >= 0:
            return ChanceBend(weights[1], weights[2], weights[0], len(came))
    raise TooFewToBendError("what happened goes against the chances: there is nothing to bend")


def _fit(said: FloatArray, came: BoolArray, used: tuple[bool, bool]) -> tuple[float, float, float]:
    """Constant, a and b; those not used are 0."""
    held = np.clip(said, _EDGE, 1 - _EDGE)
    columns = [np.ones(len(held))]
    columns += [values for values, take in ((np.log(held), used[0]), (-np.log1p(-held), used[1])) if take]
    design = np.column_stack(columns)
    found = list(fit_logistic(design, came.astype(np.float64), shrink=np.full(design.shape[1], _EDGE)))
    constant = float(found.pop(0))
    a, b = (float(found.pop(0)) if take else 0.0 for take in used)
    return constant, a, b


def bend_chances(bend: ChanceBend | None, said: FloatArray) -> FloatArray:
    """The chances to show; as said where there is no bend. ``nan`` stays ``nan``."""
    if bend is None:
        return said
    held = np.clip(said, _EDGE, 1 - _EDGE)
    bent: FloatArray = expit(bend.c + bend.a * np.log(held) - bend.b * np.log1p(-held))
    return bent


def bend_activity(bend: ChanceBend | None, active: FloatArray, silent: FloatArray) -> FloatArray:
    """The chance of being active that goes with a bent chance of silence.

    Whether somebody is active is never seen; only whether he buys. What an active customer buys is held fixed, so the
    chance of being active moves as the chance of buying does, and never above 1. Of somebody who is hardly active any
    more it is not known what he would buy: he is taken to buy for certain.
    """
    if bend is None:
        return active
    buys = np.where(active > _EDGE, (1 - silent) / np.maximum(active, _EDGE), 1.0)
    return np.minimum((1 - bend_chances(bend, silent)) / np.maximum(buys, _EDGE), 1.0)


def measure_log_loss(said: FloatArray, came: BoolArray) -> float:
    """Mean surprise at what came, in nats: lower is better."""
    held = np.clip(said, _EDGE, 1 - _EDGE)
    return float(-np.mean(np.where(came, np.log(held), np.log1p(-held))))


@dataclass(frozen=True)
class ReliabilityGroup:
    """Customers of whom about the same was said: mean chance, share that came with its 95% interval, and how many."""

    said: float
    came: float
    low: float
    high: float
    customers: int


def group_by_chance(said: FloatArray, came: BoolArray, *, groups: int = 10) -> list[ReliabilityGroup]:
    """The reliability table: ten groups of equal width of chance, empty ones left out; Wilson's interval."""
    place = np.minimum((said * groups).astype(np.int64), groups - 1)
    rows = []
    for number in range(groups):
        inside = place == number
        size = int(inside.sum())
        if size:
            share = float(came[inside].mean())
            low, high = find_share_interval(share, size)
            rows.append(ReliabilityGroup(float(said[inside].mean()), share, low, high, size))
    return rows


def measure_miss(rows: list[ReliabilityGroup]) -> float:
    """Mean distance of said and came over all customers of the table (the expected calibration error)."""
    customers = sum(row.customers for row in rows)
    return sum(row.customers * abs(row.said - row.came) for row in rows) / max(customers, 1)


def find_share_interval(share: float, size: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share of ``size``."""
    z = 1.96
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))
