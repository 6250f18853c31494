"""Who may leave: three orders for three purposes, each with how often it was right."""

from datetime import date

import pytest

from crm.core.models.business_setting import change_setting
from segments.models import BackTest, ScoreRun
from segments.rules import churn_rankings as rankings
from tests import factories
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio(rep):
    """Small is surest to leave, Large has most money, Middle is My day's first; Gone and Newcomer are in no list."""

    def make(name, **figures):
        customer = factories.make_customer(name=name, owner=rep, team=rep.team)
        make_score(customer, **{"last_day": date(2026, 9, 21), "risk": 1, **figures})
        return customer

    make("Small", gap_ratio=9.0, silent_next=0.80, at_stake_cents=10_000, risk_rank=2.0)
    make("Middle", gap_ratio=5.0, silent_next=0.85, at_stake_cents=300_000, risk_rank=30.0)
    make("Large", gap_ratio=1.2, silent_next=0.1, at_stake_cents=900_000, risk_rank=20.0)
    make("Gone", gap_ratio=30.0, gap_days=500, at_stake_cents=9_000_000, risk_rank=90.0)
    make("Newcomer", gap_ratio=40.0, purchase_days=2)


def names_of(client, address):
    return [row.name for row in client.get(address).context["list"].rows]


def test_each_ranking_has_its_own_order(portfolio, rep, signed_in):
    client = signed_in(rep)
    assert names_of(client, "/risk/") == ["Middle", "Large", "Small"]
    assert names_of(client, "/risk/certainty/") == ["Small", "Middle", "Large"]
    assert names_of(client, "/risk/money/") == ["Large", "Middle", "Small"]


def test_certainty_is_ranked_by_the_learnt_chance_where_it_is_switched_on_and_in_force(portfolio, rep, signed_in):
    """Switched on, but put aside as worse than the gap, the list told of a learnt chance that nobody had."""
    client, run = signed_in(rep), ScoreRun.objects.create(as_of=date(2026, 11, 22), is_current=True)
    change_setting("risk.learnt", 1)
    for scoring in ({"models": None}, {"models": {"learnt": None}}):
        ScoreRun.objects.filter(pk=run.pk).update(plan={"scoring": scoring})
        assert names_of(client, "/risk/certainty/") == ["Small", "Middle", "Large"]
        assert "learnt from an earlier quarter" not in client.get("/risk/certainty/").content.decode()
    ScoreRun.objects.filter(pk=run.pk).update(plan={"scoring": {"models": {"learnt": {"means": [0]}}}})
    assert names_of(client, "/risk/certainty/") == ["Middle", "Small", "Large"]


def test_a_colleague_of_another_team_sees_none_of_them(portfolio, other_rep, signed_in):
    assert names_of(signed_in(other_rep), "/risk/certainty/") == []


def test_no_ranking_is_shown_without_how_often_it_was_right(portfolio, rep, signed_in):
    client = signed_in(rep)
    assert client.get("/risk/money/").content.decode().count("Not tested on your own past yet") == 3

    def budget(right):
        estimate = {"value": right, "low": right - 0.05, "high": right + 0.05}
        return {"budget": 0.02, "alerts": 9, "precision": estimate, "lost": estimate, "left": estimate}

    found = {rankings.MY_DAY: 0.71, rankings.CERTAINTY: 0.92, rankings.MONEY: 0.33}
    rows = [{"name": name, "budgets": [budget(right)]} for name, right in found.items()]
    BackTest.objects.create(
        on=date(2026, 11, 15),
        customers=900,
        sampled=900,
        months=24,
        seconds=1.0,
        result={"evenings": {"2026-08-15": {"rankings": rows}}},
    )
    page = client.get("/risk/money/").content.decode()
    assert all(f">{share}%</b> right" in page for share in (71, 92, 33))
