"""The alert says which family the fall comes from."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import ItemDay, Product
from customers.purchase_day_rebuild import ingest_orders
from interactions.alert_raising import raise_alerts
from interactions.alert_wording import explain_alert_now
from interactions.models import Alert, Task
from tests.factories import make_customer, make_order, make_trigger, sell, set_score

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
STOPPED = date(2026, 3, 4)


@pytest.fixture
def families():
    made = {name: Product.objects.create(number=name, name=name, family=name) for name in ("Abrasives", "Bearings")}
    return made["Abrasives"], made["Bearings"]


@pytest.fixture
def slipping(db):
    return make_trigger()


def buys_until(customer, product, last, *, first=date(2025, 9, 1), every=14, cents=10_000):
    day = last
    while day >= first:
        sell(customer, day, (product, cents, 1))
        day -= timedelta(days=every)


def raise_tonight(customer, **figures):
    values = {"risk": 2, "risk_rank": 50.0, "gap_days": 61, "at_stake_cents": 30_000, **figures}
    set_score(customer, as_of=MONDAY, **values)
    raise_alerts(on=MONDAY, at=NOW)
    return Task.objects.get(customer=customer, kind="alert")


def test_most_of_the_fall_is_a_family_that_is_no_longer_bought(customer, families, slipping):
    abrasives, bearings = families
    buys_until(customer, abrasives, STOPPED, cents=30_000)
    buys_until(customer, bearings, MONDAY - timedelta(days=100), cents=3_600)
    ingest_orders(at=NOW)

    task = raise_tonight(customer)

    # Fourteen times 300 against twenty-five times 36, and nothing of either in the last quarter.
    assert task.why.endswith("82% of the fall is abrasives, not bought since 4 March.")
    assert task.alert.evidence["family"]["name"] == "Abrasives"


def test_the_share_is_measured_against_a_usual_quarter_of_the_year_before(customer, families, slipping):
    abrasives, bearings = families
    year = [MONDAY - timedelta(days=days) for days in (120, 210, 300, 390)]
    for day in year:
        sell(customer, day, (abrasives, 30_000, 1), (bearings, 30_000, 1))
    sell(customer, MONDAY - timedelta(days=30), (bearings, 20_000, 1))
    ingest_orders(at=NOW)

    task = raise_tonight(customer)

    # 60,000 a quarter before, 20,000 now: 30,000 of the 40,000 is abrasives.
    assert task.alert.evidence["family"]["share"] == 0.75
    assert task.why.endswith("Three quarters of the fall is abrasives, not bought since 26 July.")


def test_a_family_still_bought_is_named_without_a_day(customer, families, slipping):
    for day in (120, 210, 300, 390):
        sell(customer, MONDAY - timedelta(days=day), (families[0], 40_000, 1))
    sell(customer, MONDAY - timedelta(days=9), (families[0], 20_000, 1))
    ingest_orders(at=NOW)

    assert raise_tonight(customer).why.endswith("All of the fall is abrasives.")


def test_my_day_and_the_customer_page_say_the_same_sentence(customer, rep, families, slipping, signed_in):
    for day in (120, 210, 300, 390):
        sell(customer, MONDAY - timedelta(days=day), (families[0], 40_000, 1))
    ingest_orders(at=NOW)
    alert = raise_tonight(customer).alert
    sentence = "All of the fall is abrasives, not bought since 26 July."

    assert sentence in explain_alert_now(alert, score=None, on=MONDAY + timedelta(days=3))
    assert sentence in signed_in(rep).get("/").content.decode()
    assert sentence in signed_in(rep).get(f"/customers/{customer.pk}/").content.decode()


def test_orders_that_the_rollup_has_not_seen_yet_are_taken_in_for_whom_an_alert_is_raised(
    customer, foreign_customer, families, slipping
):
    for one in (customer, foreign_customer):
        for day in (120, 210, 300, 390):
            sell(one, MONDAY - timedelta(days=day), (families[0], 40_000, 1))
    ingest_orders(at=NOW)
    set_score(foreign_customer, as_of=MONDAY, risk=0)

    assert "abrasives" in raise_tonight(customer).why
    assert not ItemDay.objects.filter(customer=foreign_customer).exists()


@pytest.mark.parametrize("names", ["", "no lines"])
def test_without_families_the_sentence_is_the_old_one(customer, slipping, names):
    product = Product.objects.create(number="X", name="X") if names == "" else None
    for day in (120, 210, 300):
        if product:
            sell(customer, MONDAY - timedelta(days=day), (product, 40_000, 1))
        else:
            make_order(customer, MONDAY - timedelta(days=day))
    ingest_orders(at=NOW)

    assert "of the fall" not in raise_tonight(customer).why


def test_a_hundred_alerts_ask_no_more_often_than_one(rep, families, slipping):
    def night_with(n, on):
        for _nth in range(n):
            one = make_customer(owner=rep, team=rep.team)
            sell(one, on - timedelta(days=200), (families[0], 40_000, 1))
            set_score(one, as_of=on, risk=2, risk_rank=50.0, gap_days=61)
        ingest_orders(at=NOW)
        with CaptureQueriesContext(connection) as asked:
            raise_alerts(on=on, at=NOW)
        return len(asked)

    one = night_with(1, MONDAY)
    more = night_with(7, MONDAY + timedelta(days=1))

    assert Alert.objects.count() == 8
    assert more <= one
