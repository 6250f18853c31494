"""A list costs the same number of queries for three rows and for thirty."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.permission_table import ROLES
from tests.query_count_lists import ListPage

APPS = ("home", "core", "customers", "segments", "interactions", "complaints", "api")
LISTS: list[ListPage] = [page for app in APPS for page in import_module(f"tests.query_count_lists.{app}").LISTS]


@pytest.fixture
def cast(request, db):
    return SimpleNamespace(**{role: request.getfixturevalue(role) for role in ROLES if role != "anonymous"})


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_thirty_rows_cost_what_three_cost(cast, signed_in, page, monkeypatch):
    monkeypatch.setattr("crm.home.shell.COUNT_SECONDS", 3600)  # counted once, however slow the machine
    client = signed_in(getattr(cast, page.colleague))
    headers = page.headers(cast)
    client.get(page.url, headers=headers)  # what is cached once (settings, content types) is not the list's price
    page.make_rows(3, cast)
    with CaptureQueriesContext(connection) as three:
        assert client.get(page.url, headers=headers).status_code == 200
    page.make_rows(27, cast)
    with CaptureQueriesContext(connection) as thirty:
        assert client.get(page.url, headers=headers).status_code == 200
    assert len(thirty) <= len(three), [query["sql"][:120] for query in thirty]
    assert len(three) <= page.most_queries, [query["sql"][:120] for query in three]
