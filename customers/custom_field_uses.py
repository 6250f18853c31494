"""Who uses an own field: rules, triggers, saved views and readings of files, named before it is archived or changed.

The apps above say where they keep conditions (``register_field_uses``); lists and imports are asked here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from crm.core.models import SavedView, User
from customers.custom_field_catalogue import METRIC_PREFIX
from customers.models import CustomField, DataImport, ImportMapping
from customers.rules.custom_values import names_field

LIST = "customers"


@dataclass(frozen=True)
class FieldUse:
    """One place that asks for a field: what it is, its name and address ("" where there is none to open), and what
    becomes of it without the field."""

    what: Any
    name: str
    url: str
    becomes: Any


Source = Callable[[str], Iterable[FieldUse]]
_SOURCES: list[Source] = []


def register_field_uses(source: Source) -> None:
    """Ask ``source`` too, with the name of the field in conditions (``field_12``); once, when its app is ready."""
    _SOURCES.append(source)


def list_field_uses(custom_field: CustomField, *, user: User) -> list[FieldUse]:
    """Every place that asks for ``custom_field``; views of others that ``user`` may not open are counted."""
    name = f"{METRIC_PREFIX}{custom_field.pk}"
    uses = [use for source in _SOURCES for use in source(name)]
    return [*uses, *_list_views(name, user), *_list_readings(name)]


def _list_views(name: str, user: User) -> list[FieldUse]:
    views = SavedView.objects.filter(Q(query__contains=name) | Q(columns__contains=[f"m.{name}"]), removed_at=None)
    using = [view for view in views if f"m.{name}" in view.columns or names_field(view.query, name)]
    open_to = set(SavedView.objects.visible_to(user).filter(pk__in=[v.pk for v in using]).values_list("pk", flat=True))
    becomes = _("shows the rest, and says that something it asked for is gone")
    address = reverse("home:customer-list")
    uses = [
        FieldUse(_("Saved view"), view.name, f"{address}?view={view.pk}" if view.list_name == LIST else "", becomes)
        for view in using
        if view.pk in open_to
    ]
    if hidden := len(using) - len(uses):
        words = ngettext("%(count)s view of a colleague", "%(count)s views of colleagues", hidden) % {"count": hidden}
        uses.append(FieldUse(_("Saved view"), words, "", becomes))
    return uses


def _list_readings(name: str) -> list[FieldUse]:
    """Readings kept under a name, and files that wait to be imported."""
    becomes = _("no longer imports this column, and reads the others as ever")
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
