"""Server time, queries and bytes of the pages people live in, and of those of customers with far more than usual."""

import gc
import statistics
from collections.abc import Sequence
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.core.models import User
from crm.home.customer_list import CUSTOMERS
from crm.home.data_health import Links
from customers.models import Customer
from segments.models import Segment
from tests.bench.figure import report, stopwatch
from tests.bench.heavy_customer import CONTACTS, ORDERS, write_heavy_customer
from tests.bench.page_cost import measure_visit

TIMES, TIMES_OF_A_WORKLIST, TIMES_OF_AN_ORDER = 30, 5, 3
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
HEAVY_PAGES = (
    ("customer_page", "/customers/{customer}/", 80),
    ("timeline", "/customers/{customer}/parts/timeline/", 80),
    ("value_page", "/customers/{customer}/value/", MEDIAN_MS),
    ("products", "/customers/{customer}/products/", 150),
)


def bench_pages(customers: int) -> None:
    """Each page ``TIMES`` times as a role that uses it; the first visit is not counted."""
    customer = Customer.objects.get(number="K-10001").pk
    for name, account, path in PAGES:
        _time_page(f"page_{name}_{customers}", sign_in(account), path.format(customer=customer))
    for what, orders, contacts in (("orders", ORDERS, 0), ("contacts", 0, CONTACTS)):
        owner = User.objects.get(email="rep@rapport.example")
        heavy = Customer.objects.filter(owner=owner, score__isnull=False).order_by("-pk")[1 if orders else 0]
        write_heavy_customer(heavy, orders=orders, contacts=contacts, at=timezone.now())
        for name, path, limit in HEAVY_PAGES:
            label = f"page_{name}_of_{orders + contacts}_{what}_{customers}"
            _time_page(label, sign_in("rep"), path.format(customer=heavy.pk), median_ms=limit)
    _time_worklists(customers)
    _time_lists_of_segments(customers)


def sign_in(account: str) -> Client:
    """A browser of ``account`` that has been in before; what is loaded is set aside as in a web process."""
    client = Client(headers={"host": "127.0.0.1"})
    user = User.objects.get(email=f"{account}@rapport.example")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    freeze_what_is_loaded()
    return client


def freeze_what_is_loaded() -> None:
    """As ``crm.wsgi`` does: else a visit now and then pays a tenth of a second for looking through all of it."""
    gc.collect()
    gc.freeze()


def _time_page(label: str, client: Client, url: str, *, median_ms: int = MEDIAN_MS) -> None:
    """By the clock, and by the processor, which other work on the machine does not change."""
    if (answer := client.get(url)).status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    asked, times, worked = len(queries), [], []
    for _again in range(TIMES):
        with stopwatch() as watch:
            visit = measure_visit(partial(client.get, url))
        times.append(watch.seconds * 1000)
        worked.append(visit.ms)
    report(f"{label}_median", statistics.median(times), "ms", limit=median_ms)
    report(f"{label}_p95", sorted(times)[int(TIMES * 0.95)], "ms", limit=max(LIMIT_MS, median_ms))
    report(f"{label}_processor", statistics.median(worked), "ms", limit=median_ms)
    report(f"{label}_queries", asked, "queries", limit=15)
    report(f"{label}_bytes", len(answer.content), "bytes", limit=60_000)


def _time_worklists(customers: int) -> None:
    """Whoever the numbers of data health lead to, of everybody and of one segment, as admin: all of them together."""
    worklists = [Links(key, None) for key in ("", "premium")]
    urls = [url for links in worklists for url in (links.unreached, links.mend, *links.gaps.values())]
    _time_together(f"worklists_of_data_health_{customers}", "admin", urls, times=TIMES_OF_A_WORKLIST)


def _time_lists_of_segments(customers: int) -> None:
    """The customers of each segment in every order that is offered, largest and smallest first, by who sees how many:
    in an order that begins with everybody else a list of a few takes longest."""
    orders = [turn + column.name for column in CUSTOMERS.columns if column.sort for turn in ("", "-")]
    segments = Segment.objects.filter(archived_at=None).values_list("key", flat=True)
    urls = [f"/customers/?segment={key}&sort={order}" for key in segments for order in orders]
    for account in ("admin", "lead", "rep"):
        _time_together(f"lists_of_a_segment_{account}_{customers}", account, urls, times=TIMES_OF_AN_ORDER)


def _time_together(label: str, account: str, urls: Sequence[str], *, times: int) -> None:
    """All ``urls`` as one figure, by the processor, and the slowest by its name."""
    client, seen = sign_in(account), []
    for url in urls:
        client.get(url)
        for _again in range(times):
            seen.append((measure_visit(partial(client.get, url)).ms, url))
    took, (slowest, slow_url) = sorted(ms for ms, _url in seen), max(seen)
    report(f"{label}_processor_median", statistics.median(took), "ms", limit=MEDIAN_MS)
    report(f"{label}_processor_p95", took[int(len(took) * 0.95)], "ms", limit=LIMIT_MS)
    report(f"{label}_slowest {slow_url}", slowest, "ms", limit=LIMIT_MS)
