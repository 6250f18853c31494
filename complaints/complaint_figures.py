"""What the whole staff may see: how well complaints are mended, segment by segment. Never a goal of fewer of them.

Shares and medians of a year, worked out from the cases themselves and from real purchases, and kept for ten minutes.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from complaints.rules.recovery_outcome import FIRST_LOOK_DAYS, WINDOW_DAYS
from crm.core.local_time import in_company_days
from segments.models import Segment

CACHE_SECONDS = 600
YEAR = 365

_SQL = in_company_days("""
WITH solved AS (
    SELECT m.segment_id, extract(epoch FROM k.closed_at - k.taken_at) / 86400 AS days,
           k.mended = 'yes' AND e.answers = 1 AND e.reopened = 0 AS at_first_contact
    FROM complaints_complaint k
    LEFT JOIN segments_membership m ON m.customer_id = k.customer_id AND m.until IS NULL
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 'answer') AS answers, count(*) FILTER (WHERE kind = 'reopened') AS reopened
        FROM complaints_complaintentry WHERE complaint_id = k.id
    ) e ON true
    WHERE k.kind = 'complaint' AND k.closed_at >= start_of(%(year_ago)s::date)
), answered AS (
    SELECT m.segment_id, extract(epoch FROM k.first_answer_at - k.taken_at) / 3600 AS hours
    FROM complaints_complaint k
    LEFT JOIN segments_membership m ON m.customer_id = k.customer_id AND m.until IS NULL
    WHERE k.taken_at >= start_of(%(year_ago)s::date) AND k.first_answer_at >= k.taken_at
), looked_at AS (
    SELECT m.segment_id, p.first_day - day_of(k.taken_at) AS bought_after,
           k.closed_at IS NOT NULL AND day_of(k.closed_at) - day_of(k.taken_at) <= %(clock)s AS in_time
    FROM complaints_complaint k
    LEFT JOIN segments_membership m ON m.customer_id = k.customer_id AND m.until IS NULL
    LEFT JOIN LATERAL (
        SELECT min(day) AS first_day FROM customers_purchaseday
        WHERE customer_id = k.customer_id AND day > day_of(k.taken_at) AND day <= day_of(k.taken_at) + %(window)s
          AND amount_cents > 0
    ) p ON true
    WHERE k.kind = 'complaint' AND k.taken_at >= start_of(%(looked_from)s::date)
        AND k.taken_at < start_of(%(looked_until)s::date)
), solved_by AS (
    SELECT segment_id, grouping(segment_id) AS is_all, count(*) AS solved,
           avg(at_first_contact::int) AS at_first_contact,
           percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days) AS days
    FROM solved GROUP BY GROUPING SETS ((segment_id), ())
), answered_by AS (
    SELECT segment_id, grouping(segment_id) AS is_all, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) AS hours
    FROM answered GROUP BY GROUPING SETS ((segment_id), ())
), looked_by AS (
    SELECT segment_id, grouping(segment_id) AS is_all, count(*) AS looked_at,
           avg((bought_after <= %(first_look)s IS TRUE)::int) AS by_first_look,
           avg((bought_after IS NOT NULL)::int) AS by_window,
           count(*) FILTER (WHERE in_time) AS in_time,
           avg((bought_after IS NOT NULL)::int) FILTER (WHERE in_time) AS back_in_time,
           avg((bought_after IS NOT NULL)::int) FILTER (WHERE NOT in_time) AS back_too_late
    FROM looked_at GROUP BY GROUPING SETS ((segment_id), ())
)
SELECT coalesce(s.segment_id, l.segment_id), coalesce(s.is_all, l.is_all), coalesce(s.solved, 0), s.at_first_contact,
       s.days, coalesce(l.looked_at, 0), l.by_first_look, l.by_window, coalesce(l.in_time, 0), l.back_in_time,
       l.back_too_late, (
           SELECT a.hours FROM answered_by a WHERE a.is_all = coalesce(s.is_all, l.is_all)
               AND a.segment_id IS NOT DISTINCT FROM coalesce(s.segment_id, l.segment_id))
FROM solved_by s FULL JOIN looked_by l
    ON l.is_all = s.is_all AND coalesce(l.segment_id, 0) = coalesce(s.segment_id, 0)
""")


@dataclass(frozen=True)
class ComplaintFigures:
    """Of one segment (None: of customers in none), or of all.

    ``solved`` cases were closed in the last 365 days; ``looked_at`` were taken 180 to 545 days ago, so that every
    customer had his 180 days to come back. ``answer_hours`` is the median wait for the first answer, of whatever was
    taken in the last 365 days, questions and requests included. Shares lie between 0 and 1 and are None without cases;
    days are medians and quartiles.
    """

    segment_id: int | None
    is_all: bool
    solved: int
    at_first_contact: float | None
    days: tuple[float, float, float] | None
    looked_at: int
    back_by_first_look: float | None
    back_by_window: float | None
    in_time: int
    back_in_time: float | None
    back_too_late: float | None
    answer_hours: float | None

    @property
    def median_days(self) -> float | None:
        return self.days[1] if self.days else None


@dataclass(frozen=True)
class FigureRow:
    """A line of the published table."""

    segment: Segment | None
    figures: ComplaintFigures


def read_figures(*, on: date, clock_days: int) -> list[ComplaintFigures]:
    """Every segment's figures and those of all, as of local day ``on``; at most ten minutes old."""
    key = f"mending-figures:{on}:{clock_days}"
    found = cache.get(key)
    if found is None:
        found = _ask(on=on, clock_days=clock_days)
        cache.set(key, found, CACHE_SECONDS)
    return list(found)


def _ask(*, on: date, clock_days: int) -> list[ComplaintFigures]:
    params = {
        "year_ago": on - timedelta(days=YEAR),
        "clock": clock_days,
        "window": WINDOW_DAYS,
        "first_look": FIRST_LOOK_DAYS,
        "looked_from": on - timedelta(days=YEAR + WINDOW_DAYS),
        "looked_until": on - timedelta(days=WINDOW_DAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, params)
        return [_read_row(row) for row in cursor.fetchall()]


def _read_row(row: tuple[Any, ...]) -> ComplaintFigures:
    def share(value: Any) -> float | None:
        return None if value is None else float(value)

    segment_id, is_all, solved, first, days, looked_at, by_look, by_window, in_time, back_in, back_late, hours = row
    return ComplaintFigures(
        segment_id,
        bool(is_all),
        solved,
        share(first),
        tuple(float(part) for part in days) if days and days[1] is not None else None,  # type: ignore[arg-type]
        looked_at,
        share(by_look),
        share(by_window),
        in_time,
        share(back_in),
        share(back_late),
        share(hours),
    )


NO_FIGURES = _read_row((None, 1, 0, None, None, 0, None, None, 0, None, None, None))


def find_total(figures: list[ComplaintFigures]) -> ComplaintFigures:
    """The line of all customers."""
    return next((line for line in figures if line.is_all), NO_FIGURES)


def list_figure_rows(figures: list[ComplaintFigures]) -> list[FigureRow]:
    """One line a segment in the order of segments; customers of no segment last."""
    by_segment = {line.segment_id: line for line in figures if not line.is_all}
    rows = [FigureRow(segment, by_segment[segment.pk]) for segment in Segment.objects.all() if segment.pk in by_segment]
    return rows + ([FigureRow(None, by_segment[None])] if None in by_segment else [])
