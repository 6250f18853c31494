"""The rollup of purchase days, and what it says about each customer, kept true to the orders.

``ingest_orders`` takes in whatever changed since the last time; triggers on the orders name the customers, and the days
on which orders only came in. These days, or all days of a touched customer, are made new from his orders, so an edited
order leaves its old day, a deleted one takes its day along, and doing it again changes nothing.
``rebuild_purchase_days`` makes everything new.

A return counts on the day of the order it returns, when that is known; a day with nothing left above zero is no
purchase, but stays in the sums. Orders of unknown cost count as costing nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from crm.core.late_imports import LateFunction
from customers.item_rollup import EVERYBODY, note_touched_items, take_in_items
from customers.models import RollupWatermark

fill_rollup = LateFunction("customers.purchase_day_filling:fill_rollup")  # loads numpy

# With more touched customers than this, and more than half of all, making everything new is the shorter way.
REBUILD_FROM = 10_000

# Few orders are returns: their originals are looked up one by one, all others are not joined with anything. Cents are
# added up as floating point, which is exact up to 90 trillion and half the work: whole numbers become decimal ones.
ORDER_DAY = """CASE WHEN o.returns_id IS NULL THEN o.day
            ELSE coalesce((SELECT original.day FROM customers_order original WHERE original.id = o.returns_id), o.day)
       END"""
DAYS = f"""
SELECT o.customer_id, {ORDER_DAY} AS day, sum(o.amount_cents::float8)::bigint AS amount_cents,
       sum(coalesce(o.cost_cents, 0)::float8)::bigint AS cost_cents,
       count(*) FILTER (WHERE o.amount_cents >= 0)::integer AS orders,
       sum(o.line_count)::integer AS lines
FROM {{source}}
GROUP BY 1, 2
"""  # noqa: S608 - names of ours

DAYS_OF_TOUCHED = DAYS.format(source="touched t JOIN customers_order o ON o.customer_id = t.customer_id")

# The same where for most customers no more than the touched days can be others: the rest is as it is kept. The orders
# of a customer lie on pages far apart, his days on one. Whoever has an order that returns another is read whole, as its
# day is not its own; so is whoever was touched again since, which this one statement sees together with his orders.
TOUCHED_DAYS = (
    "by_day t JOIN touched_day d ON d.customer_id = t.customer_id"
    " JOIN customers_order o ON o.customer_id = d.customer_id AND o.day = d.day"
)
DAYS_BY_DAY = f"""
WITH by_day AS MATERIALIZED (
    SELECT d.customer_id FROM touched_day d
    WHERE d.customer_id NOT IN (SELECT customer_id FROM customers_touchedcustomer)
    GROUP BY d.customer_id
    HAVING bool_and(d.day IS NOT NULL) AND NOT EXISTS (
        SELECT FROM customers_order o WHERE o.customer_id = d.customer_id AND o.returns_id IS NOT NULL)
), whole AS MATERIALIZED (SELECT customer_id FROM touched EXCEPT SELECT customer_id FROM by_day)
{DAYS.format(source="whole t JOIN customers_order o ON o.customer_id = t.customer_id")}
UNION ALL
{DAYS.format(source=TOUCHED_DAYS)}
UNION ALL
SELECT p.customer_id, p.day, p.amount_cents, p.cost_cents, p.orders, p.lines
FROM by_day t JOIN customers_purchaseday p ON p.customer_id = t.customer_id
WHERE NOT EXISTS (SELECT FROM touched_day d WHERE d.customer_id = p.customer_id AND d.day = p.day)
"""  # noqa: S608 - names of ours

# Days of touched customers that are not as they are kept, put right; without orders: a day that is gone.
PUT_RIGHT = """
WITH changed AS MATERIALIZED (
    SELECT customer_id, day, f.amount_cents, f.cost_cents, f.orders, f.lines
    FROM days_now f
    FULL JOIN (SELECT p.* FROM touched t JOIN customers_purchaseday p ON p.customer_id = t.customer_id) p
        USING (customer_id, day)
    WHERE (f.amount_cents, f.cost_cents, f.orders, f.lines) IS DISTINCT FROM
        (p.amount_cents, p.cost_cents, p.orders, p.lines)
), gone AS (
    DELETE FROM customers_purchaseday p USING changed n
    WHERE p.customer_id = n.customer_id AND p.day = n.day AND n.orders IS NULL
)
INSERT INTO customers_purchaseday (customer_id, day, amount_cents, cost_cents, orders, lines)
SELECT * FROM changed WHERE orders IS NOT NULL ORDER BY customer_id, day
ON CONFLICT (customer_id, day) DO UPDATE SET amount_cents = excluded.amount_cents, cost_cents = excluded.cost_cents,
    orders = excluded.orders, lines = excluded.lines
"""

# Gaps lie between consecutive days of purchase; the order inside the sums keeps every last digit the same, however
# the rows came in.
STATES = """
SELECT d.customer_id,
       count(*) FILTER (WHERE d.amount_cents > 0)::integer AS purchase_days,
       min(d.day) FILTER (WHERE d.amount_cents > 0) AS first_day,
       max(d.day) FILTER (WHERE d.amount_cents > 0) AS last_day,
       coalesce(sum(ln(d.gap) ORDER BY d.day), 0)::float8 AS sum_ln_gap,
       coalesce(sum(d.gap * d.gap ORDER BY d.day), 0)::float8 AS sum_gap_squared,
       sum(d.amount_cents::float8)::bigint AS amount_cents,
       sum(d.cost_cents::float8)::bigint AS cost_cents,
       sum(greatest(d.amount_cents, 0)::float8)::bigint AS positive_amount_cents,
       sum(d.orders)::integer AS orders
FROM (
    SELECT p.*,
           CASE WHEN p.amount_cents > 0
                THEN (p.day - max(CASE WHEN p.amount_cents > 0 THEN p.day END) OVER earlier)::float8 END AS gap
    FROM {source}
    WINDOW earlier AS (PARTITION BY p.customer_id ORDER BY p.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) d
GROUP BY d.customer_id
"""
STATE_COLUMNS = (
    "customer_id, purchase_days, first_day, last_day, sum_ln_gap, sum_gap_squared, amount_cents, cost_cents,"
    " positive_amount_cents, orders"
)

# As ``PurchaseHistory`` says: 24 bytes a day. The first two numbers are sent as one.
HISTORIES = """
SELECT p.customer_id, string_agg(
    int8send((p.day - date '1970-01-01')::bigint << 32 | p.orders)
        || int8send(p.amount_cents) || int8send(p.cost_cents),
    ''::bytea ORDER BY p.day) AS days
FROM {source}
GROUP BY p.customer_id
"""

# One look-up for each customer: a removal and a row put in would be two, and twice the work in the index.
ANEW = "ON CONFLICT (customer_id) DO UPDATE SET "
ANEW_STATE = ANEW + ", ".join(f"{column} = excluded.{column}" for column in STATE_COLUMNS.split(", ")[1:])
ANEW_HISTORY = ANEW + "days = excluded.days"
WITHOUT_DAYS = "SELECT customer_id FROM touched EXCEPT SELECT customer_id FROM days_now"


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did: customers looked at, and whether everything was made new."""

    customers: int
    rebuilt: bool = False


def write_states_sql(*, source: str = "customers_purchaseday p") -> str:
    """A query for purchase states from ``source``, which names the purchase days ``p``; also for past evenings."""
    return STATES.format(source=source)


def ingest_orders(*, at: datetime) -> IngestReport:
    """Take in every change of orders committed so far; a change that is being committed waits for the next time.

    Idempotent, and safe beside another ingest: each change is taken by one of them.
    """
    beside = not connection.in_atomic_block  # connections of their own would not see what waits in this one
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('purchase-days'))")
        cursor.execute("CREATE TEMP TABLE touched_day (customer_id bigint, day date) ON COMMIT DROP")
        cursor.execute(
            "WITH taken AS (DELETE FROM customers_touchedcustomer RETURNING customer_id, day)"
            " INSERT INTO touched_day SELECT DISTINCT customer_id, day FROM taken ORDER BY customer_id, day"
        )
        cursor.execute("CREATE TEMP TABLE touched (customer_id bigint PRIMARY KEY) ON COMMIT DROP")
        # As the tables lie.
        cursor.execute("INSERT INTO touched SELECT DISTINCT customer_id FROM touched_day ORDER BY customer_id")
        touched = cursor.rowcount
        rebuilt = touched > REBUILD_FROM and _is_mostly_new(cursor, touched)
        if rebuilt:
            _rebuild(beside=beside)
            note_touched_items([EVERYBODY])
        elif touched:
            cursor.execute("ANALYZE touched_day")
            _recompute_touched(cursor, days=DAYS_BY_DAY)
            cursor.execute("INSERT INTO customers_toucheditems (customer_id) SELECT customer_id FROM touched")
        cursor.execute("DROP TABLE touched, touched_day")
        RollupWatermark.objects.update_or_create(id=1, defaults={"orders_until": at})
    return IngestReport(touched, rebuilt=rebuilt)


@transaction.atomic
def ingest_customer(customer_id: int) -> None:
    """Take in the changes of one customer at once, as after an order was entered by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('purchase-days'))")
        cursor.execute("CREATE TEMP TABLE touched (customer_id bigint PRIMARY KEY) ON COMMIT DROP")
        cursor.execute("DELETE FROM customers_touchedcustomer WHERE customer_id = %s", [customer_id])
        cursor.execute("INSERT INTO touched VALUES (%s)", [customer_id])
        _recompute_touched(cursor, days=DAYS_OF_TOUCHED)
        cursor.execute("DROP TABLE touched")
    note_touched_items([customer_id])
    take_in_items(customer_ids=[customer_id])


def rebuild_purchase_days(*, at: datetime) -> int:
    """Make the whole rollup new from the orders; returns its number of days."""
    beside = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('purchase-days'))")
        cursor.execute("DELETE FROM customers_touchedcustomer")
        days = _rebuild(beside=beside)
        note_touched_items([EVERYBODY])
        RollupWatermark.objects.update_or_create(id=1, defaults={"orders_until": at})
    return days


def _is_mostly_new(cursor: object, touched: int) -> bool:
    cursor.execute("SELECT count(*) FROM customers_purchasestate")  # type: ignore[attr-defined]
    (known,) = cursor.fetchone()  # type: ignore[attr-defined]
    return bool(2 * touched > known)


def _recompute_touched(cursor: object, *, days: str) -> None:
    """Days and states of the customers in the temporary table ``touched``, whose ``days`` are asked once; unchanged
    rows are left alone."""
    run = cursor.execute  # type: ignore[attr-defined]
    run("ANALYZE touched")
    run(f"CREATE TEMP TABLE days_now ON COMMIT DROP AS {days} ORDER BY 1, 2")
    run(PUT_RIGHT)
    for table in ("customers_purchasestate", "customers_purchasehistory"):
        run(f"DELETE FROM {table} WHERE customer_id IN ({WITHOUT_DAYS})")  # noqa: S608 - names of ours
    run(f"INSERT INTO customers_purchasestate ({STATE_COLUMNS}) {write_states_sql(source='days_now p')} {ANEW_STATE}")
    histories = HISTORIES.format(source="days_now p")
    run(f"INSERT INTO customers_purchasehistory (customer_id, days) {histories} {ANEW_HISTORY}")
    run("INSERT INTO customers_rewrittenhistory (customer_id) SELECT customer_id FROM touched")
    run("DROP TABLE days_now")


def _rebuild(*, beside: bool) -> int:
    """Everything new; the number of days."""
    days = int(fill_rollup(beside=beside))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO customers_rewrittenhistory (customer_id) VALUES (%s)", [EVERYBODY])
    return days
