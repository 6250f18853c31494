"""The rollup of items, and bridge, lost items and white space of portfolios read from it."""

import statistics
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.models import User
from crm.core.role_permissions import assign_role, sync_roles
from crm.home.portfolio_keeping import keep_portfolios
from crm.home.product_figures import PortfolioFigures
from crm.home.sales_comparison import draw_movement_bridge, draw_price_bridge, read_comparison
from crm.home.white_space import find_customers_white_space
from customers.basket_pairs import rebuild_basket_pairs
from customers.item_rollup import note_touched_items, rebuild_items, take_in_items
from customers.lost_items import find_lost_items
from customers.models import Customer
from customers.peer_groups import rebuild_peers
from customers.purchase_day_rebuild import rebuild_purchase_days
from customers.sales_table_reading import read_sales
from segments.score_run import finish_run, index_shards, plan_run, work_shards
from tests.bench.bench_night import count_lines_seconds
from tests.bench.figure import report, stopwatch
from tests.bench.product_book import Book, write_book

TIMES = 30
LIMIT_MS = 150
MOST_QUERIES = 15
ADDRESSES = (
    ("movement", "/products/movement/"),
    ("lost", "/products/lost/"),
    ("lost_family", "/products/lost/?family=Seals"),
    ("bar", "/products/movement/customers/?bar=grew"),
)


def bench_products(customers: int) -> None:
    """A book of ``customers`` with twenty lines each; portfolios of 200 and 1,000 of the larger ones, and the pages of
    a manager and an admin who see everybody."""
    today = timezone.localdate()
    book = write_book(customers, today=today)
    sync_roles()
    for user in (*book.reps, book.manager, book.admin):
        assign_role(user, user.role)
    report(f"products_lines_{customers}", book.lines, "lines")
    rebuild_purchase_days(at=timezone.now())
    _time_rollup(customers, today=today)
    _score_everybody(on=today - timedelta(days=1))
    measure_book(book, customers, today=today)


def measure_book(book: Book, customers: int, *, today: date) -> None:
    """Everything that is read from a book whose rollups and scores are there."""
    _report_sizes(customers)
    for rep in book.reps:
        _time_portfolio(rep, customers, today=today)
    User.objects.filter(pk__in=[book.manager.pk, book.admin.pk]).update(last_login=timezone.now())
    with stopwatch() as watch:
        kept = keep_portfolios(at=timezone.now(), progress=lambda done, all_: None)
    report(f"portfolios_worked_out_{customers}", watch.seconds, "s")
    report(f"portfolios_kept_{customers}", kept, "portfolios")
    for user in (*book.reps, book.manager, book.admin):
        _time_pages(user, customers)


def _score_everybody(*, on: date) -> None:
    run = plan_run(on=on)
    work_shards(run)
    finish_run(run)
    index_shards(run)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _report_sizes(customers: int) -> None:
    for table in ("customers_itemday", "customers_itemrhythm"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
            rows, size = cursor.fetchone()
        report(f"{table}_rows_{customers}", rows, "rows")
        report(f"{table}_{customers}", size / 1e6, "MB")


def _time_rollup(customers: int, *, today: date) -> None:
    with stopwatch() as watch:
        rebuild_items()
    report(f"items_rebuild_{customers}", watch.seconds, "s", yardstick=count_lines_seconds())
    for name, work in (("peers", rebuild_peers), ("pairs", rebuild_basket_pairs)):
        with stopwatch() as watch:
            work(on=today)
        report(f"{name}_rebuild_{customers}", watch.seconds, "s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    note_touched_items(range(1, customers, 140))
    with stopwatch() as watch:
        touched = take_in_items()
    report(f"items_of_a_day_{customers}", watch.seconds, "s")
    report(f"items_of_a_day_customers_{customers}", touched, "customers")


def _time_portfolio(rep: User, customers: int, *, today: date) -> None:
    ids = list(Customer.objects.filter(owner=rep).values_list("pk", flat=True))
    industries = dict(Customer.objects.filter(owner=rep).values_list("pk", "industry"))
    until = today - timedelta(days=1)
    comparison = read_comparison({}, until=until).comparison

    def bridge() -> None:
        figures = PortfolioFigures(ids, comparison, until)
        draw_movement_bridge(figures, link=str)
        draw_price_bridge(figures, link=str)

    def white_space() -> None:
        find_customers_white_space(read_sales(ids, comparison=comparison), industries=industries)

    parts: dict[str, Callable[[], object]] = {
        "bridge": bridge,
        "lost_items": lambda: find_lost_items(ids, on=until).read(0, 50),
        "white_space": white_space,
    }
    rows = len(read_sales(ids, comparison=comparison).rows)
    report(f"portfolio_{len(ids)}_rows_{customers}", rows, "rows")
    for name, work in parts.items():
        _report_times(f"portfolio_{len(ids)}_{name}_{customers}", work, limit=LIMIT_MS)


def _time_pages(user: User, customers: int) -> None:
    """Server time and queries of the pages; the first visit, which signs in and fills what is kept, is not counted."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    first = Customer.objects.filter(owner=user).order_by("pk").values_list("pk", flat=True).first()
    addresses = [*ADDRESSES, ("customer", f"/customers/{first}/products/")] if first else ADDRESSES
    for name, url in addresses:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
            count = len(queries)  # every later request forgets them
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        label = f"page_products_{name}_{user.email.partition('@')[0]}_{customers}"
        _report_times(label, lambda url=url: client.get(url), limit=LIMIT_MS)
        report(f"{label}_queries", count, "queries", limit=MOST_QUERIES)


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
