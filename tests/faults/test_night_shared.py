"""Any number of processes share a night, and nobody can tell from its scores how many they were."""

import multiprocessing
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from customers.purchase_day_rebuild import ingest_orders
from segments import score_run
from segments.models import ScoreShard
from segments.score_run import begin_run, finish_run, index_shards, work_shards
from tests.segments.purchase_world import END, forget_scores, make_world, read_scores

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
SHARDS = 8


@pytest.fixture(autouse=True)
def _no_scores_left():
    yield
    forget_scores()


def work(run, start, said) -> None:
    start.wait()
    try:
        work_shards(run, wait=False)
    except Exception as error:
        said.put(str(error))
        raise
    finally:
        connection.close()


def score_with(processes: int, *, on) -> None:
    """One evening, gathered, planned and scored by so many processes at once."""
    run = begin_run(on=on)
    assert run.shards.count() >= SHARDS
    connection.close()
    fork = multiprocessing.get_context("fork")
    start, said = fork.Barrier(processes), fork.SimpleQueue()
    workers = [fork.Process(target=work, args=(run, start, said)) for _nth in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=300)
        assert worker.exitcode == 0, "killed" if said.empty() else said.get()
    assert finish_run(run).switched
    assert index_shards(run) == run.shards.count()


def test_one_two_and_four_processes_come_to_the_same_scores(monkeypatch):
    world = make_world(customers=160)
    monkeypatch.setattr(score_run, "SHARD_IDS", 160 // SHARDS)
    ingest_orders(at=datetime(2026, 11, 22, 2, tzinfo=UTC))
    results = []
    for processes in (1, 2, 4):
        score_with(processes, on=END)
        results.append(read_scores())
    assert len(results[0]) == len(world)
    assert results[0] == results[1] == results[2]
    assert not ScoreShard.objects.filter(done_at=None).exists()
    assert read_scores()[0][1] == END
    score_with(2, on=END + timedelta(1))
    assert read_scores() != results[0]
