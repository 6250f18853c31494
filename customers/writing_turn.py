"""One at a time: batches of imports, and merges, which must not come between them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

_LOCK = 7_230_411


@contextmanager
def one_writer() -> Iterator[CursorWrapper]:
    """A transaction in which no other import writes, with memory enough for its sorts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL synchronous_commit = on")
        # Trigrams of new names wait in a long list and are sorted in at the end, not a few at a time.
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
        yield cursor
