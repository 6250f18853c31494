"""Figures of each segment: written once a night for everybody and for each team, read by dashboards.

One pass over everybody sums up customers who are alike in what the scores and the metrics of all apps know.
Writing the same evening again replaces what was written.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Subquery

from crm.core.metric_catalogue import METRICS, Metric
from crm.core.statement_planning import CustomerRange, plan_as_usual, plan_for_everybody, share_ranges
from segments.models import Membership, SegmentDay
from segments.rules.figure_spread import STEP_RATIO
from segments.rules.repeat_rate import judge_repeat_rate

KEPT_DAYS = 35
POINTS_EACH = 80
MOVES_LOOK_BACK_DAYS = 3
UNKNOWN = Metric("unknown", "", "number", "", "NULL::double precision")  # type: ignore[arg-type]

# One row for all customers of a segment and team who are alike in class and in both steps, from each range of
# customers: some ten thousand rows stand for a million, and every figure is a sum over them. Cents are added up as
# floats, which hold them to the last one.
_GATHER = """
SELECT segment_id, team_id, letter,
    (sign(sales) * ceil(ln(abs(sales)::float8 / 100 + 1) / %(ratio)s))::int AS sales_step,
    (sign(contribution) * ceil(ln(abs(contribution)::float8 / 100 + 1) / %(ratio)s))::int AS contribution_step,
    count(*) AS n, sum(sales::float8) AS sales, sum(sales_before::float8) AS sales_before, sum(goods::float8) AS goods,
    sum(service::float8) AS service, sum(contribution::float8) AS contribution, sum(value_3y::float8) AS value_3y,
    count(*) FILTER (WHERE risk = 2) AS at_risk, sum(CASE WHEN risk = 2 THEN at_stake END::float8) AS at_stake,
    count(*) FILTER (WHERE cadence_days IS NOT NULL) AS to_talk,
    count(*) FILTER (WHERE coalesce(contact_days, known_days) <= cadence_days) AS in_time,
    count(*) FILTER (WHERE complaints > 0) AS complained, sum(minutes) AS minutes,
    count(*) FILTER (WHERE {drawn}) AS drawn,
    count(*) FILTER (WHERE purchase_days > 0) AS bought, count(*) FILTER (WHERE purchase_days > 1) AS again
FROM (
    SELECT c.team_id, held.segment_id, seg.cadence_days,
        %(today)s::date - coalesce(figures.first_day, held.since) AS known_days,
        coalesce(figures.sales_12m_cents, 0) AS sales, coalesce(figures.sales_before_12m_cents, 0) AS sales_before,
        coalesce(figures.goods_12m_cents, 0) AS goods, coalesce(figures.service_12m_cents, 0) AS service,
        coalesce(figures.contribution_12m_cents, 0) AS contribution, coalesce(figures.value_3y_cents, 0) AS value_3y,
        coalesce(figures.at_stake_cents, 0) AS at_stake, coalesce(figures.risk, 0) AS risk,
        left(coalesce(figures.grade, ''), 1) AS letter, figures.gap_ratio,
        CASE WHEN figures.note <> 'contract' THEN figures.purchase_days END AS purchase_days,
        ({contact})::double precision AS contact_days, ({complaints})::double precision AS complaints,
        ({minutes})::double precision AS minutes
    FROM customers_customer c
    JOIN segments_membership held ON held.customer_id = c.id AND held.until IS NULL
    JOIN segments_segment seg ON seg.id = held.segment_id
    LEFT JOIN segments_current_score figures ON figures.customer_id = c.id
    {joins}
    WHERE c.archived_at IS NULL AND {range}
) customers
GROUP BY 1, 2, 3, 4, 5
"""
_DRAWN = "gap_ratio IS NOT NULL AND sales >= 100000"

# Everybody, and each team: rows without a team count only for everybody.
_SETS = "GROUPING SETS (({key}), ({key}, team_id)) HAVING grouping(team_id) = 1 OR team_id IS NOT NULL"

_WRITE = """
INSERT INTO segments_segmentday (day, segment_id, team_id, customers, sales_cents, sales_before_cents, goods_cents,
    service_cents, contribution_cents, value_3y_cents, at_risk, at_stake_cents, below_zero, below_zero_cents, to_talk,
    talked_in_time, complained, minutes, sales_spread, contribution_spread, classes, points)
WITH sums AS (
    SELECT segment_id, team_id, sum(n) AS customers, sum(sales) AS sales, sum(sales_before) AS sales_before,
        sum(goods) AS goods, sum(service) AS service, sum(contribution) AS contribution, sum(value_3y) AS value_3y,
        sum(at_risk) AS at_risk, coalesce(sum(at_stake), 0) AS at_stake,
        coalesce(sum(n) FILTER (WHERE contribution_step < 0), 0) AS below_zero,
        coalesce(sum(contribution) FILTER (WHERE contribution_step < 0), 0) AS below_zero_cents,
        sum(to_talk) AS to_talk,
        CASE WHEN %(knows_contact)s THEN sum(in_time) END AS in_time,
        CASE WHEN %(knows_complaints)s THEN sum(complained) END AS complained,
        CASE WHEN %(knows_minutes)s THEN coalesce(sum(minutes), 0) END AS minutes
    FROM evening GROUP BY {by_segment}
), sales_steps AS (
    SELECT segment_id, team_id, sales_step AS step, sum(n) AS n, sum(sales)::bigint AS cents
    FROM evening GROUP BY {by_sales_step}
), sales_spread AS (
    SELECT segment_id, team_id, json_agg(json_build_array(step, n, cents) ORDER BY step) AS spread
    FROM sales_steps GROUP BY segment_id, team_id
), contribution_steps AS (
    SELECT segment_id, team_id, contribution_step AS step, sum(n) AS n, sum(contribution)::bigint AS cents
    FROM evening GROUP BY {by_contribution_step}
), contribution_spread AS (
    SELECT segment_id, team_id, json_agg(json_build_array(step, n, cents) ORDER BY step) AS spread
    FROM contribution_steps GROUP BY segment_id, team_id
), by_letter AS (
    SELECT segment_id, team_id, letter, sum(n) AS n, coalesce(sum(minutes), 0) AS minutes,
        sum(contribution)::bigint AS cents
    FROM evening WHERE letter <> '' GROUP BY {by_letter}
), classes AS (
    SELECT segment_id, team_id, json_object_agg(letter, json_build_array(n, minutes::bigint, cents)) AS classes
    FROM by_letter GROUP BY segment_id, team_id
), wanted AS (
    -- Of each team the customers with the smallest hashes, three times as many as are drawn on average.
    SELECT segment_id, team_id, sum(drawn) AS drawn,
        (least(1, 3.0 * %(points)s / sum(drawn)) * 4294967296 - 2147483648)::bigint AS below
    FROM evening GROUP BY segment_id, team_id HAVING sum(drawn) > 0
), placed AS (
    SELECT held.segment_id, c.team_id, figures.sales_12m_cents AS sales, figures.gap_ratio,
        row_number() OVER (PARTITION BY held.segment_id, c.team_id ORDER BY hashint8(c.id)) AS in_team,
        row_number() OVER (PARTITION BY held.segment_id ORDER BY hashint8(c.id)) AS in_all
    FROM (SELECT segment_id, max(below) AS below FROM wanted GROUP BY segment_id) most
    JOIN segments_membership held
        ON held.segment_id = most.segment_id AND held.until IS NULL AND hashint8(held.customer_id) <= most.below
    JOIN customers_customer c ON c.id = held.customer_id AND c.archived_at IS NULL
    JOIN wanted ON wanted.segment_id = held.segment_id AND wanted.team_id IS NOT DISTINCT FROM c.team_id
        AND hashint8(c.id) <= wanted.below
    JOIN segments_current_score figures ON figures.customer_id = c.id
    WHERE figures.gap_ratio IS NOT NULL AND figures.sales_12m_cents >= 100000
), points AS (
    SELECT segment_id, NULL::bigint AS team_id,
        json_agg(json_build_array(sales, round(gap_ratio::numeric, 2))) AS points
    FROM placed WHERE in_all <= %(points)s GROUP BY segment_id
    UNION ALL
    SELECT segment_id, team_id, json_agg(json_build_array(sales, round(gap_ratio::numeric, 2)))
    FROM placed WHERE in_team <= %(points)s AND team_id IS NOT NULL GROUP BY segment_id, team_id
)
SELECT %(day)s, s.segment_id, s.team_id, s.customers, s.sales, s.sales_before, s.goods, s.service, s.contribution,
    s.value_3y, s.at_risk, s.at_stake, s.below_zero, s.below_zero_cents, s.to_talk, s.in_time, s.complained, s.minutes,
    sales_spread.spread, contribution_spread.spread, coalesce(classes.classes, '{{}}'), coalesce(points.points, '[]')
FROM sums s
JOIN sales_spread ON sales_spread.segment_id = s.segment_id AND sales_spread.team_id IS NOT DISTINCT FROM s.team_id
JOIN contribution_spread ON contribution_spread.segment_id = s.segment_id
    AND contribution_spread.team_id IS NOT DISTINCT FROM s.team_id
LEFT JOIN classes ON classes.segment_id = s.segment_id AND classes.team_id IS NOT DISTINCT FROM s.team_id
LEFT JOIN points ON points.segment_id = s.segment_id AND points.team_id IS NOT DISTINCT FROM s.team_id
"""

# Kept with the scores they were counted from: a page that reads the run has them without another question.
_REPEATS = """
UPDATE segments_scorerun SET plan = jsonb_set(plan, '{segment_repeats}', coalesce((
    SELECT jsonb_object_agg(counted.key, jsonb_build_array(counted.bought, counted.again)) FROM (
        SELECT s.key, sum(e.bought)::bigint AS bought, sum(e.again)::bigint AS again
        FROM evening e JOIN segments_segment s ON s.id = e.segment_id GROUP BY s.key
    ) counted
), '{}'))
WHERE is_current
"""

_MOVES = """
INSERT INTO segments_segmentmove (day, team_id, from_segment_id, to_segment_id, customers)
SELECT m.day, c.team_id, m.from_segment_id, m.to_segment_id, count(*)
FROM segments_segmentchange m JOIN customers_customer c ON c.id = m.customer_id
WHERE m.day > %(since)s AND m.day <= %(day)s AND c.archived_at IS NULL
GROUP BY GROUPING SETS ((m.day, m.from_segment_id, m.to_segment_id),
    (m.day, c.team_id, m.from_segment_id, m.to_segment_id))
HAVING grouping(c.team_id) = 1 OR c.team_id IS NOT NULL
"""


@transaction.atomic
def write_segment_figures(*, on: date) -> int:
    """Keep the figures of the evening ``on`` (local day); returns how many rows were written.

    To be called after the segments were assigned. Of days older than 35 the last of each month stays.
    """
    used = {name: METRICS.get(name, UNKNOWN) for name in ("days_since_contact", "complaints_12m", "minutes_12m")}
    params: dict[str, Any] = {
        "today": on,
        "day": on,
        "since": on - timedelta(days=MOVES_LOOK_BACK_DAYS),
        "points": POINTS_EACH,
        "knows_contact": used["days_since_contact"] is not UNKNOWN,
        "knows_complaints": used["complaints_12m"] is not UNKNOWN,
        "knows_minutes": used["minutes_12m"] is not UNKNOWN,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('segment-figures'))")
        plan_for_everybody(cursor)
        cursor.execute("SELECT ln(%s::double precision)", [STEP_RATIO])
        params["ratio"] = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_sort = off")  # so many groups are not expected, and a million rows sorted
        evening = share_ranges(cursor, lambda customers: _gather_sql(used, customers))
        cursor.execute(f"CREATE TEMP TABLE evening ON COMMIT DROP AS {evening}", params)
        cursor.execute("SET LOCAL enable_sort = on")
        plan_as_usual(cursor)
        cursor.execute("ANALYZE evening")
        cursor.execute("DELETE FROM segments_segmentday WHERE day = %(day)s", params)
        cursor.execute(_write_sql(), params)
        written = int(cursor.rowcount)
        cursor.execute("DELETE FROM segments_segmentmove WHERE day > %(since)s AND day <= %(day)s", params)
        cursor.execute(_MOVES, params)
        cursor.execute(_REPEATS)
        cursor.execute("DROP TABLE evening")
        cursor.execute(
            """DELETE FROM segments_segmentday d WHERE d.day < %s AND EXISTS (
                SELECT FROM segments_segmentday later WHERE later.day > d.day
                    AND later.day < date_trunc('month', d.day) + interval '1 month')""",
            [on - timedelta(days=KEPT_DAYS)],
        )
    return written


def _gather_sql(used: dict[str, Metric], customers: CustomerRange) -> str:
    joins = dict.fromkeys(metric.join for metric in used.values() if metric.join)
    sql = _GATHER.format(
        contact=used["days_since_contact"].sql,
        complaints=used["complaints_12m"].sql,
        minutes=used["minutes_12m"].sql,
        joins=" ".join(joins),
        drawn=_DRAWN,
        range=customers.condition,
    )
    return customers.limit(sql)


def _write_sql() -> str:
    return _WRITE.format(
        by_segment=_SETS.format(key="segment_id"),
        by_sales_step=_SETS.format(key="segment_id, sales_step"),
        by_contribution_step=_SETS.format(key="segment_id, contribution_step"),
        by_letter=_SETS.format(key="segment_id, letter"),
    )


def read_repeat_rate(plan: Mapping[str, Any], *, segment_key: str | None) -> float | None:
    """Of a segment's buyers without a contract the share who bought again, as the run with this ``plan`` counted it.

    ``None`` where it says nothing (``judge_repeat_rate``), or before the first figures.
    """
    counted = plan.get("segment_repeats", {}).get(segment_key)
    return judge_repeat_rate(bought=counted[0], again=counted[1]) if counted else None


def count_members() -> dict[int, int]:
    """Customers in each segment by segment id: as of the last figures, else counted up to 10,000 in each."""
    days = SegmentDay.objects.filter(team=None).order_by()
    last = days.values("team").annotate(last=Max("day")).values("last")
    if found := dict(days.filter(day=Subquery(last)).values_list("segment_id", "customers")):
        return found
    counts: dict[int, int] = {}
    for segment_id in Membership.objects.current().order_by("segment_id").values_list("segment_id", flat=True)[:10_000]:
        counts[segment_id] = counts.get(segment_id, 0) + 1
    return counts


def find_last_day(*, until: date) -> Any:
    """The latest evening with figures up to ``until``; None before the first night."""
    return SegmentDay.objects.filter(day__lte=until).aggregate(last=Max("day"))["last"]
