"""What can be imported: each kind with its columns, its words, its tables, and how its rows become records.

The apps above enter their own kinds when they are ready (``register_import_kind``); the screens, the check, the
writing, the report and the undo are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.core.late_imports import pandas as pd
from customers.import_remembering import WRITTEN_TABLES, WrittenTable
from customers.import_staging import Stage, one_writer
from customers.models import NameWord
from customers.rules.import_columns import FIELDS, REQUIRED, ImportField


@dataclass(frozen=True)
class WritingTask:
    """What a kind's verbs know of the import at hand.

    ``options`` are the user's choices with ``by_id`` and ``source`` (the file's name) added; ``mode`` is "both",
    "create" (rows that are here are left alone) or "update" (rows that are not here are rejected). ``at`` is the
    moment of the writing. ``words_noted`` where the words of all names in the file are; ``numbers_differ`` where every
    row of it has a number and no two the same.
    """

    import_id: int
    columns: Mapping[str, str]
    options: Mapping[str, Any]
    at: datetime
    by: Any = None
    words_noted: bool = False
    numbers_differ: bool = False

    @property
    def mode(self) -> str:
        return str(self.options.get("mode") or "both")


@dataclass(frozen=True)
class ImportKind:
    """One kind of record a file can hold.

    ``shape`` turns parsed rows into the columns of the stage (``stage_columns``: name and SQL type). ``check`` compares
    the staged rows with each other and the database, moves bad ones to the rejected, leaves the good ones as ``lines``
    and writes nothing else; ``prepare``, where a kind has its own, does that and leaves ``records``. ``write`` writes
    the batch behind ``after`` and returns created, changed, unchanged and ``until``. ``finish`` runs once after the
    last batch. ``keys`` are the ways to find what is here already, the first unless the user says otherwise.
    ``names`` is the column of the stage whose words are those of the names that new rows get.
    ``in_pairs`` where two batches may be written side by side, because none of their records meet in any row.
    ``makes_customers`` where rows may become new customers, whose owner and team are then asked. ``tables`` are
    written in this order and taken back from behind. ``permission`` is asked for besides that of importing;
    ``seen_at`` is the address (its name, and a query) of the page where such records are seen.
    """

    name: str
    label: Any
    labels: Mapping[str, Any]
    fields: tuple[ImportField, ...]
    required: tuple[tuple[str, ...], ...]
    stage_columns: Mapping[str, str]
    shape: Callable[[pd.DataFrame], pd.DataFrame]
    check: Callable[[Stage, WritingTask], None]
    write: Callable[..., dict[str, int]]
    tables: Sequence[WrittenTable]
    prepare: Callable[[Stage, WritingTask], dict[str, int]] | None = None
    finish: Callable[[Stage, WritingTask], None] | None = None
    permission: str = ""
    problems: Mapping[str, Any] = field(default_factory=dict)
    keys: Sequence[tuple[str, Any]] = ()
    makes_customers: bool = False
    in_pairs: bool = False
    names: str = ""
    seen_at: tuple[str, str] = ("", "")

    def prepare_records(self, stage: Stage, task: WritingTask) -> dict[str, int]:
        """Check, and number the rows that can be written from 1; how many wait in ``records``."""
        if self.prepare is not None:
            return self.prepare(stage, task)
        with one_writer():
            self.check(stage, task)
            return {"records": stage.make_records()}

    @property
    def table_names(self) -> list[str]:
        """The tables of the database that it writes, those of parts included, and of the words of names."""
        parts = [table.parts[0]._meta.db_table for table in self.tables if table.parts]
        words = [NameWord._meta.db_table] if any("name_folded" in table.columns for table in self.tables) else []
        return [*(table.table for table in self.tables), *parts, *words]


IMPORT_KINDS: dict[str, ImportKind] = {}


def register_import_kind(kind: ImportKind) -> None:
    """Offer ``kind`` wherever a file is imported; once, when its app is ready."""
    IMPORT_KINDS[kind.name] = kind
    FIELDS[kind.name], REQUIRED[kind.name] = kind.fields, kind.required
    WRITTEN_TABLES.update({table.key: table for table in kind.tables})


def kinds_for(user: Any) -> list[ImportKind]:
    """The kinds ``user`` may import."""
    return [kind for kind in IMPORT_KINDS.values() if not kind.permission or user.has_perm(kind.permission)]
