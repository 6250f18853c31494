"""Three years of orders with their lines, written by binary COPY."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
from django.db import connection

from crm.core.binary_copy import copy_columns, pack_small_numbers
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.customer_base import CustomerBase, move_sequences
from crm.home.demo_company.product_shelf import Shelf, share_out
from crm.home.demo_company.purchases import HORIZON, Purchases, split_into_lines

LINES_AT_ONCE = 2_000_000
BOOKS = ("customers_order", "customers_orderline")


def plant_cases(purchases: Purchases) -> Purchases:
    """The planted customers (the first indices) get their own orders instead of drawn ones."""
    keep = purchases.customer >= len(CASES)
    planted = [
        (index, HORIZON - days, euros * 100, int(euros * 100 * (1 - case.margin)), 3)
        for index, case in enumerate(CASES)
        for days, euros in case.orders
        if days <= HORIZON
    ]
    extra = np.array(planted, dtype=np.int64).T
    columns = (purchases.customer, purchases.day, purchases.amount_cents, purchases.cost_cents, purchases.lines)
    merged = [np.concatenate((new, old[keep])) for new, old in zip(extra, columns, strict=True)]
    return Purchases(*merged)


@contextmanager
def references_checked_at_once(*tables: str, keep_indexes: bool = False) -> Iterator[None]:
    """Foreign keys and plain indexes of ``tables`` are dropped for the block and made again after it, in the same
    transaction; ``keep_indexes`` where the block looks for single rows.

    Made again they are checked by one join and sorted once; row by row the check of half a million lines took most of
    the loading.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY (%s::text[]::regclass[])",
            [list(tables)],
        )
        references = cursor.fetchall()
        for table, name, _definition in references:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
            " WHERE indrelid = ANY (%s::text[]::regclass[]) AND NOT indisunique"
            " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
            [[] if keep_indexes else list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in references:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def write_orders(
    purchases: Purchases, base: CustomerBase, *, shelf: Shelf, rng: np.random.Generator, family: str = ""
) -> None:
    """Orders by customer and day, the last day being yesterday; lines in chunks of bounded memory. ``BOOKS`` are best
    without their references meanwhile.

    All lines are of ``family`` where one is named, else of what the customer's trade takes.
    """
    first_day = np.datetime64(base.today - timedelta(days=HORIZON), "D")
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM customers_order")
        first_id = int(cursor.fetchone()[0])
        ids = np.arange(first_id, first_id + len(purchases.day), dtype=np.int64)
        copy_columns(
            cursor.cursor,
            "customers_order",
            {
                "id": ids,
                "customer_id": purchases.customer + base.first_id,
                "number": np.char.add(b"A-", ids.astype("S10")),
                "day": first_day + purchases.day,
                "amount_cents": purchases.amount_cents,
                "cost_cents": purchases.cost_cents,
                "line_count": purchases.lines.astype(np.int32),
                "currency": np.full(len(ids), b"EUR"),
            },
        )
        ends = np.cumsum(purchases.lines)
        start = 0
        while start < len(ids):
            already = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, already + LINES_AT_ONCE)))
            part = slice(start, stop)
            order, position, amount, cost = split_into_lines(
                purchases.amount_cents[part], purchases.cost_cents[part], purchases.lines[part], rng=rng
            )
            owner, day = purchases.customer[part][order], purchases.day[part][order]
            share_out(owner, day, position, order, amount, cost)
            product = shelf.choose(owner, day, position, rng=rng, only=family)
            copy_columns(
                cursor.cursor,
                "customers_orderline",
                {
                    "order_id": ids[part][order],
                    "product_id": product,
                    "position": position.astype(np.int32),
                    "quantity": pack_small_numbers(shelf.count_pieces(owner, day, product, amount)),
                    "amount_cents": amount,
                    "cost_cents": cost,
                },
            )
            start = stop
    move_sequences("customers_order")


def day_of(index: int, today: date) -> date:
    """The date of day ``index`` of the horizon."""
    return today - timedelta(days=HORIZON - index)
