"""Orders with their lines: listed, read, and entered once by their number."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field, StrictInt

from crm.api.cursors import write_changes
from crm.api.problems import FieldProblem, Problem, refuse_field
from crm.api.shapes import (
    LARGEST_CENTS,
    PROBLEMS,
    WRITE_PROBLEMS,
    Asked,
    Cents,
    ChangedSince,
    Day,
    Flag,
    Listed,
    Moment,
    Sent,
)
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from customers.models import Customer, Order, OrderLine, Product
from customers.order_entry import LinesDoNotAddUp, enter_order, is_below_minimum, make_line

router = Router(tags=["Orders"])
MOST_LINES = 1000
Quantity = Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=3)]


class LineTold(Schema):
    """One product of an order; amounts in cents of the order's currency."""

    position: int
    product: str | None = Field(description="The number of the product.")
    description: str
    quantity: str = Field(description="With up to three decimals, as text.")
    amount_cents: int
    cost_cents: int | None


class OrderTold(Schema):
    """An order or, with a minus, a return; net amounts in cents of `currency`."""

    id: int
    number: str
    customer: str = Field(description="The number of the customer.")
    day: date
    placed_at: datetime | None
    amount_cents: int
    cost_cents: int | None
    freight_cents: int | None = Field(description="What sending it cost us; null: the rate for freight counts.")
    currency: str = Field(description="The company's, ISO 4217.")
    original_currency: str = Field(description="In what was paid, where that was another currency.")
    original_cents: int | None
    returns: str | None = Field(description="The number of the order that this one returns.")
    updated_at: datetime
    lines: list[LineTold]


class OrderPage(Listed):
    """Orders by id, or by when they were written."""

    items: list[OrderTold]
    next_changed_since: datetime | None = Field(
        None, description="With `changed_since`: what to ask with next time. Keep that of the first page."
    )


class OrdersAsked(Asked, ChangedSince):
    """Whose orders."""

    customer: str | None = Field(None, max_length=40, description="Only those of the customer with this number.")
    number: str | None = Field(None, max_length=60, description="The one with this number.")


class NewLine(Sent):
    """A line; a product that is named must be there."""

    product: str | None = Field(None, max_length=40, description="The number of the product.")
    description: str = Field("", max_length=200)
    quantity: Quantity = Decimal(1)
    amount_cents: Cents


class NewOrder(Sent):
    """An order. Without lines it has one of the whole amount; lines must come to its amount."""

    number: str = Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")
    customer: str = Field(min_length=1, max_length=40, description="The number of the customer.")
    day: Day
    placed_at: Moment | None = None
    amount_cents: Cents
    cost_cents: Cents | None = None
    freight_cents: Annotated[StrictInt, Field(ge=0, le=LARGEST_CENTS)] | None = None
    currency: str | None = Field(None, description="Of these amounts: the company's, or leave it out.")
    original_currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    original_cents: Cents | None = None
    below_minimum: Flag = Field(
        default=False, description="Enter it although it is below the customer's smallest order."
    )
    lines: list[NewLine] = Field([], max_length=MOST_LINES)


@router.get(
    "/orders",
    response={200: OrderPage, **PROBLEMS},
    exclude_unset=True,
    url_name="order-list",
    operation_id="listOrders",
)
def list_orders(request: HttpRequest, asked: Query[OrdersAsked]) -> dict[str, Any]:
    """Orders of the customers you see, with their lines. With `changed_since` those entered or changed since;
    whose customer went into another is told by that customer."""
    refuse_unless(request.user, "customers.view_order")
    rows = find_orders(request.user)  # type: ignore[arg-type]
    if asked.customer is not None:
        rows = rows.filter(customer__number=asked.customer)
    if asked.number is not None:
        rows = rows.filter(number=asked.number)
    describe = partial(describe_order, currency=setting("company.currency"))
    return write_changes(rows, describe, asked=asked, by="updated_at")


@router.get("/orders/{path:number}", response={200: OrderTold, **PROBLEMS}, url_name="order", operation_id="readOrder")
def read_order(request: HttpRequest, number: str) -> dict[str, Any]:
    """One order by its number."""
    order = get_object_or_404(find_orders(request.user), number=number)  # type: ignore[arg-type]
    refuse_unless(request.user, "customers.view_order")
    return describe_order(order, currency=setting("company.currency"))


@router.post(
    "/orders",
    response={200: OrderTold, 201: OrderTold, **WRITE_PROBLEMS},
    url_name="order-list",
    operation_id="createOrder",
)
def create_order(request: HttpRequest, sent: NewOrder) -> Any:
    """Enter an order; it counts at once. The same number and content again changes nothing and is answered with 200;
    the same number with other content is refused with 409."""
    user: Any = request.user
    customer = find_customer(user, sent.customer)
    refuse_unless(user, "customers.add_order")
    order = _make_order(sent, customer)
    lines = _make_lines(sent)
    if (known := Order.objects.filter(number=sent.number).first()) is None:
        try:
            with transaction.atomic():
                enter_order(order, lines=lines, at=timezone.now())
        except LinesDoNotAddUp as error:
            text = _("The lines come to %(cents)s cents.") % {"cents": error.lines_cents}
            raise refuse_field("amount_cents", text) from None
        except IntegrityError:
            known = Order.objects.get(number=sent.number)  # entered at the same moment
    _refuse_other(user, sent, known)
    told = describe_order(find_orders(user).get(number=sent.number), currency=setting("company.currency"))
    return Status(200 if known else 201, told)


def find_customer(user: User, number: str, *, name: str = "customer") -> Customer:
    """The customer of that number whom ``user`` sees. Raises ``Problem`` 404 naming the field ``name``."""
    customer = Customer.objects.visible_to(user).filter(number=number).first()
    if customer is None:
        raise refuse_field(name, _("There is no customer with this number that you may see."), status=404)
    return customer


def _make_order(sent: NewOrder, customer: Customer) -> Order:
    """The order as it would be written. Raises ``Problem`` 422."""
    wrong = []
    currency = setting("company.currency")
    if sent.currency not in {None, currency}:
        text = _("Amounts are kept in %(currency)s. Convert them, and send what was paid as original_cents.")
        wrong.append(FieldProblem("currency", text % {"currency": currency}))
    if bool(sent.original_currency) != (sent.original_cents is not None):
        wrong.append(FieldProblem("original_cents", _("Give both original_currency and original_cents, or neither.")))
    too_small = is_below_minimum(sent.amount_cents, smallest_cents=customer.minimum_order_cents)
    if too_small and not sent.below_minimum:
        wrong.append(FieldProblem("amount_cents", _("This is below the smallest order agreed with this customer.")))
    if wrong:
        raise Problem(422, _("What was sent cannot be taken."), wrong)
    return Order(
        customer=customer,
        number=sent.number,
        day=sent.day,
        placed_at=sent.placed_at,
        amount_cents=sent.amount_cents,
        cost_cents=sent.cost_cents,
        freight_cents=sent.freight_cents,
        currency=sent.original_currency,
        original_cents=sent.original_cents,
        updated_at=timezone.now(),
    )


def _make_lines(sent: NewOrder) -> list[OrderLine]:
    """The lines as they would be written; their products in one query. Raises ``Problem`` 422."""
    numbers = {line.product for line in sent.lines if line.product}
    products: Mapping[str, Product] = {one.number: one for one in Product.objects.filter(number__in=numbers)}
    wrong = [
        FieldProblem(f"lines.{place}.product", _("No product has this number."))
        for place, line in enumerate(sent.lines)
        if line.product and line.product not in products
    ]
    if wrong:
        raise Problem(422, _("What was sent cannot be taken."), wrong)
    return [
        make_line(
            products.get(line.product or ""),
            position=position,
            description=line.description,
            quantity=line.quantity,
            amount_cents=line.amount_cents,
        )
        for position, line in enumerate(sent.lines, start=1)
    ]


def _refuse_other(user: User, sent: NewOrder, known: Order | None) -> None:
    """An order of this number that says something else, or belongs to somebody out of sight, stays as it is."""
    if known is None:
        return
    held = find_orders(user).filter(pk=known.pk).first()
    if held is None or _tell_content(sent, held) != _tell_held(sent, held):
        raise refuse_field("number", _("Another order has this number; it stays as it is."), status=409)


def _tell_content(sent: NewOrder, held: Order) -> tuple[Any, ...]:
    lines = [(line.product or None, line.quantity, line.amount_cents) for line in sent.lines]
    cost = held.cost_cents if sent.cost_cents is None else sent.cost_cents
    paid = (sent.freight_cents, sent.original_currency, sent.original_cents)
    return sent.customer, sent.day, sent.placed_at, sent.amount_cents, cost, *paid, lines


def _tell_held(sent: NewOrder, held: Any) -> tuple[Any, ...]:
    rows = held.shown_lines if sent.lines else []
    lines = [(line.product.number if line.product else None, line.quantity, line.amount_cents) for line in rows]
    paid = (held.freight_cents, held.currency, held.original_cents)
    return held.customer.number, held.day, held.placed_at, held.amount_cents, held.cost_cents, *paid, lines


def find_orders(user: User) -> QuerySet[Any]:
    """Orders that ``user`` sees, with what ``describe_order`` needs."""
    lines = Prefetch("lines", OrderLine.objects.select_related("product"), to_attr="shown_lines")
    return Order.objects.visible_to(user).select_related("customer", "returns").prefetch_related(lines)


def describe_order(order: Any, *, currency: str) -> dict[str, Any]:
    """An order as it is answered. A return names what it returns only where that is the same customer's."""
    returned = order.returns if order.returns and order.returns.customer_id == order.customer_id else None
    plain = (
        "number", "day", "placed_at", "amount_cents", "cost_cents", "freight_cents", "original_cents", "updated_at",
    )  # fmt: skip
    return {
        "id": order.pk,
        "customer": order.customer.number,
        **{name: getattr(order, name) for name in plain},
        "currency": currency,
        "original_currency": order.currency,
        "returns": returned.number if returned else None,
        "lines": [_describe_line(line) for line in order.shown_lines],
    }


def _describe_line(line: OrderLine) -> dict[str, Any]:
    plain = ("position", "description", "amount_cents", "cost_cents")
    told = {name: getattr(line, name) for name in plain}
    return {**told, "product": line.product.number if line.product else None, "quantity": f"{line.quantity:.3f}"}
