"""Nobody gets at anything he may not: the URL × role × method table, walked."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.permission_table import ROLES, Row
from tests.permission_table.world import build_world

APPS = ("home", "core", "customers", "segments", "interactions", "complaints")
ROWS: list[Row] = [row for app in APPS for row in import_module(f"tests.permission_table.{app}").ROWS]
# Pages of the login library: reached by everybody or by the signed-in alone, and tested as pages in tests/core.
THIRD_PARTY = ("account_", "mfa_", "usersessions_", "socialaccount_")


def _names(resolver, namespace=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}" if entry.name else str(entry.pattern)


@pytest.fixture
def world(request, db):
    people = {role: request.getfixturevalue(role) for role in ROLES if role != "anonymous"}
    return build_world(SimpleNamespace(**people))


def test_every_address_has_a_row():
    ours = {name for name in _names(get_resolver()) if not name.startswith(THIRD_PARTY)}
    assert ours - {row.name for row in ROWS} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_each_role_gets_its_answer(world, row):
    url = reverse(row.name, kwargs=row.kwargs(world)) + row.query
    got = {}
    for role in ROLES:
        client = Client(raise_request_exception=False)
        if role != "anonymous":
            client.force_login(getattr(world, role), backend="django.contrib.auth.backends.ModelBackend")
        got[role] = getattr(client, row.method)(url, row.data(world) or None).status_code
    assert got == row.expect


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.kwargs.__code__.co_names], ids=lambda row: f"forged {row.label}"
)
def test_a_forged_id_is_not_found_or_refused_never_an_error(world, row):
    """Whoever guesses numbers learns nothing."""
    kwargs = {key: 987654321 if isinstance(value, int) else value for key, value in row.kwargs(world).items()}
    client = Client(raise_request_exception=False)
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    answer = getattr(client, row.method)(reverse(row.name, kwargs=kwargs), row.data(world) or None)
    assert answer.status_code in {200, 302, 400, 403, 404, 405}
    if kwargs != row.kwargs(world):
        assert answer.status_code in {403, 404, 405}
