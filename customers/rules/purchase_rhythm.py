"""A customer's rhythm as a drawing: purchases as stems on a line of days, and those expected that did not come.

Pure geometry in the units of a drawing 348 wide and 132 high: days in, positions out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

LEFT, RIGHT, FLOOR, TOP = 4.0, 344.0, 84.0, 24.0
MONTHS_SHOWN = 15
MOST_MISSED = 12
LOWEST_STEM = 10.0
MOST_POINTS = 90  # more would lie on each other, and stems say the same


@dataclass(frozen=True)
class Stem:
    """A purchase day: where it stands and how high, by amount."""

    x: float
    y: float
    day: date
    amount_cents: int


@dataclass(frozen=True)
class MonthMark:
    """The first of a month."""

    x: float
    day: date


@dataclass
class RhythmDrawing:
    """What the drawing shows; ``gap_from`` and ``gap_to`` bound the present silence."""

    stems: list[Stem] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    months: list[MonthMark] = field(default_factory=list)
    gap_from: float = 0.0
    gap_to: float = 0.0
    silent_days: int = 0
    is_late: bool = False

    @property
    def stalks(self) -> str:
        """All stems as one path."""
        return "".join(f"M{stem.x} {FLOOR}V{stem.y}" for stem in self.stems)

    @property
    def has_points(self) -> bool:
        """Whether each purchase day gets a point with its figures."""
        return len(self.stems) <= MOST_POINTS

    @property
    def gap_width(self) -> float:
        return round(self.gap_to - self.gap_from, 1)

    @property
    def words_at(self) -> float:
        """Where the words over the silence end, left of today."""
        return round(self.gap_to - 4, 1)


def _first_of_month(day: date, *, months_before: int) -> date:
    number = day.year * 12 + day.month - 1 - months_before
    return date(number // 12, number % 12 + 1, 1)


def draw_rhythm(
    purchases: Sequence[tuple[date, int]], *, today: date, usual_gap_days: float | None, months: int = MONTHS_SHOWN
) -> RhythmDrawing:
    """Place the purchase days (day, net cents; any order) of the last ``months`` on the line that ends today."""
    start = _first_of_month(today, months_before=months)
    span = max(1, (today - start).days)

    def place(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT - 12) * (day - start).days / span, 1)

    shown = sorted((day, cents) for day, cents in purchases if start <= day <= today and cents > 0)
    drawing = RhythmDrawing(gap_to=place(today))
    largest = max((cents for _day, cents in shown), default=1)
    for day, cents in shown:
        height = LOWEST_STEM + (FLOOR - TOP - LOWEST_STEM) * (cents / largest) ** 0.5
        drawing.stems.append(Stem(place(day), round(FLOOR - height, 1), day, cents))
    for back in range(months, -1, -1):
        first = _first_of_month(today, months_before=back)
        if (months - back) % 2 == 1:
            drawing.months.append(MonthMark(place(first), first))
    last = max((day for day, cents in purchases if cents > 0 and day <= today), default=None)
    if last is not None:
        drawing.silent_days = (today - last).days
        drawing.gap_from = place(max(last, start))
        if usual_gap_days and usual_gap_days >= 1:
            drawing.is_late = drawing.silent_days > usual_gap_days
            steps = int(drawing.silent_days / usual_gap_days)
            expected = [last + timedelta(days=round(usual_gap_days * step)) for step in range(1, steps + 1)]
            drawing.missed = [place(day) for day in expected if start <= day <= today][-MOST_MISSED:]
    return drawing
