"""vCards (2.1, 3.0, 4.0) as a table: a row a card, the first e-mail, the first phone and the first mobile of each."""

import quopri
import re
from collections.abc import Iterator
from pathlib import Path

HEADERS = ["Name", "First name", "Last name", "Company", "Job title", "Email", "Phone", "Mobile"]
MAX_CARD_LINES = 2_000
MAX_LINE = 1_000_000
_ESCAPE = re.compile(r"\\([\\,;nN])")
_SPLIT = re.compile(r"(?<!\\);")


def is_vcard(start: bytes) -> bool:
    """Whether a file that starts like this holds vCards."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().upper().startswith(b"BEGIN:VCARD")


def read_cards(path: Path) -> Iterator[list[str] | tuple[str, str]]:
    """The header, then each card as a row; a card that does not end is told as (code, its first line)."""
    yield HEADERS
    card: list[tuple[str, str]] | None = None
    for line in _unfold(path):
        upper = line.strip().upper()
        if upper == "BEGIN:VCARD":
            if card is not None:
                yield "card_without_end", "; ".join(value for _name, value in card)[:200]
            card = []
        elif upper == "END:VCARD":
            if card is not None:
                yield _make_row(card)
            card = None
        elif card is not None and ":" in line and len(card) < MAX_CARD_LINES:
            name, value = line.split(":", 1)
            card.append((name, value))
    if card is not None:
        yield "card_without_end", "; ".join(value for _name, value in card)[:200]


def _unfold(path: Path) -> Iterator[str]:
    """Logical lines: one that starts with a blank, or follows a soft break, goes on the one before."""
    whole = ""
    with path.open("rb") as file:
        while raw := file.readline(MAX_LINE):
            line = _decode(raw).rstrip("\r\n")
            if whole and line[:1] in {" ", "\t"}:
                whole += line[1:]
            elif whole.endswith("=") and "QUOTED-PRINTABLE" in whole.split(":", 1)[0].upper():
                whole = whole[:-1] + line
            else:
                if whole:
                    yield whole
                whole = line
            whole = whole[:MAX_LINE]
    if whole:
        yield whole


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _make_row(card: list[tuple[str, str]]) -> list[str]:
    found: dict[str, str] = {}
    for head, raw in card:
        name, *params = head.upper().split(";")
        value = raw
        if any("QUOTED-PRINTABLE" in param for param in params):
            value = _decode(quopri.decodestring(raw.encode("utf-8")))
        for key, text in _read_property(name.rpartition(".")[2], params, value).items():
            if text and key not in found:
                found[key] = text
    return [found.get(header, "") for header in HEADERS]


def _read_property(name: str, params: list[str], value: str) -> dict[str, str]:
    """Our columns that one property fills."""
    parts = [_unescape(part) for part in _SPLIT.split(value)]
    match name:
        case "FN":
            return {"Name": _unescape(value)}
        case "N":
            family, given = (*parts, "", "")[:2]
            return {"Last name": family, "First name": given}
        case "ORG":
            return {"Company": parts[0]}
        case "TITLE":
            return {"Job title": _unescape(value)}
        case "EMAIL":
            return {"Email": _unescape(value).removeprefix("mailto:")}
        case "TEL":
            return _read_phone(params, _unescape(value).removeprefix("tel:"))
    return {}


def _read_phone(params: list[str], number: str) -> dict[str, str]:
    types = " ".join(params)
    if "FAX" in types:
        return {}
    return {"Mobile" if "CELL" in types else "Phone": number}


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], text).strip()
