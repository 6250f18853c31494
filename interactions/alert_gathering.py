"""Who crossed any trigger's line on an evening: one pass over everybody for all of them, kept until the commit.

Of each trigger and person no more are kept than may be told, so that what follows looks at a few. The conditions are
those of ``alert_candidates``; who was told before the pass is left out in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from crm.core.models import Team, User
from crm.core.models.business_setting import setting
from crm.core.statement_planning import CustomerRange, plan_as_usual, plan_for_everybody, share_ranges
from interactions.alert_candidates import (
    GATHERED,
    MEMBERSHIP_JOINS,
    TOLD,
    TriggerQuery,
    build_spared,
    list_segments,
)
from interactions.contact_sparing import spares_contacts, write_spared_contacts
from interactions.rules import alert_conditions as conditions
from segments.models import Trigger

SPARED = 0  # the line of those who are not told because nobody is sent to them: all are kept, to be counted

# A customer once for each line he crossed. Which they are is first a number, a bit for each line: most crossed none or
# one. The OFFSET keeps that number from being worked out once for every time it is named (a bare 0 would keep the
# ranges in one process). They come in the order of customers anyway: said, it is known to those who read them.
_CROSSED = """
SELECT customer_id, team_id,
    CASE WHEN owner_id = ANY (%(active)s::bigint[]) THEN owner_id
        ELSE coalesce((%(managers)s::bigint[])[array_position(%(teams)s::bigint[], team_id)], %(admin)s) END AS person,
    {names}, unnest(CASE bits {alone} ELSE array_remove(ARRAY[{several}], NULL) END) AS line
FROM (
    SELECT c.id AS customer_id, c.owner_id, c.team_id, {values}, {bits} AS bits
    FROM customers_customer c {joins}
    WHERE c.archived_at IS NULL AND {range} ORDER BY c.id OFFSET '0'
) judged
WHERE bits > 0 ORDER BY customer_id
"""
LINES_AT_ONCE = 60  # bits of a number, and one for the spared
# The best of a range by line and person. Arrays, because a window function would keep the ranges in one process.
_BEST_OF_RANGE = """
SELECT line, person, {arrays}
FROM (
    SELECT customer_id, team_id, person, line, CASE line {periods} END AS period, CASE line {ranks} END AS rank
    FROM ({crossed}) crossed
) crossing
WHERE (person IS NOT NULL OR line = {spared}) AND NOT EXISTS (
    SELECT FROM interactions_alert a
    WHERE a.customer_id = crossing.customer_id AND {alerts} AND CASE line {told} ELSE false END)
GROUP BY line, person
"""
_ARRAY = "(array_agg({column} ORDER BY coalesce(rank, 0) DESC, customer_id))[1 : CASE line {limits} END] AS {column}s"
_COLUMNS = ("customer_id", "team_id", "period", "rank")
_BEST = """
SELECT line, person, customer_id, team_id, period, rank
FROM (
    SELECT line, person, one.*, row_number() OVER (
        PARTITION BY line, person ORDER BY coalesce(one.rank, 0) DESC, one.customer_id) AS number
    FROM ({ranges}) best
    CROSS JOIN LATERAL unnest(customer_ids, team_ids, periods, ranks) one (customer_id, team_id, period, rank)
) placed
WHERE number <= CASE line {limits} END
"""


@dataclass(frozen=True)
class Line:
    """What is asked of everybody: the trigger, its query, the triggers that are told before it, itself included, those
    that tell of the same silences, and how many customers of one person may be told of it."""

    trigger: Trigger
    query: TriggerQuery
    urgent_ids: list[int]
    silence_ids: list[int]
    limit: int


def gather_crossings(lines: list[Line], *, on: date, admin_id: int | None) -> None:
    """Keep the best of each line and person on the local day ``on``, and count whose talk is left out that day.

    A person's customers may be told by other triggers before a line's turn comes: its ``limit`` has room for that.
    """
    if not lines:
        write_spared_contacts(on=on, source="SELECT NULL::bigint, NULL::boolean WHERE false")
        return
    overdue = [line.trigger for line in lines if line.trigger.key == conditions.OVERDUE_CONTACT]
    spared = build_spared(on) if overdue and spares_contacts() else None
    segments = list_segments(overdue[0]) if overdue else []
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {GATHERED}")  # of an evening before in the same transaction
        plan_for_everybody(cursor)
        into = f"CREATE TEMP TABLE {GATHERED} ON COMMIT DROP AS"
        for start in range(0, len(lines), LINES_AT_ONCE):
            part = lines[start : start + LINES_AT_ONCE]
            write, params = _write_pass(part, spared=spared, spared_segments=segments, on=on)
            params |= _list_people() | {"admin": admin_id}
            best = _BEST.format(ranges=share_ranges(cursor, write), limits=_write_limits(part))
            cursor.execute(f"{into} {best}", params)
            into, spared = f"INSERT INTO {GATHERED}", None
        plan_as_usual(cursor)
        cursor.execute(f"ANALYZE {GATHERED}")
    left_out = f"SELECT team_id, rank = 1 FROM {GATHERED} WHERE line = {SPARED}"  # noqa: S608 - names of ours
    write_spared_contacts(on=on, source=left_out)


def _list_people() -> dict[str, Any]:
    """Who is there to act: everybody active, and of each team the manager who is told."""
    managers = dict(
        Team.objects.filter(managers__is_active=True).order_by("pk", "-managers").values_list("pk", "managers")
    )
    active = User.objects.filter(is_active=True).values_list("pk", flat=True)
    return {"active": list(active), "teams": list(managers), "managers": list(managers.values())}


def _write_pass(
    lines: Sequence[Line], *, spared: TriggerQuery | None, spared_segments: list[int], on: date
) -> tuple[Any, dict[str, Any]]:
    """The pass over a range of customers as SQL, and its parameters."""
    params: dict[str, Any] = {"today": on, "zone": setting("company.time_zone")}
    asked = [(line.trigger.pk, line.query, list_segments(line.trigger)) for line in lines]
    asked += [] if spared is None else [(SPARED, spared, spared_segments)]
    values: dict[str, str] = {}
    tests, periods, ranks, joins = {}, [], [], dict.fromkeys(MEMBERSHIP_JOINS)
    for number, query, segments in asked:
        params |= query.params
        joins |= dict.fromkeys(query.joins)
        only = f" AND al_m.segment_id = ANY (ARRAY{segments}::bigint[])" if segments else ""
        tests[number] = f"({query.where}){only}"
        for column, value in ((periods, query.period), (ranks, f"({query.first})::float8")):
            column.append(f"WHEN {number} THEN {values.setdefault(value, f'value_{len(values)}')}")
    words = {
        "periods": " ".join(periods),
        "ranks": " ".join(ranks),
        "told": " ".join(_write_told(line, params, on=on) for line in lines),
        "arrays": ", ".join(_ARRAY.format(column=one, limits=_write_limits(lines)) for one in _COLUMNS),
        "spared": SPARED,
    }
    bits = {number: 1 << place for place, number in enumerate(tests)}
    crossing = {
        "names": ", ".join(values.values()),
        "values": ", ".join(f"{value} AS {name}" for value, name in values.items()),
        "bits": " + ".join(f"CASE WHEN {test} THEN {bits[number]} ELSE 0 END" for number, test in tests.items()),
        "alone": " ".join(f"WHEN {bit} THEN ARRAY[{number}]" for number, bit in bits.items()),
        "several": ", ".join(f"CASE WHEN bits & {bit} > 0 THEN {number} END" for number, bit in bits.items()),
    }

    def write(customers: CustomerRange) -> str:
        crossed = _CROSSED.format(joins=customers.limit(" ".join(joins)), range=customers.condition, **crossing)
        alerts = customers.condition.replace("c.id", "a.customer_id")
        return _BEST_OF_RANGE.format(crossed=crossed, alerts=alerts, **words)

    return write, params


def _write_limits(lines: Sequence[Line]) -> str:
    """How many are kept of a line and person."""
    return " ".join(f"WHEN {line.trigger.pk} THEN {line.limit}" for line in lines) + f" WHEN {SPARED} THEN 2147483647"


def _write_told(line: Line, params: dict[str, Any], *, on: date) -> str:
    """Whether the alert ``a`` keeps the line's trigger from telling."""
    trigger = line.trigger
    params[f"cooled_{trigger.pk}"] = on - timedelta(days=trigger.cooldown_days)
    told = TOLD.format(
        trigger=trigger.pk,
        period="crossing.period",
        cooled=f"%(cooled_{trigger.pk})s",
        waits="false" if trigger.criteria else "true",
        urgent=f"ARRAY{line.urgent_ids}",
        silence=f"ARRAY{line.silence_ids}::bigint[]",
    )
    return f"WHEN {trigger.pk} THEN {told}"
