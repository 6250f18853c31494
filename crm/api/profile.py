"""What customers told us: the facts of their profiles, each with day, source and how sure it is; noted, withdrawn."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from crm.api.cursors import read_page, write_page
from crm.api.orders import find_customer
from crm.api.problems import refuse_invalid
from crm.api.shapes import PROBLEMS, WRITE_PROBLEMS, Asked, Day, Flag, Key, Listed, Sent
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from customers.fact_noting import note_fact, restore_fact, withdraw_fact
from customers.forms.profile import FactForm
from customers.models import Customer, FactKind, ProfileFact

router = Router(tags=["Profile facts"])
CHANGE = "customers.change_customer"
PLAIN = ("label", "value", "told_on", "source", "person_id", "confidence", "use_in_talk", "valid_until", "withdrawn_on")


class FactTold(Schema):
    """A dated, sourced fact; the newest of a label that holds is the one in force, older ones are its history."""

    id: int
    customer: str = Field(description="The number of the customer.")
    label: str
    value: str
    told_on: date
    source: str
    person_id: int | None = Field(description="Who told it, where that is somebody we know.")
    asked_by_id: int | None
    confidence: str = Field(description="`sure`, `likely` or `guess`.")
    use_in_talk: bool
    valid_until: date | None
    withdrawn_on: date | None


class FactPage(Listed):
    """Facts by id."""

    items: list[FactTold]


class FactsAsked(Asked):
    """Whose facts."""

    customer: str | None = Field(None, max_length=40, description="Only those of the customer with this number.")


class NewFact(Sent):
    """Something a customer told. One noted before stays in the history."""

    customer: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    label: str = Field(
        min_length=1, max_length=80, description="What it is about; the name of a kind of fact makes it one of these."
    )
    value: str = Field(min_length=1, max_length=500, description="As it was said; judged by the kind of fact.")
    told_on: Day | None = Field(None, description="Not given: today. Never in the future.")
    person_id: Key | None = Field(None, description="Who told it, where that is somebody at the customer.")
    source: str = Field("", max_length=150)
    confidence: str = Field("sure", description="`sure`, `likely` or `guess`.")
    use_in_talk: Flag | None = Field(None, description="Not given: as its kind says.")
    valid_until: Day | None = Field(None, description="Not given: as long as its kind says.")


class FactChange(Sent):
    """Whether it still holds."""

    withdrawn: Flag = Field(description="true: it is no longer so; false: it holds after all.")


@router.get("/facts", response={200: FactPage, **PROBLEMS}, url_name="fact-list", operation_id="listFacts")
def list_facts(request: HttpRequest, asked: Query[FactsAsked]) -> dict[str, Any]:
    """Facts of the customers you see, their history included."""
    refuse_unless(request.user, "customers.view_customer")
    rows = ProfileFact.objects.visible_to(request.user).select_related("customer")  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    return write_page(read_page(rows, cursor=asked.cursor, limit=asked.limit), describe_fact)


@router.post(
    "/facts", response={200: FactTold, 201: FactTold, **WRITE_PROBLEMS}, url_name="fact-list", operation_id="createFact"
)
def add_fact(request: HttpRequest, sent: NewFact) -> Any:
    """Note what a customer told; it answers what was not known. The same told on the same day is noted once: again it
    is told with 200."""
    user: Any = request.user
    customer = find_customer(user, sent.customer)
    refuse_unless(user, CHANGE)
    fact, is_new = _note(customer, sent, by=user, at=timezone.now())
    return Status(201 if is_new else 200, describe_fact(fact))


@router.patch("/facts/{int:id}", response={200: FactTold, **WRITE_PROBLEMS}, url_name="fact", operation_id="changeFact")
def change_fact(request: HttpRequest, id: int, sent: FactChange) -> dict[str, Any]:
    """A fact is never rewritten: note a newer one, or say here that it is no longer so."""
    rows = ProfileFact.objects.visible_to(request.user).select_related("customer")  # type: ignore[arg-type]
    fact = get_object_or_404(rows, pk=id)
    refuse_unless(request.user, CHANGE)
    if sent.withdrawn and fact.withdrawn_on is None:
        withdraw_fact(fact, on=company_day(timezone.now()))
    elif not sent.withdrawn and fact.withdrawn_on is not None:
        restore_fact(fact)
    return describe_fact(fact)


def _note(customer: Customer, sent: NewFact, *, by: User, at: datetime) -> tuple[ProfileFact, bool]:
    """The fact, judged by the form of the browser, and whether it is new. Raises ``Problem`` 422."""
    today = company_day(at)
    kind = FactKind.objects.filter(is_active=True, name__iexact=" ".join(sent.label.split())).first()
    values = sent.model_dump(exclude={"customer", "person_id"}) | {
        "kind": kind.pk if kind else "",
        "person": sent.person_id,
        "told_on": sent.told_on or today,
        "use_in_talk": {True: "1", False: "0", None: ""}[sent.use_in_talk],
    }
    form = FactForm(values, instance=ProfileFact(customer=customer), on=today)
    refuse_invalid(form, names={"kind": "label"})
    wanted = dict(form.cleaned_data)
    told_on = wanted.pop("told_on")
    same = ProfileFact.objects.filter(
        customer=customer, label=kind.name if kind else wanted["label"], value=wanted["value"], told_on=told_on
    )
    if (known := same.filter(withdrawn_on=None).select_related("customer").first()) is not None:
        return known, False
    return note_fact(customer, on=told_on, by=by, **wanted), True


def describe_fact(fact: ProfileFact) -> dict[str, Any]:
    """A fact as it is answered."""
    told = {name: getattr(fact, name) for name in PLAIN}
    return {"id": fact.pk, "customer": fact.customer.number, "asked_by_id": fact.asked_by_id, **told}  # type: ignore[attr-defined]
