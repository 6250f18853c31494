"""The bin: what people removed in the last 30 days and may bring back, newest first.

Nothing is kept for it besides the history: a removal leaves the row as it was, and ``crm.core.record_restoring`` puts
it in again. What an import, a night or an act on many rows removed is not offered here; an import and an act are
taken back as a whole.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils.text import capfirst

from crm.core.change_reading import Change, find_event_model, list_kept_models, read_changes
from crm.core.models import User
from crm.core.record_restoring import KEPT_FOR
from crm.core.row_visibility import customer_scope

APP = "customers"
MOST_SHOWN = 100


@dataclass(frozen=True)
class Removed:
    """One removed record: as it was, and until when it may come back."""

    change: Change
    until: datetime
    customer_id: int | None = None


def _has_customer(model: type[models.Model]) -> bool:
    return any(field.name == "customer" for field in model._meta.fields)


def list_binned_models(user: User) -> list[type[models.Model]]:
    """The kinds of record that ``user`` may bring back: those of customers, and for who runs the house all others."""
    runs_the_house = user.has_perm("core.change_settings")
    return [
        model
        for model in list_kept_models()
        if model._meta.app_label == APP
        and model._meta.model_name != "customer"
        and (_has_customer(model) or runs_the_house)
    ]


def _removals(model: type[models.Model], user: User, *, at: datetime) -> QuerySet[Any]:
    """The kept rows of what was removed by a person, of customers he sees, and is still gone."""
    events: Any = find_event_model(model)
    back = model._default_manager.filter(pk=OuterRef("pgh_obj_id"))
    later = events.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
    rows = events.objects.filter(
        ~Exists(back),
        ~Exists(later),
        ~Q(pgh_context__metadata__has_key="act"),
        pgh_label="deleted",
        pgh_context__created_at__gte=at - KEPT_FOR - timedelta(days=1),
        pgh_created_at__gte=at - KEPT_FOR,
        pgh_context__metadata__has_key="user",
    )
    if _has_customer(model):
        rows = rows.filter(customer_scope(user, prefix="customer__"), customer__number__isnull=False)
    return rows  # type: ignore[no-any-return]


def find_undo_url(row: models.Model, *, user: User) -> str:
    """Where a removal of ``row`` by ``user`` is taken back, for the Undo of a toast; "" where he finds it in no bin."""
    if not user.has_perm("customers.change_customer") or type(row) not in list_binned_models(user):
        return ""
    return reverse("core:bring-back", args=[row._meta.model_name, row.pk])


def find_removed(kind: str, pk: int, *, user: User, at: datetime) -> type[models.Model] | None:
    """The model called ``kind`` when its record ``pk`` lies in the bin for ``user``."""
    for model in list_binned_models(user):
        if model._meta.model_name == kind and _removals(model, user, at=at).filter(pgh_obj_id=pk).exists():
            return model
    return None


def list_bin(user: User, *, at: datetime, kind: str = "", before: datetime | None = None) -> list[Removed]:
    """The newest 100 of one kind or all, before a moment where one is given."""
    models_here = [model for model in list_binned_models(user) if kind in {"", model._meta.model_name}]
    found = _find_newest(models_here, user, at=at, before=before)
    keys: dict[type[models.Model], list[int]] = {}
    for place, kept_as, _pk, _customer in found:
        keys.setdefault(models_here[place], []).append(kept_as)
    customers = {(models_here[place]._meta.model_name, pk): customer for place, _kept_as, pk, customer in found}
    events: list[Any] = [(find_event_model(model), kept) for model, kept in keys.items()]
    parts = [event.objects.filter(pk__in=kept) for event, kept in events]
    changes = read_changes(parts) if parts else []
    return [
        Removed(change, change.at + KEPT_FOR, customers.get((change.kind, change.pk)))
        for change in changes[:MOST_SHOWN]
    ]


def _find_newest(
    kinds: list[type[models.Model]], user: User, *, at: datetime, before: datetime | None
) -> list[tuple[int, int, int, int | None]]:
    """The newest 100 removals of each of ``kinds`` in one query: the place of the kind, the keys of the kept row, of
    the record and of its customer."""
    selects = []
    for place, model in enumerate(kinds):
        rows = _removals(model, user, at=at)
        rows = rows.filter(pgh_created_at__lt=before) if before is not None else rows
        customer = F("customer_id") if _has_customer(model) else Value(None, output_field=models.BigIntegerField())
        told = rows.annotate(told_place=Value(place), told_customer=customer).order_by("-pgh_id")
        selects.append(told.values_list("told_place", "pgh_id", "pgh_obj_id", "told_customer")[:MOST_SHOWN])
    return list(selects[0].union(*selects[1:], all=True)) if selects else []


def list_bin_kinds(user: User) -> list[tuple[str, str]]:
    """The kinds as pairs of key and words, in the order of the words."""
    kinds = [(str(m._meta.model_name), capfirst(str(m._meta.verbose_name))) for m in list_binned_models(user)]
    return sorted(kinds, key=lambda pair: pair[1])
