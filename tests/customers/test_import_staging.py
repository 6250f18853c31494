"""What a cell holds is what the stage holds, whatever signs are in it."""

from decimal import Decimal

import pandas as pd
import pytest
from django.db import connection

from customers.import_staging import copy_frame, run_sql

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
