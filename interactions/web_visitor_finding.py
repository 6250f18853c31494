"""Who it was on the web: exactly one customer, and somebody there where we know him. Nothing is guessed.

A hundred visitors are found in the same five queries as one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.models import ContactPoint, Customer, Person
from customers.rules.contact_point_reading import normalise_phone

Point = tuple[str, str]  # kind, value as it is compared


@dataclass(frozen=True)
class NamedVisitor:
    """By what a program names him: at least one. With a customer's number the others only say who it was there."""

    customer: str = ""
    person_id: int | None = None
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class FoundVisitor:
    """``customer_id`` is None when it is nobody, or not clear who; ``problem`` says so in words."""

    customer_id: int | None = None
    person_id: int | None = None
    problem: str = ""


@dataclass
class _Known:
    """What was found of everything that is named."""

    numbers: dict[str, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    anywhere: dict[Point, tuple[int | None, int | None]] = field(default_factory=dict)
    at_customer: dict[tuple[int, Point], int | None] = field(default_factory=dict)


def find_visitors(named: Sequence[NamedVisitor], *, user: User) -> list[FoundVisitor]:
    """Each of ``named`` among the customers that ``user`` sees; who was merged is the one he went into."""
    known = _Known(_find_numbers(named), _find_people(named))
    points = {point for one in named for point in _read_points(one)}
    known.anywhere = _find_anywhere(points, user=user)
    known.at_customer = _find_at_customers(points, known.numbers.values())
    found = [_find(one, known) for one in named]
    ids = {one.customer_id for one in found if one.customer_id is not None}
    seen = set(Customer.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    unknown = FoundVisitor(problem=_("Nobody whom you may see is known by this."))
    return [_tell(one, unknown=unknown, seen=seen) for one in found]


def _tell(found: FoundVisitor, *, unknown: FoundVisitor, seen: set[int]) -> FoundVisitor:
    """What is wrong at a customer whom the reader does not see would tell him that there is one."""
    if found.customer_id is None:
        return found if found.problem else unknown
    if found.customer_id not in seen:
        return unknown
    return FoundVisitor(problem=found.problem) if found.problem else found


def _find(named: NamedVisitor, known: _Known) -> FoundVisitor:
    if named.customer:
        return _find_at(known.numbers.get(named.customer), named, known)
    if named.person_id in known.people:
        return FoundVisitor(known.people[named.person_id], named.person_id)
    several = False
    for point in _read_points(named):
        if point in known.anywhere:
            customer_id, person_id = known.anywhere[point]
            if customer_id is not None:
                return FoundVisitor(customer_id, person_id)
            several = True
    return FoundVisitor(problem=_("Several customers are known by this.") if several else "")


def _find_at(customer_id: int | None, named: NamedVisitor, known: _Known) -> FoundVisitor:
    """The customer is said; whoever of his people it was. Nobody we know there: it was somebody there."""
    if customer_id is None:
        return FoundVisitor()
    if named.person_id is not None:
        if known.people.get(named.person_id) != customer_id:
            return FoundVisitor(customer_id, problem=_("This person is not with that customer."))
        return FoundVisitor(customer_id, named.person_id)
    people = (known.at_customer.get((customer_id, point)) for point in _read_points(named))
    return FoundVisitor(customer_id, next((person for person in people if person is not None), None))


def _read_points(named: NamedVisitor) -> list[Point]:
    points = [("email", named.email.strip().lower())] if named.email else []
    if named.phone:
        points.append(("phone", normalise_phone(named.phone, country=setting("company.country"))))
    return [point for point in points if point[1]]


def _find_numbers(named: Sequence[NamedVisitor]) -> dict[str, int]:
    numbers = {one.customer for one in named if one.customer}
    rows = Customer.objects.filter(number__in=numbers).values_list("number", "pk", "merged_into")
    return {number: kept or pk for number, pk, kept in rows} if numbers else {}


def _find_people(named: Sequence[NamedVisitor]) -> dict[int, int]:
    """The customer of each person who has not left there."""
    ids = {one.person_id for one in named if one.person_id is not None}
    return dict(Person.objects.current().filter(pk__in=ids).values_list("pk", "customer")) if ids else {}


def _list_points(points: Iterable[Point]) -> QuerySet[Any]:
    """Addresses and numbers that work, of customers and people who are still there."""
    is_one = Q()
    for kind in ("email", "phone"):
        is_one |= Q(kind=kind, value_normal__in=[value for of_kind, value in points if of_kind == kind])
    still_there = Q(person=None) | Q(person__left_on=None)
    return ContactPoint.objects.filter(is_one, still_there, is_valid=True, customer__archived_at=None).order_by()


def _find_anywhere(points: set[Point], *, user: User) -> dict[Point, tuple[int | None, int | None]]:
    """Customer and person of each; None where it leads to several."""
    if not points:
        return {}
    rows = _list_points(points).visible_to(user).values_list("kind", "value_normal")  # type: ignore[attr-defined]
    ends = rows.annotate(Min("customer"), Max("customer"), Min("person"), Max("person"))
    return {
        (kind, value): (first if first == last else None, person if person == other else None)
        for kind, value, first, last, person, other in ends
    }


def _find_at_customers(points: set[Point], customer_ids: Iterable[int]) -> dict[tuple[int, Point], int | None]:
    """The person of each address and number at the customers whose number was said."""
    ids = set(customer_ids)
    if not points or not ids:
        return {}
    rows = _list_points(points).filter(customer__in=ids).values_list("customer", "kind", "value_normal")
    ends = rows.annotate(Min("person"), Max("person"))
    return {
        (customer_id, (kind, value)): person if person == other else None
        for customer_id, kind, value, person, other in ends
    }
