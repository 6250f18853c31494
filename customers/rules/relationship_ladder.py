"""Contact, relationship, intimacy, trust: a level counts only with evidence of its own and of every level below."""

from collections.abc import Iterable

LEVELS = (1, 2, 3, 4)
CUSTOMER_FROM = 2  # from a relationship on it is a customer's portfolio, below it is business


def reach_level(shown: Iterable[int]) -> int:
    """The level reached by evidence of the levels in ``shown``, 0 for none: the highest without a gap below it."""
    known = set(shown)
    reached = 0
    for level in LEVELS:
        if level not in known:
            break
        reached = level
    return reached


def find_next(shown: Iterable[int]) -> int | None:
    """The level for which evidence is looked for now, None at the top."""
    reached = reach_level(shown)
    return reached + 1 if reached < LEVELS[-1] else None
