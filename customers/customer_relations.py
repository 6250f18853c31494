"""Whatever belongs to a customer or a person, found in the register of models: a new relation is never forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.models import Customer

# Rollups, made anew from what moved; and the search for duplicates itself.
_WORKED_OUT = """customers.PurchaseDay customers.PurchaseState customers.PurchaseHistory customers.ItemDay
    customers.ItemRhythm customers.PeerCustomer segments.WorstSign segments.BestFit segments.ValueBand
    segments.ProcessMisfit customers.DuplicateKey customers.DuplicatePair customers.CustomerMerge"""
WORKED_OUT = frozenset(_WORKED_OUT.split())


@dataclass(frozen=True)
class Relation:
    """A foreign key to a customer or person: the model that has it and the name of its field."""

    model: type[models.Model]
    field: str

    @property
    def label(self) -> str:
        """``customers.Order.customer``."""
        return f"{self.model._meta.label}.{self.field}"

    @property
    def column(self) -> str:
        return f"{self.field}_id"

    def rows_of(self, pk: int) -> QuerySet[Any]:
        """The rows that point to the record ``pk``, whatever their model's usual order or filter."""
        return self.model._base_manager.filter(**{self.column: pk}).order_by()

    def find_colliding(self, *, kept: int, gone: int) -> QuerySet[Any]:
        """Rows of ``gone`` that cannot move to ``kept``, which has one like it already."""
        colliding = Q(pk__in=[])
        for fields, condition in self._constraints():
            others = [name for name in fields if name != self.field]
            same = {name: OuterRef(name) for name in others}
            there = self.rows_of(kept).filter(condition, **same)
            nullable = [name for name in others if self.model._meta.get_field(name).null]
            for name in nullable:
                both_empty = {**{n: v for n, v in same.items() if n != name}, f"{name}__isnull": True}
                there_empty = self.rows_of(kept).filter(condition, **both_empty)
                colliding |= Q(condition, Q(**{f"{name}__isnull": True}), Exists(there_empty))
            colliding |= Q(condition, Exists(there))
        return self.rows_of(gone).filter(colliding)

    def find_twin(self, row: Any, *, kept: int) -> Any:
        """The row of ``kept`` with which a row of another collides; None where nothing of it does."""
        for fields, condition in self._constraints():
            same = {name: getattr(row, name) for name in fields if name != self.field}
            if twin := self.rows_of(kept).filter(condition, **same).first():
                return twin
        return None

    def _constraints(self) -> list[tuple[list[str], Q]]:
        """Fields and condition of each constraint on the field. Raises ``TypeError`` for one that is an expression."""
        meta = self.model._meta
        found: list[tuple[list[str], Q]] = []
        if getattr(meta.get_field(self.field), "unique", False):
            found.append(([self.field], Q()))
        found += [(list(names), Q()) for names in meta.unique_together if self.field in names]
        for constraint in meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint):
                continue
            if constraint.expressions:
                raise TypeError(f"{constraint.name} is an expression: say in customer_relations how it collides.")
            if self.field in constraint.fields:
                found.append((list(constraint.fields), constraint.condition or Q()))
        if isinstance(meta.pk, models.CompositePrimaryKey) and self.field in meta.pk.field_names:
            found.append((list(meta.pk.field_names), Q()))
        return found


def list_relations(model: type[models.Model]) -> list[Relation]:
    """Every foreign key to ``model`` of what is kept: histories, views and rollups aside."""
    return [
        Relation(other, field.name)
        for other in sorted(apps.get_models(include_auto_created=True), key=lambda one: one._meta.label)
        if other._meta.managed and not hasattr(other, "pgh_tracked_model") and other._meta.label not in WORKED_OUT
        for field in other._meta.concrete_fields
        if field.is_relation and field.related_model is model and other is not Customer
    ]


Change = Callable[[Any, datetime], dict[str, Any]]


@dataclass(frozen=True)
class Treatment:
    """What a merge does with rows of one model that do not simply move.

    ``stays``: they tell about the record itself and stay with it. ``free``: fields that a row takes on which would
    collide with one of the other, so that it can move. ``absorb``: of (the other's row, one that collides), fields that
    the other's takes on. ``settle``: fields of a row that stays: what was open is closed, so nobody is asked twice.
    """

    stays: bool = False
    free: Change | None = None
    absorb: Callable[[Any, Any], dict[str, Any]] | None = None
    settle: Change | None = None


def _add_shares(kept: Any, gone: Any) -> dict[str, Any]:
    return {name: getattr(kept, name) + getattr(gone, name) for name in ("driver", "cents", "standard_cents")}


def _lay_under(kept: Any, gone: Any) -> dict[str, Any]:
    """What the own fields of the other hold stands where the kept one's are empty."""
    return {name: {**getattr(gone, name), **getattr(kept, name)} for name in ("data", "unread")}


TREATMENTS: dict[str, Treatment] = {
    "customers.CostPoolShare": Treatment(absorb=_add_shares),
    "customers.CustomValueSet": Treatment(absorb=_lay_under),
}
"""By label of the model; the apps above add theirs when they are ready."""

REFUSALS: list[Callable[[Customer, Customer], str]] = []
"""What the apps above have against a merge of (kept as it will be, gone): a reason in words, or ""."""
