"""Scores on their way into the database: COPY into a table of their own, which nobody else can see yet.

The table is created in the transaction that fills it, so its rows are frozen at once and need no later clean-up.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import connection

from crm.core.binary_copy import copy_columns
from segments.models.score import SORTED_COLUMNS, SORTED_IN_SEGMENT
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
    ("segment_number", "i4"),
)
OF_RUN = ("run_id", "as_of")
COLUMN_NAMES = ", ".join(name for name, _kind in SCORE_COLUMNS)
SCORE_INDEXES = (
    *(f"({column}, customer_id)" for column in SORTED_COLUMNS),
    *(f"(segment_number, {column}, customer_id)" for column in SORTED_IN_SEGMENT),
    "(segment_number, grade, customer_id)",
    # Who is at risk has been silent for long: by the smallest risk the order of a segment begins with everybody else.
    "(segment_number, risk, gap_ratio, customer_id) WHERE risk > 0",
    "(risk_rank, customer_id) WHERE risk > 0",
    # The lost have nothing at stake any more: in the order of the stake they would stand behind everybody else.
    "(at_stake_cents, customer_id) WHERE risk = 3",
    # Certainty is asked of those with a rhythm who bought within a year: without them its head are the long gone.
    "(gap_ratio, customer_id) WHERE purchase_days >= 3 AND gap_days < 365",
    "(silent_next, customer_id) WHERE purchase_days >= 3 AND gap_days < 365",
)


# Classes and risks are not spread over the segments by chance: whoever knows only how many are of class B, and how many
# are in a segment that has none of them, expects thousands and walks a million by name to find nobody.
TOLD_TOGETHER = {"class": "segment_number, grade", "risk": "segment_number, risk"}
MOST_COMBINATIONS = 25


def name_run_table(run_id: int) -> str:
    """The partition of ``segments_score`` that holds a run, itself divided by ranges of customers."""
    return f"segments_score_{int(run_id)}"


def name_shard_table(run_id: int, number: int) -> str:
    """The table of one range of customers of a run."""
    return f"segments_score_{int(run_id)}_{int(number)}"


def write_shard(
    parts: Iterable[Columns], *, run_id: int, as_of_day: int, number: int, first_id: int, next_id: int
) -> int:
    """Fill the table of a shard anew, with its primary key; returns its rows. To be called inside a transaction."""
    table = name_shard_table(run_id, number)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TABLE {table} (LIKE segments_score INCLUDING ALL,"
            f" CONSTRAINT of_shard CHECK (run_id = {int(run_id)}"
            f" AND customer_id >= {int(first_id)} AND customer_id < {int(next_id)}))"
            " WITH (autovacuum_enabled = false)"
        )
        evening = np.datetime64(as_of_day, "D")
        # What is the same in all rows is written by the database, which reads a row field by field.
        cursor.execute(
            f"ALTER TABLE {table} ALTER run_id SET DEFAULT {int(run_id)}, ALTER as_of SET DEFAULT '{evening}'::date"
        )
        rows = 0
        for columns in parts:
            values, unknown = lay_out_columns(columns)
            rows += copy_columns(cursor.cursor, table, values, nulls=unknown, freeze=True)
        # The other cores have shards of their own: a process to help with rows that lie in order takes longer to begin.
        cursor.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        cursor.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (customer_id)")
    return rows


def index_shard(run_id: int, number: int) -> None:
    """The indexes by which lists are sorted, and statistics for the planner, whom only lists leave a choice; made once,
    in a transaction."""
    table = name_shard_table(run_id, number)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '32MB'")
        for index in SCORE_INDEXES:
            cursor.execute(f"CREATE INDEX ON {table} {index}")
        for name, together in TOLD_TOGETHER.items():
            cursor.execute(f"CREATE STATISTICS {table}_{name} (mcv) ON {together} FROM {table}")
            cursor.execute(f"ALTER STATISTICS {table}_{name} SET STATISTICS {MOST_COMBINATIONS}")
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(f"ANALYZE {table}")


def lay_out_columns(columns: Columns) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns in the types of the table, but for those of the run, and where their values are unknown."""
    laid_out, unknown = {}, {}
    for name, kind in SCORE_COLUMNS:
        if name in OF_RUN:
            continue
        column = columns[name]
        if isinstance(column, np.ma.MaskedArray):
            unknown[name] = np.ma.getmaskarray(column)
            column = column.filled(0)
        elif kind == "f8":
            unknown[name] = np.isnan(column)
        if kind.startswith("S"):
            laid_out[name] = _to_bytes(column, width=int(kind[1:]))
        else:
            laid_out[name] = column.astype("datetime64[D]" if kind == "date" else kind, copy=False)
    return laid_out, unknown


def _to_bytes(texts: Any, *, width: int) -> Any:
    """Codes of plain letters as fields of bytes, letter by letter for all at once."""
    letters = np.ascontiguousarray(texts, dtype=f"U{width}").view(np.uint32).astype(np.uint8)
    return letters.view(f"S{width}")
