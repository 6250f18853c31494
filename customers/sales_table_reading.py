"""The sales of some customers, item by item, from the rollup: one read for every figure of a page."""

from collections.abc import Collection

import numpy as np

from crm.core.column_reading import read_columns
from customers.models import Product
from customers.rules.sales_periods import Comparison
from customers.rules.sales_table import ROW_FIELDS, SalesTable

# A customer's rows lie together but not in order where he was taken in more than once.
ROWS = """
SELECT customer_id AS customer, product_id AS product, day - date '1970-01-01' AS day, amount_cents AS amount,
       quantity_milli AS quantity
FROM customers_itemday WHERE customer_id = ANY (%(customers)s::bigint[]) AND day <= %(until)s::date
"""


def read_sales(customer_ids: Collection[int], *, comparison: Comparison) -> SalesTable:
    """All that these customers bought up to the end of ``comparison``; two queries."""
    params = {"customers": list(customer_ids), "until": comparison.now.last}
    rows = read_columns(ROWS, ROW_FIELDS, params)
    rows = rows[np.lexsort((rows["product"], rows["customer"]))]
    products, place = np.unique(rows["product"], return_inverse=True)
    names = dict(Product.objects.filter(pk__in=products.tolist()).values_list("pk", "family"))
    family_of = np.array([names.get(int(pk), "") for pk in products], dtype=object)
    families = sorted(set(family_of.tolist()))
    number = {name: n for n, name in enumerate(families)}
    numbers = np.array([number[name] for name in family_of], dtype=np.int64)
    family = numbers[place] if len(numbers) else np.zeros(0, dtype=np.int64)
    return SalesTable(rows, family, families, comparison)
