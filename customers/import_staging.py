"""Where rows of a file wait before they become records: unlogged tables of one import, filled by COPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import OperationalError, connection, transaction

from crm.core.late_imports import numpy as np
from crm.core.late_imports import pandas as pd
from crm.core.models import User
from customers.models import Customer
from customers.writing_turn import one_writer as one_writer


class Stage:
    """The tables of one import: ``rows`` as read, ``lines`` as checked, ``records`` as written, ``rejected``."""

    def __init__(self, import_id: int, *, on_trial: bool = False) -> None:
        """``on_trial`` for a look through the file, whose tables are never those of its writing."""
        prefix = f"import_{int(import_id)}" + ("_trial" if on_trial else "")
        self.rows, self.lines, self.records = f"{prefix}_rows", f"{prefix}_lines", f"{prefix}_records"
        self.rejected = f"{prefix}_rejected"
        self.on_trial = on_trial

    def create(self, columns: Mapping[str, str]) -> None:
        """Start empty; ``columns`` of ``rows`` by name and SQL type."""
        self.drop()
        spec = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        run_sql(f"CREATE UNLOGGED TABLE {self.rows} (row bigint, {spec})")
        run_sql(f"CREATE UNLOGGED TABLE {self.rejected} (row bigint, field text, code text, value text, number text)")

    def drop(self) -> None:
        """Remove whatever is there."""
        run_sql(f"DROP TABLE IF EXISTS {self.rows}, {self.lines}, {self.rejected} CASCADE")  # with a view of ``lines``
        run_sql(f"DROP TABLE IF EXISTS {self.records}")

    def holds(self, rows: int) -> bool:
        """Whether the tables hold what the checkpoint says: a database that crashed empties unlogged tables."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s), to_regclass(%s)", [self.rows, self.rejected])
            if None in cursor.fetchone():
                return False
            cursor.execute(
                f"SELECT (SELECT count(*) FROM {self.rows})"  # noqa: S608 - names of our own making
                f" + (SELECT count(DISTINCT row) FROM {self.rejected})"
            )
            return bool(cursor.fetchone()[0] == rows)

    def reject(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Reject lines: ``sql`` selects (row, field, code, value, number) of ``lines``. How many went."""
        if not run_sql(f"INSERT INTO {self.rejected} {sql}", params):
            return 0
        return run_sql(f"DELETE FROM {self.lines} l USING {self.rejected} r WHERE r.row = l.row")  # noqa: S608

    def reject_repeated(self, *, field: str, code: str, key: str, number: str = "number") -> None:
        """Of the lines alike in ``key`` (SQL) keep the file's first; the others are told its row under ``field``."""
        self.reject(f"""
            SELECT row, '{field}', '{code}', first_row::text, number FROM (
                SELECT row, {number} AS number, first_value(row) OVER (PARTITION BY {key} ORDER BY row) AS first_row
                FROM {self.lines}) l WHERE row <> first_row""")  # noqa: S608

    def reject_absent(self, *, field: str, found: str, value: str, number: str = "number") -> None:
        """Reject, under ``field``, the lines whose column ``found`` names no record: nothing new is wanted."""
        self.reject(f"SELECT row, '{field}', 'not_here', {value}, {number} FROM {self.lines} WHERE {found} IS NULL")  # noqa: S608

    def keep_as_records(self, *, told: Sequence[str]) -> int:
        """``records`` are the ``lines`` that are left, as they are: their ``id`` is the row; the last of them.

        ``told`` are the columns by which they are looked for: only of these the database learns what they hold.
        """
        run_sql(f"DROP TABLE IF EXISTS {self.records}")
        run_sql(f"ALTER TABLE {self.lines} RENAME TO {self.records}")
        run_sql(f"ALTER TABLE {self.records} RENAME COLUMN row TO id")
        run_sql(f"ALTER TABLE {self.records} ADD PRIMARY KEY (id)")
        self.learn(self.records, told=["id", *told])
        return self.last_record()

    def last_record(self) -> int:
        """The ``id`` of the last of the ``records``, 0 if there is none."""
        return int(fetch_row(f"SELECT coalesce(max(id), 0) FROM {self.records}")[0])  # noqa: S608

    def learn(self, table: str, *, told: Sequence[str]) -> None:
        """Have the database learn what the columns ``told`` of a table hold, from 3,000 of its rows.

        From the usual 30,000 it took a sixth of a second, as long as writing thousands of rows.
        """
        run_sql("SET LOCAL default_statistics_target = 10")
        run_sql(f"ANALYZE {table} ({', '.join(told)})")
        run_sql("SET LOCAL default_statistics_target = DEFAULT")

    def new_id_sql(self, table: str, *, where: str) -> str:
        """SQL of an id for a new row of ``table``, for lines ``where`` one is made; on trial none is taken.

        Ids taken before the writing go to it in a row: two who write side by side would else take turns, and wait for
        each other at the end of every index that goes by id.
        """
        if self.on_trial:
            return "NULL::bigint"
        sequence = fetch_row("SELECT pg_get_serial_sequence(%s, 'id')", [table])[0]
        return f"CASE WHEN {where} THEN nextval('{sequence}') END"

    def reserve_ids(self, table: str, *, rows: int) -> int | None:
        """Take ``rows`` ids of ``table`` at once, those behind the number that is returned; one by one they cost a
        quarter of what preparing a row does.

        For that moment nobody may take one: each who adds a row holds the table before he asks for its id. Where
        somebody is adding rows right now nobody waits for him, and nothing is taken: None. On trial nothing is.
        """
        if self.on_trial:
            return None
        before: int | None = None
        point = transaction.savepoint()
        try:
            run_sql(f"LOCK TABLE {table} IN SHARE MODE NOWAIT")
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            before = int(fetch_row(f"SELECT setval({sequence}, nextval({sequence}) + %s) - %s", [rows, rows])[0])
        except OperationalError:
            pass
        transaction.savepoint_rollback(point)  # gives the table back; what a sequence gave is never taken back
        return before

    def make_records(self) -> int:
        """``records`` from the ``lines`` that are left, numbered from 1 in the order of the file; how many."""
        run_sql(f"DROP TABLE IF EXISTS {self.records}")
        numbered = f"SELECT row_number() OVER (ORDER BY row) AS id, * FROM {self.lines} ORDER BY row"  # noqa: S608
        run_sql(f"CREATE UNLOGGED TABLE {self.records} AS {numbered}")
        run_sql(f"ALTER TABLE {self.records} ADD PRIMARY KEY (id)")
        run_sql(f"ANALYZE {self.records}")
        return int(fetch_row(f"SELECT count(*) FROM {self.records}")[0])  # noqa: S608


def visible_ids(user: User) -> tuple[str, tuple[Any, ...]] | None:
    """SQL of the ids of the customers that ``user`` may see; ``None`` when he sees all."""
    seen = Customer.objects.visible_to(user).order_by()
    if not seen.query.has_filters():
        return None
    sql, params = seen.values("pk").query.sql_with_params()
    return sql, tuple(params)


def run_sql(sql: str, params: Sequence[Any] = ()) -> int:
    """Execute; the number of rows touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return int(cursor.rowcount)


def fetch_row(sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The only row of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params) or None)
        return tuple(cursor.fetchone())


def copy_frame(table: str, frame: pd.DataFrame) -> None:
    """COPY the frame into the columns of the same names; None and an empty text are NULL."""
    if frame.empty:
        return
    names = ", ".join(frame.columns)
    columns = [frame[name].to_numpy(dtype=object).tolist() for name in frame]
    text, kind = _lay_out_plainly(columns), "text"
    if text is None:
        text, kind = _lay_out_quoted(columns), "csv"
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT {kind})") as copy:
        copy.write(text)


def _lay_out_plainly(columns: Sequence[list[Any]]) -> str | None:
    """Rows with tabs between their cells, in a quarter of the time; None where a cell holds a sign of that form."""
    empty, rows, steps = 0, len(columns[0]), 2 * len(columns)
    cells = ["\t"] * (steps * rows)
    for place, values in enumerate(columns):
        kinds = set(map(type, values))
        if kinds == {int}:
            values = list(map(str, values))
        elif kinds != {str} or "" in values:
            values = _without_gaps(values, kinds)
            empty += values.count(None) + values.count("")
            values = ["\\N" if value is None or value == "" else str(value) for value in values]
        cells[2 * place :: steps] = values
    cells[steps - 1 :: steps] = ["\n"] * rows
    text = "".join(cells)
    plain = text.count("\t") == rows * (len(columns) - 1) and text.count("\n") == rows
    return text if plain and text.count("\\") == empty and "\r" not in text else None


def _without_gaps(values: list[Any], kinds: set[type]) -> list[Any]:
    """None where pandas says that there is no value; texts and whole numbers need not be asked."""
    if kinds <= {str, int, type(None)}:
        return values
    column = pd.Series(values, dtype=object)
    return list(np.where(pd.isna(column), None, column))


def _lay_out_quoted(columns: Sequence[list[Any]]) -> str:
    with io.StringIO() as written:
        whole = [_without_gaps(values, set(map(type, values))) for values in columns]
        csv.writer(written, lineterminator="\r\n").writerows(zip(*whole, strict=True))
        return written.getvalue()
