"""What a program sends of a customer, as the form of the browser judges it and its verbs write it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from crm.api.customer_shapes import CustomerChange, NewCustomer
from crm.api.own_fields import read_own_values
from crm.api.problems import FieldProblem, Problem, refuse_field
from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.custom_value_keeping import CustomValueRefused
from customers.customer_registration import change_customer, register_customer
from customers.forms.customer import ASSIGN, CustomerForm, NewCustomerForm
from customers.group_joining import GroupRefused, join_group, leave_group
from customers.models import Customer, CustomValueSet
from customers.tagging import TagRefused, list_tags, tag_customers, untag_customers

# In the form they have the names of their columns; what is None is empty there.
FORM_NAMES = {"owner_id": "owner", "team_id": "team"}
API_NAMES = {name: key for key, name in FORM_NAMES.items()}
BESIDES = frozenset({"tags", "own_fields", "parent_number"})
DEFAULTS = {"kind": Customer.Kind.ORGANISATION, "stage": Customer.Stage.CUSTOMER, "relation": Customer.Relation.ORDERS}


def create_by_program(sent: NewCustomer, *, by: User, at: datetime) -> Customer:
    """A new customer of what was sent. Raises ``Problem`` 409 and 422."""
    values = _read_form(sent, by=by)
    form = NewCustomerForm({**DEFAULTS, **values}, instance=Customer(kind=values.get("kind", "")), user=by)
    own_values, problems = read_own_values(
        sent.own_fields or {}, customer_kind=values.get("kind") or DEFAULTS["kind"], held={}
    )
    form.is_valid()
    _refuse_duplicates(form)
    _refuse_invalid(form, problems)
    try:
        customer = register_customer(form, own_values=own_values, by=by, at=at)
    except CustomValueRefused as refusal:
        raise Problem(409, str(refusal)) from None
    _set_tags(customer, sent.tags, by=by, at=at)
    _set_group(customer, sent, by=by)
    return customer


def change_by_program(customer: Customer, sent: CustomerChange, *, by: User, at: datetime) -> Customer:
    """``customer`` with what was sent, unchanged where that is what he says already. Raises ``Problem`` 409, 422."""
    values = _read_form(sent, by=by)
    form = CustomerForm(values, instance=customer, user=by)
    for name in set(form.fields) - set(values):
        del form.fields[name]
    kind = values.get("kind") or customer.kind
    held = CustomValueSet.objects.filter(customer=customer).first() if sent.own_fields else None
    data: dict[str, Any] = held.data if held else {}
    own_values, problems = read_own_values(sent.own_fields or {}, customer_kind=kind, held=data)
    _refuse_invalid(form, problems)
    tagged = _set_tags(customer, sent.tags, by=by, at=at)
    if tagged or form.changed_data or _differ(own_values, data):
        try:
            customer = change_customer(form, own_values=own_values, by=by)
        except CustomValueRefused as refusal:
            raise Problem(409, str(refusal)) from None
    _set_group(customer, sent, by=by)
    return customer


def _read_form(sent: CustomerChange, *, by: User) -> dict[str, Any]:
    """What was sent, by the names of the form. Raises ``Problem`` 403 for who may not assign, and tries it."""
    values = sent.model_dump(exclude_unset=True, exclude=set(BESIDES))
    if {"owner_id", "team_id"} & set(values) and not by.has_perm(ASSIGN):
        wrong = [
            FieldProblem(name, _("Your role may not assign.")) for name in ("owner_id", "team_id") if name in values
        ]
        raise Problem(403, _("Your role may not change a customer's owner and team."), wrong)
    return {FORM_NAMES.get(name, name): "" if value is None else value for name, value in values.items()}


def _refuse_duplicates(form: NewCustomerForm) -> None:
    if not form.duplicates or form.data.get("another"):
        return
    alike = [
        {"number": one.customer.number, "name": one.customer.name, "percent": one.percent, "reason": str(one.reason)}
        for one in form.duplicates
    ]
    text = _("Somebody like this is already here. Change that one, or say in `another` why it is another one.")
    raise Problem(409, text, further={"duplicates": alike})


def _refuse_invalid(form: CustomerForm, problems: list[FieldProblem]) -> None:
    for name, reasons in form.errors.items():
        place = "" if name == "__all__" else API_NAMES.get(name, name)
        problems += [FieldProblem(place, str(reason)) for reason in reasons]
    if problems:
        raise Problem(422, _("What was sent cannot be taken."), problems)


def _differ(values: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    return any(held.get(key) != value for key, value in values.items())


def _set_tags(customer: Customer, names: list[str] | None, *, by: User, at: datetime) -> bool:
    """Exactly these tags, unless None; whether that changed any."""
    if names is None:
        return False
    wanted = {fold_text(name): name for name in names}
    held = {fold_text(tag["name"]): tag["name"] for tag in list_tags(customer)}
    try:
        for folded in wanted.keys() - held.keys():
            tag_customers([customer.pk], name=wanted[folded], by=by, at=at)
    except TagRefused as refusal:
        raise Problem(422, str(refusal), [FieldProblem("tags", str(refusal))]) from None
    for folded in held.keys() - wanted.keys():
        untag_customers([customer.pk], name=held[folded])
    return wanted.keys() != held.keys()


def _set_group(customer: Customer, sent: CustomerChange, *, by: User) -> None:
    """Join the group that was sent, or leave the one that is. Raises ``Problem`` 422."""
    if "parent_number" not in sent.model_fields_set:
        return
    if not sent.parent_number:
        if customer.parent_id is not None:
            leave_group(customer, by=by)
        return
    head = Customer.objects.visible_to(by).filter(number=sent.parent_number).first()
    if head is None:
        raise refuse_field("parent_number", _("There is no customer “%(text)s”.") % {"text": sent.parent_number})
    if head.pk == customer.parent_id:
        return
    try:
        join_group(customer, head=head, by=by)
    except GroupRefused as refusal:
        raise refuse_field("parent_number", str(refusal)) from None
