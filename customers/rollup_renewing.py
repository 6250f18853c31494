"""Tables of rollups made new from the orders beside those in use, and exchanged with them at the end.

Ranges of customers are worked out by two processes of the database, each range one statement that fills all the tables,
so that a range is added up while it is at hand (``rollup_copying`` is the other way); then the indexes are made, two at
a time. Readers see the old tables until the commit. What a killed process leaves behind is tables of names that never
come again; the next one removes them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import starmap

from django.db import connection

from crm.core.statement_running import run_statements

LEAST_RANGE = 10_000  # customers; fewer are worked out before a second process has started
# No range waits for the disk: the exchange does, and what was committed before it is kept with it.
UNHURRIED = {"synchronous_commit": "off"}
FILLING = UNHURRIED | {"work_mem": "128MB", "enable_hashagg": "off", "max_parallel_workers_per_gather": "0"}
# Sorted in what the memory near the processor holds: with eight times as much it takes a quarter longer.
INDEXING = UNHURRIED | {"maintenance_work_mem": "16MB", "max_parallel_maintenance_workers": "0"}

Write = Callable[[Mapping[str, str], str], str]


@dataclass(frozen=True)
class RollupTable:
    """A table of a rollup: its primary key, if it has one, by the columns; its other indexes by name."""

    name: str
    key: str = ""
    indexes: tuple[tuple[str, str], ...] = ()


def renew_tables(tables: tuple[RollupTable, ...], write: Write, *, ranges: int, beside: bool) -> int:
    """Fill ``tables`` anew and exchange them for those in use; how many rows the statements met.

    ``write(fresh, range)`` is the statement that fills the fresh tables, given their names by those in use, for the
    customers of one of the ``ranges``: a condition for the column customer_id. The more ranges there are, the more
    nearly the rows lie in the order of customers though two are written side by side. With ``beside`` two processes
    work at it on connections of their own, which see nothing of this transaction. To be called in a transaction that
    holds a lock, so that the tables are renewed by one at a time.
    """
    conditions = list_ranges(ranges)
    beside = beside and len(conditions) > 1
    with exchange_tables(tables, beside=beside) as fresh:
        run_statements(starmap(write_table_sql, fresh.items()), beside=beside, settings={})
        return run_statements([write(fresh, one) for one in conditions], beside=beside, settings=FILLING)


@contextmanager
def exchange_tables(tables: tuple[RollupTable, ...], *, beside: bool) -> Iterator[dict[str, str]]:
    """The names of the fresh tables by those in use: the block makes and fills them, then they are indexed and take the
    place of those."""
    fresh = {table.name: f"{table.name}_fresh_{_name_transaction()}" for table in tables}
    run_statements(_drop_left_behind(tables), beside=beside, settings={})
    try:
        yield fresh
        run_statements(_index(tables, fresh), beside=beside, settings=INDEXING)
    except Exception:
        if beside:
            run_statements([f"DROP TABLE IF EXISTS {name}" for name in fresh.values()], beside=True, settings={})
        raise
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _exchange(table, fresh[table.name]):
                cursor.execute(statement)


def _name_transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return int(cursor.fetchone()[0])


def list_ranges(number: int) -> list[str]:
    """Conditions for the column customer_id that make up everybody, of about as many customers each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS customers"
            " FROM customers_customer) placed"
            " WHERE place < customers AND place %% greatest(%s, (customers + %s) / %s) = 0 ORDER BY id",
            [LEAST_RANGE, number - 1, number],
        )
        edges = [edge for (edge,) in cursor.fetchall()]
    return [
        f"customer_id > {low} AND customer_id <= {high}"
        for low, high in zip([-1, *edges], [*edges, 2**62], strict=True)
    ]


def write_table_sql(name: str, fresh: str) -> str:
    """The statement that makes the table ``fresh`` like the one of that name."""
    return f"CREATE TABLE {fresh} (LIKE {name} INCLUDING DEFAULTS INCLUDING STORAGE)"


def _drop_left_behind(tables: tuple[RollupTable, ...]) -> list[str]:
    """Whoever made these holds the lock no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname ~ ANY (%s)",
            [[f"^{table.name}_fresh(_[0-9]+)?$" for table in tables]],
        )
        return [f"DROP TABLE IF EXISTS {name}" for (name,) in cursor.fetchall()]


def _index(tables: tuple[RollupTable, ...], fresh: Mapping[str, str]) -> list[str]:
    """The longest first; statistics last, because they wait for the indexes of their table."""
    keys = [
        f"CREATE UNIQUE INDEX {fresh[table.name]}_key ON {fresh[table.name]} {table.key}"
        for table in tables
        if table.key
    ]
    others = [
        f"CREATE INDEX {fresh[table.name]}_{place} ON {fresh[table.name]} {columns}"
        for table in tables
        for place, (_name, columns) in enumerate(table.indexes)
    ]
    return [*others, *keys, *(f"ANALYZE {fresh[table.name]}" for table in reversed(tables))]


def _exchange(table: RollupTable, fresh: str) -> list[str]:
    """The names of everything are as before: migrations know them."""
    statements = [f"DROP TABLE {table.name}", f"ALTER TABLE {fresh} RENAME TO {table.name}"]
    if table.key:
        statements.append(
            f"ALTER TABLE {table.name} ADD CONSTRAINT {table.name}_pkey PRIMARY KEY USING INDEX {fresh}_key"
        )
    return statements + [
        f"ALTER INDEX {fresh}_{place} RENAME TO {name}" for place, (name, _columns) in enumerate(table.indexes)
    ]
