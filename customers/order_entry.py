"""An order that somebody enters by hand."""

from datetime import datetime

from django.db import transaction

from customers.customer_freshening import freshen_customer
from customers.models import Order, OrderLine


class LinesDoNotAddUp(Exception):
    """The lines of an order come to another amount than the order."""

    def __init__(self, lines_cents: int) -> None:
        super().__init__(lines_cents)
        self.lines_cents = lines_cents


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
