"""Every list that people keep views of, act on and take along, by its name; the apps enter theirs when they are ready.

    register_list(KnownList("orders", _("Orders"), "home:order-list", "customers.view_order", ORDERS, find_orders))

The page, saved views, acts on many rows, files and edits in place all start from here, so a new list has them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from crm.core.list_definition import ListDefinition, Text
from crm.core.list_engine import narrow_rows
from crm.core.models import User


@dataclass(frozen=True)
class CellEdit:
    """A field that can be changed in the row: the form (of this one field) and the right it needs."""

    permission: str
    make_form: Callable[..., Any]
    save: Callable[..., Any] | None = None


@dataclass(frozen=True)
class KnownList:
    """One list. ``find_rows`` gives the rows that the reader of a request may see, before any filter.

    ``views`` are the tabs everybody has: words and query string. ``search_filter`` is the text filter that stands open
    above the rows; the others lie behind "Filter". ``rule_filter`` names the filter that takes a rule of the criteria
    grammar. ``export_permission`` is asked for before a file is made and again before it is handed out. ``row_acts``
    gives, for a reader, what draws the acts at the end of a row. ``scope`` names keys of the address that say of what
    this is the list (``audience``): every link carries them, no chip takes them off.
    """

    name: str
    label: Text
    url_name: str
    permission: str
    definition: ListDefinition
    find_rows: Callable[[HttpRequest], QuerySet[Any]]
    row_url: Callable[[Any], str]
    export_permission: str = "customers.export_customer"
    views: tuple[tuple[Text, str], ...] = ()
    search_filter: str = "q"
    rule_filter: str = ""
    edits: Mapping[str, CellEdit] = field(default_factory=dict)
    row_acts: Callable[[User], Callable[[Any], Any] | None] | None = None
    scope: tuple[str, ...] = ()
    empty_title: Text = ""
    empty_text: Text = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name)


LISTS: dict[str, KnownList] = {}
LIST_MODULES: list[str] = []  # loaded by the first who asks for a list outside a page


def register_list(known: KnownList) -> None:
    """Enter a list; the same name again replaces it (a process that gets ready twice)."""
    LISTS[known.name] = known


def load_lists() -> None:
    """Have every list and act entered; pages have, a worker does with its first job."""
    for module in LIST_MODULES:
        import_module(module)


def make_request(user: User, query: str) -> HttpRequest:
    """A request as ``user`` would send it for ``?query``: what filters read, for work outside a page."""
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(query), user
    return request


def find_matching(known: KnownList, *, user: User, query: str) -> QuerySet[Any]:
    """Every row of the list that ``user`` may see and that ``query`` lets through.

    Raises ``FilterLost`` when the query asks for something that no longer exists: leaving that out would act on more
    rows than were meant.
    """
    request = make_request(user, query)
    rows, controls = narrow_rows(known.find_rows(request), known.definition, request)
    if lost := [name for control in controls for name in control.lost]:
        raise FilterLost(", ".join(lost))
    return rows


class FilterLost(Exception):
    """The query names a filter value or figure that no longer exists; the message names it."""
