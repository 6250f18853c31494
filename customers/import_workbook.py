"""XLSX files: looked over before they are opened, then read cell by cell as text."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from customers.rules.import_file_error import ImportFileError

MAX_ENTRY_BYTES = 1024**3
MAX_TOTAL_BYTES = 1536 * 1024**2
MAX_RATIO = 200
SMALL_ENTRY_BYTES = 4 * 1024**2
MAX_ENTRIES = 2_000
MAX_CELLS = 5_000_000
_ROW_OR_CELL = re.compile(rb"""\sr=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_FROM_1904 = re.compile(rb"""\sdate1904=["'](?:1|true)["']""")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, the rows between its first and its last cell counted (0 where there is none)."""

    name: str
    rows: int
    is_hidden: bool


def check_workbook(path: Path, *, sheet: str = "") -> str:
    """The name of the sheet that is read: ``sheet`` if there is one of that name, else the first visible one that has
    cells, else the first hidden one. Raises ``ImportFileError`` for what is no XLSX or a bomb.

    Sizes are checked as declared and as they are, and the area of the sheets before anything is laid out in memory:
    one cell in the last column of the last row would otherwise ask for terabytes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_sizes(path, entries)
            if not any(entry.filename == "xl/workbook.xml" for entry in entries):
                raise ImportFileError("zip_no_workbook")
            for entry in entries:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                    _check_area(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ImportFileError("broken_workbook") from error
    book = _open(path)
    if sheet in book.sheet_names:
        return sheet
    return _first_sheet(book)


def _check_sizes(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise ImportFileError("unpacks_too_large")
    packed = path.stat().st_size
    for entry in entries:
        ratio = entry.file_size / max(1, min(entry.compress_size, packed))
        if entry.file_size > MAX_ENTRY_BYTES or (entry.file_size > SMALL_ENTRY_BYTES and ratio > MAX_RATIO):
            raise ImportFileError("unpacks_too_large")
        if entry.flag_bits & 1:
            raise ImportFileError("password")


def _check_area(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack the sheet once in small blocks: its true size, its last row and column."""
    last_row = last_column = size = 0
    tail = b""
    with archive.open(entry) as sheet:
        while block := sheet.read(_BLOCK):
            size += len(block)
            places = _ROW_OR_CELL.findall(tail + block)
            if places:
                last_column = max(last_column, *(_column_number(letters) for letters in {p[0] for p in places}))
                last_row = max(last_row, max(int(p[1]) for p in places))
            tail = block[-24:]
    if size > entry.file_size or last_row * last_column > MAX_CELLS:
        raise ImportFileError("too_many_cells_in_sheet", count=last_row * last_column, limit=MAX_CELLS)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError as error:
        raise ImportFileError("password") from error
    except (CalamineError, OSError) as error:
        raise ImportFileError("broken_workbook") from error


def _first_sheet(book: CalamineWorkbook) -> str:
    tables = (sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)
    for sheet in sorted(tables, key=_is_hidden):
        if _count_rows(book, sheet.name):
            return str(sheet.name)
    raise ImportFileError("empty_file")


def list_sheets(path: Path) -> list[Sheet]:
    """The tables of a workbook in their order, drawings left out; nothing is read where there is only one.

    Call it after ``check_workbook``: each sheet is laid out in memory, one at a time.
    """
    book = _open(path)
    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if len(tables) < 2:
        return []
    return [Sheet(str(sheet.name), _count_rows(book, sheet.name), _is_hidden(sheet)) for sheet in tables]


def counts_from_1904(path: Path) -> bool:
    """Whether the workbook numbers its days from 1904, as those of old Macs do. Call it after ``check_workbook``."""
    with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as told:
        return _FROM_1904.search(told.read(_BLOCK)) is not None


def _is_hidden(sheet: Any) -> bool:
    return bool(sheet.visible != SheetVisibleEnum.Visible)


def _count_rows(book: CalamineWorkbook, name: str) -> int:
    try:
        return int(book.get_sheet_by_name(name).height)
    except CalamineError:
        return 0


def read_sheet(path: Path, sheet: str) -> Iterator[list[str]]:
    """Rows as text, formulas as the values they had when saved."""
    try:
        found = _open(path).get_sheet_by_name(sheet)
    except CalamineError as error:
        raise ImportFileError("broken_workbook") from error
    for row in found.iter_rows():
        yield [value if isinstance(value, str) else _cell_text(value) for value in row]


def _cell_text(value: Any) -> str:
    """A number without a trailing ``.0``, a day in ISO form; a time of midnight is a day."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
