"""What became of the sales of a portfolio. Every bar and list adds up to the figure above it."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.core.formats import format_day
from crm.core.models import User
from crm.home.portfolio_keeping import keep_portfolios
from crm.home.product_figures import PortfolioFigures
from crm.home.product_movement_lists import find_moved
from customers.rules.sales_bridge import Movement
from segments.models import RefreshedCustomer
from tests.factories import make_customer
from tests.home.product_sales import buy, compare, night, page_of, products, today

__all__ = ["products", "today"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio(rep, products, today):
    """One customer for each movement, by name."""
    made = {name: make_customer(owner=rep, team=rep.team, name=name) for name in
            ("new", "won back", "grew", "shrank", "stopped")}  # fmt: skip
    seal = products["Seals"]
    buy(made["new"], seal, today, 20, cents=11_111)
    buy(made["won back"], seal, today, 20, 900, cents=22_222)
    buy(made["grew"], seal, today, 20, 30, 500, cents=33_333)
    buy(made["shrank"], seal, today, 20, 500, 530, cents=44_444)
    buy(made["stopped"], seal, today, 500, cents=55_555)
    night()
    return made


def test_each_bar_holds_its_customers_and_the_bars_add_up(portfolio, today):
    table = compare(portfolio.values(), today)
    bars = table.bridge_by_customer()

    assert {movement: cents for movement, (_n, cents) in bars.items()} == {
        Movement.NEW: 11_111,
        Movement.WON_BACK: 22_222,
        Movement.GREW: 33_333,
        Movement.SHRANK: -44_444,
        Movement.STOPPED: -55_555,
    }
    assert sum(cents for _n, cents in bars.values()) == int((table.now_cents - table.before_cents).sum())


@pytest.mark.parametrize(
    ("bar", "name", "sum_shown"),
    [
        ("new", "new", "€111.11 together"),
        ("won-back", "won back", "€222.22 together"),
        ("grew", "grew", "€333.33 together"),
        ("shrank", "shrank", "−€444.44 together"),
        ("stopped", "stopped", "−€555.55 together"),
    ],
)
def test_a_bar_opens_its_customers_and_they_sum_to_it(signed_in, rep, portfolio, bar, name, sum_shown):
    client = signed_in(rep)

    assert f"bar={bar}" in page_of(client, reverse("home:product-movement"))
    page = page_of(client, reverse("home:product-movement-list") + f"?bar={bar}&whose=mine")

    assert f'title="{name}"' in page
    assert page.count('class="r-name cut"') == 1
    assert sum_shown in page


def bridge_of(page):
    """The drawings of a page."""
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


def test_price_volume_and_mix_open_customers_that_sum_to_the_bar_too(portfolio, today):
    from types import SimpleNamespace

    comparison = compare(portfolio.values(), today).comparison
    movement = SimpleNamespace(figures=PortfolioFigures([one.pk for one in portfolio.values()], comparison, today))

    whole = int((movement.figures.now_cents - movement.figures.before_cents).sum())
    assert sum(row[3] for bar in ("price", "volume", "mix") for row in find_moved(movement, bar)) == whole


def test_lost_items_of_a_rep_by_customer_and_by_family_sum_to_the_figure(signed_in, rep, products, today):
    for nth in range(3):
        one = make_customer(owner=rep, team=rep.team)
        for name in ("Seals", "Bearings"):
            buy(one, products[name], today, *range(200, 260, 7), cents=10_000 + nth)
    night()
    client = signed_in(rep)

    page = page_of(client, reverse("home:product-movement") + "?whose=mine")
    everything = page_of(client, reverse("home:lost-item-list") + "?whose=mine")
    seals = page_of(client, reverse("home:lost-item-list") + "?whose=mine&family=Seals")

    assert "3 of 3 customers, €600 a week in all" in page
    last_day = format_day(today - timedelta(days=200), today=today)
    assert last_day in page, "with its year where it is another"
    assert "6 items" in everything
    assert "€600.06 a week together" in everything
    assert "3 items" in seals
    assert "€300.03 a week together" in seals


def test_a_rep_looks_at_his_own_a_manager_at_the_team_and_nobody_beyond_what_he_sees(
    signed_in, rep, lead, portfolio, foreign_customer, products, today
):
    buy(foreign_customer, products["Seals"], today, 20)
    night()

    assert "My own, 5 customers" in page_of(signed_in(rep), reverse("home:product-movement"))
    everybody = page_of(signed_in(lead), reverse("home:product-movement"))
    assert "All I may see, 5 customers" in everybody
    colleague = page_of(signed_in(lead), reverse("home:product-movement") + f"?whose=rep-{rep.pk}")
    assert "Ana Ribeiro, 5 customers" in colleague
    elsewhere = page_of(signed_in(rep), reverse("home:product-movement") + f"?whose=rep-{foreign_customer.owner_id}")
    assert "My own, 5 customers" in elsewhere
    assert foreign_customer.name not in elsewhere


def test_more_customers_than_can_be_read_at_once_are_the_largest_and_the_page_says_so(
    signed_in, rep, portfolio, monkeypatch
):
    from crm.home import product_scope
    from tests.factories import set_score

    monkeypatch.setattr(product_scope, "MOST_CUSTOMERS", 2)
    for name, sales in (("grew", 300), ("stopped", 100), ("new", 50)):
        before = 900 if name == "stopped" else 0
        set_score(portfolio[name], sales_12m_cents=sales, sales_before_12m_cents=before)

    page = page_of(signed_in(rep), reverse("home:product-movement"))

    assert "2 customers with the largest sales of" in page
    listed = page_of(signed_in(rep), reverse("home:product-movement-list") + "?bar=stopped")
    assert 'title="stopped"' in listed


def test_a_large_portfolio_is_worked_out_once_and_says_when_and_a_small_one_is_always_of_now(
    signed_in, rep, portfolio, products, today, monkeypatch
):
    client = signed_in(rep)
    assert "worked out" not in page_of(client, reverse("home:product-movement"))
    monkeypatch.setattr("crm.home.product_figures.LIVE_CUSTOMERS", 2)

    first = page_of(client, reverse("home:product-movement"))
    with CaptureQueriesContext(connection) as again:
        second = page_of(client, reverse("home:product-movement"))

    assert "worked out" in first
    assert bridge_of(first) == bridge_of(second)
    assert not [
        query for query in again if "customers_itemday" in query["sql"] and "productsuggestion" not in query["sql"]
    ]


def test_a_kept_portfolio_knows_at_once_who_acted_came_and_went(
    signed_in, rep, other_rep, portfolio, products, today, monkeypatch
):
    """After every act the kept figures are those that are worked out anew."""
    client, url = signed_in(rep), reverse("home:product-movement")
    monkeypatch.setattr("crm.home.product_figures.LIVE_CUSTOMERS", 0)
    page_of(client, url)
    buy(portfolio["stopped"], products["Seals"], today, 2, cents=12_345)
    RefreshedCustomer.objects.create(customer_id=portfolio["stopped"].pk, day=today)
    portfolio["grew"].owner, portfolio["grew"].team = other_rep, other_rep.team
    portfolio["grew"].save()
    buy(make_customer(owner=rep, team=rep.team, name="came"), products["Bearings"], today, 1, cents=77_700)
    night()

    kept = page_of(client, url)
    listed = page_of(client, reverse("home:product-movement-list") + "?bar=new&whose=mine")
    cache.clear()
    monkeypatch.setattr("crm.home.product_figures.LIVE_CUSTOMERS", 400)
    anew = page_of(client, url)

    assert bridge_of(kept) == bridge_of(anew)
    assert 'title="came"' in listed
    assert "worked out" in kept


@pytest.mark.parametrize("was_here", ["last_login", "last_seen_at"])  # or stays signed in for months
def test_the_night_works_out_large_portfolios_so_nobody_waits_for_them(
    signed_in, rep, lead, portfolio, monkeypatch, was_here
):
    client = signed_in(lead)
    User.objects.update(last_login=None, last_seen_at=None)
    User.objects.filter(pk=lead.pk).update(**{was_here: timezone.now() - timedelta(days=30)})
    monkeypatch.setattr("crm.home.product_figures.LIVE_CUSTOMERS", 2)
    monkeypatch.setattr("crm.home.portfolio_keeping.LIVE_CUSTOMERS", 2)
    assert keep_portfolios(at=timezone.now(), progress=lambda done, number: None) == 1

    with CaptureQueriesContext(connection) as first:
        page_of(client, reverse("home:product-movement"))

    read = [query for query in first if "customers_itemday" in query["sql"] and "lost" not in query["sql"]]
    assert (
        len([query for query in read if "productsuggestion" not in query["sql"]]) <= 1
    )  # only the rows that are shown


def test_a_kept_portfolio_leaves_out_whoever_is_no_longer_ones_own(signed_in, rep, other_rep, portfolio, monkeypatch):
    from crm.home import product_scope
    from tests.factories import set_score

    monkeypatch.setattr("crm.home.product_figures.LIVE_CUSTOMERS", 0)
    monkeypatch.setattr(product_scope, "MOST_CUSTOMERS", 2)
    for name in ("grew", "stopped"):
        set_score(portfolio[name], sales_12m_cents=900)
    client, url = signed_in(rep), reverse("home:product-movement-list") + "?bar=stopped&whose=mine"
    assert 'title="stopped"' in page_of(client, url)

    portfolio["stopped"].owner, portfolio["stopped"].team = other_rep, other_rep.team
    portfolio["stopped"].save()

    assert 'title="stopped"' not in page_of(client, url)


def test_own_dates_are_compared_as_they_were_given(signed_in, rep, portfolio, today):
    query = f"period=own&from={today - timedelta(days=25)}&to={today}&before_from=2020-01-01&before_to=2020-01-31"

    page = page_of(signed_in(rep), reverse("home:product-movement") + f"?{query}")

    assert f'value="{today - timedelta(days=25)}"' in page
    assert 'value="2020-01-31"' in page


def test_a_period_is_held_against_a_later_one_with_all_that_was_bought_in_both(portfolio, today):
    """The later one was cut off where the period asked about ends."""
    ago = {name: str(today - timedelta(days=days)) for name, days in
           {"from": 510, "to": 490, "before_from": 40, "before_to": 1}.items()}  # fmt: skip
    table = compare(portfolio.values(), today, period="own", **ago)

    assert int(table.before_cents.sum()) == 11_111 + 22_222 + 2 * 33_333 + 44_444
    assert int(table.now_cents.sum()) == 33_333 + 44_444 + 55_555
    bars = table.bridge_by_customer()
    assert bars[Movement.STOPPED] == (2, -11_111 - 22_222)
    assert sum(cents for _n, cents in bars.values()) == int((table.now_cents - table.before_cents).sum())


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("from=2026-06-30&to=2026-01-01", "shown are 12 months"),
        ("from=2010-01-01&to=2026-01-01", "lasts ten years at most"),
        ("from=&to=2026-01-01", "shown are 12 months"),
        ("from=2026-01-01&to=2026-03-31&before_from=2025-03-31&before_to=2025-01-01", "the days right before"),
        ("from=2026-01-01&to=2026-03-31&before_from=2025-03-31&before_to=", "the days right before"),
        ("from=2998-01-01&to=2998-03-31", "still to come"),
        ("from=2026-01-01&to=2026-03-31&before_from=&before_to=", None),
        ("from=2026-01-01&to=2026-03-31&before_from=2025-01-01&before_to=2025-03-31", None),
    ],
)
def test_dates_that_are_no_period_or_still_to_come_are_told(signed_in, rep, portfolio, dates, said):
    for name in ("product-movement", "product-movement-list"):
        page = page_of(signed_in(rep), reverse(f"home:{name}") + f"?period=own&bar=new&{dates}")
        strips = re.findall(r'<p class="r-strip info.*?</p>', page, re.DOTALL)
        assert len(strips) == (said is not None)
        assert (said or "") in " ".join(strips)


def test_the_file_says_what_the_page_says_and_runs_nothing(signed_in, lead, portfolio):
    portfolio["new"].name = "=cmd|' /C calc'!A0"
    portfolio["new"].save()

    answer = signed_in(lead).get(reverse("home:product-movement-file"))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 6
    change = sum(Decimal(row[3]) - Decimal(row[2]) for row in rows[1:])
    assert sum(Decimal(cell) for row in rows[1:] for cell in row[5:8]) == change
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    assert "'=cmd" in answer.content.decode()


def test_the_lost_items_as_a_file(signed_in, lead, rep, products, today):
    one = make_customer(owner=rep, team=rep.team)
    buy(one, products["Seals"], today, *range(200, 260, 7))
    night()

    answer = signed_in(lead).get(reverse("home:product-movement-file") + "?list=items")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][3:6] == ["Shaft seal", "Seals", "7.0"]
    assert rows[1][8] == "100.0"
