"""Lists: paging by key, sorts, filters, and query strings that nobody should believe."""

import base64
import json
from itertools import chain

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.test import RequestFactory

from crm.core import list_paging
from crm.core.list_engine import Column, FlagFilter, ListDefinition, TextFilter, build_list, count_about, write_token
from crm.core.list_paging import count_rows
from customers.models import Product

NAMED = ListDefinition(
    columns=(
        Column("name", "Product", sort="name"),
        Column("price", "Price", "price_cents", "amount", sort="price_cents", nullable=True),
    ),
    filters=(
        TextFilter("q", "Search", lambda rows, value, request: rows.filter(name__icontains=value)),
        FlagFilter("gone", "Gone", lambda rows, value, request: rows.filter(is_active=False)),
    ),
    default_sort="name",
    page_size=3,
)


@pytest.fixture
def products(db):
    """Ten products: three share a price, three have none."""
    prices = [500, 500, 500, 100, 900, 700, 300, None, None, None]
    return [Product.objects.create(number=f"P{n}", name=f"Seal {n}", price_cents=p) for n, p in enumerate(prices)]


def open_list(query=""):
    return build_list(Product.objects.all(), NAMED, RequestFactory().get(f"/products/{query}"))


def joined(pages):
    return list(chain.from_iterable(pages))


def walk(query, link):
    """Every page from ``query`` on, following Next or Back."""
    pages, seen = [], set()
    while query is not None and query not in seen:
        seen.add(query)
        page = open_list(query)
        pages.append([row.pk for row in page.rows])
        query = getattr(page, link) or None
    return pages


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price"])
def test_walking_forward_and_back_shows_every_row_once_in_the_same_order(products, sort):
    forward = walk(f"?sort={sort}", "next_url")
    assert [len(page) for page in forward] == [3, 3, 3, 1]
    assert sorted(joined(forward)) == sorted(p.pk for p in products)
    last = open_list(f"?sort={sort}")
    while last.next_url:
        last = open_list(last.next_url)
    back = walk(last.back_url, "back_url")
    assert joined(reversed(back)) == joined(forward)[:9]


def test_rows_without_a_value_come_last_in_both_directions(products):
    for sort in ("price", "-price"):
        rows = [pk for page in walk(f"?sort={sort}", "next_url") for pk in page]
        assert set(rows[-3:]) == {p.pk for p in products if p.price_cents is None}


def test_a_row_that_was_added_meanwhile_moves_nothing(products):
    page = open_list()
    Product.objects.create(number="PX", name="Aaa first")
    assert [row.name for row in open_list(page.next_url).rows] == ["Seal 3", "Seal 4", "Seal 5"]


def forge(*parts):
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "",
        "%00",
        "äöü",
        "AAAA",
        forge("name"),
        forge("price", 1, 1),
        forge("name", "Seal\x003", 5),
        forge("name", "x", "1"),
        forge("name", "x", -1),
        forge("name", "x", 2**70),
        forge("name", ["x"], 1),
        forge("name", {"a": 1}, True),
        "[" * 5000,
    ],
)
def test_a_broken_or_forged_place_is_the_first_page(products, token):
    page = build_list(Product.objects.all(), NAMED, RequestFactory().get("/", {"after": token}))
    assert [row.name for row in page.rows] == ["Seal 0", "Seal 1", "Seal 2"]


@pytest.mark.parametrize("value", [2**70, -(2**70), 1e999, "12x", "9" * 400])
def test_a_forged_number_in_a_token_is_left_out(products, value):
    page = build_list(
        Product.objects.all(), NAMED, RequestFactory().get("/", {"sort": "price", "after": forge("price", value, 1)})
    )
    assert len(page.rows) == 3


def test_a_place_behind_the_last_row_shows_the_first_page(products):
    page = open_list(f"?after={write_token('name', 'Zzz', 1)}")
    assert page.rows[0].name == "Seal 0"


@pytest.mark.parametrize("sort", ["number", "pk", "-password", "name;drop", ""])
def test_only_the_sorts_that_are_offered_are_obeyed(products, sort):
    assert build_list(Product.objects.all(), NAMED, RequestFactory().get("/", {"sort": sort})).sort == "name"


def test_filters_narrow_stay_in_every_link_and_can_be_taken_off(products):
    page = open_list("?q=Seal&gone=7&sort=-price&nonsense=1")
    assert page.shown == "10"
    assert [chip.value for chip in page.chips] == ["Seal"]
    assert "q=Seal" in page.next_url
    assert "sort=-price" in page.next_url
    assert "nonsense" not in page.next_url
    assert page.chips[0].remove_url == "?sort=-price"


def test_control_characters_in_a_search_do_no_harm(products):
    assert build_list(Product.objects.all(), NAMED, RequestFactory().get("/", {"q": "Seal\x00 1\n"})).shown == "1"


def test_small_lists_are_counted_large_ones_estimated(products, monkeypatch):
    assert count_about(Product.objects.all()) == (10, True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_product")
    assert count_about(Product.objects.all(), limit=4) == (10, True), "all of them cost no more"
    monkeypatch.setattr(list_paging, "DEAR", 0)
    count, exact = count_about(Product.objects.all(), limit=4)
    assert (count >= 4, exact) == (True, False)
    assert count_about(Product.objects.none()) == (0, True)


def test_what_the_planner_takes_for_dear_is_counted_where_the_clock_allows_it(products, monkeypatch):
    """191 of somebody's 760 customers were told as "about 1,312"."""
    monkeypatch.setattr(list_paging, "DEAR", 0)
    monkeypatch.setattr(list_paging, "FEW", 1)
    assert count_about(Product.objects.all()) == (10, True)
    slowly = RawSQL("pg_sleep(0.02) IS NOT NULL", [], output_field=BooleanField())  # a fifth of a second for all
    assert count_about(Product.objects.filter(slowly)) == (10, True), "a small company's rows, on a busy machine"
    monkeypatch.setattr(list_paging, "SMALL", -2)
    assert not count_about(Product.objects.filter(slowly))[1]
    monkeypatch.setattr(list_paging, "TRIED", 0)
    assert not count_about(Product.objects.all())[1]


def test_a_list_that_stands_whole_on_its_page_is_counted_whatever_was_expected(products):
    def read(query):
        page = build_list(
            Product.objects.all(), NAMED, RequestFactory().get(f"/products/{query}"), counted=(2_453, False)
        )
        return page.shown, page.is_exact

    assert read("?q=seal+1") == ("1", True)
    assert read("?q=seal") == ("about 2,453", False)


def test_a_few_and_some_thousand_are_put_together_from_their_keys_but_not_more(db, monkeypatch):
    """Half of the products are seals that are sold, half are pumps that are not: seals not sold would be a quarter."""
    Product.objects.bulk_create(
        Product(number=f"P{n}", name=f"No. {n}", family="Seals" if n % 2 else "Pumps", is_active=bool(n % 2))
        for n in range(4_000)
    )
    strange = Product.objects.create(number="S1", name="Seal no longer sold", family="Seals", is_active=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_product")
    found = count_rows(Product.objects.filter(family="Seals", is_active=False))
    assert (found.count, found.is_exact, found.keys) == (1, True, [strange.pk])
    nobody = count_rows(Product.objects.filter(family="Pumps", is_active=True))
    assert (nobody.count, nobody.is_exact, nobody.keys) == (0, True, [])
    some = count_rows(Product.objects.filter(family="Seals"))
    assert (some.count, some.is_exact, len(some.keys)) == (2_001, True, 2_001)
    monkeypatch.setattr(list_paging, "GATHERED", 2_000)
    many = count_rows(Product.objects.filter(family="Seals"))
    assert (many.count, many.is_exact, many.keys) == (2_001, True, None)


def test_a_list_asks_the_database_as_often_for_three_rows_as_for_ten(products, django_assert_num_queries):
    with django_assert_num_queries(3):
        open_list()
    Product.objects.filter(pk__in=[p.pk for p in products[2:]]).delete()
    with django_assert_num_queries(3):
        open_list()
