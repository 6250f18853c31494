"""Every evening each customer goes where a pin or the rules put him; who moves is written down, with the evidence.

One statement decides for everybody (``segment_choice``, the same that a dry run and a single pin ask); only those who
move are written. The evidence is the value of every metric that the rule asks for.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.statement_planning import CustomerRange, plan_as_usual, plan_for_everybody, share_ranges
from customers.models import Customer
from segments.customer_pinning import assign_customer
from segments.models import Segment, SegmentRule
from segments.rules.criteria import find_metrics
from segments.score_run import score_customer
from segments.segment_choice import PIN_JOIN, NoFallbackSegment, SegmentChoice, build_segment_choice
from segments.segment_noting import note_late_moves

ANALYSE_FROM = 1000  # newcomers of one evening

# The pins of everybody are gathered once; asking for each customer by himself would be a million look-ups.
ALL_PINS = """LEFT JOIN (
    SELECT DISTINCT ON (p.customer_id) p.customer_id, p.id, p.segment_id
    FROM segments_pin p JOIN segments_segment ps ON ps.id = p.segment_id
    WHERE p.ended_at IS NULL AND p.expires_on >= %(today)s::date AND ps.archived_at IS NULL
    ORDER BY p.customer_id, p.id DESC
) pin ON pin.customer_id = c.id"""

HELD = "LEFT JOIN segments_membership held ON held.customer_id = c.id AND held.until IS NULL"

MOVES = """
SELECT c.id AS customer_id, held.id AS held_id, held.segment_id AS was, held.since, target.becomes, pin.id AS pin_id,
       CASE WHEN pin.id IS NULL THEN {rule} END AS rule_id,
       CASE WHEN pin.id IS NULL THEN {reason} END AS reason
FROM customers_customer c
{joins}
CROSS JOIN LATERAL (SELECT {chosen} AS becomes) target
WHERE c.archived_at IS NULL AND {range} AND (held.since IS NULL OR held.since <= %(today)s::date)
    AND (held.segment_id, held.pin_id) IS DISTINCT FROM (target.becomes, pin.id)
"""

# Who pinned somebody is looked up for the few who move by it: a look-up inside would keep the ranges in one process.
KEEP_MOVES = """
CREATE TEMP TABLE moves ON COMMIT DROP AS
SELECT customer_id, held_id, was, since, becomes, pin_id, rule_id, left(coalesce(reason, (
        SELECT format(%(pinned)s, coalesce(nullif(u.name, ''), %(somebody)s), p.reason)
        FROM segments_pin p LEFT JOIN core_user u ON u.id = p.pinned_by_id WHERE p.id = pin_id
    )), 300) AS reason
FROM ({moves}) found
"""

# Whoever was moved by hand or by an act of the day meanwhile stays where that put him; the rows of the others are held.
LEAVE_MOVED = """
WITH held AS (
    SELECT m.customer_id, m.segment_id FROM segments_membership m JOIN moves v ON v.customer_id = m.customer_id
    WHERE m.until IS NULL ORDER BY m.id FOR UPDATE OF m
)
DELETE FROM moves v USING moves again LEFT JOIN held ON held.customer_id = again.customer_id
WHERE v.customer_id = again.customer_id AND v.was IS DISTINCT FROM held.segment_id
"""

# Moved again on the day he came, or only the pin changed: the membership he has is corrected. Otherwise it ends today.
WRITE_MOVES = (
    """
    UPDATE segments_membership m
    SET segment_id = v.becomes, pin_id = v.pin_id, rule_id = v.rule_id, reason = v.reason
    FROM moves v WHERE m.id = v.held_id AND (v.since = %(today)s OR v.was = v.becomes)
    """,
    """
    UPDATE segments_membership m SET until = %(today)s
    FROM moves v WHERE m.id = v.held_id AND v.since < %(today)s AND v.was <> v.becomes
    """,
    """
    INSERT INTO segments_membership (customer_id, segment_id, since, reason, rule_id, pin_id)
    SELECT customer_id, becomes, %(today)s, reason, rule_id, pin_id FROM moves
    WHERE held_id IS NULL OR (since < %(today)s AND was <> becomes) ORDER BY customer_id
    ON CONFLICT (customer_id) WHERE until IS NULL DO NOTHING
    """,
    """
    DELETE FROM segments_segmentchange c USING moves v
    WHERE c.customer_id = v.customer_id AND c.day = %(today)s AND c.from_segment_id = v.becomes
    """,
    """
    INSERT INTO segments_segmentchange (customer_id, from_segment_id, to_segment_id, day, reason)
    SELECT v.customer_id, v.was, v.becomes, %(today)s, v.reason FROM moves v
    WHERE v.was IS DISTINCT FROM v.becomes
        AND NOT (v.since IS NOT DISTINCT FROM %(today)s::date AND EXISTS (
            SELECT FROM segments_membership earlier
            WHERE earlier.customer_id = v.customer_id AND earlier.until = %(today)s AND earlier.segment_id = v.becomes))
    ORDER BY v.customer_id
    ON CONFLICT (customer_id, day) DO UPDATE SET to_segment_id = excluded.to_segment_id, reason = excluded.reason
    """,
)


@dataclass(frozen=True)
class AssignmentReport:
    """Customers who came into their first segment, and who moved from one to another."""

    came: int
    moved: int


@transaction.atomic
def assign_segments(*, on: date) -> AssignmentReport:
    """Put everybody where he belongs on the local day ``on``. Again on the same day it finds nobody to move.

    Who has been moved on a later day already stays. A company without segments, or without one that takes the rest,
    has nobody assigned.
    """
    try:
        choice = build_segment_choice(on=on)
    except NoFallbackSegment:
        return AssignmentReport(0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('segment-assignment'))")
        plan_for_everybody(cursor)
        moves = share_ranges(cursor, _write_moves(choice))
        cursor.execute(KEEP_MOVES.format(moves=moves), choice.params | _words())
        plan_as_usual(cursor)
        cursor.execute(LEAVE_MOVED)
        cursor.execute("SELECT count(*) FILTER (WHERE was IS NULL), count(*) FILTER (WHERE was <> becomes) FROM moves")
        came, moved = cursor.fetchone()
        for statement in WRITE_MOVES:
            cursor.execute(statement, {"today": on})
        note_late_moves("moves")
        if came > ANALYSE_FROM:
            cursor.execute("ANALYZE segments_membership")  # the next steps of the night would take it for empty
        cursor.execute("DROP TABLE moves")
    return AssignmentReport(came, moved)


@transaction.atomic
def refresh_customer(customer_id: int, *, on: date) -> bool:
    """Take in one customer's orders, score him again and put him where he belongs, as after a contact, order or
    complaint. ``False`` before the first night, and for an archived customer."""
    if not score_customer(customer_id, on=on):
        return False
    with suppress(NoFallbackSegment):
        assign_customer(Customer.objects.get(pk=customer_id), on=on)
    return True


def _words() -> dict[str, str]:
    return {
        "pinned": gettext("Pinned by %(name)s: %(reason)s") % {"name": "%s", "reason": "%s"},
        "somebody": gettext("somebody"),
        "rest": gettext("No other rule holds"),
        "by_rule": gettext("By the rule, version %(version)s") % {"version": "%s"},
        "unknown": gettext("not known"),
    }


def _write_moves(choice: SegmentChoice) -> Callable[[CustomerRange], str]:
    """Who moves, of a range of customers, as SQL."""
    fallback = Segment.objects.filter(is_fallback=True).values_list("pk", flat=True).first()
    asked = {pk: rule for pk, rule in choice.rules.items() if pk != fallback}
    rules = " ".join(f"WHEN {pk} THEN {rule.pk}" for pk, rule in asked.items())
    reasons = " ".join(f"WHEN {pk} THEN {_evidence_sql(rule)}" for pk, rule in asked.items())
    joins = f"{HELD} {choice.joins.replace(PIN_JOIN, ALL_PINS)}"
    return lambda customers: MOVES.format(
        rule=f"CASE target.becomes {rules} END" if rules else "NULL::bigint",
        reason=f"CASE target.becomes {reasons} ELSE %(rest)s END" if reasons else "%(rest)s",
        joins=customers.limit(joins),
        chosen=choice.chosen,
        range=customers.condition,
    )


def _evidence_sql(rule: SegmentRule) -> str:
    """The rule's version and the customer's value of each metric that it asks for, as one text."""
    parts = [f"format(%(by_rule)s, {rule.version})"]
    for name in sorted(find_metrics(rule.criteria)):
        if metric := METRICS.get(name):
            label = str(metric.label).replace("'", "''").replace("%", "%%")
            parts.append(f"'{label}: ' || coalesce({_value_sql(metric)}, %(unknown)s)")
    return f"concat_ws('; ', {', '.join(parts)})"


def _value_sql(metric: Metric) -> str:
    """The value as a text: money in whole units, shares in percent."""
    sql = f"({metric.sql})"
    if metric.kind == MetricKind.MONEY:
        return f"trim(to_char(round({sql} / 100.0), '999,999,999,999,990'))"
    if metric.kind == MetricKind.SHARE:
        return f"round(({sql} * 100)::numeric)::text || '%%'"
    if metric.kind in {MetricKind.NUMBER, MetricKind.DAYS}:
        return f"trim_scale(round({sql}::numeric, 1))::text"
    return f"{sql}::text"
