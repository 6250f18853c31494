"""Writing the records of an import batch by batch, two at a time where there are many, on a connection each.

Each batch and its checkpoint are one transaction. Of two the second ends first and notes itself as ``beside`` in the
checkpoint; the first, who has the turn, waits for it and takes it in. Whoever follows a worker killed in between finds
``beside`` and writes only the first.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import DatabaseError, connection

from customers.import_kinds import ImportKind, WritingTask
from customers.import_staging import Stage, one_writer
from customers.writing_turn import second_writer

WRITE_BATCH = 25_000
COUNTS = ("created", "changed", "unchanged")


class Lease(Protocol):
    """What the writing needs of a job: its checkpoint, and somewhere to tell how far it is."""

    checkpoint: dict[str, Any]

    def progress(self, done: int, total: int, *, checkpoint: dict[str, Any] | None = None) -> None: ...

    def hold(self) -> None: ...


@dataclass
class NoLease:
    """For commands and tests: no job, no fence; ``tell`` hears the progress."""

    tell: Callable[[int, int], None] = lambda done, total: None
    checkpoint: dict[str, Any] = field(default_factory=dict)

    def progress(self, done: int, total: int, *, checkpoint: dict[str, Any] | None = None) -> None:
        self.checkpoint = checkpoint or self.checkpoint
        self.tell(done, total)

    def hold(self) -> None:
        pass


@dataclass(frozen=True)
class _Writing:
    kind: ImportKind
    stage: Stage
    task: WritingTask
    lease: Lease
    total: int

    def write(self, after: int) -> dict[str, int]:
        return self.kind.write(self.stage, self.task, after=after, batch=WRITE_BATCH)

    def tell(self, state: dict[str, Any]) -> None:
        """Progress and checkpoint, in the transaction of the batch."""
        share = add_beside(state)["after"] / max(1, state["records"])
        self.lease.progress(int(state["rows"] * (1 + share) / 2), self.total, checkpoint=state)

    def write_beside(self, state: Mapping[str, Any], after: int) -> dict[str, Any]:
        """In a thread of its own: the batch behind ``after``; its counts, once they are committed."""
        with second_writer():
            beside = self.write(after)
            self.tell({**state, "beside": beside})
        return beside


def add_beside(state: Mapping[str, Any]) -> dict[str, Any]:
    """The checkpoint with the batch that was written beside counted in."""
    state = dict(state)
    if (beside := state.pop("beside", None)) is not None:
        state["after"] = min(beside["until"], state["records"])
        for name in COUNTS:
            state[name] += beside[name]
    return state


def write_batches(
    kind: ImportKind, stage: Stage, task: WritingTask, lease: Lease, state: dict[str, Any], *, total: int
) -> Iterator[dict[str, Any]]:
    """Write what the checkpoint ``state`` leaves to be written; yields what is committed, after each batch.

    None of it waits for the disk: whoever reports the import waits for all of it.

    Raises whatever the lease raises; nothing of the batch at hand is then written.
    """
    writing = _Writing(kind, stage, task, lease, total)
    # A connection of its own would not see what waits in a transaction around us.
    alone = connection.in_atomic_block or not kind.in_pairs
    with ExitStack() as leaving:
        threads = None
        if not alone:
            threads = leaving.enter_context(ThreadPoolExecutor(1, thread_name_prefix="import"))
            leaving.callback(threads.submit, lambda: connection.close())  # that of the thread, for all of its batches
        while state["after"] < state["records"]:
            with one_writer(is_last=False):
                future = None
                if threads and "beside" not in state and state["records"] > state["after"] + WRITE_BATCH:
                    future = threads.submit(writing.write_beside, dict(state), state["after"] + WRITE_BATCH)
                wrote, beside = _write_first(writing, state["after"], future)
                if beside is not None:
                    state = {**state, "beside": beside}
                    yield state
                if future is not None and beside is None:
                    threads = None
                state = _count_in(state, wrote)
                writing.tell(state)
            yield state


def _write_first(
    writing: _Writing, after: int, future: Future[dict[str, Any]] | None
) -> tuple[dict[str, int], dict[str, Any] | None]:
    """What the first batch wrote, and the one beside it; None for one that found the database too busy."""
    try:
        wrote = writing.write(after)
    finally:
        error = future.exception() if future is not None else None
    if error is not None and not isinstance(error, DatabaseError):
        raise error
    return wrote, future.result() if future is not None and error is None else None


def _count_in(state: dict[str, Any], wrote: Mapping[str, int]) -> dict[str, Any]:
    beside = state.get("beside")
    state = {**state, "after": min(wrote["until"], state["records"])}
    for name in COUNTS:
        state[name] += wrote[name]
    return add_beside({**state, "beside": beside}) if beside is not None else state
