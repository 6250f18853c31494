"""The cast: the same colleagues in every test, in two teams that do not see each other's customers.

``north``: rep, lead (its manager), viewer. ``south``: other_rep. Everywhere: admin, guardian, executive. From outside:
partner, who owns no customer unless ``shared_customer`` is asked for.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from axes.handlers.proxy import AxesProxyHandler
from coverage import Coverage
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError, connection
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from crm.core.list_catalogue import load_lists
from crm.core.models import Role, Team, User
from crm.core.role_permissions import sync_roles
from tests import factories
from tests.embedded_test_servers import wait_for_template

# How long an example takes says how busy the machine is, not whether the rule holds. The same examples in every run: a
# change that is tested is what makes a run fail, and nothing is kept in the clone from one run to the next.
hypothesis_settings.register_profile(
    "rapport", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("rapport")
# Hypothesis also tries numbers and words that it finds in the sources of whatever is loaded: other ones in each process
# and after every change, and reading all sources in each process takes longer than the examples.
providers._get_local_constants = Constants


TESTS = Path(__file__).parent


class Tracing:
    """Coverage of the rules follows their own tests, those in a folder ``rules``: what a page or the day of a run
    happens to reach counts for nothing. The tracer of lines, which takes half as long again, is off in all others, and
    while tests are collected: the rules are loaded before. Where the whole is followed (``make coverage``) it stays on.
    """

    def __init__(self, config: pytest.Config) -> None:
        sources = [Path(str(source)) for source in getattr(config.option, "cov_source", None) or []]
        self.folders = sources if all(source.name == "rules" for source in sources) else []
        self.coverage: Coverage | None = None
        self.is_on = True

    def follow(self, *, wanted: bool) -> None:
        self.coverage = self.coverage or Coverage.current()
        if self.coverage is not None and self.is_on != wanted:
            (self.coverage.start if wanted else self.coverage.stop)()
            self.is_on = wanted

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        if session.config.pluginmanager.hasplugin("dsession"):
            return  # its workers collect
        for path in sorted(path for folder in self.folders for path in folder.rglob("*.py")):
            import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
        if self.folders:
            self.follow(wanted=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if self.folders:
            self.follow(wanted=item.path.parent.name == "rules")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Tracing(config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Where all is tested each process begins with another share of the modules: in a fresh clone it finds those of
    the others compiled then, instead of each process compiling all of them."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1 and [Path(argument) for argument in session.config.args] == [TESTS]:
        number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
        for path in sorted(TESTS.rglob("test_*.py"))[number::processes]:
            with suppress(Exception):  # it is imported again when it is collected, which tells what is wrong
                import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


# What walks over the whole product, starts it, or builds a company of thousands: most of the time of all tests.
LASTING_FOLDERS = {TESTS, TESTS / "e2e", TESTS / "faults"}
LASTING_FILES = {"test_migrations", "test_demo_company", "test_planted_duplicates", "test_nothing_leaks"}


def _deal(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Those that last longest first in every share: pytest-xdist begins with one part of the list for each process.
    Who is through takes half of what another has left, from its end; there short ones must stand, or the last
    process would be left alone with a minute of browsers."""

    def is_short(item: pytest.Item) -> tuple[bool, bool]:
        return item.path.stem not in LASTING_FILES, item.path.parent not in LASTING_FOLDERS

    lasting = sorted((item for item in items if not all(is_short(item))), key=is_short)
    short = iter([item for item in items if all(is_short(item))])
    dealt = []
    for number in range(processes):
        share = (len(items) - len(dealt)) // (processes - number)
        first = lasting[number::processes]
        dealt += [*first, *islice(short, max(0, share - len(first)))]
    return dealt


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = _deal(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _sign_in_unwatched(
    client: Client, user: User, backend: str | None = None, force_login: Any = Client.force_login
) -> None:
    """A test puts somebody into a browser without a password: the watch over passwords has no failures to forget
    then, and its queries would be a good part of most tests. Whoever fills in the login page is watched.

    A browser that was nowhere yet has no session: Django's client would write one to throw it away at once, and then an
    empty one to fill it, which is two thirds of the time of signing in."""
    is_new = settings.SESSION_COOKIE_NAME not in client.cookies
    with ExitStack() as patches:
        patches.enter_context(patch.object(AxesProxyHandler, "user_logged_in", lambda **_event: None))
        if is_new:
            patches.enter_context(patch.object(Client, "session", None))
            patches.enter_context(patch.object(SessionBase, "cycle_key", lambda _session: None))
        force_login(client, user, backend)


Client.force_login = _sign_in_unwatched  # type: ignore[method-assign]

# What every test finds: made by the migrations and by ``sync_roles``, changed by no test that commits.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
# In a new house nobody's items were ever summed up: the migrations note that all are to be.
NOTE_EVERYBODY = "INSERT INTO customers_toucheditems (customer_id) VALUES (0)"


def _empty_tables(_case: TransactionTestCase) -> None:
    """After a test that commits: only what holds rows is emptied. Django's own way empties two hundred tables and makes
    content types and permissions anew, which takes longer than most tests.

    A browser that was closed in the middle of a request leaves the web server's thread at work on the same tables;
    where the two wait for each other, Postgres stops one of them, and this one asks again."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
        full = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in sorted(tables))
        for attempts_left in (2, 1, 0):
            try:
                cursor.execute(full)
                names = {name for (name,) in cursor.fetchall()} | {"customers_toucheditems"}
                cursor.execute(f"TRUNCATE {', '.join(sorted(names))} CASCADE; {NOTE_EVERYBODY}")
            except OperationalError:
                if not attempts_left:
                    raise
            else:
                return


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The last thing before the database of this process is copied: what it is copied from is there."""
    wait_for_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Roles are part of the database that every test starts from."""
    TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]
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
def lists() -> None:
    """Every list and act on many is known, as it is from the first page or job on that asks for one."""
    load_lists()


@pytest.fixture
def north(db: None) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def south(db: None) -> Team:
    return Team.objects.create(name="South")


def _colleague(name: str, role: Role, team: Team | None = None) -> User:
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
def partner(db: None) -> User:
    user = _colleague("Bruno Marchetti", Role.PARTNER)
    user.partner_of = "Adria Seals"
    user.save()
    return user


@pytest.fixture
def shared_customer(partner: User, north: Team) -> Any:
    """A customer of team North that the partner owns."""
    return factories.make_customer(owner=partner, team=north, name="Jadran Pumpe d.o.o.")


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
