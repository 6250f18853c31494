"""The drawings of the segment dashboard as geometry: numbers in, strings for SVG attributes out.

Everything here is plain code; templates write the SVG with classes for colour and attributes for size.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from segments.rules.figure_spread import ParetoPoint, Spread, draw_pareto, find_share_of_customers

FILLS = {"premium", "standard", "low", "new", "risk"}
SHAPES = {
    "premium": "m0-3l3 3-3 3-3-3z",
    "standard": "m-3 0a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
    "low": "m-2-2h4v4h-4z",
    "new": "m0-3l3 5h-6z",
    "risk": "m0 3l-3-5h6z",
}
OTHER_SHAPE = "m-1-3h2v2h2v2h-2v2h-2v-2h-2v-2h2z"


def name_fill(mark: str) -> str:
    """The class that colours a segment; spare marks are drawn in ink."""
    return f"f-{mark}" if mark in FILLS else "br-ink"


def _f(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


# --- Pareto ----------------------------------------------------------------------------------------------------------

LEFT, RIGHT, BOTTOM, FULL = 34.0, 410.0, 226.0, 42.4
MOST_POINTS = 60


@dataclass
class ParetoChart:
    """Two curves, and where A and B end; shares are of customers."""

    sales: str
    contribution: str
    a: float
    b: float
    a_x: str
    b_x: str
    a_y: str
    a_value: float
    b_value: float
    takes_back: float
    rows: list[tuple[float, float, float]]

    @property
    def b_part(self) -> float:
        return self.b - self.a

    @property
    def c(self) -> float:
        return 1 - self.b

    @property
    def a_width(self) -> str:
        return _f(_x(self.a) - LEFT)

    @property
    def label_x(self) -> str:
        return _f(min(_x(self.a) + 10, 280))

    @property
    def label_y(self) -> str:
        """Under the point, clear of both curves."""
        return _f(float(self.a_y) + 18)

    @property
    def letters(self) -> list[tuple[str, str]]:
        """A, B and C in the middle of their parts."""
        middles = [("A", self.a / 2), ("B", (self.a + self.b) / 2), ("C", (self.b + 1) / 2)]
        return [(letter, _f(_x(share))) for letter, share in middles]


def _x(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _y(share: float) -> float:
    return BOTTOM - share * (BOTTOM - FULL)


def draw_pareto_chart(sales: Spread, contribution: Spread, *, a_value: float, b_value: float) -> ParetoChart | None:
    """The curve of sales and that of contribution, each with its own order; None where nothing was sold.

    ``a_value`` and ``b_value`` are the shares of sales that end A and B.
    """
    curve = draw_pareto(sales)
    if not curve:
        return None
    other = draw_pareto(contribution)
    a = find_share_of_customers(curve, a_value) or 0.0
    b = find_share_of_customers(curve, b_value) or a
    rows = [
        (share, _value_at(curve, share) or 0.0, _value_at(other, share) or 0.0)
        for share in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1)
    ]
    highest = max((point.value for point in other), default=1.0)
    takes_back = highest - other[-1].value if other else 0.0
    return ParetoChart(
        _path(curve), _path(other), a, b, _f(_x(a)), _f(_x(b)), _f(_y(a_value)), a_value, b_value, takes_back, rows
    )


def _value_at(points: Sequence[ParetoPoint], share: float) -> float | None:
    """The value that the ``share`` of the largest customers brings."""
    for before, after in pairwise(points):
        if before.customers <= share <= after.customers:
            part = (share - before.customers) / ((after.customers - before.customers) or 1)
            return before.value + part * (after.value - before.value)
    return None


def _path(points: Sequence[ParetoPoint]) -> str:
    step = max(1, len(points) // MOST_POINTS)
    kept = [*points[::step], points[-1]] if points else []
    return "M" + " ".join(f"{_f(_x(point.customers))} {_f(_y(point.value))}" for point in kept) if kept else ""


# --- Moves -----------------------------------------------------------------------------------------------------------

TOP, HEIGHT, GAP, MOST_FLOWS = 34.0, 196.0, 9.0, 14
LEFT_BAR, RIGHT_BAR, BAR = 98.0, 302.0, 7.0


@dataclass
class MoveBar:
    """One segment at one side: its bar, its name and how many."""

    name: str
    mark: str
    fill: str
    customers: int
    y: str
    height: str
    text_y: str


@dataclass
class MoveFlow:
    path: str
    fill: str
    customers: int
    words: str


@dataclass
class MoveChart:
    """Who went where: bars left (from) and right (to), bands between."""

    left: list[MoveBar] = field(default_factory=list)
    right: list[MoveBar] = field(default_factory=list)
    flows: list[MoveFlow] = field(default_factory=list)
    rest: int = 0


Move = tuple[tuple[str, str], tuple[str, str], int]  # (name, mark) from, to, customers


def draw_moves(moves: Iterable[Move]) -> MoveChart:
    """The largest flows; what is too small to draw is counted in ``rest``."""
    ordered = sorted(moves, key=lambda move: -move[2])
    kept, rest = ordered[:MOST_FLOWS], sum(n for _was, _to, n in ordered[MOST_FLOWS:])
    total = sum(n for _was, _to, n in kept)
    if not total:
        return MoveChart()
    sides = [_add_up((was, n) for was, _to, n in kept), _add_up((to, n) for _was, to, n in kept)]
    scale = (HEIGHT - GAP * (max(len(side) for side in sides) - 1)) / total
    starts = [_place(side, scale) for side in sides]
    bars = [_draw_bars(side, start, scale) for side, start in zip(sides, starts, strict=True)]
    flows = []
    for was, becomes, n in sorted(kept, key=lambda move: (starts[0][move[0]], starts[1][move[1]])):
        height = n * scale
        y0, y1 = starts[0][was], starts[1][becomes]
        starts[0][was], starts[1][becomes] = y0 + height, y1 + height
        flows.append(MoveFlow(_band(y0, y1, height), name_fill(was[1]), n, f"{was[0]} → {becomes[0]}: {n}"))
    return MoveChart(bars[0], bars[1], flows, rest)


def _add_up(parts: Iterable[tuple[tuple[str, str], int]]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for key, n in parts:
        sums[key] = sums.get(key, 0) + n
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _place(side: dict[tuple[str, str], int], scale: float) -> dict[tuple[str, str], float]:
    """Where each bar begins, the side centred in the height."""
    used = sum(side.values()) * scale + GAP * (len(side) - 1)
    y = TOP + (HEIGHT - used) / 2
    starts = {}
    for key, n in side.items():
        starts[key] = y
        y += n * scale + GAP
    return starts


def _draw_bars(side: dict[tuple[str, str], int], starts: dict[tuple[str, str], float], scale: float) -> list[MoveBar]:
    bars = []
    for (name, mark), n in side.items():
        y, height = starts[(name, mark)], max(1.0, n * scale)
        bars.append(MoveBar(name, mark, name_fill(mark), n, _f(y), _f(height), _f(y + height / 2 + 4)))
    return bars


def _band(y0: float, y1: float, height: float) -> str:
    x0, x1 = LEFT_BAR + BAR, RIGHT_BAR
    middle = (x0 + x1) / 2
    return (
        f"M{_f(x0)} {_f(y0)}C{_f(middle)} {_f(y0)} {_f(middle)} {_f(y1)} {_f(x1)} {_f(y1)}v{_f(height)}"
        f"C{_f(middle)} {_f(y1 + height)} {_f(middle)} {_f(y0 + height)} {_f(x0)} {_f(y0 + height)}z"
    )


# --- Value × risk ----------------------------------------------------------------------------------------------------

MAP_LEFT, MAP_RIGHT, MAP_TOP, MAP_BOTTOM = 42.0, 407.0, 22.0, 222.0
LOWEST_EURO, RATIOS = 1_000.0, (0.5, 1.0, 2.0, 3.0, 5.0)
LEAST_RATIO, MOST_RATIO, MOST_DOTS, HOT_FROM = 0.3, 9.0, 240, 3.0


@dataclass
class MapLayer:
    """The dots of one segment as one path."""

    name: str
    mark: str
    fill: str
    path: str
    shown: int
    hot: int


@dataclass
class RiskMap:
    layers: list[MapLayer]
    x_ticks: list[tuple[str, str]]
    y_ticks: list[tuple[str, str, str]]
    hot_x: str
    hot_width: str

    @property
    def shown(self) -> int:
        return sum(layer.shown for layer in self.layers)


def draw_risk_map(groups: Sequence[tuple[str, str, Sequence[Sequence[float]]]]) -> RiskMap | None:
    """Sales of 12 months over the silence in own gaps, both on a log scale; at most 240 dots, thinned alike.

    ``groups`` are (name, mark, [[sales in cents, silence in own gaps]]). None where there is nobody to show.
    """
    total = sum(len(points) for _name, _mark, points in groups)
    if not total:
        return None
    step = max(1, math.ceil(total / MOST_DOTS))
    top = max(10_000.0, *(sales / 100 for _name, _mark, points in groups for sales, _ratio in points))
    layers = []
    for name, mark, points in groups:
        kept = points[::step]
        shape = SHAPES.get(mark, OTHER_SHAPE)
        path = "".join(f"M{_map_x(ratio):.0f} {_map_y(sales / 100, top):.0f}{shape}" for sales, ratio in kept)
        hot = sum(ratio >= HOT_FROM for _sales, ratio in kept)
        layers.append(MapLayer(name, mark, name_fill(mark), path, len(kept), hot))
    tens = [10.0**power for power in range(3, 9) if 10.0**power <= top]
    return RiskMap(
        layers=[layer for layer in layers if layer.shown],
        x_ticks=[(_f(_map_x(ratio)), f"{ratio:g}×") for ratio in RATIOS],
        y_ticks=[(_f(_map_y(euro, top)), _f(_map_y(euro, top) + 4), _short(euro)) for euro in tens],
        hot_x=_f(_map_x(HOT_FROM)),
        hot_width=_f(MAP_RIGHT - _map_x(HOT_FROM)),
    )


def _map_x(ratio: float) -> float:
    held = min(MOST_RATIO, max(LEAST_RATIO, ratio))
    share = math.log(held / LEAST_RATIO) / math.log(MOST_RATIO / LEAST_RATIO)
    return MAP_LEFT + share * (MAP_RIGHT - MAP_LEFT)


def _map_y(euro: float, top: float) -> float:
    share = math.log(max(LOWEST_EURO, euro) / LOWEST_EURO) / math.log(top / LOWEST_EURO)
    return MAP_BOTTOM - share * (MAP_BOTTOM - MAP_TOP)


def _short(euro: float) -> str:
    return f"{euro / 1e6:g} M" if euro >= 1e6 else f"{euro / 1e3:g} k"


# --- Small ones ------------------------------------------------------------------------------------------------------

BOX_WIDTH = 180.0


@dataclass
class SpreadBox:
    """10%, quartiles, median and 90% of a segment on one common scale."""

    values: tuple[int, int, int, int, int]
    zero: str
    whisker: str
    box_x: str
    box_width: str
    middle: str


def draw_spread_boxes(spreads: Sequence[Spread]) -> list[SpreadBox | None]:
    """Boxes on one scale, logarithmic on both sides of zero; None for a segment without customers."""
    values = [_read_five(spread) for spread in spreads]
    known = [one for five in values if five for one in five]
    if not known:
        return [None for _spread in spreads]
    low, high = min(0.0, _bend(min(known))), max(1.0, _bend(max(known)))

    def place(cents: int | float) -> float:
        return 3 + (_bend(cents) - low) / (high - low) * (BOX_WIDTH - 6)

    boxes: list[SpreadBox | None] = []
    for five in values:
        if five is None:
            boxes.append(None)
            continue
        p10, q1, middle, q3, p90 = (place(cents) for cents in five)
        boxes.append(
            SpreadBox(five, _f(place(0)), f"M{_f(p10)} 9H{_f(p90)}", _f(q1), _f(max(1.0, q3 - q1)), _f(middle))
        )
    return boxes


def _read_five(spread: Spread) -> tuple[int, int, int, int, int] | None:
    if not spread.customers:
        return None
    p10, q1, middle, q3, p90 = (spread.quantile(share) or 0 for share in (0.1, 0.25, 0.5, 0.75, 0.9))
    return p10, q1, middle, q3, p90


def _bend(cents: float) -> float:
    return math.copysign(math.log1p(abs(cents) / 10_000), cents)


def draw_spark(values: Sequence[float], *, width: float = 64, height: float = 24) -> tuple[str, str, str] | None:
    """A line, the area below it and the place of its last point; None for fewer than two values."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    reach = (high - low) or 1
    places = [
        (2 + number * (width - 4) / (len(values) - 1), height - 3 - (value - low) / reach * (height - 6))
        for number, value in enumerate(values)
    ]
    line = "M" + " ".join(f"{_f(x)} {_f(y)}" for x, y in places)
    return line, f"{line} {_f(width - 2)} {_f(height)} 2 {_f(height)}z", f"{_f(places[-1][0])} {_f(places[-1][1])}"


@dataclass
class HourRow:
    """One class: its share of the hours and of the contribution, with their bars."""

    letter: str
    customers: int
    hours: float
    contribution: float
    y: int
    hours_x: str
    hours_width: str
    contribution_width: str

    @property
    def lines(self) -> dict[str, str]:
        """Heights of the texts beside the bars."""
        return {
            "letter": str(self.y + 17),
            "count": str(self.y + 31),
            "hours_x": _f(float(self.hours_x) - 6),
            "value_x": _f(228 + float(self.contribution_width) + 6),
        }


def draw_hours(classes: dict[str, list[int]]) -> list[HourRow]:
    """Hours spent against contribution earned, A to C; empty where no minute was logged."""
    minutes = sum(values[1] for values in classes.values())
    cents = sum(max(0, values[2]) for values in classes.values())
    if not minutes:
        return []
    rows = []
    for number, (letter, (customers, spent, earned)) in enumerate(classes.items()):
        hours, share = spent / minutes, max(0, earned) / cents if cents else 0.0
        width = hours * 148
        rows.append(
            HourRow(letter, customers, hours, share, 30 + 48 * number, _f(172 - width), _f(width), _f(share * 148))
        )
    return rows
