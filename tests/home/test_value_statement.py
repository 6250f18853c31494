"""The value page in figures anybody can add up: the lines of the statement, and the fiscal year of the class."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.core.models.business_setting import change_setting, forget_settings
from crm.home.class_reasons import load_class_reasons
from crm.home.customer_value import ServicePart, Statement, read_days
from customers.models import CostRate
from customers.purchase_day_rebuild import ingest_orders
from segments.models import CurrentScore, ScoreRun
from segments.score_run import finish_run, plan_run, work_shards
from segments.value_band_writing import write_value_bands
from tests import factories
from tests.segments.purchase_world import END

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS, CENTS, CENTS, st.lists(CENTS, max_size=9))
def test_the_lines_of_a_statement_add_up_whatever_their_signs(sales, returns, goods, works):
    service = [ServicePart(str(nth), cents) for nth, cents in enumerate(works)]
    one = Statement(END, END, sales, returns, goods, service=service)
    lines = [one.sales_cents, one.returns_cents, one.goods_taken_cents, *(part.taken_cents for part in one.service)]
    assert sum(lines) == one.contribution_cents


def score_everybody(*, on):
    ingest_orders(at=datetime.combine(on, time(12), tzinfo=UTC))
    run = plan_run(on=on)
    work_shards(run)
    finish_run(run)


def read_lines(html):
    """Words and cents of each printed line but the sums between."""
    table = re.search(r"Value statement of 12 months.*?</table>", html, re.DOTALL)[0]
    for kind, words, amount in re.findall(r'<tr(?: class="(\w+)")?><td>(.*?)</td><td[^>]*>(.*?)</td>', table):
        yield kind, words, int(amount.replace("−", "-").replace(",", "").replace(".", ""))


@pytest.mark.django_db
@pytest.mark.parametrize("amounts", [(-9000,), (10_000, -10_100, 1), (0, 0), (100,) * 1200])
def test_the_printed_statement_adds_up_for_returns_gifts_and_very_many_orders(amounts, admin, signed_in):
    customer = factories.make_customer()
    CostRate.objects.create(work="order", cents_each=900, valid_from=END - timedelta(900))
    for nth, amount in enumerate(amounts):
        factories.make_order(customer, END - timedelta(nth % 300), amount)
    score_everybody(on=END)
    html = signed_in(admin).get(reverse("home:customer-value", args=[customer.pk])).content.decode()
    lines = list(read_lines(html))
    assert "−−" not in html
    assert sum(cents for kind, _words, cents in lines if kind in {"", "in"}) == lines[-1][2]
    assert not re.search(r"\d{4,}(?![\d.])", lines[0][1]), "a count of thousands is written with its comma"


@pytest.mark.django_db
def test_orders_dated_ahead_are_told_and_wait_for_their_day(admin, signed_in):
    customer = factories.make_customer()
    for year in (2098, 2099):
        factories.make_order(customer, date(year, 1, 2))
    score_everybody(on=END)
    page = signed_in(admin).get(reverse("home:customer-value", args=[customer.pk])).content.decode()
    assert "2 orders are dated ahead, the first 2 Jan 2098: each counts from its day." in page
    assert "No purchase yet" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("month", "evening", "first", "last"),
    [
        (1, date(2026, 12, 31), date(2026, 1, 1), date(2026, 12, 31)),
        (12, date(2026, 11, 29), date(2024, 12, 1), date(2025, 11, 30)),
        (3, date(2024, 2, 29), date(2023, 3, 1), date(2024, 2, 29)),
        (3, date(2024, 2, 28), date(2022, 3, 1), date(2023, 2, 28)),
    ],
)
def test_on_its_last_evening_a_fiscal_year_is_whole_in_the_reasons_as_in_the_places(month, evening, first, last):
    """The night of 31 December ranks by the year that ends with it; the page of the customer says the same year."""
    customer = factories.make_customer()
    factories.make_order(customer, evening, 7_000)
    change_setting("company.fiscal_year_month", month)
    forget_settings()
    score_everybody(on=evening)
    write_value_bands(on=evening)
    score = CurrentScore.objects.get()
    reasons = load_class_reasons(
        customer, score, ScoreRun.objects.get(is_current=True), days=read_days(customer, until=evening)
    )
    assert (reasons.fiscal_from, reasons.fiscal_until) == (first, last)
    assert (reasons.fiscal_cents, reasons.fiscal_place) == ((7_000, 1) if last == evening else (0, None))


@pytest.mark.django_db
def test_what_was_paid_in_another_currency_is_told_with_what_it_counts_for(admin, signed_in):
    customer = factories.make_customer()
    factories.make_order(customer, END - timedelta(3), 5_000)
    for nth in (10, 40, 800):
        order = factories.make_order(customer, END - timedelta(nth), 90_000)
        type(order).objects.filter(pk=order.pk).update(currency="USD", original_cents=100_000)
    score_everybody(on=END)
    html = signed_in(admin).get(reverse("home:customer-value", args=[customer.pk])).content.decode()
    assert "2 orders in USD, $2,000.00, count as €1,800.00" in html, "the one before these twelve months is not told"


@pytest.mark.django_db
def test_returns_that_outweigh_purchases_and_goods_of_unknown_cost_are_told_as_that(admin, signed_in):
    """No figure of such a year looks like that of somebody who bought nothing, or who costs nothing."""
    customer = factories.make_customer()
    CostRate.objects.create(work="order", cents_each=900, valid_from=END - timedelta(900))
    for ago, cents in ((200, 10_000), (100, -80_000), (20, 30_000)):
        factories.make_order(customer, END - timedelta(ago), cents, cost_cents=None if cents > 0 else -48_000)
    score_everybody(on=END)
    browser = signed_in(admin)
    pages = [("home:customer-value", []), ("home:customer-part", ["class"]), ("customers:wallet-card", [])]
    html = "".join(browser.get(reverse(name, args=[customer.pk, *more])).content.decode() for name, more in pages)
    assert "As much came back in 12 months as was bought, or more" in html
    assert "Nothing bought in 12 months" not in html
    assert "More came back from them in 12 months than they bought" in html
    assert "What the goods cost is not known of 2 of 2 orders" in html
    assert "Sales invoiced, 2 orders" in html
    assert "Handling 2 orders" in html, "what came back is no order"


@pytest.mark.django_db
def test_a_rhythm_of_long_ago_is_not_told_as_none(admin, signed_in):
    customer = factories.make_customer()
    for year in (1998, 1999, 2001):
        factories.make_order(customer, date(year, 5, 5), 10_000)
    score_everybody(on=END)
    browser = signed_in(admin)
    for page in ("home:customer-value", "home:customer-part"):
        more = ["value"] if page.endswith("part") else []
        html = browser.get(reverse(page, args=[customer.pk, *more])).content.decode()
        assert "the last purchase was on 5 May 2001" in html
        assert "from the third one on" not in html
