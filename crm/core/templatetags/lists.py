"""``{% load lists %}``: the cells of a row in a plain list."""

from dataclasses import dataclass
from typing import Any

from django import template

from crm.core.list_engine import Column, ListPage

register = template.Library()


@dataclass
class Cell:
    """A value under its column; ``url`` where it leads."""

    column: Column
    value: Any
    url: str
    marks: str = ""


def _mark(column: Column, *, is_first: bool) -> str:
    """The classes of a column's cells."""
    plain = column.kind == "text" and not column.template
    said = {"num": column.numeric, "hide-s": column.hide_on_phone, "pin": is_first, "cut-c": plain}
    return " ".join(name for name, holds in said.items() if holds)


@register.filter
def cells(row: Any, page: ListPage) -> list[Cell]:
    """``{% for cell in row|cells:list %}``: the row's values in the order of the columns."""
    if not page.marks:
        page.marks = [_mark(column, is_first=place == 0) for place, column in enumerate(page.columns)]
    columns = zip(page.columns, page.marks, strict=True)
    return [Cell(column, column.read(row), column.url(row) if column.url else "", marks) for column, marks in columns]
