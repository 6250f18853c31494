"""Purchase histories drawn from the model that scores them: regular buyers who one day stop.

Timing is Erlang-2 with a rate of its own per customer (gamma over the base), dropout after each purchase has a chance
of its own (beta), spend is log-normal around the customer's own mean: so the demo company behaves as companies do,
with few large customers and many small ones.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

YEARS = 3
HORIZON = 365 * YEARS
MAX_PURCHASES = 220


@dataclass(frozen=True)
class Purchases:
    """One row per order, by customer and day. ``day`` counts from the first day of the horizon; cents are net."""

    customer: Ints
    day: Ints
    amount_cents: Ints
    cost_cents: Ints
    lines: Ints


def draw_purchases(customers: int, *, rng: np.random.Generator, size: Floats) -> Purchases:
    """Orders of ``customers`` (indices from 0) over three years up to yesterday.

    ``size`` multiplies a customer's mean spend (1 is usual). At most one order a day and ``MAX_PURCHASES`` a customer.
    """
    start = np.where(rng.random(customers) < 0.55, 0, rng.integers(0, HORIZON - 5, customers)).astype(np.float64)
    start += rng.random(customers) * 60 * (start == 0)
    rate = np.clip(rng.gamma(0.85, 1 / 55, customers), 1 / 500, 1 / 9)
    dropout = rng.beta(0.9, 9.0, customers)
    alive = np.arange(customers)
    at = start.copy()
    owners, days = [], []
    for _ in range(MAX_PURCHASES):
        owners.append(alive)
        days.append(at[alive].astype(np.int64))
        stays = rng.random(len(alive)) >= dropout[alive]
        alive = alive[stays]
        at[alive] += np.maximum(1.0, rng.gamma(2.0, 1 / (2.0 * rate[alive])))
        alive = alive[at[alive] < HORIZON]
        if not len(alive):
            break
    owner, day = np.concatenate(owners), np.concatenate(days)
    order = np.lexsort((day, owner))
    return _priced(owner[order], day[order], rng=rng, size=size)


def _priced(owner: Ints, day: Ints, *, rng: np.random.Generator, size: Floats) -> Purchases:
    orders = len(owner)
    own_mean = rng.lognormal(5.6, 1.05, len(size)) * size
    amount = np.maximum(500, own_mean[owner] * rng.lognormal(0, 0.45, orders) * 100).astype(np.int64)
    margin = np.clip(rng.normal(0.31, 0.07, len(size)), 0.05, 0.55)[owner]
    cost = (amount * (1 - margin)).astype(np.int64)
    lines = np.minimum(1 + rng.poisson(np.clip(np.log10(amount / 100), 0.4, 4.0)), 12)
    return Purchases(owner, day, amount, cost, lines.astype(np.int64))


def split_into_lines(
    totals: Ints, costs: Ints, lines: Ints, *, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    """Order index, position, amount and cost in cents of every line; they sum to each order's totals exactly."""
    order = np.repeat(np.arange(len(totals)), lines)
    first = np.concatenate(([0], np.cumsum(lines)[:-1]))
    position = np.arange(len(order)) - np.repeat(first, lines) + 1
    weight = rng.random(len(order)) + 0.15
    share = weight / np.add.reduceat(weight, first)[order]
    amount = (totals[order] * share).astype(np.int64)
    cost = (costs[order] * share).astype(np.int64)
    amount[first] += totals - np.add.reduceat(amount, first)
    cost[first] += costs - np.add.reduceat(cost, first)
    return order, position, amount, cost
