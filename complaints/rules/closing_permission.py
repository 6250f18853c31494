"""When a complaint may be closed: with the customer's own word, or after trying hard enough to hear it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SATISFIED = frozenset({"yes", "part"})


class Block(StrEnum):
    """What keeps a complaint open."""

    SELLER = "seller"
    NO_WORD = "no_word"
    NOT_MENDED = "not_mended"


@dataclass(frozen=True)
class ClosingDecision:
    """``block`` is None when it may be closed; ``attempts`` of ``needed`` days on which somebody tried."""

    block: Block | None
    attempts: int
    needed: int

    @property
    def allowed(self) -> bool:
        return self.block is None


def decide_closing(
    *, word: str, mended: str, attempt_days: Iterable[date], needed: int, is_seller: bool = False
) -> ClosingDecision:
    """Whether a complaint may be closed.

    Either the customer said in his own words (``word``) that it is mended, wholly or in part; or he was asked on
    ``needed`` different days and either said no or was not reached. Three calls on one day are one attempt. The seller
    never closes a complaint about his own customer.
    """
    attempts = len(set(attempt_days))
    said = bool(word.strip())
    if is_seller:
        block: Block | None = Block.SELLER
    elif (said and mended in SATISFIED) or attempts >= needed:
        block = None
    else:
        block = Block.NOT_MENDED if said and mended == "no" else Block.NO_WORD
    return ClosingDecision(block, attempts, needed)
