"""A new company: the one next thing to do is found wherever its admin looks, down to his own list of who may leave."""

from datetime import date

import pytest
from django.utils import timezone

from crm.core.models import JobRun
from tests import factories
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db
URL = "/first-steps/"
FETCHED = f'hx-get="{URL}'


def read(client, address=URL, **headers):
    return client.get(address, headers=headers).content.decode()


def test_an_empty_house_asks_for_customers_first(signed_in, admin):
    client = signed_in(admin)
    page = read(client)
    assert 'class="btn btn-sm btn-primary" href="/customers/imports/new/?kind=customers"' in page
    assert page.count("btn-primary") == 1
    assert 'value="customers" checked' in read(client, "/customers/imports/new/")


def test_once_customers_are_here_orders_are_asked_for_and_then_the_night(signed_in, admin):
    client = signed_in(admin)
    customer = factories.make_customer(name="Padaria Silva")
    page = read(client)
    assert "1 customer is here" in page
    assert 'class="btn btn-sm btn-primary" href="/customers/imports/new/?kind=orders"' in page
    assert 'value="orders" checked' in read(client, "/customers/imports/new/?kind=orders")
    factories.make_order(customer, date(2026, 11, 2))
    page = read(client)
    assert "1 order is here" in page
    assert 'name="first"' in page
    assert client.post("/jobs/night/", {"first": "1"}).url == URL
    waiting = read(client, **{"HX-Request": "true"})
    assert "The night is at work" in waiting
    assert 'hx-trigger="every 2s"' in waiting


def test_what_the_database_expects_of_its_young_tables_is_not_told_as_a_number(signed_in, admin, monkeypatch):
    client = signed_in(admin)
    monkeypatch.setattr("crm.home.first_steps.count_about", lambda rows: (60_000, False))
    assert "customers are here" not in read(client)
    factories.make_customer(name="Padaria Silva")
    assert "1 customer is here" in read(client)


def test_after_the_first_night_whoever_waited_is_led_to_his_list_and_nobody_else_is_bothered(signed_in, admin):
    client = signed_in(admin)
    customer = factories.make_customer(name="Padaria Silva")
    factories.make_order(customer, date(2026, 9, 20))
    make_score(customer)
    assert client.get(URL, headers={"HX-Request": "true"}).status_code == 204
    waited = read(client, f"{URL}?waited=1", **{"HX-Request": "true"})
    assert "1 customer may be leaving" in waited
    assert 'href="/risk/"' in waited
    assert "every 2s" not in waited
    assert "Invite colleagues" in waited


def test_a_night_that_failed_is_said(signed_in, admin):
    customer = factories.make_customer(name="Padaria Silva")
    factories.make_order(customer, date(2026, 9, 20))
    JobRun.objects.create(kind="night", key="2026-11-22", due_at=timezone.now(), state="failed")
    page = read(signed_in(admin))
    assert "The last night failed." in page
    assert 'name="first"' in page


@pytest.mark.parametrize("address", ["/", "/customers/", "/segments/", "/measure/health/", "/customers/imports/new/"])
def test_every_page_that_is_empty_in_a_new_house_fetches_the_steps(signed_in, admin, address):
    assert FETCHED in read(signed_in(admin), address)


def test_before_the_first_night_no_empty_list_is_told_as_good_news(signed_in, admin):
    """Nobody below zero, nobody without an estimate, nobody moved: all true of an empty house, and all misleading."""
    client = signed_in(admin)
    lists = ("worst-signs", "wallet-gaps", "benefits", "most-valuable", "best-fit", "below-zero", "movement", "groups")
    for address in ("/risk/", "/products/lost/", *(f"/segments/{name}/" for name in lists)):
        page = read(client, address)
        assert "No figures yet" in page, address
        assert FETCHED in page, address
    assert "No figures yet" not in read(client, "/customers/references/"), "nothing of the night stands there"
    make_score(factories.make_customer())
    assert "No figures yet" not in read(client, "/segments/worst-signs/")


def test_whoever_may_not_import_is_not_sent_there(signed_in, rep):
    client = signed_in(rep)
    assert FETCHED not in read(client, "/")
    assert client.get(URL).status_code == 403
