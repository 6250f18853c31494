"""Whole columns into Postgres by binary COPY, without a Python object per value.

A row whose every field has a fixed width is one record of a numpy structured array, and a million rows are one
``tobytes()``: about 12 million rows a second before the server's own work. ``NULL`` is possible per column through a
mask. Rows keep their order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Cursor, sql

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
TRAILER = b"\xff\xff"
POSTGRES_EPOCH = np.datetime64("2000-01-01", "D")
CHUNK_ROWS = 12_500  # what the memory near the processor holds
ROWS_OF_A_SHAPE = 250  # on average, from which on rows are laid out shape by shape
MOST_SHAPES = 1 << 16
MOST_FRAMES = 64  # remembered, of some kilobytes each

Column = npt.NDArray[np.generic]
Wire = tuple[Column, np.dtype[np.generic]]


def copy_columns(
    cursor: Cursor[tuple[object, ...]],
    table: str,
    columns: Mapping[str, Column],
    *,
    nulls: Mapping[str, npt.NDArray[np.bool_]] | None = None,
    freeze: bool = False,
) -> int:
    """Append rows to ``table`` and return how many.

    ``columns`` maps column names to arrays of one length, in the type of the table: int16, int32, int64, float32,
    float64, bool, ``datetime64[D]`` (date), what ``pack_small_numbers`` returns (numeric) or fixed-width bytes ``S``
    (text, padded with NUL at the end, which is cut off).
    ``nulls`` marks rows whose value is NULL.
    ``freeze`` is for a table made in the same transaction. Raises ``TypeError`` for another dtype and ``ValueError``
    when lengths differ.
    """
    pieces = pack_columns(columns, nulls=nulls)
    return copy_pieces(cursor, table, tuple(columns), pieces, freeze=freeze)


def copy_pieces(
    cursor: Cursor[tuple[object, ...]],
    table: str,
    columns: Iterable[str],
    pieces: Iterable[memoryview],
    *,
    freeze: bool = False,
) -> int:
    """Append to ``table`` the rows of ``pieces``, packed by one of the functions below, and return how many."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY{})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", FREEZE") if freeze else sql.SQL(""),
    )
    with cursor.copy(statement) as copy:
        copy.write(SIGNATURE)
        for piece in pieces:
            copy.write(piece)
        copy.write(TRAILER)
    return cursor.rowcount


def pack_columns(
    columns: Mapping[str, Column], *, nulls: Mapping[str, npt.NDArray[np.bool_]] | None = None
) -> Iterator[memoryview]:
    """The rows of these columns, as ``copy_columns`` takes them, some thousand at a time."""
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    lengths = {len(values) for values in arrays.values()}
    if len(lengths) != 1:
        raise ValueError("Columns of different lengths.")
    parts = [slice(start, start + CHUNK_ROWS) for start in range(0, lengths.pop(), CHUNK_ROWS)]
    return (
        _pack(
            {name: values[part] for name, values in arrays.items()},
            {name: mask[part] for name, mask in (nulls or {}).items()},
        )
        for part in parts
    )


def pack_records(
    keys: npt.NDArray[np.int64], *, counts: npt.NDArray[np.int64], records: npt.NDArray[np.void]
) -> memoryview:
    """Rows of two columns: a bigint of ``keys``, and a bytea that holds as many of the ``records`` as ``counts`` says,
    those of one row behind those of the row before."""
    header = np.empty(len(keys), dtype=[("fields", ">i2"), ("n0", ">i4"), ("key", ">i8"), ("n1", ">i4")])
    each, head = records.dtype.itemsize, header.dtype.itemsize
    header["fields"], header["n0"], header["key"], header["n1"] = 2, 8, keys, counts * each
    before = np.cumsum(counts) - counts  # records of the rows before
    laid_out = np.empty(len(keys) * head + len(records) * each, dtype=np.uint8)
    _put(laid_out, np.arange(len(keys)) * head + before * each, header)
    rows = np.repeat(np.arange(1, len(keys) + 1), counts)
    _put(laid_out, rows * head + np.arange(len(records)) * each, records)
    return laid_out.data


def pack_small_numbers(values: Column) -> Column:
    """Whole numbers from 1 to 9,999 for a column of type numeric: one digit of the four-digit kind Postgres counts in.

    Raises ``ValueError`` for others.
    """
    if len(values) and (values.min() < 1 or values.max() > 9_999):
        raise ValueError("Only whole numbers from 1 to 9,999.")
    fields = [("digits", ">i2"), ("weight", ">i2"), ("sign", ">i2"), ("scale", ">i2"), ("digit", ">i2")]
    packed = np.zeros(len(values), dtype=fields)
    packed["digits"], packed["digit"] = 1, values
    return packed.view("V10")


def _put(laid_out: npt.NDArray[np.uint8], places: npt.NDArray[np.int64], blocks: npt.NDArray[np.void]) -> None:
    """Each block to its place, at any byte: a view that has a block for each byte."""
    if len(blocks):
        size = blocks.dtype.itemsize
        anywhere = np.ndarray(len(laid_out) - size + 1, dtype=f"V{size}", buffer=laid_out, strides=(1,))
        anywhere[places] = blocks.view(f"V{size}")


def _pack(columns: Mapping[str, Column], nulls: Mapping[str, npt.NDArray[np.bool_]]) -> memoryview:
    """The rows in their order, by the shapes they have: which fields are empty, and how long each text is."""
    wires = {name: _wire(column) for name, column in columns.items()}
    empty = {name: mask for name, mask in nulls.items() if mask.any()}
    lengths = {
        name: np.char.str_len(column.astype(np.bytes_, copy=False))
        for name, (column, kind) in wires.items()
        if kind.kind == "S"
    }
    shape, examples = _number_shapes(len(next(iter(wires.values()))[0]), empty, lengths)
    sizes = np.empty((len(wires), len(examples)), dtype=np.int64)
    for line, (name, (_column, kind)) in zip(sizes, wires.items(), strict=True):
        line[:] = lengths[name][examples] if name in lengths else kind.itemsize
        if name in empty:
            line[empty[name][examples]] = -1
    alike = not empty and not lengths  # nothing is too much then
    few = not alike and len(examples) * ROWS_OF_A_SHAPE <= len(shape)
    return (_lay_out_by_shape if few else _lay_out_at_once)(list(wires.values()), sizes, shape)


def _lay_out_by_shape(wires: Sequence[Wire], sizes: npt.NDArray[np.int64], shape: npt.NDArray[np.int64]) -> memoryview:
    """All rows of a shape side by side without a byte too much, and then each to its place among the others."""
    order = np.argsort(shape.astype(np.min_scalar_type(sizes.shape[1])), kind="stable")
    columns = [column.take(order) for column, _kind in wires]
    bytes_each = 2 + 4 * len(wires) + np.maximum(sizes, 0).sum(axis=0)
    of_rows = bytes_each.take(shape)
    ends = np.cumsum(of_rows)
    places = (ends - of_rows).take(order)
    laid_out = np.empty(int(ends[-1]), dtype=np.uint8)
    kinds = tuple(kind for _column, kind in wires)
    stops = np.cumsum(np.bincount(shape, minlength=sizes.shape[1]))
    for start, stop, needed, size in zip([0, *stops], stops, bytes_each, sizes.T, strict=False):
        kept = [index for index in range(len(wires)) if size[index] > 0]
        frame = _frame(kinds, tuple(size.tolist()))
        block = np.empty(stop - start, dtype=frame.dtype)
        block.view(np.uint8).reshape(-1, needed)[:] = frame.view(np.uint8)
        for index in kept:
            block[f"v{index}"] = columns[index][start:stop]
        _put(laid_out, places[start:stop], block)
    return laid_out.data


@lru_cache(maxsize=MOST_FRAMES)
def _frame(kinds: tuple[np.dtype[np.generic], ...], size: tuple[int, ...]) -> npt.NDArray[np.void]:
    """A row of a shape without its values: how many fields it has, and how long each is. Thousands of rows come in the
    same few shapes, and to describe one to numpy takes as long as to lay out a hundred of it."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for index, kind in enumerate(kinds):
        layout.append((f"n{index}", ">i4"))
        if size[index] > 0:
            layout.append((f"v{index}", f"S{size[index]}" if kind.kind == "S" else kind.str))
    frame = np.zeros(1, dtype=layout)
    frame["fields"] = len(kinds)
    for index, length in enumerate(size):
        frame[f"n{index}"] = length
    return frame


def _lay_out_at_once(wires: Sequence[Wire], sizes: npt.NDArray[np.int64], shape: npt.NDArray[np.int64]) -> memoryview:
    """All rows as if no field were empty and every text as long as can be; what is too much is then left out, by one
    mask for all rows of a shape."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for index, (_column, kind) in enumerate(wires):
        layout += [(f"n{index}", ">i4"), (f"v{index}", kind.str)]
    shapes = np.zeros(sizes.shape[1], dtype=layout)
    shapes["fields"] = len(wires)
    kept = np.ones((len(shapes), shapes.dtype.itemsize), dtype=np.bool_)
    for index, (size, (_column, kind)) in enumerate(zip(sizes, wires, strict=True)):
        shapes[f"n{index}"] = size
        place = shapes.dtype.fields[f"v{index}"][1]  # type: ignore[index]
        kept[:, place : place + kind.itemsize] = np.arange(kind.itemsize) < size[:, None]
    rows = shapes.take(shape)
    for index, (column, _kind) in enumerate(wires):
        rows[f"v{index}"] = column
    laid_out = rows.view(np.uint8)
    return (laid_out if kept.all() else laid_out[kept.take(shape, axis=0).ravel()]).data


def _number_shapes(
    rows: int, empty: Mapping[str, npt.NDArray[np.bool_]], lengths: Mapping[str, npt.NDArray[np.int_]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A number from 0 for each row, and an example of each; rows with the same number need the same bytes a field."""
    shape, numbers, before = np.zeros(rows, dtype=np.int64), 1, None
    parts: list[tuple[npt.NDArray[np.integer[Any]], int]] = [(mask.view(np.uint8), 2) for mask in empty.values()]
    parts += [(length, int(length.max(initial=0)) + 1) for length in lengths.values()]
    for part, possible in parts:
        if before is not None and np.array_equal(part, before):
            continue  # what is known together is empty together
        if numbers * possible > MOST_SHAPES:
            found, shape = np.unique(shape, return_inverse=True)
            numbers = len(found)
        shape = shape * possible + part
        numbers *= possible
        before = part
    examples = np.full(numbers, -1)
    examples[shape] = np.arange(rows)
    used = examples >= 0
    return (np.cumsum(used) - 1)[shape], examples[used]


def _wire(values: Column) -> Wire:
    """The column, and how Postgres reads it: big-endian, dates as days since 2000."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "M":
        return (values.astype("datetime64[D]") - POSTGRES_EPOCH).astype(np.int32), np.dtype(">i4")
    if kind == "b":
        return values, np.dtype("u1")
    if kind == "S":
        return values, values.dtype
    if kind == "V":
        return values, values.dtype
    if (kind == "i" and size in {2, 4, 8}) or (kind == "f" and size in {4, 8}):
        return values, np.dtype(f">{kind}{size}")
    raise TypeError(f"No binary form for {values.dtype}.")
