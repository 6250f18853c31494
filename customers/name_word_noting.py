"""The words of the names in a large file are noted once for all of them, while its rows are read and checked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import DatabaseError, connection

from crm.core.index_resting import indexes_at_rest
from crm.core.row_removing import may_rest_triggers
from customers import import_batches
from customers.import_inserting import NEW_WORDS
from customers.import_kinds import ImportKind
from customers.import_staging import Stage, fetch_row, run_sql
from customers.models import NameWord
from customers.writing_turn import second_writer

log = logging.getLogger(__name__)
WORDS = NameWord._meta.db_table


class WordNoter:
    """Notes the words of the staged names on a connection of its own, part by part, as they come.

    Each part reads all words that are known and all rows that are staged, so it waits for a quarter as many rows.
    """

    def __init__(self, threads: ThreadPoolExecutor, names: str) -> None:
        """``names`` selects ``name_folded`` and ``row``."""
        self._threads = threads
        self._names = names
        self._parts: list[Future[None]] = []
        self._known = fetch_row("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = %s::regclass", [WORDS])[0]
        self._noted = self._staged = 0

    def hear(self, row: int) -> None:
        """The rows up to ``row`` are there for everybody."""
        self._staged = row
        if 4 * (row - self._noted) >= self._known + self._noted:
            self._note(f"WHERE row > {self._noted} AND row <= {row}")
            self._noted = row

    def hear_end(self) -> None:
        """All rows are."""
        if not self._staged or self._noted < self._staged:
            self._note(f"WHERE row > {self._noted}")

    def are_noted(self) -> bool:
        """Wait until all parts are done; whether they could be, so that the writing need not do it any more."""
        try:
            for part in self._parts:
                part.result()
        except DatabaseError as error:
            log.info("The words of names are noted with each batch: %s", error)
            return False
        return True

    def _note(self, where: str) -> None:
        self._parts.append(self._threads.submit(_note_words, f"({self._names} {where})"))


@contextmanager
def words_noted_beside(kind: ImportKind, stage: Stage, *, rows: int) -> Iterator[WordNoter | None]:
    """Note the words of the ``rows`` names that the block stages beside it; their own indexes rest meanwhile.

    With each batch the new words are sought among all that are known, those of the batches before included: of many
    names that is most of the work, and while a file is read the database has little else to do. A name that is rejected
    afterwards leaves its words, as one that is removed does: they find nobody. A file of one batch, or one that is read
    within a transaction around us, goes the usual way.
    """
    if not kind.names or rows <= import_batches.WRITE_BATCH or connection.in_atomic_block or not may_rest_triggers():
        yield None
        return
    with indexes_at_rest([WORDS], rows=rows), ThreadPoolExecutor(1, thread_name_prefix="words") as threads:
        try:
            yield WordNoter(threads, f"SELECT {kind.names} AS name_folded FROM {stage.rows}")  # noqa: S608
        finally:
            threads.submit(lambda: connection.close())  # that of the thread


def _note_words(names: str) -> None:
    with second_writer():
        run_sql(NEW_WORDS.format(names=names))
