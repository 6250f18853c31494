"""Chunk after chunk goes into the stage of an import, while the next one is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from crm.core.late_imports import pandas as pd
from customers.import_batches import Lease
from customers.import_staging import Stage, copy_frame
from customers.writing_turn import wait_for_disk


class StageFiller:
    """Writes chunks one after the other, each with its checkpoint in one transaction, beside whoever reads the file.

    Use it as a context, which ends when all of them are written; what one of them raised is raised by the next ``add``
    or at the end. In a transaction around us, into which no other connection sees, each is written at once.
    """

    def __init__(self, stage: Stage, lease: Lease, *, total: int, tell: Callable[[int], None] | None = None) -> None:
        """``tell`` hears, of each chunk that is committed, which row of the file was its last."""
        self._stage = stage
        self._lease = lease
        self._total = total
        self._tell = tell
        self._threads: ThreadPoolExecutor | None = None
        self._written: Future[None] | None = None

    def __enter__(self) -> StageFiller:
        if not connection.in_atomic_block:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="stage")
        return self

    def __exit__(self, error: type[BaseException] | None, *_rest: object) -> None:
        try:
            if error is None:
                self._wait()
        finally:
            if self._threads is not None:
                self._threads.submit(lambda: connection.close())  # that of the thread
                self._threads.shutdown()

    def add(self, shaped: pd.DataFrame, problems: pd.DataFrame, *, state: Mapping[str, Any]) -> None:
        """Stage good rows and note what was wrong with the others; ``state`` is the checkpoint once that is done.

        Raises whatever the lease raises, for this chunk or for the one before.
        """
        self._wait()
        if self._threads is None:
            self._write(shaped, problems, state)
        else:
            self._written = self._threads.submit(self._write, shaped, problems, state)

    def _wait(self) -> None:
        written, self._written = self._written, None
        if written is not None:
            written.result()

    def _write(self, shaped: pd.DataFrame, problems: pd.DataFrame, state: Mapping[str, Any]) -> None:
        with transaction.atomic():
            wait_for_disk(is_last=False)
            copy_frame(self._stage.rows, shaped)
            copy_frame(self._stage.rejected, problems)
            self._lease.progress(state["rows"] // 2, max(self._total, state["rows"]), checkpoint=dict(state))
        if self._tell is not None:
            self._tell(int(state["row"]))
