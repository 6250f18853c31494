"""Renewals of a contract, from its dates: how many there were, and when the next is due."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ContractTerms:
    """``ended_on`` is the day from which it no longer ran; ``None`` while it runs."""

    started_on: date
    period_months: int
    ended_on: date | None = None


@dataclass(frozen=True)
class Renewals:
    """``done`` is how often it was renewed; ``next_on`` when it is to be renewed next, ``None`` once it has ended;
    ``lapsed`` whether it has ended at a renewal or before."""

    done: int
    next_on: date | None
    lapsed: bool


def count_renewals(terms: ContractTerms, *, on: date) -> Renewals:
    """As of the evening of ``on``. A contract that ends on its renewal day was not renewed; one that ends on a later
    day ended at the renewal that follows. One that begins later has none yet."""
    ended = terms.ended_on is not None and terms.ended_on <= on
    until = terms.ended_on if ended and terms.ended_on is not None else on
    months = (until.year - terms.started_on.year) * 12 + until.month - terms.started_on.month
    done = max(0, months // terms.period_months - 1)
    while (day := add_months(terms.started_on, (done + 1) * terms.period_months)) < until or (
        not ended and day == until
    ):
        done += 1
    return Renewals(done, None if ended else add_months(terms.started_on, (done + 1) * terms.period_months), ended)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
