"""A base of customers drawn from the model, written as orders, and the same customers counted by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import log

import numpy as np

from customers.models import Order, OrderLine
from tests.factories import make_customers

END = date(2026, 11, 21)


@dataclass
class Purchase:
    day: date
    amount: int
    cost: int


def make_world(*, customers: int = 150, seed: int = 5, days: int = 800) -> dict[int, list[Purchase]]:
    """Orders of customers with rhythms of their own, some of whom leave; returns what each bought."""
    random = np.random.default_rng(seed)
    world: dict[int, list[Purchase]] = {}
    orders = []
    for position, customer in enumerate(make_customers(customers)):
        rate, leaving = random.gamma(1.4, 1 / 40.0), random.beta(0.9, 8.0)
        day, bought = END - timedelta(int(random.integers(20, days))), []
        while day <= END:
            amount = int(random.gamma(3.0, 4_000)) + 100
            purchase = Purchase(day, amount, int(amount * random.uniform(0.4, 0.8)))
            bought.append(purchase)
            orders.append(
                Order(
                    customer=customer,
                    number=f"W{position}-{len(bought)}",
                    day=day,
                    amount_cents=amount,
                    cost_cents=purchase.cost,
                )
            )
            if random.random() < leaving:
                break
            day += timedelta(max(1, int(random.gamma(1.5, 1 / rate))))
        world[customer.pk] = bought
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, amount_cents=order.amount_cents, cost_cents=order.cost_cents) for order in orders
    )
    return world


@dataclass
class Counted:
    """One customer's figures as anybody would count them from his purchases up to an evening."""

    purchase_days: int
    first: date
    last: date
    log_gaps: float
    sales_12m: int
    sales_before: int
    goods_12m: int
    days_12m: int
    margin: int


def count_by_hand(purchases: list[Purchase], *, on: date) -> Counted | None:
    seen = [purchase for purchase in purchases if purchase.day <= on]
    if not seen:
        return None
    days = sorted({purchase.day for purchase in seen})
    year, before = on - timedelta(365), on - timedelta(730)
    recent = [purchase for purchase in seen if purchase.day > year]
    return Counted(
        purchase_days=len(days),
        first=days[0],
        last=days[-1],
        log_gaps=sum(log((b - a).days) for a, b in pairwise(days)),
        sales_12m=sum(purchase.amount for purchase in recent),
        sales_before=sum(purchase.amount for purchase in seen if before < purchase.day <= year),
        goods_12m=sum(purchase.cost for purchase in recent),
        days_12m=len({purchase.day for purchase in recent}),
        margin=sum(purchase.amount - purchase.cost for purchase in seen),
    )


def read_scores() -> list[tuple]:
    """All scores in force, every column, without the number of the run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM segments_current_score ORDER BY customer_id")
        return [row[1:] for row in cursor.fetchall()]


def forget_scores() -> None:
    """No scores in force, as before the first night: emptying tables does not empty a view."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE VIEW segments_current_score AS SELECT * FROM segments_score WHERE false")
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'segments_score'::regclass")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")
