"""Indexes rest while an empty table is filled for the first time: sorted at the end they cost half of what a million
single entries do.

Only where nobody is hurt: the table is empty, so there is nothing to find in it yet, and it is locked for the moment of
dropping alone. Each index is noted as it goes and forgotten as it comes back; whoever was killed in between is followed
by the next worker, the nightly cleaning or the next ``migrate``, whichever comes first.

Those by which the filled tables refer to each other come back when the filling ends: what is written or undone next
asks for them row by row. All others only spare a reader time, and come back afterwards, while people already work.
"""

import logging
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from django.db import DatabaseError, connection, transaction

from crm.core.models import RestingIndex

log = logging.getLogger(__name__)

WORTH_ROWS = 20_000
PATIENCE = "500ms"
BESIDE = 3  # two processors are busy while the third index waits for the disk
TURN = 7_230_412  # with a table: the lock of whoever makes its indexes
LOOKED_AGAIN_AFTER_SECONDS = 0.1
# The condition of an index of the rows that say something in a column of text, as the database writes it.
SAYS_SOMETHING = r"^\(NOT \(\((\w+)\)::text = ''::text\)\)$"
FEW = 2  # indexes to make at once, which leave a processor to help


Work = Callable[[], object]


@contextmanager
def indexes_at_rest(
    tables: Iterable[str], *, rows: int, filled: Collection[str] = ()
) -> Iterator[dict[str, list[Work]]]:
    """The block fills ``tables`` with some ``rows``, most of them the first; afterwards the indexes are there by which
    these tables refer to each other. Those that only readers need are left to ``wake_indexes``, unless the block fails.
    ``filled`` are columns of text that it fills: an index of the rows that say something in any other has little to do.

    What the block leaves, by table, in what it is given is done first, and beside the indexes of other tables:
    statistics, which nothing else of the same table can be made beside.
    """
    tables = list(dict.fromkeys(tables))
    if rows >= WORTH_ROWS and not connection.in_atomic_block:
        for table in tables:
            _rest_indexes(table, filled)
    first: dict[str, list[Work]] = {}
    try:
        yield first
    except BaseException:
        wake_indexes(tables)
        raise
    _make_indexes(_list_relations(tables), first=first, is_alone=True)


def _rest_indexes(table: str, filled: Collection[str]) -> None:
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
            # all rows that say something the file tells (a country, a source): these may be every row of it.
            cursor.execute(
                """SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indrelid = %s::regclass AND NOT i.indisunique AND i.indisvalid
                   AND (i.indpred IS NULL OR substring(pg_get_expr(i.indpred, i.indrelid) FROM %s) = ANY(%s))
                   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)""",
                [table, SAYS_SOMETHING, list(filled)],
            )
            found = cursor.fetchall()
            RestingIndex.objects.bulk_create(
                (RestingIndex(name=name, definition=made) for name, made in found), ignore_conflicts=True
            )
            if found:
                cursor.execute(f"DROP INDEX {', '.join(connection.ops.quote_name(name) for name, _made in found)}")
    except DatabaseError as error:
        log.info("The indexes of %s do not rest: %s", table, error)


def _is_empty(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {table})")  # noqa: S608 - names of our own tables
        return bool(cursor.fetchone()[0])


def list_resting(tables: Collection[str] | None = None) -> list[RestingIndex]:
    """The indexes that rest, those of trigrams, the longest work, first; only those of ``tables`` if any are named."""
    resting = [index for index in RestingIndex.objects.all() if tables is None or _place_of(index)[0] in tables]
    return sorted(resting, key=lambda index: ("gin" not in index.definition, index.name))


def wake_indexes(tables: Collection[str] | None = None) -> int:
    """Make every index that rests, or those of ``tables``, while others go on writing; how many. Any number of us may
    do it at once."""
    resting = list_resting(tables)
    _make_indexes(resting, is_alone=False)
    return len(resting)


def _list_relations(tables: list[str]) -> list[RestingIndex]:
    """Those that rest of ``tables`` and begin with a key that refers to one of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
               WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s)""",
            [tables],
        )
        keys = set(cursor.fetchall())
    return [index for index in list_resting(tables) if _place_of(index) in keys]


def _place_of(index: RestingIndex) -> tuple[str, str]:
    """Its table, and the column that it begins with."""
    found = re.search(r" ON (?:ONLY )?(?:\w+\.)?(\w+) USING \w+ \(\(?(\w+)", index.definition)
    return (found[1], found[2]) if found else ("", "")


def _make_indexes(
    resting: Sequence[RestingIndex], *, first: Mapping[str, Sequence[Work]] | None = None, is_alone: bool
) -> None:
    """Table after table on ``BESIDE`` connections, one index of a table after the other, after what is to be done
    ``first`` for it.

    Nobody can write a table of which an index is made, which those who are ``alone`` with it do in two thirds of the
    time. For others the database reads it twice, and waits for whoever has looked into it before.
    """
    first = first or {}
    names: dict[str, list[str]] = {table: [] for table in first}
    for index in resting:
        names.setdefault(_place_of(index)[0], []).append(index.name)
    make = partial(_make_index, is_alone=is_alone, helpers=0 if is_alone and len(resting) > FEW else 1)
    works = [partial(_do_table, table, first.get(table, ()), names[table], make) for table in names]
    if len(works) < 2 or connection.in_atomic_block:
        for work in works:
            work()
    else:
        with ThreadPoolExecutor(BESIDE, thread_name_prefix="index") as threads:
            list(threads.map(_do_beside, works))


def _do_beside(work: Work) -> None:
    try:
        work()
    finally:
        connection.close()


def _do_table(table: str, first: Sequence[Work], names: Sequence[str], make: Callable[[str], None]) -> None:
    for work in first:
        work()
    if names:
        with _turn_at(table):
            for name in names:
                make(name)


@contextmanager
def _turn_at(table: str) -> Iterator[None]:
    """Nobody else of us makes an index of ``table``.

    Asked for again and again: who waits within a statement still looks at the rows as they were, and whoever makes an
    index that others write beside waits for all who do.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [TURN, table])
            if cursor.fetchone()[0]:
                break
            time.sleep(LOOKED_AGAIN_AFTER_SECONDS)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [TURN, table])


def _make_index(name: str, *, is_alone: bool, helpers: int) -> None:
    """``helpers`` are processes of the database besides the one that makes it: never more than one, as pages need
    processors too, and none where several who are alone are all the processors there are by themselves."""
    index = RestingIndex.objects.filter(name=name).first()
    if index is None:
        return
    is_alone = is_alone or connection.in_atomic_block
    beside = "" if is_alone else " CONCURRENTLY"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('max_parallel_maintenance_workers', %s, false)", [str(helpers)])
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        is_valid = next((bool(row[0]) for row in cursor.fetchall()), None)
        if is_valid is False:  # whoever made it beside others was stopped
            cursor.execute(f"DROP INDEX{beside} {connection.ops.quote_name(name)}")
        if not is_valid:
            cursor.execute(index.definition.replace("CREATE INDEX", f"CREATE INDEX{beside}", 1))
        cursor.execute("RESET max_parallel_maintenance_workers")
    index.delete()


def knows_resting_indexes() -> bool:
    """Whether this database is so far migrated that an index can rest in it."""
    return RestingIndex._meta.db_table in connection.introspection.table_names()
