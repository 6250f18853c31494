"""An order that somebody enters by hand."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from customers.customer_freshening import freshen_customer
from customers.models import Order, OrderLine, Product


class LinesDoNotAddUp(Exception):
    """The lines of an order come to another amount than the order."""

    def __init__(self, lines_cents: int) -> None:
        super().__init__(lines_cents)
        self.lines_cents = lines_cents


def make_line(
    product: Product | None, *, position: int, description: str, quantity: Decimal | int, amount_cents: int
) -> OrderLine:
    """A line of an order that is entered; its goods cost what the product costs, where that is known."""
    cost = int(product.cost_cents * quantity) if product and product.cost_cents is not None else None
    return OrderLine(
        position=position,
        product=product,
        description=description or (product.name if product else ""),
        quantity=quantity,
        amount_cents=amount_cents,
        cost_cents=cost,
    )


def is_below_minimum(amount_cents: int, *, smallest_cents: int | None) -> bool:
    """Whether an order is smaller than what was agreed with the customer; returns are free of it."""
    return bool(smallest_cents) and 0 <= amount_cents < (smallest_cents or 0)


@transaction.atomic
def enter_order(order: Order, *, lines: list[OrderLine], at: datetime) -> Order:
    """Write ``order`` with its lines; without lines it has one of the whole amount. His customer's facts, class,
    segment and alerts are right at once.

    The cost of goods is the sum of the lines' where all of them know theirs and the order does not say its own. Raises
    ``LinesDoNotAddUp``.
    """
    if lines and (total := sum(line.amount_cents for line in lines)) != order.amount_cents:
        raise LinesDoNotAddUp(total)
    if not lines:
        lines = [OrderLine(position=1, amount_cents=order.amount_cents, cost_cents=order.cost_cents)]
    costs = [line.cost_cents for line in lines]
    if order.cost_cents is None and None not in costs:
        order.cost_cents = sum(cost for cost in costs if cost is not None)
    order.line_count = len(lines)
    order.save()
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    freshen_customer(order.customer_id, at=at)
    return order
