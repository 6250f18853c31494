"""The figures a night scores from: gathered once for everybody, frozen for the run, and read again by every shard.

Orders never travel to Python: what travels is the packed history of purchase days (24 bytes a day), a range of
customers as one piece. The tables of a run are unlogged: after a crash of the database they are empty, which whoever
reads them notices by the mark that is gone, and the run is planned anew.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from django.db import connection

from crm.core.binary_copy import SIGNATURE, TRAILER
from crm.core.service_cost_catalogue import SOURCES
from customers.models import CostRate
from segments.rules.abc_classes import GRADES
from segments.rules.customer_scoring import CUSTOMER_FIELDS
from segments.rules.purchase_summary import DAY_RECORD, HandlingRate, summarise_purchases

OF_DAYS = frozenset({CostRate.Work.ORDER, CostRate.Work.FREIGHT})  # counted from the purchase days, read anyway
BINARY_HEADER = 19
SUMMARISED_AT_ONCE = 5_000
PIECE_BYTES = 1 << 20
EPOCH = date(1970, 1, 1)
MARK = -1  # the row by which a table of figures shows that the database has not crashed since
_SENDERS = {"i4": "int4send({})", "i8": "int8send({})", "f8": "float8send({})", "bytes": "{}"}

# The range stands at every table: it does not travel through a join.
HISTORIES = """
SELECT c.id AS customer_id,
       (c.relation = 'contract')::integer AS contract,
       coalesce(length(h.days), 0) AS length,
       coalesce(h.days, ''::bytea) AS days,
       coalesce(served.cents, 0) AS service,
       coalesce(gp.pinned_grade, 0) AS pinned_grade
FROM customers_customer c
LEFT JOIN customers_purchasehistory h ON h.customer_id = c.id AND {history_range}
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, array_position({grades}, grade::text) AS pinned_grade
    FROM segments_pin
    WHERE ended_at IS NULL AND expires_on >= {today} AND grade <> '' AND {pin_range}
    ORDER BY customer_id, id DESC
) gp ON gp.customer_id = c.id
LEFT JOIN (
    SELECT e.customer_id, sum(e.cents)::bigint AS cents
    FROM ({events}) e
    WHERE e.day > {today} - 365 AND e.day <= {today} AND {event_range}
    GROUP BY e.customer_id
) served ON served.customer_id = c.id
WHERE c.archived_at IS NULL AND {customer_range}
ORDER BY c.id
"""
HISTORY_FIELDS = (
    ("customer_id", "i8"),
    ("contract", "i4"),
    ("length", "i4"),
    ("days", "bytes"),
    ("service", "i8"),
    ("pinned_grade", "i4"),
)


class FiguresLostError(Exception):
    """The frozen figures of a run are gone (the database crashed): the run must be planned anew."""


def name_figures_table(run_id: int) -> str:
    """The table in which the figures of a run are frozen until it is finished: one packed value a shard."""
    return f"segments_figures_{int(run_id)}"


def make_figures_table(run_id: int) -> None:
    """Begin the figures of a run with an empty table."""
    table = name_figures_table(run_id)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {table} (number integer PRIMARY KEY, figures bytea STORAGE EXTERNAL NOT NULL)"
            " WITH (autovacuum_enabled = false)"
        )
        cursor.execute(f"INSERT INTO {table} VALUES ({MARK}, '')")


def drop_figures(run_id: int) -> None:
    """Forget the figures of a run that is finished or given up."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name_figures_table(run_id)}")


def are_figures_kept(run_id: int) -> bool:
    """Whether the table of a run is there and was not emptied by a crash of the database."""
    table = name_figures_table(run_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE number = {MARK})")
        return bool(cursor.fetchone()[0])


def freeze_figures(run_id: int, *, number: int, first_id: int, next_id: int, on: date, cuts: Sequence[int] = ()) -> int:
    """Gather the figures of a range of customers as of the evening of ``on``; returns how many customers there are.

    ``cuts`` are ids at which the range is divided, so that the days of fewer customers are held at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # the ranges are what is done side by side
    edges = [int(first_id), *cuts, int(next_id)]
    figures = np.concatenate([_gather_range(low, high, on=on) for low, high in pairwise(edges)])
    table = name_figures_table(run_id)
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {table} (number, figures) FROM STDIN (FORMAT binary)") as copy,
    ):
        raw = memoryview(figures.view(np.uint8))  # type: ignore[arg-type]
        copy.write(SIGNATURE + struct.pack(">hiii", 2, 4, number, len(raw)))
        for start in range(0, len(raw), PIECE_BYTES):
            copy.write(raw[start : start + PIECE_BYTES])
        copy.write(TRAILER)
    return len(figures)


def _gather_range(low: int, high: int, *, on: date) -> Any:
    return _gather(lambda column: f"{column} >= {low} AND {column} < {high}", on=on)


def read_figures(run_id: int, *, number: int) -> Any:
    """The frozen figures of a shard, by customer, as a structured array of ``CUSTOMER_FIELDS``.

    Raises ``FiguresLostError`` when they are gone.
    """
    found = read_packed(
        f"SELECT figures FROM {name_figures_table(run_id)} WHERE number IN ({int(number)}, {MARK})",
        (("figures", "bytes"),),
    )
    if not len(found["figures"]) and not are_figures_kept(run_id):
        raise FiguresLostError(str(run_id))
    return np.frombuffer(found["figures"], dtype=list(CUSTOMER_FIELDS))


def iterate_figures(run_id: int, *, numbers: Sequence[int]) -> Iterator[Any]:
    """The frozen figures of all shards one after the other, so that no more than one is held at a time."""
    for number in numbers:
        yield read_figures(run_id, number=number)


def gather_customer(customer_id: int, *, on: date) -> Any:
    """The figures of one customer as they are now, as of ``on``; an empty array when he is archived or gone."""
    return _gather(lambda column: f"{column} = {int(customer_id)}", on=on)


def _gather(limit: Callable[[str], str], *, on: date) -> Any:
    """Figures of the customers that ``limit`` makes a condition for, given a column of ids."""
    sources = [source.sql for source in SOURCES.values() if not source.of_days]
    nothing = "SELECT NULL::bigint AS customer_id, NULL::date AS day, 0 AS cents"
    query = HISTORIES.format(
        events=" UNION ALL ".join(f"SELECT customer_id, day, cents FROM ({sql}) one" for sql in sources) or nothing,
        today=f"'{on.isoformat()}'::date",
        grades=f"ARRAY[{', '.join(repr(grade) for grade in GRADES)}]",
        history_range=limit("h.customer_id"),
        pin_range=limit("customer_id"),
        event_range=limit("e.customer_id"),
        customer_range=limit("c.id"),
    )
    return _summarise(read_packed(query, HISTORY_FIELDS), on=on)


def _summarise(found: dict[str, Any], *, on: date) -> Any:
    """Some thousand customers at a time, so that their days fit into the memory near the processor."""
    days = np.frombuffer(found["days"], dtype=DAY_RECORD)
    counts = found["length"].astype(np.int64) // DAY_RECORD.itemsize
    ends = np.cumsum(counts)
    rates = _list_handling_rates()
    figures = np.empty(len(counts), dtype=list(CUSTOMER_FIELDS))
    for name in ("customer_id", "contract", "pinned_grade"):
        figures[name] = found[name]
    for start in range(0, len(counts), SUMMARISED_AT_ONCE):
        part = slice(start, start + SUMMARISED_AT_ONCE)
        own_days = days[ends[start] - counts[start] : ends[part][-1]]
        summary = summarise_purchases(counts[part], own_days, as_of_day=(on - EPOCH).days, handling=rates)
        figures["service_12m"][part] = found["service"][part] + summary.handling_12m
        for name, _kind in CUSTOMER_FIELDS:
            if hasattr(summary, name):
                figures[name][part] = getattr(summary, name)
    return figures


def _list_handling_rates() -> list[list[HandlingRate]]:
    """The rates for handling and for sending an order, of each the one that began last first."""
    works: dict[str, list[HandlingRate]] = {}
    for rate in CostRate.objects.filter(work__in=OF_DAYS).order_by("-valid_from"):
        last_day = (rate.valid_to - EPOCH).days if rate.valid_to else None
        works.setdefault(rate.work, []).append(HandlingRate((rate.valid_from - EPOCH).days, last_day, rate.cents_each))
    return list(works.values())


def read_columns(query: str, fields: tuple[tuple[str, str], ...]) -> Any:
    """The rows of a query without nulls, in its order, as a structured array."""
    found = read_packed(query, fields)
    answer = np.empty(len(found[fields[0][0]]), dtype=list(fields))
    for name, _kind in fields:
        answer[name] = found[name]
    return answer


def read_packed(query: str, fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The columns of a query without nulls, in its order: arrays, and values of kind ``bytes`` joined to one piece.

    The database packs each column into one piece, so a single row travels: the driver takes rows one by one, which
    would cost more than all the arithmetic of a night.
    """
    packed = ", ".join(f"string_agg({_SENDERS[kind].format(name)}, ''::bytea)" for name, kind in fields)
    with connection.cursor() as cursor:
        sql = f"COPY (SELECT {packed} FROM ({query}) ordered) TO STDOUT (FORMAT binary)"
        with cursor.copy(sql) as copy:
            raw = bytearray()
            for piece in copy:
                raw += piece
    found: dict[str, Any] = {}
    place = BINARY_HEADER + 2
    for name, kind in fields:
        (length,) = struct.unpack_from(">i", raw, place)
        place, length = place + 4, max(length, 0)
        if kind == "bytes":
            found[name] = memoryview(raw)[place : place + length]
        else:
            found[name] = np.frombuffer(raw, dtype=f">{kind}", count=length // int(kind[1]), offset=place)
        place += length
    return found
