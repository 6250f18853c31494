"""Who can be named and reached, what is not known, whose process does not fit: added to the evening's figures.

One pass over the customers of the evening, after its figures were written (``segments.segment_figures``). Writing the
same evening again replaces what was written. Who never bought, or was put where he is by hand, is not judged.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection, transaction

from crm.core.metric_catalogue import METRICS
from crm.core.statement_planning import plan_as_usual, plan_for_everybody
from segments.models import Segment, SegmentDay
from segments.process_fitting import count_published_steps
from segments.rules.criteria import compile_criteria
from segments.rules.data_health import GAPS
from segments.rules.figure_spread import merge_spreads
from segments.rules.process_fit import HEAVY, SIMPLE, FitLine, SegmentCare, find_fit_lines

KEPT_OF_EACH = 500

_GATHER = """
CREATE TEMP TABLE care ON COMMIT DROP AS
SELECT c.id, coalesce(c.team_id, 0) AS team_id, held.segment_id, left(coalesce(figures.grade, ''), 1) AS letter,
    ({reachable}) IS TRUE AS reachable, {gaps}, coalesce(figures.contribution_12m_cents, 0) AS contribution,
    coalesce(figures.service_12m_cents, 0) AS service,
    coalesce(figures.purchase_days, 0) > 0 AND held.pin_id IS NULL AS judged
FROM customers_customer c
JOIN segments_membership held ON held.customer_id = c.id AND held.until IS NULL
LEFT JOIN segments_current_score figures ON figures.customer_id = c.id
{joins}
WHERE c.archived_at IS NULL
"""

# Everybody is team NULL, as in the figures; customers without a team (0 here) count only there.
_REACH = """
WITH sums AS (
    SELECT segment_id, CASE WHEN grouping(team_id) = 0 THEN team_id END AS team_id, letter, count(*) AS n,
        count(*) FILTER (WHERE reachable) AS reached, {counts}
    FROM care GROUP BY GROUPING SETS ((segment_id, letter), (segment_id, letter, team_id))
), reach AS (
    SELECT segment_id, team_id, jsonb_object_agg(letter, jsonb_build_array(n, reached, {names})) AS reach
    FROM sums WHERE team_id IS DISTINCT FROM 0 GROUP BY segment_id, team_id
)
UPDATE segments_segmentday d SET reach = reach.reach FROM reach
WHERE d.day = %(day)s AND d.segment_id = reach.segment_id AND d.team_id IS NOT DISTINCT FROM reach.team_id
"""

# ``{line}`` is the number of the first line that a customer has crossed, NULL for none.
_MISFITS = """
CREATE TEMP TABLE misfit ON COMMIT DROP AS
SELECT judged.id, judged.team_id, judged.segment_id, judged.contribution, judged.service, line.fits, line.kind,
    line.cents, line.steps, line.fits_steps,
    CASE WHEN line.kind = 'simple' THEN judged.contribution - line.cents ELSE judged.service END AS gap
FROM (SELECT care.*, {line} AS line FROM care WHERE care.judged) judged
JOIN unnest(%(fits)s::bigint[], %(kinds)s::text[], %(cents)s::bigint[], %(steps)s::int[], %(fits_steps)s::int[])
    WITH ORDINALITY AS line(fits, kind, cents, steps, fits_steps, number) ON line.number = judged.line
"""

_COUNT = """
WITH sums AS (
    SELECT segment_id, CASE WHEN grouping(team_id) = 0 THEN team_id END AS team_id,
        count(*) FILTER (WHERE kind = 'simple') AS simple, count(*) FILTER (WHERE kind = 'heavy') AS heavy
    FROM misfit GROUP BY GROUPING SETS ((segment_id), (segment_id, team_id))
)
UPDATE segments_segmentday d SET too_simple = coalesce(sums.simple, 0), too_heavy = coalesce(sums.heavy, 0)
FROM segments_segmentday own
LEFT JOIN sums ON sums.segment_id = own.segment_id AND sums.team_id IS NOT DISTINCT FROM own.team_id
WHERE d.id = own.id AND own.day = %(day)s
"""

_KEEP = """
INSERT INTO segments_processmisfit (customer_id, kind, segment_id, fits_id, day, contribution_cents, line_cents,
    service_cents, gap_cents, minutes, steps, fits_steps)
SELECT kept.id, kept.kind, kept.segment_id, kept.fits, %(day)s, kept.contribution, kept.cents, kept.service, kept.gap,
    ({minutes})::int, kept.steps, kept.fits_steps
FROM (
    SELECT misfit.*, row_number() OVER (PARTITION BY team_id, kind ORDER BY gap DESC, id DESC) AS place FROM misfit
) kept
JOIN customers_customer c ON c.id = kept.id
{joins}
WHERE kept.place <= %(most)s
ORDER BY kept.gap DESC
"""


@transaction.atomic
def write_care_figures(*, on: date) -> int:
    """Add reach, gaps and misfits to the figures of the evening ``on`` (local day); returns the misfits kept."""
    lines = find_fit_lines(read_segment_care(on=on))
    params: dict[str, Any] = {"today": on, "day": on, "most": KEPT_OF_EACH, **_spread_lines(lines)}
    reachable, minutes = METRICS["reachable"], METRICS.get("minutes_12m")
    # Everybody is asked at once: by what is added up, not by the words that serve the head of a list.
    plain = {name: replace(metric, match="") for name, metric in METRICS.items()}
    compiled = {name: compile_criteria(rule, plain, today=on, prefix=f"{name}_") for name, rule in GAPS.items()}
    joins = dict.fromkeys([reachable.join, *(join for gap in compiled.values() for join in gap.joins)])
    gaps = ", ".join(f"({gap.where}) IS TRUE AS {name}" for name, gap in compiled.items())
    for gap in compiled.values():
        params |= gap.params
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('segment-figures'))")
        plan_for_everybody(cursor)
        cursor.execute(_GATHER.format(reachable=reachable.sql, gaps=gaps, joins=" ".join(joins)), params)
        plan_as_usual(cursor)
        cursor.execute(_reach_sql(), params)
        cursor.execute(_MISFITS.format(line=_line_sql(lines)), params)
        cursor.execute(_COUNT, params)
        cursor.execute("DELETE FROM segments_processmisfit")
        sql = _KEEP.format(minutes=minutes.sql if minutes else "NULL", joins=minutes.join if minutes else "")
        cursor.execute(sql, params)
        kept = int(cursor.rowcount)
        cursor.execute("DROP TABLE care, misfit")
    return kept


def read_segment_care(*, on: date) -> list[SegmentCare]:
    """The segments that customers stay in, with their published steps and what their customers bring."""
    steps = count_published_steps()
    spreads = dict(SegmentDay.objects.filter(day=on, team=None).values_list("segment_id", "contribution_spread"))
    cares = []
    for key in Segment.objects.filter(archived_at=None, is_passing=False).values_list("pk", flat=True):
        spread = merge_spreads([spreads.get(key, [])])
        cares.append(SegmentCare(key, steps.get(key, 0), spread.quantile(0.1), spread.quantile(0.5)))
    return cares


def _reach_sql() -> str:
    counts = ", ".join(f"count(*) FILTER (WHERE {name}) AS {name}" for name in GAPS)
    return _REACH.format(counts=counts, names=", ".join(GAPS))


def _line_sql(lines: Sequence[FitLine]) -> str:
    """The number of the first line crossed, as SQL: whole numbers only, worked out above."""
    signs = {SIMPLE: ">=", HEAVY: "<"}
    tests = (
        f"care.segment_id = {line.segment} AND care.contribution {signs[line.kind]} {line.cents}" for line in lines
    )
    cases = " ".join(f"WHEN {test} THEN {number}" for number, test in enumerate(tests, start=1))
    return f"(CASE {cases} END)::bigint" if cases else "NULL::bigint"


def _spread_lines(lines: Sequence[FitLine]) -> dict[str, list[Any]]:
    """The lines as columns, in their order."""
    return {
        "fits": [line.fits for line in lines],
        "kinds": [line.kind for line in lines],
        "cents": [line.cents for line in lines],
        "steps": [line.steps for line in lines],
        "fits_steps": [line.fits_steps for line in lines],
    }
