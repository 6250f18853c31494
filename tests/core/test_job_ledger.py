"""Background work is done once, survives its worker, and says so."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from crm.core import job_ledger
from crm.core.job_ledger import JOB_KINDS, JobKind, LeaseLost, cancel_job, perform_job, request_job, sweep, take_job
from crm.core.models import JobRun
from tests.faults.test_night_killed import database_url, wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def done_jobs(monkeypatch):
    """A kind ``count`` that notes each time it is really done, and a broker that rings nobody."""
    done = []

    def handler(lease):
        done.append(lease.key)
        return {"seen": len(done)}

    monkeypatch.setitem(JOB_KINDS, "count", JobKind(handler, timedelta(minutes=1), "counting"))
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    return done


def test_asking_twice_for_the_same_work_is_one_job(done_jobs):
    due = timezone.now()
    assert request_job("count", key="a", due_at=due).pk == request_job("count", key="a", due_at=due).pk


def test_five_deliveries_do_the_work_once(done_jobs):
    job = request_job("count", key="a", due_at=timezone.now())
    assert [perform_job(job.pk) for _ in range(5)] == [True, False, False, False, False]
    job.refresh_from_db()
    assert (done_jobs, job.state, job.result) == (["a"], "done", {"seen": 1})


def test_a_job_is_not_done_before_it_is_due(done_jobs):
    job = request_job("count", key="a", due_at=timezone.now() + timedelta(hours=1))
    assert not perform_job(job.pk)


def test_a_dead_worker_loses_its_lease_and_cannot_write_any_more(done_jobs):
    now = timezone.now()
    job = request_job("count", key="a", due_at=now)
    dead = take_job(job.pk, at=now)
    assert take_job(job.pk, at=now) is None
    second = take_job(job.pk, at=now + timedelta(minutes=2))
    assert second.attempt == 2
    with pytest.raises(LeaseLost):
        dead.progress(1, 2)
    second.progress(1, 2, checkpoint={"row": 1})
    job.refresh_from_db()
    assert (job.done, job.total, job.checkpoint) == (1, 2, {"row": 1})


def test_the_sweeper_rings_for_what_is_due_or_abandoned(done_jobs):
    now = timezone.now()
    request_job("count", key="due", due_at=now)
    request_job("count", key="later", due_at=now + timedelta(hours=1))
    take_job(request_job("count", key="abandoned", due_at=now - timedelta(minutes=9)).pk, at=now)
    assert sweep(at=now + timedelta(seconds=1)) == 1
    assert sweep(at=now + timedelta(minutes=5)) == 2


def test_a_failing_job_keeps_its_error_and_can_run_again(done_jobs, monkeypatch):
    def fail(lease):
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(JOB_KINDS, "count", JobKind(fail, timedelta(minutes=1), ""))
    job = request_job("count", key="a", due_at=timezone.now())
    perform_job(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "the disk is full" in job.error
    job_ledger.retry_job(job, at=timezone.now())
    job.refresh_from_db()
    assert (job.state, job.error, job.attempt) == ("waiting", "", 0)


def test_a_worker_that_dies_every_time_is_given_up(done_jobs):
    now = timezone.now()
    job = request_job("count", key="a", due_at=now)
    for minutes in range(0, 10, 2):
        assert take_job(job.pk, at=now + timedelta(minutes=minutes))
    assert take_job(job.pk, at=now + timedelta(minutes=12)) is None
    job.refresh_from_db()
    assert job.state == "failed"


def test_cancelling_stops_a_waiting_job_at_once_and_a_running_one_at_its_next_chunk(done_jobs):
    now = timezone.now()
    waiting = request_job("count", key="waiting", due_at=now)
    running = request_job("count", key="running", due_at=now)
    lease = take_job(running.pk, at=now)
    cancel_job(waiting)
    cancel_job(running)
    with pytest.raises(job_ledger.JobCancelled):
        lease.progress(1, 3)
    assert JobRun.objects.get(pk=waiting.pk).state == "cancelled"


def _lease_until(job):
    return JobRun.objects.get(pk=job.pk).lease_until


@pytest.mark.django_db(transaction=True)
def test_a_long_chunk_keeps_its_job_by_signs_of_life(done_jobs, monkeypatch):
    monkeypatch.setattr(job_ledger, "SIGN_EVERY_SECONDS", 0.01)
    told = []

    def work(lease):
        told.append(first := _lease_until(job))
        wait_for(lambda: _lease_until(job) > first)

    monkeypatch.setitem(JOB_KINDS, "count", JobKind(work, timedelta(minutes=1), ""))
    job = request_job("count", key="a", due_at=timezone.now())
    assert perform_job(job.pk)
    job.refresh_from_db()
    assert (len(told), job.state, job.lease_until) == (1, "done", None)


def test_a_dead_worker_is_followed_within_a_minute_however_long_its_chunks_may_take(done_jobs, monkeypatch):
    monkeypatch.setitem(JOB_KINDS, "count", JobKind(lambda lease: None, timedelta(minutes=15), ""))
    now = timezone.now()
    job = request_job("count", key="a", due_at=now)
    request_job("count", key="waiting", due_at=now)
    take_job(job.pk, at=now)
    assert sweep(at=now + timedelta(seconds=20), abandoned_only=True) == 0
    assert sweep(at=now + timedelta(seconds=45), abandoned_only=True) == 1


def test_a_chunk_that_takes_longer_than_it_may_gives_no_sign_any_more(done_jobs):
    lease = take_job(request_job("count", key="a", due_at=timezone.now()).pk, at=timezone.now())
    assert lease.give_sign()
    lease.began = time.monotonic() - 61
    assert not lease.give_sign()
    lease.progress(1, 2)
    assert lease.give_sign()


def test_who_was_followed_by_another_gives_no_sign_and_writes_no_end(done_jobs):
    now = timezone.now()
    job = request_job("count", key="a", due_at=now)
    dead = take_job(job.pk, at=now)
    second = take_job(job.pk, at=now + timedelta(minutes=2))
    until = _lease_until(job)
    assert not dead.give_sign()
    assert _lease_until(job) == until
    with pytest.raises(LeaseLost):
        dead.hold()
    second.hold()


@pytest.mark.django_db(transaction=True)
def test_a_sign_never_waits_for_the_chunk_at_hand(done_jobs):
    job = request_job("count", key="a", due_at=timezone.now())
    lease = take_job(job.pk, at=timezone.now())
    with psycopg.connect(database_url()) as chunk, connection.cursor() as cursor:
        chunk.execute("SELECT FROM core_jobrun WHERE id = %s FOR UPDATE", [job.pk])
        cursor.execute("SET lock_timeout = '2s'")
        assert not lease.give_sign()
        cursor.execute("RESET lock_timeout")
    assert lease.give_sign()
