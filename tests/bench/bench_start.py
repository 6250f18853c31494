"""From ``manage.py up`` to the first page: an empty company, first and warm."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figure import report


def bench_start() -> None:
    """Two starts on one data folder; packages and front-end files are there already."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - Postgres may run as another user
        report("start_first", _start(Path(folder)), "s", limit=60)
        report("start_warm", _start(Path(folder)), "s", limit=10)


def _start(folder: Path) -> float:
    """Seconds that ``up`` itself says it took; then it is stopped and waited for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        env={**os.environ, "DEMO": "0", "PORT": str(port), "DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"started in ([\d.]+) s", line):
                return float(found.group(1))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    raise RuntimeError("It did not start.")
