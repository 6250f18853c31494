"""What a cell holds is what the stage holds, whatever signs are in it."""

from decimal import Decimal

import pandas as pd
import psycopg
import pytest
from django.db import connection, transaction

from customers.import_staging import Stage, copy_frame, run_sql

pytestmark = pytest.mark.django_db

AWKWARD = ["a\tb", "back\\slash", "\\N", "two\nlines", "re\rturn", 'quo"te', "com,ma", "\\.", "Zażółć 🐟", " space "]


def _stage(rows):
    run_sql("CREATE TEMP TABLE staged (row bigint, name text, amount numeric) ON COMMIT DROP")
    copy_frame("staged", pd.DataFrame(rows, columns=["row", "name", "amount"], dtype=object))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM staged ORDER BY row")
        return cursor.fetchall()


@pytest.mark.parametrize("text", AWKWARD)
def test_every_sign_arrives_beside_plain_cells_and_empty_ones(text):
    rows = [(1, "plain", Decimal("1.50")), (2, text, None), (3, None, Decimal(-2))]
    assert _stage(rows) == rows


def test_an_empty_text_is_nothing_known_in_plain_rows_and_in_awkward_ones():
    assert _stage([(1, "", 5), (2, "plain", None)]) == [(1, None, 5), (2, "plain", None)]
    run_sql("DROP TABLE staged")
    assert _stage([(1, "", 5), (2, "a\tb", None)]) == [(1, None, 5), (2, "a\tb", None)]


def test_plain_rows_are_all_there():
    rows = [(number, f"Lampart {number}", Decimal(number)) for number in range(500)]
    assert _stage(rows) == rows


@pytest.mark.django_db(transaction=True)
def test_ids_are_taken_for_a_whole_file_at_once_unless_somebody_adds_a_row_just_then():
    stage = Stage(4711)
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in {"host", "dbname"}}
    parameters |= {"user": connection.settings_dict["USER"], "port": connection.settings_dict["PORT"] or None}
    add = "INSERT INTO customers_tag (name, name_folded) VALUES ('Tag', %s) RETURNING id"
    with transaction.atomic(), psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SET lock_timeout = '5s'")
        before = stage.reserve_ids("customers_tag", rows=7)
        assert other.execute(add, ["at once"]).fetchone()[0] == before + 8
        with other.transaction():
            other.execute(add, ["not yet committed"])
            assert stage.reserve_ids("customers_tag", rows=7) is None
        assert stage.reserve_ids("customers_tag", rows=7) == before + 10
        other.execute("DELETE FROM customers_tag")
