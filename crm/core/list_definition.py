"""What a list is: its columns, its filters, what it can be sorted by (``crm.core.list_engine`` shows it)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
Apply = Callable[[QuerySet[Any], str, HttpRequest], QuerySet[Any]]


@dataclass(frozen=True)
class Column:
    """One column: its head, how it is shown (``kind``, or a ``template`` of its own), and how it is sorted.

    ``value`` is a path of attributes (``owner.name``) or a function of the row; empty is ``name``. ``kind``: ``text``,
    ``number``, ``figure`` (one decimal below ten), ``amount`` (cents, whole money), ``amount_exact``, ``day``,
    ``moment``, ``flag``, ``avatar``, ``share``, ``range`` (numbers already in words). Numeric kinds stand right.
    ``tie`` is a path to the row's own id, in the table of ``sort``.

    ``shown`` is whether a reader who chose no columns sees it, ``hide_on_phone`` whether a narrow screen leaves it out
    for him: what somebody chose stands there on every screen. A ``fixed`` one cannot be left out. ``export`` is what
    stands in a file where that differs from ``value``, ``in_file`` the columns there where a cell tells several things:
    a file has one of each in a cell. ``edit`` names the field that ``E`` changes in the row. ``draw``
    makes a cell that is more than its value, out of the row; a ``template`` does the same, ten times as slowly.

    ``sum`` is the path by which the database adds up its money, for whoever asks.

    Where ``sort`` is no path but a name, ``sort_with`` gives it to the rows: it takes them, and as
    ``filled`` whether only those with a value are asked for, which lets it join what an index leads through, or say
    again what another index begins with.
    """

    name: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    kind: str = "text"
    unit: Text = ""
    sort: str = ""
    sum: str = ""
    tie: str = "pk"
    nullable: bool = False
    sort_with: Callable[..., QuerySet[Any]] | None = None
    largest_first: bool = False
    hide_on_phone: bool = False
    url: Callable[[Any], str] | None = None
    head_term: str = ""
    shown: bool = True
    fixed: bool = False
    template: str = ""
    draw: Callable[[Any], Any] | None = None
    export: str | Callable[[Any], Any] = ""
    in_file: tuple["Column", ...] = ()
    edit: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in {"number", "figure", "amount", "amount_exact", "share", "range"}

    def read(self, row: Any) -> Any:
        """The value shown in this column of ``row``."""
        return _follow(self.value or self.name, row)

    def read_for_file(self, row: Any) -> Any:
        """The value of this column in a file."""
        return _follow(self.export, row) if self.export else self.read(row)


def _follow(path: str | Callable[[Any], Any], row: Any) -> Any:
    if callable(path):
        return path(row)
    for step in path.split("."):
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

    What ``accepts`` refuses is left out; ``tell`` says the value in words. ``split`` takes it apart, each thing it says
    in words beside the value without it; ``lost`` names what a refused value asks for that no longer exists.
    """

    name: str
    label: Text
    apply: Apply
    is_short: bool = False
    in_form: bool = True
    limit: int = 200
    accepts: Callable[[str], bool] | None = None
    tell: Callable[[str], str] | None = None
    split: Callable[[str], list[tuple[str, str]]] | None = None
    lost: Callable[[str], list[str]] | None = None

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

    ``more_columns`` are further columns that can be chosen (every metric of the catalogue); ``load_more`` fetches the
    values of those that are, for all rows of a page.
    """

    columns: tuple[Column, ...]
    filters: tuple[ChoiceFilter | TextFilter | FlagFilter, ...] = ()
    default_sort: str = ""
    page_size: int = 50
    load: Callable[[list[Any], HttpRequest], None] | None = None
    more_columns: Callable[[], Mapping[str, Column]] | None = None
    load_more: Callable[[list[Any], Sequence[Column], HttpRequest], None] | None = None

    def sort_column(self, name: str) -> Column | None:
        """The column that ``name`` (with or without ``-``) sorts by, if that is offered."""
        wanted = name.removeprefix("-")
        found = next((c for c in self.columns if c.name == wanted), None)
        if found is None and wanted and self.more_columns is not None:
            found = self.more_columns().get(wanted)
        return found if found is not None and found.sort else None

    def choose_columns(self, names: Sequence[str]) -> tuple[tuple[Column, ...], list[str]]:
        """The columns of ``names`` in that order, the fixed ones first, and the names that no longer exist.

        Without any name that exists, those shown to a reader who chose none. What was chosen is hidden on no phone.
        """
        known = {column.name: column for column in self.columns}
        if any(name not in known for name in names) and self.more_columns is not None:
            known = {**self.more_columns(), **known}
        chosen = [known[name] for name in dict.fromkeys(names) if name in known]
        lost = [name for name in dict.fromkeys(names) if name not in known]
        if not chosen:
            return tuple(column for column in self.columns if column.shown), lost
        fixed = [column for column in self.columns if column.fixed and column not in chosen]
        return tuple(replace(column, hide_on_phone=False) for column in (*fixed, *chosen)), lost
