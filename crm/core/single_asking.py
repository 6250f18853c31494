"""Conditions that the database can ask of all rows together, or of one row after the other.

To find who had six contacts, adding up everybody's takes a second among a million customers, whether a page needs
eighteen of them or all; looking up those of one customer takes microseconds. Whoever walks an order until a page is
full, or sees few rows at all, asks singly (``asking_singly``); what reads everybody asks together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Func, QuerySet

_IS_SINGLE: ContextVar[bool] = ContextVar("is_asked_singly", default=False)


@contextmanager
def asking_singly(is_single: bool = True) -> Iterator[None]:  # noqa: FBT001, FBT002 - the name says which
    """Statements written in the block ask one row after the other, where a condition can be asked like that."""
    token = _IS_SINGLE.set(is_single)
    try:
        yield
    finally:
        _IS_SINGLE.reset(token)


@dataclass(frozen=True)
class Asked:
    """SQL in which ``{0}`` stands for the first of the columns it is asked of, with the values of its places."""

    sql: str
    values: tuple[Any, ...] = ()


class Holds(Func):
    """Whether a condition holds for the row whose ``columns`` it is asked of, ``together`` or ``singly``."""

    output_field = BooleanField()

    def __init__(self, *columns: Any, together: Asked, singly: Asked | None = None) -> None:
        super().__init__(*columns)
        self.together, self.singly = together, singly

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        asked = self.singly if self.singly is not None and _IS_SINGLE.get() else self.together
        sql = asked.sql
        for place, column in enumerate(self.source_expressions):
            sql = sql.replace(f"{{{place}}}", compiler.compile(column)[0])
        return f"({sql})", asked.values


def can_be_asked_singly(rows: QuerySet[Any]) -> bool:
    """Whether something that ``rows`` are narrowed by can be asked of one after the other."""
    conditions = (getattr(leaf, "lhs", leaf) for leaf in rows.query.where.leaves())
    return any(isinstance(one, Holds) and one.singly is not None for one in conditions)
