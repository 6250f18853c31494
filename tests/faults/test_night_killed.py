"""A real worker is killed with -9 in the middle of a night; the next one ends the same night, to the last byte."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from crm.core.job_ledger import sweep
from crm.core.jobs import perform
from crm.core.models import JobRun
from crm.night_requesting import request_night
from crm.nightly_run import run_night
from customers.models import Customer
from segments.default_configuration import create_defaults
from segments.models import ScoreRun, ScoreShard
from tests.segments.purchase_world import END, make_world
from tests.test_nightly_run import read_company

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
LONGEST_WAIT_SECONDS = 300
SHARDS = 5


def wait_for(what: Callable[[], object]) -> None:
    end = time.monotonic() + LONGEST_WAIT_SECONDS
    while not what():
        if time.monotonic() > end:
            pytest.fail("waited in vain")
        time.sleep(0.01)


def database_url() -> str:
    return os.environ["DATABASE_URL"].replace("/rapport?", f"/{connection.settings_dict['NAME']}?")


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real Celery workers on the test database; each is a group of processes that can be killed at once."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        log = (tmp_path / f"worker-{len(started)}.log").open("wb")
        command = [sys.executable, "-m", "celery", "--app", "crm", "worker", "--concurrency", "1", "--loglevel", "INFO"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command += ["-Q", settings.CELERY_TASK_DEFAULT_QUEUE, "-n", f"night{os.getpid()}-{len(started)}@%h"]
        worker = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url()},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


@pytest.fixture
def company(rep, admin):
    """Customers in five ranges of ids, so that the night has five shards."""
    create_defaults()
    world = sorted(make_world(customers=120))
    moved = [customer + 1_050_000 + 100_000 * (position % SHARDS) for position, customer in enumerate(world)]
    Customer.objects.filter(pk__in=world).update(owner=rep, team=rep.team)
    with transaction.atomic(), connection.cursor() as cursor:  # keys are checked at its end
        for column in ("customers_order.customer_id", "customers_customer.id"):
            table, name = column.split(".")
            cursor.execute(
                f"UPDATE {table} SET {name} = new FROM unnest(%s::bigint[], %s::bigint[]) AS moved(old, new)"
                f" WHERE {name} = old",
                [world, moved],
            )


def kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def test_a_night_survives_its_worker(company, start_worker):
    job = request_night(on=END, due_at=timezone.now() - timedelta(seconds=1))
    worker = start_worker()
    with psycopg.connect(database_url()) as holder:
        # The plan waits until the last range is held, so the worker is met between gathering and the last score.
        with psycopg.connect(database_url()) as planning:
            wait_for(lambda: ScoreShard.objects.count() == SHARDS)
            planning.execute("SELECT FROM segments_scorerun FOR NO KEY UPDATE")
            wait_for(lambda: not ScoreShard.objects.filter(gathered_at=None).exists())
            holder.execute("SELECT FROM segments_scoreshard ORDER BY number DESC LIMIT 1 FOR UPDATE")
        wait_for(lambda: ScoreShard.objects.exclude(done_at=None).count() >= SHARDS - 1)
        kill(worker)
    job.refresh_from_db()
    assert job.state == "running"
    assert ScoreRun.objects.get().state == "scoring"

    for _delivery in range(5):
        perform.apply_async([job.pk])
    second = start_worker()
    JobRun.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep(at=timezone.now()) >= 1
    wait_for(lambda: JobRun.objects.get(pk=job.pk).state == "done")
    kill(second)

    assert ScoreRun.objects.count() == 1
    assert JobRun.objects.get(pk=job.pk).attempt == 2
    disturbed = read_company()
    assert len(disturbed[0]) == 120
    assert disturbed[3]
    run_night(on=END, at=datetime(2026, 11, 22, 2, tzinfo=UTC))
    assert read_company() == disturbed
