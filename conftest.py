"""Starts the servers of the tests before Django reads its settings. Fixtures stand in ``tests/conftest.py``."""

import os

import django

from tests.embedded_test_servers import start_test_servers, stop_test_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
start_test_servers()
django.setup()


def pytest_unconfigure() -> None:
    """The run is over, also after Ctrl-C."""
    stop_test_servers()
