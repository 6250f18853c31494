"""Who went where as a drawing: bars left (from) and right (to), bands between. Numbers in, SVG out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from crm.core.formats import format_number
from crm.home.segment_charts import OTHER_SHAPE, SHAPES, name_fill, write

TOP, HEIGHT, GAP, MOST_FLOWS = 34.0, 196.0, 9.0, 14
LEFT_BAR, RIGHT_BAR, BAR, LEAST_LABELLED = 108.0, 292.0, 7.0, 11.0
LONGEST_NAME = 12


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
    shape: str


@dataclass
class MoveFlow:
    """A band; its figure stands on it where it is high enough (``text_y`` is "" where not)."""

    path: str
    fill: str
    customers: int
    words: str
    text_y: str


@dataclass
class MoveChart:
    """Who went where: bars left (from) and right (to), bands between."""

    left: list[MoveBar] = field(default_factory=list)
    right: list[MoveBar] = field(default_factory=list)
    flows: list[MoveFlow] = field(default_factory=list)
    rest: int = 0

    @property
    def bands(self) -> SafeString:
        """The flows, each with its words and where there is room its figure: drawn here as the bars, for a template
        takes longer for these forty marks than for the rest of the page's drawings."""
        return format_html_join(
            "",
            '<path class="flow {}" d="{}"><title>{}</title></path>{}',
            ((flow.fill, flow.path, flow.words, _label(flow)) for flow in self.flows),
        )

    @property
    def bars(self) -> SafeString:
        """Both sides, their names beside them."""
        sides = ((self.left, LEFT_BAR, "e i", 90), (self.right, RIGHT_BAR, "i", 316))
        return format_html_join(
            "",
            '<rect class="{0}" x="{1}" y="{2}" width="{3}" height="{4}"></rect><path class="{0}" d="{5}"></path>'
            '<text class="{6}" x="{7}" y="{8}">{9} {10}</text>',
            (
                (bar.fill, write(x), bar.y, write(BAR), bar.height, bar.shape, look, name_x, bar.text_y, *_name(bar))
                for side, x, look, name_x in sides
                for bar in side
            ),
        )


def _name(bar: MoveBar) -> tuple[str, str]:
    return Truncator(bar.name).chars(LONGEST_NAME), format_number(bar.customers)


def _label(flow: MoveFlow) -> SafeString | str:
    words = format_number(flow.customers)
    return format_html('<text class="i" x="120" y="{}">{}</text>', flow.text_y, words) if flow.text_y else ""


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
    marks_x = (LEFT_BAR - 10, RIGHT_BAR + BAR + 10)
    bars = [_draw_bars(side, start, scale, x) for side, start, x in zip(sides, starts, marks_x, strict=True)]
    flows = []
    for was, becomes, n in sorted(kept, key=lambda move: (starts[0][move[0]], starts[1][move[1]])):
        height = n * scale
        y0, y1 = starts[0][was], starts[1][becomes]
        starts[0][was], starts[1][becomes] = y0 + height, y1 + height
        text_y = write(y0 + height / 2 + 4) if height >= LEAST_LABELLED else ""
        words = f"{was[0]} → {becomes[0]}: {format_number(n)}"
        flows.append(MoveFlow(_band(y0, y1, height), name_fill(was[1]), n, words, text_y))
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


def _draw_bars(
    side: dict[tuple[str, str], int], starts: dict[tuple[str, str], float], scale: float, mark_x: float
) -> list[MoveBar]:
    bars = []
    for (name, mark), n in side.items():
        y, height = starts[(name, mark)], max(1.0, n * scale)
        middle = y + height / 2
        shape = f"M{write(mark_x)} {write(middle)}{SHAPES.get(mark, OTHER_SHAPE)}"
        bars.append(MoveBar(name, mark, name_fill(mark), n, write(y), write(height), write(middle + 4), shape))
    return bars


def _band(y0: float, y1: float, height: float) -> str:
    x0, x1 = LEFT_BAR + BAR, RIGHT_BAR
    middle = (x0 + x1) / 2
    left, turn, right, top, low = (write(x) for x in (x0, middle, x1, y0, y1))
    end, begin = write(y1 + height), write(y0 + height)
    forth = f"M{left} {top}C{turn} {top} {turn} {low} {right} {low}v{write(height)}"
    return f"{forth}C{turn} {end} {turn} {begin} {left} {begin}z"
