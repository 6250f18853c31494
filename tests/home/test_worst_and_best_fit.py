"""Worst signs with their figures, best fit by a rule anybody can check, and the lists that show them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.metric_catalogue import METRICS
from crm.core.models.business_setting import change_setting, forget_settings
from crm.home.customer_value import read_metrics
from customers.models import CustomerNeed, Need
from customers.potential_noting import note_potential
from customers.wallet_estimating import estimate_wallet
from interactions.process_running import start_process, stop_process
from segments.best_fit_writing import write_best_fits
from segments.models import BestFit, WorstSign
from segments.rules.best_fit import measure_fit, rate_kind
from segments.rules.worst_signs import SignFigures, list_signs, weigh_signs
from segments.worst_sign_writing import read_sign_lines, write_worst_signs
from tests import factories
from tests.score_factory import make_score

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = AT.date()
LATELY, LONG_AGO = TODAY - timedelta(days=30), TODAY - timedelta(days=400)


def score(customer, **fields):
    return make_score(customer, **{"last_day": LATELY, "sales_12m_cents": 100, "sales_before_12m_cents": 100, **fields})


def quote(customer, rep, segment, *, count=1, days=10, **ending):
    """Proposals that ended ``days`` ago as said."""
    for number in range(count):
        run = start_process(customer, flow="propose", key=f"{days}-{number}-{ending}", by=rep, at=AT)
        stop_process(run, by=rep, at=AT - timedelta(days=days), reason="Too dear", **ending)


@pytest.fixture
def premium(db):
    segment = factories.make_segment()
    factories.make_process(segment, "propose", [{}])
    return segment


@pytest.fixture
def company(rep, premium):
    """One of each kind, all Ana's."""
    made = {}
    for name in ("silent", "falling", "rejects", "shortlist", "good", "stopped"):
        made[name] = factories.make_customer(owner=rep, team=rep.team, name=name)
        factories.put_in_segment(made[name], premium)
    score(made["silent"], last_day=LONG_AGO, sales_12m_cents=0, contribution_12m_cents=-500)
    score(made["falling"], sales_12m_cents=60, contribution_12m_cents=10)
    for name in ("rejects", "shortlist", "good", "stopped"):
        score(made[name], contribution_12m_cents=1000)
    quote(made["rejects"], rep, premium, count=3, is_lost=True)
    quote(made["shortlist"], rep, premium, count=2, fills_shortlist=True)
    quote(made["stopped"], rep, premium, count=4)
    quote(made["good"], rep, premium, count=3, days=800, is_lost=True)
    return made


def test_each_sign_puts_its_customer_there_with_the_figures(company, rep, signed_in):
    change_setting("bands.worst", 0.5)
    forget_settings()
    write_worst_signs(on=TODAY)
    assert WorstSign.objects.count() == 3, "half of six, rounded up"
    change_setting("bands.worst", 0.2)
    forget_settings()
    write_worst_signs(on=TODAY)
    assert set(WorstSign.objects.values_list("customer", flat=True)) == {company["silent"].pk, company["falling"].pk}
    html = signed_in(rep).get(reverse("home:worst-signs")).content.decode()
    assert "down 40%, from €1 to €1" in html
    assert "last on" in html
    assert "good" not in [row.name for row in signed_in(rep).get(reverse("home:worst-signs")).context["list"].rows]


def test_quotes_are_signs_when_enough_were_decided(company):
    change_setting("bands.worst", 0.5)
    forget_settings()
    WorstSign.objects.all().delete()
    for name in ("silent", "falling"):
        company[name].archived_at = AT
        company[name].save()
    write_worst_signs(on=TODAY)
    signs = {one.customer.name: one for one in WorstSign.objects.select_related("customer")}
    assert set(signs) == {"rejects", "shortlist"}
    assert (signs["rejects"].quotes, signs["rejects"].quotes_won, signs["rejects"].rejects_quotes) == (3, 0, True)
    assert (signs["shortlist"].quotes_for_shortlist, signs["shortlist"].fills_shortlists) == (2, True)


def test_a_quote_is_decided_on_the_companys_day_wherever_its_clock_stands(customer, rep, premium):
    """23:30 on Monday in Auckland is Monday's quote, though it is Monday noon in Europe; 00:30 is Tuesday's."""
    change_setting("company.time_zone", "Pacific/Auckland")
    forget_settings()
    factories.put_in_segment(customer, premium)
    monday = date(2026, 11, 23)
    for minutes in (-30, 30):
        run = start_process(customer, flow="propose", key=str(minutes), by=rep, at=AT)
        ended = datetime(2026, 11, 24, tzinfo=ZoneInfo("Pacific/Auckland")) + timedelta(minutes=minutes)
        stop_process(run, by=rep, at=ended, reason="Too dear", is_lost=True)
    counted = [METRICS["quotes_decided_24m"]]
    assert [read_metrics(customer, counted, on=monday + timedelta(days))[0] for days in (-1, 0, 1)] == [0, 1, 2]


def test_the_database_judges_as_the_rule_does(company):
    change_setting("bands.worst", 0.5)
    forget_settings()
    write_worst_signs(on=TODAY)
    lines = read_sign_lines()
    for row in WorstSign.objects.all():
        figures = SignFigures(
            row.last_day,
            row.sales_12m_cents,
            row.sales_before_12m_cents,
            row.quotes,
            row.quotes_won,
            row.quotes_for_shortlist,
        )
        signs = list_signs(figures, lines=lines, on=TODAY)
        flags = (row.is_silent, row.is_falling, row.rejects_quotes, row.fills_shortlists)
        assert sum(flags) == len(signs)
        assert row.weight == weigh_signs(len(signs), contribution_cents=row.contribution_12m_cents)
    before = list(WorstSign.objects.order_by("pk").values())
    write_worst_signs(on=TODAY)
    assert list(WorstSign.objects.order_by("pk").values()) == before


def test_the_page_shows_the_quotes_behind_a_sign(customer, rep, signed_in):
    figures = dict.fromkeys(("sales_12m_cents", "sales_before_12m_cents", "contribution_12m_cents"), 0)
    WorstSign.objects.create(
        customer=customer,
        weight=1,
        is_silent=False,
        is_falling=False,
        rejects_quotes=True,
        fills_shortlists=True,
        quotes=5,
        quotes_won=0,
        quotes_for_shortlist=2,
        **figures,
    )
    client = signed_in(rep)
    html = client.get(reverse("home:worst-signs"), {"sign": "rejects"}).content.decode()
    assert "0 of 5 won in 24 months" in html
    assert "2 quotes only for a shortlist" in html
    assert "Nobody matches" in client.get(reverse("home:worst-signs"), {"sign": "silent"}).content.decode()


# --- best fit --------------------------------------------------------------------------------------------------------


@pytest.fixture
def alike(rep):
    """Forty in mining, half of them A; forty in trade, none; two more in mining who are not A."""
    for industry, grades in (("Mining", ["A1", "C1"] * 20), ("trade", ["C2"] * 40)):
        for grade in grades:
            score(factories.make_customer(industry=industry, country="NO"), grade=grade, frequency_score=3)
    made = [factories.make_customer(industry=" mining", country="NO", owner=rep, team=rep.team) for _n in range(2)]
    for one in made:
        score(one, grade="B1", frequency_score=3, sales_12m_cents=10_000_00)
    return made


def test_fit_follows_the_published_rule(alike, rep):
    note_potential(alike[0], yearly_cents=50_000_00, evidence="Second plant", by=rep, on=TODAY)
    need = Need.objects.create(name="Advice")
    CustomerNeed.objects.create(customer=alike[0], need=need, evidence="x", noted_on=TODAY, is_met=True)
    write_best_fits(on=TODAY)
    row = BestFit.objects.get(customer=alike[0])
    industry = rate_kind(20 / 42, share_of_all=20 / 82)
    assert (row.industry, row.country, row.rhythm, row.needs) == (industry, 0.5, 0.5, 1.0)
    assert row.fit == measure_fit([industry, 0.5, 0.5, 1.0])
    assert (row.room_cents, row.worth_cents) == (40_000_00, round(row.fit * 40_000_00))
    assert not BestFit.objects.filter(customer__score__grade__startswith="A").exists()


def test_the_list_begins_with_the_most_to_win_and_goes_on_by_fit(alike, rep, admin, signed_in):
    estimate_wallet(alike[1], total_cents=20_000_00, source="Their buyer", by=rep, on=TODAY)
    write_best_fits(on=TODAY)
    rows = signed_in(admin).get(reverse("home:best-fit")).context["list"].rows
    assert rows[0].pk == alike[1].pk
    assert len(rows) == 1 + 13, "a fifth of the 62 not yet A"
    html = signed_in(rep).get(reverse("home:best-fit")).content.decode()
    assert "Potential" in html
    unknown = signed_in(admin).get(reverse("home:best-fit"), {"unknown": "1"}).context["list"].rows
    assert alike[1].pk not in [row.pk for row in unknown]


def test_customers_with_a_need_are_found_in_every_list(alike, rep, signed_in):
    need = Need.objects.create(name="Advice")
    CustomerNeed.objects.create(customer=alike[0], need=need, evidence="x", noted_on=TODAY)
    note_potential(alike[0], yearly_cents=50_000_00, evidence="Second plant", by=rep, on=TODAY)
    write_best_fits(on=TODAY)
    client = signed_in(rep)
    for name in ("home:customer-list", "home:best-fit", "home:wallet-gaps"):
        rows = client.get(reverse(name), {"need": need.pk}).context["list"].rows
        assert [row.pk for row in rows] == [alike[0].pk], name


def test_whose_spend_nobody_estimated_is_listed_until_somebody_does(customer, rep, signed_in):
    client, today = signed_in(rep), timezone.localdate()
    assert [row.pk for row in client.get(reverse("home:wallet-gaps")).context["list"].rows] == [customer.pk]
    estimate = estimate_wallet(customer, total_cents=100, source="Their buyer", by=rep, on=today)
    assert client.get(reverse("home:wallet-gaps")).context["list"].rows == []
    estimate.estimated_on = date(2020, 1, 1)
    estimate.save()
    assert [row.pk for row in client.get(reverse("home:wallet-gaps")).context["list"].rows] == [customer.pk]
