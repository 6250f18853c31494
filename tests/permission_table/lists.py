"""The addresses of lists: views, columns, filters, acts on many rows, files, cells. Part of ``home``."""

from datetime import UTC, datetime
from typing import Any

from crm.core.models import BulkAct, JobRun, SavedView
from tests.permission_table import Row, World, everybody, only

LEADERS = only("lead", "admin")
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def saved_view(world: World) -> SavedView:
    """Ana's own; nobody else sees it."""
    if not hasattr(world, "saved_view"):
        world.saved_view = SavedView.objects.create(list_name="customers", name="Mine", owner=world.rep)
    return world.saved_view


def act(world: World) -> BulkAct:
    """What the manager did to nobody, an hour ago."""
    if not hasattr(world, "act"):
        world.act = BulkAct.objects.create(
            list_name="customers", action="archive", words="archived", by=world.lead, asked_at=DAY
        )
    return world.act


def export(world: World) -> JobRun:
    """A file the manager asked for, long gone."""
    if not hasattr(world, "export"):
        said = {"list": "customers", "query": "", "columns": [], "kind": "csv"}
        world.export = JobRun.objects.create(
            kind="list-export", key="1", due_at=DAY, finished_at=DAY, state="done", params=said, requested_by=world.lead
        )
    return world.export


def hers(ok: int = 200) -> dict[str, int]:
    """Ana's alone: 404 for the others."""
    return only("rep", ok=ok, others=404)


def of_lead(ok: int = 200, *, admin: int = 404) -> dict[str, int]:
    return only("lead", ok=ok, others=404) | {"admin": admin}


def customers(world: World) -> dict[str, Any]:
    return {"name": "customers"}


def view_pk(world: World) -> dict[str, Any]:
    return {"pk": saved_view(world).pk}


def act_pk(world: World) -> dict[str, Any]:
    return {"pk": act(world).pk}


def export_pk(world: World) -> dict[str, Any]:
    return {"pk": export(world).pk}


def city(world: World) -> dict[str, Any]:
    return {"name": "customers", "pk": world.customer.pk, "column": "city"}


WHO_CHANGES = only("rep", "lead", "admin", hidden_from=("other_rep",))
LIST_ROWS: list[Row] = [
    Row("home:person-list", everybody(), query="?unreachable=1&owner=me"),
    Row("home:order-list", everybody(), query="?since=2026-02-31&customer=x&sort=number"),
    Row("home:task-list", everybody(), query="?state=done"),
    Row("home:complaint-table", everybody(), query="?state=open&severity=2"),
    Row("home:customer-list", everybody(), query="?view=99999999999999999999&columns=fax,m.nonsense,name&after=x"),
    Row("home:view-list", everybody(), customers),
    Row("home:view-list", everybody(ok=404), lambda world: {"name": "nonsense"}),
    Row("home:view-new", everybody(), customers, query="?q=x"),
    Row(
        "home:view-new", everybody(302), customers, lambda world: {"name": "New", "audience": "private"}, method="post"
    ),
    Row("home:view-edit", hers(), view_pk),
    Row("home:view-edit", hers(302), view_pk, lambda world: {"name": "Other", "audience": "team"}, method="post"),
    Row("home:view-refresh", hers(302), view_pk, method="post"),
    Row("home:view-copy", hers(302), view_pk, method="post"),
    Row("home:view-remove", hers(302), view_pk, method="post"),
    Row("home:view-restore", hers(302), view_pk, method="post"),
    Row("home:list-columns", everybody(), customers),
    Row("home:list-columns", everybody(302), customers, lambda world: {"column": ["name", "city"]}, method="post"),
    Row("home:list-filter", everybody(), customers, query="?rule={broken&owner=me"),
    Row("home:list-filter", everybody(), customers, lambda world: {"act": "add-0"}, method="post"),
    Row("home:list-count", everybody(), customers, query="?owner=me"),
    Row("home:list-export", LEADERS, customers),
    Row(
        "home:list-export",
        only("lead", "admin", ok=302),
        customers,
        lambda world: {"sure": "1", "kind": "csv"},
        method="post",
    ),
    Row("home:export-work", of_lead(), export_pk),
    Row("home:export-file", everybody(ok=404), export_pk),
    Row("home:export-stop", of_lead(302), export_pk, method="post"),
    Row("home:list-act", everybody(ok=404), customers, lambda world: {"action": "nonsense"}, method="post"),
    Row(
        "home:list-act",
        only("lead", "admin", ok=302),
        customers,
        lambda world: {"action": "archive", "row": [world.customer.pk]},
        method="post",
    ),
    Row("home:list-act", LEADERS, customers, lambda world: {"action": "owner", "all": "1"}, method="post"),
    Row("home:list-work", of_lead(admin=200), act_pk),
    Row("home:list-undo", of_lead(302, admin=302), act_pk, method="post"),
    Row("home:list-stop", of_lead(302, admin=302), act_pk, method="post"),
    Row("home:list-cell", WHO_CHANGES, city),
    Row(
        "home:list-cell",
        WHO_CHANGES | dict.fromkeys(("rep", "lead", "admin"), 302),
        city,
        lambda world: {"was": "", "city": "Oslo"},
        method="post",
    ),
]
