"""Customers: listed, read, created and changed, with own fields and tags; and what own fields there are."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from crm.api.cursors import BY_ID, find_next_since, read_page
from crm.api.customer_shapes import (
    FIELDS,
    CustomerChange,
    CustomerPage,
    CustomerTold,
    NewCustomer,
    describe_customers,
    tell_version,
    with_details,
)
from crm.api.customer_writing import change_by_program, create_by_program
from crm.api.filters import CustomerFilters, narrow_customers
from crm.api.problems import Problem, refuse_field
from crm.api.shapes import PROBLEMS, WRITE_PROBLEMS, Asked, Moment
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from customers.custom_field_catalogue import list_fields
from customers.models import Customer

router = Router(tags=["Customers"])
VIEW = "customers.view_customer"


class CustomersAsked(Asked, CustomerFilters):
    """Which customers, and what of them."""

    changed_since: Moment | None = Field(
        None,
        description="Only those changed since then, own fields and archiving included; in the order of the changes.",
    )
    number: str | None = Field(None, max_length=40, description="The one with this number, archived or not.")
    fields: str | None = Field(None, max_length=1000, description="What to tell, with commas: `number,name,tags`.")


def read_fields(text: str | None) -> tuple[str, ...]:
    """The fields asked for, in our order. Raises ``Problem`` 422 naming one that does not exist."""
    if text is None:
        return FIELDS
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := sorted(names - set(FIELDS)):
        raise refuse_field("fields", _("There is no field called “%(name)s”.") % {"name": unknown[0][:40]})
    return tuple(name for name in FIELDS if name in names)


@router.get(
    "/customers",
    response={200: CustomerPage, **PROBLEMS},
    exclude_unset=True,
    url_name="customer-list",
    operation_id="listCustomers",
)
def list_customers(request: HttpRequest, asked: Query[CustomersAsked]) -> dict[str, Any]:
    """Customers you see, without the archived ones; with `changed_since` and `number` the archived ones too.

    The filters are those of the list in the browser: an address found there works here. `rule` is a condition in the
    grammar of segments and lists: `{"metric": "sales_12m", "operator": "at_least", "value": 7500000}`.
    """
    refuse_unless(request.user, VIEW)
    fields = read_fields(asked.fields)
    answer: dict[str, Any] = {}
    rows = find_customers(request.user, asked)  # type: ignore[arg-type]
    if asked.changed_since is not None:
        answer["next_changed_since"] = find_next_since()  # before the rows are read
    rows = with_details(narrow_customers(rows, request), user=request.user, fields=fields)  # type: ignore[arg-type]
    by = BY_ID if asked.changed_since is None else "changed_at"
    page = read_page(rows, cursor=asked.cursor, limit=asked.limit, by=by)
    return answer | {"items": describe_customers(page.rows, fields=fields), "next": page.next}


def find_customers(user: User, asked: CustomersAsked) -> QuerySet[Any]:
    """Whom ``user`` sees, of those asked for by number or change."""
    rows = Customer.objects.visible_to(user)
    if asked.number is not None:
        rows = rows.filter(number=asked.number)
    if asked.changed_since is not None:
        return rows.filter(changed_at__gte=asked.changed_since)
    if asked.number is not None:
        return rows
    return rows.exclude(archived_at=None) if asked.archived == "1" else rows.current()


def tell_customer(user: User, number: str) -> dict[str, Any]:
    """One customer whom ``user`` sees, as he is answered. Raises ``Http404``."""
    found = list(with_details(Customer.objects.visible_to(user).filter(number=number), user=user))
    if not found:
        raise Http404
    return describe_customers(found)[0]


@router.get(
    "/customers/{path:number}",
    response={200: CustomerTold, 304: None, **PROBLEMS},
    url_name="customer",
    operation_id="readCustomer",
)
def read_customer(request: HttpRequest, number: str, response: HttpResponse) -> Any:
    """One customer by number, archived or not. The `ETag` names this version: send it back with a change."""
    told = tell_customer(request.user, number)  # type: ignore[arg-type]
    refuse_unless(request.user, VIEW)
    response["ETag"] = tell_version(told)
    if response["ETag"] in _read_versions(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers={"ETag": response["ETag"]})
    return told


@router.post(
    "/customers",
    response={201: CustomerTold, **WRITE_PROBLEMS},
    url_name="customer-list",
    operation_id="createCustomer",
)
def create_customer(request: HttpRequest, sent: NewCustomer, response: HttpResponse) -> Any:
    """A new customer, judged as in the browser. Who looks like one that is here is refused with 409 and `duplicates`,
    unless `another` says why it is another one. Without a right to assign, the new customer is yours."""
    refuse_unless(request.user, "customers.add_customer")
    try:
        with transaction.atomic():
            made = create_by_program(sent, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except IntegrityError:
        raise Problem(409, _("Somebody saved the same at this moment. Please look again.")) from None
    told = _tell_written(made, request.user, response)
    return Status(201, told)


@router.patch(
    "/customers/{path:number}",
    response={200: CustomerTold, **WRITE_PROBLEMS},
    url_name="customer",
    operation_id="changeCustomer",
)
def change_customer(request: HttpRequest, number: str, sent: CustomerChange, response: HttpResponse) -> Any:
    """Change what is sent, leave the rest. With `If-Match: <ETag>` only the version you have read is changed; another
    one is answered with 412 and nothing is written. The same twice changes nothing."""
    user: Any = request.user
    tell_customer(user, number)
    refuse_unless(user, "customers.change_customer")
    wanted = _read_versions(request.headers.get("If-Match", ""))
    try:
        with transaction.atomic():
            changed = _change(user, number, sent, wanted=wanted, at=timezone.now())
    except IntegrityError:
        raise Problem(409, _("Somebody saved the same at this moment. Please look again.")) from None
    return _tell_written(changed, user, response)


def _change(user: User, number: str, sent: CustomerChange, *, wanted: Collection[str], at: datetime) -> Customer:
    """The customer after the change, locked meanwhile. Raises ``Problem`` 412 for another version than ``wanted``."""
    held = Customer.objects.visible_to(user).select_for_update(of=("self",)).filter(number=number).first()
    if held is None:
        raise Http404
    if wanted and "*" not in wanted:
        version = tell_version(tell_customer(user, number))
        if version not in wanted:
            raise Problem(412, _("It was changed since you read it. Read it again."), headers={"ETag": version})
    return change_by_program(held, sent, by=user, at=at)


def _read_versions(header: str) -> list[str]:
    """The ETags a header names, without the mark of a weak one."""
    return [one.strip().removeprefix("W/") for one in header.split(",") if one.strip()]


def _tell_written(customer: Customer, user: Any, response: HttpResponse) -> dict[str, Any]:
    """The record after it was written; by number alone where the writer gave it out of his sight."""
    try:
        told = tell_customer(user, customer.number)
    except Http404:
        return {"id": customer.pk, "number": customer.number, "name": customer.name}
    response["ETag"] = tell_version(told)
    return told


class OptionTold(Schema):
    """A word of a choice; one that is not offered any more stays with those who have it."""

    key: str
    label: str
    is_offered: bool


class OwnFieldTold(Schema):
    """A field that this company defined itself."""

    key: str = Field(description="Its name in `own_fields` and in rules; it stays when the field is renamed.")
    label: str
    kind: str = Field(description="`text`, `choice`, `number`, `money`, `date`, `flag`, `person` or `link`.")
    about: str = Field(description="Kind of customer that has it; empty: all.")
    help_text: str
    is_protected: bool = Field(description="No rule may ask it.")
    options: list[OptionTold]


class OwnFieldList(Schema):
    """The own fields in use, in their order."""

    items: list[OwnFieldTold]


@router.get(
    "/own-fields", response={200: OwnFieldList, **PROBLEMS}, url_name="own-field-list", operation_id="listOwnFields"
)
def list_own_fields(request: HttpRequest) -> dict[str, Any]:
    """The fields that this company defined for its customers."""
    refuse_unless(request.user, VIEW)
    names = ("label", "kind", "about", "help_text", "is_protected", "options")
    return {
        "items": [{"key": one.metric_name, **{name: getattr(one, name) for name in names}} for one in list_fields()]
    }
