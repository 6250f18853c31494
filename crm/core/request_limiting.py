"""How often somebody may ask: turns counted in the cache, a window of seconds at a time, for all processes together."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class Allowance:
    """``left`` of ``limit`` turns remain for the next ``seconds``; none is left where ``is_over``."""

    limit: int
    left: int
    seconds: int
    is_over: bool


def take_turn(who: str, *, limit: int, at: datetime) -> Allowance:
    """Take one of ``limit`` turns of ``who`` in the minute of ``at``."""
    second = int(at.timestamp())
    key = f"turns:{who}:{second // WINDOW_SECONDS}"
    cache.add(key, 0, 2 * WINDOW_SECONDS)
    try:
        taken = cache.incr(key)
    except ValueError:  # it was dropped from the cache between the two
        taken = 1
    return Allowance(limit, max(0, limit - taken), WINDOW_SECONDS - second % WINDOW_SECONDS, taken > limit)
