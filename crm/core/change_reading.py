"""Reads kept history back: who changed what, when, from what to what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import models

from crm.core.models import User

NOT_TOLD = frozenset({"id", "changed_by", "created_by", "created_at", "changed_at", "value_normal", "token"})
MOST_EVENTS = 200


@dataclass
class FieldChange:
    """One field: its name in words, the value before and after, as people read them."""

    label: str
    old: str
    new: str


@dataclass
class Change:
    """One edit of one record. ``by`` is None for what no signed-in person did (imports, the night)."""

    at: datetime
    what: str
    record: str
    is_removal: bool
    by: User | None = None
    kept_as: int = 0
    fields: list[FieldChange] = field(default_factory=list)


def find_event_model(model: type[models.Model]) -> type[models.Model] | None:
    """The model that keeps the history of ``model``, or None where none is kept."""
    for candidate in apps.get_models():
        if issubclass(candidate, pghistory.models.Event) and candidate.pgh_tracked_model is model:
            return candidate
    return None


def changes_of(record: models.Model) -> list[Change]:
    """Every kept change of ``record`` and of what belongs to it, newest first; at most 200 of each kind of record."""
    parent = type(record)
    changes = _read_changes(parent, {"pgh_obj_id": record.pk})
    for model in apps.get_models():
        link = next((f for f in model._meta.fields if f.name == parent._meta.model_name and f.is_relation), None)
        if link is None or link.related_model is not parent or issubclass(model, pghistory.models.Event):
            continue
        if find_event_model(model) is not None:
            changes += _read_changes(model, {f"{link.name}_id": record.pk})
    _name_people(changes)
    return [change for change, _by in sorted(changes, key=lambda pair: (pair[0].at, pair[0].kept_as), reverse=True)]


def _read_changes(model: type[models.Model], condition: dict[str, Any]) -> list[tuple[Change, int | None]]:
    """Changes with the key of who made them. An event holds the row before; the row after is the next one kept."""
    events_model = find_event_model(model)
    if events_model is None:
        return []
    events: list[Any] = list(
        events_model._default_manager.filter(**condition)
        .select_related("pgh_context")
        .order_by("-pgh_id")[:MOST_EVENTS]
    )
    by_record: dict[Any, list[Any]] = defaultdict(list)
    for event in reversed(events):
        by_record[event.pgh_obj_id].append(event)
    current = model._default_manager.in_bulk(list(by_record))
    changes = []
    for key, kept in by_record.items():
        for event, after in zip(kept, [*kept[1:], current.get(key)], strict=True):
            change = _compare(model, event, after)
            if change.is_removal or change.fields:
                metadata = event.pgh_context.metadata if event.pgh_context else {}
                changes.append((change, metadata.get("user")))
    return changes


def _compare(model: type[models.Model], event: Any, after: Any) -> Change:
    removed = event.pgh_label == "deleted"
    change = Change(event.pgh_created_at, str(model._meta.verbose_name), _name(model, event, after), removed)
    change.kept_as = event.pgh_id
    for column in _told_fields(model, event):
        old = getattr(event, column.attname)
        new = None if removed or after is None else getattr(after, column.attname)
        if removed and old in (None, "", False):
            continue
        if old != new:
            label = str(column.verbose_name)
            change.fields.append(FieldChange(label, _words(column, old), "" if removed else _words(column, new)))
    return change


def _told_fields(model: type[models.Model], event: Any) -> Iterable[Any]:
    kept = {f.attname for f in event._meta.fields}
    return [f for f in model._meta.fields if f.name not in NOT_TOLD and f.attname in kept]


def _name(model: type[models.Model], event: Any, after: Any) -> str:
    for name in ("name", "title", "value", "text", "label", "number", "key"):
        if name in {f.name for f in model._meta.fields}:
            return str(getattr(event, name, "") or "")[:200]
    return str(after or "")


def _words(column: Any, value: Any) -> str:
    """A value as people read it; a reference by the name of what it points to."""
    if value is None or value == "":
        return ""
    if column.is_relation:
        target = column.related_model._default_manager.filter(pk=value).first()
        return str(target or f"#{value}")
    if column.name.endswith("_cents"):
        return f"{value / 100:.2f}"
    choices = dict(column.flatchoices)
    return str(choices.get(value, value))


def _name_people(changes: list[tuple[Change, int | None]]) -> None:
    people = User.objects.in_bulk({key for _change, key in changes if key is not None})
    for change, key in changes:
        change.by = people.get(key) if key is not None else None
