"""A page of a list is the same whether the database walks its order or gathers its rows first."""

import itertools
import re
from types import SimpleNamespace

import pghistory
import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from crm.core import few_finding, list_engine, list_gathering, list_paging
from crm.core.list_engine import Column, ListDefinition, TextFilter, build_list
from crm.core.single_asking import Asked, Holds
from customers.models import Product

pytestmark = pytest.mark.django_db
FAMILY = TextFilter("family", "Family", lambda rows, value, request: rows.filter(family=value))
LIST = ListDefinition(
    columns=(
        Column("name", "Name", sort="name"),
        Column("price", "Price", sort="price_cents", nullable=True),
        Column("number", "Number", sort="number"),
    ),
    filters=(FAMILY,),
    default_sort="name",
    page_size=4,
)
SORTS = ("name", "-name", "price", "-price", "number", "-number")


@pytest.fixture(autouse=True)
def products(monkeypatch):
    """Thirty seals and thirty pumps, some of one price and some of none; no list is so short that its keys are read."""
    Product.objects.bulk_create(
        Product(
            number=f"P{nth:02}",
            name=f"No. {nth * 7 % 60:02}",
            family="Seals" if nth % 2 else "Pumps",
            price_cents=nth % 9 or None,
        )
        for nth in range(60)
    )
    monkeypatch.setattr(list_paging, "FEW", 0)
    monkeypatch.setattr(list_paging, "GATHERED", 0)


@pytest.fixture
def open_page(admin):
    def make(address, rows=None):
        request = RequestFactory().get(f"/{address}")
        request.user = admin
        return build_list(Product.objects.all() if rows is None else rows, LIST, request)

    return make


def find_slowly():
    """Products of which each takes the database ten milliseconds to look at."""
    return Product.objects.filter(RawSQL("pg_sleep(0.01) IS NOT NULL", [], output_field=BooleanField()))


def walk_all(open_page, sort):
    """The numbers on all pages, forth and back again."""
    forth, back, address = [], [], f"?family=Seals&sort={sort}"
    while address:
        page = open_page(address)
        forth, last, address = forth + [row.number for row in page.rows], page, page.next_url
    while last.back_url:
        last = open_page(last.back_url)
        back = [row.number for row in last.rows] + back
    return forth, back


@pytest.mark.parametrize("sort", SORTS)
def test_every_page_is_the_same_in_every_order_forth_and_back(open_page, sort, monkeypatch):
    walked = walk_all(open_page, sort)
    assert sorted(walked[0]) == sorted(Product.objects.filter(family="Seals").values_list("number", flat=True))
    monkeypatch.setattr(cache, "get", lambda name, *args: 0)  # as if every walk had taken too long before
    assert walk_all(open_page, sort) == walked


@pytest.mark.parametrize(
    ("gathered_in", "walked"),
    [
        (2.0, [["20"], ["1000"], ["1000"]]),  # five are looked at in 50 ms: found
        (0.05, [["20"], ["25"], []]),  # given up twice: not begun again
        (0.03, [["20"], [], []]),  # half of it is less than the walk had
    ],
)
def test_a_walk_given_up_is_tried_once_more_where_gathering_took_longer(open_page, monkeypatch, gathered_in, walked):
    clock = itertools.cycle([0, gathered_in])
    monkeypatch.setattr(list_gathering, "LEAST_WALK_MS", 20)
    monkeypatch.setattr(list_gathering, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    expected = [row.number for row in open_page("?family=Seals").rows]
    cache.clear()
    limits = []
    for _visit in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert [row.number for row in open_page("?family=Seals", find_slowly()).rows] == expected
        limits.append(re.findall(r"statement_timeout = (\d+);", " ".join(query["sql"] for query in queries)))
    assert limits == walked


def test_a_walk_has_half_the_time_that_gathering_would_take(open_page, monkeypatch):
    monkeypatch.setattr(list_engine, "count_rows", lambda rows: list_paging.Counted(30, gathering_ms=900))
    with CaptureQueriesContext(connection) as queries:
        open_page("?family=Seals")
    assert [query["sql"] for query in queries if "statement_timeout = 450;" in query["sql"]]


def test_in_a_request_that_may_write_the_same_rows_are_found(open_page):
    """The history of such a request takes every answer of the database to its last part."""
    expected = [row.number for row in open_page("?family=Seals").rows]
    with pghistory.context(user=1):
        assert [row.number for row in open_page("?family=Seals").rows] == expected


def test_what_is_gathered_is_found_before_it_is_sorted(open_page, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda name, *args: 0)
    with CaptureQueriesContext(connection) as queries:
        open_page("?family=Seals&sort=number")
    gathered = next(query["sql"] for query in queries if "GREATEST" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; EXPLAIN {gathered}")
        cursor.nextset()
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Sort Key: (GREATEST" in plan
    assert "number_key" not in plan, "the index of the order is not what finds them"


def test_the_limit_of_a_walk_is_not_that_of_what_follows(open_page):
    open_page("?family=Seals")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_list_without_end_is_walked_without_a_limit(open_page, monkeypatch):
    monkeypatch.setattr(list_paging, "MOST_GATHERED", 0)
    with CaptureQueriesContext(connection) as queries:
        open_page("?family=Seals")
    assert not [query for query in queries if "statement_timeout" in query["sql"]]


def test_a_walk_among_many_has_time_for_a_cold_disk_and_without_a_filter_no_limit(open_page, monkeypatch):
    monkeypatch.setattr(list_paging, "MANY", 0)
    with CaptureQueriesContext(connection) as queries:
        open_page("?family=Seals")
    assert [query["sql"] for query in queries if "statement_timeout = 2000;" in query["sql"]]
    monkeypatch.setattr(list_engine, "MANY", 0)
    with CaptureQueriesContext(connection) as queries:
        open_page("?")
    assert not [query for query in queries if "statement_timeout" in query["sql"]]


@pytest.mark.parametrize(("most", "walked"), [(2, ["40"]), (1, ["40", "450"])])
def test_whom_a_condition_names_soon_is_asked_after_a_walk_of_a_moment(open_page, monkeypatch, most, walked):
    """Two seals of thirty, each looked at for some milliseconds: both are named at once, and not more than few."""
    monkeypatch.setattr(list_engine, "count_rows", lambda rows: list_paging.Counted(30, gathering_ms=900))
    monkeypatch.setattr(few_finding, "GATHERED", -1)
    monkeypatch.setattr(few_finding, "MOST", most)
    named = "SELECT id FROM customers_product WHERE number IN ('P01', 'P03')"
    together = Asked(f"CASE WHEN pg_sleep(0.005) IS NOT NULL THEN {{0}} IN ({named}) END")
    rows = Product.objects.filter(Holds(F("pk"), together=together, alone=Asked(named), is_soon=True))
    with CaptureQueriesContext(connection) as queries:
        assert [row.number for row in open_page("?family=Seals", rows).rows] == ["P01", "P03"]
    limits = re.findall(r"statement_timeout = (\d+);", " ".join(query["sql"] for query in queries))
    assert [ms for ms in limits if ms != "25"] == walked  # 25 is what naming a page's worth of them may take
