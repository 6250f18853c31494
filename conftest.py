"""Starts the servers of the tests before Django reads its settings. Fixtures stand in ``tests/conftest.py``."""

import gc
import os
from typing import Any

import django
import pytest

from tests.embedded_test_servers import (
    report_breakdowns,
    start_test_servers,
    start_worker_servers,
    stop_test_servers,
)

# Modules, tests and whatever is loaded with them are no garbage: looking through them again and again takes a tenth of
# the processor of a run.
gc.disable()
GARBAGE_LOOKED_FOR_AFTER = 100_000
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
start_test_servers()
django.setup()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Called in the controller of pytest-xdist before it starts its workers."""
    for number, spec in enumerate(specs):
        spec.env.update(start_worker_servers(number))


def pytest_collection_finish() -> None:
    """What lives now lives until the end; only what the tests leave is looked through, and less often."""
    gc.freeze()
    gc.set_threshold(GARBAGE_LOOKED_FOR_AFTER, 10, 10)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Beside what failed, whether the server that all tests share broke down."""
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        report_breakdowns(terminalreporter.write_line)


def pytest_unconfigure() -> None:
    """The run is over, also after Ctrl-C."""
    stop_test_servers()
