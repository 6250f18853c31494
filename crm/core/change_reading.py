"""Reads kept history back: who changed what, when, from what to what.

An event holds the row before the change; the row after is the next event kept of the same record, else the record as it
stands. Events of every kind of record are read, with both rows, in one statement; the names of what they point to in
one a kind.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import pghistory.models
from django.apps import apps
from django.db import models
from django.db.models import Count, F, QuerySet, Value, Window
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.formats import format_full_day
from crm.core.models import User

NOT_TOLD = frozenset(
    {"id", "changed_by", "created_by", "created_at", "changed_at", "value_normal", "token", "stored", "sha256"}
)
NAMES = ("name", "file_name", "title", "value", "text", "label", "number", "key")
NAMED_BY = ("step", "need", "tag", "product", "process", "segment", "user")
NAMED_AS = ("work", "channel", "kind", "family")
KEYS_OF_OURS = frozenset({"task.source"})  # written for programs: which row of another kind asked for it
MOST_EVENTS = 200
VALUE_WORDS: dict[str, Callable[[Any], str]] = {}
"""How the value of a field with a structure of its own is read: an app enters its own when it is ready, by
``model.field`` (``segmentrule.criteria``)."""
VALUE_PARTS: dict[str, Callable[[Any, Any], Iterable[tuple[str, str, str]]]] = {}
"""How a field that holds several values is told, each that differs as (name, before, after); by ``model.field``, which
an app enters when it is ready. Before or after is None where the record was not there."""


@dataclass
class FieldChange:
    """One field: its name in words, the value before and after, as people read them."""

    label: str
    old: str
    new: str


@dataclass
class Change:
    """One edit of one record. ``by`` is None for what no signed-in person did (imports, the night).

    ``kind`` and ``pk`` are the record's; ``others`` says how many more of its kind the same act changed.
    """

    at: datetime
    what: str
    record: str
    is_removal: bool
    by: User | None = None
    kept_as: int = 0
    fields: list[FieldChange] = field(default_factory=list)
    kind: str = ""
    pk: int = 0
    act: Any = None
    others: int = 0


@cache
def list_kept_models() -> list[type[models.Model]]:
    """Every model of which history is kept, in a fixed order."""
    events: list[Any] = [model for model in apps.get_models() if issubclass(model, pghistory.models.Event)]
    return sorted((model.pgh_tracked_model for model in events), key=lambda model: str(model._meta.label))


@cache
def find_event_model(model: type[models.Model]) -> type[models.Model] | None:
    """The model that keeps the history of ``model``, or None where none is kept."""
    for candidate in apps.get_models():
        if issubclass(candidate, pghistory.models.Event) and candidate.pgh_tracked_model is model:
            return candidate
    return None


def changes_of(record: models.Model) -> list[Change]:
    """Every kept change of ``record`` and of what belongs to it, newest first; at most 200 of each kind of record."""
    parent = type(record)
    parts = []
    for model in list_kept_models():
        events = find_event_model(model)._default_manager  # type: ignore[union-attr]
        link = next((f for f in model._meta.fields if f.name == parent._meta.model_name and f.is_relation), None)
        if model is parent:
            parts.append(events.filter(pgh_obj_id=record.pk).order_by("-pgh_id")[:MOST_EVENTS])
        elif link is not None and link.related_model is parent:
            parts.append(events.filter(**{f"{link.name}_id": record.pk}).order_by("-pgh_id")[:MOST_EVENTS])
    return read_changes(parts)


class _Event(NamedTuple):
    """One kept row: which kind it is of, when and in which act by whom, the record before and after, as JSON."""

    place: int
    kept_as: int
    at: datetime
    label: str
    act: Any
    user_id: int | None
    before: dict[str, Any]
    after: dict[str, Any] | None
    of: int
    nth: int

    @property
    def model(self) -> type[models.Model]:
        return list_kept_models()[self.place]

    @property
    def is_removal(self) -> bool:
        return self.label == "deleted"

    @property
    def told_fields(self) -> list[Any]:
        kind = self.model._meta.model_name
        return [
            f
            for f in self.model._meta.fields
            if f.name not in NOT_TOLD and f.attname in self.before and f"{kind}.{f.name}" not in KEYS_OF_OURS
        ]

    @property
    def namesake(self) -> Any:
        """The field that points to what gives the record its name, where it has none of its own."""
        if any(name in self.before for name in NAMES):
            return None
        fields = {f.name: f for f in self.model._meta.fields if f.is_relation}
        found = [fields[name] for name in NAMED_BY if name in fields]
        return next((f for f in found if self.before.get(f.attname)), None)


def read_changes(parts: Iterable[QuerySet[Any]], *, most_of_an_act: int = MOST_EVENTS) -> list[Change]:
    """The changes kept in ``parts`` (rows of event models, one queryset a kind), newest first.

    Of one kind at most ``most_of_an_act`` are read of what one act changed at once.
    """
    selects = [_select(part, most_of_an_act) for part in parts]
    if not selects:
        return []
    events = [_Event(*row) for row in selects[0].union(*selects[1:], all=True)]
    names = _Names(events)
    told = [_make_change(event, names, is_last=event.nth == most_of_an_act) for event in events]
    shown = [change for change in told if change.is_removal or change.fields]
    return sorted(shown, key=lambda change: (change.at, change.kept_as), reverse=True)


def _select(part: QuerySet[Any], most: int) -> QuerySet[Any]:
    """The events of one kind, as ``_Event`` takes them; the names of the tables come from the models."""
    model = part.model.pgh_tracked_model
    kept, current = part.model._meta.db_table, model._meta.db_table
    after = f"""coalesce(
        (SELECT to_jsonb(n) FROM {kept} n WHERE n.pgh_obj_id = {kept}.pgh_obj_id AND n.pgh_id > {kept}.pgh_id
         ORDER BY n.pgh_id LIMIT 1), (SELECT to_jsonb(c) FROM {current} c WHERE c.id = {kept}.pgh_obj_id))"""  # noqa: S608
    user = Cast(KeyTextTransform("user", "pgh_context__metadata"), models.BigIntegerField())
    return (
        part.model._default_manager.filter(pk__in=part.values("pk"))
        .annotate(
            told_place=Value(list_kept_models().index(model), output_field=models.IntegerField()),
            told_user=user,
            told_before=RawSQL(f"to_jsonb({kept})", [], output_field=models.JSONField()),  # noqa: S611
            told_after=RawSQL(after, [], output_field=models.JSONField()),  # noqa: S611
            told_of=Window(Count("pgh_id"), partition_by=F("pgh_context")),
            told_nth=Window(RowNumber(), partition_by=F("pgh_context"), order_by="-pgh_id"),
        )
        .filter(told_nth__lte=most)
        .order_by()
        .values_list(
            *("told_place", "pgh_id", "pgh_created_at", "pgh_label", "pgh_context_id", "told_user"),
            *("told_before", "told_after", "told_of", "told_nth"),
        )
    )


def _make_change(event: _Event, names: "_Names", *, is_last: bool) -> Change:
    meta = event.model._meta
    return Change(
        event.at,
        str(meta.verbose_name),
        _name_record(event, names),
        event.is_removal,
        by=names.people.get(event.user_id),
        kept_as=event.kept_as,
        fields=list(_compare(event, names)),
        kind=str(meta.model_name),
        pk=event.before["id"],
        act=event.act,
        others=event.of - event.nth if is_last else 0,
    )


def _name_record(event: _Event, names: "_Names") -> str:
    """Its own name, else that of what it is about, else its kind of work or channel; "" where nothing says it."""
    for name in NAMES:
        if name in event.before:
            return str(event.before[name] or "")[:200]
    if event.namesake is not None:
        return names.tell(event.namesake, event.before[event.namesake.attname])[:200]
    columns = {column.name: column for column in event.told_fields}
    return next((names.tell(columns[name], event.before[name]) for name in NAMED_AS if name in columns), "")


def _compare(event: _Event, names: "_Names") -> Iterator[FieldChange]:
    after = {} if event.is_removal else event.after or {}
    for column in event.told_fields:
        old, new = event.before[column.attname], after.get(column.attname)
        if old == new or (event.is_removal and old in (None, "", False)):
            continue
        if tell_parts := VALUE_PARTS.get(f"{event.model._meta.model_name}.{column.name}"):
            yield from (FieldChange(*part) for part in tell_parts(old, new))
        else:
            yield FieldChange(str(column.verbose_name), names.tell(column, old), names.tell(column, new))


class _Names:
    """What the changed rows point to, by name; each kind of record asked once for all of them."""

    def __init__(self, events: list[_Event]) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        wanted[User] = {event.user_id for event in events}
        for event in events:
            after = {} if event.is_removal else event.after or {}
            if event.namesake is not None:
                wanted[event.namesake.related_model].add(event.before[event.namesake.attname])
            for column in event.told_fields:
                old, new = event.before[column.attname], after.get(column.attname)
                if column.is_relation and old != new:
                    wanted[column.related_model] |= {old, new}
        self.found = {
            model: model._default_manager.in_bulk(keys - {None}) for model, keys in wanted.items() if keys - {None}
        }
        self.people: dict[Any, User] = self.found.get(User, {})  # type: ignore[assignment]

    def tell(self, column: Any, value: Any) -> str:
        """A value as people read it; a reference by the name of what it points to."""
        if value is None or value == "":
            return ""
        if column.is_relation:
            return str(self.found.get(column.related_model, {}).get(value) or _("removed since"))
        if column.name.endswith("_cents"):
            return f"{value / 100:.2f}"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dict | list):
            read_value = VALUE_WORDS.get(f"{column.model._meta.model_name}.{column.name}")
            return read_value(value) if read_value else ", ".join(str(one) for one in value)
        choices, read = dict(column.flatchoices), column.to_python(value)
        if isinstance(read, datetime):
            local = timezone.localtime(read)
            return f"{format_full_day(local.date())}, {local:%H:%M}"
        return str(choices.get(value, format_full_day(read) if isinstance(read, date) else read))
