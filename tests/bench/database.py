"""Servers and databases of the figures: empty ones, and large ones that are made once and copied."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm.embedded_servers import Postgres, Valkey

TEMPLATE_VERSION = 2


def start_bench_servers(folder: Path) -> list[Postgres | Valkey]:
    """Postgres and Valkey as ``manage.py up`` runs them, durable, below ``folder``; addresses go to the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"] = str(folder)
    os.environ["CELERY_QUEUE"] = "bench"
    postgres, valkey = Postgres(folder, log_folder=folder), Valkey(folder, log_folder=folder)
    servers: list[Postgres | Valkey] = [postgres, valkey]
    for server in servers:
        server.start()
    for server in servers:
        server.wait_until_ready()
    postgres.create_database("rapport")
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = postgres.url("rapport"), valkey.url
    return servers


@contextmanager
def fresh_database(name: str, *, template: str = "") -> Iterator[None]:
    """Make ``name``, empty and migrated or a copy of ``template``; use it for the block and drop it."""
    _execute(f"DROP DATABASE IF EXISTS {name}")
    _execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template} STRATEGY file_copy" if template else ""))
    with use_database(name):
        _migrate()
        yield
    _execute(f"DROP DATABASE {name}")


@contextmanager
def large_database(customers: int, lines: int) -> Iterator[None]:
    """A copy of the large company of this size, which is made when it is asked for the first time."""
    template = f"bench_template_{customers}_{lines}_{TEMPLATE_VERSION}"
    if template not in _list_databases():
        part = f"{template}_part"
        _execute(f"DROP DATABASE IF EXISTS {part}")
        _execute(f"CREATE DATABASE {part}")
        with use_database(part):
            _make_large_company(customers, lines)
        _execute(f"ALTER DATABASE {part} RENAME TO {template}")
    with fresh_database(f"bench_{customers}", template=template):
        yield


def _make_large_company(customers: int, lines: int) -> None:
    from tests.bench.figure import note
    from tests.bench.large_company import load_large_company

    _migrate()
    begun = time.monotonic()
    load_large_company(customers, lines, say=lambda text: note(f"{time.monotonic() - begun:6.1f} s  {text}"))


@contextmanager
def use_database(name: str) -> Iterator[None]:
    """Django's connection goes to ``name`` for the block."""
    from django.core.cache import cache
    from django.db import connection

    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    cache.clear()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _migrate() -> None:
    """In a process of its own: what it leaves behind is no memory of the work that is measured."""
    from django.core.management import call_command
    from django.db import connection

    connection.close()
    migrating = multiprocessing.get_context("fork").Process(
        target=call_command, args=("migrate",), kwargs={"verbosity": 0}
    )
    migrating.start()
    migrating.join()
    if migrating.exitcode:
        raise RuntimeError("The database could not be migrated.")


def _execute(statement: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _list_databases() -> set[str]:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}
