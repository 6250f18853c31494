"""Where serving a customer costs something: every app that causes work declares its events, and they are summed here.

An event is one piece of work on one local day: how many pieces, minutes, and cents at the rate that was valid that
day. The value statement, the allocation of a period's pool and the effect of a decision all read the same events; the
``service_cost_…`` metrics of the same apps are their sums over twelve months, for everybody at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

Period = tuple[date, date]  # first and last day, both included


@dataclass(frozen=True)
class ServiceEvents:
    """``sql`` selects ``customer_id, work, day, pieces, minutes, cents``: ``work`` is a text, ``minutes`` 0 where
    nobody counts them. ``works`` are the works that can occur. ``of_days``: one piece for each order of a purchase day
    at the rate of that day, so the night, which reads these days anyway, counts it itself. ``of_year`` may select
    ``customer_id, cents`` of the events of the 365 days up to ``{today}``, where that is quicker for everybody.

    With ``moved``, which selects the ``customer_id`` of events that came into these 365 days or left them since the
    evening ``{before}``, a night takes over what the one before added up: then whoever writes an event must note its
    customer in ``customers_rewrittenhistory``, as a trigger does, and nothing else may decide what it costs but cost
    rates and the company's time zone."""

    name: str
    works: tuple[str, ...]
    sql: str
    of_days: bool = False
    of_year: str = ""
    moved: str = ""


@dataclass(frozen=True)
class ServiceCost:
    """What one kind of work for one customer came to in one period (its place in the list that was asked for)."""

    customer_id: int
    period: int
    work: str
    pieces: int
    minutes: int
    cents: int


SOURCES: dict[str, ServiceEvents] = {}


def register_service_events(*sources: ServiceEvents) -> None:
    """Add to the catalogue; the same name with another meaning raises ``ValueError``."""
    for source in sources:
        if SOURCES.get(source.name, source) != source:
            raise ValueError(f"The service events {source.name} are declared twice.")
        SOURCES[source.name] = source


def read_service_costs(customer_ids: Iterable[int], *, periods: Sequence[Period]) -> list[ServiceCost]:
    """Sums by customer, period and work, in one query; periods must not overlap."""
    ids = list(customer_ids)
    if not ids or not periods:
        return []
    return [ServiceCost(*row) for row in _run(periods, "e.customer_id = ANY(%(ids)s)", {"ids": ids})]


def read_service_costs_around(days: Mapping[int, date], *, before_days: int, until: date) -> list[ServiceCost]:
    """What serving each customer cost before and since a day of his own (id → day), by work, in one query.

    Period 0 are the ``before_days`` before that day, period 1 runs from the day to ``until``.
    """
    if not days:
        return []
    values: dict[str, Any] = {"ids": list(days), "turns": list(days.values()), "before": before_days, "until": until}
    sql = f"""
        SELECT e.customer_id, (e.day >= turn.day)::integer AS period, e.work,
               sum(e.pieces)::bigint, sum(e.minutes)::bigint, sum(e.cents)::bigint
        FROM unnest(%(ids)s::bigint[], %(turns)s::date[]) AS turn(customer_id, day)
        JOIN ({_write_events()}) e ON e.customer_id = turn.customer_id
        WHERE e.customer_id = ANY(%(ids)s) AND e.day >= turn.day - %(before)s AND e.day <= %(until)s
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [ServiceCost(*row) for row in cursor.fetchall()]


def _write_events(sources: Sequence[ServiceEvents] | None = None) -> str:
    return " UNION ALL ".join(f"({source.sql})" for source in (sources or list(SOURCES.values())))


def read_work_drivers(work: str, *, period: Period) -> list[ServiceCost]:
    """What caused one kind of work in a period, for every customer who caused any, by customer id."""
    sources = [source for source in SOURCES.values() if work in source.works]
    if not sources:
        return []
    return [ServiceCost(*row) for row in _run([period], "e.work = %(work)s", {"work": work}, sources=sources)]


def _run(
    periods: Sequence[Period],
    condition: str,
    values: dict[str, Any],
    *,
    sources: Sequence[ServiceEvents] | None = None,
) -> list[tuple[Any, ...]]:
    """Rows of sums; the text is put together from the catalogue alone, days and ids travel as values."""
    cases, params = [], dict(values)
    for place, (first, last) in enumerate(periods):
        params |= {f"first{place}": first, f"last{place}": last}
        cases.append(f"WHEN e.day BETWEEN %(first{place})s AND %(last{place})s THEN {place}")
    params |= {"earliest": min(first for first, _last in periods), "latest": max(last for _first, last in periods)}
    sql = f"""
        SELECT * FROM (
            SELECT e.customer_id, CASE {" ".join(cases)} END AS period, e.work,
                   sum(e.pieces)::bigint, sum(e.minutes)::bigint, sum(e.cents)::bigint
            FROM ({_write_events(sources)}) e
            WHERE {condition} AND e.day BETWEEN %(earliest)s AND %(latest)s
            GROUP BY 1, 2, 3
        ) sums WHERE period IS NOT NULL ORDER BY 1, 2, 3"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()  # type: ignore[no-any-return]
