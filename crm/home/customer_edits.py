"""The fields of a customer that can be changed in the list."""

from typing import Any

from crm.core.list_catalogue import CellEdit
from customers.forms.customer import ASSIGN, CustomerForm

CHANGE = "customers.change_customer"
FIELDS = ("trading_name", "stage", "street", "postcode", "city", "country", "language", "industry", "source", "since")


def make_customer_cell(data: Any, *, row: Any, field: str, user: Any) -> CustomerForm:
    """The customer's form with one field left."""
    form = CustomerForm(data, instance=row, user=user)
    for name in set(form.fields) - {field}:
        del form.fields[name]
    return form


CUSTOMER_EDITS = {
    **{name: CellEdit(CHANGE, make_customer_cell) for name in FIELDS},
    "owner": CellEdit(ASSIGN, make_customer_cell),
}
