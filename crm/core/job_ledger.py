"""Background work that survives: asked for once, done once, resumed where it stopped.

``request_job`` writes a row and rings the broker after commit. A worker ``perform_job``s it: takes the row with
``FOR UPDATE SKIP LOCKED``, holds a short lease that it renews with every ``progress`` and, beside a long chunk, by a
sign of life of its process, and writes under its attempt number, so a worker thought dead that comes back is stopped by
``LeaseLost``. ``sweep`` rings again for what is due or whose lease ran out; two sweepers, or five deliveries of one
ring, do the work once.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from crm.core.models import JobRun, User

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=30)
SIGN_EVERY_SECONDS = 8.0


class LeaseLost(Exception):
    """Another worker has taken this job over; stop and write nothing more."""


class JobCancelled(Exception):
    """Somebody asked this job to stop; what is whole so far stays."""


@dataclass
class JobLease:
    """One attempt at one job, handed to its handler.

    ``lease`` is how long one chunk may take. While it lasts the process gives signs of life (``give_sign``), each of
    which holds the job for ``LEASE``: a process that is gone is followed within a minute, one that is stuck when its
    chunk has taken too long.
    """

    job_id: int
    attempt: int
    kind: str
    key: str
    due_at: datetime
    params: dict[str, Any]
    checkpoint: dict[str, Any]
    requested_by_id: int | None
    lease: timedelta
    result: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def progress(self, done: int, total: int, *, checkpoint: dict[str, Any] | None = None) -> None:
        """Renew the lease and say how far we are; call it once per chunk, inside the chunk's transaction.

        The row is locked until that transaction ends, so a chunk and its checkpoint are kept together or not at all.
        Raises ``LeaseLost`` or ``JobCancelled``.
        """
        values: dict[str, Any] = {"done": done, "total": total, "lease_until": timezone.now() + LEASE}
        if checkpoint is not None:
            values["checkpoint"] = self.checkpoint = checkpoint
        if not self._mine().update(**values):
            raise LeaseLost(self.kind)
        self.began = time.monotonic()
        if self._mine().filter(cancel_asked=True).exists():
            raise JobCancelled(self.kind)

    def hold(self) -> None:
        """Make sure, inside the transaction that writes what the job came to, that it is still ours.

        Raises ``LeaseLost``; unlike ``progress`` it does not ask whether to stop.
        """
        if not self._mine().update(lease_until=timezone.now() + LEASE):
            raise LeaseLost(self.kind)

    def give_sign(self) -> bool:
        """Hold the job for ``LEASE`` more, from beside the chunk at hand; whether that was done.

        Not for a chunk that takes longer than it may, nor for a job that another worker has taken. Where the chunk has
        told its progress and not ended yet its transaction holds the row, and nobody else can take it either.
        """
        if time.monotonic() > self.began + self.lease.total_seconds():
            return False
        with transaction.atomic():
            mine = self._mine().select_for_update(skip_locked=True).values_list("pk", flat=True).first()
            return bool(mine and self._mine().update(lease_until=timezone.now() + LEASE))

    def _mine(self) -> Any:
        return JobRun.objects.filter(pk=self.job_id, attempt=self.attempt, state=JobRun.State.RUNNING)


@dataclass(frozen=True)
class JobKind:
    """How one kind of job is done: its handler, how long one chunk may take, and its name for people."""

    handler: Callable[[JobLease], dict[str, Any] | None]
    lease: timedelta
    label: Any


JOB_KINDS: dict[str, JobKind] = {}


def job_kind(
    name: str, *, label: Any, lease: timedelta = timedelta(minutes=2)
) -> Callable[[Callable[[JobLease], dict[str, Any] | None]], Callable[[JobLease], dict[str, Any] | None]]:
    """Register the decorated function as the handler of jobs of kind ``name``; it returns the job's result.

    ``lease`` is how long it may go on without ``progress``.
    """

    def register(handler: Callable[[JobLease], dict[str, Any] | None]) -> Callable[[JobLease], dict[str, Any] | None]:
        JOB_KINDS[name] = JobKind(handler, lease, label)
        return handler

    return register


def request_job(
    kind: str, *, key: str, due_at: datetime, params: dict[str, Any] | None = None, by: User | None = None
) -> JobRun:
    """Ask for a job; asking again for the same ``(kind, key, due_at)`` returns the row that is there.

    Raises ``KeyError`` for a kind nobody handles.
    """
    JOB_KINDS[kind]
    job, created = JobRun.objects.get_or_create(
        kind=kind, key=key, due_at=due_at, defaults={"params": params or {}, "requested_by": by}
    )
    if created and due_at <= timezone.now():
        transaction.on_commit(lambda: _ring(job.pk))
    return job


def _ring(job_id: int) -> None:
    """Tell the broker; when it is away the sweeper rings later, so its absence is logged and nothing else."""
    from crm.core.jobs import perform

    try:
        perform.apply_async([job_id], retry=False)
    except Exception:
        log.warning("broker unreachable, job %s waits for the sweeper", job_id, exc_info=True)


@transaction.atomic
def take_job(job_id: int, *, at: datetime) -> JobLease | None:
    """Take the job if it is due and nobody holds it; ``None`` otherwise (the usual end of a second delivery)."""
    job = (
        JobRun.objects.select_for_update(skip_locked=True)
        .filter(pk=job_id, due_at__lte=at)
        .filter(Q(state=JobRun.State.WAITING) | Q(state=JobRun.State.RUNNING, lease_until__lt=at))
        .first()
    )
    if job is None:
        return None
    if job.attempt >= MAX_ATTEMPTS:
        job.state, job.finished_at = JobRun.State.FAILED, at
        job.error = job.error or "Given up: the worker died each time."
        job.save(update_fields=["state", "finished_at", "error"])
        return None
    kind = JOB_KINDS[job.kind]
    job.state, job.attempt, job.lease_until = JobRun.State.RUNNING, job.attempt + 1, at + LEASE
    job.started_at = job.started_at or at
    job.save(update_fields=["state", "attempt", "lease_until", "started_at"])
    return JobLease(
        job_id=job.pk,
        attempt=job.attempt,
        kind=job.kind,
        key=job.key,
        due_at=job.due_at,
        params=job.params,
        checkpoint=job.checkpoint,
        requested_by_id=job.requested_by_id,
        lease=kind.lease,
    )


def perform_job(job_id: int) -> bool:
    """Do the job in this process; ``True`` when this call did it. A handler's exception fails the job and is kept."""
    lease = take_job(job_id, at=timezone.now())
    if lease is None:
        return False
    try:
        with _signs_of_life(lease):
            result = JOB_KINDS[lease.kind].handler(lease)
    except LeaseLost:
        return False
    except JobCancelled:
        _finish(lease, state=JobRun.State.CANCELLED, result=lease.result)
    except Exception:
        log.exception("job %s %s failed", lease.kind, lease.key)
        _finish(lease, state=JobRun.State.FAILED, result=lease.result, error=traceback.format_exc(limit=20)[-4000:])
    else:
        _finish(lease, state=JobRun.State.DONE, result={**lease.result, **(result or {})})
    return True


@contextmanager
def _signs_of_life(lease: JobLease) -> Iterator[None]:
    """Give a sign every few seconds, from a thread and a connection of its own, for as long as the block lasts."""
    ended = threading.Event()
    thread = threading.Thread(target=_give_signs, args=(lease, ended), name="job-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _give_signs(lease: JobLease, ended: threading.Event) -> None:
    try:
        while not ended.wait(SIGN_EVERY_SECONDS):
            try:
                lease.give_sign()
            except DatabaseError:
                log.warning("no sign of life for job %s", lease.job_id, exc_info=True)
                connection.close()
    finally:
        connection.close()


def _finish(lease: JobLease, *, state: str, result: dict[str, Any], error: str = "") -> None:
    lease._mine().update(state=state, result=result, error=error, finished_at=timezone.now(), lease_until=None)


def cancel_job(job: JobRun) -> None:
    """Ask a running job to stop at its next chunk; a waiting one is cancelled at once."""
    if JobRun.objects.filter(pk=job.pk, state=JobRun.State.WAITING).update(
        state=JobRun.State.CANCELLED, finished_at=timezone.now()
    ):
        return
    JobRun.objects.filter(pk=job.pk, state=JobRun.State.RUNNING).update(cancel_asked=True)


@transaction.atomic
def retry_job(job: JobRun, *, at: datetime) -> None:
    """Run a failed or cancelled job again from its checkpoint."""
    changed = JobRun.objects.filter(pk=job.pk, state__in=[JobRun.State.FAILED, JobRun.State.CANCELLED]).update(
        state=JobRun.State.WAITING, attempt=0, error="", cancel_asked=False, finished_at=None, due_at=job.due_at
    )
    if changed:
        transaction.on_commit(lambda: _ring(job.pk))


def sweep(*, at: datetime, limit: int = 100, abandoned_only: bool = False) -> int:
    """Ring for every job that is due and unheld, oldest first; how many were rung.

    ``abandoned_only`` passes over those that merely wait: their ring is on its way, they are looked at less often.
    """
    due = Q(state=JobRun.State.RUNNING, lease_until__lt=at)
    if not abandoned_only:
        due |= Q(state=JobRun.State.WAITING)
    unheld = JobRun.objects.filter(due, due_at__lte=at).order_by("due_at", "id")
    ids = list(unheld.values_list("pk", flat=True)[:limit])
    for job_id in ids:
        _ring(job_id)
    return len(ids)
