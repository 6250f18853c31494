"""A new customer and a changed one, as a valid form says: alike from the browser and from other programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm.core.models import User
from customers.custom_value_keeping import set_custom_values
from customers.duplicate_keeping import keep_keys
from customers.models import Customer

if TYPE_CHECKING:
    from customers.forms.customer import CustomerForm, NewCustomerForm


@transaction.atomic
def register_customer(form: NewCustomerForm, *, own_values: Mapping[str, Any], by: User, at: datetime) -> Customer:
    """Write the customer of a valid ``form`` with his first ways to be reached, and remember who else he is not.

    Raises ``CustomValueRefused`` for an own field whose kind was changed meanwhile.
    """
    customer = _save(form, own_values=own_values, by=by)
    form.save_contact_points(customer)
    form.note_others(customer, at=at)
    keep_keys([customer.pk])
    return customer


@transaction.atomic
def change_customer(form: CustomerForm, *, own_values: Mapping[str, Any], by: User) -> Customer:
    """Write what a valid ``form`` changes of its customer. Raises ``CustomValueRefused``."""
    customer = _save(form, own_values=own_values, by=by)
    keep_keys([customer.pk])
    return customer


def _save(form: CustomerForm, *, own_values: Mapping[str, Any], by: User) -> Customer:
    customer: Customer = form.save(commit=False)
    customer.note_edit(by=by)
    customer.save()
    set_custom_values(customer, own_values, by=by)
    return customer
