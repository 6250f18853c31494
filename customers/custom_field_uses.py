"""Who uses an own field: rules, triggers, saved views and readings of files, named before it is archived or changed.

The apps above say where they keep conditions (``register_field_uses``); lists and imports are asked here.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.core.metric_catalogue import Metric
from crm.core.models import SavedView, User
from customers.custom_field_catalogue import METRIC_PREFIX, define_field, make_metric
from customers.models import CustomField, DataImport, ImportMapping
from customers.rules.custom_value_order import SORTED_KINDS
from customers.rules.custom_values import names_field

LIST = "customers"
_LEAVES_OUT = _("leaves this condition out, so it shows more rows, and says so")


@dataclass(frozen=True)
class FieldUse:
    """One place that asks for a field: what it is, its name and address ("" where there is none to open), and what
    becomes of it without the field, or with the field as another kind."""

    what: Any
    name: str
    url: str
    becomes: Any


Source = Callable[[str, Metric | None], Iterable[FieldUse]]
Judge = Callable[[Any, Metric], bool]
_SOURCES: list[Source] = []
_JUDGES: list[Judge] = []


def register_field_uses(source: Source, *, does_fit: Judge) -> None:
    """Ask ``source`` too, with the name of the field in conditions (``field_12``) and what it becomes; ``does_fit``
    says whether a condition can go on asking for that. Once, when its app is ready."""
    _SOURCES.append(source)
    _JUDGES.append(does_fit)


def list_field_uses(custom_field: CustomField, *, user: User, to_kind: str | None = None) -> list[FieldUse]:
    """Every place that asks for ``custom_field``, and what becomes of it when the field is archived, or of another
    kind; views of others that ``user`` may not open are counted."""
    name = f"{METRIC_PREFIX}{custom_field.pk}"
    becoming = None
    if to_kind is not None:
        changed = CustomField(pk=custom_field.pk, label=custom_field.label, kind=to_kind, options=custom_field.options)
        becoming = make_metric(define_field(changed))
    uses = [use for source in _SOURCES for use in source(name, becoming)]
    return [*uses, *_list_views(name, user, becoming, to_kind), *_list_readings(name, is_kept=becoming is not None)]


def list_conditions_lost(custom_field: CustomField, *, user: User) -> list[FieldUse]:
    """Rules, triggers and views that ask for ``custom_field`` in a condition, and what becomes of them once no rule may
    ask it."""
    name = f"{METRIC_PREFIX}{custom_field.pk}"
    becoming = replace(make_metric(define_field(custom_field)), protected=True)
    uses = [use for source in _SOURCES for use in source(name, becoming)]
    return [*uses, *(use for use in _list_views(name, user, becoming, custom_field.kind) if use.becomes is _LEAVES_OUT)]


def _list_views(name: str, user: User, becoming: Metric | None, to_kind: str | None) -> list[FieldUse]:
    views = SavedView.objects.filter(Q(query__contains=name) | Q(columns__contains=[f"m.{name}"]), removed_at=None)
    using = [view for view in views if f"m.{name}" in view.columns or names_field(view.query, name)]
    open_to = set(SavedView.objects.visible_to(user).filter(pk__in=[v.pk for v in using]).values_list("pk", flat=True))
    address = reverse("home:customer-list")
    uses = []
    hidden: dict[Any, int] = {}
    for view in using:
        becomes = _tell_view(view, name, becoming, to_kind)
        if view.pk in open_to:
            url = f"{address}?view={view.pk}" if view.list_name == LIST else ""
            uses.append(FieldUse(_("Saved view"), view.name, url, becomes))
        else:
            hidden[becomes] = hidden.get(becomes, 0) + 1
    for becomes, count in hidden.items():
        words = ngettext("%(count)s view of a colleague", "%(count)s views of colleagues", count) % {"count": count}
        uses.append(FieldUse(_("Saved view"), words, "", becomes))
    return uses


def _tell_view(view: SavedView, name: str, becoming: Metric | None, to_kind: str | None) -> Any:
    """What becomes of a view: its condition first, for that changes which rows it shows; then its order and columns."""
    asked = QueryDict(view.query)
    if names_field(asked.get("rule", ""), name) and not (becoming and _fits(asked["rule"], becoming)):
        return _LEAVES_OUT
    if names_field(asked.get("sort", ""), name) and to_kind not in SORTED_KINDS:
        return _("shows its rows in the usual order of the list")
    if becoming is None:
        return _("shows the rest, and says that this column is gone")
    return _("goes on, with the values as the new kind reads them")


def _fits(rule: str, becoming: Metric) -> bool:
    try:
        criteria = json.loads(rule)
        return all(does_fit(criteria, becoming) for does_fit in _JUDGES)
    except (ValueError, RecursionError):
        return False


def _list_readings(name: str, *, is_kept: bool) -> list[FieldUse]:
    """Readings kept under a name, and files that wait to be imported."""
    becomes = _("no longer imports this column, and reads the others as ever")
    if is_kept:
        becomes = _("reads this column as the new kind; rows with something else in it are rejected")
    readings = ImportMapping.objects.filter(columns__has_key=name)
    uses = [FieldUse(_("Kept reading of a file"), mapping.name, "", becomes) for mapping in readings]
    waiting = DataImport.objects.filter(state=DataImport.State.READY, columns__has_key=name).exclude(file="")
    for one in waiting:
        uses.append(FieldUse(_("File ready to import"), one.file_name, one.get_absolute_url(), becomes))
    return uses


def name_archived_field(name: str) -> str:
    """The field behind ``field_12`` that conditions still name, by its label; the name itself where there is none."""
    key = name.removeprefix(METRIC_PREFIX)
    if not name.startswith(METRIC_PREFIX) or not key.isdecimal():
        return name
    label = CustomField.objects.filter(pk=int(key)).values_list("label", flat=True).first()
    return gettext("%(label)s (archived)") % {"label": label} if label else name
