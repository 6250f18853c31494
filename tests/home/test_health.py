"""The probes of a load balancer or a monitor: does it live, does it work, and if not, what is missing?"""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as BrokerAway

from crm.core.models import JobRun
from crm.signs_of_life import BEAT, WORKER, record_sign_of_life


@pytest.fixture
def alive() -> None:
    record_sign_of_life(WORKER)
    record_sign_of_life(BEAT)


def test_a_stranger_by_address_may_ask_whether_it_lives(client: Client) -> None:
    answer = client.get("/livez", headers={"host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


@pytest.mark.django_db
def test_ready_when_everything_works(client: Client, alive: None, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(3):
        answer = client.get("/readyz", headers={"host": "10.0.0.7:8000"})
    report = answer.json()
    assert answer.status_code == 200
    assert report["ok"] is True
    assert all(report[part]["ok"] for part in ("web", "database", "broker", "worker", "beat"))
    assert report["beat"]["lag_seconds"] < 5
    assert report["jobs"] == {"oldest_due_seconds": 0}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [WORKER, BEAT])
def test_a_silent_part_is_named(client: Client, alive: None, name: str) -> None:
    cache.set(f"alive:{name}", 1_000_000.0)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["down"] == [name]


@pytest.mark.django_db
def test_a_part_that_never_spoke_is_down(client: Client) -> None:
    assert client.get("/readyz").json()["down"] == [WORKER, BEAT]


@pytest.mark.django_db
def test_broker_away(client: Client, alive: None) -> None:
    with mock.patch.object(cache, "get_many", side_effect=BrokerAway):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["down"] == ["broker", "worker", "beat"]


@pytest.mark.django_db
def test_database_away(client: Client, alive: None) -> None:
    with mock.patch("django.db.models.query.QuerySet.first", side_effect=OperationalError):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["down"] == ["database"]


@pytest.mark.django_db
def test_oldest_waiting_job_is_measured_and_running_ones_do_not_count(client: Client, alive: None) -> None:
    now = datetime.now(UTC)
    JobRun.objects.create(kind="night", key="a", due_at=now - timedelta(minutes=10))
    JobRun.objects.create(kind="night", key="b", due_at=now - timedelta(hours=3), state=JobRun.State.RUNNING)
    JobRun.objects.create(kind="night", key="c", due_at=now + timedelta(hours=3))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert 600 <= answer.json()["jobs"]["oldest_due_seconds"] < 660
