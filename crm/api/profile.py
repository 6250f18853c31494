"""What customers told us: the facts of their profiles, each with day, source and how sure it is."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from crm.api.cursors import read_page, write_page
from crm.api.shapes import PROBLEMS, Asked, Listed
from crm.core.permission_check import refuse_unless
from customers.models import ProfileFact

router = Router(tags=["Profile facts"])
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


@router.get("/facts", response={200: FactPage, **PROBLEMS}, url_name="fact-list", operation_id="listFacts")
def list_facts(request: HttpRequest, asked: Query[FactsAsked]) -> dict[str, Any]:
    """Facts of the customers you see, their history included."""
    refuse_unless(request.user, "customers.view_customer")
    rows = ProfileFact.objects.visible_to(request.user).select_related("customer")  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    return write_page(read_page(rows, cursor=asked.cursor, limit=asked.limit), describe_fact)


def describe_fact(fact: ProfileFact) -> dict[str, Any]:
    """A fact as it is answered."""
    told = {name: getattr(fact, name) for name in PLAIN}
    return {"id": fact.pk, "customer": fact.customer.number, "asked_by_id": fact.asked_by_id, **told}  # type: ignore[attr-defined]
