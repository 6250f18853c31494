"""Bands of the best and the worst: how many customers a part of all of them is."""

from decimal import ROUND_CEILING, Decimal


def count_in_band(customers: int, *, share: float) -> int:
    """How many customers the best ``share`` (0 to 1) is: rounded up, so that a band is never empty; 0 of nobody."""
    exact = customers * Decimal(str(share))
    return min(customers, int(exact.to_integral_value(ROUND_CEILING)))
