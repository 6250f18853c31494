"""The addresses of ``core``."""

from datetime import timedelta

import pghistory
from django.utils import timezone

from crm.core.access_token_issuing import issue_token
from crm.core.models import User
from customers.models import ContactPoint
from tests.permission_table import ROLES, Row, World, everybody, only


def _viewer(world: World) -> dict[str, int]:
    return {"pk": world.viewer.pk}


def _invited(world: World) -> dict[str, int]:
    kenji = User.objects.filter(email="kenji@rapport.test").first()
    return {"pk": (kenji or User.objects.create_user("kenji@rapport.test", name="Kenji Sato")).pk}


def _absence(world: World) -> dict[str, int]:
    return {"pk": world.absence.pk}


def _team(world: World) -> dict[str, int]:
    return {"pk": world.rep.team.pk}


def _removed(world: World) -> dict[str, object]:
    """A phone number of Ana's customer, which she removed."""
    if not hasattr(world, "removed_point"):
        point = ContactPoint.objects.create(customer=world.customer, kind="phone", value="1", value_normal="1")
        world.removed_point = point.pk
        with pghistory.context(user=world.rep.pk):
            point.delete()
    return {"kind": "contactpoint", "pk": world.removed_point}


ALL_ALIKE = dict.fromkeys(ROLES, 403)

ROWS: list[Row] = [
    Row(
        "core:history",
        only("rep", "lead", "guardian", "admin", hidden_from=("other_rep",)),
        lambda world: {"kind": "customer", "pk": world.customer.pk},
    ),
    Row("core:preferences", everybody(302), method="post", data=lambda world: {"changed": "theme", "theme": "dark"}),
    Row("core:first-run", dict.fromkeys(ROLES, 302)),
    Row("core:first-run", dict.fromkeys(ROLES, 302), method="post", data=lambda world: {"name": "Late Comer"}),
    Row("core:account", everybody()),
    Row("core:account", everybody(422), method="post", data=lambda world: {"name": ""}),
    Row("core:demo-sign-in", ALL_ALIKE, method="post", data=lambda world: {"email": "rep@rapport.example"}),
    Row("core:user-list", only("admin")),
    Row("core:user-new", only("admin")),
    Row("core:user-new", only("admin", ok=422), method="post"),
    Row("core:user-edit", only("admin"), _viewer),
    Row("core:user-edit", only("admin", ok=422), _viewer, method="post"),
    Row("core:user-invite-again", only("admin", ok=302), _invited, method="post"),
    Row("core:user-deactivate", only("admin", ok=302), _viewer, method="post"),
    Row("core:user-reactivate", only("admin", ok=302), _viewer, method="post"),
    Row("core:recent-changes", only("rep", "other_rep", "lead", "guardian", "admin")),
    Row(
        "core:recent-changes",
        only("rep", "other_rep", "lead", "guardian", "admin"),
        query="?person=x&kind=nonsense&since=2026-13-99&until=0&after=1_2",
    ),
    Row("core:absence-list", everybody()),
    Row("core:absence-new", everybody()),
    Row("core:absence-new", everybody(422), method="post"),
    Row("core:absence-edit", only("rep", "lead", "admin"), _absence),
    Row("core:absence-edit", only("rep", "lead", "admin", ok=422), _absence, method="post"),
    Row("core:absence-delete", only("rep", "lead", "admin"), _absence),
    Row("core:absence-delete", only("rep", "lead", "admin", ok=302), _absence, method="post"),
    Row("core:team-list", only("admin")),
    Row("core:team-new", only("admin")),
    Row("core:team-new", only("admin", ok=422), method="post"),
    Row("core:team-edit", only("admin"), _team),
    Row("core:team-edit", only("admin", ok=422), _team, method="post"),
    Row("core:team-remove", only("admin"), _team),
    Row("core:team-remove", only("admin", ok=422), _team, method="post"),
    Row("core:setting-list", only("admin")),
    Row(
        "core:setting-edit",
        only("admin", ok=302),
        lambda world: {"key": "fall.warning"},
        data=lambda world: {"value": "45"},
        method="post",
    ),
]

ROWS += [
    Row("core:bin", only("rep", "other_rep", "lead", "admin")),
    Row("core:bring-back", only("rep", "lead", "admin", ok=302, hidden_from=("other_rep",)), _removed, method="post"),
]


def _token(world: World) -> dict[str, int]:
    """A token of Ana's."""
    if not hasattr(world, "token"):
        now = timezone.now()
        expires = now + timedelta(days=30)
        world.token, _secret = issue_token(world.rep, name="Shop", may_write=False, expires_at=expires, at=now)
    return {"pk": world.token.pk}


HERS = only("rep", "admin", hidden_from=("other_rep", "viewer", "lead", "guardian", "executive"))
ROWS += [
    Row("core:token-list", everybody()),
    Row("core:token-list", everybody(422), method="post"),
    Row("core:token-of-all", only("admin")),
    Row("core:token-detail", HERS, _token),
    Row("core:token-revoke", {**HERS, "rep": 302, "admin": 302}, _token, method="post"),
]
