"""Where in its order a list of what belongs to customers can begin at all.

The latest orders of those who stopped ordering stand half a year from the first: whoever walks there looks at a million
orders of others, and gathering all of theirs takes longer still. The latest of each of them is one look into the index
by which the customer's own are sorted, a microsecond, and no row of the list stands before the latest of all.
"""

from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from crm.core.list_definition import Column
from crm.core.list_paging import try_for
from crm.core.single_asking import Asked, list_conditions

LONGEST_MS = 2_000  # of half a million customers half a second on a machine that has nothing else to do


def has_edge(rows: QuerySet[Any], column: Column) -> bool:
    """Whether the first place of ``rows`` in the order of ``column`` can be looked up customer by customer."""
    return _find_condition(rows, column) is not None


def begin_at_edge(rows: QuerySet[Any], column: Column, *, downward: bool) -> QuerySet[Any] | None:
    """The same rows, told where the first of them can stand; None where that cannot be found soon."""
    condition = _find_condition(rows, column)
    if condition is None:
        return None
    asked, key = condition
    names = [connection.ops.quote_name(name) for name in (rows.model._meta.db_table, key, _column_name(rows, column))]
    table, key, value = names
    best, order = ("max", "DESC") if downward else ("min", "ASC")
    sql = f"""SELECT {best}(first.value) FROM ({asked.sql}) named (id), LATERAL (
        SELECT own.{value} AS value FROM {table} own WHERE own.{key} = named.id ORDER BY own.{value} {order} LIMIT 1
    ) first"""  # noqa: S608 - names of ours

    def ask() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, asked.values)
            return cursor.fetchall()

    found = try_for(LONGEST_MS, ask)
    if found is None:
        return None
    edge = found[0][0]
    return rows.none() if edge is None else rows.filter(**{f"{column.sort}__{'lte' if downward else 'gte'}": edge})


def _find_condition(rows: QuerySet[Any], column: Column) -> tuple[Asked, str] | None:
    """A condition on the customers of ``rows`` that names them, and the column of their key, where an index has the
    rows of a customer in the order of ``column``."""
    if column.nullable or not column.sort:
        return None
    for one in list_conditions(rows):
        key = getattr(one.source_expressions[0], "target", None)
        if one.alone is not None and key is not None and _is_sorted(rows.model, key.name, column.sort):
            return one.alone, key.column
    return None


def _is_sorted(model: type[Model], key: str, sort: str) -> bool:
    of_all = [one.fields for one in model._meta.indexes if one.condition is None]
    return any([name.lstrip("-") for name in fields[:2]] == [key, sort] for fields in of_all)


def _column_name(rows: QuerySet[Any], column: Column) -> str:
    return str(rows.model._meta.get_field(column.sort).column)
