"""Numbers found by their digits alone: who reads "10001" aloud means customer K-10001 or order SO-2026-10001.

No index holds digits without what stands before them. But thousands of numbers begin alike, so their beginnings are
read off the index of the numbers itself, each by one step over all that begin so, and the digits are looked up behind
each: a few hundred steps on an index at most, however many rows there are, and nothing more for an import to write.
Where numbers have more beginnings than are looked at, the others are found as they are written.
"""

from typing import Any

from django.db.models import Model, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, StrIndex, Substr

BEGINNINGS = 40  # of numbers that begin with a digit, such as "2026-", and as many of the others
SHORTEST = 3  # fewer digits begin too many numbers
MOST = 500  # ids that a list takes at hand
_AFTER_DIGITS = ":"  # the sign that follows "9"

# A beginning is what stands before the last digits of a number. Without one the next number is looked at.
_FIND = """
WITH RECURSIVE step (number, beginning, nth) AS (
    SELECT number, substring(number FROM %s), 1
    FROM (VALUES (''), (%s)) AS half (edge),
        LATERAL (SELECT number FROM {table} WHERE number >= edge ORDER BY number LIMIT 1) AS first
    UNION ALL
    SELECT following.number, substring(following.number FROM %s), nth + 1
    FROM step, LATERAL (
        SELECT number FROM {table} WHERE number > coalesce(beginning || %s, step.number) ORDER BY number LIMIT 1
    ) AS following
    WHERE nth < %s
)
SELECT found.id FROM (SELECT DISTINCT beginning FROM step WHERE beginning IS NOT NULL) AS each, LATERAL (
    SELECT id FROM {table} WHERE number >= beginning || %s AND number < beginning || %s || %s
    ORDER BY number LIMIT %s
) AS found
"""
_BEGINNING = r"^(.*\D)\d+\D*$"


def find_by_digits(rows: QuerySet[Any], digits: str, *, limit: int) -> QuerySet[Any]:
    """Those of ``rows`` (of a table with unique numbers) whose last digits begin with ``digits``; ``told`` is the
    number from there on, and one that is called just so stands behind a number that is nothing else, before longer
    ones."""
    sql = _FIND.format(table=rows.model._meta.db_table)
    at_edge, going_on = (_BEGINNING, _AFTER_DIGITS), (_BEGINNING, _AFTER_DIGITS, BEGINNINGS)
    values = (*at_edge, *going_on, digits, digits, _AFTER_DIGITS, limit)
    told = Concat(Substr("number", StrIndex("number", Value(digits))), Value(" "))
    return rows.filter(pk__in=RawSQL(sql, values)).annotate(told=told)  # noqa: S611 - the table is a model's


def are_digits(text: str) -> bool:
    """Whether ``text`` is what is looked for behind the beginnings of numbers."""
    return text.isdecimal() and len(text) >= SHORTEST


def numbered(model: type[Model], text: str) -> Q:
    """Which rows of ``model`` have a number that begins with ``text``, as typed or in capitals, or with its digits; for
    lists. The ids of those are asked for here: only with them at hand do the indexes of a list serve."""
    asked = Q(number__startswith=text) | Q(number__startswith=text.upper())
    if are_digits(text):
        found = find_by_digits(model._default_manager.order_by(), text, limit=MOST)
        asked |= Q(pk__in=list(found.values_list("pk", flat=True)[:MOST]))
    return asked
