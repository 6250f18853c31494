"""Child processes that never outlive their parent: used by ``manage.py up`` and by the servers of the tests.

Four nets, so that nothing is left behind even after ``kill -9``:

* a lock file held with ``flock``: the kernel frees it on any death, so it can't be stale;
* on Linux every child asks the kernel for a signal when its parent dies;
* a list of the children is kept in the data folder, and a guard outlives the supervisor by some seconds to end those
  that did not end by themselves (a worker whose broker died with it, every child on macOS);
* whoever starts next looks at that list too, should the guard have been killed as well.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

PR_SET_PDEATHSIG = 1


class AlreadyRunningError(Exception):
    """Another supervisor holds the lock; the message says which process."""


class InstanceLock:
    """At most one holder of ``path`` on this machine, for as long as the process lives."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            pid = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunningError(f"already running (pid {pid})") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let the next one start."""
        self._file.close()


def ask_for_signal_at_parent_death(number: int) -> None:
    """Have the kernel send ``number`` to this process when its parent is gone. Linux only; elsewhere nothing happens.

    To be called after any change of user: changing it clears the request.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def spawn_process(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    stop_signal: int = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor.

    ``stop_signal`` is also what it gets when this *thread* ends (so the kernel counts): call from the main one.
    """
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=env,
        cwd=cwd,
        preexec_fn=_tie_to_parent(stop_signal),
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )


def _tie_to_parent(stop_signal: int) -> Callable[[], None]:
    parent = os.getpid()

    def run_in_child() -> None:
        ask_for_signal_at_parent_death(stop_signal)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return run_in_child


def stop_process(process: subprocess.Popen[bytes], *, stop_signal: int, seconds: float) -> int:
    """Ask a child to end, wait up to ``seconds``, then kill its whole session. Returns its exit code."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
    kill_session(process.pid)
    return process.wait()


def kill_session(leader: int) -> None:
    """Kill whatever is left of the process group that a child led; a group that is gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def read_start_mark(pid: int) -> str | None:
    """What tells this process from a later one with the same number; None when there is none."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return None if fields[0] == "Z" else f"{boot} {fields[19]}"
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def read_command_line(pid: int) -> str:
    """The command of a running process; empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout


class ChildRegister:
    """The running children, written to a file: what the next start needs to end those of a killed supervisor."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, pids: Sequence[int]) -> None:
        """Replace the list by ``pids``."""
        marks = [(pid, mark) for pid in pids if (mark := read_start_mark(pid))]
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(marks))
        part.replace(self._path)

    def end_leftovers(self, *, seconds: float = 15) -> int:
        """End the children of an earlier supervisor that still run; returns how many there were.

        They have had their signal already when the kernel sends it (Linux): they get ``seconds`` to finish, then their
        whole sessions are killed.
        """
        try:
            marks = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        left = [pid for pid, mark in marks if read_start_mark(pid) == mark]
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGINT)  # for Postgres the fast shutdown; the others understand it as well
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(read_start_mark(pid) == mark for pid, mark in marks):
            time.sleep(0.05)
        for pid, mark in marks:
            if read_start_mark(pid) == mark:
                kill_session(pid)
        return len(left)


class LeftoverGuard:
    """A process that waits for the death of this one, then ends the children on its list that are still there."""

    def __init__(self, register: Path) -> None:
        # This file by itself, without the package around it: it is ready in a moment, with the standard library alone.
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, str(register)], stdin=subprocess.PIPE, start_new_session=True
        )

    def stop(self) -> None:
        """Let it go, once the children are gone."""
        self._process.communicate()


def guard_leftovers(register: Path) -> None:
    """Return when whoever holds the other end of standard input is dead and his children are gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    ChildRegister(register).end_leftovers()


class Part(Protocol):
    """One of the processes that together make the running product."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wait_until_ready(self) -> None: ...


class Program:
    """A ``Part`` that is a command of ours: web server, worker, beat."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log_file: Path,
        cwd: Path,
        env: Mapping[str, str],
        stop_signal: int = signal.SIGTERM,
        stop_seconds: float = 15,
    ) -> None:
        self.name = name
        self.command = command
        self.log_file = log_file
        self.cwd = cwd
        self.env = env
        self.stop_signal = stop_signal
        self.stop_seconds = stop_seconds
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, its output going to the end of its log."""
        with self.log_file.open("ab") as log:
            self.process = spawn_process(
                self.command, log=log, stop_signal=self.stop_signal, env=self.env, cwd=self.cwd
            )

    def wait_until_ready(self) -> None:
        """Nothing to wait for: who needs it, asks it."""

    def stop(self) -> None:
        """Ask it to end, and kill what is left of it after ``stop_seconds``."""
        if self.process:
            stop_process(self.process, stop_signal=self.stop_signal, seconds=self.stop_seconds)


class Supervisor:
    """Keeps parts running: one that dies is started again, sooner at first and later when it keeps dying."""

    CALM_SECONDS = 60
    LONGEST_PAUSE_SECONDS = 30

    def __init__(self, parts: Sequence[Part], *, register: ChildRegister, report: Callable[[str], None]) -> None:
        self._parts = list(parts)
        self._register = register
        self._report = report
        self._failures: dict[str, int] = {}
        self._started_at: dict[str, float] = {}
        self._restart_at: dict[str, float] = {}

    def start(self, part: Part) -> None:
        """Start one part, put it under watch and on the list of children."""
        if part not in self._parts:
            self._parts.append(part)
        part.start()
        self._started_at[part.name] = time.monotonic()
        self._register.write([each.process.pid for each in self._parts if each.process and each.process.poll() is None])

    def watch(self) -> None:
        """One look at all parts; to be called a few times a second."""
        now = time.monotonic()
        for part in self._parts:
            if part.process is None or part.process.poll() is None:
                continue
            if part.name not in self._restart_at:
                self._plan_restart(part, now)
            elif now >= self._restart_at[part.name]:
                del self._restart_at[part.name]
                self.start(part)

    def _plan_restart(self, part: Part, now: float) -> None:
        process = part.process
        if process is None:
            return
        kill_session(process.pid)
        if now - self._started_at.get(part.name, now) > self.CALM_SECONDS:
            self._failures[part.name] = 0
        failures = self._failures[part.name] = self._failures.get(part.name, 0) + 1
        pause = min(0.25 * 2 ** (failures - 1), self.LONGEST_PAUSE_SECONDS)
        self._restart_at[part.name] = now + pause
        self._report(f"{part.name} ended unexpectedly ({process.returncode}); starting it again in {pause:g} s")

    def failures_of(self, part: Part) -> int:
        """How often it has died lately."""
        return self._failures.get(part.name, 0)

    def stop(self) -> None:
        """Stop all parts, the last one started first."""
        for part in reversed(self._parts):
            part.stop()
        self._register.write([])


if __name__ == "__main__":
    guard_leftovers(Path(sys.argv[1]))
