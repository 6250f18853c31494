"""Tables that leave the house as CSV or XLSX: what a page shows, with nothing in it that a spreadsheet would run.

return export_tables([ExportTable("By segment", ["Segment", "Sales"], [["Premium", Money(120_050)]])],
                     name="segments-2026-11-21", kind="xlsx")
"""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from crm.core.late_imports import xlsxwriter
from crm.core.local_time import company_zone

KINDS = ("csv", "xlsx")
MOST_ROWS = 200_000
_PLAIN_NUMBER = re.compile(r"-?[\d.,\s]+")
_PLAIN_PHONE = re.compile(r"\+[\d\s()./-]+")


class Money(int):
    """Cents, written as whole units with two decimals."""


@dataclass(frozen=True)
class ExportTable:
    """One table: a title, the heads and the rows; a cell is a text, a number, ``Money``, a day, a moment, a truth or
    None."""

    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Any]]


def neutralise(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe before it, except plain negative numbers."""
    if cell.startswith(("=", "+", "@", "\t", "\r")) or (cell.startswith("-") and not _PLAIN_NUMBER.fullmatch(cell)):
        return "'" + cell
    return cell


def export_tables(tables: Iterable[ExportTable], *, name: str, kind: str) -> HttpResponseBase:
    """A download called ``name``: CSV (one table below the other, sent as it is made) or XLSX (one sheet each).

    At most 200,000 rows a table.
    """
    response: HttpResponseBase
    if kind == "xlsx":
        response = HttpResponse(
            write_workbook(tables), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    else:
        kind = "csv"
        response = StreamingHttpResponse(write_csv(tables), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{re.sub(r"[^A-Za-z0-9_-]+", "-", name)}.{kind}"'
    return response


def write_csv(tables: Iterable[ExportTable]) -> Iterator[str]:
    """Line by line, with the mark by which spreadsheets know UTF-8."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if table.title:
            writer.writerow([neutralise(table.title)])
        writer.writerow([neutralise(head) for head in table.head])
        for _number, row in zip(range(MOST_ROWS), table.rows, strict=False):
            writer.writerow([as_text(cell) for cell in row])
            if buffer.tell() > 65_536:
                yield _empty(buffer)
        yield _empty(buffer)


def _empty(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def as_text(cell: Any) -> str:
    """A cell of a CSV file."""
    if is_unknown(cell):
        return ""
    if isinstance(cell, bool):
        return tell_truth(holds=cell)
    if isinstance(cell, Money):
        return f"{cell / 100:.2f}"
    if isinstance(cell, datetime):
        return f"{_read_clock(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{Decimal(f'{cell:.6g}'):f}" if abs(cell) < 1_000_000 else f"{cell:.0f}"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell) if isinstance(cell, int) else neutralise(str(cell))


def is_unknown(cell: Any) -> bool:
    """Whether a cell stays empty: nothing, or a figure that is none (a share of nothing, a month of no end)."""
    return cell is None or (isinstance(cell, float | Decimal) and not math.isfinite(cell))


def tell_truth(*, holds: bool) -> str:
    """Yes or no as lists say it and imports read it, the same in every kind of file: a spreadsheet has words of its own
    for a truth, in the language of whoever opens it."""
    return _("yes") if holds else _("no")


def _read_clock(moment: datetime) -> datetime:
    """As the clock of the company shows it, without the zone that a spreadsheet takes for a text."""
    local = moment.astimezone(company_zone()) if moment.tzinfo else moment
    return local.replace(tzinfo=None, second=0, microsecond=0)


def open_workbook(place: Any) -> tuple[Any, dict[str, Any]]:
    """A workbook at ``place`` (a path or a buffer) in which texts stay texts, and the formats of its cells."""
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(place, {**safe, "constant_memory": True})
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "share": book.add_format({"num_format": "0.0###"}),
    }
    return book, formats


def write_workbook(tables: Iterable[ExportTable]) -> bytes:
    """A workbook with a sheet for each table; texts stay texts, whatever they begin with."""
    out = BytesIO()
    book, formats = open_workbook(out)
    with book:
        for number, table in enumerate(tables, start=1):
            title = re.sub(r"[\[\]:*?/\\']", " ", table.title)[:28].strip() or "Table"
            sheet = book.add_worksheet(f"{number} {title}"[:31])
            sheet.set_column(0, max(0, len(table.head) - 1), 16)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, [str(head) for head in table.head], formats["head"])
            for place, row in zip(range(1, MOST_ROWS + 1), table.rows, strict=False):
                for column, cell in enumerate(row):
                    write_cell(sheet, place, column, cell, formats)
    return out.getvalue()


def write_cell(sheet: Any, row: int, column: int, cell: Any, formats: dict[str, Any]) -> None:
    """A cell of a workbook, as what it is; nothing for what is not known."""
    if is_unknown(cell):
        return
    if isinstance(cell, Money):
        sheet.write_number(row, column, cell / 100, formats["money"])
    elif isinstance(cell, bool):
        sheet.write_string(row, column, tell_truth(holds=cell))
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(row, column, cell, None if cell == int(cell) else formats["share"])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, _read_clock(cell), formats["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats["day"])
    else:
        text = str(cell)
        # What is written as a text stays one; the apostrophe is for who saves the sheet as CSV, and phones need none.
        sheet.write_string(row, column, (text if _PLAIN_PHONE.fullmatch(text) else neutralise(text))[:32_000])
