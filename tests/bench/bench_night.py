"""The demo company loaded, and one more night over it."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from crm.home.demo_company.company import load_demo_company
from crm.nightly_run import run_night
from tests.bench.figure import report, stopwatch


def count_lines_seconds() -> float:
    """The yardstick: ``count(*)`` over the order lines in the same session, the better of three."""
    times = []
    with connection.cursor() as cursor:
        for _again in range(3):
            with stopwatch() as watch:
                cursor.execute("SELECT count(*) FROM customers_orderline")
            times.append(watch.seconds)
    return min(times)


def bench_demo(customers: int) -> None:
    """Load the company of this size."""
    with stopwatch() as watch:
        load_demo_company(customers, at=timezone.localtime())
    report(f"demo_load_{customers}", watch.seconds, "s", limit=30 if customers == 20_000 else None)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def bench_night(customers: int) -> None:
    """A whole night for today, one process, from the rollup to the switched view with segments and alerts."""
    now = timezone.localtime()
    with stopwatch() as watch:
        run_night(on=now.date() + timedelta(days=1), at=now + timedelta(days=1))
    report(f"night_{customers}", watch.seconds, "s", yardstick=count_lines_seconds())
