"""The four simple signs of the worst customers, each readable without a model.

Silent: once a customer, no order in the last 12 months. Falling: still buys, and the sales of 12 months lie below those
of the 12 months before by the warning of falls or more. Rejects quotes: enough quotes of 24 months were decided, and
at most a small part was won. Fills shortlists: several quotes were asked only to fill a shortlist, and none was won.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SILENT_DAYS = 365
CONTRIBUTION_LIMIT = 4 * 10**12
WEIGHT_OF_SIGN = 10**13


class Sign(StrEnum):
    """Why somebody is among the worst."""

    SILENT = "silent"
    FALLING = "falling"
    REJECTS = "rejects"
    SHORTLISTS = "shortlists"


@dataclass(frozen=True)
class SignLines:
    """Settings of the business: a fall (0 to 1), how many quotes make a sign, the part of them won at most."""

    fall: float = 0.4
    least_quotes: int = 3
    quotes_won: float = 0.2
    least_shortlists: int = 2


@dataclass(frozen=True)
class SignFigures:
    """One customer's figures; cents, local days, quotes of 24 months that were decided."""

    last_day: date | None = None
    sales_cents: int = 0
    sales_before_cents: int = 0
    quotes: int = 0
    quotes_won: int = 0
    quotes_for_shortlist: int = 0


def list_signs(figures: SignFigures, *, lines: SignLines, on: date) -> list[Sign]:
    """The signs a customer shows on the evening of ``on``."""
    signs = []
    silent = figures.last_day is not None and figures.last_day <= on - timedelta(days=SILENT_DAYS)
    before = figures.sales_before_cents
    if silent:
        signs.append(Sign.SILENT)
    if not silent and before > 0 and figures.sales_cents <= before * (1 - lines.fall):
        signs.append(Sign.FALLING)
    if figures.quotes >= lines.least_quotes and figures.quotes_won <= figures.quotes * lines.quotes_won:
        signs.append(Sign.REJECTS)
    if figures.quotes_for_shortlist >= lines.least_shortlists and not figures.quotes_won:
        signs.append(Sign.SHORTLISTS)
    return signs


def weigh_signs(signs: int, *, contribution_cents: int) -> int:
    """What orders the list, the largest first: more signs, then less contribution of 12 months."""
    limited = max(-CONTRIBUTION_LIMIT, min(CONTRIBUTION_LIMIT, contribution_cents))
    return signs * WEIGHT_OF_SIGN - limited
