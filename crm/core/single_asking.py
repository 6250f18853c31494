"""Conditions that the database can ask of all rows together, or of one row after the other.

To find who had six contacts, adding up everybody's takes a second among a million customers, whether a page needs
eighteen of them or all; looking up those of one customer takes microseconds. Whoever walks an order until a page is
full, or sees few rows at all, asks singly (``asking_singly``); what reads everybody asks together. Whom a condition
holds for can also be found before anything else is asked (``crm.core.few_finding``); the rest is then asked of those
few (``asking_among``).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import BooleanField, Func, QuerySet

from crm.core.id_arrays import write_array

Found = Mapping[int, Sequence[int]]  # keys by the identity of the statement that found them

_IS_SINGLE: ContextVar[bool] = ContextVar("is_asked_singly", default=False)
_FOUND: ContextVar[Found] = ContextVar("found", default=MappingProxyType({}))


@contextmanager
def asking_singly(is_single: bool = True) -> Iterator[None]:  # noqa: FBT001, FBT002 - the name says which
    """Statements written in the block ask one row after the other, where a condition can be asked like that."""
    token = _IS_SINGLE.set(is_single)
    try:
        yield
    finally:
        _IS_SINGLE.reset(token)


@contextmanager
def asking_among(found: Found) -> Iterator[None]:
    """Statements written in the block go by what ``find_few`` found instead of asking those conditions again."""
    token = _FOUND.set({**_FOUND.get(), **found})
    try:
        yield
    finally:
        _FOUND.reset(token)


@dataclass(frozen=True)
class Asked:
    """SQL in which ``{0}`` stands for the first of the columns it is asked of, with the values of its places."""

    sql: str
    values: tuple[Any, ...] = ()


class Holds(Func):
    """Whether a condition holds for the row whose ``columns`` it is asked of, ``together`` or ``singly``. The first
    column is the key of what is asked about; ``alone`` is a statement of the keys for which it holds. ``is_soon``: that
    it names them sooner than a list is walked whose order begins with everybody else."""

    output_field = BooleanField()

    def __init__(
        self,
        *columns: Any,
        together: Asked,
        singly: Asked | None = None,
        alone: Asked | None = None,
        is_soon: bool = False,
    ) -> None:
        super().__init__(*columns)
        self.together, self.singly, self.alone, self.is_soon = together, singly, alone, is_soon

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        asked = self.singly if self.singly is not None and _IS_SINGLE.get() else self.together
        if (keys := _FOUND.get().get(id(self.alone))) is not None:
            asked = Asked("{0} IN (SELECT unnest(%s::text::bigint[]))", (write_array(keys),))
        sql = asked.sql
        for place, column in enumerate(self.source_expressions):
            sql = sql.replace(f"{{{place}}}", compiler.compile(column)[0])
        return f"({sql})", asked.values


def list_conditions(rows: QuerySet[Any]) -> list[Holds]:
    """What ``rows`` are narrowed by that can be asked in more than one way."""
    conditions = (getattr(leaf, "lhs", leaf) for leaf in rows.query.where.leaves())
    return [one for one in conditions if isinstance(one, Holds)]


def can_be_asked_singly(rows: QuerySet[Any]) -> bool:
    """Whether something that ``rows`` are narrowed by can be asked of one after the other."""
    return any(one.singly is not None for one in list_conditions(rows))
