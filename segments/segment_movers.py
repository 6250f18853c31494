"""Everybody who would move if a rule were published: page by page, or all of them for a file; with the reason.

The same choice as the dry run (``segments.segment_dry_run``); nothing is changed. Who moves is found once, which reads
everybody, and kept for some minutes: further pages, the file and the same question again read only what they show.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.core.metric_catalogue import METRICS
from crm.core.statement_planning import CustomerRange, plan_for_everybody, share_ranges
from customers.models import Customer
from segments.criteria_reading import show_value
from segments.customer_metrics import SCORE
from segments.models import CurrentScore, Pin, Segment
from segments.rules.criteria import Criteria, iterate_conditions
from segments.segment_assignment import ALL_PINS, HELD
from segments.segment_choice import PIN_JOIN, SegmentChoice, build_segment_choice
from segments.segment_dry_run import TIME_LIMIT_SECONDS, DryRunTooSlow, Mover

PAGE_LENGTH = 40
MOST_REASONS = 3
MOST_KEPT = 100_000
KEPT_SECONDS = 300
READ_AT_ONCE = 1_000
SCORED = ("score__sales_12m_cents", "score__grade")
SHOWS = ("all", "in", "out", "pinned")
FIELDS = [("id", "<i8"), ("was", "<i4"), ("becomes", "<i4"), ("sales", "<i8")]

# A pinned customer does not move: he is listed where the rule alone would have him come or go. The OFFSET keeps the
# rules from being worked out once for every time they are named (see the dry run).
_JUDGED = """
SELECT id, was, CASE WHEN %(show)s = 'pinned' THEN ruled ELSE becomes END AS becomes, sales
FROM (
    SELECT *, coalesce(pinned, ruled) AS becomes FROM (
        SELECT c.id, held.segment_id AS was, {by_rule} AS ruled, pin.segment_id AS pinned,
            coalesce(s.sales_12m_cents, 0) AS sales
        FROM customers_customer c
        {joins}
        WHERE c.id NOT IN (SELECT a.id FROM customers_customer a WHERE a.archived_at IS NOT NULL) AND {range}
        OFFSET '0'
    ) asked
) m
WHERE CASE %(show)s
    WHEN 'pinned' THEN pinned = was AND ruled <> pinned AND %(segment)s IN (ruled, was)
    WHEN 'in' THEN was IS DISTINCT FROM becomes AND becomes = %(segment)s
    WHEN 'out' THEN was = %(segment)s AND becomes <> %(segment)s
    ELSE was IS DISTINCT FROM becomes END
"""
_LARGEST = "SELECT id, was, becomes, sales FROM ({judged}) judged ORDER BY sales DESC, id DESC LIMIT %(most)s"


@dataclass(frozen=True)
class MoverPage:
    """Some of the movers, largest sales first, the place behind the last ("" at the end), and how many there are."""

    movers: list[Mover]
    after: str
    total: int


def list_movers(
    segment: Segment,
    criteria: Criteria,
    *,
    on: date,
    show: str = "all",
    after: str = "",
    most: int = PAGE_LENGTH,
    only_kept: bool = False,
) -> MoverPage | None:
    """Who would move on the local day ``on`` if ``criteria`` were the rule of ``segment``; at most 100,000.

    ``show``: all, ``in`` or ``out`` of the segment, or ``pinned``: who stays only because of a pin. ``after`` is the
    place an earlier page gave; one that cannot be read begins anew. With ``only_kept`` None where everybody would have
    to be read for it. Raises ``DryRunTooSlow``.
    """
    choice = build_segment_choice(on=on, drafts={segment.pk: criteria})
    params = {**choice.params, "segment": segment.pk, "show": show if show in SHOWS else "all", "most": MOST_KEPT}
    key = _name_kept(choice, params)
    kept: bytes | None = cache.get(key)
    if kept is None:
        if only_kept:
            return None
        kept = _find_everybody(choice, params)
        cache.set(key, kept, KEPT_SECONDS)
    rows = np.frombuffer(kept, dtype=FIELDS)
    begin = _find_place(rows, after)
    shown = rows[begin : begin + most].tolist()
    more = begin + most < len(rows)
    place = f"{shown[-1][3]}.{shown[-1][0]}" if more else ""
    return MoverPage(_read_movers(shown, segments=choice.segments), place, len(rows))


def _name_kept(choice: SegmentChoice, params: Mapping[str, Any]) -> str:
    """The same rules on the same scores, nobody pinned since."""
    pinned = Pin.objects.aggregate(last=Max("pk"), ended=Max("ended_at"))
    scored = CurrentScore.objects.values_list("run_id", flat=True).first()
    asked = repr((choice.by_rule, choice.joins, sorted(params.items()), pinned, scored))
    return f"movers:{hashlib.sha256(asked.encode()).hexdigest()}"


def _find_everybody(choice: SegmentChoice, params: dict[str, Any]) -> bytes:
    """The rows of ``FIELDS``, largest sales first, packed."""
    joins = choice.joins.replace(PIN_JOIN, ALL_PINS)
    joins = f"{HELD} {joins}" if SCORE in joins else f"{HELD} {SCORE} {joins}"

    def judge(customers: CustomerRange) -> str:
        return _JUDGED.format(by_rule=choice.by_rule, joins=customers.limit(joins), range=customers.condition)

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            plan_for_everybody(cursor, seconds=TIME_LIMIT_SECONDS)
            cursor.execute(_LARGEST.format(judged=share_ranges(cursor, judge)), params)
            rows = [(pk, was or 0, becomes, sales) for pk, was, becomes, sales in cursor.fetchall()]
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise DryRunTooSlow from error
        raise
    return np.array(rows, dtype=FIELDS).tobytes()


def _find_place(rows: np.ndarray, after: str) -> int:
    """How many rows stand up to the place ``after``; 0 for one that cannot be read."""
    sales, place = _read_place(after)
    if sales is None or place is None:
        return 0
    is_behind = (rows["sales"] < sales) | ((rows["sales"] == sales) & (rows["id"] < place))
    return int(np.argmax(is_behind)) if is_behind.any() else len(rows)


def _read_movers(rows: list[tuple[int, int, int, int]], *, segments: Mapping[int, Segment]) -> list[Mover]:
    """What a list shows of each; a query for a thousand. Who was removed meanwhile is left out."""
    shown = []
    for start in range(0, len(rows), READ_AT_ONCE):
        part = rows[start : start + READ_AT_ONCE]
        names = Customer.objects.filter(pk__in=[pk for pk, *_rest in part]).order_by()
        found = {pk: said for pk, *said in names.values_list("pk", "name", "country", *SCORED)}
        for pk, was, becomes, _sales in part:
            if pk in found:
                name, country, sales, grade = found[pk]
                shown.append(Mover(pk, name, country, segments.get(was), segments[becomes], sales, grade or ""))
    return shown


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


def show_movers(movers: Sequence[Mover], segment: Segment, criteria: Criteria, *, on: date) -> list[MoverShown]:
    """As a list shows them; one query. Who moves between two others than ``segment`` does not do so by its rule."""
    by_rule = [mover for mover in movers if segment in (mover.was, mover.becomes)]
    reasons = explain_movers(by_rule, criteria, on=on)
    other = _("Not by this rule: another was published, or the figures changed")
    changes = {mover.customer_id: describe_care_change(mover.was, mover.becomes) for mover in movers}
    said = reasons | {mover.customer_id: other for mover in movers if mover not in by_rule}
    return [MoverShown(mover, said.get(mover.customer_id, ""), changes[mover.customer_id]) for mover in movers]
