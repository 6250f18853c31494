"""People at customers: listed, read, written, moved; and the ways to reach them and their customers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from crm.api.cursors import write_changes
from crm.api.customer_shapes import describe_point
from crm.api.orders import find_customer
from crm.api.person_shapes import (
    NewPerson,
    NewPoint,
    PersonChange,
    PersonMove,
    PersonPage,
    PersonTold,
    PointChange,
    PointHeld,
)
from crm.api.person_writing import (
    change_person,
    change_point,
    create_person,
    create_point,
    find_same_point,
    move_by_program,
)
from crm.api.problems import Problem
from crm.api.shapes import PROBLEMS, WRITE_PROBLEMS, Asked, ChangedSince
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from customers.models import ContactPoint, Person
from customers.person_keeping import remove_contact_point

router = Router(tags=["People"])
VIEW, CHANGE = "customers.view_customer", "customers.change_customer"
PLAIN = ("name", "job_title", "seniority", "influence", "language", "is_main", "left_on", "changed_at")


class PeopleAsked(Asked, ChangedSince):
    """Whose people."""

    customer: str | None = Field(None, max_length=40, description="Only those at the customer with this number.")


@router.get(
    "/people",
    response={200: PersonPage, **PROBLEMS},
    exclude_unset=True,
    url_name="person-list",
    operation_id="listPeople",
)
def list_people(request: HttpRequest, asked: Query[PeopleAsked]) -> dict[str, Any]:
    """People at the customers you see, those who left as well. With `changed_since` those of whom anything was written
    since, their numbers and addresses included."""
    refuse_unless(request.user, VIEW)
    rows = find_people(request.user)  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    return write_changes(rows, describe_person, asked=asked, by="changed_at")


@router.get("/people/{int:id}", response={200: PersonTold, **PROBLEMS}, url_name="person", operation_id="readPerson")
def read_person(request: HttpRequest, id: int) -> dict[str, Any]:
    """One person."""
    person = get_object_or_404(find_people(request.user), pk=id)  # type: ignore[arg-type]
    refuse_unless(request.user, VIEW)
    return describe_person(person)


@router.post(
    "/people", response={201: PersonTold, **WRITE_PROBLEMS}, url_name="person-list", operation_id="createPerson"
)
def add_person(request: HttpRequest, sent: NewPerson) -> Any:
    """Somebody new at a customer, with the first ways to reach him. Who has the name of somebody there is refused with
    409 and `duplicates`, unless `another` says that he is another one."""
    user: Any = request.user
    customer = find_customer(user, sent.customer)
    refuse_unless(user, CHANGE)
    with _told_when_at_once():
        made = create_person(customer, sent, by=user, at=timezone.now())
    return Status(201, describe_person(find_people(user).get(pk=made.pk)))


@router.patch(
    "/people/{int:id}", response={200: PersonTold, **WRITE_PROBLEMS}, url_name="person", operation_id="changePerson"
)
def edit_person(request: HttpRequest, id: int, sent: PersonChange) -> dict[str, Any]:
    """Change what is sent, leave the rest. With `left_on` his post becomes a task; the same twice changes nothing."""
    user: Any = request.user
    get_object_or_404(find_people(user), pk=id)
    refuse_unless(user, CHANGE)
    with _told_when_at_once():
        held = get_object_or_404(Person.objects.visible_to(user).select_for_update(of=("self",)), pk=id)
        change_person(held, sent, by=user, at=timezone.now())
    return describe_person(find_people(user).get(pk=id))


@router.post(
    "/people/{int:id}/move",
    response={201: PersonTold, **WRITE_PROBLEMS},
    url_name="person-move",
    operation_id="movePerson",
)
def move_person_on(request: HttpRequest, id: int, sent: PersonMove) -> Any:
    """He works for another customer now: both histories stay, his old post becomes a task. His new record is told;
    contact points that are not in `keeps` no longer reach him."""
    user: Any = request.user
    person = get_object_or_404(find_people(user), pk=id)
    refuse_unless(user, CHANGE)
    with _told_when_at_once():
        moved = move_by_program(person, sent, by=user, at=timezone.now())
    return Status(201, describe_person(find_people(user).get(pk=moved.pk)))


@router.post(
    "/contact-points",
    response={200: PointHeld, 201: PointHeld, **WRITE_PROBLEMS},
    url_name="contact-point-list",
    operation_id="createContactPoint",
)
def add_point(request: HttpRequest, sent: NewPoint) -> Any:
    """A number or address of a customer or one of its people. One that is noted there already is told with 200."""
    user: Any = request.user
    customer = find_customer(user, sent.customer)
    refuse_unless(user, CHANGE)
    if (known := find_same_point(customer, sent)) is not None:
        return Status(200, describe_held(known))
    with _told_when_at_once():
        made = create_point(customer, sent, at=timezone.now())
    return Status(201, describe_held(made))


@router.patch(
    "/contact-points/{int:id}",
    response={200: PointHeld, **WRITE_PROBLEMS},
    url_name="contact-point",
    operation_id="changeContactPoint",
)
def edit_point(request: HttpRequest, id: int, sent: PointChange) -> dict[str, Any]:
    """Change what is sent: it works no longer, it reached somebody that day, it is another one's."""
    user: Any = request.user
    get_object_or_404(ContactPoint.objects.visible_to(user), pk=id)
    refuse_unless(user, CHANGE)
    with _told_when_at_once():
        rows = ContactPoint.objects.visible_to(user).select_related("customer").select_for_update(of=("self",))
        return describe_held(change_point(get_object_or_404(rows, pk=id), sent, at=timezone.now()))


@router.delete(
    "/contact-points/{int:id}",
    response={200: PointHeld, **WRITE_PROBLEMS},
    url_name="contact-point",
    operation_id="removeContactPoint",
)
def remove_point(request: HttpRequest, id: int) -> dict[str, Any]:
    """It reaches nobody; what it was is told. The bin keeps it for 30 days."""
    point = get_object_or_404(ContactPoint.objects.visible_to(request.user), pk=id)  # type: ignore[arg-type]
    refuse_unless(request.user, CHANGE)
    told = describe_held(point)
    remove_contact_point(point, at=timezone.now())
    return told


@contextmanager
def _told_when_at_once() -> Iterator[None]:
    """One transaction; two who write the same at the same moment are told with 409."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Problem(409, _("Somebody saved the same at this moment. Please look again.")) from None


def find_people(user: User) -> QuerySet[Any]:
    """People whom ``user`` sees, with what ``describe_person`` needs."""
    points = Prefetch("contact_points", ContactPoint.objects.order_by("pk"), to_attr="own_points")
    before = Prefetch("moved_from", Person.objects.visible_to(user).only("pk"), to_attr="seen_before")
    return Person.objects.visible_to(user).select_related("customer").prefetch_related(points, before)


def describe_person(person: Any) -> dict[str, Any]:
    """A person as he is answered."""
    told = {name: getattr(person, name) for name in PLAIN}
    points = [describe_point(point) for point in person.own_points]
    before = person.seen_before.pk if person.seen_before else None
    return {
        "id": person.pk,
        "customer": person.customer.number,
        **told,
        "moved_from_id": before,
        "contact_points": points,
    }


def describe_held(point: ContactPoint) -> dict[str, Any]:
    """A contact point with whose it is."""
    return {**describe_point(point), "customer": point.customer.number, "person_id": point.person_id}  # type: ignore[attr-defined]
