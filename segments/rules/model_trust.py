"""When a fitted model must not be shown: too little data, a degenerate fit, spend that depends on frequency."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from segments.rules.dropout_model import DropoutModel
from segments.rules.expected_purchases import ExpectedPurchaseModel
from segments.rules.purchase_history import FloatArray, IntArray

LEAST_CUSTOMERS = 100
LEAST_DAYS = 365
LEAST_DROPOUT = 0.01
MOST_DROPOUT_SCALE = 500.0
LEAST_GAIN = 2.0
MOST_CORRELATION = 0.3


class Distrust(StrEnum):
    """Why something is not shown, or shown with a warning."""

    FEW_CUSTOMERS = "fewer than 100 customers have bought"
    SHORT_HISTORY = "fewer than 12 months of purchases are known"
    NOBODY_LEAVES = "the data show hardly any customer leaving"
    ALL_LEAVE_ALIKE = "the chances of leaving cannot be told apart"
    LEAVING_EXPLAINS_NOTHING = "leaving explains the purchases no better than chance"
    SPEND_FOLLOWS_FREQUENCY = "customers who buy more often also spend more or less each time"


@dataclass(frozen=True)
class Trust:
    """``doubts`` in the order of importance; empty means the model may be shown."""

    doubts: tuple[Distrust, ...] = ()

    @property
    def shown(self) -> bool:
        return not self.doubts


def judge_data(*, customers: int, days: int) -> Trust:
    """Whether there is enough to fit at all: customers who bought, and days from the first purchase to scoring."""
    doubts = []
    if customers < LEAST_CUSTOMERS:
        doubts.append(Distrust.FEW_CUSTOMERS)
    if days < LEAST_DAYS:
        doubts.append(Distrust.SHORT_HISTORY)
    return Trust(tuple(doubts))


def judge_dropout(model: DropoutModel | ExpectedPurchaseModel) -> Trust:
    """Whether the chance of being active may be shown. On some wholesale bases customers hardly ever leave; the fit
    then runs to the edge and its chance of being active is noise. Expected purchases, gap and surprise stay good."""
    doubts = []
    if model.a < LEAST_DROPOUT:
        doubts.append(Distrust.NOBODY_LEAVES)
    if model.b > MOST_DROPOUT_SCALE:
        doubts.append(Distrust.ALL_LEAVE_ALIKE)
    if model.gain < LEAST_GAIN:
        doubts.append(Distrust.LEAVING_EXPLAINS_NOTHING)
    return Trust(tuple(doubts))


def measure_correlation(purchases: IntArray, mean_spend: FloatArray) -> float:
    """Pearson correlation of frequency and mean spend; 0 where either does not vary."""
    if len(purchases) < 2 or np.ptp(purchases) == 0 or np.ptp(mean_spend) == 0:
        return 0.0
    return float(np.corrcoef(purchases, mean_spend)[0, 1])


def judge_spend(purchases: IntArray, mean_spend: FloatArray) -> Trust:
    """Gamma-Gamma takes frequency and spend as independent: a warning when they correlate above .3 either way."""
    dependent = abs(measure_correlation(purchases, mean_spend)) > MOST_CORRELATION
    return Trust((Distrust.SPEND_FOLLOWS_FREQUENCY,) if dependent else ())
