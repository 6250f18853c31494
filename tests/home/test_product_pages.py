"""What is said about products: of one customer, and of a portfolio. Every list adds up to the figure above it."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.home.portfolio_keeping import keep_portfolios
from crm.home.product_figures import PortfolioFigures
from crm.home.product_movement_lists import find_moved
from crm.home.sales_comparison import read_comparison
from customers.item_rollup import take_in_items
from customers.lost_items import add_weekly, list_missed_items
from customers.models import Product, ProfileFact
from customers.peer_groups import rebuild_peers
from customers.purchase_day_rebuild import ingest_orders
from customers.rules.sales_bridge import Movement
from customers.rules.white_space import FamilyAmongPeers
from customers.sales_table_reading import read_sales
from interactions.models import ProductSuggestion, Task
from interactions.product_suggesting import (
    SuggestionRefused,
    accept_suggestion,
    measure_hits,
    refuse_suggestion,
)
from segments.models import RefreshedCustomer
from tests.factories import make_customer, make_process, make_segment, put_in_segment, sell

pytestmark = pytest.mark.django_db
SUGGESTED = FamilyAmongPeers("Filters", 24, 38, 940_000)


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def products(db):
    names = {"Seals": "Shaft seal", "Bearings": "Ball bearing", "Filters": "Filter element"}
    return {f: Product.objects.create(number=f"{f}-1", name=name, family=f) for f, name in names.items()}


def night():
    ingest_orders(at=timezone.now())
    take_in_items()


def buy(customer, product, today, *days, cents=10_000, quantity=1):
    for back in days:
        sell(customer, today - timedelta(days=back), (product, cents, quantity))


def compare(customers, today, **query):
    return read_sales([one.pk for one in customers], comparison=read_comparison(query, until=today).comparison)


def page_of(client, url):
    return client.get(url).content.decode()


# --- one customer ----------------------------------------------------------------------------------------------------


def test_the_page_names_the_family_of_the_fall_and_the_item_that_is_missed(signed_in, rep, customer, products, today):
    buy(customer, products["Seals"], today, *range(300, 700, 24), cents=30_000)
    buy(customer, products["Bearings"], today, *range(5, 700, 30))
    night()

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Where the fall comes from" in page
    assert "of it is <b>Seals</b>" in page
    assert "Shaft seal: every 24 days until" in page
    assert "no seals at all since" in page
    assert "Ask what became of Shaft seal." in page


def test_before_the_first_order_the_page_says_so(signed_in, rep, customer):
    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Has not bought yet" in page


def test_the_bridge_of_the_year_ends_at_the_net_sales_of_the_orders(customer, products, today):
    buy(customer, products["Seals"], today, 10, 100, 364, 365, 400, 729, 730)

    night()
    table = compare([customer], today)

    assert (int(table.before_cents.sum()), int(table.now_cents.sum())) == (30_000, 30_000)


def test_price_volume_and_mix_of_a_customer_add_up(customer, products, today):
    buy(customer, products["Seals"], today, 500, cents=100_000, quantity=10)
    buy(customer, products["Seals"], today, 20, cents=165_000, quantity=15)  # 10% dearer, half as many again
    buy(customer, products["Bearings"], today, 450, cents=7_000)
    buy(customer, products["Filters"], today, 30, cents=5_000)
    night()

    parts = compare([customer], today).bridge_by_item()

    assert parts == {"gone": -7_000, "volume": 50_000, "price": 15_000, "mix": 0, "again": 0, "first": 5_000}


def test_lost_items_of_a_customer_sum_to_the_figure_shown(signed_in, rep, customer, products, today):
    for name in products:
        buy(customer, products[name], today, *range(200, 300, 7), cents=12_345)
    night()
    lost = list_missed_items([customer.pk], on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert len(lost) == 3
    assert add_weekly(lost) == sum(item.weekly_cents for item in lost) == 3 * 12_345
    assert "3 items are lost, about <b>€370</b> a week." in page


def test_an_item_that_is_only_late_is_shown_apart(signed_in, rep, customer, products, today):
    buy(customer, products["Seals"], today, *range(45, 300, 30))
    night()

    late = list_missed_items([customer.pk], on=today, with_risk=True)

    assert [item.is_lost for item in late] == [False]
    assert "silent beyond own mean + 1 spread" in page_of(
        signed_in(rep), reverse("home:customer-products", args=[customer.pk])
    )


# --- white space -----------------------------------------------------------------------------------------------------


@pytest.fixture
def alike(rep, products, today):
    """Twenty-five mines that buy seals and filters every month, and Ana's which buys seals alone."""
    for _nth in range(25):
        one = make_customer(owner=rep, team=rep.team, industry="mining")
        buy(one, products["Seals"], today, *range(10, 360, 30), cents=30_000)
        buy(one, products["Filters"], today, *range(10, 360, 60))
    mine = make_customer(owner=rep, team=rep.team, industry="mining", name="Ana's mine")
    buy(mine, products["Seals"], today, *range(10, 360, 30), cents=30_000)
    night()
    rebuild_peers(on=today)
    return mine


def test_what_customers_alike_buy_and_he_does_not_is_suggested_with_the_evidence(signed_in, rep, alike):
    page = page_of(signed_in(rep), reverse("home:customer-products", args=[alike.pk]))

    assert "25 of 26 alike buy it" in page
    assert "Alike: mining" in page
    assert "<b>€600</b>" in page
    peers = page_of(signed_in(rep), reverse("home:customer-peers", args=[alike.pk]))
    assert "25 of 26 alike" in peers


def test_who_is_alike_is_shown_only_as_far_as_one_may_see(signed_in, rep, alike, other_rep, south):
    from customers.models import Customer

    Customer.objects.filter(industry="mining").exclude(pk=alike.pk).update(owner=other_rep, team=south)

    page = page_of(signed_in(rep), reverse("home:customer-peers", args=[alike.pk]))

    assert "None of them is yours to see" in page


@pytest.mark.parametrize("known", ["fact", "refused", "accepted", "bought"])
def test_never_what_he_owns_bought_or_answered(signed_in, rep, alike, products, today, known):
    if known == "fact":
        ProfileFact.objects.create(customer=alike, label="Buys elsewhere", value="filters, at a shop", told_on=today)
    elif known == "bought":
        buy(alike, products["Filters"], today, 900)
        night()
    else:
        ProductSuggestion.objects.create(customer=alike, family="Filters", state=known, answered_on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[alike.pk]))

    assert "alike buy it" not in page
    assert "Buys all that customers alike usually buy" in page


def test_an_accepted_suggestion_becomes_a_task_and_is_not_made_again(signed_in, rep, alike):
    client = signed_in(rep)
    url = reverse("home:suggestion-answer", args=[alike.pk])
    for _twice in range(2):
        client.post(url, {"family": "Filters", "answer": "accept"})

    (task,) = Task.objects.filter(customer=alike)
    assert task.title == "Offer: Filters"
    assert task.why == "25 of 26 customers alike buy it, for about €600 a year."
    assert task.assignee == rep
    assert ProductSuggestion.objects.get().state == "accepted"


def test_where_the_segment_has_a_process_for_proposals_it_starts(customer, rep):
    segment = make_segment()
    put_in_segment(customer, segment)
    make_process(segment, "propose", [{}, {}])

    answer = accept_suggestion(customer, suggested=SUGGESTED, by=rep, at=timezone.now())

    assert (answer.run.subject, answer.run.amount_cents) == ("Offer: Filters", 940_000)
    assert answer.task is None


def test_refusing_needs_a_reason(signed_in, rep, alike):
    client = signed_in(rep)
    url = reverse("home:suggestion-answer", args=[alike.pk])

    page = client.post(url, {"family": "Filters", "answer": "refuse", "reason": " "}, follow=True).content.decode()
    assert "Say in a word why" in page
    assert not ProductSuggestion.objects.exists()

    client.post(url, {"family": "Filters", "answer": "refuse", "reason": "They make their own."})
    assert ProductSuggestion.objects.get().reason == "They make their own."
    with pytest.raises(SuggestionRefused):
        refuse_suggestion(alike, suggested=SUGGESTED, reason="", by=rep, at=timezone.now())


def test_the_hit_rate_counts_what_was_bought_within_half_a_year(rep, products, today):
    def offered(days_ago, bought_after=None):
        one = make_customer(owner=rep)
        ProductSuggestion.objects.create(
            customer=one, family="Filters", state="accepted", answered_on=today - timedelta(days=days_ago)
        )
        if bought_after is not None:
            buy(one, products["Filters"], today, days_ago - bought_after)
        return one.pk

    ids = [offered(300, 90), offered(300, 200), offered(300), offered(100, 20), offered(100)]
    night()

    hits = measure_hits(ids, on=today)

    assert (hits.accepted, hits.hits, hits.waiting, hits.judged) == (5, 2, 1, 4)
    assert hits.share == 0.5


# --- a portfolio -----------------------------------------------------------------------------------------------------


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


def test_the_night_works_out_large_portfolios_so_nobody_waits_for_them(signed_in, rep, lead, portfolio, monkeypatch):
    client = signed_in(lead)
    lead.last_login = timezone.now()
    lead.save()
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


def test_a_year_of_return_only_customers_is_no_new_customer(customer, products, today):
    buy(customer, products["Seals"], today, 20, cents=-5_000)
    night()

    bars = compare([customer], today).bridge_by_customer()

    assert bars[Movement.NEW] == (0, 0)
    assert bars[Movement.SHRANK] == (1, -5_000)


def test_a_day_in_the_future_is_in_no_period(customer, products):
    buy(customer, products["Seals"], date(2030, 1, 1), 0)
    night()

    assert len(compare([customer], date(2026, 11, 21)).rows) == 0


def test_what_goes_together_elsewhere_and_not_here_is_told_with_its_evidence(signed_in, rep, customer, products, today):
    from customers.basket_pairs import rebuild_basket_pairs

    for nth in range(30):
        other = make_customer(owner=rep, team=rep.team)
        lines = [(products["Seals"], 1000, 1), (products["Filters"], 500, 1)]
        sell(other, today - timedelta(days=nth), *(lines if nth < 24 else lines[:1]))
    for nth in range(50):
        sell(make_customer(), today - timedelta(days=nth), (products["Bearings"], 900, 1))
    buy(customer, products["Seals"], today, 10, 40, 70)
    night()
    rebuild_basket_pairs(on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[customer.pk]))

    assert "Shaft seal goes with <b>Filter element</b>" in page
    assert "elsewhere in 7 of 10 orders; here in 0 of 3" in page  # 24 of 33 orders with a seal
    assert "24 orders (29%), 2.5× chance" in page
