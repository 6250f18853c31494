"""Visits on the web: how they read, what was looked at last, figures for rules, and how they are forgotten."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.core.models.business_setting import change_setting
from customers.customer_merging import merge_customers
from customers.models import Customer, CustomerMerge, Product
from customers.personal_data_erasing import erase_customer
from interactions.models import ContactPreference, WebEvent
from interactions.web_event_keeping import clear_web_events
from tests import factories
from tests.interactions.test_customer_metrics import TODAY, read

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def do(customer, kind="viewed", *, at=NOON, **fields):
    return WebEvent.objects.create(customer=customer, kind=kind, at=at, token=uuid4(), **fields)


@pytest.fixture
def products(db):
    return [Product.objects.create(number=f"P-{number}", name=f"Seal {number}") for number in range(8)]


@pytest.fixture
def open_part(rep, signed_in):
    client = signed_in(rep)

    def open_it(customer, part="timeline", **query):
        return client.get(reverse("home:customer-part", args=[customer.pk, part]), query).content.decode()

    return open_it


# --- the timeline -----------------------------------------------------------------------------------------------------
def test_one_visit_is_one_line(customer, products, open_part):
    buyer = factories.make_person(customer, name="Lene Kjær")
    for minutes, kind, product in ((0, "viewed", 0), (29, "viewed", 1), (58, "viewed", 0), (60, "cart", 1)):
        at = NOON + timedelta(minutes=minutes)
        do(customer, kind, at=at, person=buyer, product=products[product], words=f"Seal {product}")
    do(customer, "cart_left", at=NOON + timedelta(minutes=80), person=buyer)
    do(customer, "searched", at=NOON + timedelta(minutes=59), person=buyer, words="o-ring")
    do(customer, "downloaded", at=NOON + timedelta(minutes=81), words="datasheet.pdf")  # somebody else
    do(customer, at=NOON + timedelta(minutes=111), person=buyer, words="Later")
    text = open_part(customer)
    assert text.count(" on the web</b>") == 2
    assert text.count("Downloaded from the web") == 1
    line = "Seal 0, Seal 1 · searched for o-ring · put into the cart: Seal 1 · cart left"
    assert "Looked at 2 products on the web</b>" in text
    assert line in text
    assert "downloaded datasheet.pdf" in text


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([("viewed", "")], "Looked at 1 page on the web"),
        ([("cart", "Seal"), ("cart_left", "")], "Left a cart on the web"),
        ([("cart_left", ""), ("cart", "Seal")], "Filled a cart on the web"),
        ([("searched", "seal")], "Searched on the web"),
        ([("viewed", f"Seal {number}") for number in range(8)], "Seal 3, Seal 4 and 3 more"),
    ],
)
def test_a_visit_says_what_it_was_about(customer, open_part, events, words):
    for second, (kind, text) in enumerate(events):
        do(customer, kind, words=text, at=NOON + timedelta(seconds=second), page_title="Prices")
    assert words in open_part(customer)


def test_events_of_one_moment_are_one_visit(customer, open_part):
    for word in "ABC":
        do(customer, words=word)
    assert open_part(customer).count("on the web") == 1


def test_older_visits_follow_page_by_page_each_once(customer, open_part):
    for hours in range(60):
        for minutes in (0, 10):
            do(customer, words=f"Item {hours:02}.", at=NOON - timedelta(hours=hours, minutes=minutes))
    seen, query = [], {"kind": "web"}
    while True:
        text = open_part(customer, **query)
        seen += [number for number in range(60) if f"Item {number:02}." in text]
        if "after=" not in text:
            break
        query["after"] = text.split("after=")[1].split("&")[0]
    assert seen == list(range(60))


def test_a_page_of_visits_costs_what_one_visit_costs(customer, products, open_part):
    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            open_part(customer)
        return len(queries)

    open_part(customer)
    do(customer, product=products[0])
    few = count_queries()
    for hours in range(1, 40):
        do(customer, product=products[1], at=NOON - timedelta(hours=hours), person=factories.make_person(customer))
    assert count_queries() == few


# --- last looked at ---------------------------------------------------------------------------------------------------
def test_the_five_products_looked_at_last_say_by_whom_and_whether_they_were_ever_bought(customer, products, open_part):
    buyer = factories.make_person(customer, name="Lene Kjær")
    for number, product in enumerate(products):
        do(customer, product=product, person=buyer, at=NOON + timedelta(minutes=number))
    do(customer, "searched", words="not a product", at=NOON + timedelta(hours=1))
    factories.sell(customer, date(2026, 3, 2), (products[7], 10_000, 1))
    text = open_part(customer, "looked")
    assert [number for number in range(8) if f"Seal {number}<" in text] == [3, 4, 5, 6, 7]
    assert text.index("Seal 7<") < text.index("Seal 3<")
    assert text.count("never bought") == 4
    assert "2 Mar" in text
    assert text.count("Lene Kjær") == 5
    assert "not a product" not in text


def test_what_lies_in_the_cart_is_marked_until_it_is_bought(customer, products, open_part):
    do(customer, "cart", product=products[0], at=NOON)
    do(customer, product=products[1], at=NOON)
    assert open_part(customer, "looked").count("in the cart") == 1
    factories.sell(customer, TODAY, (products[0], 10_000, 1))
    assert "in the cart" not in open_part(customer, "looked")


def test_a_page_without_web_visits_shows_no_empty_card(customer, rep, signed_in):
    address = reverse("home:customer-part", args=[customer.pk, "looked"])
    assert signed_in(rep).get(address, headers={"hx-request": "true"}).content.strip() == b""
    assert "Nothing looked at on the web yet" in signed_in(rep).get(address).content.decode()


def test_the_page_of_a_person_says_what_he_looked_at(rep, signed_in, customer, products):
    buyer, other = (factories.make_person(customer, name=name) for name in ("Lene Kjær", "Ole Holm"))
    do(customer, product=products[0], person=buyer)
    do(customer, product=products[1], person=other)
    text = signed_in(rep).get(reverse("home:person-page", args=[buyer.pk])).content.decode()
    assert "Last looked at" in text
    assert "Seal 0<" in text
    assert "Seal 1<" not in text


# --- figures for rules ------------------------------------------------------------------------------------------------
def test_visits_of_thirty_days_are_counted_by_visit(customer):
    person = factories.make_person(customer)
    for days, minutes, who in ((29, 0, person), (29, 30, person), (29, 61, person), (29, 5, None), (30, 0, None)):
        do(customer, at=NOON - timedelta(days=days) + timedelta(minutes=minutes), person=who)
    assert read("web_visits_30d", customer) == 3
    assert read("web_visits_30d", factories.make_customer()) == 0


def test_the_days_since_the_last_visit(customer):
    assert read("days_since_web_visit", customer) is None
    do(customer, at=NOON - timedelta(days=12))
    do(customer, at=NOON + timedelta(days=1))
    assert read("days_since_web_visit", customer) == 12


def test_a_cart_counts_as_left_from_the_day_after_until_they_order(customer):
    do(customer, "cart_left", at=NOON)
    assert read("cart_left_days", customer) is None
    do(customer, "cart_left", at=NOON - timedelta(days=3))
    assert read("cart_left_days", customer) == 3
    factories.make_order(customer, TODAY - timedelta(days=4))
    factories.make_order(customer, TODAY - timedelta(days=1), amount_cents=-500)
    assert read("cart_left_days", customer) == 3
    factories.make_order(customer, TODAY - timedelta(days=3))
    assert read("cart_left_days", customer) is None


# --- forgetting, merging, erasing ------------------------------------------------------------------------------------
def test_events_go_after_the_days_that_the_business_set(customer):
    change_setting("web.kept_days", 60)
    old = do(customer, at=NOON - timedelta(days=61))
    kept = do(customer, at=NOON - timedelta(days=59))
    assert clear_web_events(at=NOON) == 1
    assert clear_web_events(at=NOON) == 0
    assert not WebEvent.objects.filter(pk=old.pk).exists()
    assert WebEvent.objects.get() == kept


def test_a_merge_brings_the_visits_along_and_the_stricter_wish_wins(lead, rep, customer):
    kept = factories.make_customer(owner=rep, team=rep.team)
    do(customer)
    do(kept)
    ContactPreference.objects.create(customer=customer, channel="web", is_allowed=False, said_on=TODAY)
    merge_customers(kept, customer, by=lead, at=timezone.now())
    assert set(WebEvent.objects.values_list("customer", flat=True)) == {kept.pk}
    assert CustomerMerge.objects.exists()
    assert clear_web_events(at=NOON) == 2
    assert not WebEvent.objects.exists()


def test_who_is_erased_leaves_no_visit(admin, customer):
    do(customer, words="Seal")
    erase_customer(customer, reason="By letter", by=admin, at=timezone.now())
    assert not WebEvent.objects.exists()
    assert Customer.objects.filter(pk=customer.pk).exists()
