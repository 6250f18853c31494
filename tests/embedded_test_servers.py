"""Postgres and Valkey for the tests, started before Django reads its settings.

DATABASE_URL and REDIS_URL, when given, are used instead; the database must then be named as one for tests. The workers
of pytest-xdist use the Postgres of their controller and get a Valkey each.
"""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from crm.embedded_servers import Postgres, Valkey, measure_memory
from crm.process_supervision import AlreadyRunningError, InstanceLock

PREFIX = "rapport-test-"
# Where Linux keeps files in memory: a run writes much that nobody reads again, and a twentieth of it was the disk.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
ROOM_IN_MEMORY = 3 * 1024**3  # bytes
MEMORY_SHARE = 4  # of all memory at most one part in so many
TEMPLATE = "rapport_migrated"
UNFINISHED_TEMPLATE = "rapport_migrating"
TEMPLATE_SECONDS = 900
# What Postgres logs when it, or one of its processes, ends in the middle of a run.
BREAKDOWNS = (
    "terminated by signal",
    "PANIC:",
    "terminating any other active server processes",
    "out of memory",
    "shutdown request",
)
BREAKDOWN_LINES = 30
ROOT = Path(__file__).resolve().parent.parent
_started: list[Postgres | Valkey] = []
_folder: list[Path] = []
_locks: list[InstanceLock] = []
_template_programs: list[subprocess.Popen[bytes]] = []


def start_test_servers() -> None:
    """Start what is missing and put its address into the environment."""
    if "RAPPORT_TEST_SERVERS" in os.environ:
        return  # a worker of pytest-xdist
    atexit.register(stop_test_servers)
    refuse_a_real_database(os.environ.get("DATABASE_URL", ""))
    remove_folders_of_killed_runs()
    folder = make_folder()
    os.environ["RAPPORT_TEST_SERVERS"] = str(folder)
    os.environ["DATA_DIR"] = str(folder / "data")
    (folder / "data" / "static").mkdir(parents=True)
    start_missing_servers(folder)


def start_worker_servers(number: int) -> dict[str, str]:
    """The environment of a pytest-xdist worker: emptying its cache or queue must not empty its neighbour's."""
    folder = Path(os.environ["RAPPORT_TEST_SERVERS"]) / f"worker-{number}"
    (folder / "static").mkdir(parents=True)
    environment = {"DATA_DIR": str(folder), "CELERY_QUEUE": folder.name, "CACHE_PREFIX": folder.name}
    if os.environ["REDIS_URL"].startswith("redis+socket:"):
        valkey = Valkey(folder, log_folder=folder)
        _started.append(valkey)
        valkey.start()
        valkey.wait_until_ready()
        environment["REDIS_URL"] = valkey.url
    return environment


def make_folder() -> Path:
    """A new folder, locked for as long as this run lives; others may pass through it (Postgres may be another user)."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=choose_parent_folder()))
    folder.chmod(0o711)
    _folder.append(folder)
    _locks.append(InstanceLock(folder / "run.lock"))
    return folder


def choose_parent_folder() -> Path:
    """In memory where there is room for all databases of a run and its log; a container often has 64 MB of it."""
    with suppress(OSError):
        room = min(shutil.disk_usage(MEMORY_FOLDER).free, measure_memory() // MEMORY_SHARE)
        if room >= ROOM_IN_MEMORY and os.access(MEMORY_FOLDER, os.W_OK | os.X_OK):
            return MEMORY_FOLDER
    return Path(tempfile.gettempdir())


def start_missing_servers(folder: Path) -> None:
    """Those whose address the environment does not give."""
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(folder, log_folder=folder, safe=False)
        _started.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url("rapport")
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(folder, log_folder=folder)
        _started.append(valkey)
        valkey.start()
        os.environ["REDIS_URL"] = valkey.url
    for server in _started:
        server.wait_until_ready()
        if isinstance(server, Postgres):
            server.create_database("rapport")
            begin_template(server)


def begin_template(postgres: Postgres) -> None:
    """Make the template while the tests are collected; whoever needs it waits (``wait_for_template``)."""
    os.environ["RAPPORT_TEST_TEMPLATE"] = TEMPLATE
    threading.Thread(target=try_to_make_template, args=(postgres, _folder[-1]), daemon=True).start()


def try_to_make_template(postgres: Postgres, folder: Path) -> None:
    """Whatever goes wrong is told to those who wait, in each of the test processes."""
    try:
        make_template(postgres)
    except Exception as error:
        if folder.exists():  # else the run is over already
            part = folder / "template-failure.part"
            part.write_text(f"{error}")
            part.rename(folder / "template-failure")


def run_program(command: Sequence[str | Path], **options: Any) -> None:
    """To its end, or to that of the tests, which nobody needs to wait for. Raises ChildProcessError."""
    process = subprocess.Popen(command, **options)
    _template_programs.append(process)
    if process.wait():
        raise ChildProcessError(f"{command[0]} ended with {process.returncode}")


def make_template(postgres: Postgres) -> None:
    """A migrated database that test databases are copied from; its dump is kept, so migrations run once per change.

    It gets its name when it is whole."""
    postgres.create_database(UNFINISHED_TEMPLATE)
    folder = ROOT / ".pytest_cache" / "migrated"
    dump = folder / f"{compute_migrations_fingerprint()}.dump"
    address = f"--dbname=host={postgres.socket_folder} user=postgres dbname={UNFINISHED_TEMPLATE}"
    if dump.exists():
        run_program([postgres.program("pg_restore"), "--exit-on-error", address, dump])
    else:
        environment = {**os.environ, "DATABASE_URL": postgres.url(UNFINISHED_TEMPLATE)}
        run_program([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment)
        keep_dump(postgres, dump, address)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {UNFINISHED_TEMPLATE} RENAME TO {TEMPLATE}")


def wait_for_template() -> None:
    """Return when the template is there. Raises UsageError with what its making failed of."""
    if os.environ.get("RAPPORT_TEST_TEMPLATE") != TEMPLATE:
        return  # a server of somebody else: Django migrates
    failure = Path(os.environ["RAPPORT_TEST_SERVERS"]) / "template-failure"
    end = time.monotonic() + TEMPLATE_SECONDS
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            if failure.exists():
                raise pytest.UsageError(f"The database of the tests was not made: {failure.read_text()}")
            if time.monotonic() > end:
                raise pytest.UsageError(f"The database of the tests was not made in {TEMPLATE_SECONDS} seconds.")
            time.sleep(0.05)


def keep_dump(postgres: Postgres, dump: Path, address: str) -> None:
    """Beside another run of the same clone, and not at all where nothing may be written: then the next migrates too."""
    part = dump.with_suffix(f".{os.getpid()}")
    try:
        dump.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    except OSError:
        return
    run_program([postgres.program("pg_dump"), "--format=custom", f"--file={part}", address])
    part.rename(dump)
    for older in set(dump.parent.glob("*.dump")) - {dump}:
        older.unlink(missing_ok=True)


def compute_migrations_fingerprint() -> str:
    """Changes when anything changes that decides how a migrated database looks."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("crm/*/migrations/*.py")]):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    for path in (ROOT / "crm/settings.py", ROOT / "crm/core/apps.py", ROOT / "crm/core/role_permissions.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def refuse_a_real_database(url: str) -> None:
    """Tests empty tables: a database that does not call itself one for tests is not touched."""
    name = urlsplit(url).path.lstrip("/")
    if url and "test" not in name:
        raise pytest.UsageError(f"DATABASE_URL names “{name}”: tests only run in a database with “test” in its name.")


def remove_folders_of_killed_runs() -> None:
    """Folders of runs that could not clean up; a lock that can be had says that its run is dead."""
    parents = {Path(tempfile.gettempdir()), MEMORY_FOLDER}
    for folder in [folder for parent in parents for folder in parent.glob(f"{PREFIX}*")]:
        try:
            if (folder / "run.lock").exists():
                InstanceLock(folder / "run.lock").release()
                shutil.rmtree(folder, ignore_errors=True)
        except (AlreadyRunningError, PermissionError, FileNotFoundError):
            continue


def find_breakdowns(log: Path) -> list[str]:
    """What the log of Postgres says of breakdowns, what it was doing then included: the last few lines, cut short."""
    found: list[str] = []
    goes_on = False
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            is_detail = goes_on and any(word in line for word in ("DETAIL:", "HINT:", "STATEMENT:"))
            goes_on = is_detail or any(word in line for word in BREAKDOWNS)
            if goes_on:
                found.append(line.rstrip()[:300])
    return found[-BREAKDOWN_LINES:]


def report_breakdowns(write_line: Callable[[str], None]) -> None:
    """After a run that failed: tests that lost their database tell nothing of why; its log does, and is removed."""
    log = Path(os.environ["RAPPORT_TEST_SERVERS"]) / "postgres.log"
    if log.exists() and (lines := find_breakdowns(log)):
        write_line("The Postgres of the tests broke down during this run:")
        for line in lines:
            write_line(line)


def stop_test_servers() -> None:
    """Stop what was started and remove its folder; also after Ctrl-C and after an error at the start."""
    while _template_programs:
        process = _template_programs.pop()
        process.kill()
        process.wait()
    while _started:
        _started.pop().stop()
    while _locks:
        _locks.pop().release()
    while _folder:
        shutil.rmtree(_folder.pop(), ignore_errors=True)
