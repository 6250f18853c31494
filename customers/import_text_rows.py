"""The rows of a text file, packed or not, in blocks: plain text at once, text with quotation marks row by row.

A row that cannot be read is handed out as broken, and the rows after it are not lost.
"""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO, TextIO, overload

from customers.rules.import_file_error import ImportFileError

MAX_LINE = 1_000_000
MAX_LINES_PER_ROW = 200
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_RATIO = 400
BLOCK_ROWS = 1_000
BLOCK_LETTERS = 512 * 1024
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True)
class BrokenRow:
    """A row whose text is no row."""

    code: str
    text: str


class PlainRows(Sequence[list[str]]):
    """Rows of equal width, none of them empty, kept by column: most files hold nothing else."""

    def __init__(self, columns: Sequence[list[str]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self.columns, strict=True))

    @overload
    def __getitem__(self, place: int) -> list[str]: ...

    @overload
    def __getitem__(self, place: slice) -> "PlainRows": ...

    def __getitem__(self, place: int | slice) -> "list[str] | PlainRows":
        cells = [column[place] for column in self.columns]
        return PlainRows(cells) if isinstance(place, slice) else cells  # type: ignore[arg-type, return-value]


def open_bytes(path: Path, *, packed: bool) -> BinaryIO:
    """The file, unpacked while it is read; one that unpacks to too much is refused on the way."""
    if not packed:
        return path.open("rb")
    return _BoundedGzip(path)  # type: ignore[return-value]


class _BoundedGzip(gzip.GzipFile):
    """Unpacks, but not a bomb."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._limit = min(MAX_UNPACKED_BYTES, max(64 * 1024**2, path.stat().st_size * MAX_RATIO))
        self._seen = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self._count(len(data))
        return data

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        self._count(len(data))
        return data

    def _count(self, size: int) -> None:
        self._seen += size
        if self._seen > self._limit:
            raise ImportFileError("unpacks_too_large")


class _TooManyLines(Exception):
    """A quotation mark was opened and not closed for pages."""


class _Lines:
    """Lines of a file that remember what was taken for the row at hand, so a broken row gives the rest back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES_PER_ROW:
            raise _TooManyLines
        line = self._ahead.popleft() if self._ahead else self._text.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(line) > MAX_LINE:
            if not line.endswith(("\n", "\r")):
                self._skip_rest_of_line()
            raise csv.Error("line_too_long")
        return line.replace("\x00", "") if "\x00" in line else line

    def take_plain(self, quote: str) -> list[str]:
        """The next whole lines, each of them one row: as far as they hold no quote, NUL, lone CR or overlong line.

        None at all where the text at hand is not as plain; its lines are then read one by one.
        """
        if self._ahead:
            return []
        text = self._text.read(BLOCK_LETTERS)
        if text and not text.endswith("\n"):
            text += self._text.readline(MAX_LINE + 1)
        plain = text.replace("\r\n", "\n")
        lines = plain.removesuffix("\n").split("\n") if plain else []
        if quote in plain or "\x00" in plain or "\r" in plain or len(max(lines, key=len, default="")) >= MAX_LINE:
            self._ahead.extend(io.StringIO(text, newline="").readlines())
            return []
        return lines

    def _skip_rest_of_line(self) -> None:
        while (part := self._text.readline(MAX_LINE)) and not part.endswith(("\n", "\r")):
            continue

    def give_back(self) -> str:
        """Keep the first line taken as the broken one, offer the others again."""
        first, *rest = self.taken
        self._ahead.extendleft(reversed(rest))
        self.taken = []
        return first


def read_text_rows(path: Path, shape: dict[str, Any]) -> Iterator[Sequence[list[str] | BrokenRow]]:
    """The rows of a text file in blocks: plain text at once, with quotation marks row by row."""
    packed = shape["format"] == "gzip"
    dialect: dict[str, Any] = {"delimiter": shape["delimiter"], "quotechar": shape["quote"], "strict": True}
    if shape["backslash"]:
        dialect["escapechar"] = "\\"
    with (
        open_bytes(path, packed=packed) as file,
        io.TextIOWrapper(file, encoding=shape["encoding"], errors="replace", newline="") as text,
    ):
        lines = _Lines(text)
        for _ in range(shape.get("skip_lines", 0)):
            text.readline(MAX_LINE)
        while True:
            try:
                plain = [] if shape["backslash"] else lines.take_plain(shape["quote"])
                block = _split_plain(plain, dialect) if plain else list(_read_quoted(lines, dialect))
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise ImportFileError("broken_gzip") from error
            if not block:
                return
            yield block


def _split_plain(lines: list[str], dialect: dict[str, Any]) -> Sequence[list[str] | BrokenRow]:
    """The cells of lines without quotation marks, column by column where all are equally many and no line is empty."""
    delimiter = dialect["delimiter"]
    widths = set(map(str.count, lines, repeat(delimiter)))
    if len(widths) > 1 or len(min(lines, key=len)) == max(widths):
        return list(csv.reader(lines, **dialect))
    cells, width = delimiter.join(lines).split(delimiter), max(widths) + 1
    return PlainRows([cells[place::width] for place in range(width)])


def _read_quoted(lines: _Lines, dialect: dict[str, Any]) -> Iterator[list[str] | BrokenRow]:
    """Up to ``BLOCK_ROWS`` rows, each of one or more lines; one that cannot be read is told as broken."""
    reader = csv.reader(lines, **dialect)
    for _ in range(BLOCK_ROWS):
        try:
            row = next(reader)
        except StopIteration:
            return
        except _TooManyLines:
            yield BrokenRow("open_quote", lines.give_back())
        except csv.Error as error:
            yield _explain_broken(lines, str(error))
        else:
            lines.taken = []
            yield row


def _explain_broken(lines: _Lines, message: str) -> BrokenRow:
    if not lines.taken:
        return BrokenRow("bad_quotes", "")
    if message == "line_too_long":
        text = lines.taken[-1]
        lines.taken = []
        return BrokenRow("line_too_long", text[:2000])
    code = "open_quote" if "end of data" in message or "field larger" in message else "bad_quotes"
    return BrokenRow(code, lines.give_back())
