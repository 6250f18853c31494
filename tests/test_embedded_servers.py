"""Our own Postgres: it starts after anything that can have happened to its folder."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from crm import embedded_servers
from crm.embedded_servers import (
    Postgres,
    ServerError,
    Valkey,
    choose_shared_buffers,
    choose_socket_folder,
    measure_memory,
)
from crm.home.management.commands.up import Command, answers, compute_static_fingerprint
from crm.server_boot import refuse_taken_port


@pytest.fixture
def folder() -> Path:
    """Below the folder of the test servers: another user may pass through it."""
    folder = Path(os.environ["RAPPORT_TEST_SERVERS"]) / f"cluster-{os.getpid()}-{os.urandom(4).hex()}"
    folder.mkdir()
    return folder


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    postgres = Postgres(folder, log_folder=folder, safe=False)
    yield postgres
    postgres.stop()


def start(postgres: Postgres) -> None:
    postgres.start()
    postgres.wait_until_ready()


def test_a_half_made_cluster_is_made_anew(postgres: Postgres) -> None:
    (postgres.data / "making" / "base").mkdir(parents=True)
    (postgres.data / "base").mkdir()
    (postgres.data / "postgresql.conf").write_text("nonsense")
    start(postgres)
    postgres.create_database("rapport")
    postgres.create_database("rapport")
    with psycopg.connect(f"host={postgres.socket_folder} user=postgres dbname=rapport") as connection:
        assert connection.execute("select 'Ä' < 'b', lower('Ä')").fetchone() == (False, "ä")


def count_trigrams(postgres: Postgres, word: str) -> int:
    start(postgres)
    with psycopg.connect(f"host={postgres.socket_folder} user=postgres dbname=postgres") as connection:
        connection.execute("create extension pg_trgm")
        (found,) = connection.execute("select show_trgm(%s)", [word]).fetchone() or ([],)
        return len(found)


@pytest.mark.parametrize("word", ["Θεσσαλονίκη", "دبي", "北九州", "Вода"])
def test_names_of_every_alphabet_can_be_found_by_their_letters(postgres: Postgres, word: str) -> None:
    assert count_trigrams(postgres, word) > 2


def test_a_system_without_such_letters_still_starts(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_servers, "LETTERS", "xx_XX.none")
    assert count_trigrams(postgres, "bolt") == 5


def test_rows_survive_a_kill_and_a_stranger_with_the_number_of_the_old_server(postgres: Postgres) -> None:
    postgres.safe = True
    start(postgres)
    postgres.create_database("rapport")
    address = f"host={postgres.socket_folder} user=postgres dbname=rapport"
    with psycopg.connect(address) as connection:
        connection.execute("create table kept as select generate_series(1, 100) as id")
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    start(postgres)
    with psycopg.connect(address) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (100,)


GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("memory", "limit", "mebibytes"),
    [
        (GIGABYTE // 4, "max", 128),
        (2 * GIGABYTE, "max", 512),
        (24 * GIGABYTE, "max", 6144),
        (24 * GIGABYTE, str(4 * GIGABYTE), 1024),
        (24 * GIGABYTE, None, 6144),
        (512 * GIGABYTE, "max", 8192),
    ],
)
def test_postgres_keeps_its_pages_in_a_quarter_of_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int, limit: str | None, mebibytes: int
) -> None:
    """Of the machine's, or of what its container may use."""
    file = tmp_path / "memory.max"
    if limit:
        file.write_text(f"{limit}\n")
    monkeypatch.setattr(embedded_servers, "MEMORY_LIMIT_FILE", file)
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": memory // 4096}.__getitem__)
    assert choose_shared_buffers(measure_memory()) == mebibytes


@pytest.mark.django_db
def test_statements_are_planned_alike_whosoever_the_server_is() -> None:
    """Nothing of it stands in the server's own settings: a container or a rented database has its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, source FROM pg_settings WHERE name = ANY(%s)", [list(settings.STATEMENT_SETTINGS)])
        assert dict(cursor.fetchall()) == dict.fromkeys(settings.STATEMENT_SETTINGS, "client")


def test_sockets_move_where_their_path_is_short_enough(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert choose_socket_folder(Path("/srv/crm"), "valkey.sock") == Path("/srv/crm")
    short = choose_socket_folder(deep, "valkey.sock")
    assert len(str(short / "valkey.sock")) < 100
    assert choose_socket_folder(tmp_path / ("e" * 100), "valkey.sock") != short


def test_valkey_in_a_folder_with_a_long_name(folder: Path) -> None:
    long = folder / ("v" * 90)
    long.mkdir()
    valkey = Valkey(long, log_folder=folder)
    valkey.start()
    valkey.wait_until_ready()
    valkey.stop()
    valkey.socket.parent.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts Postgres as somebody else")
def test_root_leaves_a_folder_alone_that_the_server_may_not_enter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    system = folder / "system"
    monkeypatch.setattr(embedded_servers, "SYSTEM_FOLDER", system)
    postgres = Postgres(closed, log_folder=folder, safe=False)
    start(postgres)
    postgres.stop()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert postgres.data.parent.parent == system
    assert (closed / "postgres").resolve() == postgres.data
    assert pwd.getpwuid(postgres.data.stat().st_uid).pw_name != "root"
    again = Postgres(closed, log_folder=folder, safe=False)
    assert again.data == postgres.data


def test_a_taken_port_is_named_with_the_next_one_to_try(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"PORT={port + 1}"):
            refuse_taken_port("127.0.0.1", port)
        started = Mock()  # taken while the demo was loaded: another server's answer is not ours
        with pytest.raises(ServerError, match=f"PORT={port + 1}"):
            Command().run_until_stopped(started, host="127.0.0.1", port=port, logs=tmp_path, began=0)
        started.start.assert_not_called()
    refuse_taken_port("127.0.0.1", port)
    assert not answers(f"http://127.0.0.1:{port}/livez")


def test_static_files_are_collected_again_only_when_one_changed(tmp_path: Path, settings) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    (tmp_path / "a.css").write_text("a{}")
    first = compute_static_fingerprint()
    assert compute_static_fingerprint() == first
    (tmp_path / "a.css").write_text("b{color:red}")
    assert compute_static_fingerprint() != first


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_whole(tmp_path: Path, folder: Path, rep) -> None:
    target = tmp_path / "backups" / "rapport.dump"
    call_command("backup", str(target))
    program = Postgres(folder, log_folder=folder).program("pg_restore")
    dump = subprocess.run(
        [program, "--file=-", "--data-only", "--table=core_user", target], capture_output=True, check=True
    )
    assert rep.email.encode() in dump.stdout
    assert target.stat().st_mode & 0o077 == 0
    assert [path.name for path in target.parent.iterdir()] == ["rapport.dump"]


def test_a_backup_that_fails_says_why(tmp_path: Path) -> None:
    from crm.home.management.commands.backup import dump_database

    with pytest.raises(CommandError, match="nowhere"):
        dump_database({"host": str(tmp_path / "nowhere"), "user": "it's me", "dbname": "x"}, tmp_path / "x.dump")
    assert list(tmp_path.iterdir()) == []
