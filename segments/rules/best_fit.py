"""Fit: how much a customer is like those of class A, by four traits that anybody can check by hand.

Industry, country and rhythm (the frequency score, 1 to 5): the share of A among customers of that kind, set against the
share of A among all: ``share ÷ (share + share of all)``, so 0.5 is like everybody and 1 is only A. Needs: those we meet
among those of which we know. Fit is the mean of the traits that are known, at least two; parts and fit are rounded to
two decimals.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

LEAST_OF_A_KIND = 20
LEAST_TRAITS = 2


def rate_kind(share_of_a: float, *, share_of_all: float) -> float:
    """Points of a kind (0 to 1) from the share of A in it and the share of A among all customers."""
    both = share_of_a + share_of_all
    return _round(share_of_a / both) if both else 0.5


def measure_fit(traits: Sequence[float | None]) -> float | None:
    """The mean of the known traits; None where fewer than two are known."""
    known = [trait for trait in traits if trait is not None]
    return _round(sum(known) / len(known)) if len(known) >= LEAST_TRAITS else None


def _round(value: float) -> float:
    return float(Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP))
