"""The drawings of the segment dashboard as geometry: numbers in, strings for SVG attributes out.

Everything here is plain code; templates write the SVG with classes for colour and attributes for size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
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


def write(value: float) -> str:
    """One decimal, none where it is a whole."""
    return f"{value:.1f}".removesuffix(".0")


# --- Pareto ----------------------------------------------------------------------------------------------------------

LEFT, RIGHT, BOTTOM, FULL = 34.0, 410.0, 226.0, 42.4
MOST_POINTS = 60


@dataclass
class ParetoChart:
    """Two curves, and where A and B end, as shares of customers; B and C are in whole percents that add up."""

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
        return round(self.b, 2) - round(self.a, 2)

    @property
    def c(self) -> float:
        return 1 - round(self.b, 2)

    @property
    def a_width(self) -> str:
        return write(_x(self.a) - LEFT)

    @property
    def label_x(self) -> str:
        return write(min(_x(self.a) + 10, 280))

    @property
    def label_y(self) -> str:
        """Under the point, clear of both curves."""
        return write(float(self.a_y) + 18)

    @property
    def letters(self) -> list[tuple[str, str]]:
        """A, B and C in the middle of their parts."""
        middles = [("A", self.a / 2), ("B", (self.a + self.b) / 2), ("C", (self.b + 1) / 2)]
        return [(letter, write(_x(share))) for letter, share in middles]


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
    a = find_share_of_customers(curve, a_value, of=sales.customers) or 0.0
    b = find_share_of_customers(curve, b_value, of=sales.customers) or a
    brought = _value_at(curve, a) or a_value
    shares = dict.fromkeys(take_whole(share, of=sales.customers) for share in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1))
    rows = [(share, _value_at(curve, share) or 0.0, _value_at(other, share) or 0.0) for share in shares]
    highest = max((point.value for point in other), default=1.0)
    takes_back = highest - other[-1].value if other else 0.0
    return ParetoChart(
        _path(curve),
        _path(other),
        a,
        b,
        write(_x(a)),
        write(_x(b)),
        write(_y(brought)),
        brought,
        b_value,
        takes_back,
        rows,
    )


def take_whole(share: float, *, of: int) -> float:
    """The part of ``of`` customers that is nearest to ``share`` and no fraction of one; one of them at least."""
    return min(1.0, max(1, round(share * of)) / of) if of else share


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
    return "M" + " ".join(f"{write(_x(point.customers))} {write(_y(point.value))}" for point in kept) if kept else ""


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
        x_ticks=[(write(_map_x(ratio)), f"{ratio:g}×") for ratio in RATIOS],
        y_ticks=[(write(_map_y(euro, top)), write(_map_y(euro, top) + 4), _short(euro)) for euro in tens],
        hot_x=write(_map_x(HOT_FROM)),
        hot_width=write(MAP_RIGHT - _map_x(HOT_FROM)),
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

BOX_WIDTH = 116.0


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
            SpreadBox(
                five,
                write(place(0)),
                f"M{write(p10)} 9H{write(p90)}",
                write(q1),
                write(max(1.0, q3 - q1)),
                write(middle),
            )
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
    line = "M" + " ".join(f"{write(x)} {write(y)}" for x, y in places)
    return (
        line,
        f"{line} {write(width - 2)} {write(height)} 2 {write(height)}z",
        f"{write(places[-1][0])} {write(places[-1][1])}",
    )


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
            "hours_x": write(float(self.hours_x) - 6),
            "value_x": write(228 + float(self.contribution_width) + 6),
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
            HourRow(
                letter,
                customers,
                hours,
                share,
                30 + 48 * number,
                write(172 - width),
                write(width),
                write(share * 148),
            )
        )
    return rows
