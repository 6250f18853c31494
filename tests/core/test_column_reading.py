"""Columns are read as arrays, and a query that the database stops fails like any other."""

import pytest
from django.db import OperationalError, connection, transaction

from crm.core.column_reading import read_columns

pytestmark = pytest.mark.django_db


def test_the_rows_of_a_query_come_as_one_array():
    rows = read_columns(
        "SELECT n::int AS n, n * 0.5::float8 AS half FROM generate_series(1, 3) n", [("n", "i4"), ("half", "f8")]
    )
    assert rows.tolist() == [(1, 0.5), (2, 1.0), (3, 1.5)]


def test_a_query_that_took_too_long_is_told_apart_from_a_mistake_of_ours():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20")
        with pytest.raises(OperationalError, match="statement timeout"):
            read_columns("SELECT 1::int AS n FROM pg_sleep(5)", [("n", "i4")])
        transaction.set_rollback(True)
