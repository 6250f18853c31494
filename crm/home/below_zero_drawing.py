"""The whale curve: contribution added up from the best customer to the dearest, and what those below zero take back."""

from dataclasses import dataclass
from itertools import accumulate

from crm.home.value_drawings import choose_step, write_number
from segments.rules.figure_spread import Spread, draw_pareto, find_share_of_customers

LEFT, TOP = 40.0, 30.0
MOST_POINTS = 120
SHARES_TOLD = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 0.9, 1.0)


@dataclass(frozen=True)
class Canvas:
    """How far the curve reaches, and how many heads stand under it at most."""

    right: int
    bottom: int
    marks: int


WIDE, NARROW = Canvas(846, 366, 6), Canvas(340, 260, 3)


@dataclass
class Whale:
    """``rows`` are (share of customers, contribution in cents up to there, share of the end). Money in cents."""

    canvas: Canvas
    path: str
    grid: list[tuple[str, int]]
    marks: list[tuple[str, int]]
    peak_x: str
    peak_y: str
    peak_cents: int
    peak_share: float
    end_cents: int
    below: int
    below_x: str
    below_width: str
    below_middle: str
    most_x: str
    most_y: str
    most_label_x: str
    most_label_y: str
    most_share: float | None
    customers: int
    rows: list[tuple[float, int, float]]

    @property
    def width(self) -> int:
        """Of the drawing, with room for what stands at its right edge."""
        return self.canvas.right + 14

    @property
    def height(self) -> int:
        """Of the drawing, with two lines of words under it."""
        return self.canvas.bottom + 42

    @property
    def takes_back_cents(self) -> int:
        """What those below zero take back of the peak."""
        return self.peak_cents - self.end_cents


def draw_whale(spread: Spread, *, most: float = 0.8, canvas: Canvas = WIDE) -> Whale | None:
    """The curve of a distribution of contribution; None where nothing above zero is brought.

    ``most`` is the share of the end result whose customers are named. Where the end is not above zero, shares are of
    the peak instead. ``NARROW`` is the same for a phone.
    """
    right, bottom = canvas.right, canvas.bottom
    counts, sums = list(reversed(spread.counts)), list(reversed(spread.sums))
    if not any(cents > 0 for cents in sums):
        return None
    reached, heads = list(accumulate(sums, initial=0)), list(accumulate(counts, initial=0))
    peak, end, customers = max(reached), reached[-1], heads[-1]
    whole = end if end > 0 else peak
    floor = min(0, *reached)
    scale = (bottom - TOP) / (peak - floor)

    def place_x(head: float) -> float:
        return LEFT + (right - LEFT) * head / customers

    def place_y(cents: float) -> float:
        return bottom - (cents - floor) * scale

    below = sum(n for n, cents in zip(counts, sums, strict=True) if cents < 0)
    share = find_share_of_customers(draw_pareto(spread), most * whole / _add_positive(sums))
    peak_at = heads[reached.index(peak)]
    step = max(1, round(choose_step(customers, lines=canvas.marks)))
    most_x, most_y = place_x((share or 0) * customers), place_y(most * whole)
    return Whale(
        canvas=canvas,
        path=_write_path([(place_x(head), place_y(cents)) for head, cents in zip(heads, reached, strict=True)]),
        grid=[(write_number(place_y(whole * part / 4)), 25 * part) for part in range(5)],
        marks=[(write_number(place_x(head)), head) for head in range(0, customers - step // 2, step)],
        peak_x=write_number(place_x(peak_at)),
        peak_y=write_number(place_y(peak)),
        peak_cents=peak,
        peak_share=peak / whole,
        end_cents=end,
        below=below,
        below_x=write_number(place_x(customers - below)),
        below_width=write_number(right - place_x(customers - below)),
        below_middle=write_number((right + place_x(customers - below)) / 2),
        most_x=write_number(most_x),
        most_y=write_number(most_y),
        most_label_x=write_number(most_x + 10),
        most_label_y=write_number(most_y + 18),
        most_share=share,
        customers=customers,
        rows=[(part, cents, cents / whole) for part in SHARES_TOLD for cents in [_value_at(heads, reached, part)]],
    )


def _add_positive(sums: list[int]) -> int:
    return sum(cents for cents in sums if cents > 0)


def _value_at(heads: list[int], reached: list[int], share: float) -> int:
    """What the first ``share`` of the customers bring together; straight between two steps."""
    wanted = share * heads[-1]
    at = next(place for place, head in enumerate(heads) if head >= wanted - 1e-9)
    if at == 0 or heads[at] == wanted:
        return reached[at]
    part = (wanted - heads[at - 1]) / (heads[at] - heads[at - 1])
    return round(reached[at - 1] + part * (reached[at] - reached[at - 1]))


def _write_path(points: list[tuple[float, float]]) -> str:
    step = max(1, len(points) // MOST_POINTS)
    kept = [*points[::step], points[-1]]
    return "M" + " ".join(f"{write_number(x)} {write_number(y)}" for x, y in kept)
