"""``{% load lists %}``: the rows of a list and their cells.

A page of a list has six hundred cells: they are drawn here, each in a few microseconds, not by a template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from crm.core import formats
from crm.core.list_engine import Column, ListPage
from crm.core.templatetags.formats import amount, amount_exact, day, moment, number, percent
from crm.core.templatetags.look import avatar, class_badge, clock, segment_mark

register = template.Library()
BELOW_IT_DECIMALS = 10
Draw = Callable[[Any], SafeString | str]


@dataclass
class Cell:
    """A value under its column; ``url`` where it leads."""

    column: Column
    value: Any
    url: str
    marks: str = ""


def _mark(column: Column, *, is_first: bool) -> str:
    """The classes of a column's cells."""
    plain, in_one_line = column.kind == "text" and not column.template, column.kind in {"day", "moment"}
    said = {"num": column.numeric, "hide-s": column.hide_on_phone, "pin": is_first, "cut-c": plain, "nw": in_one_line}
    return " ".join(name for name, holds in said.items() if holds)


@register.filter
def cells(row: Any, page: ListPage) -> list[Cell]:
    """``{% for cell in row|cells:list %}``: the row's values in the order of the columns."""
    if not page.marks:
        page.marks = [_mark(column, is_first=place == 0) for place, column in enumerate(page.columns)]
    columns = zip(page.columns, page.marks, strict=True)
    return [Cell(column, column.read(row), column.url(row) if column.url else "", marks) for column, marks in columns]


def _draw_amount(cents: int) -> SafeString | str:
    return format_html('<span class="bad">{}</span>', amount(cents)) if cents < 0 else amount(cents)


def _draw_figure(value: float) -> str:
    """A figure below ten that is no whole number with one decimal: 3.4 times and 0.4 times are not 3 and 0."""
    return number(value, 1 if abs(value) < BELOW_IT_DECIMALS and value != int(value) else 0)


def _draw_flag(value: Any) -> SafeString | str:
    return gettext("yes") if value else format_html('<span class="m">{}</span>', gettext("no"))


def _draw_text(value: Any) -> SafeString:
    return format_html('<span class="cut" dir="auto">{}</span>', value if isinstance(value, str) else localize(value))


def _draw_words(value: Any) -> SafeString:
    return format_html('<span class="r-words" dir="auto">{}</span>', value)


DRAWINGS: dict[str, Draw] = {
    "words": _draw_words,
    "amount": _draw_amount,
    "amount_exact": amount_exact,
    "number": number,
    "figure": _draw_figure,
    "share": percent,
    "range": conditional_escape,
    "day": day,
    "moment": moment,
    "clock": clock,
    "flag": _draw_flag,
    "class": class_badge,
    "segment": segment_mark,
    "avatar": avatar,
}


def draw_cell(column: Column, row: Any, *, is_first: bool = False) -> SafeString | str:
    """What stands in one cell: a link, the value as its kind is shown, or the sign for nothing."""
    if column.draw:
        return column.draw(row)
    value, url = column.read(row), column.url(row) if column.url else ""
    if url:
        opens = " data-open" if is_first else ""
        looks = "r-words" if column.kind == "words" else "cut"
        return format_html('<a class="r-name {}" href="{}"{} dir="auto">{}</a>', looks, url, opens, value)
    if value is None or value == "":
        if column.kind == "avatar":
            return format_html('<span class="f">{}</span>', gettext("nobody"))
        return format_html('<span class="f none">{}</span>', formats.UNKNOWN)
    return DRAWINGS.get(column.kind, _draw_text)(value)


# What is read without its head, where a narrow screen shows a row as lines: a mark, a colleague, a sentence, a link.
SPEAKS_FOR_ITSELF = {"class", "segment", "avatar", "clock", "words"}


def _open_cell(column: Column, *, is_first: bool, is_last: bool, may_edit: bool) -> SafeString:
    """The tag that opens a cell. None is closed: the next cell or row does that, and a page has two hundred."""
    marks = " ".join(part for part in (_mark(column, is_first=is_first), "ow nw" if is_last else "") if part)
    looks = format_html(' class="{}"', marks) if marks else ""
    edits = format_html(' data-edit="{}"', column.name) if may_edit else ""
    head = "" if is_first else head_on_phone(column)
    return format_html("<td{}{}{}>", looks, edits, head)


@register.filter
def head_on_phone(column: Column) -> SafeString | str:
    """The head of a figure or a day, said again in the cell for the screens on which a row has no columns."""
    if column.hide_on_phone or column.url or column.kind in SPEAKS_FOR_ITSELF:
        return ""
    if column.draw and not (column.numeric or column.kind in {"day", "moment"}):
        return ""
    return format_html(' data-head="{}"', column.label)


def _draw_by_template(name: str, column: Column, context: template.Context) -> Draw:
    """Cells of a column that has a template of its own."""
    cell = get_template(name).template  # type: ignore[attr-defined]

    def draw(row: Any) -> SafeString:
        with context.push(row=row, column=column, value=column.read(row)):
            drawn: SafeString = cell.render(context)
            return drawn

    return draw


@register.simple_tag(takes_context=True)
def list_cell(context: template.Context, column: Column, row: Any) -> SafeString | str:
    """``{% list_cell column row %}``: one cell alone, as the rows of the list have it."""
    return _draw_by_template(column.template, column, context)(row) if column.template else draw_cell(column, row)


@register.simple_tag(takes_context=True)
def list_rows(context: template.Context) -> SafeString:
    """``{% list_rows %}``: every row of ``list`` with its box to select (``may_select``), its cells, those that ``E``
    changes marked (``may_edit``), and the acts of ``known`` behind the last."""
    page, known, may_edit = context["list"], context["known"], context["may_edit"]
    draw_acts = known.row_acts(context["request"].user) if known.row_acts else None
    select = gettext("Select %(row)s") if context["may_select"] else ""
    last = len(page.columns) - 1
    columns: list[tuple[SafeString, Draw]] = []
    for place, column in enumerate(page.columns):
        opening = _open_cell(
            column,
            is_first=place == 0,
            is_last=place == last and bool(known.row_acts),
            may_edit=column.edit in may_edit,
        )
        columns.append((opening, _find_drawing(column, context, is_first=place == 0)))
    drawn = conditional_escape("")
    names = next((column for column in page.columns if column.fixed), page.columns[0])
    for row in page.rows:
        box = _draw_box(row, select % {"row": names.read_for_file(row)}) if select else ""
        drawn += _draw_row(row, columns, box=box, draw_acts=draw_acts)
    return drawn


def _find_drawing(column: Column, context: template.Context, *, is_first: bool) -> Draw:
    if column.template:
        return _draw_by_template(column.template, column, context)
    return lambda row: draw_cell(column, row, is_first=is_first)


def _draw_box(row: Any, label: str) -> SafeString:
    return format_html(
        '<td class="r-sel"><input class="form-check-input" type="checkbox" name="row" value="{}" form="bulk"'
        ' data-select aria-label="{}">',
        row.pk,
        label,
    )


def _draw_row(
    row: Any, columns: list[tuple[SafeString, Draw]], *, box: SafeString | str, draw_acts: Draw | None
) -> SafeString:
    drawn = format_html('<tr data-row data-pk="{}">{}', row.pk, box)
    for opening, draw in columns:
        drawn += opening + conditional_escape(draw(row))
    return drawn + format_html("{}\n", draw_acts(row) if draw_acts else "")
