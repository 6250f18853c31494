"""Imports: rows a second into the database, and how many times longer than a bare COPY of the same rows they take."""

import io
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module

import numpy as np
from django.db import connection
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.models import Role, User
from crm.core.role_permissions import assign_role, sync_roles
from crm.home.demo_company.places import PLACE_WEIGHTS, PLACES
from crm.home.search import find_everything
from customers.import_checking import check_file
from customers.import_handling import store_file
from customers.import_key_noting import note_written
from customers.import_learning import prepare_reading
from customers.import_writing import NoLease, write_import
from customers.models import DataImport
from tests.bench.company_base import DRAWS, name_of
from tests.bench.figure import report, stopwatch
from tests.customers.import_files import cdnow_master

ORDERS = 300_000
CUSTOMERS = 100_000


def bench_import(*, orders: int = ORDERS, customers: int = CUSTOMERS) -> None:
    """Customers and orders with numbers, as many again beside them, the CDNOW base twice, customers with real names."""
    import_module("crm.core.jobs")  # the ledger rings when a report asks for indexes: in a worker that is there already
    # Behind the bare COPY every index is there too; to reach is 4 times as long.
    took = _import(_customer_rows(customers), kind="customers", rows=customers)
    _report_rows(took, goal=50_000)
    report("import_customers_against_copy", took.ready, "s", yardstick=_bare_copy_seconds("customers_customer"))
    took = _import(_order_rows(orders, customers), kind="orders", rows=orders)
    _report_rows(took, goal=60_000)
    report("import_orders_against_copy", took.ready, "s", yardstick=_bare_copy_seconds("customers_order"))
    again = _import(_customer_rows(customers, first=customers), kind="customers", rows=customers)
    report("import_customer_rows_per_second_beside_others", again.rows / again.writing, "rows/s")
    again = _import(_order_rows(orders, customers, first=orders), kind="orders", rows=orders)
    report("import_order_rows_per_second_beside_others", again.rows / again.writing, "rows/s")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_order, customers_customer CASCADE")
    for name in ("import_cdnow_first", "import_cdnow_again"):
        report(name, _import([cdnow_master()], kind="orders", rows=69_659).writing, "s", limit=10)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_order, customers_customer, customers_nameword CASCADE")
    named = _import(_named_rows(customers), kind="customers", rows=customers)
    report("import_named_customer_rows_per_second", named.rows / named.writing, "rows/s", goal=50_000)
    report("import_named_customer_rows_per_second_to_the_last_index", named.rows / named.ready, "rows/s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report("import_peak_memory", peak, "MB", limit=500)


def bench_large_import(customers: int) -> None:
    """So many customers in sixteen languages, each with an e-mail and a phone, from the upload until all is noted by
    which they are found; and finding the last of them by his phone while the indexes of that are still to be made."""
    import_module("crm.core.jobs")
    sync_roles()
    user, phone = User.objects.create(email="a@rapport.example", name="A", role=Role.ADMIN), _phone(customers - 1)
    assign_role(user, user.role)
    finding: list[float] = []

    def find() -> None:
        with stopwatch() as watch:
            found = [hit for group in find_everything(phone, user=user) for hit in group.hits]
        if len(found) != 1:
            raise AssertionError(f"{phone}: {len(found)}")
        finding.append(1000 * watch.seconds)

    took = _import(_reachable_rows(customers), kind="customers", rows=customers, meanwhile=find)
    find()
    with stopwatch() as keys:
        note_written(DataImport.objects.latest("pk").pk, lease=NoLease())
    report("large_import_customers", customers, "rows")
    report("large_import_rows_per_second", customers / took.writing, "rows/s", goal=50_000)
    report("large_import_rows_per_second_to_the_last_index", customers / took.ready, "rows/s")
    report("large_import_from_upload", took.whole, "s")
    report("large_import_until_known_in_any_spelling", took.ready - took.writing + keys.seconds, "s")
    report("large_import_phone_found_before_its_index", finding[0], "ms")
    report("large_import_phone_found_after_it", finding[1], "ms")
    report("large_import_peak_memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", limit=500)


@dataclass(frozen=True)
class Took:
    """Seconds of one import: from the stored file to its report, and from the first byte handed in.

    ``writing`` opens the file anew, reads and checks every row, writes, and reports: every row is committed then, and
    whoever asks finds it, which is what the goals speak of. ``ready`` adds what the worker does right after it:
    the indexes that only make finding and sorting faster, and statistics as closely as usual. ``whole`` adds to
    ``writing`` storing the upload and the look through the file that the user waits for before he says yes.
    ``processor`` are the seconds of processor of this process while writing; the database's own are not in it.
    """

    kind: str
    rows: int
    writing: float
    ready: float
    whole: float
    processor: float


def _report_rows(took: Took, *, goal: int) -> None:
    name = took.kind.removesuffix("s")
    report(f"import_{name}_rows_per_second", took.rows / took.writing, "rows/s", goal=goal)
    report(f"import_{name}_rows_per_second_to_the_last_index", took.rows / took.ready, "rows/s")
    report(f"import_{name}_rows_per_second_from_upload", took.rows / took.whole, "rows/s")
    report(f"import_{name}_microseconds_of_this_process", took.processor / took.rows * 1e6, "µs a row")


def _import(
    content: "Iterator[bytes] | list[bytes]", *, kind: str, rows: int, meanwhile: Callable[[], object] = lambda: None
) -> Took:
    """``meanwhile`` runs between the report and what the worker does after it, and counts to neither."""
    with stopwatch() as whole:
        data_import = store_file(content, name="bench.csv", kind=kind, by=None)
        data_import.preview = check_file(data_import, on=company_day(timezone.now()))
        data_import.state = DataImport.State.RUNNING
        data_import.save()
        processor = time.process_time()
        with stopwatch() as writing:
            done = write_import(data_import, lease=NoLease(), at=timezone.now())
        processor = time.process_time() - processor
    meanwhile()
    with stopwatch() as indexing:
        prepare_reading(data_import)
    if done["rows"] != rows or done["rejected"]:
        raise AssertionError(f"{kind}: {done}")
    return Took(kind, rows, writing.seconds, writing.seconds + indexing.seconds, whole.seconds, processor)


def _customer_rows(count: int, *, first: int = 0) -> Iterator[bytes]:
    yield b"number,name,city,country\n"
    for start in range(first, first + count, 10_000):
        numbers = range(start, min(start + 10_000, first + count))
        yield "".join(f"{n},Kjeldsen Maskinfabrik {n} A/S,Aarhus,DK\n" for n in numbers).encode()


def _named_rows(count: int) -> Iterator[bytes]:
    """Names as the large company has them, in sixteen languages: of some hundred words, no number among them."""
    yield b"number;name;city;country\n"
    weights = np.array(PLACE_WEIGHTS) / sum(PLACE_WEIGHTS)
    for start in range(0, count, 10_000):
        rng, rows = np.random.default_rng(start), min(10_000, count - start)
        places = [PLACES[place] for place in rng.choice(len(PLACES), rows, p=weights)]
        draws = rng.integers(0, 1 << 30, (rows, DRAWS)).tolist()
        yield "".join(
            f"{n};{name_of(draw, place)};{place.cities[draw[1] % len(place.cities)]};{place.country}\n"
            for n, (draw, place) in enumerate(zip(draws, places, strict=True), start=start)
        ).encode()


def _reachable_rows(count: int) -> Iterator[bytes]:
    """The same with an e-mail and a phone each."""
    for place, block in enumerate(_named_rows(count)):
        if place == 0:
            yield block.rstrip() + b";email;phone\n"
            continue
        first = (place - 1) * 10_000
        yield "".join(
            f"{line};office@{n}.example;{_phone(n)}\n"
            for n, line in enumerate(block.decode().splitlines(), start=first)
        ).encode()


def _phone(number: int) -> str:
    return f"+49 30 {number + 1_000_000}"


def _order_rows(count: int, customers: int, *, first: int = 0) -> Iterator[bytes]:
    yield b"order number,customer number,order date,amount\n"
    earliest = date(2023, 1, 1)
    for start in range(first, first + count, 10_000):
        yield "".join(
            f"O-{n},{n * 7919 % customers},{earliest + timedelta(days=n % 1000)},{n * 37 % 90_000 / 100:.2f}\n"
            for n in range(start, min(start + 10_000, first + count))
        ).encode()


def _bare_copy_seconds(table: str) -> float:
    """COPY the rows that are in ``table`` back into it, emptied, its indexes, keys and triggers in place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [table],
        )
        (columns,) = cursor.fetchone()
        kept = io.BytesIO()
        with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
            for block in copy:
                kept.write(block)
        cursor.execute(f"TRUNCATE {table} CASCADE")
        with stopwatch() as watch, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write(kept.getvalue())
    return watch.seconds
