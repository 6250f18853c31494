"""People at customers, with the ways to reach them."""

from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from crm.api.cursors import read_page, write_page
from crm.api.customer_shapes import PointTold, describe_point
from crm.api.shapes import PROBLEMS, Asked, Listed
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from customers.models import ContactPoint, Person

router = Router(tags=["People"])
VIEW = "customers.view_customer"
PLAIN = ("name", "job_title", "seniority", "influence", "language", "is_main", "left_on", "changed_at")


class PersonTold(Schema):
    """Somebody at a customer. Who moved has a record at each customer; the old one keeps the day he left."""

    id: int
    customer: str = Field(description="The number of the customer.")
    name: str
    job_title: str
    seniority: str = Field(description="`owner`, `head`, `specialist`, `assistant` or empty.")
    influence: str = Field(description="`decides`, `influences`, `uses`, `pays` or empty.")
    language: str
    is_main: bool
    left_on: date | None
    changed_at: datetime
    contact_points: list[PointTold]


class PersonPage(Listed):
    """People by id."""

    items: list[PersonTold]


class PeopleAsked(Asked):
    """Whose people."""

    customer: str | None = Field(None, max_length=40, description="Only those at the customer with this number.")


@router.get("/people", response={200: PersonPage, **PROBLEMS}, url_name="person-list", operation_id="listPeople")
def list_people(request: HttpRequest, asked: Query[PeopleAsked]) -> dict[str, Any]:
    """People at the customers you see, those who left as well."""
    refuse_unless(request.user, VIEW)
    rows = find_people(request.user)  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    return write_page(read_page(rows, cursor=asked.cursor, limit=asked.limit), describe_person)


@router.get("/people/{int:id}", response={200: PersonTold, **PROBLEMS}, url_name="person", operation_id="readPerson")
def read_person(request: HttpRequest, id: int) -> dict[str, Any]:
    """One person."""
    person = get_object_or_404(find_people(request.user), pk=id)  # type: ignore[arg-type]
    refuse_unless(request.user, VIEW)
    return describe_person(person)


def find_people(user: User) -> QuerySet[Any]:
    """People whom ``user`` sees, with what ``describe_person`` needs."""
    points = Prefetch("contact_points", ContactPoint.objects.order_by("pk"), to_attr="own_points")
    return Person.objects.visible_to(user).select_related("customer").prefetch_related(points)


def describe_person(person: Any) -> dict[str, Any]:
    """A person as he is answered."""
    told = {name: getattr(person, name) for name in PLAIN}
    points = [describe_point(point) for point in person.own_points]
    return {"id": person.pk, "customer": person.customer.number, **told, "contact_points": points}
