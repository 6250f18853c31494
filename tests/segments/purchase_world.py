"""A base of customers drawn from the model, written as orders, and the same customers counted by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from math import log

import numpy as np
from django.db import connection

from tests.factories import make_customers

END = date(2026, 11, 21)


@dataclass(frozen=True)
class Purchase:
    day: date
    amount: int
    cost: int


@cache
def _draw_purchases(customers: int, seed: int, days: int) -> tuple[tuple[Purchase, ...], ...]:
    """What each of so many customers bought: rhythms of their own, and some leave."""
    random = np.random.default_rng(seed)
    drawn = []
    for _position in range(customers):
        rate, leaving = random.gamma(1.4, 1 / 40.0), random.beta(0.9, 8.0)
        day, bought = END - timedelta(int(random.integers(20, days))), []
        while day <= END:
            amount = int(random.gamma(3.0, 4_000)) + 100
            bought.append(Purchase(day, amount, int(amount * random.uniform(0.4, 0.8))))
            if random.random() < leaving:
                break
            day += timedelta(max(1, int(random.gamma(1.5, 1 / rate))))
        drawn.append(tuple(bought))
    return tuple(drawn)


def make_world(*, customers: int = 150, seed: int = 5, days: int = 800) -> dict[int, list[Purchase]]:
    """Orders of customers with rhythms of their own, some of whom leave; returns what each bought.

    Two statements write them: sixty tests begin with such a base.
    """
    made = make_customers(customers)
    drawn = _draw_purchases(customers, seed, days)
    rows = [
        (customer.pk, f"W{position}-{nth}", one.day, one.amount, one.cost)
        for position, (customer, bought) in enumerate(zip(made, drawn, strict=True))
        for nth, one in enumerate(bought, start=1)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_order (customer_id, number, day, amount_cents, cost_cents)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[], %s::bigint[])",
            [list(column) for column in zip(*rows, strict=True)],
        )
        cursor.execute(
            "INSERT INTO customers_orderline (order_id, amount_cents, cost_cents)"
            " SELECT id, amount_cents, cost_cents FROM customers_order WHERE customer_id = ANY(%s) ORDER BY id",
            [[customer.pk for customer in made]],
        )
    return {customer.pk: list(bought) for customer, bought in zip(made, drawn, strict=True)}


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM segments_current_score ORDER BY customer_id")
        return [row[1:] for row in cursor.fetchall()]


def forget_scores() -> None:
    """No scores in force, as before the first night: emptying tables does not empty a view."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE VIEW segments_current_score AS SELECT * FROM segments_score WHERE false")
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'segments_score'::regclass")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")
