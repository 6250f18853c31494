"""Whom a condition holds for, found before anything else is asked where they are few.

A rule on a list stands beside who may see what, filters and an order. Whoever asks all of it at once leaves it to the
planner where to begin, and of many conditions he cannot know that they are rare (six contacts in a year) or takes the
best of a histogram for many: he reads a million customers and their scores for the seven that are meant. Asked alone,
the same condition is an index, or one table added up: 2 to 200 ms. The rest is then asked of those it named.
"""

import json
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm.core.list_paging import DEAR, GATHERED, MANY, TRIED_MS, try_for, without_limit
from crm.core.single_asking import Asked, Found, list_conditions

MOST = 20_000  # of so many the rest is looked up in a tenth of a second


def find_cheap_few(rows: QuerySet[Any]) -> Found:
    """The keys of a condition on ``rows`` that finds a page's worth of few by an index, as far as the planner knows."""
    for one in list_conditions(rows):
        if one.alone is not None and _is_cheap(one.alone):
            found = try_for(TRIED_MS, partial(read_keys, one.alone, most=GATHERED))
            if found is not None and len(found) <= GATHERED:
                return {id(one.alone): found}
    return {}


def find_few(rows: QuerySet[Any]) -> Found:
    """The keys of a condition on ``rows`` that holds for no more than ``MOST``, however long that takes."""
    for one in list_conditions(rows):
        if one.alone is not None and len(found := read_keys(one.alone, most=MOST)) <= MOST:
            return {id(one.alone): found}
    return {}


def _limit(asked: Asked, most: int) -> str:
    return f"{asked.sql} LIMIT {most + 1}"


def _is_cheap(asked: Asked) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {_limit(asked, GATHERED)}", asked.values)
        told = cursor.fetchone()[0]
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return bool(plan["Total Cost"] <= DEAR and without_limit(plan)["Plan Rows"] <= MANY)


def read_keys(asked: Asked, *, most: int) -> list[int]:
    """Whom the statement names: all, or one more than ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(_limit(asked, most), asked.values)
        return [key for (key,) in cursor.fetchall()]
