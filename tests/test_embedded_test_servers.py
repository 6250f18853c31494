"""The servers of the tests are real, and no database of a customer is ever used for a test."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings
from django.db import connection

import conftest
from crm.process_supervision import InstanceLock
from tests import embedded_test_servers
from tests.embedded_test_servers import (
    BREAKDOWN_LINES,
    PREFIX,
    choose_parent_folder,
    refuse_a_real_database,
    remove_folders_of_killed_runs,
)


@pytest.mark.django_db
def test_postgres_has_what_the_product_needs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('server_version_num')::int, current_database(), current_setting('data_checksums')"
        )
        version, database, checksums = cursor.fetchone()
        cursor.execute("select name from pg_available_extensions where name in ('pg_trgm', 'unaccent', 'btree_gin')")
        extensions = {name for (name,) in cursor.fetchall()}
    assert version >= 150000
    assert "test" in database
    assert checksums == "on"
    assert extensions == {"pg_trgm", "unaccent", "btree_gin"}


def test_broker_answers() -> None:
    url = settings.CACHES["default"]["LOCATION"]
    assert redis.Redis.from_url(url).ping()


def test_a_database_that_is_not_for_tests_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match="rapport"):
        refuse_a_real_database("postgres://boss@db.example/rapport")
    refuse_a_real_database("postgres://boss@db.example/rapport_test")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the memory of the machine, and another that stands for its disk."""
    for name in ("memory", "disk"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(embedded_test_servers, "MEMORY_FOLDER", tmp_path / "memory")
    monkeypatch.setattr(embedded_test_servers.tempfile, "gettempdir", lambda: str(tmp_path / "disk"))
    return tmp_path / "memory"


@pytest.mark.parametrize(
    ("free_mebibytes", "memory_mebibytes", "place"),
    [(8_000, 24_000, "memory"), (64, 24_000, "disk"), (8_000, 8_000, "disk")],
)
def test_files_lie_in_memory_only_where_there_is_room(
    memory, monkeypatch, free_mebibytes, memory_mebibytes, place
) -> None:
    monkeypatch.setattr(
        embedded_test_servers.shutil, "disk_usage", lambda _path: SimpleNamespace(free=free_mebibytes * 1024**2)
    )
    monkeypatch.setattr(embedded_test_servers, "measure_memory", lambda: memory_mebibytes * 1024**2)
    assert choose_parent_folder().name == place


def test_files_lie_on_the_disk_of_a_system_without_such_a_folder(memory) -> None:
    memory.rmdir()
    assert choose_parent_folder().name == "disk"


def test_what_killed_runs_left_is_removed_from_memory_and_disk_and_nothing_else(memory) -> None:
    def make(parent: Path, name: str) -> Path:
        (parent / name).mkdir()
        (parent / name / "run.lock").touch()
        return parent / name

    disk = memory.with_name("disk")
    killed = [make(memory, f"{PREFIX}1"), make(disk, f"{PREFIX}2")]
    kept = [make(memory, f"{PREFIX}3"), make(disk, f"{PREFIX}4"), make(memory, "of-somebody-else")]
    locks = [InstanceLock(folder / "run.lock") for folder in kept[:2]]
    remove_folders_of_killed_runs()
    assert [folder.exists() for folder in killed] == [False, False]
    assert [folder.exists() for folder in kept] == [True, True, True]
    for lock in locks:
        lock.release()


CRASH = """\
2026-11-22 09:00:00 UTC [7] LOG:  database system is ready to accept connections
2026-11-22 09:00:01 UTC [8] ERROR:  duplicate key value violates unique constraint "one"
2026-11-22 09:00:01 UTC [8] DETAIL:  Key (id)=(1) already exists.
2026-11-22 09:00:02 UTC [7] LOG:  client backend (PID 9) was terminated by signal 9: Killed
2026-11-22 09:00:02 UTC [7] DETAIL:  Failed process was running: SELECT 1
2026-11-22 09:00:02 UTC [7] LOG:  terminating any other active server processes
2026-11-22 09:00:03 UTC [7] LOG:  all server processes terminated; reinitializing
"""


@pytest.fixture
def end_of_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, dict[str, list[str]]], list[str]]:
    """What is told at the end of a run with this log of Postgres and these outcomes."""
    monkeypatch.setenv("RAPPORT_TEST_SERVERS", str(tmp_path))

    def end(log: str, stats: dict[str, list[str]]) -> list[str]:
        (tmp_path / "postgres.log").write_text(log)
        told: list[str] = []
        conftest.pytest_terminal_summary(SimpleNamespace(stats=stats, write_line=told.append))
        return told

    return end


@pytest.mark.parametrize("outcome", ["failed", "error"])
def test_a_run_that_failed_tells_that_its_postgres_broke_down_and_over_what(end_of_run, outcome) -> None:
    told = end_of_run(CRASH, {"passed": ["a"], outcome: ["b"]})
    assert [line.partition("] ")[2] for line in told[1:]] == [
        "LOG:  client backend (PID 9) was terminated by signal 9: Killed",
        "DETAIL:  Failed process was running: SELECT 1",
        "LOG:  terminating any other active server processes",
    ]


@pytest.mark.parametrize(
    "last_word",
    ["PANIC:  could not write to file", "ERROR:  out of memory", "LOG:  received fast shutdown request"],
)
def test_so_it_does_of_a_panic_of_memory_that_ran_out_and_of_a_stop(end_of_run, last_word) -> None:
    assert end_of_run(f"2026-11-22 09:00:02 UTC [7] {last_word}\n", {"failed": ["b"]})[1].endswith(last_word)


def test_a_long_log_is_told_by_its_end_in_short_lines(end_of_run) -> None:
    log = "".join(f"PANIC:  {number} {'x' * 999}\n" for number in range(500))
    told = end_of_run(log, {"failed": ["b"]})
    assert len(told) == BREAKDOWN_LINES + 1
    assert told[-1].startswith("PANIC:  499")
    assert max(map(len, told)) == 300


def test_nothing_is_told_of_a_run_without_failures_or_without_a_breakdown(end_of_run, monkeypatch, tmp_path) -> None:
    assert end_of_run(CRASH, {"passed": ["a"]}) == []
    assert end_of_run("LOG:  database system is ready to accept connections\n", {"failed": ["b"]}) == []
    monkeypatch.setenv("RAPPORT_TEST_SERVERS", str(tmp_path / "a server of somebody else keeps no log here"))
    told: list[str] = []
    conftest.pytest_terminal_summary(SimpleNamespace(stats={"failed": ["b"]}, write_line=told.append))
    assert told == []
