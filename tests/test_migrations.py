"""Every migration can be taken back to an empty schema, and brings the same tables again."""

import gc
import re
from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from crm.core.management.commands.migrate import swappable_models_asked_for_once
from tests.embedded_test_servers import wait_for_template

NAME = "test_taken_back"
# From the top of the house down: an app's tables go before those they point to.
OURS = ("complaints", "interactions", "segments", "customers", "core")
OURS_BEGIN = tuple(f"{label}_" for label in OURS)
SCHEMA = """
SELECT 'column', table_name, column_name, data_type || coalesce(column_default, '') || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, '' FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', p.proname, '', '' FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""

_CASTS = re.compile(r"::(?:character varying|[a-z]+)(?:\[\])?|[() ]")


@pytest.fixture
def migrated(django_db_blocker: pytest.FixtureRequest) -> Iterator[BaseDatabaseWrapper]:
    """A database of its own, as the migrations leave it; gone afterwards. It is the only one there is meanwhile: what
    a migration writes of data goes nowhere else."""
    wait_for_template()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        shared = connections[DEFAULT_DB_ALIAS]
        template = shared.settings_dict["TEST"].get("TEMPLATE")
        with shared._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}"')
            cursor.execute(f'CREATE DATABASE "{NAME}" TEMPLATE "{template or "template1"}"')
        own = shared.copy()
        own.settings_dict = {**shared.settings_dict, "NAME": NAME}
        connections[DEFAULT_DB_ALIAS] = own
        try:
            if not template:  # the tests run on a server of somebody else
                executor = MigrationExecutor(own)
                executor.migrate(executor.loader.graph.leaf_nodes())
            yield own
        finally:
            own.close()
            connections[DEFAULT_DB_ALIAS] = shared
            with shared._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def _read_schema(own: BaseDatabaseWrapper) -> set[tuple[str, ...]]:
    with own.cursor() as cursor:
        cursor.execute(SCHEMA)
        # A schema that was dumped and restored writes its casts and brackets in another way.
        return {(*row[:3], _CASTS.sub("", row[3])) for row in cursor.fetchall()}


def _mutate_unrendered(self: Migration, project_state: ProjectState, preserve: bool = True) -> ProjectState:
    """As Django's, but the models of the state before are made when they are asked for. Django makes those of each
    state and then changes them operation by operation: twenty thousand classes, of which most are never looked at."""
    state = project_state.clone() if preserve else project_state
    state.__dict__.pop("apps", None)
    for operation in self.operations:
        operation.state_forwards(self.app_label, state)
    return state


def _migrate(executor: MigrationExecutor, targets: list[tuple[str, str | None]]) -> None:
    """Garbage is looked for at the end alone: there are a few hundred megabytes of it, and looking for them again and
    again takes a quarter of the time."""
    gc.disable()
    try:
        with swappable_models_asked_for_once():
            executor.migrate(targets)
    finally:
        gc.enable()
        gc.collect()


def test_all_migrations_run_backward_to_an_empty_schema_and_forward_again(migrated, monkeypatch):
    monkeypatch.setattr(Migration, "mutate_state", _mutate_unrendered)
    before = _read_schema(migrated)
    assert any(row[0] == "trigger" for row in before)
    executor = MigrationExecutor(migrated)
    _migrate(executor, [(label, None) for label in OURS])
    left = {name for name in migrated.introspection.table_names(include_views=True) if name.startswith(OURS_BEGIN)}
    assert left == set()
    executor = MigrationExecutor(migrated)
    _migrate(executor, executor.loader.graph.leaf_nodes())
    after = _read_schema(migrated)
    assert (before - after, after - before) == (set(), set())
