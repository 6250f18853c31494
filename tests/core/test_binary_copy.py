"""Columns arrive in Postgres as they were."""

import numpy as np
import pytest
from django.db import connection

from crm.core import binary_copy
from crm.core.binary_copy import copy_columns, copy_pieces, pack_records

pytestmark = pytest.mark.django_db
TYPES = "a bigint, b integer, c smallint, d double precision, e real, f boolean, g date, h text"


@pytest.fixture
def cursor():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied ({TYPES})")
        yield cursor.cursor


def test_every_type_null_and_text_length_survives(cursor):
    columns = {
        "a": np.array([1, -(2**60), 3], dtype=np.int64),
        "b": np.array([1, 2, -3], dtype=np.int32),
        "c": np.array([1, 2, 3], dtype=np.int16),
        "d": np.array([0.5, -1e300, np.nan]),
        "e": np.array([0.5, 1, 2], dtype=np.float32),
        "f": np.array([True, False, True]),
        "g": np.array(["1997-01-01", "2000-02-29", "2026-11-21"], dtype="datetime64[D]"),
        "h": np.array([b"", b"abc", "é".encode()], dtype="S8"),
    }
    copied = copy_columns(cursor, "copied", columns, nulls={"d": np.array([False, False, True])})
    assert copied == 3
    cursor.execute("SELECT a, b, c, d, e, f, g::text, h FROM copied ORDER BY c")
    assert cursor.fetchall() == [
        (1, 1, 1, 0.5, 0.5, True, "1997-01-01", ""),
        (-(2**60), 2, 2, -1e300, 1.0, False, "2000-02-29", "abc"),
        (3, -3, 3, None, 2.0, True, "2026-11-21", "é"),
    ]


@pytest.mark.parametrize("rows_of_a_shape", [1, 10**9])
def test_rows_come_as_they_were_by_their_shapes_or_all_at_once(cursor, monkeypatch, rows_of_a_shape):
    monkeypatch.setattr(binary_copy, "ROWS_OF_A_SHAPE", rows_of_a_shape)
    rows = binary_copy.CHUNK_ROWS + 1_000
    random = np.random.default_rng(5)
    texts = np.array([b"", b"ab", b"abcde"], dtype="S8")[random.integers(0, 3, rows)]
    numbers, days = random.integers(-(2**40), 2**40, rows), random.integers(0, 20_000, rows)
    unknown = random.random(rows) < 0.4
    columns = {"a": np.arange(rows), "h": texts, "d": numbers / 7, "g": days.astype("datetime64[D]"), "c": days % 5}
    columns["c"] = columns["c"].astype(np.int16)
    assert copy_columns(cursor, "copied", columns, nulls={"d": unknown, "g": unknown, "c": days % 5 == 0}) == rows
    cursor.execute("SELECT a, h, d, g - date '1970-01-01', c FROM copied ORDER BY ctid")
    wanted = [
        (place, text.decode(), None if gone else number / 7, None if gone else day, day % 5 or None)
        for place, (text, number, day, gone) in enumerate(
            zip(texts.tolist(), numbers.tolist(), days.tolist(), unknown.tolist(), strict=True)
        )
    ]
    assert cursor.fetchall() == wanted


def test_no_rows_are_no_rows(cursor):
    assert copy_columns(cursor, "copied", {"a": np.array([], dtype=np.int64)}) == 0


def test_columns_of_different_lengths_and_unknown_types_are_refused(cursor):
    with pytest.raises(ValueError, match="different lengths"):
        copy_columns(cursor, "copied", {"a": np.arange(2), "b": np.arange(3)})
    with pytest.raises(TypeError, match="complex128"):
        copy_columns(cursor, "copied", {"a": np.array([1j])})


def test_rows_keep_their_order_however_many_of_their_fields_are_empty(cursor):
    """More columns that may be empty than a row number has bits, and texts of many lengths."""
    names = [f"c{place}" for place in range(70)]
    cursor.execute(
        f"CREATE TEMPORARY TABLE wide (n integer, t text, {', '.join(f'{name} smallint' for name in names)})"
    )
    random = np.random.default_rng(3)
    rows = 300
    columns = {"n": np.arange(rows, dtype=np.int32), "t": np.array([b"x" * (n % 7) for n in range(rows)], dtype="S6")}
    columns |= {name: random.integers(0, 99, rows).astype(np.int16) for name in names}
    nulls = {name: random.random(rows) < 0.3 for name in names} | {"c5": np.zeros(rows, dtype=np.bool_)}
    copy_columns(cursor, "wide", columns, nulls=nulls)
    cursor.execute("SELECT * FROM wide ORDER BY ctid")
    for n, text, *fields in cursor.fetchall():
        assert text == "x" * (n % 7)
        assert fields == [None if nulls[name][n] else columns[name][n] for name in names]
    assert n == rows - 1


def test_records_of_several_rows_become_a_value_each(cursor):
    records = np.array([(1, 2), (3, 4), (5, 6)], dtype=[("a", ">i2"), ("b", ">i4")])
    packed = pack_records(np.array([7, 8, 9]), counts=np.array([2, 0, 1]), records=records)
    cursor.execute("CREATE TEMPORARY TABLE kept (key bigint, value bytea)")
    assert copy_pieces(cursor, "kept", ("key", "value"), [packed]) == 3
    cursor.execute("SELECT key, encode(value, 'hex') FROM kept ORDER BY ctid")
    assert cursor.fetchall() == [(7, "000100000002000300000004"), (8, ""), (9, "000500000006")]
