"""A customer as it travels: what is answered, what may be sent, and how a record becomes one and the other."""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from ninja import Schema
from pydantic import Field

from crm.api.own_fields import show_own_values
from crm.api.shapes import Day, Flag, Key, Listed, Sent
from crm.core.models import User
from crm.core.models.business_setting import setting
from customers.custom_value_keeping import load_custom_values
from customers.models import ContactPoint, Customer
from customers.tagging import with_tags

PLAIN = (
    "id", "number", "name", "trading_name", "kind", "stage", "relation", "owner_id", "team_id", "street", "postcode",
    "city", "country", "language", "industry", "tax_id", "domain", "source", "lawful_basis", "since", "pays_by",
    "is_informal", "minimum_order_cents", "archived_at", "created_at", "changed_at",
)  # fmt: skip
OwnValues = Annotated[
    dict[str, str | int | float | bool | None],
    Field(description="Values of own fields by key (`field_12`, see `/own-fields`); money in cents, days as text."),
]
Tags = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=50)]


class PointTold(Schema):
    """A phone number, e-mail or web address."""

    id: int
    kind: str
    value: str
    value_normal: str = Field(description="E.164 for phones, lower case for the rest.")
    is_valid: bool
    proven_on: date | None


class CustomerTold(Schema):
    """A customer. With `fields` only what was asked for is there."""

    id: int = 0
    number: str = ""
    name: str = ""
    trading_name: str = ""
    kind: str = Field("", description="`organisation` or `person`.")
    stage: str = Field("", description="`prospect` or `customer`.")
    relation: str = Field("", description="`orders` or `contract`.")
    owner_id: int | None = None
    owner_name: str | None = None
    team_id: int | None = None
    team_name: str | None = None
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = Field("", description="Two letters, such as DK.")
    language: str = ""
    industry: str = ""
    tax_id: str = ""
    domain: str = ""
    source: str = ""
    lawful_basis: str = ""
    since: date | None = None
    pays_by: str = ""
    is_informal: bool = False
    minimum_order_cents: int | None = None
    currency: str = Field("", description="Of every amount here, ISO 4217.")
    parent_number: str | None = Field(None, description="The head of the group, where you see it.")
    merged_into: str | None = Field(None, description="The number of the record this one went into.")
    archived_at: datetime | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None
    tags: list[str] = []
    own_fields: OwnValues = {}
    contact_points: list[PointTold] = Field([], description="Of the customer itself; people have their own.")


FIELDS = tuple(CustomerTold.model_fields)


class CustomerPage(Listed):
    """Customers by id, or by when they were changed."""

    items: list[CustomerTold]
    next_changed_since: datetime | None = Field(
        None, description="With `changed_since`: what to ask with next time. Keep that of the first page."
    )


class CustomerChange(Sent):
    """What is to be different; what is left out stays."""

    name: str | None = None
    trading_name: str | None = None
    kind: str | None = None
    number: str | None = None
    stage: str | None = None
    relation: str | None = None
    owner_id: Key | None = None
    team_id: Key | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    country: str | None = None
    language: str | None = None
    industry: str | None = None
    tax_id: str | None = None
    domain: str | None = None
    source: str | None = None
    lawful_basis: str | None = None
    since: Day | None = None
    pays_by: str | None = None
    is_informal: Flag | None = None
    parent_number: str | None = Field(None, max_length=40, description="The head of the group; null leaves it.")
    tags: Tags | None = Field(None, description="All tags he is to carry; others are taken off.")
    own_fields: OwnValues | None = None


class NewCustomer(CustomerChange):
    """A new customer, with a first way to reach it."""

    name: str
    email: str | None = None
    phone: str | None = None
    another: str | None = Field(None, description="Why this is another customer than those who look alike.")


def with_details(rows: QuerySet[Any], *, user: User, fields: tuple[str, ...] = FIELDS) -> QuerySet[Any]:
    """Rows with what ``describe_customer`` needs of other tables for ``fields``; numbers only of whom he may see."""
    seen = Customer.objects.visible_to(user)
    if "parent_number" in fields:
        rows = rows.annotate(parent_number=Subquery(seen.filter(pk=OuterRef("parent")).values("number")[:1]))
    if "merged_into" in fields:
        rows = rows.annotate(merged_number=Subquery(seen.filter(pk=OuterRef("merged_into")).values("number")[:1]))
    if "tags" in fields:
        rows = with_tags(rows)
    if "contact_points" in fields:
        points = ContactPoint.objects.filter(person=None).order_by("pk")
        rows = rows.prefetch_related(Prefetch("contact_points", points, to_attr="own_points"))
    return rows.select_related("owner", "team")


def describe_customers(rows: list[Any], *, fields: tuple[str, ...] = FIELDS) -> list[dict[str, Any]]:
    """Rows from ``with_details`` as they are answered; own fields of all of them in one query."""
    if "own_fields" in fields:
        load_custom_values(rows)
    currency = setting("company.currency")
    return [_describe(row, fields, currency) for row in rows]


def _describe(row: Any, fields: tuple[str, ...], currency: str) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in PLAIN if name in fields}
    further = {
        "owner_name": lambda: row.owner.name if row.owner else None,
        "team_name": lambda: row.team.name if row.team else None,
        "currency": lambda: currency,
        "parent_number": lambda: row.parent_number,
        "merged_into": lambda: row.merged_number,
        "tags": lambda: [tag["name"] for tag in row.tag_parts],
        "own_fields": lambda: show_own_values(row.custom_data),
        "contact_points": lambda: [describe_point(point) for point in row.own_points],
    }
    return told | {name: tell() for name, tell in further.items() if name in fields}


def describe_point(point: ContactPoint) -> dict[str, Any]:
    """A way to reach somebody, as it is answered."""
    return {name: getattr(point, name) for name in PointTold.model_fields}


def tell_version(told: dict[str, Any]) -> str:
    """The ETag of what is told: another one as soon as anything in it differs, whoever changed it and how."""
    content = json.dumps(told, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{sha256(content.encode()).hexdigest()[:32]}"'
