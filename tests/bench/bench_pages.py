"""Server time, queries and bytes of the pages people live in."""

import statistics

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.core.models import User
from customers.models import Customer
from tests.bench.figure import report, stopwatch

TIMES = 30
MEDIAN_MS, LIMIT_MS = 60, 120
PAGES = (
    ("my_day", "rep", "/"),
    ("customer_list", "admin", "/customers/"),
    ("customer_list_premium", "admin", "/customers/?segment=premium"),
    ("customer_list_premium_by_sales", "admin", "/customers/?segment=premium&sort=-sales"),
    ("customer_page", "rep", "/customers/{customer}/"),
    ("value_page", "rep", "/customers/{customer}/value/"),
    ("segment_dashboard", "lead", "/segments/"),
    ("segment_dashboard_all", "admin", "/segments/"),
    ("complaints", "guardian", "/complaints/"),
    ("search", "rep", "/search/?q=kjeldsn"),
    ("pipeline", "lead", "/pipeline/"),
)


def bench_pages(customers: int) -> None:
    """Each page ``TIMES`` times as a role that uses it; the first visit is not counted."""
    customer = Customer.objects.get(number="K-10001").pk
    for name, account, path in PAGES:
        client = Client(headers={"host": "127.0.0.1"})
        user = User.objects.get(email=f"{account}@rapport.example")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        url = path.format(customer=customer)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked = len(queries)
        times = []
        for _again in range(TIMES):
            with stopwatch() as watch:
                client.get(url)
            times.append(watch.seconds * 1000)
        label = f"page_{name}_{customers}"
        report(f"{label}_median", statistics.median(times), "ms", limit=MEDIAN_MS)
        report(f"{label}_p95", sorted(times)[int(TIMES * 0.95)], "ms", limit=LIMIT_MS)
        report(f"{label}_queries", asked, "queries", limit=15)
        report(f"{label}_bytes", len(answer.content), "bytes", limit=60_000)
