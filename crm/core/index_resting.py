"""Indexes rest while an empty table is filled for the first time: sorted at the end they cost half of what a million
single entries do.

Only where nobody is hurt: the table is empty, so there is nothing to find in it yet, and it is locked for the moment of
dropping alone. Each index is noted as it goes and forgotten as it comes back; whoever was killed in between is followed
by the next worker, the nightly cleaning or the next ``migrate``, whichever comes first.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from django.db import DatabaseError, connection, transaction

from crm.core.models import RestingIndex

log = logging.getLogger(__name__)

WORTH_ROWS = 20_000
PATIENCE = "500ms"
BESIDE = 3  # two processors are busy while the third index waits for the disk
# The condition of an index of the rows that say something in a column of text, as the database writes it.
SAYS_SOMETHING = r"^\(NOT \(\(\w+\)::text = ''::text\)\)$"


Work = Callable[[], object]


@contextmanager
def indexes_at_rest(tables: Iterable[str], *, rows: int) -> Iterator[list[Work]]:
    """The block fills ``tables`` with some ``rows``, most of them the first; afterwards every index is there, those too
    that somebody before us left out.

    What the block leaves in the list that it is given is done first, and beside the making of indexes: statistics of
    the first table, which no index of it can be made beside, while those of the others are made.
    """
    tables = list(dict.fromkeys(tables))
    if rows >= WORTH_ROWS and not connection.in_atomic_block:
        for table in tables:
            _rest_indexes(table)
    first: list[Work] = []
    try:
        yield first
    finally:
        wake_indexes(first=first, last=tables[0])


def _rest_indexes(table: str) -> None:
    """Drop what only readers need, if the table is empty; whoever holds it, or owns it in our place, keeps his."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if not _is_empty(table):
                return
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            if not _is_empty(table):
                return
            # Unique ones refuse what is there twice; those of a part of the rows are hardly written, but for those of
            # all rows that say something (a country, a source): these may be every row of a file.
            cursor.execute(
                """SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND i.indisvalid
                   AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ %s)
                   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)""",
                [table, SAYS_SOMETHING],
            )
            found = cursor.fetchall()
            RestingIndex.objects.bulk_create(RestingIndex(name=name, definition=made) for name, made in found)
            if found:
                cursor.execute(f"DROP INDEX {', '.join(connection.ops.quote_name(name) for name, _made in found)}")
    except DatabaseError as error:
        log.info("The indexes of %s do not rest: %s", table, error)


def _is_empty(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table})")  # noqa: S608 - names of our own tables
        return bool(cursor.fetchone()[0])


def wake_indexes(*, first: Sequence[Work] = (), last: str = "") -> int:
    """Do ``first`` and make every index that rests, those of the table ``last`` behind all others, on ``BESIDE``
    connections; how many. Any number of us may do it at once."""
    # Those of trigrams, the longest work, begin.
    resting = sorted(
        RestingIndex.objects.all(),
        key=lambda index: (_table_of(index) == last, "gin" not in index.definition, index.name),
    )
    works: list[Work] = [*first, *(partial(_wake_index, index.name) for index in resting)]
    if len(works) < 2 or connection.in_atomic_block:
        for work in works:
            work()
    else:
        with ThreadPoolExecutor(BESIDE, thread_name_prefix="index") as threads:
            list(threads.map(_do_beside, works))
    return len(resting)


def _table_of(index: RestingIndex) -> str:
    found = re.search(r" ON (?:ONLY )?(?:\w+\.)?(\w+) USING ", index.definition)
    return found[1] if found else ""


def _do_beside(work: Work) -> None:
    try:
        work()
    finally:
        connection.close()


@transaction.atomic
def _wake_index(name: str) -> None:
    index = RestingIndex.objects.select_for_update().filter(name=name).first()
    if index is None:
        return
    with connection.cursor() as cursor:
        # The others of us are all the processors there are.
        cursor.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        cursor.execute(index.definition.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1))
    index.delete()


def knows_resting_indexes() -> bool:
    """Whether this database is so far migrated that an index can rest in it."""
    return RestingIndex._meta.db_table in connection.introspection.table_names()
