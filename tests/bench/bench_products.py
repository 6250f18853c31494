"""The rollup of items, and bridge, lost items and white space of portfolios read from it."""

import statistics
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.models import User
from crm.core.role_permissions import assign_role, sync_roles
from crm.home.product_figures import PortfolioFigures
from crm.home.sales_comparison import draw_movement_bridge, draw_price_bridge, read_comparison
from crm.home.white_space import find_customers_white_space
from customers.basket_pairs import rebuild_basket_pairs
from customers.item_rollup import note_touched_items, rebuild_items, take_in_items
from customers.lost_items import list_missed_items
from customers.models import Customer
from customers.peer_groups import rebuild_peers
from customers.purchase_day_rebuild import rebuild_purchase_days
from customers.sales_table_reading import read_sales
from tests.bench.bench_night import count_lines_seconds
from tests.bench.figure import report, stopwatch
from tests.bench.product_book import write_book

TIMES = 30
LIMIT_MS = 150
ADDRESSES = (("movement", "/products/movement/"), ("lost", "/products/lost/"))


def bench_products(customers: int) -> None:
    """A book of ``customers`` with twenty lines each; portfolios of 200 and 1,000 of the larger ones."""
    today = timezone.localdate()
    book = write_book(customers, today=today)
    sync_roles()
    for rep in book.reps:
        assign_role(rep, rep.role)
    report(f"products_lines_{customers}", book.lines, "lines")
    rebuild_purchase_days(at=timezone.now())
    _time_rollup(customers, today=today)
    for rep in book.reps:
        _time_portfolio(rep, customers, today=today)


def _time_rollup(customers: int, *, today: object) -> None:
    with stopwatch() as watch:
        rows = rebuild_items()
    report(f"items_rebuild_{customers}", watch.seconds, "s", yardstick=count_lines_seconds())
    report(f"items_rows_{customers}", rows, "rows")
    for name, work in (("peers", rebuild_peers), ("pairs", rebuild_basket_pairs)):
        with stopwatch() as watch:
            work(on=today)  # type: ignore[operator]
        report(f"{name}_rebuild_{customers}", watch.seconds, "s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    note_touched_items(range(1, customers, 140))
    with stopwatch() as watch:
        touched = take_in_items()
    report(f"items_of_a_day_{customers}", watch.seconds, "s")
    report(f"items_of_a_day_customers_{customers}", touched, "customers")


def _time_portfolio(rep: User, customers: int, *, today: object) -> None:
    ids = list(Customer.objects.filter(owner=rep).values_list("pk", flat=True))
    industries = dict(Customer.objects.filter(owner=rep).values_list("pk", "industry"))
    until = today - timedelta(days=1)  # type: ignore[operator]
    comparison = read_comparison({}, until=until).comparison

    def bridge() -> None:
        figures = PortfolioFigures(ids, comparison, until)
        draw_movement_bridge(figures, link=str)
        draw_price_bridge(figures, link=str)

    def white_space() -> None:
        find_customers_white_space(read_sales(ids, comparison=comparison), industries=industries)

    parts: dict[str, Callable[[], object]] = {
        "bridge": bridge,
        "lost_items": lambda: list_missed_items(ids, on=until),
        "white_space": white_space,
    }
    rows = len(read_sales(ids, comparison=comparison).rows)
    report(f"portfolio_{len(ids)}_rows_{customers}", rows, "rows")
    for name, work in parts.items():
        _report_times(f"portfolio_{len(ids)}_{name}_{customers}", work, limit=LIMIT_MS)
    client = Client(SERVER_NAME="localhost")
    client.force_login(rep, backend="django.contrib.auth.backends.ModelBackend")
    addresses = (*ADDRESSES, ("customer", f"/customers/{ids[0]}/products/"))
    for name, url in addresses:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        label = f"page_products_{name}_{len(ids)}_{customers}"
        _report_times(label, lambda url=url: client.get(url))
        report(f"{label}_queries", len(queries), "queries", limit=15)


def _report_times(label: str, work: Callable[[], object], *, limit: float | None = None) -> None:
    """Median and p95 of thirty times, after one that is not counted."""
    work()
    times = []
    for _again in range(TIMES):
        with stopwatch() as watch:
            work()
        times.append(watch.seconds * 1000)
    report(f"{label}_median", statistics.median(times), "ms")
    report(f"{label}_p95", sorted(times)[int(TIMES * 0.95)], "ms", limit=limit)
