"""Contacts with customers: listed, read, and logged once by their key."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from crm.api.cursors import write_changes
from crm.api.orders import find_customer
from crm.api.problems import FieldProblem, Problem, refuse_field
from crm.api.shapes import PROBLEMS, WRITE_PROBLEMS, Asked, ChangedSince, Key, Listed, Moment, Sent
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from customers.models import Customer
from interactions.forms import InteractionForm
from interactions.interaction_logging import ContactRefused, log_interaction
from interactions.models import Interaction

router = Router(tags=["Contacts"])
KEYS = UUID("6d0a3c0e-6b67-4f8e-9d0c-1f9a5a0c7b52")
MINUTE = "%Y-%m-%dT%H:%M"
PLAIN = (
    "channel", "direction", "outcome", "note", "minutes", "happened_at", "next_contact_at", "override_reason",
    "person_id", "created_at",
)  # fmt: skip


class InteractionTold(Schema):
    """A call, mail, visit or chat, in the words of who had it."""

    id: int
    customer: str = Field(description="The number of the customer.")
    person_id: int | None
    channel: str = Field(description="`call`, `mail`, `visit` or `chat`.")
    direction: str = Field(description="`out`: we contacted them; `in`: they contacted us.")
    outcome: str = Field(description="`talked`, `not_reached` or `message`.")
    note: str
    minutes: int
    happened_at: datetime
    next_contact_at: datetime | None
    override_reason: str
    logged_by_id: int | None
    logged_by_name: str | None
    created_at: datetime


class InteractionPage(Listed):
    """Contacts by id, or by when they were logged."""

    items: list[InteractionTold]
    next_changed_since: datetime | None = Field(
        None, description="With `changed_since`: what to ask with next time. Keep that of the first page."
    )


class InteractionsAsked(Asked, ChangedSince):
    """Whose contacts."""

    customer: str | None = Field(None, max_length=40, description="Only those with the customer of this number.")


class NewInteraction(Sent):
    """A contact as it is logged."""

    customer: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    channel: str
    direction: str = "out"
    outcome: str = "talked"
    note: str = Field("", max_length=20_000)
    minutes: int | None = Field(None, ge=0, le=1440, description="Not given: what the settings assume.")
    person_id: Key | None = None
    happened_at: Moment | None = Field(None, description="Not given: now. Never in the future.")
    next_contact_at: Moment | None = Field(None, description="Opens a follow-up for you.")
    override_reason: str = Field("", max_length=300, description="Why, where they do not want this channel.")


@router.get(
    "/interactions",
    response={200: InteractionPage, **PROBLEMS},
    exclude_unset=True,
    url_name="interaction-list",
    operation_id="listInteractions",
)
def list_interactions(request: HttpRequest, asked: Query[InteractionsAsked]) -> dict[str, Any]:
    """Contacts with the customers you see. What was logged is never changed: with `changed_since` come the new ones."""
    refuse_unless(request.user, "interactions.view_interaction")
    rows = find_interactions(request.user)  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    return write_changes(rows, describe_interaction, asked=asked, by="created_at")


@router.get(
    "/interactions/{int:id}",
    response={200: InteractionTold, **PROBLEMS},
    url_name="interaction",
    operation_id="readInteraction",
)
def read_interaction(request: HttpRequest, id: int) -> dict[str, Any]:
    """One contact."""
    found = get_object_or_404(find_interactions(request.user), pk=id)  # type: ignore[arg-type]
    refuse_unless(request.user, "interactions.view_interaction")
    return describe_interaction(found)


@router.post(
    "/interactions",
    response={200: InteractionTold, 201: InteractionTold, **WRITE_PROBLEMS},
    url_name="interaction-list",
    operation_id="createInteraction",
)
def create_interaction(
    request: HttpRequest,
    sent: NewInteraction,
    idempotency_key: str = Header(
        ..., alias="Idempotency-Key", min_length=1, max_length=200, description="The same key logs once."
    ),
) -> Any:
    """Log a contact, with everything that follows from it: tasks it answers are closed, the process goes on. The same
    `Idempotency-Key` again is answered with 200 and the contact that was logged first."""
    user: Any = request.user
    customer = find_customer(user, sent.customer)
    refuse_unless(user, "interactions.add_interaction")
    token = uuid5(KEYS, f"{user.pk}:{idempotency_key}")
    known = Interaction.objects.filter(token=token).first()
    if known is None:
        try:
            with transaction.atomic():
                made = _log(customer, sent, token=token, by=user, at=timezone.now())
        except IntegrityError:
            known = Interaction.objects.get(token=token)  # logged at the same moment
    found = known or made
    if found.customer_id != customer.pk or found.channel != sent.channel or found.note != sent.note.strip():
        raise Problem(409, _("This Idempotency-Key was used for another contact."))
    return Status(200 if known else 201, describe_interaction(find_interactions(user).get(pk=found.pk)))


def _log(customer: Customer, sent: NewInteraction, *, token: UUID, by: User, at: datetime) -> Interaction:
    """The contact, judged by the form of the log box. Raises ``Problem`` 409 and 422."""
    values = sent.model_dump(exclude={"customer", "person_id"}, exclude_none=True)
    values["person"] = sent.person_id
    for name in ("happened_at", "next_contact_at"):
        if name in values:
            values[name] = timezone.localtime(values[name]).strftime(MINUTE)
    form = InteractionForm(values, customer=customer, user=by, at=at)
    if not form.is_valid():
        names = {"person": "person_id", "__all__": ""}
        wrong = [FieldProblem(names.get(key, key), str(why)) for key, reasons in form.errors.items() for why in reasons]
        raise Problem(422, _("What was sent cannot be taken."), wrong)
    wanted = {key: value for key, value in form.cleaned_data.items() if key not in {"place", "token"}}
    if sent.happened_at is not None:
        wanted["happened_at"] = min(sent.happened_at, at)  # the form knows no seconds
    try:
        return log_interaction(customer, by=by, at=at, token=token, **wanted).interaction
    except ContactRefused as refusal:
        raise refuse_field("override_reason", str(refusal), status=409) from None


def find_interactions(user: User) -> QuerySet[Any]:
    """Contacts that ``user`` sees, with what ``describe_interaction`` needs."""
    return Interaction.objects.visible_to(user).select_related("customer", "logged_by")


def describe_interaction(row: Any) -> dict[str, Any]:
    """A contact as it is answered."""
    who = {"logged_by_id": row.logged_by_id, "logged_by_name": row.logged_by.name if row.logged_by else None}
    told = {name: getattr(row, name) for name in PLAIN}
    return {"id": row.pk, "customer": row.customer.number, **told, **who}
