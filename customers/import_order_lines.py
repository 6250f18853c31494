"""Exports that say an order once and its further lines under it, with nothing but the line in them (Odoo, ERPNext)."""

import re
from collections.abc import Sequence

from customers.import_text_rows import BrokenRow
from customers.rules.import_columns import fold_header
from customers.rules.import_headers import ORDER_HEADERS

_OF_A_LINE = re.compile(r"^(?:(?:sales? )?order|invoice)?[\s_]*(?:lines?|items?)(?:_ids)?\s*/", re.IGNORECASE)
# A sum of the whole order stands in its first row alone: said again with each line it would be counted again.
_AMOUNTS = set(ORDER_HEADERS["amount"])
_SUMS = {header for name in ("amount", "cost", "freight") for header in ORDER_HEADERS[name]}


class OrderLines:
    """Says again in each further line whose it is; remembers the last order from one block of rows to the next."""

    def __init__(self, repeated: Sequence[int], of_order: Sequence[int]) -> None:
        self.repeated = repeated
        self.of_order = of_order
        self.order: list[str] = []

    def repeat_orders(self, block: Sequence[list[str] | BrokenRow]) -> list[list[str] | BrokenRow]:
        """The rows, in each that holds a line alone the order above it."""
        return [row if isinstance(row, BrokenRow) else self._repeat(row) for row in block]

    def _repeat(self, row: list[str]) -> list[str]:
        if any(place < len(row) and row[place].strip() for place in self.of_order):
            self.order = row
            return row
        if not self.order or not any(cell.strip() for cell in row):
            return row
        whole = row + [""] * (max(self.repeated) + 1 - len(row))
        for place in self.repeated:
            whole[place] = self.order[place] if place < len(self.order) else ""
        return whole


def find_lines(headers: Sequence[str]) -> OrderLines | None:
    """How lines under their order are read; None where the headers tell of none, or of none with its own amount."""
    of_order = [place for place, header in enumerate(headers) if not _OF_A_LINE.match(header)]
    of_line = {fold_header(header) for header in headers if _OF_A_LINE.match(header)}
    repeated = [place for place in of_order if fold_header(headers[place]) not in _SUMS]
    return OrderLines(repeated, of_order) if repeated and of_line & _AMOUNTS else None
