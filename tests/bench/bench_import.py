"""Imports: rows a second into the database, and how many times longer than a bare COPY of the same rows they take."""

import io
import resource
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from crm.core.local_time import company_day
from customers.import_checking import check_file
from customers.import_handling import store_file
from customers.import_writing import NoLease, write_import
from customers.models import DataImport
from tests.bench.figure import report, stopwatch
from tests.customers.import_files import cdnow_master

ORDERS = 300_000
CUSTOMERS = 100_000


def bench_import(*, orders: int = ORDERS, customers: int = CUSTOMERS) -> None:
    """Customers, orders with numbers, and the CDNOW base twice."""
    seconds = _import(_customer_rows(customers), kind="customers", rows=customers)
    report("import_customer_rows_per_second", customers / seconds, "rows/s")
    seconds = _import(_order_rows(orders, customers), kind="orders", rows=orders)
    report("import_order_rows_per_second", orders / seconds, "rows/s")
    report("import_orders_against_copy", seconds, "s", yardstick=_bare_copy_seconds())
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_order, customers_customer CASCADE")
    for name in ("import_cdnow_first", "import_cdnow_again"):
        report(name, _import([cdnow_master()], kind="orders", rows=69_659), "s", limit=10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("import_peak_memory", peak, "MB", limit=500)


def _import(content: "Iterator[bytes] | list[bytes]", *, kind: str, rows: int) -> float:
    """Seconds from the stored file to its report; the look beforehand is the user's pause and not counted."""
    data_import = store_file(content, name="bench.csv", kind=kind, by=None)
    data_import.preview = check_file(data_import, on=company_day(timezone.now()))
    data_import.state = DataImport.State.RUNNING
    data_import.save()
    with stopwatch() as watch:
        done = write_import(data_import, lease=NoLease(), at=timezone.now())
    if done["rows"] != rows or done["rejected"]:
        raise AssertionError(f"{kind}: {done}")
    return watch.seconds


def _customer_rows(count: int) -> Iterator[bytes]:
    yield b"number,name,city,country\n"
    for first in range(0, count, 10_000):
        last = min(first + 10_000, count)
        yield "".join(f"{n},Kjeldsen Maskinfabrik {n} A/S,Aarhus,DK\n" for n in range(first, last)).encode()


def _order_rows(count: int, customers: int) -> Iterator[bytes]:
    yield b"order number,customer number,order date,amount\n"
    start = date(2023, 1, 1)
    for first in range(0, count, 10_000):
        yield "".join(
            f"O-{n},{n * 7919 % customers},{start + timedelta(days=n % 1000)},{n * 37 % 90_000 / 100:.2f}\n"
            for n in range(first, min(first + 10_000, count))
        ).encode()


def _bare_copy_seconds() -> float:
    """COPY the orders that are there back into their emptied table, its indexes and keys in place."""
    columns = "customer_id, number, day, amount_cents, line_count, currency"
    with connection.cursor() as cursor:
        kept = io.BytesIO()
        with cursor.copy(f"COPY customers_order ({columns}) TO STDOUT") as copy:
            for block in copy:
                kept.write(block)
        cursor.execute("TRUNCATE customers_order CASCADE")
        with stopwatch() as watch, cursor.copy(f"COPY customers_order ({columns}) FROM STDIN") as copy:
            copy.write(kept.getvalue())
    return watch.seconds
