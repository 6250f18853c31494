"""Share of wallet: what a customer buys from us as a part of all he spends on what we could sell him."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ShareRange:
    """Shares from 0 to 1; ``low`` belongs to the highest estimate of the whole spend, ``high`` to the lowest."""

    share: float
    low: float
    high: float


def measure_share(sales_cents: int, *, total_cents: int, low_cents: int, high_cents: int) -> ShareRange:
    """Our sales of 12 months as a part of the yearly spend (all in cents, the spend above zero).

    Sales below zero are no share; more sales than the estimate says is all of it.
    """

    def part(of_cents: int) -> float:
        return min(1.0, max(0, sales_cents) / of_cents)

    return ShareRange(part(total_cents), part(high_cents), part(low_cents))


def find_wallet_fault(
    sales_cents: int, *, total_cents: int, low_cents: int, high_cents: int, percents: Sequence[int | None]
) -> str:
    """Why an estimate cannot be: ``range``, ``less_than_ours``, ``over_all`` (all suppliers together exceed 100%), or
    "" where it can. ``percents`` are the other suppliers' parts of the whole spend, ``None`` where not known."""
    if not 0 < low_cents <= total_cents <= high_cents:
        return "range"
    if sales_cents > total_cents:
        return "less_than_ours"
    theirs = sum(percent for percent in percents if percent is not None)
    if theirs * total_cents + 100 * max(0, sales_cents) > 100 * total_cents:
        return "over_all"
    return ""
