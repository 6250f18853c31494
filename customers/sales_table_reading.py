"""The sales of some customers, item by item, from the rollup: one read for every figure of a page."""

from collections.abc import Collection
from datetime import date

import numpy as np
from django.db import connection

from crm.core.column_reading import read_columns
from crm.core.id_arrays import write_array
from customers.rules.sales_periods import Comparison
from customers.rules.sales_table import ROW_FIELDS, SalesTable

# A customer's rows lie together but not in order where he was taken in more than once.
ROWS = """
SELECT customer_id AS customer, product_id AS product, day - date '1970-01-01' AS day, amount_cents AS amount,
       quantity_milli AS quantity
FROM customers_itemday WHERE customer_id = ANY (%(customers)s::text::bigint[]) AND day <= %(until)s::date
"""


FAMILIES = """
SELECT coalesce(string_agg(id::text, ',' ORDER BY id), ''), coalesce(string_agg(family, E'\\x1f' ORDER BY id), '')
FROM customers_product WHERE id = ANY (%s::text::bigint[])
"""
LARGEST_ID = 2_000_000  # up to here a table by number is smaller work than sorting


def read_sales(customer_ids: Collection[int], *, comparison: Comparison, until: date | None = None) -> SalesTable:
    """All that these customers bought up to the last day of both periods, whichever comes later, and up to ``until``
    (without it the end of the period asked about), of which white space is told; two queries."""
    until = until or comparison.now.last
    last = max(comparison.before.last, comparison.now.last, until)
    params = {"customers": write_array(customer_ids), "until": last}
    rows = read_columns(ROWS, ROW_FIELDS, params)
    if not _is_in_order(rows):
        rows = rows[np.lexsort((rows["product"], rows["customer"]))]
    products, place = _number_products(np.ascontiguousarray(rows["product"]))
    names = read_families(products)
    family_of = [names.get(pk, "") for pk in products]
    families = sorted(set(family_of))
    number = {name: n for n, name in enumerate(families)}
    numbers = np.array([number[name] for name in family_of], dtype=np.int64)
    family = numbers[place] if len(numbers) else np.zeros(0, dtype=np.int64)
    return SalesTable(rows, family, families, comparison, until)


def _is_in_order(rows: np.ndarray) -> bool:
    """By customer and product: always so, but for customers who were taken in more than once."""
    customer, product = np.diff(rows["customer"]), np.diff(rows["product"])
    return bool(np.all((customer > 0) | ((customer == 0) & (product >= 0))))


def _number_products(product: np.ndarray) -> tuple[list[int], np.ndarray]:
    """The distinct products in order, and the place of each row's among them."""
    if not len(product) or product.max() > LARGEST_ID:
        distinct, place = np.unique(product, return_inverse=True)
        return distinct.tolist(), place
    seen = np.zeros(int(product.max()) + 1, dtype=np.bool_)
    seen[product] = True
    return np.flatnonzero(seen).tolist(), (np.cumsum(seen) - 1)[product]


def read_families(products: list[int]) -> dict[int, str]:
    """The family of each product that is still there, "" where it has none; one query."""
    with connection.cursor() as cursor:
        cursor.execute(FAMILIES, [write_array(products)])
        keys, names = cursor.fetchone()
    return dict(zip(map(int, keys.split(",")), names.split("\x1f"), strict=True)) if keys else {}
