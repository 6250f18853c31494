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
string: a link can be sent, Back works, and whatever is not understood there is left out, never an error.

Paging is by key: a token holds the sort value and id of a row; pages never count and never skip. A sort names an ORM
path and a unique ``tie`` in the same table, both served by one index ``(sort, tie)``; rows without a value
(``nullable``) come last in either direction, fetched apart. A list costs one query for the rows, one or two for the
count, and whatever ``load`` adds for a whole page (never one per row). Counts are exact up to 10,000 and the
planner's estimate beyond.
"""

import base64
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, QuerySet
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from crm.core.formats import format_count

COUNT_LIMIT = 10_000
LARGEST_ID = 2**63 - 1
Text = str | Promise
Apply = Callable[[QuerySet[Any], str, HttpRequest], QuerySet[Any]]


@dataclass(frozen=True)
class Column:
    """One column: its head, how ``generic/list.html`` shows it (``kind``), and how it is sorted.

    ``value`` is a path of attributes (``owner.name``) or a function of the row; empty is ``name``. ``kind``: ``text``,
    ``number``, ``amount`` (cents, whole money), ``amount_exact``, ``day``, ``moment``, ``flag``, ``avatar``. Numeric
    kinds stand right. ``tie`` is a path to the row's own id, in the table of ``sort``.
    """

    name: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    unit: Text = ""
    sort: str = ""
    tie: str = "pk"
    nullable: bool = False
    largest_first: bool = False
    hide_on_phone: bool = False
    url: Callable[[Any], str] | None = None
    head_term: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in {"number", "amount", "amount_exact"}

    def read(self, row: Any) -> Any:
        """The value shown in this column of ``row``."""
        if callable(self.value):
            return self.value(row)
        for step in (self.value or self.name).split("."):
            row = getattr(row, step, None)
        return row() if callable(row) else row


@dataclass(frozen=True)
class ChoiceFilter:
    """One of several; ``choices`` are pairs (value, words), or a function of the request that returns them."""

    name: str
    label: Text
    apply: Apply
    choices: Sequence[tuple[str, Text]] | Callable[[HttpRequest], Iterable[tuple[str, Text]]] = ()
    in_form: bool = True

    kind = "choice"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        pairs = self.choices(request) if callable(self.choices) else self.choices
        return [(str(value), str(words)) for value, words in pairs]


@dataclass(frozen=True)
class TextFilter:
    """Free text of at most ``limit`` characters; control characters are taken out before ``apply`` sees it.

    What ``accepts`` refuses is left out; ``tell`` says the value in words.
    """

    name: str
    label: Text
    apply: Apply
    is_short: bool = False
    in_form: bool = True
    limit: int = 200
    accepts: Callable[[str], bool] | None = None
    tell: Callable[[str], str] | None = None

    kind = "text"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        return []


@dataclass(frozen=True)
class FlagFilter:
    """On or not asked: ``?name=1``. One that is a view of its own (``in_form=False``) is carried along, not offered."""

    name: str
    label: Text
    apply: Apply
    in_form: bool = True

    kind = "flag"

    def options(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [("1", _("yes"))]


@dataclass(frozen=True)
class ListDefinition:
    """What a list shows and by what it can be narrowed and sorted; ``default_sort`` is a column's name, ``-`` before it
    for largest first. ``load`` fetches at once whatever the rows of one page need besides.
    """

    columns: tuple[Column, ...]
    filters: tuple[ChoiceFilter | TextFilter | FlagFilter, ...] = ()
    default_sort: str = ""
    page_size: int = 50
    load: Callable[[list[Any], HttpRequest], None] | None = None

    def sort_column(self, name: str) -> Column | None:
        """The column that ``name`` (with or without ``-``) sorts by, if that is offered."""
        return next((c for c in self.columns if c.sort and c.name == name.removeprefix("-")), None)


@dataclass
class Control:
    """A filter as shown: its options, the value in force, and the page without it."""

    filter: ChoiceFilter | TextFilter | FlagFilter
    options: list[tuple[str, str]]
    value: str = ""
    remove_url: str = ""

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
    hidden: list[tuple[str, str]] = field(default_factory=list)

    @property
    def chips(self) -> list[Control]:
        return [control for control in self.controls if control.value]

    @property
    def columns(self) -> list[Column]:
        return [head.column for head in self.heads]


def clean_text(raw: str, *, limit: int = 200) -> str:
    """Text from a query string as it may go to the database: no control characters, at most ``limit`` characters."""
    return "".join(c for c in raw if c.isprintable()).strip()[:limit]


def read_token(raw: str, *, sort: str, value_field: Field) -> tuple[Any, int] | None:
    """Sort value and id from a token, or None when it is broken, forged or of another sort."""
    try:
        token_sort, value, row_id = json.loads(base64.urlsafe_b64decode(raw.encode("ascii") + b"==="))
        if token_sort != sort or type(row_id) is not int or not 0 <= row_id <= LARGEST_ID:
            return None
        if value is not None:
            value = value_field.to_python(value)
            value_field.run_validators(value)
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return None
    too_large = isinstance(value, int) and abs(value) > LARGEST_ID
    endless = isinstance(value, float | Decimal) and not math.isfinite(value)
    unclean = isinstance(value, str) and ("\x00" in value or len(value) > 2000)
    return None if too_large or endless or unclean else (value, row_id)


def write_token(sort: str, value: Any, row_id: int) -> str:
    """A place in the list sorted by ``sort``."""
    if isinstance(value, date | datetime):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    raw = json.dumps([sort, value, row_id], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def count_about(queryset: QuerySet[Any], *, limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many rows, and whether that is exact; never counts further than ``limit``."""
    narrow = queryset.order_by()
    try:
        plan = json.loads(narrow.explain(format="json"))
    except (IndexError, ValueError):  # conditions that can never hold are not even asked
        return 0, True
    estimate = int(plan[0]["Plan"]["Plan Rows"])
    if estimate > limit * 5:
        return estimate, False
    counted = narrow.values("pk")[: limit + 1].count()
    return (counted, True) if counted <= limit else (max(estimate, limit), False)


def _take(
    queryset: QuerySet[Any], column: Column, place: tuple[Any, int] | None, *, downward: bool, nulls: bool, size: int
) -> list[Any]:
    """``size`` rows of one part (with values, or without), from ``place`` on, in the given direction."""
    keys = [column.tie] if nulls else [column.sort, column.tie]
    if column.nullable:
        queryset = queryset.filter(**{f"{column.sort}__isnull": nulls})
    if nulls and column.tie != "pk":
        keys = ["pk"]
    if place is not None:
        after = TupleLessThan if downward else TupleGreaterThan
        values = (place[1],) if nulls else place
        queryset = queryset.filter(after(tuple(F(key) for key in keys), values))
    order = [F(key).desc() if downward else F(key).asc() for key in keys]
    return list(queryset.order_by(*order)[:size])


def fetch_rows(
    queryset: QuerySet[Any],
    column: Column,
    *,
    descending: bool,
    place: tuple[Any, int] | None,
    backward: bool,
    size: int,
) -> list[Any]:
    """Up to ``size`` rows after ``place`` (or before it), in the order of the list."""
    queryset = queryset.annotate(list_sort_value=F(column.sort))
    parts = [False, True] if column.nullable else [False]
    if backward:
        parts.reverse()
    if place is not None:
        parts = parts[parts.index(place[0] is None) :] if (place[0] is None) in parts else parts
    rows: list[Any] = []
    for nulls in parts:
        if len(rows) < size:
            here = place if place is not None and (place[0] is None) == nulls else None
            rows += _take(queryset, column, here, downward=descending != backward, nulls=nulls, size=size - len(rows))
    return rows[::-1] if backward else rows


def _sort_field(queryset: QuerySet[Any], column: Column) -> Field:
    """The field that reads a token's sort value."""
    probe = queryset.annotate(list_sort_value=F(column.sort))
    return probe.query.annotations["list_sort_value"].output_field  # type: ignore[no-any-return]


def _find_page(
    queryset: QuerySet[Any], definition: ListDefinition, column: Column, sort: str, params: QueryDict
) -> tuple[list[Any], bool, bool]:
    """Rows of the page asked for, and whether there are rows before and after it."""
    size, descending = definition.page_size, sort.startswith("-")
    value_field = _sort_field(queryset, column)
    for key, backward in (("after", False), ("before", True)):
        place = read_token(str(params[key]), sort=sort, value_field=value_field) if key in params else None
        if place is None:
            continue
        rows = fetch_rows(queryset, column, descending=descending, place=place, backward=backward, size=size + 1)
        if backward and len(rows) > size:
            return rows[1:], True, True
        if not backward and rows:
            return rows[:size], True, len(rows) > size
    rows = fetch_rows(queryset, column, descending=descending, place=None, backward=False, size=size + 1)
    return rows[:size], False, len(rows) > size


def _read_controls(definition: ListDefinition, request: HttpRequest) -> list[Control]:
    controls = []
    for one in definition.filters:
        options = one.options(request)
        if isinstance(one, TextFilter):
            value = clean_text(request.GET.get(one.name, ""), limit=one.limit)
            known = one.accepts is None or one.accepts(value)
        else:
            value = clean_text(request.GET.get(one.name, ""), limit=200)
            known = value in dict(options)
        controls.append(Control(one, options, value if known else ""))
    return controls


def _url(state: dict[str, str], /, **changes: str) -> str:
    query = QueryDict(mutable=True)
    for key, value in {**state, **changes}.items():
        if value:
            query[key] = value
    return f"?{query.urlencode()}"


def _heads(definition: ListDefinition, sort: str, state: dict[str, str]) -> list[Head]:
    heads = []
    for column in definition.columns:
        if not column.sort:
            heads.append(Head(column))
            continue
        first = f"-{column.name}" if column.largest_first else column.name
        other = column.name if column.largest_first else f"-{column.name}"
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
        heads.append(Head(column, _url(state, sort=other if sort == first else first), direction))
    return heads


def _place_url(state: dict[str, str], key: str, row: Model, sort: str) -> str:
    return _url(state, **{key: write_token(sort, row.list_sort_value, row.pk)})  # type: ignore[attr-defined]


def build_list(
    queryset: QuerySet[Any], definition: ListDefinition, request: HttpRequest, *, keep: tuple[str, ...] = ()
) -> ListPage:
    """The page of ``queryset`` that the query string asks for; ``keep`` names its other keys that links carry on."""
    controls = _read_controls(definition, request)
    for control in controls:
        if control.value:
            queryset = control.filter.apply(queryset, control.value, request)
    sort = request.GET.get("sort", "")
    column = definition.sort_column(sort)
    if column is None:
        sort = definition.default_sort
        column = definition.sort_column(sort)
        if column is None:
            raise LookupError(f"The default sort {sort!r} is not a sorted column.")
    hidden = [(name, clean_text(request.GET[name])) for name in keep if name in request.GET]
    state = dict(hidden) | {control.filter.name: control.value for control in controls}
    if sort != definition.default_sort:
        state["sort"] = sort
    for control in controls:
        control.remove_url = _url(state, **{control.filter.name: ""})
    rows, before, after = _find_page(queryset, definition, column, sort, request.GET)
    if definition.load:
        definition.load(rows, request)
    count, exact = count_about(queryset)
    place = {key: request.GET[key] for key in ("after", "before") if before and key in request.GET}
    return ListPage(
        rows=rows,
        heads=_heads(definition, sort, state),
        controls=controls,
        sort=sort,
        shown=format_count(count, exact=exact),
        back_url=_place_url(state, "before", rows[0], sort) if before and rows else "",
        next_url=_place_url(state, "after", rows[-1], sort) if after else "",
        clear_url=_url(dict(hidden)),
        query=_url(state),
        address=_url(state, **place),
        hidden=hidden + ([("sort", state["sort"])] if "sort" in state else []),
    )
