"""What a program sends of people and contact points, as the forms of the browser judge it and their verbs write it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.api.orders import find_customer
from crm.api.person_shapes import NewPerson, NewPoint, PersonChange, PersonMove, PointChange
from crm.api.problems import FieldProblem, Problem, refuse_field, refuse_invalid
from crm.core.local_time import company_day
from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.forms.contact_point import ContactPointForm, PersonForm, read_or_refuse
from customers.forms.moving import MovePersonForm
from customers.models import ContactPoint, Customer, Person
from customers.person_keeping import keep_contact_point, keep_person
from customers.person_moving import MoveRefused, move_person

POINT_FIELDS = ("kind", "value", "person_id", "is_valid", "proven_on")


def create_person(customer: Customer, sent: NewPerson, *, by: User, at: datetime) -> Person:
    """A new person with his first numbers and addresses. Raises ``Problem`` 409 for a name that is here, and 422."""
    if not sent.another:
        _refuse_namesake(customer, sent.name)
    words = sent.model_dump(exclude={"customer", "contact_points", "another"})
    form = PersonForm(words, instance=Person(customer=customer))
    refuse_invalid(form)
    person = keep_person(form, by=by, at=at)
    for place, point in enumerate(sent.contact_points):
        values = {**point.model_dump(), "person": person.pk, "is_valid": True}
        made = ContactPointForm(values, instance=ContactPoint(customer=customer))
        refuse_invalid(made, prefix=f"contact_points.{place}.")
        keep_contact_point(made, at=at)
    return person


def _refuse_namesake(customer: Customer, name: str) -> None:
    known = Person.objects.current().filter(customer=customer, name_folded=fold_text(name)).first()
    if known is not None:
        text = _("Somebody of this name is here already. Change that one, or say `another`.")
        raise Problem(409, text, [FieldProblem("name", text)], further={"duplicates": [{"id": known.pk}]})


def change_person(person: Person, sent: PersonChange, *, by: User, at: datetime) -> Person:
    """``person`` with what was sent; unchanged where that is what he says already. Raises ``Problem`` 422."""
    words = {name: getattr(person, name) for name in PersonForm.base_fields} | sent.model_dump(exclude_unset=True)
    form = PersonForm({name: "" if value is None else value for name, value in words.items()}, instance=person)
    refuse_invalid(form)
    return keep_person(form, by=by, at=at) if form.has_changed() else person


def move_by_program(person: Person, sent: PersonMove, *, by: User, at: datetime) -> Person:
    """His new record at the other customer. Raises ``Problem`` 404, 409 and 422."""
    today = company_day(at)
    to = find_customer(by, sent.to, name="to")
    values = {"to": to.number, "on": sent.on or today, "job_title": sent.job_title, "keeps": sent.keeps}
    form = MovePersonForm(values, person=person, user=by, today=today)
    if sent.keeps and "keeps" not in form.fields:
        raise refuse_field("keeps", _("He has no number or address here."))
    refuse_invalid(form)
    try:
        return move_person(person, by=by, at=at, **form.cleaned_data)
    except MoveRefused as refusal:
        raise Problem(409, str(refusal)) from None


def find_same_point(customer: Customer, sent: NewPoint) -> ContactPoint | None:
    """The number or address that is noted there already; None too for one that cannot be read."""
    if sent.kind not in ContactPoint.Kind.values:
        return None
    try:
        reading = read_or_refuse(sent.value, kind=sent.kind, country=customer.country)
    except ValidationError:
        return None
    same = ContactPoint.objects.filter(customer=customer, person=sent.person_id, kind=reading.kind)
    return same.filter(value_normal=reading.value_normal).first()


def create_point(customer: Customer, sent: NewPoint, *, at: datetime) -> ContactPoint:
    """A new number or address. Raises ``Problem`` 422."""
    return _keep_point(ContactPoint(customer=customer), sent.model_dump(exclude={"customer"}), at=at)


def change_point(point: ContactPoint, sent: PointChange, *, at: datetime) -> ContactPoint:
    """The number or address with what was sent. Raises ``Problem`` 422."""
    held = {name: getattr(point, name) for name in POINT_FIELDS}
    wanted = {**held, **sent.model_dump(exclude_unset=True)}
    return point if wanted == held else _keep_point(point, wanted, at=at)


def _keep_point(point: ContactPoint, values: Mapping[str, Any], *, at: datetime) -> ContactPoint:
    named = {"person" if name == "person_id" else name: value for name, value in values.items()}
    form = ContactPointForm(named, instance=point)
    refuse_invalid(form)
    return keep_contact_point(form, at=at)
