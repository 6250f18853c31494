"""``manage.py up``: everything that runs, under one supervisor, until Ctrl-C."""

import contextlib
import hashlib
import io
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crm import server_boot
from crm.embedded_servers import ServerError
from crm.process_supervision import Program, Supervisor, spawn_process, stop_process

WEB_ANSWER_SECONDS = 90


class Command(BaseCommand):
    """Prepares the database and the files, then runs web server, worker and beat and keeps them running."""

    help = "Run Rapport: Postgres and Valkey (unless DATABASE_URL and REDIS_URL are set), web server, worker, beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        server_boot.add_arguments(parser)

    def handle(self, *, host: str, port: int, **_options: Any) -> None:
        boot = server_boot.take_boot()
        supervisor = Supervisor(boot.servers, register=boot.register, report=self.say)
        try:
            boot.wait_for_servers()
            self.prepare(boot.logs)
            self.run_until_stopped(supervisor, host=host, port=port, logs=boot.logs, began=boot.began)
        except ServerError as error:
            raise CommandError(str(error)) from None
        finally:
            server_boot.ignore_signals()
            connection.close()
            began = time.monotonic()
            supervisor.stop()
            boot.stop_servers()
            self.say(f"Stopped in {time.monotonic() - began:.1f} s; nothing is left running.")

    def say(self, text: str) -> None:
        """One line for the person at the terminal, at once; a closed terminal must not stop the stopping."""
        with contextlib.suppress(OSError):
            self.stdout.write(text)
            self.stdout.flush()

    # --- before anything is served -----------------------------------------------------------------------------------
    def prepare(self, logs: Path) -> None:
        """Migrations, static files and, where asked for, the demo company: each only when something is to do."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("sync_roles", stdout=io.StringIO())
        fingerprint_file = settings.DATA_DIR / "static.fingerprint"
        fingerprint = compute_static_fingerprint()
        collected = settings.STATIC_ROOT.exists() and fingerprint_file.exists() and fingerprint_file.read_text()
        if collected != fingerprint:
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
            fingerprint_file.write_text(fingerprint)
        if settings.DEMO and not get_user_model().objects.exists() and "load_demo" in get_commands():
            self.load_demo(logs)
        connection.close()

    def load_demo(self, logs: Path) -> None:
        """The demo company, in a process of its own: its memory is free again afterwards."""
        customers = os.environ.get("DEMO_CUSTOMERS") or "20000"
        self.say(f"Loading the demo company with {int(customers):,} customers …")
        with (logs / "load_demo.log").open("ab") as log:
            command = [sys.executable, "manage.py", "load_demo", "--clock-runs", "--customers", customers]
            process = spawn_process(command, log=log, cwd=settings.BASE_DIR)
        try:
            failed = process.wait()
        finally:
            stop_process(process, stop_signal=signal.SIGTERM, seconds=5)
        if failed:
            raise CommandError(f"load_demo failed: see {logs / 'load_demo.log'}")

    # --- while it runs -----------------------------------------------------------------------------------------------
    def run_until_stopped(self, supervisor: Supervisor, *, host: str, port: int, logs: Path, began: float) -> None:
        """Start the programs, say where they are, and watch them until a signal unwinds this."""
        # Free at the beginning, it may be taken since: the demo takes a while.
        server_boot.refuse_taken_port(host, port)
        worker, beat, web = build_programs(host=host, port=port, logs=logs)
        for program in (worker, beat, web):
            supervisor.start(program)
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}/"  # noqa: S104 -- compared only
        end = time.monotonic() + WEB_ANSWER_SECONDS
        while not answers(f"{address}livez"):
            supervisor.watch()
            if time.monotonic() > end or supervisor.failures_of(web) > 2:
                raise CommandError(f"The web server does not answer:\n{read_tail(web.log_file)}\nSee {web.log_file}")
            time.sleep(0.1)
        self.welcome(address, seconds=time.monotonic() - began)
        while True:
            supervisor.watch()
            time.sleep(0.25)

    def welcome(self, address: str, *, seconds: float) -> None:
        """Where it is and how to get in."""
        users = get_user_model().objects
        if settings.DEMO and users.filter(email="rep@rapport.example").exists():
            names = "rep@, lead@, admin@, guardian@, exec@, viewer@ or partner@rapport.example"
            entry = f"Sign in as {names}, password rapport-demo."
        elif users.exists():
            entry = "Sign in with your account."
        else:
            entry = "Open it to create the first administrator."
        connection.close()
        self.say(f"Rapport runs at {address} (started in {seconds:.1f} s, Ctrl-C stops it). {entry}")


def build_programs(*, host: str, port: int, logs: Path) -> tuple[Program, Program, Program]:
    """Worker, beat and web server with their commands; see docker-compose.yml for the same ones elsewhere."""
    threads = os.environ.get("WEB_THREADS") or "4"
    common = {**os.environ, "PYTHONUNBUFFERED": "1"}
    celery = [sys.executable, "-m", "celery", "--app", "crm"]
    worker = Program(
        "worker",
        [
            *celery,
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            os.environ.get("WORKER_PROCESSES") or "2",
            "--hostname",
            f"rapport-{port}@%h",
            "--without-gossip",
            "--without-mingle",
        ],
        log_file=logs / "worker.log",
        cwd=settings.BASE_DIR,
        env=common,
        stop_signal=signal.SIGQUIT,  # jobs go back to the queue after CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    )
    beat = Program(
        "beat",
        [
            *celery,
            "beat",
            "--loglevel",
            "INFO",
            "--pidfile=",
            "--max-interval",
            "5",
            "--schedule",
            str(settings.DATA_DIR / "beat-schedule"),
        ],
        log_file=logs / "beat.log",
        cwd=settings.BASE_DIR,
        env=common,
    )
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = Program(
        "web",
        [sys.executable, "-m", "gunicorn", "crm.wsgi", "--bind", bind,
         "--worker-class", "gthread", "--workers", os.environ.get("WEB_WORKERS") or "2", "--threads", threads,
         "--preload", "--graceful-timeout", "10", "--no-control-socket",
         "--worker-tmp-dir", "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"],  # noqa: S108 -- gunicorn's own
        log_file=logs / "web.log",
        cwd=settings.BASE_DIR,
        env={**common, "DB_POOL": "1", "DB_POOL_MAX": str(int(threads) + 1)},
    )  # fmt: skip
    return worker, beat, web


def compute_static_fingerprint() -> str:
    """Changes when any static file, or the way they are stored, changes."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def answers(url: str) -> bool:
    """True when the web server gives any answer at all, be it an error."""
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 -- always http
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def read_tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
