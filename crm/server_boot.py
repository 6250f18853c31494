"""The first step of ``manage.py up``, taken before Django is imported: the servers start while it loads.

Takes the lock on the data folder, ends what a killed start left, and starts the servers whose addresses the environment
does not give; the addresses then stand in the environment, so the settings find them there.
"""

import argparse
import atexit
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from crm.embedded_servers import Postgres, ServerError, Valkey
from crm.process_supervision import AlreadyRunningError, ChildRegister, InstanceLock, LeftoverGuard

DATABASE_NAME = "rapport"


@dataclass
class Boot:
    """What is running already when Django comes to life."""

    data: Path
    logs: Path
    lock: InstanceLock
    register: ChildRegister
    guard: LeftoverGuard
    servers: list[Postgres | Valkey]
    began: float

    def wait_for_servers(self) -> None:
        """Return when all of them answer and the database exists. Raises ServerError."""
        for server in self.servers:
            server.wait_until_ready()
            if isinstance(server, Postgres):
                server.create_database(DATABASE_NAME)

    def stop_servers(self) -> None:
        """Stop them in reverse order of their start, and forget their addresses."""
        for server in reversed(self.servers):
            server.stop()
        if self.servers:
            (self.data / "runtime.env").unlink(missing_ok=True)
        self.guard.stop()


_booted: list[Boot] = []


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``manage.py up``."""
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="address to listen on (HOST)")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000", help="port to listen on (PORT)")


def boot_servers(arguments: list[str]) -> None:
    """Start the servers; ``take_boot`` hands them over. Ends the program with a clear line when that is impossible."""
    began = time.monotonic()
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options = parser.parse_known_args(arguments)[0]
    signal.signal(signal.SIGINT, _stop_once)
    signal.signal(signal.SIGTERM, _stop_once)
    signal.signal(signal.SIGHUP, _stop_once)
    try:
        _boot(options, began)
    except (AlreadyRunningError, ServerError) as error:
        sys.exit(f"Rapport: {error}")
    except PermissionError as error:
        sys.exit(f"Rapport: no permission for {error.filename}: start as its owner, or choose another DATA_DIR.")


def _boot(options: argparse.Namespace, began: float) -> None:
    data = Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / "data").resolve()
    logs = data / "log"
    logs.mkdir(parents=True, exist_ok=True)
    lock = InstanceLock(data / "up.lock")
    register = ChildRegister(data / "processes.json")
    register.end_leftovers()
    refuse_taken_port(options.host, options.port)
    guard = LeftoverGuard(data / "processes.json")
    boot = Boot(data=data, logs=logs, lock=lock, register=register, guard=guard, servers=[], began=began)
    _booted.append(boot)
    atexit.register(_stop_if_not_taken)
    if not os.environ.get("DATABASE_URL"):
        postgres = Postgres(data, log_folder=logs)
        boot.servers.append(postgres)
        postgres.start()
        os.environ["DATABASE_URL"] = postgres.url(DATABASE_NAME)
    if not os.environ.get("REDIS_URL"):
        valkey = Valkey(data, log_folder=logs)
        boot.servers.append(valkey)
        valkey.start()
        os.environ["REDIS_URL"] = valkey.url
    register.write([server.process.pid for server in boot.servers if server.process])
    _write_addresses(data / "runtime.env")


def _write_addresses(path: Path) -> None:
    """Where the servers are, for other commands in the same clone. May hold a password: only the owner reads it."""
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text("".join(f"{name}={os.environ[name]}\n" for name in ("DATABASE_URL", "REDIS_URL")))
    part.replace(path)


def take_boot() -> Boot:
    """The servers that ``boot_servers`` started; the caller stops them."""
    if not _booted:
        boot_servers(sys.argv[2:])
    return _booted.pop()


def _stop_if_not_taken() -> None:
    while _booted:
        _booted.pop().stop_servers()


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    """The first Ctrl-C (or TERM, or HUP) unwinds everything; a second one must not disturb that."""
    ignore_signals()
    sys.exit(0)


def ignore_signals() -> None:
    """From here on Ctrl-C and its like do nothing: the stopping is under way, and each part of it has its limit."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def refuse_taken_port(host: str, port: int) -> None:
    """Raises ServerError when something listens on the port already (or the address is not ours)."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise ServerError(f"can't listen on {host}:{port} ({error}). Try another: make run PORT={port + 1}") from None
