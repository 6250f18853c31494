"""The parts of a search that compare names, as SQL: ten of them go into one statement with every letter typed, and the
ORM took longer to write them than the database to answer most of them.

A part gives rows of (kind, rank, place, customer, id), as ``crm.home.search_finders`` orders them. Every name is a
value, never a piece of the statement.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from crm.core.models import User
from customers.models import Customer
from customers.name_spelling import Spellings

CANDIDATES = 60
LAST_RANK = 3
LAST_LETTER = "\U0010ffff"
OF_CUSTOMER, OF_PERSON = 0, 1  # the first two of ``KINDS``
THREE_TOGETHER = re.compile(r"[^\W_]{3}")  # what the index of trigrams knows: it holds no "k-1" and no "a/s"
_AT_THE_EDGE = re.compile(r"^[\W_]+|[\W_]+$")

_OF_CUSTOMERS = f"""(SELECT {OF_CUSTOMER}, {{rank}}, name_folded::text, id, id FROM customers_customer
WHERE {{condition}}{{order}} LIMIT {{limit}})"""  # noqa: S608 - conditions of ours
_OF_PEOPLE = f"""(SELECT {OF_PERSON}, CASE WHEN left_on IS NULL THEN {{rank}} ELSE {{left}} END,
name_folded::text, customer_id, customers_person.id FROM customers_person{{join}}
WHERE {{condition}}{{order}} LIMIT {CANDIDATES})"""  # noqa: S608 - conditions of ours
_JOINED = " JOIN (SELECT id AS seen_id FROM customers_customer WHERE {seen}) seen ON seen_id = customer_id"
_BY_NAME = " ORDER BY name_folded, {id}"
_NAMED_ELSE = f"""id IN (SELECT customer_id FROM customers_tradingname WHERE {{condition}}
ORDER BY name_folded, id LIMIT {CANDIDATES})"""  # noqa: S608 - conditions of ours


class Part(NamedTuple):
    """A piece of a statement with the values it asks for."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: "Part") -> "Part":
        return Part(f"{self.sql} AND {other.sql}", (*self.values, *other.values))


NOT_ARCHIVED = Part("archived_at IS NULL")
ARCHIVED = Part("archived_at IS NOT NULL")


def see_customers(user: User) -> Part | None:
    """Which customers ``user`` may see, as a condition on their table; None for whoever sees all."""
    query = Customer.objects.visible_to(user).query
    if not query.where:
        return None
    try:
        sql, values = query.get_compiler(connection=connection).compile(query.where)
    except EmptyResultSet:
        return Part("FALSE")
    return Part(f"({sql})", tuple(values))


def write_name_parts(folded: str, words: list[str], *, user: User, shown: int) -> list[Part]:
    """Customers and people whose name begins with ``folded`` or has all of its ``words``, customers by their other
    names too; ``shown`` of the archived, who stand last: a part of their own, so that none takes the place of a current
    one."""
    seen, contains, parts = see_customers(user), _has_words([[word] for word in words]), []
    starts = Part("name_folded >= %s AND name_folded < %s", (folded, folded + LAST_LETTER))
    for condition in (starts, contains) if are_indexed(words) else (starts,):
        rank, is_sorted = (1, True) if condition is starts else (2, False)
        of_people = condition if condition is starts else _has_words([[word] for word in _bare(words)])
        other = Part(_NAMED_ELSE.format(condition=condition.sql), condition.values)
        parts += [
            _find_customers(NOT_ARCHIVED & condition, seen=seen, rank=rank, is_sorted=is_sorted),
            _find_people(of_people, seen=seen, rank=rank, is_sorted=is_sorted),
            _find_customers(NOT_ARCHIVED & other, seen=seen, rank=1, is_sorted=True, limit=shown),
        ]
    return [*parts, _find_customers(ARCHIVED & contains, seen=seen, rank=LAST_RANK, is_sorted=True, limit=shown)]


def write_spelt_parts(spellings: Spellings, *, user: User, rank: int = 2) -> list[Part]:
    """Customers, by any of their names, and people who have each of the words in one of its spellings."""
    seen, contains = see_customers(user), _has_words(spellings)
    other = Part(_NAMED_ELSE.format(condition=contains.sql), contains.values)
    return [
        _find_customers(NOT_ARCHIVED & contains, seen=seen, rank=rank),
        _find_people(contains, seen=seen, rank=rank),
        _find_customers(NOT_ARCHIVED & other, seen=seen, rank=rank),
    ]


def are_indexed(words: Iterable[str]) -> bool:
    """Whether the index can find names that have the words in their middle."""
    return any(THREE_TOGETHER.search(word) for word in words)


def _bare(words: list[str]) -> list[str]:
    """ "vega," and "wölk-" as people are called: no surname ends so, and to find none the database would look through
    all who are called Vega."""
    bare = [_AT_THE_EDGE.sub("", word) or word for word in words]
    return bare if are_indexed(bare) else words


def _has_words(spellings: Spellings) -> Part:
    """A name with each word in one of its spellings."""
    each = [" OR ".join(["name_folded LIKE %s"] * len(words)) for words in spellings]
    values = [f"%{connection.ops.prep_for_like_query(word)}%" for words in spellings for word in words]
    return Part(" AND ".join(f"({one})" for one in each), tuple(values))


def _find_customers(
    condition: Part, *, seen: Part | None, rank: int, is_sorted: bool = False, limit: int = CANDIDATES
) -> Part:
    asked = condition & seen if seen else condition
    order = _BY_NAME.format(id="id") if is_sorted else ""
    return Part(_OF_CUSTOMERS.format(rank=rank, condition=asked.sql, order=order, limit=limit), asked.values)


def _find_people(condition: Part, *, seen: Part | None, rank: int, is_sorted: bool = False) -> Part:
    """Who has left is asked about less than who can be called."""
    left = rank - rank % 10 + LAST_RANK
    join = _JOINED.format(seen=seen.sql) if seen else ""
    order = _BY_NAME.format(id="customers_person.id") if is_sorted else ""
    sql = _OF_PEOPLE.format(rank=rank, left=left, join=join, condition=condition.sql, order=order)
    return Part(sql, (*(seen.values if seen else ()), *condition.values))
