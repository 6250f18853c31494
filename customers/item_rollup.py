"""The rollups of items, kept true to the order lines: what each customer buys of each product, and in which rhythm.

``take_in_items`` makes the rows of customers new whose orders changed since the last time; ``rebuild_items`` makes all
of them new beside the old table and exchanges the two, so readers wait for a moment only. Both can be repeated
harmlessly. All rows of a customer are written together, so they lie together, and whoever asks for a portfolio reads
few pages.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from customers.models import TouchedItems
from customers.rollup_renewing import RollupTable, renew_tables
from customers.rules.item_rhythm import ASSUMED_GAPS, ASSUMED_SPREAD, AT_RISK_AFTER, LEAST_PURCHASES, LOST_AFTER

EVERYBODY = 0
TABLES = (
    RollupTable("customers_itemday", indexes=(("item_day_by_customer", "(customer_id)"),)),
    RollupTable("customers_itemrhythm", indexes=(("item_rhythm_by_customer", "(customer_id)"),)),
)
# With more touched customers than this, and more than half of all, making everything new is the shorter way.
REBUILD_FROM = 10_000
LOCK = "SELECT pg_advisory_xact_lock(hashtext('items-of-customers'))"

# A return counts on the day of the order it returns, and takes its quantity back. An order without lines is one line.
# Days are found and cents added up as in ``purchase_day_rebuild``.
DAYS = """
SELECT o.customer_id, coalesce(l.product_id, 0)::bigint AS product_id,
       sum(coalesce(l.amount_cents, o.amount_cents)::float8)::bigint AS amount_cents,
       sum(coalesce(l.cost_cents, CASE WHEN l.id IS NULL THEN o.cost_cents END, 0)::float8)::bigint AS cost_cents,
       sum(CASE WHEN l.amount_cents < 0 THEN -abs(l.quantity) ELSE coalesce(l.quantity, 1) END * 1000)::bigint
           AS quantity_milli,
       CASE WHEN o.returns_id IS NULL THEN o.day
            ELSE coalesce((SELECT original.day FROM customers_order original WHERE original.id = o.returns_id), o.day)
       END AS day, count(*)::integer AS lines
FROM {source}
LEFT JOIN customers_orderline l ON l.order_id = o.id
GROUP BY 1, 2, 6
"""
DAY_COLUMNS = "customer_id, product_id, amount_cents, cost_cents, quantity_milli, day, lines"

# The same arithmetic, in the same order, as customers.rules.item_rhythm.
RHYTHMS = f"""
SELECT customer_id, product_id, purchase_days, first_day, last_day,
       last_day + greatest({AT_RISK_AFTER}, floor(mean + spread)::integer) + 1 AS at_risk_from,
       last_day + greatest({LOST_AFTER}, floor(mean + 2 * spread)::integer) + 1 AS lost_from,
       sum_gap_squared, amount_cents, quantity_milli,
       greatest(0, round((amount_cents * 7)::float8 / ((last_day - first_day) + mean)))::bigint AS weekly_cents
FROM (
    SELECT g.*, sqrt((greatest(0, sum_gap_squared - (purchase_days - 1) * mean * mean)
                      + {ASSUMED_GAPS} * ({ASSUMED_SPREAD}::float8 * mean) * ({ASSUMED_SPREAD}::float8 * mean))
                     / (purchase_days - 2 + {ASSUMED_GAPS})) AS spread
    FROM (
        SELECT r.*, (last_day - first_day)::float8 / (purchase_days - 1) AS mean
        FROM (
            SELECT customer_id, product_id,
                   (count(*) FILTER (WHERE amount_cents > 0))::integer AS purchase_days,
                   min(day) FILTER (WHERE amount_cents > 0) AS first_day,
                   max(day) FILTER (WHERE amount_cents > 0) AS last_day,
                   coalesce(sum(gap * gap), 0)::float8 AS sum_gap_squared,
                   sum(amount_cents)::bigint AS amount_cents, sum(quantity_milli)::bigint AS quantity_milli
            FROM (
                SELECT i.customer_id, i.product_id, i.day, i.amount_cents, i.quantity_milli,
                       CASE WHEN i.amount_cents > 0
                            THEN (i.day - max(CASE WHEN i.amount_cents > 0 THEN i.day END) OVER earlier)::float8 END
                            AS gap
                FROM {{source}}
                WINDOW earlier AS (PARTITION BY i.customer_id, i.product_id ORDER BY i.day
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
            ) d
            GROUP BY customer_id, product_id
        ) r
        WHERE purchase_days >= {LEAST_PURCHASES}
    ) g
) s
"""  # noqa: S608 - numbers of ours
RHYTHM_COLUMNS = (
    "customer_id, product_id, purchase_days, first_day, last_day, at_risk_from, lost_from, sum_gap_squared,"
    " amount_cents, quantity_milli, weekly_cents"
)

# Rhythms are made of the days while they are at hand.
RANGE = f"""
WITH days_now AS MATERIALIZED ({{days}} ORDER BY 1, 2, day
), rhythms AS (
    INSERT INTO {{into_rhythms}} ({RHYTHM_COLUMNS}) {{rhythms}} ORDER BY 1, 2
)
INSERT INTO {{into_days}} ({DAY_COLUMNS}) SELECT {DAY_COLUMNS} FROM days_now
"""  # noqa: S608 - names of ours
# Where the lines do not lie in the order of customers, each range reads all of them.
RANGES = 4


def take_in_items(*, customer_ids: Iterable[int] | None = None) -> int:
    """Make the rows new of everybody whose orders changed; how many were noted (everybody is one note).

    ``customer_ids`` limits it to those of them: whoever needs a few customers tonight does not wait for all.
    """
    beside = not connection.in_atomic_block  # connections of their own would not see what waits in this one
    with transaction.atomic():
        run_sql(LOCK)
        return _take_in_all(beside=beside) if customer_ids is None else _take_in_some(list(customer_ids))


def rebuild_items() -> int:
    """Make everything new from the orders; returns the number of rows by customer, product and day."""
    beside = not connection.in_atomic_block
    with transaction.atomic():
        run_sql(LOCK)
        TouchedItems.objects.all().delete()
        return _rebuild(beside=beside)


def note_touched_items(customer_ids: Iterable[int]) -> None:
    """These customers' orders changed; ``EVERYBODY`` is all."""
    TouchedItems.objects.bulk_create([TouchedItems(customer_id=one) for one in customer_ids])


def run_sql(sql: str, params: Any = None) -> int:
    """Run one statement of ours; how many rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _take_in_all(*, beside: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE touched_items (customer_id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute(
            "WITH taken AS (DELETE FROM customers_toucheditems RETURNING customer_id)"
            " INSERT INTO touched_items SELECT DISTINCT customer_id FROM taken"
        )
        touched = int(cursor.rowcount)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM touched_items WHERE customer_id = %s)"
            " OR (%s AND (SELECT count(*) FROM customers_purchasestate) < %s)",
            [EVERYBODY, touched > REBUILD_FROM, 2 * touched],
        )
        (everybody,) = cursor.fetchone()
        if everybody:
            _rebuild(beside=beside)
        elif touched:
            _recompute()
        cursor.execute("DROP TABLE touched_items")
    return touched


def _take_in_some(customer_ids: list[int]) -> int:
    """Everybody stays noted; those looked at are made new whether noted singly or with everybody."""
    run_sql("CREATE TEMP TABLE touched_items (customer_id bigint PRIMARY KEY) ON COMMIT DROP")
    touched = run_sql(
        "INSERT INTO touched_items SELECT DISTINCT customer_id FROM unnest(%s::bigint[]) AS asked (customer_id)"
        " WHERE customer_id IN (SELECT customer_id FROM customers_toucheditems)"
        " OR EXISTS (SELECT FROM customers_toucheditems WHERE customer_id = %s)",
        [customer_ids, EVERYBODY],
    )
    run_sql("DELETE FROM customers_toucheditems WHERE customer_id IN (SELECT customer_id FROM touched_items)")
    if touched:
        _recompute()
    run_sql("DROP TABLE touched_items")
    return touched


def _recompute() -> None:
    """Rows of the customers in the temporary table ``touched_items``."""
    run_sql("ANALYZE touched_items")
    source = "touched_items t JOIN customers_order o ON o.customer_id = t.customer_id"
    run_sql("DELETE FROM customers_itemday i USING touched_items t WHERE i.customer_id = t.customer_id")
    run_sql(f"INSERT INTO customers_itemday ({DAY_COLUMNS}) {DAYS.format(source=source)} ORDER BY 1, 2, day")
    run_sql("DELETE FROM customers_itemrhythm r USING touched_items t WHERE r.customer_id = t.customer_id")
    rhythms = RHYTHMS.format(
        source="touched_items t JOIN customers_itemday i ON i.customer_id = t.customer_id AND i.product_id > 0"
    )
    run_sql(f"INSERT INTO customers_itemrhythm ({RHYTHM_COLUMNS}) {rhythms} ORDER BY 1, 2")


def _rebuild(*, beside: bool) -> int:
    """Everything new, in the order of customers, item and day; how many rows by customer, item and day."""
    return renew_tables(TABLES, _write_range, ranges=RANGES, beside=beside)


def _write_range(fresh: Mapping[str, str], customers: str) -> str:
    """Days and rhythms of a range of customers in one statement, which meets the days."""
    return RANGE.format(
        days=DAYS.format(source=f"(SELECT * FROM customers_order WHERE {customers}) o"),  # noqa: S608 - numbers of ours
        rhythms=RHYTHMS.format(source="days_now i WHERE i.product_id > 0"),
        into_days=fresh["customers_itemday"],
        into_rhythms=fresh["customers_itemrhythm"],
    )
