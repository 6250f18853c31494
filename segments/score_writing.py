"""Scores on their way into the database: binary COPY into a table of their own, which nobody else can see yet.

The table is created in the transaction that fills it, so its rows are frozen at once and need no later clean-up.
"""

from typing import Any

import numpy as np
from django.db import connection

from segments.rules.customer_scoring import Columns

# The columns of segments_score in their order: name and type; texts are fields of the given number of bytes.
SCORE_COLUMNS = (
    ("run_id", "i8"),
    ("customer_id", "i8"),
    ("as_of", "date"),
    ("note", "S12"),
    ("purchase_days", "i4"),
    ("first_day", "date"),
    ("last_day", "date"),
    ("sales_12m_cents", "i8"),
    ("sales_before_12m_cents", "i8"),
    ("goods_12m_cents", "i8"),
    ("service_12m_cents", "i8"),
    ("contribution_12m_cents", "i8"),
    ("grade", "S2"),
    ("recency_score", "i2"),
    ("frequency_score", "i2"),
    ("money_score", "i2"),
    ("gap_days", "i4"),
    ("mean_gap_days", "f8"),
    ("gap_ratio", "f8"),
    ("surprise", "f8"),
    ("alive", "f8"),
    ("silent_next", "f8"),
    ("fall", "f8"),
    ("expected_orders_12m", "f8"),
    ("value_3y_cents", "i8"),
    ("value_3y_low_cents", "i8"),
    ("value_3y_high_cents", "i8"),
    ("at_stake_cents", "i8"),
    ("risk_rank", "f8"),
    ("risk", "i2"),
)
COLUMN_NAMES = ", ".join(name for name, _kind in SCORE_COLUMNS)
# Every order in which pages list customers by score.
SCORE_INDEXES = (
    "(sales_12m_cents, customer_id)",
    "(at_stake_cents, customer_id) WHERE at_stake_cents > 0",
    "(risk_rank, customer_id) WHERE risk > 0",
)
BINARY_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
BINARY_END = b"\xff\xff"
EPOCH_SHIFT = 10_957  # Postgres counts days from 2000-01-01
CHUNK = 20_000


def name_run_table(run_id: int) -> str:
    """The partition of ``segments_score`` that holds a run, itself divided by ranges of customers."""
    return f"segments_score_{int(run_id)}"


def name_shard_table(run_id: int, number: int) -> str:
    """The table of one range of customers of a run."""
    return f"segments_score_{int(run_id)}_{int(number)}"


def write_shard(columns: Columns, *, run_id: int, as_of_day: int, number: int, first_id: int, next_id: int) -> int:
    """Fill the table of a shard anew, with its keys; returns its rows. To be called inside a transaction."""
    table = name_shard_table(run_id, number)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TABLE {table} (LIKE segments_score INCLUDING ALL,"
            f" CONSTRAINT of_run CHECK (run_id = {int(run_id)}),"
            f" CONSTRAINT in_range CHECK (customer_id >= {int(first_id)} AND customer_id < {int(next_id)}))"
            " WITH (autovacuum_enabled = false)"
        )
        rows = len(columns["customer_id"])
        with cursor.copy(f"COPY {table} ({COLUMN_NAMES}) FROM STDIN (FORMAT binary, FREEZE)") as copy:
            copy.write(BINARY_SIGNATURE)
            for start in range(0, rows, CHUNK):
                part = slice(start, min(start + CHUNK, rows))
                copy.write(pack_rows(columns, part, run_id=run_id, as_of_day=as_of_day))
            copy.write(BINARY_END)
        cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (customer_id)")
        for index in SCORE_INDEXES:
            cursor.execute(f"CREATE INDEX ON {table} {index}")
        cursor.execute("SET LOCAL default_statistics_target = 30")
        cursor.execute(f"ANALYZE {table}")
    return rows


def pack_rows(columns: Columns, part: slice, *, run_id: int, as_of_day: int) -> bytes:
    """Rows in Postgres' binary format. All are laid out at full width; then the bytes that a row does not have (the
    values of nulls, the ends of short texts) are taken out in one go."""
    number = part.stop - part.start
    fields: list[tuple[str, Any]] = [("count", ">i2")]
    for name, kind in SCORE_COLUMNS:
        fields += [(f"{name}_length", ">i4"), (name, _binary_type(kind))]
    rows = np.zeros(number, dtype=fields)
    rows["count"] = len(SCORE_COLUMNS)
    width = rows.dtype.itemsize
    keep = np.ones((number, width), dtype=np.bool_)
    for name, kind in SCORE_COLUMNS:
        values, unknown = _read_column(columns, name, part, run_id=run_id, as_of_day=as_of_day)
        place, size = rows.dtype.fields[name][1], rows.dtype.fields[name][0].itemsize  # type: ignore[index]
        if kind.startswith("S"):
            rows[name] = values.astype(f"S{size}")
            lengths = np.char.str_len(rows[name])
            rows[f"{name}_length"] = lengths
            keep[:, place : place + size] = np.arange(size) < lengths[:, None]
            continue
        rows[name] = np.where(unknown, 0, values) - (EPOCH_SHIFT if kind == "date" else 0)
        rows[f"{name}_length"] = np.where(unknown, -1, size)
        keep[unknown, place : place + size] = False
    return bytes(rows.view(np.uint8).reshape(number, width)[keep])


def _binary_type(kind: str) -> str:
    return kind if kind.startswith("S") else ">i4" if kind == "date" else f">{kind}"


def _read_column(columns: Columns, name: str, part: slice, *, run_id: int, as_of_day: int) -> tuple[Any, Any]:
    """Values of a column and where they are unknown."""
    number = part.stop - part.start
    if name in {"run_id", "as_of"}:
        return np.full(number, run_id if name == "run_id" else as_of_day), np.zeros(number, dtype=np.bool_)
    values = columns[name][part]
    if isinstance(values, np.ma.MaskedArray):
        return values.data, np.ma.getmaskarray(values)
    if values.dtype.kind == "f":
        return values, np.isnan(values)
    return values, np.zeros(number, dtype=np.bool_)
