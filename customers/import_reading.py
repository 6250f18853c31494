"""Reading somebody's table: CSV of any dialect and encoding, gzip, XLSX, vCard; in chunks, within bounded memory.

What cannot be a table is refused with ``ImportFileError``; a row that cannot be read is handed out as broken, and
the rows after it are not lost. Row numbers are those a spreadsheet shows: the header is row 1.
"""

import csv
import gc
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from customers import import_workbook
from customers.import_order_lines import find_lines
from customers.import_text_rows import BLOCK_ROWS, MAX_LINE, BrokenRow, PlainRows, open_bytes, read_text_rows
from customers.import_vcard import is_vcard, read_cards
from customers.rules.import_columns import LEAST_UNDER_TITLE, find_header, looks_headless
from customers.rules.import_file_error import ImportFileError

MAX_COLUMNS = 500
CHUNK_ROWS = 25_000
SAMPLE_BYTES = 256 * 1024
LOOKED_AT_FOR_HEADER, LAST_LOOKED_AT = 30, 1_000
DELIMITERS = (",", ";", "\t", "|")
_CHARSETS = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "latin_1", "iso8859_2",
    "iso8859_15", "koi8_r", "mac_roman", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp874",
]  # fmt: skip
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

# What people send by mistake, and what would be read as a table of one column: documents, pictures, programs, pages.
_NO_TABLES = (
    b"%PDF-",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"MZ\x90",
    b"\x7fELF",
    b"Rar!\x1a",
    b"7z\xbc\xaf",
)
_FOOTER = re.compile(r"copyright \(c\) [0-9-]+ salesforce", re.IGNORECASE)
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|table|svg|\?xml)\b")


@dataclass
class Chunk:
    """Rows of equal width (in ``parts``) with their numbers, and those that could not be read: (row, code, cells)."""

    numbers: list[int] = field(default_factory=list)
    parts: list[list[list[str]] | PlainRows] = field(default_factory=list)
    broken: list[tuple[int, str, list[str]]] = field(default_factory=list)
    last_row: int = 1

    def __len__(self) -> int:
        """All rows, broken ones too."""
        return len(self.numbers) + len(self.broken)

    @property
    def rows(self) -> list[list[str]]:
        """The readable rows, in the order of ``numbers``."""
        return list(chain.from_iterable(self.parts))

    def column(self, place: int) -> list[str]:
        """One cell of each readable row."""
        cells: list[str] = []
        for part in self.parts:
            cells += part.columns[place] if isinstance(part, PlainRows) else [row[place] for row in part]
        return cells

    def add_row(self, number: int, row: list[str]) -> None:
        """Take in one row."""
        if not self.parts or isinstance(self.parts[-1], PlainRows):
            self.parts.append([])
        self.numbers.append(number)
        self.parts[-1].append(row)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Table:
    """A file that was recognised as a table; ``chunks`` reads it from the start each time."""

    path: Path
    headers: list[str]
    shape: dict[str, Any]

    def chunks(self, *, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """All rows in order, ``size`` at a time; empty rows are passed over but keep their number.

        Rows and cells are a hundred thousand objects that refer to nobody: the garbage collector, which would walk
        through them again and again, waits until the reader is done.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            yield from self._chunks(size)
        finally:
            if collects:
                gc.enable()

    def _chunks(self, size: int) -> Iterator[Chunk]:
        width, number, header_row = len(self.headers), 0, int(self.shape["header_row"])
        chunk, lines = Chunk(), find_lines(self.headers)
        for block in _read_blocks(self.path, self.shape):
            block, is_last = _cut_footer(block, width)
            if lines is not None:
                block = lines.repeat_orders(block)
            start = min(max(0, header_row - number), len(block))
            number += start
            while start < len(block):
                part = block[start : start + size - len(chunk)]
                start += len(part)
                _add_rows(chunk, number, part, width)
                number += len(part)
                chunk.last_row = number
                if len(chunk) >= size:
                    yield chunk
                    chunk = Chunk(last_row=number)
            if is_last:
                break
        yield chunk

    def sample(self, count: int = 200) -> list[list[str]]:
        """The first readable rows."""
        return next(self.chunks(size=count)).rows


def _cut_footer(block: Sequence[list[str] | BrokenRow], width: int) -> tuple[Sequence[list[str] | BrokenRow], bool]:
    """The rows without what Salesforce writes under a report (its name, copyright, who asked for it, the company), and
    whether that was there: nothing comes after it."""
    if width < LEAST_UNDER_TITLE or isinstance(block, PlainRows):
        return block, False
    for place, row in enumerate(block):
        if isinstance(row, list) and len(row) == 1 and _FOOTER.match(row[0]):
            above = block[place - 1] if place else None
            return block[: place - (isinstance(above, list) and len(above) == 1)], True
    return block, False


def _add_rows(chunk: Chunk, number: int, block: Sequence[list[str] | BrokenRow], width: int) -> None:
    """Take in the rows behind row ``number``; plain ones all at once."""
    if isinstance(block, PlainRows):
        if len(block.columns) == width:
            chunk.numbers.extend(range(number + 1, number + 1 + len(block)))
            chunk.parts.append(block)
            return
    elif not any(type(item) is BrokenRow for item in block):
        widths = set(map(len, block))  # type: ignore[arg-type]
        if widths == {width} and all(map(any, block)):  # type: ignore[arg-type]
            chunk.numbers.extend(range(number + 1, number + 1 + len(block)))
            chunk.parts.append(block)  # type: ignore[arg-type]
            return
    for place, item in enumerate(block, start=number + 1):
        if isinstance(item, BrokenRow):
            chunk.broken.append((place, item.code, [item.text.strip()[:2000]]))
        elif any(item):
            _add_row(chunk, place, item, width)


def _add_row(chunk: Chunk, number: int, row: list[str], width: int) -> None:
    if len(row) > width:
        if any(cell.strip() for cell in row[width:]):
            chunk.broken.append((number, "too_many_cells", row))
            return
        row = row[:width]
    elif len(row) < width:
        row = row + [""] * (width - len(row))
    chunk.add_row(number, row)


def open_table(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Recognise the file's kind, encoding, dialect and headers; the arguments overrule what is found.

    Raises ``ImportFileError`` in the user's words.
    """
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        raise ImportFileError("empty_file")
    if start.startswith(b"PK"):
        shape: dict[str, Any] = {"format": "xlsx", "sheet": import_workbook.check_workbook(path, sheet=sheet)}
        shape["from_1904"] = import_workbook.counts_from_1904(path)
    elif is_vcard(start):
        shape = {"format": "vcard"}
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportFileError("old_excel")
    elif start.startswith(_NO_TABLES) or _PAGE.match(start.lower()):
        raise ImportFileError("no_table")
    else:
        shape = _find_text_shape(path, packed=start.startswith(b"\x1f\x8b"), encoding=encoding, delimiter=delimiter)
    return _with_headers(path, shape)


def _with_headers(path: Path, shape: dict[str, Any]) -> Table:
    found = _read_first(path, shape)
    if not found:
        raise ImportFileError("empty_file")
    place = find_header([row for _number, row in found])
    number, first = found[place]
    used = max((_find_width(row) for _number, row in found[place + 1 :]), default=0)
    first = first[: max(_find_width(first), used)]
    if len(first) > MAX_COLUMNS:
        raise ImportFileError("too_many_columns", count=len(first), limit=MAX_COLUMNS)
    has_header = not looks_headless(first)
    headers = name_headers(first if has_header else [""] * len(first))
    return Table(path, headers, {**shape, "header_row": number if has_header else 0})


def _find_width(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that says something."""
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _read_first(path: Path, shape: dict[str, Any]) -> list[tuple[int, list[str]]]:
    """The first rows that hold text, with their numbers: titles, headers and what is common under them."""
    found: list[tuple[int, list[str]]] = []
    for number, item in enumerate(chain.from_iterable(_read_blocks(path, shape)), start=1):
        if isinstance(item, BrokenRow):
            if not found:
                raise ImportFileError("header_" + item.code, text=item.text[:80])
        elif any(cell.strip() for cell in item):
            found.append((number, item))
        if len(found) == LOOKED_AT_FOR_HEADER or number == LAST_LOOKED_AT:
            break
    return found


def name_headers(cells: Sequence[str]) -> list[str]:
    """Every column its own name: a repeated header gets a number behind it, an empty one is called by its place."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        base = re.sub(r"\s+", " ", cell.replace("\x00", "").strip().strip("\ufeff"))[:100] or f"Column {place}"
        name, repeat = base, 1
        while name in names:
            repeat += 1
            name = f"{base} ({repeat})"
        names.append(name)
    return names


def _read_blocks(path: Path, shape: dict[str, Any]) -> Iterator[Sequence[list[str] | BrokenRow]]:
    """The rows in order, some thousands at a time."""
    if shape["format"] not in {"xlsx", "vcard"}:
        yield from read_text_rows(path, shape)
        return
    if shape["format"] == "xlsx":
        rows: Iterator[list[str] | BrokenRow] = import_workbook.read_sheet(path, shape["sheet"])
    else:
        rows = (BrokenRow(*row) if isinstance(row, tuple) else row for row in read_cards(path))
    while block := list(islice(rows, BLOCK_ROWS)):
        yield block


# --- encoding and dialect --------------------------------------------------------------------------------------------
def _find_text_shape(path: Path, *, packed: bool, encoding: str, delimiter: str) -> dict[str, Any]:
    try:
        with open_bytes(path, packed=packed) as file:
            sample = file.read(SAMPLE_BYTES)
        if not sample:
            raise ImportFileError("empty_file")
        found = encoding or _find_encoding(path, sample, packed=packed)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ImportFileError("broken_gzip") from error
    text = sample.decode(found, errors="replace").lstrip("\ufeff")
    shape: dict[str, Any] = {"format": "gzip" if packed else "csv", "encoding": found}
    first_line = text.splitlines()[0] if text.splitlines() else ""
    if match := re.fullmatch(r'"?sep=(.)"?', first_line.strip(" \r\n")):
        shape["skip_lines"] = 1
        delimiter = delimiter or match[1]
    return {**shape, **_find_dialect(text, delimiter=delimiter, complete=len(sample) < SAMPLE_BYTES)}


def _find_encoding(path: Path, sample: bytes, *, packed: bool) -> str:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
    ):
        if sample.startswith(mark):
            return name
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = sample[:4096]
    if head.count(0) * 3 > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) * 5 > len(head) * 2 and min(even, odd) * 20 < len(head):
            return "utf-16-be" if even > odd else "utf-16-le"
        raise ImportFileError("no_table")
    control = sum(head.count(bytes([code])) for code in (*range(1, 9), *range(14, 27), 28, 29, 30, 31))
    if control > 16 and control * 20 > len(head):
        raise ImportFileError("no_table")
    if _is_utf8(path, packed=packed):
        return "utf-8"
    from charset_normalizer import from_bytes  # slow to load

    found = from_bytes(_telling_part(path, sample, packed=packed), cp_isolation=_CHARSETS)
    best = found.best()
    western = next((one for one in found if one.encoding == "cp1252"), None)
    if best is None or (western and (western.chaos, -western.coherence) <= (best.chaos, -best.coherence)):
        return "cp1252"  # of what a few letters cannot tell apart, the letters most people write
    return str(best.encoding)


def _is_utf8(path: Path, *, packed: bool) -> bool:
    with open_bytes(path, packed=packed) as file, io.TextIOWrapper(file, encoding="utf-8") as text:
        try:
            while text.read(1024 * 1024):
                pass
        except UnicodeDecodeError:
            return False
    return True


def _telling_part(path: Path, sample: bytes, *, packed: bool) -> bytes:
    """Up to 64 kB of lines with letters beyond ASCII: what an encoding can be told by."""
    lines: list[bytes] = []
    size = 0
    with open_bytes(path, packed=packed) as file:
        while size < 64 * 1024 and (block := file.read(1024 * 1024)):
            for line in block.splitlines():
                if not line.isascii():
                    lines.append(line[:1000])
                    size += len(lines[-1])
                    if size >= 64 * 1024:
                        break
    return b"\n".join(lines) or sample[:65536]


def _find_dialect(text: str, *, delimiter: str, complete: bool) -> dict[str, Any]:
    """The delimiter under which most of the first rows have the same number of cells, and the most of them."""
    lines = text.splitlines(keepends=True)
    if not complete and len(lines) > 1:
        lines = lines[:-1]
    quote = _find_quote("".join(lines[:100]))
    backslash = re.search(r'[^\\]\\"[^,;\t|\r\n]', "".join(lines[:100])) is not None
    best: tuple[float, str] = (-1.0, ",")
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        score = _score_delimiter(lines[:100], candidate, quote)
        if score > best[0]:
            best = (score, candidate)
    return {"delimiter": best[1], "quote": quote, "backslash": backslash}


def _score_delimiter(lines: list[str], delimiter: str, quote: str) -> float:
    widths: Counter[int] = Counter()
    try:
        for row in islice(csv.reader((line[:MAX_LINE] for line in lines), delimiter=delimiter, quotechar=quote), 60):
            if row:
                widths[len(row)] += 1
    except csv.Error:
        pass
    if not widths:
        return 0
    width, times = widths.most_common(1)[0]
    return 0 if width == 1 else times / widths.total() + min(width, 30) / 100


def _find_quote(text: str) -> str:
    """Single quotes only where cells are wrapped in them and no double quote is."""
    double = len(re.findall(r'(?:^|[,;\t|])"', text, re.MULTILINE))
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\r\n]*\w[^'\r\n]*'(?=[,;\t|\r\n])", text, re.MULTILINE))
    return "'" if single and not double else '"'
