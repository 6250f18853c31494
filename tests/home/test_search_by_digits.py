"""Digits read aloud find the number they belong to, in search and lists."""

from datetime import date

import pytest
from django.db import connection

from crm.home.search import find_everything
from customers.models import Customer
from customers.number_finding import find_by_digits, numbered
from tests import factories
from tests.home.test_search import names


@pytest.fixture
def kjeldsen(customer):
    return customer


def test_a_number_is_found_by_its_digits_behind_whoever_is_called_just_so(rep, other_rep, kjeldsen):
    for number in ("K-10001", "K-100017", "100012", "10001", "CUST10001", "DE-2024-10001-B", "K-110001", "1000"):
        factories.make_customer(owner=rep, name=f"Firm {number}", number=number)
    found = names(find_everything("10001", user=rep))
    assert found[0] == "Firm 10001"
    assert set(found[1:]) >= {"Firm K-10001", "Firm CUST10001", "Firm DE-2024-10001-B"}
    assert "Firm K-110001" not in found
    assert names(find_everything("#100017", user=rep)) == ["Firm K-100017"]
    for typed in ("k 10001", "K10001", "k/10001", "K – 10001"):
        assert names(find_everything(typed, user=rep))[:2] == ["Firm K-10001", "Firm K-100017"], typed
    assert names(find_everything("de2024 10001", user=rep))[0] == "Firm DE-2024-10001-B"
    assert names(find_everything("cust-10001", user=rep)) == ["Firm CUST10001"]
    assert not Customer.objects.filter(numbered(Customer, "x 10001")).exists()
    factories.make_order(kjeldsen, date(2026, 9, 23), number="SO-2026-88412")
    for typed in ("88412", "so 2026 88412", "SO2026/88412"):
        assert names(find_everything(typed, user=rep)) == ["Order SO-2026-88412"], typed
    assert find_everything("10001", user=other_rep) == find_everything("88412", user=other_rep) == []


def test_lists_find_a_number_by_its_digits_and_in_any_case(rep, kjeldsen, signed_in):
    browser = signed_in(rep)
    factories.make_customer(owner=rep, name="Nordholm Pumps", number="K-20000")
    Customer.objects.filter(pk=kjeldsen.pk).update(number="K-10001")
    factories.make_order(kjeldsen, date(2026, 9, 23), number="SO-2026-88412")
    for url in (
        "/customers/?q=10001",
        "/customers/?q=k-1000",
        "/customers/?q=k10001",
        "/orders/?q=88412",
        "/orders/?q=so-2026",
    ):
        page = browser.get(url).content.decode()
        assert "Kjeldsen Maskinfabrik" in page, url
        assert "Nordholm" not in page, url


def test_a_list_tells_all_whose_digits_begin_so_however_many_others_have(rep, other_rep, signed_in):
    others = [f"A-{digits}" for digits in range(700_000, 700_600)]
    own = [f"K-700{digit}" for digit in range(10)]
    Customer.objects.bulk_create(Customer(name=number, number=number, owner=other_rep) for number in others)
    Customer.objects.bulk_create(Customer(name=number, number=number, owner=rep) for number in own)
    page = signed_in(rep).get("/customers/?q=700").content.decode()
    assert all(number in page for number in own)
    seen = Customer.objects.visible_to(other_rep).filter(numbered(Customer, "700"))
    assert set(seen.values_list("number", flat=True)) == set(others)


def test_digits_are_looked_up_behind_each_beginning_of_the_numbers_without_reading_them_all(rep):
    begins = [f"{letter}{year}-" for letter in ("", "R", "S") for year in range(2020, 2026)]
    numbers = [f"{begin}{digits}" for begin in begins for digits in range(30_000, 30_040)]
    Customer.objects.bulk_create(Customer(name=number, number=number, owner=rep) for number in numbers)
    asked = find_by_digits(Customer.objects.all(), "30031", limit=6)
    assert {one.number for one in asked} == {f"{begin}30031" for begin in begins}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, values = asked.query.sql_with_params()
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING off, COSTS off) {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on customers_customer" not in plan
