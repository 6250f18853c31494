"""Where data about a customer stands: every model that leads to him, found by its foreign keys.

Nothing has to be entered for a new model: its texts are handed out in an export and overwritten by an erasure, and what
its history kept is deleted. What is more or less than that is said once, by the app that has the model, when it is
ready: ``describe_records(Model, keep=("number",))``.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from crm.core.models import User
from customers.models import Customer, Order, OrderLine, Person, TradingName
from customers.rules.name_parts import NameParts, split_name

DEEPEST = 3
OF_GOODS = frozenset({Order, OrderLine})  # what their words name is no person


@dataclass(frozen=True)
class RecordDescription:
    """``keep`` are texts that say nothing about who it is; ``is_removed`` rows go whole when the customer is erased;
    ``is_derived`` ones are figures worked out of others: neither handed out nor touched. What is not ``is_told`` is how
    the house finds its way, or speaks of somebody else too: erased, but not handed out.
    """

    keep: tuple[str, ...] = ()
    is_removed: bool = False
    is_derived: bool = False
    is_told: bool = True


@dataclass(frozen=True)
class OwnedModel:
    """A model and the path from its rows to the customer (``complaint__customer``)."""

    model: type[models.Model]
    path: str

    @property
    def description(self) -> RecordDescription:
        return _DESCRIPTIONS.get(self.model, RecordDescription())

    def rows_of(self, customer_id: int) -> QuerySet[Any]:
        return self.model._base_manager.filter(**{self.path: customer_id})


_DESCRIPTIONS: dict[type[models.Model], RecordDescription] = {}


def describe_records(
    model: type[models.Model],
    *,
    keep: tuple[str, ...] = (),
    is_removed: bool = False,
    is_derived: bool = False,
    is_told: bool = True,
) -> None:
    """Say what is special about the rows of ``model``; the last word counts."""
    _DESCRIPTIONS[model] = RecordDescription(keep, is_removed, is_derived, is_told)


@cache
def list_owned_models() -> tuple[OwnedModel, ...]:
    """Every model whose rows belong to a customer, nearest first; one that points to him twice stands twice."""
    found: list[OwnedModel] = []
    for _step in range(DEEPEST):
        known = {owned.model for owned in found} | {Customer}
        nearer = {Customer: [""]} if not found else _paths_by_model(found)
        for model in apps.get_models():
            if model not in known and model._meta.managed and not issubclass(model, pghistory.models.Event):
                found += [OwnedModel(model, path) for path in _paths_to(model, nearer)]
    return tuple(found)


def _paths_by_model(found: list[OwnedModel]) -> dict[type[models.Model], list[str]]:
    paths: dict[type[models.Model], list[str]] = {}
    for owned in found:
        paths.setdefault(owned.model, []).append(owned.path)
    return paths


def _paths_to(model: type[models.Model], nearer: dict[type[models.Model], list[str]]) -> Iterator[str]:
    """What belongs: a row that goes when the other goes. A row that only mentions another belongs to somebody else."""
    for link in model._meta.concrete_fields:
        goes_with_it = link.is_relation and link.remote_field.on_delete in {models.CASCADE, models.DO_NOTHING}
        if goes_with_it:
            for path in nearer.get(link.related_model, []):
                yield f"{link.name}__{path}" if path else link.name


def list_text_fields(model: type[models.Model]) -> list[Any]:
    """The fields in which people write: free texts, and whatever is kept as JSON."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and not field.primary_key
    ]


def list_person_links(model: type[models.Model]) -> list[str]:
    """The names of the fields by which a row says which person it is about."""
    links = [field for field in model._meta.concrete_fields if field.is_relation and field.related_model is Person]
    return [link.name for link in links]


def make_pattern(words: Collection[str]) -> str:
    """The words as one expression of the database, whole ones only, the longest first; "" where none is long enough."""
    told = sorted((word for word in set(words) if len(word.strip()) > 2), key=len, reverse=True)
    edges = [(r"\m" if word[0].isalnum() else "", r"\M" if word[-1].isalnum() else "") for word in told]
    return "|".join(f"{start}{re.escape(word)}{end}" for word, (start, end) in zip(told, edges, strict=True))


def find_name_parts(name: str, customer: Customer) -> NameParts:
    """Which parts of a person's ``name`` mean nobody else where they stand alone in texts about ``customer``."""
    colleagues = User.objects.all()
    if customer.team_id:
        colleagues = colleagues.filter(Q(team=customer.team_id) | Q(pk=customer.owner_id))
    return split_name(
        name,
        others={
            customer.name,
            customer.trading_name,
            *TradingName.objects.filter(customer=customer).values_list("name", flat=True),
            *Person.objects.filter(customer=customer).exclude(name=name).values_list("name", flat=True),
            *colleagues.values_list("name", flat=True),
        },
    )
