"""Statements that do not depend on each other, run two at a time on connections of their own, a transaction each.

For work on tables that nobody else can know yet: what is committed before the rest fails is only left behind.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

PROCESSES = 2  # of the database, one for each core


def run_statements(statements: Iterable[str], *, beside: bool, settings: Mapping[str, str]) -> int:
    """Run ``statements`` under these ``settings`` of the database; how many rows all of them met.

    They are begun in their order. With ``beside`` they run on connections of their own and know nothing of this
    transaction; without it one after the other in this one, which has its usual settings again afterwards. Where one
    fails the next are not begun, and its error is raised.
    """
    waiting = deque(statements)
    if not beside:
        rows = sum(_run(statement, settings) for statement in waiting)
        if settings:
            _run("; ".join(f"SET LOCAL {name} = DEFAULT" for name in settings), {})
        return rows
    number = min(PROCESSES, len(waiting))
    with ThreadPoolExecutor(PROCESSES, thread_name_prefix="statements") as threads:
        working = [threads.submit(_work_off, waiting, settings) for _nth in range(number)]
        return sum(work.result() for work in working)


def _work_off(waiting: "deque[str]", settings: Mapping[str, str]) -> int:
    rows = 0
    try:
        while True:
            try:
                statement = waiting.popleft()
            except IndexError:
                return rows
            with transaction.atomic():
                rows += _run(statement, settings)
    except BaseException:
        waiting.clear()
        raise
    finally:
        connection.close()


def _run(statement: str, settings: Mapping[str, str]) -> int:
    with connection.cursor() as cursor:
        if settings:
            cursor.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in settings.items()))
        cursor.execute(statement)
        return max(0, int(cursor.rowcount))
