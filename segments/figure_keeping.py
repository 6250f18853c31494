"""Where the figures of a run lie: packed columns in an unlogged table of the run, cut into rows that fill a page each.

They are kept while the run is in force, so that the next night reads anew only who moved. After a crash of the database
the table is empty, which whoever reads it notices by the mark that is gone. Left whole, the database cuts such values
itself, four times as small and with a look-up for each part: half the processor of writing them.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection

from crm.core.binary_copy import SIGNATURE, TRAILER
from crm.core.column_reading import BINARY_HEADER

MARK = -1  # the row by which a table of figures shows that the database has not crashed since
LATE = -2  # the row that says from which run figures may be taken over, and of which customers not
AHEAD = -3  # the row that says of whom a purchase day crosses the edge of a period by the next evening
SEGMENTS = -4  # and below: SEGMENTS - n says where each customer of piece n was when the night was done
PIECES = 4  # of a shard: what is read, worked out and written for one of them is all that a worker holds
PAGE_BYTES = 8_000  # of a value in one row, so that a page of 8,192 bytes holds it beside its head
BLOCK_BYTES = 128 * PAGE_BYTES  # sent at once: a piece laid out whole is 30 MB more for two workers
ROW_HEAD = struct.Struct(">hiiibiii")  # as a binary COPY takes it: fields, and the lengths before number … values


class FiguresLostError(Exception):
    """The frozen figures of a run are gone (the database crashed): the run must be planned anew."""


def name_figures_table(run_id: int) -> str:
    """The table of the figures of a run: for each piece the figures themselves, and what the plan needs of them."""
    return f"segments_figures_{int(run_id)}"


def list_pieces(shard: int) -> range:
    """The numbers of the pieces of a shard, by which its figures are kept."""
    return range(shard * PIECES, (shard + 1) * PIECES)


def make_figures_table(run_id: int, *, about: Mapping[str, Any] | None = None) -> None:
    """Begin the figures of a run with an empty table; ``about`` says how its figures are counted."""
    table = name_figures_table(run_id)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {table} (number integer, is_base boolean, place integer,"
            " packed bytea STORAGE PLAIN NOT NULL, PRIMARY KEY (number, is_base, place))"
            " WITH (autovacuum_enabled = false)"
        )
    write_columns(run_id, MARK, figures={}, about=about)


def drop_figures(run_id: int) -> None:
    """Forget the figures of a run that is no longer in force or was given up."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name_figures_table(run_id)}")


def are_figures_kept(run_id: int) -> bool:
    """Whether the table of a run is there and was not emptied by a crash of the database."""
    table = name_figures_table(run_id)
    with connection.cursor() as cursor:
        # One that another release made has other columns: nothing of it is taken over.
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'packed')", [table]
        )
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE number = {MARK})")
        return bool(cursor.fetchone()[0])


def write_columns(
    run_id: int,
    number: int,
    *,
    figures: Mapping[str, Any],
    base: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Keep two values of a number, named arrays each; ``about`` is told by both."""
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {name_figures_table(run_id)} FROM STDIN (FORMAT binary)") as copy,
    ):
        copy.write(SIGNATURE)
        for is_base, columns in enumerate((figures, base or {})):
            value = b"".join(_pack(columns, about))
            for start in range(0, len(value), BLOCK_BYTES):
                copy.write(b"".join(_cut_into_rows(value, start, number=number, is_base=is_base)))
        copy.write(TRAILER)


def read_figures(run_id: int, *, number: int) -> dict[str, Any]:
    """The frozen figures of a piece as arrays by name, by customer. Raises ``FiguresLostError`` when they are gone."""
    return _read(run_id, number, is_base=False)[0]


def read_base(run_id: int, *, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the plan needs of a piece: arrays by name and what is told beside them. Raises ``FiguresLostError``."""
    return _read(run_id, number, is_base=True)


def read_about(run_id: int, *, number: int = MARK) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What a run keeps that is no piece: its arrays and what it says; ``None`` where there is nothing."""
    try:
        return _read(run_id, number, is_base=False)
    except FiguresLostError:
        return None


def iterate_figures(run_id: int, *, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The frozen figures of all these pieces one after the other, so that no more than one is held at a time."""
    for number in numbers:
        yield read_figures(run_id, number=number)


def _cut_into_rows(value: bytes, start: int, *, number: int, is_base: int) -> Iterator[bytes]:
    """The rows of the block of a value that begins at ``start``, each behind its head."""
    for place in range(start // PAGE_BYTES, (start + BLOCK_BYTES) // PAGE_BYTES):
        part = value[place * PAGE_BYTES : (place + 1) * PAGE_BYTES]
        if part:
            yield ROW_HEAD.pack(4, 4, number, 1, is_base, 4, place, len(part))
            yield part


def _read(run_id: int, number: int, *, is_base: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    query = (
        f"SELECT packed FROM {name_figures_table(run_id)}"
        f" WHERE number = {int(number)} AND is_base = {bool(is_base)} ORDER BY place"
    )
    head = BINARY_HEADER  # goes before the first row; and with each the number of fields and the length of its one
    raw = bytearray()
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        for row in copy:
            raw += row[head + 6 :]
            head = 0
    if not raw:
        raise FiguresLostError(str(run_id))
    return _unpack(memoryview(raw))


def _pack(columns: Mapping[str, Any], about: Mapping[str, Any] | None) -> list[Any]:
    """Pieces of bytes: the length of the head, the head, and the arrays one behind the other.

    Whole numbers travel in as few bytes as all of a column fit into; the head knows what they were.
    """
    arrays = {name: np.ascontiguousarray(_narrow(column)) for name, column in columns.items()}
    shapes = [[name, column.dtype.str, len(column), columns[name].dtype.str] for name, column in arrays.items()]
    head = json.dumps({"about": about or {}, "columns": shapes}).encode()
    return [
        struct.pack(">i", len(head)) + head,
        *(memoryview(column).cast("B") for column in arrays.values() if len(column)),
    ]


def _narrow(column: Any) -> Any:
    if column.dtype.kind == "i" and len(column):
        least, most = column.min(), column.max()
        for kind in (np.int8, np.int16, np.int32):
            limits = np.iinfo(kind)
            if limits.min <= least and most <= limits.max:
                return column.astype(kind, copy=False)
    return column


def _unpack(packed: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Each array copied to a place of its own, where the processor reads it best."""
    (length,) = struct.unpack_from(">i", packed)
    head, place = json.loads(bytes(packed[4 : 4 + length])), 4 + length
    columns = {}
    for name, kind, count, was in head["columns"]:
        narrow = np.frombuffer(packed, dtype=kind, count=count, offset=place)
        columns[name] = narrow.astype(was)
        place += narrow.nbytes
    return columns, head["about"]
