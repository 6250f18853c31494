"""From rows of text to values: every column at once, each different text read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm.core.late_imports import numpy as np
from crm.core.late_imports import pandas as pd
from crm.core.text_folding import fold_text
from customers.import_reading import Chunk, Table
from customers.rules.contact_point_reading import read_domain
from customers.rules.custom_values import read_link
from customers.rules.import_addresses import read_email, read_phone, read_plain_phones
from customers.rules.import_choices import read_choice, read_yes_no
from customers.rules.import_columns import FIELDS, ImportField, Reading, required_fields
from customers.rules.import_values import (
    Unreadable,
    clean_text,
    day_order_of,
    decimal_sign_of,
    has_open_order,
    read_country,
    read_currency,
    read_customer_kind,
    read_day,
    read_minutes,
    read_money,
    read_plain_amounts,
    read_plain_texts,
    read_quantity,
)

ENOUGH_VOTES = 1_000
REMEMBERED_TEXTS = 10_000
"""Of each column: what was read of one chunk need not be read of the next, as long as they are that few. 2 MB."""
PROBLEM_COLUMNS = ["row", "field", "code", "value", "number"]


@dataclass(frozen=True)
class ParseRules:
    """How this file is to be read.

    ``columns`` maps our fields to headers, ``same`` those without a column to the text of every row; ``rates`` are
    units of the company's currency for one of another;
    ``latest_day`` is the last day an order may have, ``None`` where dates will be moved. ``owners`` maps e-mail
    addresses and folded names, ``teams`` folded names, to ids; ``strangers_are_nobody`` where a colleague who is not
    among them is no problem of the row. ``only_known`` where no row makes a new record;
    ``from_1904`` where a bare number of days counts from then. ``known`` is what cells were found to mean so far, by
    field and text.
    """

    kind: str
    columns: Mapping[str, str]
    day_order: str | None = None
    decimal_sign: str | None = None
    zone: tzinfo = UTC
    latest_day: date | None = None
    currency: str = "EUR"
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)
    teams: Mapping[str, int] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    only_known: bool = False
    strangers_are_nobody: bool = False
    from_1904: bool = False
    known: dict[str, dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)


@dataclass
class Parsed:
    """Good rows as a frame (``row`` and our fields, objects or None), and what was wrong with the others."""

    frame: pd.DataFrame
    problems: pd.DataFrame


def parse_chunk(chunk: Chunk, headers: list[str], rules: ParseRules) -> Parsed:
    """Read every mapped column; a row with any problem is left out of the frame and explained."""
    count = len(chunk.numbers)
    numbers = np.array(chunk.numbers, dtype=np.int64)
    values: dict[str, np.ndarray[Any, Any]] = {}
    problems: list[pd.DataFrame] = []
    bad = np.zeros(count, dtype=bool)
    for import_field in FIELDS[rules.kind]:
        header = rules.columns.get(import_field.name)
        if header is not None and header in headers:
            raw = chunk.column(headers.index(header))
        elif import_field.name in rules.same:
            raw = [rules.same[import_field.name]] * count
        else:
            continue
        parsed, codes = _parse_column(
            raw,
            _reader(import_field, rules),
            _bulk_reader(import_field),
            known=rules.known.setdefault(import_field.name, {}),
        )
        values[import_field.name] = parsed
        if codes is not None:
            _note(problems, numbers, import_field.name, codes, raw)
            bad |= codes != ""
    bad |= _note_missing(problems, numbers, values, rules, count)
    frame = pd.DataFrame({"row": numbers, **values}, dtype=object)
    if "currency" in frame and "amount" in frame:
        bad |= _convert_currencies(problems, frame, rules)
    problems.append(_broken_rows(chunk))
    notes = pd.concat(problems, ignore_index=True)
    notes["number"] = notes["row"].map(dict(zip(numbers[bad], frame["number"][bad], strict=True))) if (
        "number" in frame and bad.any()
    ) else None  # fmt: skip
    return Parsed(frame[~bad] if bad.any() else frame, notes)


def read_same(text: str, import_field: ImportField, rules: ParseRules) -> Any:
    """What one text means for ``import_field`` in every row. Raises ``Unreadable``."""
    return _reader(import_field, rules)(clean_text(text))


def as_objects(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    """One column of a frame just as it is: from a list of texts pandas would make texts of its own, at some cost."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _parse_column(
    raw: list[str],
    read: Callable[[str], Any],
    read_all: Callable[[Sequence[str]], list[Any] | None] | None = None,
    *,
    known: dict[str, Any] | None = None,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """Values and problem codes ("" where none; None where none anywhere); an empty text is None.

    ``read_all`` reads a whole column where every cell of it is plain, else each different text is read once, and what
    ``known`` tells not even that.
    """
    if read_all is not None and raw and (values := read_all(raw)) is not None:
        return as_objects(values), None
    known = {} if known is None else known
    results: dict[str, Any] = dict.fromkeys(raw)
    wrong: dict[str, str] = {}
    for text in results:
        if text in known:
            results[text] = known[text]
            continue
        clean = clean_text(text)
        try:
            results[text] = read(clean) if clean else None
        except Unreadable as error:
            wrong[text] = error.code
        else:
            if len(known) < REMEMBERED_TEXTS:
                known[text] = results[text]
    codes = as_objects([wrong.get(text, "") for text in raw]) if wrong else None
    return as_objects(list(map(results.__getitem__, raw))), codes


def _bulk_reader(import_field: ImportField) -> Callable[[Sequence[str]], list[Any] | None] | None:
    if import_field.reading is Reading.TEXT:
        return lambda texts: read_plain_texts(texts, length=import_field.length)
    if import_field.reading is Reading.PHONE:
        return lambda texts: read_plain_phones(texts, length=import_field.length)
    return read_plain_amounts if import_field.reading is Reading.MONEY else None


_PLAIN_READERS: dict[Reading, Callable[[str], Any]] = {
    Reading.CURRENCY: read_currency,
    Reading.COUNTRY: read_country,
    Reading.CUSTOMER_KIND: read_customer_kind,
    Reading.EMAIL: read_email,
    Reading.YES_NO: read_yes_no,
    Reading.LINK: read_link,
}


def _reader(import_field: ImportField, rules: ParseRules) -> Callable[[str], Any]:
    if (plain := _PLAIN_READERS.get(import_field.reading)) is not None:
        return plain
    match import_field.reading:
        case Reading.DAY:
            return lambda text: _read_day_within(text, rules, limited=import_field.name == "day")
        case Reading.MONEY:
            return lambda text: read_money(text, decimal_sign=rules.decimal_sign)
        case Reading.NUMBER:
            return lambda text: read_quantity(text, decimal_sign=rules.decimal_sign)
        case Reading.MINUTES:
            return lambda text: read_minutes(text, decimal_sign=rules.decimal_sign)
        case Reading.OWNER:
            return lambda text: _read_owner(text, rules)
        case Reading.PHONE:
            return lambda text: read_phone(text, length=import_field.length)
        case Reading.TEAM:
            return lambda text: _known(rules.teams, fold_text(text), "unknown_team")
        case Reading.DOMAIN:
            return lambda text: _read_text(read_domain(text), import_field.length)
        case Reading.CHOICE:
            return lambda text: read_choice(text, choices=import_field.choices)
        case Reading.WORDS:
            return lambda text: text[: import_field.length]
        case _:
            return lambda text: _read_text(text, import_field.length)


def _read_text(text: str, length: int) -> str:
    line = text if text.isalnum() else " ".join(text.split())
    if len(line) > length:
        raise Unreadable("too_long")
    return line


def _read_day_within(text: str, rules: ParseRules, *, limited: bool) -> Any:
    read = read_day(text, day_order=rules.day_order, zone=rules.zone, from_1904=rules.from_1904)
    if limited and rules.latest_day is not None and read.day > rules.latest_day:
        raise Unreadable("in_future")
    return read


def _read_owner(text: str, rules: ParseRules) -> int | None:
    key = _owner_key(text)
    return rules.owners.get(key) if rules.strangers_are_nobody else _known(rules.owners, key, "unknown_owner")


def _owner_key(text: str) -> str:
    """A colleague is known by e-mail or by name."""
    return text.strip().casefold() if "@" in text else fold_text(text)


def _known(ids: Mapping[str, int], key: str, code: str) -> int:
    if key not in ids:
        raise Unreadable(code)
    return ids[key]


def _note(
    problems: list[pd.DataFrame],
    numbers: np.ndarray[Any, Any],
    name: str,
    codes: np.ndarray[Any, Any],
    raw: Sequence[Any] | None = None,
) -> None:
    wrong = np.flatnonzero(codes != "")
    if not len(wrong):
        return
    shown = [_shorten(str(raw[place])) for place in wrong] if raw is not None else ""
    problems.append(pd.DataFrame({"row": numbers[wrong], "field": name, "code": codes[wrong], "value": shown}))


def _shorten(text: str) -> str:
    """One line, to be shown."""
    return " ".join(text.replace("\x00", "").split())[:100]


def _note_missing(
    problems: list[pd.DataFrame],
    numbers: np.ndarray[Any, Any],
    values: Mapping[str, np.ndarray[Any, Any]],
    rules: ParseRules,
    count: int,
) -> np.ndarray[Any, Any]:
    """Rows in which a required field is empty (and not merely unreadable, which is said already)."""
    missing_any = np.zeros(count, dtype=bool)
    told = {name: set(frame["row"]) for frame in problems for name in set(frame["field"])}
    for group in required_fields(rules.kind, {**rules.columns, **rules.same}, only_known=rules.only_known):
        missing = np.ones(count, dtype=bool)
        for name in group:
            if name in values:
                missing &= pd.isna(values[name])
        if missing.any():
            known = set().union(*(told.get(name, set()) for name in group))
            codes = np.where(missing & ~np.isin(numbers, list(known)), "empty", "").astype(object)
            _note(problems, numbers, next((name for name in group if name in values), group[0]), codes)
            missing_any |= missing
    return missing_any


def _convert_currencies(problems: list[pd.DataFrame], frame: pd.DataFrame, rules: ParseRules) -> np.ndarray[Any, Any]:
    """Bring amounts into the company's currency; keep what was paid in ``original``."""
    bad = np.zeros(len(frame), dtype=bool)
    codes = np.full(len(frame), "", dtype=object)
    original = np.full(len(frame), None, dtype=object)
    for code in frame["currency"].dropna().unique():
        if code == rules.currency:
            continue
        rows = (frame["currency"] == code).to_numpy()
        if code not in rules.rates:
            codes[rows] = "no_rate"
            continue
        original[rows] = frame.loc[rows, "amount"]
        for name in {"amount", "cost", "freight"} & set(frame):
            frame.loc[rows, name] = [_convert(cents, rules.rates[code]) for cents in frame.loc[rows, name]]
    _note(problems, frame["row"].to_numpy(), "currency", codes, frame["currency"].to_numpy())
    frame["original"] = original
    return bad | (codes != "")


def _convert(cents: int | None, rate: Decimal) -> int | None:
    return (
        None
        if cents is None or pd.isna(cents)
        else int((Decimal(cents) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    )


def _broken_rows(chunk: Chunk) -> pd.DataFrame:
    return pd.DataFrame(
        [(row, "", code, "; ".join(cells)[:100]) for row, code, cells in chunk.broken],
        columns=PROBLEM_COLUMNS[:4],
        dtype=object,
    )


def find_styles(table: Table, kind: str, columns: Mapping[str, str]) -> dict[str, Any]:
    """Decimal sign and order of day and month, by the first thousand cells that tell.

    ``days_open`` where no date of the file tells and it matters; ``rows`` is how many there are.
    """
    votes: dict[str, int] = {"day": 0, "month": 0, ",": 0, ".": 0}
    rows = open_days = 0
    day_places = _places(table, kind, columns, Reading.DAY)
    money_places = _places(table, kind, columns, Reading.MONEY)
    for chunk in table.chunks():
        rows += len(chunk)
        for place in day_places if votes["day"] + votes["month"] < ENOUGH_VOTES else ():
            for text in set(map(str.strip, chunk.column(place))):
                if order := day_order_of(text):
                    votes[order] += 1
                open_days += has_open_order(text)
        for place in money_places if votes[","] + votes["."] < ENOUGH_VOTES else ():
            cells = chunk.column(place)
            if cells and read_plain_amounts(cells) is not None:
                votes["."] += len(cells)
                continue
            for text in set(cells):
                if sign := decimal_sign_of(text):
                    votes[sign] += 1
    return {
        "rows": rows,
        "day_order": _winner(votes, "day", "month"),
        "decimal_sign": _winner(votes, ",", "."),
        "days_open": open_days > 0 and _winner(votes, "day", "month") is None,
    }


def _places(table: Table, kind: str, columns: Mapping[str, str], reading: Reading) -> list[int]:
    wanted = [columns.get(f.name) for f in FIELDS[kind] if f.reading is reading]
    return [table.headers.index(header) for header in wanted if header in table.headers]


def _winner(votes: Mapping[str, int], one: str, other: str) -> str | None:
    if not votes[one] and not votes[other]:
        return None
    return one if votes[one] >= votes[other] else other
