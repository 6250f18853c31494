"""What stands in one order more often than by chance, from the 200,000 latest orders; worked out once a week."""

from datetime import date

from django.db import transaction

from customers.item_rollup import run_sql
from customers.rules.bought_together import LEAST_LIFT, LEAST_TOGETHER

MOST_ORDERS = 200_000
MOST_ITEMS = 30  # a larger order is a delivery of everything, and says nothing of two things
KEPT_EACH = 5

BASKETS = """
CREATE TEMP TABLE basket ON COMMIT DROP AS
SELECT DISTINCT l.order_id, l.product_id, p.family
FROM (SELECT id FROM customers_order WHERE day <= %(on)s AND amount_cents > 0 ORDER BY day DESC, id DESC
      LIMIT %(most)s) o
JOIN customers_orderline l ON l.order_id = o.id AND l.amount_cents > 0
JOIN customers_product p ON p.id = l.product_id
"""
PAIRS = """
INSERT INTO customers_boughttogether
    (family, product_id, with_family, with_product_id, together, orders, with_orders, baskets)
WITH large AS (
    SELECT order_id FROM basket GROUP BY 1 HAVING count(*) > %(most_items)s
), small AS (
    SELECT DISTINCT b.order_id, {thing} AS thing FROM basket b
    WHERE b.order_id NOT IN (SELECT order_id FROM large) AND {named}
), counted AS (
    SELECT thing, count(*) AS orders FROM small GROUP BY 1
), pairs AS (
    SELECT a.thing, b.thing AS other, count(*) AS together
    FROM small a JOIN small b ON b.order_id = a.order_id AND b.thing <> a.thing
    GROUP BY 1, 2 HAVING count(*) >= %(least)s
), judged AS (
    SELECT p.thing, p.other, p.together, a.orders, b.orders AS with_orders, all_of.baskets,
           row_number() OVER (PARTITION BY p.thing ORDER BY p.together DESC, p.other) AS place
    FROM pairs p JOIN counted a ON a.thing = p.thing JOIN counted b ON b.thing = p.other,
         (SELECT count(DISTINCT b.order_id) AS baskets FROM basket b
          WHERE b.order_id NOT IN (SELECT order_id FROM large)) all_of
    WHERE p.together::float8 * all_of.baskets >= %(lift)s * a.orders * b.orders
)
SELECT {columns}, j.together, j.orders, j.with_orders, j.baskets
FROM judged j {joins} WHERE j.place <= %(kept)s
"""
FAMILIES = {
    "thing": "b.family",
    "named": "b.family <> ''",
    "columns": "j.thing, NULL::bigint, j.other, NULL::bigint",
    "joins": "",
}
ITEMS = {
    "thing": "b.product_id",
    "named": "true",
    "columns": "p.family, j.thing, w.family, j.other",
    "joins": "JOIN customers_product p ON p.id = j.thing JOIN customers_product w ON w.id = j.other",
}


@transaction.atomic
def rebuild_basket_pairs(*, on: date, most_orders: int = MOST_ORDERS) -> int:
    """Count all pairs anew from the latest ``most_orders`` up to ``on``; returns how many are worth telling."""
    params = {
        "on": on,
        "most": most_orders,
        "most_items": MOST_ITEMS,
        "least": LEAST_TOGETHER,
        "lift": LEAST_LIFT,
        "kept": KEPT_EACH,
    }
    run_sql("SET LOCAL work_mem = '128MB'")
    run_sql(BASKETS, params)
    run_sql("ANALYZE basket")
    run_sql("DELETE FROM customers_boughttogether")
    found = run_sql(PAIRS.format(**FAMILIES), params) + run_sql(PAIRS.format(**ITEMS), params)
    run_sql("DROP TABLE basket")
    return found
