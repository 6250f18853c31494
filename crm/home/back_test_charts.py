"""The drawings of the back-test page as geometry: numbers in, strings for SVG attributes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SPARK_LEFT, SPARK_RIGHT = 2.0, 70.0
BAR_WIDTH = 80.0
LEFT, RIGHT, TOP, BOTTOM = 36.0, 390.0, 10.0, 214.0


def _f(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class IntervalDot:
    """A value with its interval on a line from 0 to 1."""

    line: str
    x: str


def draw_interval(estimate: Mapping[str, float]) -> IntervalDot:
    """``value``, ``low`` and ``high`` are shares."""

    def place(share: float) -> float:
        return SPARK_LEFT + min(max(share, 0.0), 1.0) * (SPARK_RIGHT - SPARK_LEFT)

    return IntervalDot(f"M{_f(place(estimate['low']))} 7H{_f(place(estimate['high']))}", _f(place(estimate["value"])))


@dataclass(frozen=True)
class TenthBar:
    """What came as a bar, what was said as a mark on it."""

    came: str
    said: str


def draw_tenths(tenths: Sequence[Mapping[str, float]]) -> list[TenthBar]:
    """Bars on one scale."""
    most = max((max(one["said"], one["came"]) for one in tenths), default=0.0) or 1.0
    return [
        TenthBar(_f(BAR_WIDTH * one["came"] / most), f"M{_f(BAR_WIDTH * one['said'] / most)} 1v16") for one in tenths
    ]


@dataclass(frozen=True)
class ReliabilityDot:
    """A group: where it stands, its interval, and its figures as shares."""

    x: str
    y: str
    interval: str
    said: float
    came: float
    customers: int


def draw_reliability(groups: Sequence[Mapping[str, Any]]) -> list[ReliabilityDot]:
    """The groups of customers of whom about the same was said; on the diagonal it came as said."""
    return [
        ReliabilityDot(
            _f(_across(group["said"])),
            _f(_up(group["came"])),
            f"M{_f(_across(group['said']))} {_f(_up(group['low']))}V{_f(_up(group['high']))}",
            group["said"],
            group["came"],
            group["customers"],
        )
        for group in groups
    ]


def draw_axes() -> list[tuple[str, str, str, str]]:
    """Ticks in percent: text, line across, place of the upright and of the level label."""
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    return [(f"{100 * share:.0f}", _f(_up(share)), _f(_across(share)), _f(_up(share) + 4)) for share in shares]


def _across(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _up(share: float) -> float:
    return BOTTOM - share * (BOTTOM - TOP)
