"""The addresses of the programming interface. They take tokens, so a stranger gets 401 and never a login page."""

from dataclasses import replace
from uuid import uuid4

from customers.models import ContactPoint, ProfileFact
from interactions.models import Interaction
from tests.permission_table import Row, World, everybody, only, who_sees_north


def _number(world: World) -> dict[str, str]:
    return {"number": world.customer.number}


def _contact(world: World) -> dict[str, int]:
    found = Interaction.objects.filter(customer=world.customer).first()
    if found is None:
        at = world.complaint.taken_at
        found = Interaction.objects.create(customer=world.customer, channel="call", happened_at=at)
    return {"id": found.pk}


def _point(world: World) -> ContactPoint:
    value = f"{uuid4().hex}@example.com"
    return ContactPoint.objects.create(customer=world.customer, kind="email", value=value, value_normal=value)


def _fact(world: World) -> ProfileFact:
    told_on = world.complaint.taken_at.date()
    return ProfileFact.objects.create(customer=world.customer, label="Machines", value="12", told_on=told_on)


def _new_order(world: World) -> dict[str, object]:
    return {"number": f"N/{uuid4()}", "customer": world.customer.number, "day": "2026-03-02", "amount_cents": 1200}


def _new_contact(world: World) -> dict[str, object]:
    return {"customer": world.customer.number, "channel": "call", "note": "Asked for seals"}


def _new_web_event(world: World) -> dict[str, object]:
    return {"events": [{"id": str(uuid4()), "kind": "viewed", "customer": world.customer.number, "words": "Seal"}]}


def _takes_token(row: Row) -> Row:
    """A stranger is told to show a token."""
    return replace(row, expect={**row.expect, "anonymous": 401})


SELLERS = ("rep", "lead", "admin")
ROWS: list[Row] = [
    _takes_token(row)
    for row in (
        Row("api:api-root", dict.fromkeys(everybody(), 404) | {"partner": 403}),
        Row("api:me", everybody()),
        Row("api:colleague-list", everybody()),
        Row("api:customer-list", everybody()),
        Row("api:customer-list", everybody(422), query="?nonsense=1"),
        Row(
            "api:customer-list",
            only(*SELLERS, "other_rep", ok=201),
            method="post",
            data=lambda world: {"name": "Quite Another Company"},
        ),
        Row("api:customer-list", everybody(405), method="delete"),
        Row("api:customer", who_sees_north(), _number),
        Row(
            "api:customer",
            only(*SELLERS, hidden_from=("other_rep",)),
            _number,
            method="patch",
            data=lambda world: {"city": "Bergen"},
        ),
        Row("api:own-field-list", everybody()),
        Row("api:person-list", everybody()),
        Row("api:person", who_sees_north(), lambda world: {"id": world.person.pk}),
        Row(
            "api:person-list",
            only(*SELLERS, ok=201, hidden_from=("other_rep",)),
            method="post",
            data=lambda world: {"customer": world.customer.number, "name": f"Nora {uuid4().hex}"},
        ),
        Row(
            "api:person",
            only(*SELLERS, hidden_from=("other_rep",)),
            lambda world: {"id": world.person.pk},
            method="patch",
            data=lambda world: {"job_title": "Buyer"},
        ),
        Row(
            "api:person-move",
            only(*SELLERS, ok=409, hidden_from=("other_rep",)),
            lambda world: {"id": world.person.pk},
            method="post",
            data=lambda world: {"to": world.customer.number},
        ),
        Row(
            "api:contact-point-list",
            only(*SELLERS, ok=201, hidden_from=("other_rep",)),
            method="post",
            data=lambda world: {
                "customer": world.customer.number,
                "kind": "email",
                "value": f"{uuid4().hex}@example.com",
            },
        ),
        Row(
            "api:contact-point",
            only(*SELLERS, hidden_from=("other_rep",)),
            lambda world: {"id": _point(world).pk},
            method="patch",
            data=lambda world: {"is_valid": False},
        ),
        Row(
            "api:contact-point",
            only(*SELLERS, hidden_from=("other_rep",)),
            lambda world: {"id": _point(world).pk},
            method="delete",
        ),
        Row("api:fact-list", everybody()),
        Row(
            "api:fact-list",
            only(*SELLERS, ok=201, hidden_from=("other_rep",)),
            method="post",
            data=lambda world: {"customer": world.customer.number, "label": "Machines", "value": uuid4().hex},
        ),
        Row(
            "api:fact",
            only(*SELLERS, hidden_from=("other_rep",)),
            lambda world: {"id": _fact(world).pk},
            method="patch",
            data=lambda world: {"withdrawn": True},
        ),
        Row("api:order-list", everybody()),
        Row("api:order-list", only(*SELLERS, ok=201, hidden_from=("other_rep",)), method="post", data=_new_order),
        Row("api:order", who_sees_north(), lambda world: {"number": world.order.number}),
        Row("api:interaction-list", everybody()),
        Row(
            "api:interaction-list",
            only(*SELLERS, "guardian", "executive", ok=201, hidden_from=("other_rep",)),
            method="post",
            data=_new_contact,
        ),
        Row("api:interaction", who_sees_north(), _contact),
        Row(
            "api:web-event-list",
            only(*SELLERS, "guardian", "executive", "other_rep"),  # whom he does not see is unknown to him
            method="post",
            data=_new_web_event,
        ),
        Row("api:segment-list", everybody()),
        Row("api:score", who_sees_north(), _number),
    )
]
