"""Story: a manager reads how his segments stand, and follows a number to the customers behind it."""

import re

import pytest
from playwright.sync_api import expect

from crm.home.customer_list import CUSTOMERS
from segments.models import CurrentScore, Membership, SegmentChange
from tests.e2e.trading_company import open_trading_company

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company(rep, lead):
    return open_trading_company(rep, nights_ago=(60, 1), amount_cents=20_000)


def expect_list_of(page, customers):
    """The list says how many it holds, and shows them, or its first page of them."""
    rows = page.locator("#rows")
    expect(rows.get_by_role("status")).to_have_text(f"{customers} match · add up")
    expect(rows.locator("tbody tr")).to_have_count(min(customers, CUSTOMERS.page_size))


def test_every_number_leads_to_its_customers(open_page, lead, company):
    page = open_page(lead, "/segments/")
    table = page.get_by_role("table", name="Figures by segment")
    held = Membership.objects.current()
    keys = sorted(set(held.values_list("segment__key", flat=True)))
    assert len(keys) > 2
    for key in keys:
        number = table.locator(f'tbody td a[href$="?segment={key}"]').first
        expect(number).to_have_text(str(held.filter(segment__key=key).count()))
    expect(table.locator("tfoot")).to_contain_text(str(held.count()))
    for column in ("Sales", "Contribution", "3-year value", "At risk"):
        expect(table.get_by_role("columnheader", name=re.compile(column))).to_be_visible()

    for link in (f'tbody td a[href$="?segment={keys[0]}"]', 'a[href$="?segment=premium"]'):
        number = table.locator(link).last
        shown = number.inner_text()
        number.click()
        expect_list_of(page, int(shown))
        page.go_back()

    at_risk = CurrentScore.objects.filter(risk=CurrentScore.Risk.HIGH).count()
    assert at_risk > 0
    card = page.get_by_role("table", name="Customers at risk, most at stake first")
    expect(card.locator("tbody tr").first).to_have_attribute("data-row", "")
    page.keyboard.press("j")  # a page without a worklist is walked by its tables
    expect(page.locator("main tr[data-row]").first).to_be_focused()
    page.get_by_role("link", name=f"All {at_risk}").click()
    expect_list_of(page, at_risk)
    expect(page.locator("#rows")).to_contain_text(company.name)
    page.get_by_role("link", name="add up").click()
    sales = sum(CurrentScore.objects.filter(risk=CurrentScore.Risk.HIGH).values_list("sales_12m_cents", flat=True))
    expect(page.locator("#rows").get_by_role("status")).to_contain_text(f"Sales 12 m €{sales / 100:,.0f}")


def test_the_curve_says_the_real_split_and_the_moves_are_those_that_happened(open_page, lead, company):
    page = open_page(lead, "/segments/?since=90d")
    sales = sorted(CurrentScore.objects.values_list("sales_12m_cents", flat=True), reverse=True)
    curve = page.get_by_role("img", name=re.compile("Pareto curve"))
    expect(curve).to_be_visible()
    share, value = map(int, re.findall(r"(\d+)%", curve.get_attribute("aria-label")))
    first = round(len(sales) * share / 100)
    assert 0 < first < len(sales)
    assert sum(sales[: first - 1]) < sum(sales) * value / 100 < sum(sales[: first + 1])
    moves = SegmentChange.objects.exclude(from_segment=None).count()
    assert moves > 0
    expect(page.get_by_text(f"{moves} moved, ")).to_be_visible()
    flows = page.locator("details").filter(
        has=page.get_by_role("columnheader", name="From", exact=True, include_hidden=True)
    )
    flows.locator("summary").click()
    shown = flows.locator("tbody td.num").all_inner_texts()
    assert sum(map(int, shown)) == moves
    since = page.get_by_label("since")
    since.focus()
    for _ in range(3):  # month, day, year, and the button of the calendar, where browsers forget the ring
        page.keyboard.press("Tab")
    assert since.evaluate("field => field === document.activeElement")
    expect(since).to_have_css("outline-style", "solid")
    page.keyboard.press("Shift+Tab")
    for _ in range(2):  # each arrow is a change of the field, and none of them asks yet
        page.keyboard.press("ArrowDown")
    asked = since.input_value()
    assert int(asked[:4]) < SegmentChange.objects.earliest("day").day.year
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"since={asked}"))
    expect(since).to_be_focused()
