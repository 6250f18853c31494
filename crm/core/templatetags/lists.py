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


@register.filter
def cells(row: Any, page: ListPage) -> list[Cell]:
    """``{% for cell in row|cells:list %}``: the row's values in the order of the columns."""
    return [Cell(column, column.read(row), column.url(row) if column.url else "") for column in page.columns]
