"""Customers with many order lines, drawn and written by COPY alone: what the product pages are measured on."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection

from crm.core.binary_copy import copy_columns
from crm.core.models import Role, Team, User
from crm.home.demo_company.places import FAMILIES, INDUSTRIES
from customers.models import Product

LINES_EACH = 20
HORIZON = 365 * 3
BATCH = 100_000
PORTFOLIOS = (200, 1_000)
TRIGGERS = "ALTER TABLE customers_orderline {0} TRIGGER ALL; ALTER TABLE customers_order {0} TRIGGER ALL"


@dataclass(frozen=True)
class Book:
    """What was written: customers, order lines, and the reps with the portfolios that are measured."""

    customers: int
    lines: int
    reps: list[User]
    manager: User
    admin: User


def write_book(customers: int, *, today: date) -> Book:
    """``customers`` with 20 lines each on average, from a few to many hundreds; a rep owns 200 of the larger ones and
    another 1,000 of them."""
    rng = np.random.default_rng(20_261)
    products = _write_products()
    team = Team.objects.create(name="North")
    reps = [
        User.objects.create(email=f"rep{size}@rapport.example", name=f"Rep {size}", role=Role.REP, team=team)
        for size in PORTFOLIOS
    ]
    manager, admin = (
        User.objects.create(email=f"{role}@rapport.example", name=f"The {role}", role=role, team=team)
        for role in (Role.MANAGER, Role.ADMIN)
    )
    weight = rng.pareto(1.6, customers) + 0.3
    orders_each = np.maximum(1, rng.poisson(weight * (LINES_EACH / 3) / weight.mean())).clip(max=400)
    _write_customers(customers, orders_each, reps=reps, team=team, rng=rng)
    lines, first_order = 0, 1
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS.format("DISABLE"))
        for start in range(0, customers, BATCH):
            count = orders_each[start : start + BATCH]
            lines += _write_orders(cursor, count, start, first_order, products, today=today, rng=rng)
            first_order += int(count.sum())
        cursor.execute(TRIGGERS.format("ENABLE"))
        cursor.execute("ANALYZE customers_customer, customers_order, customers_orderline, customers_product")
    return Book(customers, lines, reps, manager, admin)


def _write_products() -> np.ndarray:
    Product.objects.bulk_create(
        Product(number=f"P-{family}-{n}", name=f"{item} {n}", family=family, price_cents=1000 + 100 * n)
        for family, items in FAMILIES.items()
        for n, item in enumerate(items * 40)
    )
    return np.array(Product.objects.order_by("family", "id").values_list("id", flat=True), dtype=np.int64)


def _write_customers(
    customers: int, orders_each: np.ndarray, *, reps: list[User], team: Team, rng: np.random.Generator
) -> None:
    ids = np.arange(1, customers + 1)
    large = np.argsort(-orders_each)[: customers // 10]
    rng.shuffle(large)
    owner = np.zeros(customers, dtype=np.int64)
    place = 0
    for rep, size in zip(reps, PORTFOLIOS, strict=True):
        owner[large[place : place + size]] = rep.pk
        place += size
    industry = np.array([name.encode() for name in INDUSTRIES])[rng.integers(0, len(INDUSTRIES), customers)]
    number = np.char.add(b"K-", ids.astype("S10"))
    with connection.cursor() as cursor:
        copy_columns(
            cursor.cursor,
            "customers_customer",
            {
                "id": ids,
                "number": number,
                "name": number,
                "name_folded": np.char.lower(number),
                "kind": np.full(customers, b"organisation"),
                "industry": industry,
                "owner_id": owner,
                "team_id": np.full(customers, team.pk),
                "changed_at": np.zeros(customers, dtype=np.int64),
            },
            nulls={"owner_id": owner == 0},
        )


def _write_orders(
    cursor: object,
    orders_each: np.ndarray,
    first_customer: int,
    first_order: int,
    products: np.ndarray,
    *,
    today: date,
    rng: np.random.Generator,
) -> int:
    """Orders of one batch of customers with their lines: each customer buys from about twelve products of his own, and
    stops buying some of them along the way."""
    orders = int(orders_each.sum())
    customer = np.repeat(np.arange(len(orders_each)) + first_customer + 1, orders_each)
    day = rng.integers(0, HORIZON, orders)
    ids = np.arange(first_order, first_order + orders)
    lines_each = 1 + rng.poisson(2, orders)
    order = np.repeat(np.arange(orders), lines_each)
    lines = len(order)
    first = np.concatenate(([0], np.cumsum(lines_each)[:-1]))
    slot = np.minimum(rng.geometric(0.25, lines) - 1, 11)
    stopped = (customer[order] * 31 + slot * 17) % 7 == 0
    slot = np.where(stopped & (day[order] > 700), 0, slot)
    product = products[(customer[order] * 7919 + slot * 104_729) % len(products)]
    amount = rng.integers(500, 60_000, lines)
    start = np.datetime64(today - timedelta(days=HORIZON), "D")
    copy_columns(
        cursor.cursor,  # type: ignore[attr-defined]
        "customers_order",
        {
            "id": ids,
            "customer_id": customer,
            "number": np.char.add(b"A-", ids.astype("S12")),
            "day": start + day,
            "amount_cents": np.add.reduceat(amount, first),
            "cost_cents": np.add.reduceat(amount * 7 // 10, first),
            "line_count": lines_each.astype(np.int32),
        },
    )
    copy_columns(
        cursor.cursor,  # type: ignore[attr-defined]
        "customers_orderline",
        {
            "order_id": ids[order],
            "product_id": product,
            "position": (np.arange(lines) - np.repeat(first, lines_each) + 1).astype(np.int32),
            "amount_cents": amount,
            "cost_cents": amount * 7 // 10,
        },
    )
    return lines
