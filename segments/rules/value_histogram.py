"""Customers by a value in money, in bars of like width on a log scale, and the lines that a rule draws through them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segments.rules.figure_spread import Spread

LEFT, RIGHT, FLOOR, TALLEST, BARS = 8.0, 612.0, 112.0, 84.0, 26
_LOWER = frozenset({"at_least", "more_than"})
_UPPER = frozenset({"at_most", "less_than"})


@dataclass(frozen=True)
class RuleLine:
    """A line that a rule draws: at ``cents``; who lies above it belongs (``keeps_above``) or does not."""

    metric: str
    cents: int
    keeps_above: bool


@dataclass(frozen=True)
class Bar:
    """Place and size for SVG attributes; ``customers`` of this bar, ``belongs``: the new line keeps them. In cents, the
    values between ``from_cents`` and ``to_cents`` are its own."""

    x: str
    y: str
    width: str
    height: str
    customers: int
    belongs: bool
    from_cents: int
    to_cents: int


@dataclass(frozen=True)
class Histogram:
    """Bars from the smallest to the largest value, the lines' places, and a few values below."""

    bars: list[Bar]
    new_x: str
    old_x: str
    ticks: list[tuple[str, int]]
    kept: int
    customers: int


def find_line(criteria: Mapping[str, Any], metrics: Sequence[str]) -> RuleLine | None:
    """The first line that a rule draws through one of ``metrics``, unless it is asked the other way round."""
    if "metric" in criteria:
        value, operator = criteria.get("value"), criteria["operator"]
        if criteria["metric"] not in metrics or operator not in _LOWER | _UPPER or not isinstance(value, int | float):
            return None
        return RuleLine(criteria["metric"], int(value), operator in _LOWER)
    children = criteria.get("all", criteria.get("any", ()))
    return next((line for child in children if (line := find_line(child, metrics))), None)


def draw_histogram(spread: Spread, *, new: RuleLine, old: RuleLine | None) -> Histogram | None:
    """The customers with a positive value; None where there are fewer than two of them."""
    values = [(cents / n, n) for n, cents in zip(spread.counts, spread.sums, strict=True) if cents > 0]
    if sum(n for _value, n in values) < 2 or new.cents <= 0:
        return None
    lowest = min(values[0][0], new.cents, *([old.cents] if old and old.cents > 0 else []))
    highest = max(values[-1][0], new.cents, *([old.cents] if old else [])) * 1.02
    span = math.log(highest / lowest) or 1.0

    def place(cents: float) -> float:
        return LEFT + math.log(max(cents, lowest) / lowest) / span * (RIGHT - LEFT)

    counts, kept = [0] * BARS, [0] * BARS
    for value, n in values:
        number = min(BARS - 1, int((place(value) - LEFT) / (RIGHT - LEFT) * BARS))
        counts[number] += n
        kept[number] += n if (value >= new.cents) == new.keeps_above else 0
    width, tallest = (RIGHT - LEFT) / BARS, max(counts)
    bars = []
    for number, n in enumerate(counts):
        height = max(1.6, n / tallest * TALLEST) if n else 0.0
        x = LEFT + number * width + 1
        ends = (round(lowest * math.exp(span * (number + one) / BARS)) for one in (0, 1))
        bars.append(Bar(_f(x), _f(FLOOR - height), _f(width - 2), _f(height), n, kept[number] * 2 > n, *ends))
    tens = [10**power * step for power in range(2, 15) for step in (1, 3)]
    ticks = [(_f(place(cents)), cents) for cents in tens if lowest <= cents <= highest]
    step = max(1, math.ceil(len(ticks) / 7))
    old_x = _f(place(old.cents)) if old and old.cents > 0 and old.cents != new.cents else ""
    return Histogram(bars, _f(place(new.cents)), old_x, ticks[::step], sum(kept), sum(counts))


def _f(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
