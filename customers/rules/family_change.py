"""Which product families explain a fall or a rise between two periods, and the sentence that says it.

A family explains the share of the change that went the same way as the whole; what went the other way is told as given
back. The shares of all families add up to one.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

NOBODY_ELSE = 0.97
WORTH_NAMING = 1 / 3


@dataclass(frozen=True)
class FamilySales:
    """Net cents of one family in two periods; ``last_day`` of purchase, ``None`` when unknown."""

    family: str
    before_cents: int
    now_cents: int
    last_day: date | None = None

    @property
    def change_cents(self) -> int:
        return self.now_cents - self.before_cents


@dataclass(frozen=True)
class FamilyPart:
    """A family with its share of the whole change: above 0 it explains it, below 0 it gives back; ``None`` where the
    whole has not changed."""

    sales: FamilySales
    share: float | None


@dataclass(frozen=True)
class SalesChange:
    """The whole change of net cents and its families, those that explain most first."""

    before_cents: int
    now_cents: int
    parts: tuple[FamilyPart, ...]

    @property
    def change_cents(self) -> int:
        return self.now_cents - self.before_cents

    @property
    def size_cents(self) -> int:
        """The change without its sign."""
        return abs(self.change_cents)

    @property
    def is_fall(self) -> bool:
        return self.change_cents < 0

    @property
    def main(self) -> FamilyPart | None:
        """The family that explains at least a third; ``None`` when none does, or it has no name."""
        first = self.parts[0] if self.parts else None
        worth_it = first is not None and first.sales.family and (first.share or 0) >= WORTH_NAMING
        return first if worth_it else None


def explain_change(families: Iterable[FamilySales]) -> SalesChange:
    """Put the families in the order in which they explain the whole change."""
    sales = list(families)
    before, now = sum(one.before_cents for one in sales), sum(one.now_cents for one in sales)
    change = now - before
    parts = [FamilyPart(one, one.change_cents / change if change else None) for one in sales]
    parts.sort(key=lambda part: (-(part.share or 0), -part.sales.before_cents, part.sales.family))
    return SalesChange(before, now, tuple(parts))


def round_shares(shares: Sequence[float]) -> list[int]:
    """Shares in whole percent that add up to what the shares do (100 for a whole): rounded down, and the largest
    remainders up."""
    whole = [math.floor(100 * share) for share in shares]
    missing = round(100 * sum(shares)) - sum(whole)
    largest = sorted(range(len(shares)), key=lambda place: whole[place] - 100 * shares[place])
    return [percent + (place in largest[:missing]) for place, percent in enumerate(whole)]


def gettext_noop(message: str) -> str:
    """Mark a message for the collection of translations; it is translated when the sentence is read."""
    return message


@dataclass(frozen=True)
class ShareWords:
    """A share as one says it, and the shares for which one says so."""

    least: float
    most: float
    words: str


SHARES = (
    ShareWords(1.05, float("inf"), gettext_noop("more than all")),
    ShareWords(0.97, 1.05, gettext_noop("all")),
    ShareWords(0.87, 0.93, gettext_noop("nine tenths")),
    ShareWords(0.73, 0.77, gettext_noop("three quarters")),
    ShareWords(0.645, 0.685, gettext_noop("two thirds")),
    ShareWords(0.48, 0.52, gettext_noop("half")),
    ShareWords(0.32, 0.345, gettext_noop("a third")),
)


def say_share(share: float) -> str:
    """``three quarters`` for what is as good as that, else whole percent (``62%``)."""
    for one in SHARES:
        if one.least <= share <= one.most:
            return one.words
    return f"{round(100 * share)}%"


def say_family(family: str) -> str:
    """The name inside a sentence: ``abrasives``; what is written in capitals (``PTFE``) stays so."""
    return family if len(family) > 1 and family[1].isupper() else f"{family[:1].lower()}{family[1:]}"


def choose_sentence(*, is_fall: bool, is_gone: bool) -> str:
    """The message that names the main family, with ``%(share)s``, ``%(family)s`` and, for one no longer bought,
    ``%(day)s`` of its last purchase."""
    if not is_fall:
        return gettext_noop("%(share)s of the rise is %(family)s.")
    if is_gone:
        return gettext_noop("%(share)s of the fall is %(family)s, not bought since %(day)s.")
    return gettext_noop("%(share)s of the fall is %(family)s.")
