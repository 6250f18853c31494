"""Records for tests, with as little as each needs; everything else by keyword."""

from datetime import date
from itertools import count
from typing import Any

from customers.models import Customer, Order, OrderLine, Person

PASSWORD = "a long enough password"
_numbers = count(1)


def make_customer(**fields: Any) -> Customer:
    """A current organisation; ``number`` counts up."""
    number = next(_numbers)
    return Customer.objects.create(**{"number": f"K-{number:05}", "name": f"Customer {number}", **fields})


def make_person(customer: Customer, **fields: Any) -> Person:
    """Somebody at ``customer``."""
    return Person.objects.create(**{"customer": customer, "name": "Søren Holm", **fields})


def make_order(customer: Customer, day: date, amount_cents: int = 10_000, **fields: Any) -> Order:
    """An order of one line; the cost of goods is 60% unless given."""
    values = {"number": f"O-{next(_numbers):06}", "cost_cents": amount_cents * 6 // 10, **fields}
    order = Order.objects.create(customer=customer, day=day, amount_cents=amount_cents, **values)
    OrderLine.objects.create(order=order, amount_cents=amount_cents, cost_cents=values["cost_cents"])
    return order
