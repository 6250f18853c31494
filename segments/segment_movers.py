"""Everybody who would move if a rule were published: page by page, or all of them for a file; with the reason.

The same choice as the dry run (``segments.segment_dry_run``); nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from crm.core.metric_catalogue import METRICS
from segments.criteria_reading import show_value
from segments.models import Segment
from segments.rules.criteria import Criteria, iterate_conditions
from segments.segment_assignment import ALL_PINS
from segments.segment_choice import PIN_JOIN, build_segment_choice
from segments.segment_dry_run import TIME_LIMIT_SECONDS, DryRunTooSlow, Mover

PAGE_LENGTH = 40
MOST_REASONS = 3
SHOWS = ("all", "in", "out", "pinned")

# A pinned customer does not move: he is listed where the rule alone would have him come or go.
_QUERY = """
WITH chosen AS MATERIALIZED (
    SELECT c.id, held.segment_id AS was, rules.ruled, pin.segment_id AS pinned
    FROM customers_customer c
    LEFT JOIN segments_membership held ON held.customer_id = c.id AND held.until IS NULL
    {joins}
    CROSS JOIN LATERAL (SELECT {by_rule} AS ruled) rules
    WHERE c.archived_at IS NULL
)
SELECT m.id, c.name, c.country, m.was, CASE WHEN %(show)s = 'pinned' THEN m.ruled ELSE coalesce(m.pinned, m.ruled) END,
    score.sales_12m_cents, coalesce(score.grade, '')
FROM chosen m JOIN customers_customer c ON c.id = m.id
LEFT JOIN segments_current_score score ON score.customer_id = m.id
WHERE CASE %(show)s
        WHEN 'pinned' THEN m.pinned = m.was AND m.ruled <> m.pinned AND %(segment)s IN (m.ruled, m.was)
        WHEN 'in' THEN m.was IS DISTINCT FROM coalesce(m.pinned, m.ruled) AND coalesce(m.pinned, m.ruled) = %(segment)s
        WHEN 'out' THEN m.was = %(segment)s AND coalesce(m.pinned, m.ruled) <> %(segment)s
        ELSE m.was IS DISTINCT FROM coalesce(m.pinned, m.ruled) END
    AND (%(after_id)s::bigint IS NULL
        OR (coalesce(score.sales_12m_cents, 0), m.id) < (%(after_sales)s::bigint, %(after_id)s::bigint))
ORDER BY coalesce(score.sales_12m_cents, 0) DESC, m.id DESC
LIMIT %(most)s
"""


@dataclass(frozen=True)
class MoverPage:
    """Some of the movers, largest sales first, and the place behind the last ("" at the end)."""

    movers: list[Mover]
    after: str


def list_movers(
    segment: Segment, criteria: Criteria, *, on: date, show: str = "all", after: str = "", most: int = PAGE_LENGTH
) -> MoverPage:
    """Who would move on the local day ``on`` if ``criteria`` were the rule of ``segment``.

    ``show``: all, ``in`` or ``out`` of the segment, or ``pinned``: who stays only because of a pin. ``after`` is the
    place an earlier page gave; one that cannot be read begins anew. Raises ``DryRunTooSlow``.
    """
    choice = build_segment_choice(on=on, drafts={segment.pk: criteria})
    query = _QUERY.format(by_rule=choice.by_rule, joins=choice.joins.replace(PIN_JOIN, ALL_PINS))
    sales, place = _read_place(after)
    params = {
        **choice.params,
        "segment": segment.pk,
        "show": show if show in SHOWS else "all",
        "after_sales": sales,
        "after_id": place,
        "most": most + 1,
    }
    rows = _ask(query, params)
    segments = {one.pk: one for one in Segment.objects.all()}
    movers = [
        Mover(pk, name, country, segments.get(was), segments[becomes], cents, grade)
        for pk, name, country, was, becomes, cents, grade in rows[:most]
    ]
    last = movers[-1] if len(rows) > most else None
    return MoverPage(movers, f"{last.sales_12m_cents or 0}.{last.customer_id}" if last else "")


def explain_movers(movers: Sequence[Mover], criteria: Criteria, *, on: date) -> dict[int, str]:
    """By customer id: the values of the first figures that the rule asks for, as a reader writes them. One query."""
    names = list(dict.fromkeys(condition["metric"] for condition in iterate_conditions(criteria)))
    metrics = [METRICS[name] for name in names if name in METRICS][:MOST_REASONS]
    if not movers or not metrics:
        return {}
    joins = " ".join(dict.fromkeys(metric.join for metric in metrics if metric.join))
    columns = ", ".join(f"({metric.sql})" for metric in metrics)
    sql = f"SELECT c.id, {columns} FROM customers_customer c {joins} WHERE c.id = ANY (%(ids)s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": [mover.customer_id for mover in movers], "today": on})
        rows = cursor.fetchall()
    return {
        pk: "; ".join(
            f"{metric.label}: {show_value(metric, value)}" for metric, value in zip(metrics, values, strict=True)
        )
        for pk, *values in rows
    }


def describe_care_change(was: Segment | None, becomes: Segment) -> str:
    """What becomes different for a customer, in a few words: how often we talk, who owns him, how soon we answer."""
    before = was.cadence_days if was else None
    if becomes.cadence_days and before and becomes.cadence_days != before:
        words = {"days": becomes.cadence_days, "before": before}
        return _("Talk every %(days)s days instead of %(before)s") % words
    if becomes.cadence_days and not before:
        return _("Talk every %(days)s days") % {"days": becomes.cadence_days}
    if before and not becomes.cadence_days:
        return _("Talk when they wish instead of every %(before)s days") % {"before": before}
    if was and becomes.needs_owner and not was.needs_owner:
        return _("An owner is named")
    if was and becomes.answer_hours and becomes.answer_hours != was.answer_hours:
        return _("An answer within %(hours)s working hours") % {"hours": becomes.answer_hours}
    return _("Another set of steps")


def _ask(query: str, params: dict[str, Any]) -> list[Any]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIME_LIMIT_SECONDS}s'")
            cursor.execute(query, params)
            rows = cursor.fetchall()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return rows
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise DryRunTooSlow from error
        raise


def _read_place(after: str) -> tuple[int | None, int | None]:
    sales, _dot, place = after.partition(".")
    try:
        read = (int(sales), int(place))
    except ValueError:
        return None, None
    return read if all(abs(one) < 2**62 for one in read) else (None, None)


@dataclass(frozen=True)
class MoverShown:
    """A mover with the reason in the rule's own figures, and what becomes different for him."""

    mover: Mover
    because: str
    changes: str


def show_movers(movers: Sequence[Mover], criteria: Criteria, *, on: date) -> list[MoverShown]:
    """As a list shows them; one query."""
    reasons = explain_movers(movers, criteria, on=on)
    return [
        MoverShown(mover, reasons.get(mover.customer_id, ""), describe_care_change(mover.was, mover.becomes))
        for mover in movers
    ]
