"""Do customers come back, by how long we took to mend it? Our own cases instead of a borrowed figure.

The latest 2,000 complaints whose 180 days have passed are looked at; the answer is kept for an hour.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache
from django.db import connection

from complaints.rules.recovery_outcome import (
    BUCKETS,
    WINDOW_DAYS,
    CurvePoint,
    build_curve,
    has_enough_cases,
    read_curve,
)
from crm.core.local_time import in_company_days

CACHE_SECONDS = 3600
MOST_CASES = 2_000
LEFT, RIGHT, TOP, BOTTOM = 26.0, 284.0, 10.0, 96.0
LAST_DAY = BUCKETS[-1][1]
LABEL_TURNS_AT = 200

_SQL = in_company_days("""
SELECT greatest(0, day_of(coalesce(acted.at, k.closed_at)) - day_of(k.taken_at)),
       EXISTS (SELECT 1 FROM customers_purchaseday p WHERE p.customer_id = k.customer_id AND p.amount_cents > 0
               AND p.day > day_of(k.taken_at) AND p.day <= day_of(k.taken_at) + %(window)s)
FROM (SELECT id, customer_id, taken_at, closed_at FROM complaints_complaint
      WHERE kind = 'complaint' AND closed_at IS NOT NULL AND closed_at < %(until)s AND taken_at < %(until)s
      ORDER BY closed_at DESC LIMIT %(most)s) k
LEFT JOIN LATERAL (SELECT min(e.at) AS at FROM complaints_complaintentry e
                   WHERE e.complaint_id = k.id AND e.kind IN ('remedy', 'goodwill')) acted ON true
""")


def read_recovery_curve(*, on: date) -> list[CurvePoint]:
    """Share that bought again within 180 days, by days until the remedy (else until closing), as of ``on``."""
    key = f"recovery-curve:{on}"
    points = cache.get(key)
    if points is None:
        with connection.cursor() as cursor:
            params = {"window": WINDOW_DAYS, "until": on - timedelta(days=WINDOW_DAYS), "most": MOST_CASES}
            cursor.execute(_SQL, params)
            points = build_curve(cursor.fetchall())
        cache.set(key, points, CACHE_SECONDS)
    return list(points)


@dataclass(frozen=True)
class CurveDrawing:
    """Where the curve lies in a drawing of 290 × 128; ``today`` is (x, y, day) of a case on it."""

    path: str
    dots: list[tuple[float, float, CurvePoint]]
    clock_x: float
    today: tuple[float, float, int] | None
    cases: int
    axis: list[tuple[float, int]]

    @property
    def hot_width(self) -> float:
        """From the end of the clock to the end of the drawing."""
        return round(RIGHT - self.clock_x, 1)

    @property
    def label_x(self) -> float:
        """Beside the dot of today; left of it where the right is too narrow."""
        return round(self.today[0] + (-8 if self.today[0] > LABEL_TURNS_AT else 8), 1) if self.today else 0

    @property
    def label_y(self) -> float:
        """Above the dot, inside the drawing."""
        return max(TOP + 8, round(self.today[1] - 14, 1)) if self.today else 0


def draw_recovery_curve(points: list[CurvePoint], *, clock_day: int, clock_days: int) -> CurveDrawing | None:
    """The drawing, or None while there are fewer than 50 cases of our own."""
    if not has_enough_cases(points):
        return None
    dots = [(_x(point.middle), _y(point.share), point) for point in points if point.share is not None]
    path = "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y, _point in dots)
    share = read_curve(points, clock_day)
    axis = [(_x(day), day) for day in (0, LAST_DAY // 4, LAST_DAY // 2, LAST_DAY * 3 // 4, LAST_DAY)]
    today = (_x(clock_day), _y(share), clock_day) if share is not None else None
    return CurveDrawing(path, dots, _x(clock_days), today, sum(point.cases for point in points), axis)


def _x(day: float) -> float:
    return round(LEFT + min(day, LAST_DAY) / LAST_DAY * (RIGHT - LEFT), 1)


def _y(share: float) -> float:
    return round(BOTTOM - share * (BOTTOM - TOP), 1)
