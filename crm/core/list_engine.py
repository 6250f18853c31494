"""The list engine: every list of the product is one ``ListDefinition`` and one call of ``build_list``.

    PRODUCTS = ListDefinition(
        columns=(
            Column("name", _("Product"), sort="name", url=lambda row: reverse("customers:product-edit", args=[row.pk])),
            Column("price", _("List price"), value="price_cents", kind="amount", sort="price_cents", nullable=True),
        ),
        filters=(TextFilter("q", _("Search"), search_products), FlagFilter("sold", _("Still sold"), only_sold)),
        default_sort="name",
    )
    page = build_list(Product.objects.all(), PRODUCTS, request)

``ListView`` (``crm.core.generic_views``) does that and renders ``generic/list.html``, or your template, which includes
``components/list_filters.html``, ``list_head.html`` and ``list_pager.html``. Filters, sort and place live in the query
string: a link can be sent, Back works, and whatever is not understood there is left out and said, never an error.

Paging is by key: a token holds the sort value and id of a row; pages never count and never skip. A sort names an ORM
path and a unique ``tie`` in the same table, both served by one index ``(sort, tie)``; rows without a value
(``nullable``) come last in either direction, fetched apart. A list costs one query for the rows, one or two for the
count, and whatever ``load`` adds for a whole page (never one per row). Counts are exact up to 10,000 and the
planner's estimate beyond.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from crm.core.few_finding import find_cheap_few
from crm.core.formats import format_count
from crm.core.id_arrays import one_of_many
from crm.core.list_definition import ChoiceFilter, Column, FlagFilter, ListDefinition, Text, TextFilter
from crm.core.list_gathering import walk_or_gather
from crm.core.list_paging import (
    COUNT_LIMIT,
    MANY,
    Counted,
    count_about,
    count_rows,
    fetch_rows,
    name_sort_value,
    read_token,
    write_token,
)
from crm.core.single_asking import asking_among

__all__ = [
    "COUNT_LIMIT",
    "ChoiceFilter",
    "Column",
    "FlagFilter",
    "ListDefinition",
    "TextFilter",
    "build_list",
    "count_about",
    "write_token",
]

VIEW, COLUMNS, ALL = "view", "columns", "all"
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Part:
    """One of several things a filter says, with the page without it."""

    words: str
    remove_url: str


@dataclass
class Control:
    """A filter as shown: its options, the value in force, and the page without it."""

    filter: ChoiceFilter | TextFilter | FlagFilter
    request: HttpRequest
    value: str = ""
    remove_url: str = ""
    lost: list[str] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen; asked for only where it is shown or has to be checked."""
        return self.filter.options(self.request)

    @property
    def words(self) -> Text:
        return self.filter.label

    @cached_property
    def value_words(self) -> str:
        """The value as said on its chip; asked several times on a page, told once."""
        if isinstance(self.filter, FlagFilter):
            return ""
        if isinstance(self.filter, TextFilter) and self.filter.tell:
            return self.filter.tell(self.value)
        return dict(self.options).get(self.value, self.value)


@dataclass
class Head:
    """A column's head: where a click leads and how it is sorted now."""

    column: Column
    href: str = ""
    direction: str = ""
    is_first: bool = False

    @property
    def marks(self) -> str:
        """The classes of its cell."""
        said = {"num": self.column.numeric, "hide-s": self.column.hide_on_phone, "pin": self.is_first}
        return " ".join(name for name, holds in said.items() if holds)


@dataclass
class ListPage:
    """One page of a list, for a template."""

    rows: list[Any]
    heads: list[Head]
    controls: list[Control]
    sort: str
    shown: str
    back_url: str = ""
    next_url: str = ""
    clear_url: str = "?"
    query: str = ""
    address: str = ""
    is_exact: bool = True
    lost_columns: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    hidden: list[tuple[str, str]] = field(default_factory=list)

    @property
    def chips(self) -> list[Control]:
        return [control for control in self.controls if control.value]

    @property
    def lost(self) -> list[str]:
        """What filters ask for that is not there, and is left out."""
        return [lost for control in self.controls for lost in control.lost]

    @property
    def has_sums(self) -> bool:
        """Whether money stands in it that can be added up."""
        return any(column.sum for column in self.columns)

    @property
    def columns(self) -> list[Column]:
        return [head.column for head in self.heads]


def clean_text(raw: str, *, limit: int = 200) -> str:
    """Text from a query string as it may go to the database: no control characters, at most ``limit`` characters.

    What joins letters stays: Persian words and pictures of several signs are written with it.
    """
    return "".join(c for c in raw if c.isprintable() or c in JOINERS).strip()[:limit]


def _sort_field(queryset: QuerySet[Any], column: Column) -> Field:
    """The field that reads a token's sort value."""
    probe = name_sort_value(queryset, column)
    return probe.query.annotations["list_sort_value"].output_field  # type: ignore[no-any-return]


def _find_page(
    queryset: QuerySet[Any],
    definition: ListDefinition,
    column: Column,
    sort: str,
    params: QueryDict,
    fetch: Callable[..., list[Any]],
) -> tuple[list[Any], bool, bool]:
    """Rows of the page asked for, and whether there are rows before and after it."""
    size, descending = definition.page_size, sort.startswith("-")
    find = partial(fetch, queryset, column, descending=descending, size=size + 1)
    value_field = _sort_field(queryset, column)
    for key, backward in (("after", False), ("before", True)):
        place = read_token(str(params[key]), sort=sort, value_field=value_field) if key in params else None
        if place is None:
            continue
        rows = find(place=place, backward=backward)
        if backward and len(rows) > size:
            return rows[1:], True, True
        if not backward and rows:
            return rows[:size], True, len(rows) > size
    rows = find(place=None, backward=False)
    return rows[:size], False, len(rows) > size


def _read_controls(definition: ListDefinition, request: HttpRequest) -> list[Control]:
    controls = []
    for one in definition.filters:
        control = Control(one, request)
        limit = one.limit if isinstance(one, TextFilter) else 200
        value = clean_text(request.GET.get(one.name, ""), limit=limit)
        if value and _is_known(control, value):
            control.value = value
        elif value:
            control.lost = one.lost(value) if isinstance(one, TextFilter) and one.lost else [value]
        controls.append(control)
    return controls


def _is_known(control: Control, value: str) -> bool:
    if isinstance(control.filter, TextFilter):
        return control.filter.accepts is None or control.filter.accepts(value)
    return value in dict(control.options)


def _url(state: dict[str, str], /, **changes: str) -> str:
    """The link to ``state``; a saved view of which nothing is left but its name is no longer that view."""
    query = QueryDict(mutable=True)
    for key, value in {**state, **changes}.items():
        if value:
            query[key] = value
    if VIEW in query and set(query) <= {VIEW, COLUMNS}:
        query[VIEW] = ALL
    return f"?{query.urlencode()}"


def _heads(columns: tuple[Column, ...], sort: str, state: dict[str, str]) -> list[Head]:
    heads = []
    for place, column in enumerate(columns):
        if not column.sort:
            heads.append(Head(column, is_first=place == 0))
            continue
        first = f"-{column.name}" if column.largest_first else column.name
        other = column.name if column.largest_first else f"-{column.name}"
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
        url = _url(state, sort=other if sort == first else first)
        heads.append(Head(column, url, direction, is_first=place == 0))
    return heads


def _place_url(state: dict[str, str], key: str, row: Model, sort: str) -> str:
    return _url(state, **{key: write_token(sort, row.list_sort_value, row.pk)})  # type: ignore[attr-defined]


def narrow_rows(
    queryset: QuerySet[Any], definition: ListDefinition, request: HttpRequest
) -> tuple[QuerySet[Any], list[Control]]:
    """``queryset`` narrowed by the filters in the query string, and the filters with what each is set to."""
    controls = _read_controls(definition, request)
    for control in controls:
        if control.value:
            queryset = control.filter.apply(queryset, control.value, request)
    return queryset, controls


def _link(control: Control, state: dict[str, str]) -> None:
    """The page without this filter, and without each of the things it says."""
    name, one = control.filter.name, control.filter
    control.remove_url = _url(state, **{name: ""})
    if control.value and isinstance(one, TextFilter) and one.split:
        control.parts = [Part(words, _url(state, **{name: rest})) for words, rest in one.split(control.value)]


def find_sort(definition: ListDefinition, request: HttpRequest) -> tuple[str, Column]:
    """The sort in the query string when it is offered, else the list's own."""
    for sort in (request.GET.get("sort", ""), definition.default_sort):
        if (column := definition.sort_column(sort)) is not None:
            return sort, column
    raise LookupError(f"The default sort {definition.default_sort!r} is not a sorted column.")


def build_list(
    queryset: QuerySet[Any],
    definition: ListDefinition,
    request: HttpRequest,
    *,
    keep: tuple[str, ...] = (),
    columns: Sequence[str] = (),
    counted: tuple[int, bool] | None = None,
) -> ListPage:
    """The page of ``queryset`` that the query string asks for; ``keep`` names its other keys that links carry on.

    ``columns`` are the names of the columns the reader chose; empty shows the list's own. ``counted`` is how many rows
    there are and whether that is exact, for a page that knows it already.
    """
    everybody = queryset
    queryset, controls = narrow_rows(queryset, definition, request)
    sort, column = find_sort(definition, request)
    hidden = [(name, clean_text(request.GET[name], limit=1000)) for name in keep if name in request.GET]
    state = dict(hidden) | {control.filter.name: control.value for control in controls}
    if sort != definition.default_sort:
        state["sort"] = sort
    for control in controls:
        _link(control, state)
    with asking_among({} if counted else find_cheap_few(queryset)):
        known = Counted(*counted) if counted else count_rows(queryset)
        # Of a few the order matters more than the index of the sort, which may hold a million others; whatever they
        # were narrowed by was asked when their keys were read.
        here = queryset if known.keys is None else everybody.filter(pk__in=one_of_many(known.keys))
        fetch: Callable[..., list[Any]] = fetch_rows
        is_narrowed = any(control.value for control in controls)
        if known.keys is None and known.gathering_ms and (is_narrowed or known.count <= MANY):
            remembered_as = _name_list(request, state)
            fetch = partial(
                walk_or_gather,
                gathering_ms=known.gathering_ms,
                is_single=known.is_single,
                remembered_as=remembered_as,
            )
        rows, before, after = _find_page(here, definition, column, sort, request.GET, fetch)
        if not (known.is_exact or before or after):  # all of them stand on this page, whatever the planner expected
            known = replace(known, count=len(rows), is_exact=True)
    chosen, lost = definition.choose_columns(columns)
    load_details(rows, definition, chosen, request)
    place = {key: request.GET[key] for key in ("after", "before") if before and key in request.GET}
    return ListPage(
        rows=rows,
        heads=_heads(chosen, sort, state),
        controls=controls,
        sort=sort,
        shown=format_count(known.count, exact=known.is_exact),
        is_exact=known.is_exact,
        back_url=_place_url(state, "before", rows[0], sort) if before and rows else "",
        next_url=_place_url(state, "after", rows[-1], sort) if after else "",
        clear_url=_url(dict(hidden)),
        query=_url(state),
        address=_url(state, **place),
        lost_columns=lost,
        hidden=hidden + ([("sort", state["sort"])] if "sort" in state else []),
    )


def _name_list(request: HttpRequest, state: dict[str, str]) -> str:
    """What is listed for whom in which order, whatever its page, as one word."""
    told = json.dumps([request.user.pk, request.path, sorted(state.items())])
    return f"list-gathered:{hashlib.sha256(told.encode()).hexdigest()}"


def load_details(rows: list[Any], definition: ListDefinition, columns: Sequence[Column], request: HttpRequest) -> None:
    """Fetch at once whatever ``rows`` need besides themselves to show ``columns``."""
    if definition.load:
        definition.load(rows, request)
    own = {column.name for column in definition.columns}
    further = [column for column in columns if column.name not in own]
    if further and definition.load_more:
        definition.load_more(rows, further, request)
