"""The addresses of ``complaints``."""

from typing import Any

from tests.permission_table import Row, World, everybody, only, who_sees_north

TAKERS = ("rep", "other_rep", "lead", "guardian", "executive", "admin")
KEEPERS = ("guardian", "admin")


def case(world: World) -> dict[str, Any]:
    return {"pk": world.complaint.pk}


def article(world: World) -> dict[str, Any]:
    return {"pk": world.article.pk}


def keepers(ok: int = 200) -> dict[str, int]:
    """Guardians and admins; team South does not even learn that there is such a case."""
    return only(*KEEPERS, ok=ok, hidden_from=("other_rep",))


def namers(ok: int = 200) -> dict[str, int]:
    return only("lead", "admin", ok=ok, hidden_from=("other_rep",))


def adders(ok: int) -> dict[str, int]:
    return only("rep", "lead", "guardian", "executive", "admin", ok=ok, hidden_from=("other_rep",))


def act(name: str, expect: dict[str, int], **data: Any) -> list[Row]:
    """An act takes a POST and nothing else; asked for by its address alone it is not there."""
    return [
        Row(f"complaints:{name}", expect, case, lambda world: data, method="post"),
        Row(f"complaints:{name}", everybody(405), case),
    ]


ROWS: list[Row] = [
    Row("complaints:complaint-list", everybody()),
    Row("complaints:complaint-list", everybody(), query="?state=closed&who=mine&kind=question&after=nonsense"),
    Row("complaints:complaint-figures", everybody()),
    Row("complaints:complaint-new", only(*TAKERS)),
    Row(
        "complaints:complaint-new",
        only("rep", "lead", "guardian", "executive", "admin", ok=302) | {"other_rep": 422},
        data=lambda world: {"customer": world.customer.pk, "title": "Late again", "severity": 2},
        method="post",
    ),
    Row("complaints:customer-lookup", only(*TAKERS), query="?customer_text=cust"),
    Row("complaints:complaint-detail", who_sees_north(), case),
    Row("complaints:complaint-similar", who_sees_north(), case),
    Row("complaints:complaint-edit", keepers(), case),
    Row("complaints:complaint-edit", keepers(422), case, lambda world: {"title": ""}, method="post"),
    *act("complaint-answer", keepers(302), text="We look into it"),
    *act("complaint-note", adders(302), text="He rang again"),
    *act("complaint-remedy", keepers(302), text="New seals"),
    *act(
        "complaint-goodwill",
        only("admin", ok=302, hidden_from=("other_rep",)) | {"guardian": 422},
        what="Kit",
        amount_cents="5",
    ),
    *act("complaint-attempt", keepers(302), mended=""),
    *act("complaint-close", keepers(422)),
    *act("complaint-reopen", keepers(302), reason="Leaks again"),
    *act("complaint-take", only("guardian", ok=302, hidden_from=("other_rep",)) | {"admin": 422}),
    Row("complaints:complaint-guardian", namers(), case),
    Row(
        "complaints:complaint-guardian",
        namers(422),
        case,
        lambda world: {"guardian": world.rep.pk},
        method="post",
    ),
    Row("complaints:article-list", everybody()),
    Row("complaints:article-detail", everybody(), article),
    Row("complaints:article-edit", only(*KEEPERS), article),
    Row("complaints:article-edit", only(*KEEPERS, ok=422), article, lambda world: {"title": ""}, method="post"),
    Row("complaints:article-new", keepers(), case),
    Row("complaints:article-new", keepers(422), case, lambda world: {"title": "x", "answer": "y"}, method="post"),
]
