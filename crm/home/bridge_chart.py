"""A sales bridge as a drawing: from one total to another in parts that add up. Cents in, places out.

The axis is cut where the parts would otherwise be too small to see; the page says where it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TOP = 20.0
LARGEST_CUT = 0.55
ROW, ROW_BAR, ROWS_WIDTH = 30.0, 14.0, 340
ROW_BAR_FROM, ROW_BAR_TO = 138.0, 272.0


@dataclass(frozen=True)
class BridgeStep:
    """One part: its words in one or two lines, its cents and where its customers are listed."""

    words: Sequence[str]
    cents: int
    url: str = ""


@dataclass(frozen=True)
class BridgeBar:
    """A bar as SVG attributes. ``kind`` is total, up or down; ``link`` leads on to the next bar's start."""

    kind: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    figure_y: str
    link: str
    words: list[tuple[str, str]]
    cents: int
    url: str

    @property
    def size_cents(self) -> int:
        """Without the sign, which stands before it."""
        return abs(self.cents)


@dataclass(frozen=True)
class BridgeRow:
    """A bar that lies, for a narrow screen: the same as ``BridgeBar``, its words on one line before it."""

    kind: str
    x: str
    y: str
    width: str
    text_y: str
    link: str
    words: str
    cents: int


@dataclass(frozen=True)
class BridgeChart:
    """The drawing; ``starts_at_cents`` is where its axis is cut, 0 for not at all."""

    width: int
    height: int
    floor: str
    bars: list[BridgeBar]
    starts_at_cents: int
    rows: list[BridgeRow]

    @property
    def axis_end(self) -> int:
        return self.width - 4

    @property
    def rows_width(self) -> int:
        return ROWS_WIDTH

    @property
    def rows_height(self) -> int:
        return round(ROW * len(self.rows))

    @property
    def before(self) -> BridgeBar:
        return self.bars[0]

    @property
    def now(self) -> BridgeBar:
        return self.bars[-1]

    @property
    def parts(self) -> list[BridgeBar]:
        return self.bars[1:-1]


def draw_bridge(
    before: BridgeStep, steps: Sequence[BridgeStep], now: BridgeStep, *, width: int = 860, depth: float = 142.0
) -> BridgeChart:
    """Place the totals and the parts between them. ``depth`` is the height of the highest bar."""
    levels = [before.cents]
    for step in steps:
        levels.append(levels[-1] + step.cents)
    start = _cut_axis([*levels, now.cents])
    high = max(*levels, now.cents, 0, start + 1)
    floor = TOP + depth
    lines = max(len(step.words) for step in (before, *steps, now))

    def place(cents: int) -> float:
        return floor - (cents - start) / (high - start) * depth

    slot = (width - 8) / (len(steps) + 2)
    bar = slot * 0.55
    bars = []
    everything = _name_kinds(before, steps, now)
    for number, (step, kind) in enumerate(everything):
        if kind == "total":
            ends = (min(place(step.cents), place(max(start, 0))), max(place(step.cents), place(max(start, 0))))
        else:
            ends = tuple(sorted((place(levels[number - 1]), place(levels[number]))))  # type: ignore[assignment]
        x = 4 + slot * number + (slot - bar) / 2
        leaves = place(levels[min(number, len(levels) - 1)])
        link = f"M{_f(x + bar)} {_f(leaves)}H{_f(x + slot)}" if number < len(everything) - 1 else ""
        words = [(line, _f(floor + 15 + 13 * n)) for n, line in enumerate(step.words)]
        height = max(1.5, ends[1] - ends[0])
        bars.append(
            BridgeBar(
                kind,
                _f(x),
                _f(ends[0]),
                _f(bar),
                _f(height),
                _f(x + bar / 2),
                _f(ends[0] - 5),
                link,
                words,
                step.cents,
                step.url,
            )
        )
    rows = _lay_down(everything, levels, start=start, high=high)
    return BridgeChart(width, round(floor + 8 + 13 * lines), _f(floor), bars, start if start > 0 else 0, rows)


def _name_kinds(before: BridgeStep, steps: Sequence[BridgeStep], now: BridgeStep) -> list[tuple[BridgeStep, str]]:
    return [(before, "total"), *((step, "up" if step.cents >= 0 else "down") for step in steps), (now, "total")]


def _lay_down(
    everything: Sequence[tuple[BridgeStep, str]], levels: Sequence[int], *, start: int, high: int
) -> list[BridgeRow]:
    """The same bars one below the other, from left to right by the same cut axis."""

    def place(cents: int) -> float:
        return ROW_BAR_FROM + (cents - start) / (high - start) * (ROW_BAR_TO - ROW_BAR_FROM)

    rows = []
    for number, (step, kind) in enumerate(everything):
        begins = max(start, 0) if kind == "total" else levels[number - 1]
        ends = step.cents if kind == "total" else levels[number]
        left, right = sorted((place(begins), place(ends)))
        top = ROW * number + (ROW - ROW_BAR) / 2
        x = place(levels[min(number, len(levels) - 1)])
        link = f"M{_f(x)} {_f(top + ROW_BAR)}V{_f(top + ROW)}" if number < len(everything) - 1 else ""
        width, text_y = _f(max(1.5, right - left)), _f(top + ROW_BAR - 3)
        rows.append(BridgeRow(kind, _f(left), _f(top), width, text_y, link, " ".join(step.words), step.cents))
    return rows


def _cut_axis(levels: Sequence[int]) -> int:
    """Where the axis starts: at 0, or in whole leading digits below the lowest level where all lies far above 0."""
    low, high = min(levels), max(levels)
    if low <= 0:
        return min(low, 0)
    if low < high * LARGEST_CUT:
        return 0
    room = low - (high - low) * 2 / 3
    step = 10 ** max(0, len(str(max(high - low, 1))) - 1)
    return int(max(0, room // step * step))


def _f(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
