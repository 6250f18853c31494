"""Children that never outlive their parent, and come back when they die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.process_supervision import (
    AlreadyRunningError,
    ChildRegister,
    InstanceLock,
    Program,
    Supervisor,
    read_command_line,
    read_start_mark,
    spawn_process,
    stop_process,
)

# Ctrl-C ends it, also where the tests themselves run in the background, whose children would not hear it.
SLEEPER = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); print('up', flush=True); time.sleep(600)",
]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]


def wait_for_output(log: Path) -> None:
    end = time.monotonic() + 120
    while "up" not in log.read_text():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


def spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        process = spawn_process(command, log=output)
    wait_for_output(log)
    return process


def test_a_second_holder_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path / "lock")
    with pytest.raises(AlreadyRunningError, match=rf"already running \(pid {os.getpid()}\)"):
        InstanceLock(tmp_path / "lock")
    lock.release()
    InstanceLock(tmp_path / "lock").release()


def test_a_child_that_does_not_listen_is_killed_when_its_time_is_over(log: Path) -> None:
    process = spawn(DEAF, log)
    assert stop_process(process, stop_signal=signal.SIGTERM, seconds=0.2) == -signal.SIGKILL


def test_a_child_that_listens_ends_by_itself(log: Path) -> None:
    process = spawn(SLEEPER, log)
    assert "time.sleep" in read_command_line(process.pid)
    assert stop_process(process, stop_signal=signal.SIGTERM, seconds=60) == -signal.SIGTERM
    assert read_start_mark(process.pid) is None
    assert read_command_line(process.pid) == ""


def test_children_of_a_killed_supervisor_are_ended_by_the_next_one(tmp_path: Path, log: Path) -> None:
    process = spawn(SLEEPER, log)
    register = ChildRegister(tmp_path / "processes.json")
    register.write([process.pid])
    assert register.end_leftovers() == 1
    assert process.wait(60) != 0
    assert register.end_leftovers() == 0


def test_what_a_killed_supervisor_leaves_is_ended_by_its_guard(tmp_path: Path, log: Path) -> None:
    register = tmp_path / "processes.json"
    process = spawn(SLEEPER, log)
    ChildRegister(register).write([process.pid])
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import sys, time; from pathlib import Path; from crm.process_supervision import LeftoverGuard;"
                "LeftoverGuard(Path(sys.argv[1])); print('up', flush=True); time.sleep(600)"
            ),
            str(register),
        ],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )
    assert supervisor.stdout is not None
    assert supervisor.stdout.readline() == b"up\n"
    assert process.poll() is None
    supervisor.kill()
    supervisor.communicate()
    assert process.wait(60) != 0


def test_a_stranger_with_a_reused_number_is_left_alone(tmp_path: Path, log: Path) -> None:
    process = spawn(SLEEPER, log)
    (tmp_path / "processes.json").write_text(f'[[{process.pid}, "another boot 12345"]]')
    assert ChildRegister(tmp_path / "processes.json").end_leftovers() == 0
    assert process.poll() is None
    stop_process(process, stop_signal=signal.SIGKILL, seconds=1)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor([], register=ChildRegister(tmp_path / "processes.json"), report=said.append)
    yield supervisor
    supervisor.stop()


def make_program(command: list[str], log: Path) -> Program:
    return Program("part", command, log_file=log, cwd=Path("/"), env=dict(os.environ), stop_seconds=5)


def watch_until(supervisor: Supervisor, condition: object) -> None:
    end = time.monotonic() + 120
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        supervisor.watch()
        time.sleep(0.01)


def test_a_part_that_is_killed_is_started_again(supervisor: Supervisor, said: list[str], log: Path) -> None:
    program = make_program(SLEEPER, log)
    supervisor.start(program)
    first = program.process
    assert first is not None
    first.kill()
    watch_until(supervisor, lambda: program.process is not first)
    assert supervisor.failures_of(program) == 1
    assert said == ["part ended unexpectedly (-9); starting it again in 0.25 s"]


def test_a_part_that_keeps_dying_is_started_less_and_less_often(
    supervisor: Supervisor, said: list[str], log: Path
) -> None:
    program = make_program([sys.executable, "-c", "raise SystemExit(3)"], log)
    supervisor.start(program)
    watch_until(supervisor, lambda: supervisor.failures_of(program) == 3)
    assert [line.rsplit(" in ", 1)[1] for line in said] == ["0.25 s", "0.5 s", "1 s"]


def test_stopping_leaves_no_child(supervisor: Supervisor, log: Path) -> None:
    program = make_program(SLEEPER, log)
    supervisor.start(program)
    supervisor.stop()
    assert program.process is not None
    assert program.process.poll() is not None
