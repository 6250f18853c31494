"""Distributions in steps: what is stored of a group's sales or contribution, merged, and read again.

A step holds customers whose values differ by at most a twentieth; it keeps how many they are and the sum of their
cents, so sums are exact and a quartile is off by less than a step. Steps of two groups add up, quartiles do not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil

STEP_RATIO = 1.05
Step = Sequence[int]  # (step, customers, cents)


@dataclass(frozen=True)
class Spread:
    """Values in rising order: how many customers, the sum of their cents."""

    counts: tuple[int, ...] = ()
    sums: tuple[int, ...] = ()

    @property
    def customers(self) -> int:
        return sum(self.counts)

    @property
    def total(self) -> int:
        return sum(self.sums)

    def quantile(self, share: float) -> int | None:
        """The value below which ``share`` of the customers lie, in cents; None for nobody."""
        if not self.counts:
            return None
        wanted = share * (self.customers - 1)
        steps = zip(accumulate(self.counts), self.counts, self.sums, strict=True)
        return next(round(cents / count) for reached, count, cents in steps if reached > wanted)


@dataclass(frozen=True)
class ParetoPoint:
    """After the ``customers`` share of the largest, the ``value`` share is reached."""

    customers: float
    value: float


def merge_spreads(spreads: Iterable[Iterable[Step]]) -> Spread:
    """Several groups as one."""
    merged: dict[int, list[int]] = {}
    for steps in spreads:
        for step, count, cents in steps:
            held = merged.setdefault(step, [0, 0])
            held[0] += count
            held[1] += cents
    ordered = [merged[step] for step in sorted(merged)]
    return Spread(tuple(count for count, _cents in ordered), tuple(cents for _count, cents in ordered))


def draw_pareto(spread: Spread) -> list[ParetoPoint]:
    """The curve from the largest to the smallest customer; empty where nothing positive is brought.

    Shares are of the total of positive values, so customers below zero make the curve fall again.
    """
    whole = sum(cents for cents in spread.sums if cents > 0)
    if whole <= 0:
        return []
    points, everybody = [ParetoPoint(0.0, 0.0)], spread.customers
    customers = reached = 0
    for count, cents in zip(reversed(spread.counts), reversed(spread.sums), strict=True):
        customers += count
        reached += cents
        points.append(ParetoPoint(customers / everybody, reached / whole))
    return points


def find_share_of_customers(points: Sequence[ParetoPoint], value: float, *, of: int = 0) -> float | None:
    """The share of customers, the largest first, that brings the share ``value``; None for an empty curve.

    ``of`` so many customers it is that of whole ones: who crosses the line belongs to those who reach it.
    """
    for before, after in pairwise(points):
        if after.value >= value > before.value:
            part = (value - before.value) / (after.value - before.value)
            share = before.customers + part * (after.customers - before.customers)
            return ceil(share * of - 1e-9) / of if of else share
    return None
