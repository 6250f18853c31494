"""The words of the names in a large file are noted once for all of them, while its rows are checked."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from django.db import DatabaseError, connection

from crm.core.row_removing import may_rest_triggers
from customers import import_batches
from customers.import_inserting import NEW_WORDS
from customers.import_kinds import ImportKind
from customers.import_staging import Stage, run_sql
from customers.writing_turn import second_writer

log = logging.getLogger(__name__)


@contextmanager
def words_noted_beside(kind: ImportKind, stage: Stage, *, rows: int) -> Iterator[Callable[[], bool]]:
    """Note the words of the staged names on a connection of its own beside the block; what it is given waits until that
    is done, and says whether the writing need not do it any more.

    With each batch the new words are sought among all that are known, those of the batches before included: of many
    names that is most of the work. A name that is rejected afterwards leaves its words, as one that is removed does:
    they find nobody. A file of one batch, or one that is read within a transaction around us, goes the usual way.
    """
    if not kind.names or rows <= import_batches.WRITE_BATCH or connection.in_atomic_block or not may_rest_triggers():
        yield lambda: False
        return
    with ThreadPoolExecutor(1, thread_name_prefix="words") as threads:
        noted = threads.submit(_note_words, f"(SELECT {kind.names} AS name_folded FROM {stage.rows})")  # noqa: S608
        yield lambda: _is_done(noted)


def _note_words(names: str) -> None:
    try:
        with second_writer():
            run_sql(NEW_WORDS.format(names=names))
    finally:
        connection.close()


def _is_done(noted: Future[None]) -> bool:
    try:
        noted.result()
    except DatabaseError as error:
        log.info("The words of names are noted with each batch: %s", error)
        return False
    return True
