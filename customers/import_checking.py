"""Looking through a file before anything is written: columns, styles, totals, and every problem by row and field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Q

from crm.core.late_imports import numpy as np
from crm.core.late_imports import pandas as pd
from crm.core.local_time import company_zone
from crm.core.models import Role, Team, User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from customers.custom_field_import import offer_own_fields
from customers.import_mapping import (
    apply_mapping,
    apply_reading,
    find_mapping,
    find_reading_of_rest,
    hash_headers,
)
from customers.import_parsing import Parsed, ParseRules, find_styles, parse_chunk
from customers.import_reading import CHUNK_ROWS, Chunk, Table, open_table
from customers.import_rehearsing import Outcome, Rehearsal
from customers.import_workbook import list_sheets
from customers.models import DataImport, ImportMapping
from customers.rules.import_columns import FIELDS, ORDERS, find_fitting_kinds, guess_columns, missing_fields
from customers.rules.import_file_error import ImportFileError

SHOWN_ROWS = 20
SHOWN_PROBLEM_ROWS = 30
SAMPLES = 3
LOOKED_AT_SHEETS = 10


@dataclass
class Totals:
    """What a file amounts to; grows chunk by chunk."""

    rows: int = 0
    ready: int = 0
    amount_cents: int = 0
    first_day: date | None = None
    last_day: date | None = None
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)
    _customers: np.ndarray[Any, Any] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))

    def add(self, parsed: Parsed, chunk: Chunk) -> None:
        """Count one chunk in."""
        frame = parsed.frame
        self.rows += len(chunk)
        self.ready += len(frame)
        self.problems.update(zip(parsed.problems["field"], parsed.problems["code"], strict=True))
        if "currency" in frame:
            self.currencies |= set(frame["currency"].dropna().unique())
        foreign = parsed.problems[parsed.problems["code"] == "no_rate"]
        self.currencies |= set(foreign["value"])
        if frame.empty:
            return
        if "amount" in frame:
            self.amount_cents += sum(frame["amount"].dropna().tolist())
        if "amount" in frame and "day" in frame:
            days = [read.day for read in frame["day"].tolist()]
            self.first_day = min([*days, *filter(None, [self.first_day])])
            self.last_day = max([*days, *filter(None, [self.last_day])])
        for name in ("customer_number", "customer_name"):
            if name in frame:
                hashes = pd.util.hash_array(frame[name].fillna("").to_numpy(dtype=object))
                self._customers = np.union1d(self._customers, np.unique(hashes))
                break

    @property
    def customers(self) -> int:
        return len(self._customers)


def make_parse_rules(
    data_import: DataImport, *, on: date, styles: dict[str, Any] | None = None, shape: dict[str, Any] | None = None
) -> ParseRules:
    """How to read this file, from what was found in it and what the user chose; ``on`` is the local day."""
    options = data_import.options
    styles = styles if styles is not None else data_import.preview.get("styles", {})
    shape = shape if shape is not None else data_import.preview.get("shape", {})
    moved = options.get("trial_dates") or options.get("shift_days")
    by = data_import.created_by
    return ParseRules(
        kind=data_import.kind,
        columns=data_import.columns,
        same=data_import.same,
        only_known=data_import.only_known,
        from_1904=bool(shape.get("from_1904")),
        day_order=options.get("day_order") or styles.get("day_order"),
        decimal_sign=options.get("decimal_sign") or styles.get("decimal_sign"),
        zone=company_zone(),
        latest_day=None if moved else on,
        currency=setting("company.currency"),
        rates={code: Decimal(str(rate)) for code, rate in options.get("rates", {}).items()},
        owners=_colleagues(),
        strangers_are_nobody=options.get("strangers") == "nobody",
        teams={fold_text(team.name): team.pk for team in teams_of(by)},
    )


def _colleagues() -> dict[str, int]:
    """Colleagues by e-mail, and by name where only one has it; whoever may not sign in counts where nobody else has."""
    rows = list(User.objects.values_list("pk", "email", "name", "is_active"))
    named: dict[str, int] = {}
    for may_sign_in in (False, True):
        names = [(fold_text(name), pk) for pk, _email, name, is_active in rows if is_active == may_sign_in]
        times = Counter(name for name, _pk in names)
        named = {name: pk for name, pk in named.items() if name not in times}
        named |= {name: pk for name, pk in names if times[name] == 1}
    return named | {email.casefold(): pk for pk, email, _name, _is_active in rows}


def teams_of(by: User | None) -> Sequence[Team]:
    """The teams whose customers ``by`` may write: all for an admin (or a command), else his own and managed ones."""
    if by is None or by.role == Role.ADMIN:
        return list(Team.objects.all())
    return list(Team.objects.filter(Q(pk=by.team_id) | Q(managers=by)).distinct())


def open_import(data_import: DataImport) -> Table:
    """The stored file as a table, read as the user chose. Raises ``ImportFileError``."""
    options = data_import.options
    return open_table(
        Path(data_import.file.path),
        encoding=options.get("encoding", ""),
        delimiter=options.get("delimiter", ""),
        sheet=options.get("sheet", ""),
    )


def _open_sheet(data_import: DataImport) -> tuple[Table, list[dict[str, Any]]]:
    """The file as a table, and the sheets to choose from ([] where there is no choice).

    Of a workbook whose sheet nobody has chosen it is the one that a kept reading names, else the first visible one
    whose headers name all that is needed, else the first.
    """
    table = open_import(data_import)
    if table.shape["format"] != "xlsx":
        return table, []
    path = Path(data_import.file.path)
    sheets = data_import.preview.get("sheets") or [asdict(sheet) for sheet in list_sheets(path)]
    if "sheet" not in data_import.options and not data_import.columns:
        visible = [sheet["name"] for sheet in sheets if sheet["rows"] and not sheet["is_hidden"]]
        table = _find_kept_sheet(data_import, visible) or _find_fitting_sheet(data_import, table, visible)
    return table, sheets


def _find_kept_sheet(data_import: DataImport, names: Sequence[str]) -> Table | None:
    """The sheet from which a reading was kept, if its headers are still the same."""
    for name in names:
        known = ImportMapping.objects.filter(kind=data_import.kind, options__sheet=name).values_list("headers_hash")
        if hashes := {text for (text,) in known}:
            table = _try_sheet(data_import, name)
            if table is not None and hash_headers(table.headers) in hashes:
                return table
    return None


def _find_fitting_sheet(data_import: DataImport, first: Table, names: Sequence[str]) -> Table:
    """``first``, or where it lacks what is needed, the next of the first sheets that does not."""
    for name in ("", *names[:LOOKED_AT_SHEETS]):
        table = _try_sheet(data_import, name) if name else first
        if table is not None:
            guess = guess_columns(data_import.kind, table.headers, table.sample())
            if not missing_fields(data_import.kind, guess):
                return table
    return first


def _try_sheet(data_import: DataImport, name: str) -> Table | None:
    try:
        return open_table(Path(data_import.file.path), sheet=name)
    except ImportFileError:
        return None


def check_file(data_import: DataImport, *, on: date, progress: Any = None) -> dict[str, Any]:
    """Look through the whole file; returns the preview, and guesses ``columns`` where the user has not chosen any.

    ``progress(done, total)`` is called with each chunk. Raises ``ImportFileError`` for a file that is no table.
    """
    offer_own_fields(afresh=True)
    table, sheets = _open_sheet(data_import)
    sample = table.sample()
    if not data_import.columns:
        _choose_columns(data_import, table.headers, sample)
    if sheets:
        data_import.options = {**data_import.options, "sheet": table.shape["sheet"]}
    data_import.columns = {n: h for n, h in data_import.columns.items() if h in table.headers}
    styles = find_styles(table, data_import.kind, data_import.columns)
    rules = make_parse_rules(data_import, on=on, styles=styles, shape=table.shape)
    lacks = missing_fields(data_import.kind, data_import.filled, only_known=data_import.only_known)
    missing = [list(group) for group in lacks]
    places = {name: table.headers.index(header) for name, header in rules.columns.items()}
    totals = Totals()
    shown: list[dict[str, Any]] = []
    wrong: list[dict[str, Any]] = []
    rehearsal = None if missing else Rehearsal(data_import)
    with rehearsal or nullcontext():
        for chunk, parsed in parse_table(table, rules):
            totals.add(parsed, chunk)
            if rehearsal:
                rehearsal.add(parsed)
            notes = _notes_by_row(parsed, limit=SHOWN_PROBLEM_ROWS)
            shown += _show_rows(chunk, chunk.numbers[: SHOWN_ROWS - len(shown)], places, notes)
            wrong += _show_rows(chunk, list(notes)[: SHOWN_PROBLEM_ROWS - len(wrong)], places, notes)
            if progress:
                progress(totals.rows, styles["rows"])
        outcome = rehearsal.check(on=on, limit=SHOWN_PROBLEM_ROWS) if rehearsal else None
    preview = {
        "shape": table.shape,
        "sheets": sheets,
        "headers": table.headers,
        "samples": {h: _samples(sample, place) for place, h in enumerate(table.headers)},
        "styles": styles,
        "missing": missing,
        "fits": find_fitting_kinds(table.headers, sample, but=data_import.kind)[:2] if missing else [],
        "readings": describe_readings(data_import),
        "rows": totals.rows,
        "ready": totals.ready,
        "customers": totals.customers if data_import.kind == ORDERS else totals.ready,
        "amount_cents": totals.amount_cents,
        "first_day": totals.first_day.isoformat() if totals.first_day else None,
        "last_day": totals.last_day.isoformat() if totals.last_day else None,
        "currencies": sorted(c for c in totals.currencies if c != rules.currency)[:10],
        "problems": [{"field": f, "code": c, "count": n} for (f, c), n in totals.problems.most_common(50)],
        "shown": shown,
        "problem_rows": wrong,
    }
    return preview | _tell_outcome(outcome, table, preview, places) if outcome else preview


def describe_readings(data_import: DataImport) -> dict[str, str]:
    """How each field that the import fills is read: own fields may change their kind between the look and writing."""
    return {one.name: one.reading.value for one in FIELDS[data_import.kind] if one.name in data_import.filled}


def _tell_outcome(outcome: Outcome, table: Table, preview: dict[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    """What the check of all rows together says instead of what each row says by itself."""
    known = {row["row"]: row for row in [*preview["shown"], *preview["problem_rows"]]}
    if unread := sorted(outcome.rows.keys() - known.keys()):
        for chunk in table.chunks(size=CHUNK_ROWS):
            here = [number for number in unread if number <= chunk.last_row and number not in known]
            known |= {row["row"]: row for row in _show_rows(chunk, here, places, {})}
            if chunk.last_row >= unread[-1]:
                break
    return {
        "ready": outcome.ready,
        "customers": outcome.ready,
        "problems": outcome.problems,
        "shown": [{**row, "problems": outcome.rows.get(row["row"], [])} for row in preview["shown"]],
        "problem_rows": [{**known[number], "problems": found} for number, found in outcome.rows.items()],
        **outcome.figures,
    }


def _choose_columns(data_import: DataImport, headers: list[str], sample: list[list[str]]) -> None:
    """As a file of the same headers was read before, or the file whose rejected rows these are; else as they look."""
    mapping = find_mapping(data_import.kind, headers, chosen=data_import.options.get("mapping_id"))
    rest_of = find_reading_of_rest(data_import, headers) if mapping is None else None
    if mapping is not None:
        data_import.columns, options = apply_mapping(mapping, headers)
    elif rest_of is not None:
        data_import.columns, options = apply_reading(rest_of)
    else:
        data_import.columns, options = guess_columns(data_import.kind, headers, sample), {}
    data_import.options = {**data_import.options, **options}


def parse_table(table: Table, rules: ParseRules) -> Iterator[tuple[Chunk, Parsed]]:
    """Every chunk with its values and problems."""
    for chunk in table.chunks(size=CHUNK_ROWS):
        yield chunk, parse_chunk(chunk, table.headers, rules)


def _samples(sample: list[list[str]], place: int) -> list[str]:
    """A few different values of a column, as they stand in the file."""
    return list(dict.fromkeys(row[place][:60] for row in sample if row[place].strip()))[:SAMPLES]


def _notes_by_row(parsed: Parsed, *, limit: int) -> dict[int, list[dict[str, str]]]:
    """The problems of the first ``limit`` rows of a chunk that have any."""
    found = parsed.problems.sort_values("row", kind="stable")
    notes: dict[int, list[dict[str, str]]] = {}
    for row, name, code, value in zip(found["row"], found["field"], found["code"], found["value"], strict=True):
        if row not in notes and len(notes) == limit:
            break
        notes.setdefault(int(row), []).append({"field": name, "code": code, "value": str(value)})
    return notes


def _show_rows(
    chunk: Chunk, numbers: Sequence[int], places: Mapping[str, int], notes: Mapping[int, list[dict[str, str]]]
) -> list[dict[str, Any]]:
    """Rows for the preview with their problems; cells by field, as they stand in the file."""
    chosen = set(numbers)
    if not chosen:
        return []
    rows = {n: row for n, row in zip(chunk.numbers, chunk.rows, strict=True) if n in chosen}
    texts = {n: "; ".join(cells) for n, _code, cells in chunk.broken if n in chosen}
    return [
        {
            "row": number,
            "cells": {name: rows[number][place][:120] for name, place in places.items()} if number in rows else {},
            "text": texts.get(number, "")[:200],
            "problems": notes.get(number, []),
        }
        for number in numbers
        if number in rows or number in texts
    ]
