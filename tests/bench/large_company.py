"""A company of any size in minutes: the demo company multiplied by COPY and set-based SQL, drawn from one seed.

The first customers are the demo company itself with its planted cases, contacts and complaints; the others share its
staff and products. Indexes are made after the rows; references are not checked, since every id is made here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from crm.core.binary_copy import copy_columns
from crm.core.models import User
from crm.home.demo_company.company import load_demo_company
from crm.home.demo_company.customer_base import move_sequences
from crm.home.demo_company.people import hire_staff
from crm.home.demo_company.purchases import HORIZON, Purchases, draw_purchases
from customers.models import Product
from customers.purchase_day_rebuild import rebuild_purchase_days
from tests.bench.company_base import CompanyBase

SEED = 7_301
SEED_CUSTOMERS = 2_000
ORDERS_EACH = 6.44
ROWS_AT_ONCE = 1_000_000
TABLES = (
    "customers_customer",
    "customers_person",
    "customers_contactpoint",
    "customers_order",
    "customers_orderline",
    "interactions_interaction",
    "complaints_complaint",
)

# As often as in the demo company: about two contacts a year with a customer who has an owner.
WRITE_CONTACTS = """
INSERT INTO interactions_interaction (customer_id, channel, direction, outcome, note, minutes, happened_at,
    logged_by_id)
SELECT c.id, (ARRAY['call', 'call', 'call', 'mail', 'mail', 'visit', 'chat'])[1 + h.h %% 7],
    CASE WHEN h.h %% 4 = 0 THEN 'in' ELSE 'out' END, 'talked', 'Short call: nothing open.', 3 + h.h %% 22,
    %(now)s::timestamptz - (1 - 110 * ln(1 - (h.h %% 9973) / 9973.0)) * interval '1 day', c.owner_id
FROM customers_customer c
CROSS JOIN generate_series(1, 2) nth
CROSS JOIN LATERAL (SELECT abs(hashint8(c.id * 2 + nth)::bigint) AS h) h
WHERE c.id BETWEEN %(first)s AND %(last)s AND c.owner_id IS NOT NULL
ORDER BY c.id
"""
WRITE_COMPLAINTS = """
INSERT INTO complaints_complaint (customer_id, kind, title, words, severity, taken_at, taken_by_id, guardian_id,
    remedy, customers_word, mended, closed_at)
SELECT c.id, 'complaint', 'Box damaged', 'The pallet stood in the rain.', 1 + h.h %% 3,
    %(now)s::timestamptz - (40 + h.h %% 320) * interval '1 day', c.owner_id, guardian.id, 'Replacement',
    'Fine now.', 'yes', %(now)s::timestamptz - (5 + h.h %% 30) * interval '1 day'
FROM customers_customer c
CROSS JOIN LATERAL (SELECT abs(hashint8(c.id)::bigint) AS h) h
CROSS JOIN (SELECT id FROM core_user WHERE role = 'guardian' ORDER BY id LIMIT 1) guardian
WHERE c.id BETWEEN %(first)s AND %(last)s AND h.h %% 121 = 0
ORDER BY c.id
"""


def load_large_company(
    customers: int, lines: int, *, at: datetime | None = None, say: Callable[[str], None] = print
) -> None:
    """Exactly ``customers`` customers with ``lines`` order lines in an empty database, the rollup made."""
    at = at or timezone.localtime()
    rng = np.random.default_rng(SEED)
    load_demo_company(min(customers, SEED_CUSTOMERS), at=at)
    say("demo company")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_customer")
        (already,) = cursor.fetchone()
    if already >= customers:
        return
    with transaction.atomic(), _indexes_made_afterwards(say):
        hire_staff(customers, rng=rng)
        _write_base(already + 1, customers, at=at)
        say("customers, people, contacts")
        _write_orders(already + 1, customers, lines=lines, at=at, rng=rng)
        say("orders and lines")
    move_sequences("customers_customer", "customers_person", "customers_contactpoint", "customers_order")
    rebuild_purchase_days(at=at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    say("rollup")


@contextmanager
def _indexes_made_afterwards(say: Callable[[str], None]) -> Iterator[None]:
    """Without references, triggers and plain indexes for the block; keys and what is unique stay."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY (%s::text[]::regclass[]) AND NOT i.indisunique",
            [list(TABLES)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)
    say("indexes")


def _write_base(first: int, last: int, *, at: datetime) -> None:
    reps = list(User.objects.filter(role="rep").order_by("pk").values_list("pk", "team_id"))
    CompanyBase(first, last, reps=reps, today=at.date()).write()
    with connection.cursor() as cursor:
        for statement in (WRITE_CONTACTS, WRITE_COMPLAINTS):
            cursor.execute(statement, {"first": first, "last": last, "now": at})


def _write_orders(first: int, last: int, *, lines: int, at: datetime, rng: np.random.Generator) -> None:
    """Orders of the model that the demo company is drawn from, cut to the latest 6.44 a customer."""
    number = last - first + 1
    drawn = draw_purchases(number, rng=rng, size=np.ones(number))
    cut = max(0.0, 1 - ORDERS_EACH * number / len(drawn.day))
    kept = drawn.day >= np.quantile(drawn.day, cut)
    purchases = Purchases(*(column[kept] for column in vars(drawn).values()))
    del drawn
    orders = len(purchases.day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM customers_order")
        (first_order,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM customers_orderline")
        wanted = max(lines - cursor.fetchone()[0], orders)
        counts = 1 + np.bincount(rng.integers(0, orders, wanted - orders), minlength=orders)
        products = np.array(Product.objects.order_by("id").values_list("id", flat=True), dtype=np.int64)
        start_day = np.datetime64(at.date() - timedelta(days=HORIZON), "D")
        for start in range(0, orders, ROWS_AT_ONCE):
            part = slice(start, min(start + ROWS_AT_ONCE, orders))
            ids = np.arange(first_order + 1 + part.start, first_order + 1 + part.stop, dtype=np.int64)
            copy_columns(
                cursor.cursor,
                "customers_order",
                {
                    "id": ids,
                    "customer_id": purchases.customer[part] + first,
                    "number": np.char.add(b"A-", ids.astype("S10")),
                    "day": start_day + purchases.day[part],
                    "amount_cents": purchases.amount_cents[part],
                    "cost_cents": purchases.cost_cents[part],
                    "line_count": counts[part].astype(np.int32),
                    "currency": np.full(len(ids), b"EUR"),
                },
            )
            _write_lines(cursor, ids, purchases, part, counts[part], products=products, rng=rng)


def _write_lines(
    cursor: object, ids: np.ndarray, purchases: Purchases, part: slice, counts: np.ndarray, *, products: np.ndarray,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Lines of equal parts; the first takes the cents that are left over."""
    order = np.repeat(np.arange(len(ids)), counts)
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    position = np.arange(len(order)) - starts[order] + 1
    columns = {}
    for name in ("amount_cents", "cost_cents"):
        total = getattr(purchases, name)[part]
        each = (total // counts)[order]
        each[starts] += total - (total // counts) * counts
        columns[name] = each
    copy_columns(
        cursor.cursor,  # type: ignore[attr-defined]
        "customers_orderline",
        {
            "order_id": ids[order],
            "product_id": products[(ids[order] * 7919 + rng.integers(0, 9, len(order)) * 13) % len(products)],
            "position": position.astype(np.int32),
            **columns,
        },
    )
