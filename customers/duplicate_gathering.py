"""Reading the keys of customers for the search for duplicates: by this process, of everybody by two.

Cutting up names, addresses and numbers is plain Python, three fifths of a search of everybody. So where there are many
a second process reads the upper half, over a connection of its own; without it this one reads them all.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

import numpy as np
from django.conf import settings
from django.db import connection

from customers.duplicate_keeping import CUSTOMERS, POINTS, digest_key, list_keys, list_keys_of_point
from customers.rules.duplicate_blocks import mark_key

log = logging.getLogger(__name__)

PARTS = 8
CHUNK = 20_000
SHARED_FROM = 200_000
PATIENCE = "10s"
COMMAND = "gather_duplicate_keys"
_WORD = np.dtype("<i8")


class Keys:
    """Keys with their marks, in parts by their last bits, so that each block lies in one; and of how many customers."""

    def __init__(self) -> None:
        self.parts: list[list[np.ndarray]] = [[np.zeros((2, 0), dtype=np.int64)] for _part in range(PARTS)]
        self.customers = 0

    def add(self, keys: np.ndarray, marks: np.ndarray) -> None:
        told, part_of = np.stack((keys, marks)), keys & (PARTS - 1)
        for number, part in enumerate(self.parts):
            part.append(told[:, part_of == number])

    def write(self, stream: IO[bytes]) -> None:
        """For the process that asked: how many customers, then each part with its length."""
        stream.write(np.array([self.customers], dtype=_WORD).tobytes())
        while self.parts:
            part = np.concatenate(self.parts.pop(0), axis=1)
            stream.write(np.array([part.shape[1]], dtype=_WORD).tobytes())
            stream.write(np.ascontiguousarray(part, dtype=_WORD).tobytes())
        stream.flush()

    def take_in(self, stream: IO[bytes]) -> None:
        """What another process wrote. Raises ``EOFError`` when it ended before it had told everything."""
        customers = int(_read(stream, 1)[0])
        told = [_read(stream, 2 * int(_read(stream, 1)[0])).reshape(2, -1) for _part in range(PARTS)]
        self.customers += customers
        for part, more in zip(self.parts, told, strict=True):
            part.append(more)


def _read(stream: IO[bytes], words: int) -> np.ndarray:
    content = stream.read(words * _WORD.itemsize)
    if len(content) < words * _WORD.itemsize:
        raise EOFError
    return np.frombuffer(content, dtype=_WORD).astype(np.int64, copy=False)


def gather_everybody() -> Keys:
    """The keys of everybody; of many, the upper half is read by a second process."""
    middle = _find_middle()
    if middle is None:
        return gather_keys()
    with _second_process(middle) as second:
        keys = gather_keys(of_customer=f"AND c.id <= {middle}", of_point=f"AND p.customer_id <= {middle}")
        try:
            keys.take_in(second.stdout)  # type: ignore[arg-type]
        except EOFError:
            log.warning("the second process ended early: all keys are read here")
            return gather_keys()
    return keys


def gather_upper_half(above: int) -> Keys:
    """The keys of the customers behind ``above``: the part of the second process."""
    return gather_keys(of_customer=f"AND c.id > {int(above)}", of_point=f"AND p.customer_id > {int(above)}")


def gather_keys(*, of_customer: str = "", of_point: str = "") -> Keys:
    """The keys of the customers ``c`` and of their numbers and addresses ``p`` that the conditions leave."""
    gathered = Keys()
    sources = ((CUSTOMERS.format(scope=of_customer), list_keys), (POINTS.format(scope=of_point), list_keys_of_point))
    for place, (sql, read_keys) in enumerate(sources):
        for rows in stream_rows(sql):
            gathered.customers += len(rows) * (place == 0)
            digests, marks = [], []
            for row in rows:
                for kind, text in read_keys(row):
                    if text:
                        digests.append(digest_key(kind, text))
                        marks.append(mark_key(row[0], kind))
            keys = np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64)
            gathered.add(keys, np.array(marks, dtype=np.int64))
    return gathered


def stream_rows(sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query, a chunk at a time."""
    with connection.connection.cursor(name="duplicate_facts") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(sql)
        rows = iter(cursor)
        while chunk := list(islice(rows, CHUNK)):
            yield chunk


def _find_middle() -> int | None:
    """The id in the middle of all customers; None where they are so few that one process is as quick."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer")
        customers = cursor.fetchone()[0]
        if customers < SHARED_FROM:
            return None
        cursor.execute("SELECT id FROM customers_customer ORDER BY id LIMIT 1 OFFSET %s", [customers // 2])
        return int(cursor.fetchone()[0])


@contextmanager
def _second_process(middle: int) -> Iterator[subprocess.Popen[bytes]]:
    """Reads the customers behind ``middle`` in the database that this process uses; it does not outlive the block."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), COMMAND, str(middle)]
    command += ["--database-name", str(connection.settings_dict["NAME"]), "--patience", PATIENCE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=dict(os.environ))
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
