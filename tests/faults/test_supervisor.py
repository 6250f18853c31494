"""``manage.py up`` with real processes: nothing is left running, nothing is lost, whatever is killed."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT_SECONDS = 300
ANSWER_SECONDS = 20
pytestmark = pytest.mark.faults


def wait_for(
    what: Callable[[], object], *, seconds: float = LONGEST_WAIT_SECONDS, or_say: Callable[[], object] = str
) -> object:
    """The first true answer of ``what``; fails with what ``or_say`` answers when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.05)
    pytest.fail(f"waited {seconds} s in vain {or_say()}")


def find_free_port() -> int:
    """One that the system gives to nobody by itself: while ours is started again, a browser of another test could get
    it for one of its connections."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports are taken")


class Installation:
    """A data folder, and the Rapport that runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = find_free_port()
        self.process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        stripped = ("DATABASE_URL", "REDIS_URL", "RAPPORT_", "CELERY_QUEUE", "CACHE_PREFIX", "COV_", "PYTEST_", "DEMO")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(stripped)}
        return kept | {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "WORKER_PROCESSES": "1",
        }

    def launch(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=(self.folder / "up.out").open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )

    def launch_second(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """One more start, which is expected to end by itself."""
        return subprocess.run(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT_SECONDS,
            check=False,
        )

    def start(self) -> None:
        self.process = self.launch()
        process = self.process
        wait_for(lambda: "Rapport runs at" in self.output() or process.poll() is not None)
        assert process.poll() is None, self.output()

    def output(self) -> str:
        return (self.folder / "up.out").read_text()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LONGEST_WAIT_SECONDS)

    def ask(self, path: str) -> Any:
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=ANSWER_SECONDS)

    def answers(self) -> bool:
        try:
            return self.ask("/livez").status == 200
        except OSError:
            return False

    def ready(self) -> bool:
        try:
            return json.load(self.ask("/readyz"))["ok"]
        except (OSError, ValueError):
            return False

    def processes(self) -> dict[int, str]:
        """Everything alive that was started for this data folder, by its environment, its arguments or its folder."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
                alive = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
            except OSError:
                continue
            if entry.name.isdigit() and alive and str(self.folder).encode() in command + environment:
                found[int(entry.name)] = command.replace(b"\0", b" ").decode()[:200]
        return found

    def pid_of(self, pattern: str) -> int:
        """The leader (lowest number) of the processes whose command matches."""
        return min(pid for pid, command in self.processes().items() if re.search(pattern, command))

    def connect(self) -> psycopg.Connection:
        socket_folder = self.folder / "postgres-socket"
        return psycopg.connect(f"host={socket_folder} user=postgres dbname=rapport", autocommit=True)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(os.environ["RAPPORT_TEST_SERVERS"]) / f"installation-{os.getpid()}"
    folder.mkdir()
    rapport = Installation(folder)
    yield rapport
    for pid in rapport.processes():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_life_of_an_installation(installation: Installation) -> None:
    rapport = installation
    rapport.start()
    supervisor = rapport.process
    assert supervisor is not None

    # a second start says that one is running, and by which process
    second = rapport.launch_second()
    assert second.returncode == 1
    assert f"already running (pid {supervisor.pid})" in second.stderr

    # another installation on the same port is told so
    assert "can't listen on" in rapport.launch_second(DATA_DIR=str(rapport.folder / "other")).stderr

    # the web server, the worker and Postgres are killed one after the other: each comes back, and rows are still there
    wait_for(rapport.ready)
    with rapport.connect() as connection:
        connection.execute("create table kept (id int primary key)")
        connection.execute("insert into kept select generate_series(1, 1000)")
    for pattern in ("gunicorn", "celery .*worker", "bin/postgres -D", "valkey-server"):
        killed = rapport.pid_of(pattern)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda pattern=pattern, killed=killed: came_back(rapport, pattern, killed))
    wait_for(rapport.answers)
    wait_for(rapport.ready)

    # the supervisor itself is killed: nothing is left, and the next start finds everything
    before = set(rapport.processes())
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait()
    wait_for(lambda: not rapport.processes(), or_say=rapport.processes)
    assert len(before) >= 5
    rapport.start()
    with rapport.connect() as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)

    # all at once, as when the machine loses power
    for pid in rapport.processes():
        os.kill(pid, signal.SIGKILL)
    assert rapport.process is not None
    rapport.process.wait()
    rapport.start()
    with rapport.connect() as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)

    # Ctrl-C
    assert rapport.stop() == 0
    assert "nothing is left running" in rapport.output()
    assert not rapport.processes()
    assert not (rapport.folder / "runtime.env").exists()


def came_back(rapport: Installation, pattern: str, killed: int) -> bool:
    try:
        return rapport.pid_of(pattern) != killed
    except ValueError:
        return False
