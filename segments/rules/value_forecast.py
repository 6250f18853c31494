"""What to expect of one customer, and how sure that is: orders, sales and contribution until three horizons.

Everything follows from the models' own predictive distribution, for a customer who is active today: how many purchases
(closed form), how much each (his own mean is not known exactly either, so it is drawn anew in each of 4,000 futures),
what is left of it after goods and cost to serve. A range runs from the tenth to the ninetieth of a hundred futures,
and on to the mean where a few pull it out of these. The futures of a customer are the same whenever he is looked at:
the seed is his id.

Taken as known are his share of margin, his cost to serve a purchase, and the parameters of the models.
"""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from segments.rules.dropout_model import DropoutModel, estimate_silence
from segments.rules.expected_purchases import (
    ExpectedPurchaseModel,
    expect_purchases_if_active,
    list_purchase_chances,
    range_of_purchases,
)
from segments.rules.lifetime_value import VALUE_DAYS, YEAR_DAYS
from segments.rules.purchase_history import BoolArray, FloatArray, IntArray, PurchaseHistories
from segments.rules.spend_per_purchase import SpendModel

HORIZONS = (91, YEAR_DAYS, VALUE_DAYS)
FUTURES = 4_000
RANGE_SHARE = 0.8
RARE = (1 - RANGE_SHARE) / 2
LONGEST_WAIT_DAYS = 3_650


@dataclass(frozen=True)
class Purchaser:
    """One customer as the models see him. ``histories`` holds him alone; ``mean_spend`` is in cents over
    ``purchases``; ``chance`` is the one of being active today; ``service_cents`` the cost to serve a purchase."""

    histories: PurchaseHistories
    purchases: int
    mean_spend: float
    expected_spend: float
    margin_share: float
    service_cents: float
    chance: float

    @property
    def brings_cents(self) -> float:
        """What a purchase leaves."""
        return self.expected_spend * self.margin_share - self.service_cents


@dataclass(frozen=True)
class Expected:
    """A mean, between which figures at least 80 of 100 futures end, and in which share of them anything comes at all.
    The mean lies in its range: nobody believes a figure that is outside."""

    mean: float
    low: float
    high: float
    comes: float = 1.0

    @property
    def hardly_comes(self) -> bool:
        """Nothing comes in nine futures of ten: to say in how many something does tells more than a range."""
        return self.mean != 0 and self.comes < RARE


@dataclass(frozen=True)
class Forecast:
    """What to expect until ``horizon`` days from now; money in cents. The first three hold if he goes on buying, the
    weighed ones count the chance that he does not: their range begins at nothing where that is likely enough."""

    horizon: int
    orders: Expected
    sales: Expected
    contribution: Expected
    weighed_orders: float
    weighed_sales: float
    weighed: Expected


def forecast_value(
    purchases: ExpectedPurchaseModel,
    spend: SpendModel,
    customer: Purchaser,
    *,
    seed: int,
    horizons: tuple[int, ...] = HORIZONS,
) -> list[Forecast]:
    """One row per horizon, in days. The same seed gives the same answer."""
    random = np.random.default_rng(seed)
    orders_at, stays_at = random.random(FUTURES), random.random(FUTURES)
    rates = _draw_spend_rates(spend, customer, random)
    return [
        _forecast(
            purchases,
            customer,
            horizon=horizon,
            orders_at=orders_at,
            stays=stays_at < customer.chance,
            sizes=(spend, rates, random),
        )
        for horizon in horizons
    ]


def _draw_spend_rates(spend: SpendModel, customer: Purchaser, random: np.random.Generator) -> FloatArray:
    """The customer's own rate of spend in each future; who has only returned things is like anybody."""
    known = customer.purchases if customer.mean_spend > 0 else 0
    scale = spend.v + known * max(customer.mean_spend, 0.0)
    return random.gamma(spend.q + spend.p * known, 1 / scale, FUTURES)


def _forecast(
    model: ExpectedPurchaseModel,
    customer: Purchaser,
    *,
    horizon: int,
    orders_at: FloatArray,
    stays: BoolArray,
    sizes: tuple[SpendModel, FloatArray, np.random.Generator],
) -> Forecast:
    repeats, age = int(customer.histories.repeats[0]), float(customer.histories.age[0])
    mean = float(expect_purchases_if_active(model, customer.histories, horizon=horizon)[0])
    low, high = range_of_purchases(model, repeats=repeats, age=age, horizon=horizon, share=RANGE_SHARE)
    counts = _draw_orders(model, repeats=repeats, age=age, horizon=horizon, at=orders_at, about=mean)
    spend, rates, random = sizes
    sales = np.where(counts > 0, random.gamma(np.maximum(spend.p * counts, 1e-9)) / rates, 0.0)
    brings = sales * customer.margin_share - counts * customer.service_cents
    expected = mean * customer.brings_cents
    return Forecast(
        horizon=horizon,
        orders=Expected(mean, min(low, floor(mean)), max(high, ceil(mean)), float(np.mean(counts > 0))),
        sales=_expect(mean * customer.expected_spend, sales),
        contribution=_expect(expected, brings),
        weighed_orders=customer.chance * mean,
        weighed_sales=customer.chance * mean * customer.expected_spend,
        weighed=_expect(customer.chance * expected, np.where(stays, brings, 0.0)),
    )


def _draw_orders(
    model: ExpectedPurchaseModel, *, repeats: int, age: float, horizon: int, at: FloatArray, about: float
) -> IntArray:
    """The number of purchases in each future, by its place (0 to 1) in the distribution."""
    up_to = 64 + int(4 * about)
    while True:
        chances = list_purchase_chances(model, repeats=repeats, age=age, horizon=horizon, up_to=up_to)
        cumulated = np.cumsum(chances)
        if cumulated[-1] > 0.9995 or up_to > 100_000:
            return np.minimum(np.searchsorted(cumulated, at, side="left"), up_to).astype(np.int64)
        up_to *= 2


def _expect(mean: float, futures: FloatArray) -> Expected:
    low, high = np.quantile(futures, [RARE, 1 - RARE])
    return reach_mean(mean, float(low), float(high), comes=float(np.mean(futures != 0)))


def reach_mean(mean: float, low: float, high: float, *, comes: float = 1.0) -> Expected:
    return Expected(mean, min(low, mean), max(high, mean), comes)


def find_next_window(model: DropoutModel, histories: PurchaseHistories, *, share: float = RANGE_SHARE) -> int:
    """Days from now within which ``share`` of the customers like this one, if still active, buy again."""
    now = float(estimate_silence(model, histories)[0])
    if now <= 0:
        return LONGEST_WAIT_DAYS
    low, high = 0, LONGEST_WAIT_DAYS
    while low + 1 < high:
        middle = (low + high) // 2
        left = float(estimate_silence(model, histories, ahead=middle)[0]) / now
        low, high = (low, middle) if left <= 1 - share else (middle, high)
    return high
