"""Tables of a rollup made new from what is read of the orders, range of customers by range: it is added up here, and
each table is filled by a process of the database of its own, by COPY.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Queue
from threading import Event
from typing import Any

from django.db import connection, transaction

from crm.core.binary_copy import copy_pieces
from customers.rollup_renewing import UNHURRIED, RollupTable, exchange_tables, list_ranges, write_table_sql

# What is copied goes to the disk while more is copied: the commit waits for the rest of it.
WRITING = UNHURRIED | {"backend_flush_after": "1MB"}
PARTS_WAITING = 1  # for each table


class GivenUpError(Exception):
    """Another table could not be filled."""


@dataclass(frozen=True)
class Filling:
    """A table, its columns in the order in which they come, and how a part that was read is packed for it
    (``crm.core.binary_copy``), which asks nothing of the database: that waits for what is packed."""

    table: RollupTable
    columns: tuple[str, ...]
    pack: Callable[[Any], Iterable[memoryview]]


def refill_tables(fillings: tuple[Filling, ...], read: Callable[[str], Any], *, ranges: int, beside: bool) -> list[int]:
    """Fill the tables anew from what ``read(range)`` says of the customers of each range, and exchange them for those
    in use; how many rows each has. As ``renew_tables`` it is called in a transaction that holds a lock.

    With ``beside`` each table is filled on a connection of its own, in one transaction that makes it and copies every
    range into it in their order: so the database spares its log the rows, and nobody has to tidy them later.
    """
    conditions = list_ranges(ranges)
    beside = beside and len(conditions) > 1
    with exchange_tables(tuple(one.table for one in fillings), beside=beside) as fresh:
        return (_fill_beside if beside else _fill_here)(fillings, fresh, map(read, conditions))


def _fill_here(fillings: tuple[Filling, ...], fresh: Mapping[str, str], parts: Iterable[Any]) -> list[int]:
    rows = [0] * len(fillings)
    with connection.cursor() as cursor:
        for names in fresh.items():
            cursor.execute(write_table_sql(*names))
        for part in parts:
            for place, one in enumerate(fillings):
                rows[place] += copy_pieces(cursor.cursor, fresh[one.table.name], one.columns, one.pack(part))
    return rows


def _fill_beside(fillings: tuple[Filling, ...], fresh: Mapping[str, str], parts: Iterable[Any]) -> list[int]:
    """Read here while the tables are filled; where one fails, or the reading, all give up."""
    failed = Event()
    waiting: list[Queue[Any]] = [Queue(PARTS_WAITING) for _one in fillings]
    with ThreadPoolExecutor(len(fillings), thread_name_prefix="fillings") as threads:
        working = [
            threads.submit(_fill, one, fresh[one.table.name], queue, failed)
            for one, queue in zip(fillings, waiting, strict=True)
        ]
        try:
            for part in parts:
                for queue in waiting:
                    queue.put(part)
                if failed.is_set():
                    break
        except BaseException:
            failed.set()
            raise
        finally:
            for queue in waiting:
                queue.put(None)
    for error in (work.exception() for work in working):
        if error is not None and not isinstance(error, GivenUpError):
            raise error
    return [work.result() for work in working]


def _fill(filling: Filling, name: str, queue: "Queue[Any]", failed: Event) -> int:
    parts = iter(queue.get, None)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET LOCAL {setting} = '{value}'" for setting, value in WRITING.items()))
            cursor.execute(write_table_sql(filling.table.name, name))
            pieces = (piece for part in parts for piece in filling.pack(part))
            rows = copy_pieces(cursor.cursor, name, filling.columns, pieces, freeze=True)
            if failed.is_set():
                raise GivenUpError
    except BaseException:
        failed.set()
        for _part in parts:  # so that nobody waits for room
            pass
        raise
    finally:
        connection.close()
    return rows
