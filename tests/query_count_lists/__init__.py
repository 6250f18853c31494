"""Lists whose price must not depend on how many rows they show.

A module per app holds ``LISTS``: name, address, the colleague who looks, and how to make ``n`` rows for him.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ListPage:
    """``make_rows(n, cast)`` makes ``n`` rows that ``colleague`` (a name of the cast) sees at ``url``.

    ``headers`` go with the request: those of a program hold his token.
    """

    name: str
    url: str
    make_rows: Callable[[int, Any], None]
    colleague: str = "rep"
    most_queries: int = 12
    headers: Callable[[Any], dict[str, str]] = lambda cast: {}
