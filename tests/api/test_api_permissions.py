"""A program gets what its colleague gets: the table of addresses and roles, walked with tokens."""

from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from crm.api.entrance import ROUTES
from tests.api.conftest import Program
from tests.permission_table import ROLES, Row
from tests.permission_table.api import ROWS
from tests.permission_table.world import build_world


@pytest.fixture
def world(request, db):
    people = {role: request.getfixturevalue(role) for role in ROLES if role != "anonymous"}
    return build_world(SimpleNamespace(**people))


@pytest.fixture
def programs(world, program):
    """A program per role; that of ``anonymous`` has no token."""
    made = {role: program(getattr(world, role)) for role in ROLES[1:]}
    stranger = Program("")
    stranger.headers = {}
    return {"anonymous": stranger, **made}


def ask(program: Program, row: Row, world: SimpleNamespace, **other: object) -> int:
    """The status of the answer; nothing that it changed stays."""
    path = reverse(row.name, kwargs={**row.kwargs(world), **other}, urlconf=ROUTES).removeprefix("/api/v1")
    with transaction.atomic():
        if row.method == "get":
            status = program.get(path + row.query).status_code
        else:
            status = program.send(row.method, path, row.data(world), idempotency_key="table").status_code
        transaction.set_rollback(True)
    return status


def test_each_role_gets_its_answer(world, programs):
    wrong = {}
    for row in ROWS:
        got = {role: ask(programs[role], row, world) for role in ROLES}
        if got != row.expect:
            wrong[row.label] = {role: (got[role], row.expect[role]) for role in ROLES if got[role] != row.expect[role]}
    assert wrong == {}, "role: (got, expected)"


def test_a_forged_id_or_number_is_not_found(world, programs):
    for row in ROWS:
        forged = {key: 987654321 if isinstance(value, int) else "X-1" for key, value in row.kwargs(world).items()}
        if forged:
            assert ask(programs["admin"], row, world, **forged) == 404, row.label


def test_whoever_is_signed_in_to_the_browser_is_a_stranger_here(world):
    """No page can have a browser ask in its owner's name."""
    client = Client()
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/customers").status_code == 401
