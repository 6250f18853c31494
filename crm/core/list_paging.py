"""Paging by key: a token holds the sort value and id of a row, so pages never count and never skip."""

import base64
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import Count, F, Field, QuerySet, Sum
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from psycopg.errors import QueryCanceled

from crm.core.list_definition import Column
from crm.core.single_asking import asking_singly, can_be_asked_singly
from crm.core.statement_planning import plan_for_everybody

COUNT_LIMIT = 10_000
FEW = 500
GATHERED = 2_500  # put together from their keys, whatever their order
DEAR = 3_000  # in the planner's units: about 40 ms
# What the planner takes for dear is often quick, most of all where a look-up for each row ends at the first it finds:
# up to so many of its units the clock decides, so that of a few thousand rows the exact number is told.
TRIED, TRIED_MS = 200_000, 25
# Of so few, found by so many units, the keys may take longer: they spare a walk and all that finds the rows again.
TRIED_FEW, TRIED_FEW_MS = 40_000, 60
# Of a small company's rows the planner guesses more than there are: they are counted though the machine is busy.
SMALL, TRIED_SMALL_MS = 50_000, 400
UNITS_A_MS, ROWS_A_MS = 300, 250  # of gathering, which reads a table in its order: found, and looked up and sorted
# Rows that are gathered at all: more are walked, however long that takes. Of more than many, a page is near wherever a
# walk begins unless the order speaks against it (the latest orders of those who stopped ordering): it has two seconds,
# which a cold disk may need, and gathering two million orders takes about as long.
MOST_GATHERED, MANY, GATHERING_MANY_MS = 2_500_000, 100_000, 4_000
LONGEST_GATHERING_MS = 1_000  # of what can be asked singly: a walk for half of that finds whatever is not rare
LARGEST_ID = 2**63 - 1
Answer = TypeVar("Answer")
Place = tuple[Any, int]  # sort value and id of a row


def read_token(raw: str, *, sort: str, value_field: Field) -> Place | None:
    """Sort value and id from a token, or None when it is broken, forged or of another sort."""
    try:
        token_sort, value, row_id = json.loads(base64.urlsafe_b64decode(raw.encode("ascii") + b"==="))
        if token_sort != sort or type(row_id) is not int or not 0 <= row_id <= LARGEST_ID:
            return None
        if value is not None:
            value = value_field.to_python(value)
            value_field.run_validators(value)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    too_large = isinstance(value, int) and abs(value) > LARGEST_ID
    endless = isinstance(value, float | Decimal) and not math.isfinite(value)
    unclean = isinstance(value, str) and ("\x00" in value or len(value) > 2000)
    return None if too_large or endless or unclean else (value, row_id)


def write_token(sort: str, value: Any, row_id: int) -> str:
    """A place in the list sorted by ``sort``."""
    if isinstance(value, date | datetime):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    raw = json.dumps([sort, value, row_id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Counted:
    """How many rows, whether that is exact, and their keys where there are so few that they were all read; else
    the milliseconds it would take to sort them for a page, about, and 0 where they are too many.
    ``is_single``: they are found soonest by looking at one after the other (``crm.core.single_asking``)."""

    count: int
    is_exact: bool = False
    keys: list[int] | None = None
    gathering_ms: int = 0
    is_single: bool = False


def count_rows(queryset: QuerySet[Any], *, limit: int = COUNT_LIMIT) -> Counted:
    """How many rows, in two or three statements; counts further than ``limit`` only where all are counted as soon, and
    never where counting takes long.

    Then the number is the planner's estimate. Of a few hundred rows, or of some thousand that were counted, the keys
    are read too: whatever their order, the page is then put together from them alone.
    """
    keys = queryset.order_by().values_list("pk", flat=True)
    is_either = can_be_asked_singly(queryset)
    try:
        plan = _plan(keys[: limit + 1])
        with asking_singly():
            other = _plan(keys[: limit + 1]) if is_either else plan
    except (IndexError, ValueError):  # conditions that can never hold are not even asked
        return Counted(0, is_exact=True, keys=[])
    is_single = other["Total Cost"] < plan["Total Cost"]
    with asking_singly(is_single):
        counted = _count_by_plan(keys, other if is_single else plan, limit=limit)
    expected = [without_limit(one) for one in (other, plan)]
    is_single = expected[0]["Total Cost"] < expected[1]["Total Cost"]
    gathered = expected[0 if is_single else 1]
    gathering_ms = 1 + int(gathered["Total Cost"] / UNITS_A_MS + gathered["Plan Rows"] / ROWS_A_MS)
    if is_either:
        gathering_ms = min(gathering_ms, LONGEST_GATHERING_MS)
    elif gathered["Plan Rows"] > MOST_GATHERED:
        gathering_ms = 0
    elif gathered["Plan Rows"] > MANY:
        gathering_ms = GATHERING_MANY_MS
    return replace(counted, gathering_ms=gathering_ms, is_single=is_single)


def _plan(rows: QuerySet[Any]) -> dict[str, Any]:
    """What the database expects of a statement."""
    return json.loads(rows.explain(format="json"))[0]["Plan"]  # type: ignore[no-any-return]


def without_limit(plan: dict[str, Any]) -> dict[str, Any]:
    return plan["Plans"][0] if plan["Node Type"] == "Limit" else plan  # type: ignore[no-any-return]


def _count_by_plan(keys: QuerySet[Any], plan: dict[str, Any], *, limit: int) -> Counted:
    """The rows counted where that is cheap."""
    estimate, cost = int(without_limit(plan)["Plan Rows"]), plan["Total Cost"]
    is_dear = cost > DEAR
    if estimate > limit * 5:
        return Counted(estimate)
    cost_of_few = cost * FEW / max(FEW, min(estimate, limit))
    if limit >= FEW and (estimate <= FEW or (is_dear and cost_of_few <= DEAR)):
        # Of more than expected the planner takes a way that ends soon if they are: that is tried.
        found = try_for(None if estimate <= FEW else TRIED_FEW_MS, lambda: list(keys[: FEW + 1]))
        if found is not None and len(found) <= FEW:
            return Counted(len(found), is_exact=True, keys=found)
    tried_ms = TRIED_FEW_MS if estimate <= GATHERED and cost <= TRIED_FEW else TRIED_MS
    counted = None if cost > TRIED else _count(keys[: limit + 1], ms=tried_ms if is_dear else None)
    if counted is None and cost <= TRIED and _is_small(keys):
        counted = _count(keys[: limit + 1], ms=TRIED_SMALL_MS)
    if counted is None:
        return Counted(max(estimate, FEW))
    if (count := counted["count"]) > limit:
        everybody = _count(keys, ms=TRIED_FEW_MS) if without_limit(plan)["Total Cost"] <= DEAR else None
        return Counted(everybody["count"], is_exact=True) if everybody else Counted(max(estimate, limit))
    keys_read = (counted["keys"] or []) if count <= GATHERED else None
    return Counted(count, is_exact=True, keys=keys_read)


def _is_small(keys: QuerySet[Any]) -> bool:
    """Whether all tables it is read from have few rows, as the database last saw them: tasks of a million customers
    are not looked up in a moment, however few."""
    tables = [join.table_name for join in keys.query.alias_map.values()] or [keys.model._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(reltuples) FROM pg_class WHERE oid = ANY(%s::regclass[])", [tables])
        return bool(cursor.fetchone()[0] <= SMALL)


def _count(keys: QuerySet[Any], *, ms: int | None) -> dict[str, Any] | None:
    """How many ``keys``, and which; None where the database needs longer than ``ms``."""
    return try_for(ms, lambda: keys.aggregate(count=Count("pk"), keys=ArrayAgg("pk")))


def try_for(ms: int | None, ask: Callable[[], Answer]) -> Answer | None:
    """What ``ask`` answers; None where a statement of it needs longer than ``ms``, which without a number none does."""
    try:
        with nullcontext() if ms is None else limit_statements(ms):
            return ask()
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return None


@contextmanager
def limit_statements(ms: int) -> Iterator[None]:
    """Statements in here have so many milliseconds each; one that needs longer is an ``OperationalError``."""
    within = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with within, connection.execute_wrapper(_Within(ms)):
        yield


@dataclass(frozen=True)
class _Within:
    """Statements with a limit of their own. Both are one message: a transaction would cost two more. The answer stays
    at the rows; given back, it would be taken to its last part by the history in a request that may write."""

    ms: int

    def __call__(self, execute: Any, sql: str, params: Any, many: object, context: dict[str, Any]) -> None:
        limited = f"SET LOCAL statement_timeout = {self.ms}; {sql}; SET LOCAL statement_timeout = DEFAULT"
        execute(limited, params, many, context)
        context["cursor"].nextset()


def count_about(queryset: QuerySet[Any], *, limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many rows, and whether that is exact (see ``count_rows``)."""
    counted = count_rows(queryset, limit=limit)
    return counted.count, counted.is_exact


def order_keys(column: Column, *, nulls: bool) -> list[str]:
    """What the rows with a value, or those without, are sorted by."""
    tie = "pk" if nulls else column.tie
    return [tie] if nulls else [column.sort, tie]


def _walk(queryset: QuerySet[Any], column: Column, *, downward: bool, nulls: bool, size: int) -> list[Any]:
    """The first ``size`` rows, as the index of the order gives them."""
    keys = order_keys(column, nulls=nulls)
    order = [F(key).desc() if downward else F(key).asc() for key in keys]
    return list(queryset.order_by(*order)[:size])


def _from_place(
    queryset: QuerySet[Any], column: Column, place: Place | None, *, downward: bool, nulls: bool
) -> QuerySet[Any]:
    """The rows of one part (with values, or without) from ``place`` on."""
    if column.nullable:
        queryset = queryset.filter(**{f"{column.sort}__isnull": nulls})
    if place is None:
        return queryset
    after = TupleLessThan if downward else TupleGreaterThan
    values = (place[1],) if nulls else place
    return queryset.filter(after(tuple(F(key) for key in order_keys(column, nulls=nulls)), values))


def name_sort_value(queryset: QuerySet[Any], column: Column, *, filled: bool = False) -> QuerySet[Any]:
    """Rows that know what they are sorted by as ``list_sort_value``; ``filled`` when only those with a value count."""
    if column.sort_with is not None:
        queryset = column.sort_with(queryset, filled=filled)
    return queryset.annotate(list_sort_value=F(column.sort))


def fetch_rows(
    queryset: QuerySet[Any],
    column: Column,
    *,
    descending: bool,
    place: Place | None,
    backward: bool,
    size: int,
    take: Callable[..., list[Any]] = _walk,
) -> list[Any]:
    """Up to ``size`` rows after ``place`` (or before it), in the order of the list; ``take`` finds those of a part."""
    parts = [False, True] if column.nullable else [False]
    if backward:
        parts.reverse()
    if place is not None:
        parts = parts[parts.index(place[0] is None) :] if (place[0] is None) in parts else parts
    rows: list[Any] = []
    for nulls in parts:
        if len(rows) < size:
            here = place if place is not None and (place[0] is None) == nulls else None
            part = name_sort_value(queryset, column, filled=not nulls)
            downward = descending != backward
            part = _from_place(part, column, here, downward=downward, nulls=nulls)
            rows += take(part, column, downward=downward, nulls=nulls, size=size - len(rows))
    return rows[::-1] if backward else rows


def count_within(queryset: QuerySet[Any], *, seconds: int, sums: Sequence[str] = ()) -> list[int] | None:
    """How many rows, to the last one, and the sum of each path of ``sums``; None when that takes longer than
    ``seconds``."""
    rows = queryset.model._default_manager.filter(pk__in=queryset.order_by().values("pk")) if sums else queryset
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{int(seconds)}s'")
            plan_for_everybody(cursor)
            if sums:
                found = rows.aggregate(count=Count("pk"), **{f"sum_{nth}": Sum(path) for nth, path in enumerate(sums)})
            else:
                found = {"count": rows.order_by().values("pk").distinct().count()}
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except EmptyResultSet:
        return [0] * (1 + len(sums))
    except OperationalError as error:
        if "statement timeout" in str(error):
            return None
        raise
    return [value or 0 for value in found.values()]
