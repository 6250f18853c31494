"""Background work is done once, survives its worker, and says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.core import job_ledger
from crm.core.job_ledger import JOB_KINDS, JobKind, LeaseLost, cancel_job, perform_job, request_job, sweep, take_job
from crm.core.models import JobRun

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
