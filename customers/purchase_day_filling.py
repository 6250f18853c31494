"""The rollup of purchase days from all orders: a range of customers is read, added up by numpy, and copied back.

The orders of a range travel as four columns and the rows come back packed, which costs half of what the database needs
to add them up and put them in row by row. What it writes is what ``purchase_day_rebuild`` says in SQL of a few.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from crm.core.binary_copy import pack_columns, pack_records
from crm.core.column_reading import read_packed
from customers.purchase_day_rebuild import ORDER_DAY, STATE_COLUMNS
from customers.rollup_copying import Filling, refill_tables
from customers.rollup_renewing import RollupTable
from customers.rules.purchase_day_sums import (
    DAYS_OF_CUSTOMER,
    PurchaseDays,
    PurchaseStates,
    add_up_orders,
    pack_days,
    sum_up_states,
)

DAYS = RollupTable("customers_purchaseday", key="(customer_id, day)", indexes=(("purchase_day_by_day", "(day)"),))
HISTORIES = RollupTable("customers_purchasehistory", key="(customer_id)")
STATES = RollupTable("customers_purchasestate", key="(customer_id)")
RANGES = 48  # of a million customers a few megabytes each
ORDERS = f"""
SELECT o.customer_id * {DAYS_OF_CUSTOMER} + ({ORDER_DAY} - date '0001-01-01') AS customer_day,
    o.amount_cents AS amount, coalesce(o.cost_cents, 0) AS cost, o.line_count AS lines
FROM customers_order o WHERE {{customers}}
"""  # noqa: S608 - names of ours
FIELDS = (("customer_day", "i8"), ("amount", "i8"), ("cost", "i8"), ("lines", "i4"))


def fill_rollup(*, beside: bool) -> int:
    """Days, histories and states of everybody made new, in the order of customer and day; the number of days."""
    fillings = (
        Filling(DAYS, ("customer_id", "day", "amount_cents", "cost_cents", "orders", "lines"), _pack_days),
        Filling(HISTORIES, ("customer_id", "days"), _pack_histories),
        Filling(STATES, tuple(STATE_COLUMNS.split(", ")), _pack_states),
    )
    return refill_tables(fillings, _read_range, ranges=RANGES, beside=beside)[0]


def _read_range(customers: str) -> tuple[PurchaseDays, PurchaseStates]:
    found = read_packed(ORDERS.format(customers=customers), FIELDS)
    columns = [found[name].astype(np.int64) for name, _kind in FIELDS]
    days = add_up_orders(columns[0], amounts=columns[1], costs=columns[2], lines=columns[3])
    return days, sum_up_states(days, look_up_ln=_look_up_ln)


def _pack_days(part: tuple[PurchaseDays, PurchaseStates]) -> Iterator[memoryview]:
    days, _states = part
    return pack_columns(
        {
            "customer_id": days.customer_id,
            "day": days.day.astype("datetime64[D]"),
            "amount_cents": days.amount,
            "cost_cents": days.cost,
            "orders": days.orders.astype(np.int32),
            "lines": days.lines.astype(np.int32),
        }
    )


def _pack_histories(part: tuple[PurchaseDays, PurchaseStates]) -> Iterator[memoryview]:
    days, _states = part
    customers, counts = days.count_of_customers()
    yield pack_records(customers, counts=counts, records=pack_days(days))


def _pack_states(part: tuple[PurchaseDays, PurchaseStates]) -> Iterator[memoryview]:
    _days, states = part
    never = states.purchase_days == 0
    columns = {
        "customer_id": states.customer_id,
        "purchase_days": states.purchase_days.astype(np.int32),
        "first_day": states.first_day.astype("datetime64[D]"),
        "last_day": states.last_day.astype("datetime64[D]"),
        "sum_ln_gap": states.sum_ln_gap,
        "sum_gap_squared": states.sum_gap_squared,
        "amount_cents": states.amount,
        "cost_cents": states.cost,
        "positive_amount_cents": states.positive_amount,
        "orders": states.orders.astype(np.int32),
    }
    return pack_columns(columns, nulls={"first_day": never, "last_day": never})


def _look_up_ln(numbers: Any) -> Any:
    """As the database has them, in whose SQL they are added up for a few customers: another library's end otherwise."""
    query = "SELECT ln(number::float8) AS ln FROM unnest(%(numbers)s::bigint[]) WITH ORDINALITY one (number, place)"
    found = read_packed(f"{query} ORDER BY place", (("ln", "f8"),), {"numbers": numbers.tolist()})
    return found["ln"].astype(np.float64)
