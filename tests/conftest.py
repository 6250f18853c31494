"""The cast: the same colleagues in every test, in two teams that do not see each other's customers.

``north``: rep, lead (its manager), viewer. ``south``: other_rep. Everywhere: admin, guardian, executive.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from hypothesis import HealthCheck, settings

from crm.core.models import Role, Team, User
from crm.core.role_permissions import sync_roles
from tests import factories

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("rapport", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rapport")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Roles are part of the database that every test starts from."""
    with django_db_blocker.unblock():
        sync_roles()


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """No test reads what another one cached."""
    from django.core.cache import cache

    from crm.core.models.business_setting import forget_settings
    from customers.custom_field_catalogue import forget_fields

    cache.clear()
    forget_settings()
    forget_fields()


@pytest.fixture(autouse=True)
def _forget_committed_scores(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits leaves a view on its last night; the next test must not read it."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        from tests.segments.purchase_world import forget_scores

        forget_scores()


@pytest.fixture
def north(db: None) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def south(db: None) -> Team:
    return Team.objects.create(name="South")


def _colleague(name: str, role: Role, team: Team | None = None) -> User:
    if not Group.objects.exists():  # a test that commits empties every table when it ends
        sync_roles()
    email = f"{name.split()[0].lower()}@rapport.test"
    return User.objects.create_user(email, factories.PASSWORD, name=name, role=role, team=team)


@pytest.fixture
def rep(north: Team) -> User:
    return _colleague("Ana Ribeiro", Role.REP, north)


@pytest.fixture
def other_rep(south: Team) -> User:
    return _colleague("Tomasz Zieliński", Role.REP, south)


@pytest.fixture
def lead(north: Team) -> User:
    user = _colleague("Marit Haugen", Role.MANAGER, north)
    north.managers.add(user)
    return user


@pytest.fixture
def admin(db: None) -> User:
    return _colleague("Thomas Okafor", Role.ADMIN)


@pytest.fixture
def guardian(db: None) -> User:
    return _colleague("Nurul Aini", Role.GUARDIAN)


@pytest.fixture
def executive(db: None) -> User:
    return _colleague("Ingrid Vos", Role.EXECUTIVE)


@pytest.fixture
def viewer(north: Team) -> User:
    return _colleague("Kaija Laine", Role.VIEWER, north)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """``signed_in(rep)`` is a browser in which the rep has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def customer(rep: User) -> Any:
    """A customer of Ana's, in team North."""
    return factories.make_customer(owner=rep, team=rep.team, name="Kjeldsen Maskinfabrik A/S")


@pytest.fixture
def foreign_customer(other_rep: User) -> Any:
    """A customer of team South, which Ana must never see."""
    return factories.make_customer(owner=other_rep, team=other_rep.team, name="Ostrava Hydraulika s.r.o.")
