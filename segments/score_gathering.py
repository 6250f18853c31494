"""The figures a night scores from: gathered once for everybody, in the database, and frozen for the run.

Figures per customer travel to Python, never an order. The table of a run is unlogged: after a crash of the database it
is empty, which the scoring of a shard notices by the number of rows it expects, and the run is planned anew.
"""

import struct
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from crm.core.metric_catalogue import METRICS
from customers.models import CostRate
from customers.purchase_day_rebuild import find_last_purchase_day, write_states_sql
from segments.rules.abc_classes import GRADES
from segments.rules.customer_scoring import CUSTOMER_FIELDS

SERVICE_COST = "service_cost_"
# Counted while the days are read anyway: reading them twice would double the time.
OF_DAYS = ("service_cost_orders", "service_cost_freight")
BINARY_HEADER = 19
_SENDERS = {"i4": "int4send", "i8": "int8send", "f8": "float8send"}

FIGURES = """
SELECT c.id AS customer_id,
       (c.relation = 'contract')::integer AS contract,
       coalesce(st.purchase_days, 0) AS purchase_days,
       coalesce(st.first_day - date '1970-01-01', 0) AS first_day,
       coalesce(st.last_day - date '1970-01-01', 0) AS last_day,
       coalesce(st.sum_ln_gap, 0) AS log_gaps,
       coalesce(st.amount_cents, 0) AS amount,
       coalesce(st.cost_cents, 0) AS cost,
       coalesce(st.positive_amount_cents, 0) AS positive_amount,
       coalesce(w.sales_12m, 0) AS sales_12m,
       coalesce(w.sales_before_12m, 0) AS sales_before_12m,
       coalesce(w.goods_12m, 0) AS goods_12m,
       coalesce(w.purchase_days_12m, 0) AS purchase_days_12m,
       coalesce(w.sales_quarter, 0) AS sales_quarter,
       coalesce(w.sales_baseline, 0) AS sales_baseline,
       (coalesce(w.handling_12m, 0) + {service})::bigint AS service_12m,
       coalesce(gp.pinned_grade, 0) AS pinned_grade
FROM customers_customer c
LEFT JOIN {states} st ON st.customer_id = c.id
LEFT JOIN (
    SELECT customer_id,
           sum(amount_cents) FILTER (WHERE day > %(today)s::date - 365)::bigint AS sales_12m,
           sum(amount_cents) FILTER (WHERE day <= %(today)s::date - 365)::bigint AS sales_before_12m,
           sum(cost_cents) FILTER (WHERE day > %(today)s::date - 365)::bigint AS goods_12m,
           sum(orders * {handling}) FILTER (WHERE day > %(today)s::date - 365)::bigint AS handling_12m,
           (count(*) FILTER (WHERE day > %(today)s::date - 365 AND amount_cents > 0))::integer AS purchase_days_12m,
           sum(amount_cents) FILTER (WHERE day > %(today)s::date - 91)::bigint AS sales_quarter,
           sum(amount_cents) FILTER (
               WHERE day > %(today)s::date - 455 AND day <= %(today)s::date - 91)::bigint AS sales_baseline
    FROM customers_purchaseday
    WHERE day > %(today)s::date - 730 AND day <= %(today)s::date {only_day}
    GROUP BY customer_id
) w ON w.customer_id = c.id
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, array_position({grades}, grade::text) AS pinned_grade
    FROM segments_pin
    WHERE ended_at IS NULL AND expires_on >= %(today)s::date AND grade <> ''
    ORDER BY customer_id, id DESC
) gp ON gp.customer_id = c.id
{joins}
WHERE c.archived_at IS NULL {only_customer}
"""


def name_figures_table(run_id: int) -> str:
    """The table in which the figures of a run are frozen until it is finished."""
    return f"segments_figures_{int(run_id)}"


def freeze_figures(run_id: int, *, on: date) -> int:
    """Gather the figures of all customers as of the evening of ``on``; returns how many customers there are."""
    table = name_figures_table(run_id)
    with connection.cursor() as cursor:
        # Everything lies in the order of customers already; estimates of groups are too wild to let the planner choose.
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL enable_hashagg = off; SET LOCAL enable_sort = off")
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {table} WITH (autovacuum_enabled = false) AS {_figures_sql(on)} ORDER BY c.id",
            {"today": on},
        )
        rows: int = cursor.rowcount
        cursor.execute("SET LOCAL enable_hashagg = on; SET LOCAL enable_sort = on")
        cursor.execute(f"CREATE INDEX ON {table} USING brin (customer_id) WITH (pages_per_range = 32)")
    return rows


def drop_figures(run_id: int) -> None:
    """Forget the figures of a run that is finished or given up."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name_figures_table(run_id)}")


def read_figures(run_id: int, *, first_id: int, next_id: int) -> Any:
    """The frozen figures of a range of customers, by id, as a structured array of ``CUSTOMER_FIELDS``."""
    names = ", ".join(name for name, _type in CUSTOMER_FIELDS)
    return read_columns(
        f"SELECT {names} FROM {name_figures_table(run_id)}"
        f" WHERE customer_id >= {int(first_id)} AND customer_id < {int(next_id)} ORDER BY customer_id",
        CUSTOMER_FIELDS,
    )


def gather_customer(customer_id: int, *, on: date) -> Any:
    """The figures of one customer as they are now, read from the rollup; an empty array when he is archived or gone."""
    names = ", ".join(name for name, _type in CUSTOMER_FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM ({_figures_sql(on, customer_id=customer_id)}) figures",
            {"today": on, "customer": customer_id},
        )
        return np.array(cursor.fetchall(), dtype=list(CUSTOMER_FIELDS))


def _figures_sql(on: date, *, customer_id: int | None = None) -> str:
    """The query of all figures. The kept states hold for an evening after the last purchase; for an earlier one they
    are made from the days up to it, which takes longer."""
    last = find_last_purchase_day()
    only = "p.customer_id = %(customer)s AND " if customer_id is not None else ""
    states = "customers_purchasestate"
    if last is not None and last > on:
        states = f"({write_states_sql(source=f'customers_purchaseday p WHERE {only} p.day <= %(today)s::date')})"
    costs = [metric for name, metric in sorted(METRICS.items()) if _is_read_apart(name)]
    joins = dict.fromkeys(metric.join for metric in costs if metric.join)
    return FIGURES.format(
        handling=_handling_sql(),
        grades=f"ARRAY[{', '.join(repr(grade) for grade in GRADES)}]",
        states=states,
        service=" + ".join(f"({metric.sql})" for metric in costs) or "0",
        joins="\n".join(joins),
        only_day="AND customer_id = %(customer)s" if customer_id is not None else "",
        only_customer="AND c.id = %(customer)s" if customer_id is not None else "",
    )


def _is_read_apart(name: str) -> bool:
    return name.startswith(SERVICE_COST) and name not in OF_DAYS


def _handling_sql() -> str:
    """Cents for handling and sending one order of ``day``: of each work the rate that began last."""
    works = (CostRate.Work.ORDER, CostRate.Work.FREIGHT)
    cases: dict[str, list[str]] = {}
    for rate in CostRate.objects.filter(work__in=works).order_by("-valid_from"):
        until = f" AND day <= date '{rate.valid_to}'" if rate.valid_to else ""
        cases.setdefault(rate.work, []).append(f"WHEN day >= date '{rate.valid_from}'{until} THEN {rate.cents_each}")
    return "(" + " + ".join(f"CASE {' '.join(when)} ELSE 0 END" for when in cases.values()) + ")" if cases else "0"


def read_columns(query: str, fields: tuple[tuple[str, str], ...]) -> Any:
    """The rows of a query without nulls, in its order, as a structured array.

    The database packs each column into one piece, so a single row travels: the driver takes rows one by one, which
    would cost more than all the arithmetic of a night.
    """
    packed = ", ".join(f"string_agg({_SENDERS[kind]}({name}), ''::bytea)" for name, kind in fields)
    with connection.cursor() as cursor:
        sql = f"COPY (SELECT {packed} FROM ({query}) ordered) TO STDOUT (FORMAT binary)"
        with cursor.copy(sql) as copy:
            raw = b"".join(copy)
    place, pieces = BINARY_HEADER + 2, []
    for _field in fields:
        (length,) = struct.unpack_from(">i", raw, place)
        pieces.append((place + 4, max(length, 0)))
        place += 4 + max(length, 0)
    kinds = [np.dtype(f">{kind}") for _name, kind in fields]
    answer = np.empty(pieces[0][1] // kinds[0].itemsize, dtype=list(fields))
    for (name, _kind), kind, (start, length) in zip(fields, kinds, pieces, strict=True):
        answer[name] = np.frombuffer(raw, dtype=kind, count=length // kind.itemsize, offset=start)
    return answer
