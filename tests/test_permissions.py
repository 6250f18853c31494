"""Nobody gets at anything he may not: the URL × role × method table, walked."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crm.api.entrance import ROUTES
from tests.page_faults import faults_of
from tests.permission_table import ROLES, Row, api
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
    # Those of programs are asked with tokens, in tests/api.
    assert set(_names(get_resolver(ROUTES))) - {row.name for row in api.ROWS} == set()


@pytest.fixture
def browsers(world):
    """A browser per role, signed in once: what an answer writes is rolled back after it (``ask``)."""
    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role in ROLES[1:]:
        clients[role].force_login(getattr(world, role), backend="django.contrib.auth.backends.ModelBackend")
    return clients


def ask(client: Client, row: Row, kwargs: dict, world) -> HttpResponse:
    """The answer; nothing that it changed stays."""
    url = reverse(row.name, kwargs=kwargs) + row.query
    with transaction.atomic():
        answer = getattr(client, row.method)(url, row.data(world) or None)
        transaction.set_rollback(True)
    return answer


def rows_of(app: str) -> list[Row]:
    return [row for row in ROWS if row.name.split(":")[0] == app or (app == "home" and ":" not in row.name)]


# So many rows a test: processes share them, and none is left with the longest at the end.
PORTION = 40
PORTIONS = [
    pytest.param(rows[first : first + PORTION], id=f"{app}-{first // PORTION}")
    for app, rows in ((app, rows_of(app)) for app in APPS)
    for first in range(0, len(rows), PORTION)
]


def test_each_row_is_in_one_portion():
    assert sorted(row.label for param in PORTIONS for row in param.values[0]) == sorted(row.label for row in ROWS)


@pytest.fixture
def bare_refusals(monkeypatch):
    """Refusals without the page that says so: every second answer of the table is one, and it is the same page."""
    for status in (403, 404):

        def refuse(request: HttpRequest, exception: Exception, *, status: int = status) -> HttpResponse:
            return HttpResponse(status=status)

        monkeypatch.setattr(f"crm.urls.handler{status}", refuse, raising=False)


@pytest.mark.parametrize("app", APPS)
def test_whoever_is_refused_reads_so_on_a_page_of_the_product(world, browsers, app):
    pages = [row for row in rows_of(app) if row.method == "get"]
    for role, client in browsers.items():
        for status in (403, 404):
            row = next((row for row in pages if row.expect[role] == status), None)
            if row is not None:
                answer = client.get(reverse(row.name, kwargs=row.kwargs(world)) + row.query)
                assert answer.status_code == status, (row.label, role)
                assert b"<h1" in answer.content, (row.label, role)
                assert b"</html>" in answer.content, (row.label, role)


def ask_with_a_forged_id(client: Client, row: Row, kwargs: dict, world) -> int | None:
    """The status of the address with a number that somebody guessed; None where it has no number."""
    forged = {key: 987654321 if isinstance(value, int) else value for key, value in kwargs.items()}
    return None if forged == kwargs else ask(client, row, forged, world).status_code


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("rows", PORTIONS)
def test_each_role_gets_its_answer_forged_ids_none_and_pages_are_safe_small_and_clean(world, browsers, rows):
    """Each page is opened here anyway, so what holds for every page is looked for in what the admin gets. Whoever
    guesses numbers learns nothing: neither a page nor an error."""
    wrong, faulty, learnt = {}, {}, {}
    for row in rows:
        got, kwargs = {}, row.kwargs(world)
        for role, client in browsers.items():
            cookies = client.cookies.copy()
            answer = ask(client, row, kwargs, world)
            got[role] = answer.status_code
            if role == "admin" and row.method == "get" and got[role] == 200 and (faults := faults_of(answer)):
                faulty[row.label] = faults
            client.cookies = cookies  # whoever signed out is in again for the next row
        if got != row.expect:
            wrong[row.label] = {role: (got[role], row.expect[role]) for role in ROLES if got[role] != row.expect[role]}
        if (status := ask_with_a_forged_id(browsers["admin"], row, kwargs, world)) not in {None, 403, 404, 405}:
            learnt[row.label] = status
    assert wrong == {}, "role: (got, expected)"
    assert faulty == {}
    assert learnt == {}, "answers to forged ids"
