"""The statement of a customer as it is printed: every line has one sign, and the printed lines add up."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crm.home.customer_value import ServicePart, Statement
from customers.models import CostRate
from customers.purchase_day_rebuild import ingest_orders
from segments.score_run import finish_run, plan_run, work_shards
from tests import factories
from tests.segments.purchase_world import END

CENTS = st.integers(-(10**12), 10**12)


@given(CENTS, CENTS, CENTS, st.lists(CENTS, max_size=9))
def test_the_lines_of_a_statement_add_up_whatever_their_signs(sales, returns, goods, works):
    service = [ServicePart(str(nth), cents) for nth, cents in enumerate(works)]
    one = Statement(END, END, sales, returns, goods, service=service)
    lines = [one.sales_cents, one.returns_cents, one.goods_taken_cents, *(part.taken_cents for part in one.service)]
    assert sum(lines) == one.contribution_cents


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
    ingest_orders(at=None)
    run = plan_run(on=END)
    work_shards(run)
    finish_run(run)
    html = signed_in(admin).get(reverse("home:customer-value", args=[customer.pk])).content.decode()
    lines = list(read_lines(html))
    assert "−−" not in html
    assert sum(cents for kind, _words, cents in lines if kind in {"", "in"}) == lines[-1][2]
    assert not re.search(r"\d{4,}(?![\d.])", lines[0][1]), "a count of thousands is written with its comma"
