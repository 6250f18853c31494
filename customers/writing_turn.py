"""One at a time: batches of imports, and merges, which must not come between them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

_LOCK = 7_230_411
_PATIENCE = "30s"


@contextmanager
def one_writer(*, is_last: bool = True) -> Iterator[CursorWrapper]:
    """A transaction in which no other import writes, with memory enough for its sorts.

    One that is not the last of its work need not wait for the disk: the last one waits for all. A database that lost
    power in between knows neither the rows nor the checkpoint that tells of them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _make_room(cursor)
        wait_for_disk(is_last=is_last)
        yield cursor


@contextmanager
def second_writer() -> Iterator[CursorWrapper]:
    """A transaction beside that of ``one_writer``, in another thread, for rows of the same import and no others.

    Whoever has the turn waits for it before he commits, which the database does not know of: so nothing is waited for
    here longer than ``_PATIENCE``. It is never the last of its work.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        _make_room(cursor)
        wait_for_disk(is_last=False)
        yield cursor


@contextmanager
def checking() -> Iterator[CursorWrapper]:
    """A transaction that looks at many rows and writes none that anybody else knows of: it waits for nobody's turn."""
    with transaction.atomic(), connection.cursor() as cursor:
        _make_room(cursor)
        yield cursor


def wait_for_disk(*, is_last: bool) -> None:
    """The commit of the transaction at hand waits until it, and all before it, is on the disk, if it ``is_last``."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL synchronous_commit = {'on' if is_last else 'off'}")


def _make_room(cursor: CursorWrapper) -> None:
    cursor.execute("SET LOCAL work_mem = '64MB'")
