"""vCards (2.1, 3.0, 4.0) as a table: a row a card, the first e-mail, the first phone and the first mobile of each; and
one that was pasted as a draft of a person."""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from customers.rules.card_reading import CardDraft, read_card

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
    with path.open("rb") as file:
        yield from _read_each(iter(lambda: file.readline(MAX_LINE), b""))


def read_pasted_card(text: str, *, country: str) -> CardDraft:
    """The first card of ``text`` as a draft, its numbers read as those of a business card are (``country``: of whoever
    says none)."""
    rows = (row for row in _read_each(f"{text.strip()}\n".encode().splitlines()) if isinstance(row, list))
    found = dict(zip(HEADERS, next(rows, []), strict=False))
    points = (f"{word}: {found.get(word, '')}" for word in ("Email", "Phone", "Mobile"))
    name = found.get("Name") or " ".join(filter(None, (found.get("First name"), found.get("Last name"))))
    draft = read_card("\n".join(points), country=country)
    return replace(
        draft, name=name, job_title=found.get("Job title", "")[:150], company=found.get("Company", ""), left=()
    )


def _read_each(lines: Iterable[bytes]) -> Iterator[list[str] | tuple[str, str]]:
    card: list[tuple[str, str]] | None = None
    for line in _unfold(lines):
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


def _unfold(lines: Iterable[bytes]) -> Iterator[str]:
    """Logical lines: one that starts with a blank, or follows a soft break, goes on the one before."""
    whole = ""
    for raw in lines:
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
