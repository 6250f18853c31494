"""The drawings of the value page as geometry: numbers in, strings for SVG attributes and repeated marks out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from crm.core.formats import format_plain_day
from crm.core.templatetags.formats import money
from crm.home.value_change import ValueChange

Place = Callable[[date], float]
MOST_MISSED = 24
LONGEST_WINDOW_SHOWN = 120
MOST_POINTS = 90  # in a year; more would lie on each other, and stems say the same


def write_number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def choose_step(most: float, *, lines: int) -> float:
    """A round distance between ``lines`` grid lines or so, up to ``most``."""
    if most <= 0:
        return 1.0
    raw = most / lines
    scale = 10 ** floor(log10(raw))
    return float(next(step for step in (1, 2, 2.5, 5, 10) if step * scale >= raw * 0.999) * scale)


# --- Own rhythm ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RhythmFrame:
    """The sizes of the drawing: one for a desk, one for a phone."""

    width: float
    left: float
    floor: float
    top: float
    months: int
    every_month: int
    point: float
    ring: float
    ring_y: float


DESK = RhythmFrame(width=860, left=30, floor=128, top=30, months=12, every_month=1, point=3, ring=4, ring_y=94)
PHONE = RhythmFrame(width=348, left=6, floor=84, top=24, months=12, every_month=3, point=2.5, ring=3.5, ring_y=54)


@dataclass(frozen=True)
class Stem:
    """A purchase day."""

    x: str
    y: str
    day: date
    cents: int


@dataclass
class RhythmLine:
    """Stems, the silence, what was expected and did not come, and the window of the next purchase."""

    frame: RhythmFrame
    stems: list[Stem] = field(default_factory=list)
    missed: list[tuple[str, date]] = field(default_factory=list)
    months: list[tuple[str, date]] = field(default_factory=list)
    grid: list[tuple[str, int]] = field(default_factory=list)
    today_x: str = "0"
    gap_x: str = "0"
    gap_width: str = "0"
    gap_middle: str = "0"
    is_late: bool = False
    silent_days: int = 0
    window_width: str = ""
    window_middle: str = ""
    window_until: date | None = None

    @property
    def stalks(self) -> str:
        """All stems as one path."""
        return "".join(f"M{stem.x} {write_number(self.frame.floor)}V{stem.y}" for stem in self.stems)

    @property
    def points(self) -> SafeString:
        """A point for each purchase day, with its day and amount on a desk; none where they would lie on each other.

        Drawn here, as the rings: a template takes ten times as long for a hundred marks.
        """
        if len(self.stems) > MOST_POINTS:
            return SafeString()
        told = [_tell(f"{format_plain_day(stem.day)}, {money(stem.cents)}", frame=self.frame) for stem in self.stems]
        marks = [(stem.x, stem.y, self.frame.point, words) for stem, words in zip(self.stems, told, strict=True)]
        return format_html_join("", '<circle class="pt" cx="{}" cy="{}" r="{}">{}</circle>', marks)

    @property
    def rings(self) -> SafeString:
        """A ring for each day on which a purchase was expected and did not come."""
        marks = [
            (x, self.frame.ring_y, self.frame.ring, _tell(format_plain_day(day), frame=self.frame))
            for x, day in self.missed
        ]
        return format_html_join("", '<circle class="miss" cx="{}" cy="{}" r="{}">{}</circle>', marks)


def _tell(words: str, *, frame: RhythmFrame) -> SafeString | str:
    """What a mark says under the mouse; a phone has none."""
    return format_html("<title>{}</title>", words) if frame is DESK else ""


def draw_rhythm_line(
    purchases: Iterable[tuple[date, int]],
    *,
    today: date,
    usual_gap_days: float | None,
    window_days: int | None,
    frame: RhythmFrame = DESK,
) -> RhythmLine:
    """Purchase days (day, net cents) on a line of twelve months, today, and the window that is expected next."""
    ahead = min(window_days or 0, LONGEST_WINDOW_SHOWN)
    start = today - timedelta(days=round(30.4 * frame.months))
    days = (today - start).days + max(ahead, 7) + 5
    right = frame.width - 6

    def place(day: date) -> float:
        return frame.left + (right - frame.left) * (day - start).days / days

    bought = sorted((day, cents) for day, cents in purchases if cents > 0 and day <= today)
    shown = [(day, cents) for day, cents in bought if day >= start]
    line = RhythmLine(frame, today_x=write_number(place(today)))
    largest = max((cents for _day, cents in shown), default=0)
    scale = (frame.floor - frame.top) / largest if largest else 0.0
    line.stems = [
        Stem(write_number(place(day)), write_number(frame.floor - max(4, cents * scale)), day, cents)
        for day, cents in shown
    ]
    step = choose_step(largest, lines=2)
    line.grid = [
        (write_number(frame.floor - value * scale), int(value)) for value in (step, 2 * step) if 0 < value <= largest
    ]
    line.months = _mark_months(start, today + timedelta(days=max(ahead, 7)), place, frame)
    if bought:
        _add_silence(line, bought[-1][0], today=today, start=start, usual=usual_gap_days, place=place)
    if window_days and ahead:
        line.window_until = today + timedelta(days=window_days)
        end = place(today + timedelta(days=ahead))
        line.window_width = write_number(end - place(today))
        line.window_middle = write_number((end + place(today)) / 2)
    return line


def _mark_months(start: date, until: date, place: Place, frame: RhythmFrame) -> list[tuple[str, date]]:
    marks, month = [], date(start.year + start.month // 12, start.month % 12 + 1, 1)
    while month <= until:
        fits = place(month) < frame.width - 36
        if fits and (month.month % frame.every_month == 0 or frame.every_month == 1):
            marks.append((write_number(place(month)), month))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return marks


def _add_silence(line: RhythmLine, last: date, *, today: date, start: date, usual: float | None, place: Place) -> None:
    line.silent_days = (today - last).days
    begins = place(max(last, start))
    ends = place(today)
    line.gap_x, line.gap_width = write_number(begins), write_number(ends - begins)
    line.gap_middle = write_number((begins + ends) / 2)
    if usual and usual >= 1:
        line.is_late = line.silent_days > usual
        expected = [last + timedelta(days=round(usual * step)) for step in range(1, int(line.silent_days / usual) + 1)]
        line.missed = [(write_number(place(day)), day) for day in expected if start <= day <= today][-MOST_MISSED:]


# --- Ranges ----------------------------------------------------------------------------------------------------------

RANGE_LEFT, RANGE_RIGHT = 3.0, 167.0


@dataclass(frozen=True)
class RangeBar:
    """A range on a common scale: where the box begins, how wide it is, where the mean stands, where zero is."""

    x: str
    width: str
    middle: str
    zero: str


def draw_ranges(ranges: Sequence[tuple[float, float, float]]) -> list[RangeBar]:
    """(low, mean, high) of each row on one scale that holds zero and all of them."""
    low = min([0.0, *(one[0] for one in ranges)])
    high = max([1.0, *(one[2] for one in ranges)])
    scale = (RANGE_RIGHT - RANGE_LEFT - 6) / (high - low)

    def place(value: float) -> float:
        return RANGE_LEFT + (value - low) * scale

    return [
        RangeBar(
            write_number(place(begin)),
            write_number(max(place(end) - place(begin), 2)),
            write_number(place(mean)),
            write_number(place(0.0)),
        )
        for begin, mean, end in ranges
    ]


# --- What changed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BridgeBar:
    """One bar: ``kind`` is ``wf-t`` (a value), ``wf-u`` (up) or ``wf-d`` (down)."""

    kind: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    words_y: str
    level: str
    next_x: str
    end_x: str
    label: str
    short: str
    cents: int
    day: date | None = None


@dataclass
class Bridge:
    """The value before, what changed it, the value now; ``floor`` is where zero stands."""

    bars: list[BridgeBar]
    floor: str
    width: int
    height: int


def draw_bridge(change: ValueChange, *, width: int = 860, height: int = 168) -> Bridge:
    """The bars of ``change`` from left to right, with room for values below zero."""
    top, bottom = 22.0, height - 34.0
    reached = [change.start_cents]
    for part in change.parts:
        reached.append(reached[-1] + part.cents)
    high, low = max(0, *reached), min(0, *reached)
    scale = (bottom - top) / ((high - low) or 1)

    def place(cents: float) -> float:
        return bottom - (cents - low) * scale

    number = len(change.parts) + 2
    room = (width - 8) / number
    bar = room * 0.5
    levels = [(0, change.start_cents), *pairwise(reached), (0, reached[-1])]
    names = [("", ""), *((part.label, part.short) for part in change.parts), ("", "")]
    shown = [change.start_cents, *(part.cents for part in change.parts), change.end_cents]
    bars = []
    for at, ((begin, end), (label, short), cents) in enumerate(zip(levels, names, shown, strict=True)):
        x, whole = 4 + room * at + (room - bar) / 2, at in (0, number - 1)
        y, tall = place(max(begin, end)), abs(place(begin) - place(end))
        bars.append(
            BridgeBar(
                kind="wf-t" if whole else "wf-u" if cents > 0 else "wf-d",
                x=write_number(x),
                y=write_number(y),
                width=write_number(bar),
                height=write_number(max(tall, 1.5)),
                middle=write_number(x + bar / 2),
                words_y=write_number(max(y - 6, 12)),
                level=write_number(place(end)),
                next_x=write_number(x + room),
                end_x=write_number(x + bar),
                label=label,
                short=short,
                cents=cents,
                day=(change.since if at == 0 else change.until) if whole else None,
            )
        )
    return Bridge(bars, write_number(place(0)), width, height)
