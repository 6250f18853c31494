"""The page of a list of the catalogue: views as tabs, filters as sentences, columns of choice, rows to select.

Everything on it is made from the list's entry (``crm.core.list_catalogue``); a list adds its entry and an address.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.core.bulk_actions import list_actions
from crm.core.generic_views import ListView
from crm.core.list_catalogue import LISTS, KnownList
from crm.core.list_engine import ALL, COLUMNS, VIEW, Column, ListPage, build_list
from crm.core.view_choosing import ChosenView, choose_view, join_columns
from crm.core.view_saving import may_change
from crm.home.metric_columns import PREFIX
from customers.custom_field_uses import name_archived_field

MOST_TABS = 6
DENSITIES = (("compact", "28"), ("normal", "32"), ("roomy", "40"))
SWITCH = ("customers", "people", "orders", "tasks", "complaints", "runs")


class KnownListView(ListView):
    """A list of the catalogue by its ``list_name``."""

    list_name = ""
    template_name = "lists/list_page.html"
    head_template = ""
    above_template = ""
    chosen: ChosenView

    @property
    def known(self) -> KnownList:
        return LISTS[self.list_name]

    @property
    def permission(self) -> str:  # type: ignore[override]
        return self.known.permission

    @property
    def title(self) -> Any:  # type: ignore[override]
        return self.known.label

    @property
    def definition(self) -> Any:  # type: ignore[override]
        return self.known.definition

    def get_queryset(self) -> QuerySet[Any]:
        self.chosen = choose_view(self.known, self.request)
        return self.known.find_rows(self.request)

    def make_page(self) -> ListPage:
        page = build_list(
            self.object_list,
            self.definition,
            self.request,
            keep=(VIEW, COLUMNS, *self.known.scope),
            columns=self.chosen.columns,
        )
        page.lost_columns = [name_archived_field(name.removeprefix(PREFIX)) for name in page.lost_columns]
        return page

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = super().get_context_data(**context)
        page: ListPage = shown["list"]
        user: Any = self.request.user
        current = self.chosen.current
        may_edit = {name for name, edit in self.known.edits.items() if user.has_perm(edit.permission)}
        return {
            **shown,
            "known": self.known,
            "chosen": self.chosen,
            "tabs": list_tabs(self.known, self.chosen, page),
            "switch": [(LISTS[name], name == self.list_name) for name in SWITCH if may_open(name, user)],
            "actions": list_actions(self.known, user),
            "may_select": bool(list_actions(self.known, user)) or user.has_perm(self.known.export_permission),
            "may_export": user.has_perm(self.known.export_permission),
            "may_edit": may_edit,
            "no_edit": say_no_edit(self.known, may_edit, page.columns),
            "search": next((c for c in page.controls if c.filter.name == self.known.search_filter), None),
            "differs": self.chosen.differs(page.query),
            "may_refresh": current is not None and may_change(current, user),
            "column_names": join_columns([column.name for column in page.columns]),
            "head_template": self.head_template,
            "above_template": self.above_template,
            "densities": DENSITIES,
            "lists_url": reverse("home:view-list", args=[self.known.name]),
        }


def say_no_edit(known: KnownList, may_edit: Collection[str], shown: Iterable[Column]) -> str:
    """Why E changes nothing in a row of these columns."""
    if any(column.edit in may_edit for column in shown):
        return _("This row cannot be changed here. Enter opens it.")
    able = [str(column.label) for column in known.definition.columns if column.edit in may_edit]
    if able:
        words = {"names": ", ".join(able[:4])}
        return _("No column shown here can be changed. Columns brings those that can: %(names)s.") % words
    return _("Nothing of this list is changed in its row, or not by your role. Enter opens it.")


def may_open(name: str, user: Any) -> bool:
    """Whether a list of this name is there, for this reader."""
    return name in LISTS and user.has_perm(LISTS[name].permission)


def _find_rows_asked(query: str) -> dict[str, str]:
    """What a query string asks of the rows and their order, whatever columns it shows of them."""
    return {key: str(value) for key, value in QueryDict(query.lstrip("?")).items() if key not in {VIEW, COLUMNS}}


def list_tabs(known: KnownList, chosen: ChosenView, page: ListPage) -> list[dict[str, Any]]:
    """Everybody's views and the saved ones; of these the first few, and always the one that is open."""
    bare, none = _find_rows_asked(page.query), chosen.current is None
    tabs = [
        {"label": label, "url": f"?{query or f'{VIEW}={ALL}'}", "current": none and _find_rows_asked(query) == bare}
        for label, query in known.views
    ]
    saved = sorted(chosen.views, key=lambda view: view is not chosen.current)[:MOST_TABS]
    saved.sort(key=chosen.views.index)
    return tabs + [
        {"label": view.name, "url": f"?{VIEW}={view.pk}", "current": view is chosen.current, "count": None}
        for view in saved
    ]
