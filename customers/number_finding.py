"""Numbers found by their digits, alone or behind their letters: who reads "10001" aloud means customer K-10001 or order
SO-2026-10001, and who types "k 10001" means the first.

No index holds digits without what stands before them. But thousands of numbers begin alike, so their beginnings are
read off the index of the numbers itself, each by one step over all that begin so, and the digits are looked up behind
each: a few hundred steps on an index at most, however many rows there are, and nothing more for an import to write.
Where numbers have more beginnings than are looked at, the others are found as they are written.
"""

import re
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, StrIndex, Substr

BEGINNINGS = 40  # of numbers that begin with a digit, such as "2026-", and as many of the others
SHORTEST = 3  # fewer digits begin too many numbers
_AFTER_DIGITS = ":"  # the sign that follows "9"

# A beginning is what stands before the last digits of a number. Without one the next number is looked at.
_BEGINNINGS = """
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
SELECT DISTINCT beginning FROM step WHERE beginning IS NOT NULL
"""
_FIND = """
SELECT found.id FROM ({beginnings}) AS each, LATERAL (
    SELECT id FROM {table} WHERE number >= beginning || %s AND number < beginning || %s || %s
    ORDER BY number LIMIT %s
) AS found
WHERE %s IN ('', upper(regexp_replace(beginning, '[^[:alnum:]]', '', 'g')))
"""
_SPELT = re.compile(r"(.*\D)(\d{3,})")
_BEGINNING = r"^(.*\D)\d+\D*$"
_OF_BEGINNINGS = (_BEGINNING, _AFTER_DIGITS, _BEGINNING, _AFTER_DIGITS, BEGINNINGS)


def split_digits(text: str) -> tuple[str, str] | None:
    """The letters (and figures) before the last digits of a number, without signs and in capitals, and those digits:
    "k 10001", "K10001" and "K-10001" are K and 10001. Nothing before digits alone; None where neither was typed."""
    if are_digits(text):
        return "", text
    spelt = _SPELT.fullmatch(text.upper())
    before = "".join(filter(str.isalnum, spelt.group(1))) if spelt else ""
    return (before, spelt.group(2)) if spelt and any(map(str.isalpha, before)) else None


def find_by_digits(rows: QuerySet[Any], digits: str, *, limit: int, before: str = "") -> QuerySet[Any]:
    """Those of ``rows`` (of a table with unique numbers) whose last digits begin with ``digits``, and before them have
    what is asked for (``split_digits``); ``told`` is the number from there on, and one that is called just so stands
    behind a number that is nothing else, before longer ones."""
    table = rows.model._meta.db_table
    sql = _FIND.format(beginnings=_BEGINNINGS.format(table=table), table=table)
    values = (*_OF_BEGINNINGS, digits, digits, _AFTER_DIGITS, limit, before)
    told = Concat(Substr("number", StrIndex("number", Value(digits))), Value(" "))
    return rows.filter(pk__in=RawSQL(sql, values)).annotate(told=told)  # noqa: S611 - the table is a model's


def are_digits(text: str) -> bool:
    """Whether ``text`` is what is looked for behind the beginnings of numbers."""
    return text.isdecimal() and len(text) >= SHORTEST


def numbered(model: type[Model], text: str) -> Q:
    """Which rows of ``model`` have a number that begins with ``text``, as typed or in capitals, or with its digits,
    whatever sign stands before them; for lists, which tell all there are. The beginnings are asked for here: only with
    them at hand do indexes serve."""
    asked = Q(number__startswith=text) | Q(number__startswith=text.upper())
    if (spelt := split_digits(text)) is None:
        return asked
    before, digits = spelt
    for begins in _read_beginnings(model):
        if before in {"", "".join(filter(str.isalnum, begins)).upper()}:
            asked |= Q(number__gte=begins + digits, number__lt=begins + digits + _AFTER_DIGITS)
    return asked


def _read_beginnings(model: type[Model]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS.format(table=model._meta.db_table), _OF_BEGINNINGS)
        return [begins for (begins,) in cursor.fetchall()]
