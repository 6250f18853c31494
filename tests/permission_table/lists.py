"""The addresses of lists: views, columns, filters, acts on many rows, files, cells. Part of ``home``."""

from datetime import UTC, datetime
from typing import Any

from crm.core.models import BulkAct, JobRun, SavedView
from interactions.audience_keeping import add_members
from interactions.models import Audience
from tests.permission_table import Row, World, everybody, only, who_sees_north

AUDIENCE = 4711
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


def audience(world: World) -> Audience:
    """Ana's, for a fair, with her customer in it."""
    if not hasattr(world, "audience"):
        said = {"purpose": "Invite", "channel": "mail", "made_from": "Customers", "made_list": "customers"}
        world.audience = Audience.objects.create(
            pk=AUDIENCE, name="Fair", owner=world.rep, team=world.rep.team, made_at=DAY, **said
        )
        add_members(world.audience, [world.customer.pk], by=world.rep, at=DAY)
    return world.audience


def audience_pk(world: World) -> dict[str, Any]:
    return {"pk": audience(world).pk}


def no_key(world: World) -> dict[str, Any]:
    """The address names the audience behind the question mark."""
    audience(world)
    return {}


def member(world: World) -> dict[str, Any]:
    """Her customer is taken out; whoever sees none of his is told to select rows he sees."""
    return {"action": "remove", "row": [audience(world).members.values_list("pk", flat=True).first() or 1]}


WHO_CHANGES = only("rep", "lead", "admin", hidden_from=("other_rep",))
WHO_KEEPS = only("rep", "lead", "admin", hidden_from=("other_rep",))
LIST_ROWS: list[Row] = [
    Row("home:person-list", everybody(), query="?unreachable=1&owner=me"),
    Row("home:order-list", everybody(), query="?since=2026-02-31&customer=x&sort=number"),
    Row("home:task-list", everybody(), query="?state=done"),
    Row("home:heard-list", everybody(), query="?answer=waiting&met=unknown&since=2026-02-31&need=x"),
    Row("home:run-list", everybody(), query="?flow=propose&state=lost&because=price&since=2026-02-31&segment=x"),
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
    Row("home:prospect-list", everybody(), query="?nobody=1&sure=low&q=x&sort=spend"),
    Row("home:audience-list", everybody(), query="?owner=me&channel=mail&archived=1"),
    Row("home:audience-member-list", everybody(ok=404)),
    Row("home:audience-member-list", who_sees_north(), no_key, query=f"?audience={AUDIENCE}&sort=-customer"),
    Row("home:audience-member-list", everybody(ok=404), query="?audience=99999999999999999999"),
    Row("home:audience-edit", WHO_KEEPS, audience_pk),
    Row(
        "home:audience-edit",
        WHO_KEEPS | dict.fromkeys(("rep", "lead", "admin"), 302),
        audience_pk,
        lambda world: {"name": "Fair", "purpose": "Invite all", "channel": "call"},
        method="post",
    ),
    Row("home:audience-archive", WHO_KEEPS | dict.fromkeys(("rep", "lead", "admin"), 302), audience_pk, method="post"),
    Row("home:audience-reopen", WHO_KEEPS | dict.fromkeys(("rep", "lead", "admin"), 302), audience_pk, method="post"),
    Row(
        "home:list-act",
        only("rep", "other_rep", "lead", "admin", ok=302),
        lambda world: {"name": "audience-members"},
        member,
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
