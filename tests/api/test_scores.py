"""Segments, scores with what explains them, people and profile facts, as programs read them."""

from datetime import date
from types import SimpleNamespace

from customers.models import ContactPoint, ProfileFact
from segments.models import Membership, ScoreRun, SegmentRule
from tests import factories
from tests.score_factory import RUN, make_score


def test_the_segments_there_are(rep, program):
    factories.make_segment("premium", cadence_days=30)
    factories.make_segment("rest", is_fallback=True)
    told = program(rep).get("/segments").json()["items"]
    assert [(one["key"], one["cadence_days"], one["is_fallback"]) for one in told] == [
        ("premium", 30, False), ("rest", None, True),
    ]  # fmt: skip


def test_a_score_comes_with_the_figures_the_sentence_and_what_it_is_made_of(rep, program, customer):
    ScoreRun.objects.create(pk=RUN, as_of=date(2026, 11, 20), state="finished", is_current=True)
    make_score(customer)
    premium = factories.make_segment("premium")
    rule = SegmentRule.objects.create(
        segment=premium,
        version=1,
        criteria={"all": [{"metric": "sales_12m", "operator": "at_least", "value": 7_500_000}]},
        state="published",
    )
    Membership.objects.create(customer=customer, segment=premium, since=date(2026, 1, 1), reason="Sales", rule=rule)
    told = program(rep).get(f"/scores/{customer.number}").json()
    assert (told["currency"], told["figures"]["grade"], told["figures"]["at_stake_cents"]) == ("EUR", "A1", 642_000)
    assert "Usually buys every 18 days" in told["explanation"]
    assert told["explained_by"]["mean_gap_days"] == 18.2
    assert told["explained_by"]["surprise"] == 0.02
    assert (told["class"]["grade"], told["class"]["a_share"]) == ("A1", 0.8)
    assert (told["segment"]["key"], told["segment"]["since"]) == ("premium", "2026-01-01")
    assert [one["holds"] for one in told["segment"]["conditions"]] == [True]


def test_the_range_of_the_weighed_value_is_that_of_the_value_page(rep, program, customer, monkeypatch):
    make_score(customer)
    three_years = SimpleNamespace(weighed=SimpleNamespace(low=0.0, high=14_080_700.4))
    outlook = SimpleNamespace(contract=None, three_years=three_years)
    monkeypatch.setattr("crm.api.segments.load_outlook", lambda customer, score: outlook)
    figures = program(rep).get(f"/scores/{customer.number}").json()["figures"]
    assert (figures["value_3y_weighed_low_cents"], figures["value_3y_weighed_high_cents"]) == (0, 14_080_700)
    assert figures["value_3y_low_cents"] == 6_100_000


def test_the_range_of_a_contract_is_weighed_as_it_is(rep, program, customer, monkeypatch):
    make_score(customer)
    outlook = SimpleNamespace(contract=SimpleNamespace(), three_years=None)
    monkeypatch.setattr("crm.api.segments.load_outlook", lambda customer, score: outlook)
    figures = program(rep).get(f"/scores/{customer.number}").json()["figures"]
    assert figures["value_3y_weighed_low_cents"] == figures["value_3y_low_cents"] == 6_100_000


def test_whoever_was_never_scored_has_no_figures(rep, program, customer):
    told = program(rep).get(f"/scores/{customer.number}").json()
    assert (told["figures"], told["explanation"], told["segment"]) == (None, "", None)


def test_people_come_with_the_ways_to_reach_them(rep, program, customer, foreign_customer):
    person = factories.make_person(customer, name="Søren Holm", job_title="Buyer", is_main=True)
    factories.make_person(foreign_customer)
    ContactPoint.objects.create(
        customer=customer, person=person, kind="email", value="S@k.example", value_normal="s@k.example"
    )
    asking = program(rep)
    (told,) = asking.get("/people").json()["items"]
    assert (told["name"], told["customer"], told["is_main"]) == ("Søren Holm", customer.number, True)
    assert told["contact_points"][0]["value_normal"] == "s@k.example"
    assert asking.get(f"/people/{person.pk}").json() == told
    assert asking.get("/people", {"customer": foreign_customer.number}).json()["items"] == []


def test_profile_facts_come_with_day_source_and_certainty(rep, program, customer, foreign_customer):
    for owner in (customer, foreign_customer):
        ProfileFact.objects.create(customer=owner, label="Planned investment", value="Press", told_on=date(2026, 3, 2))
    (told,) = program(rep).get("/facts").json()["items"]
    assert (told["label"], told["value"], told["told_on"], told["confidence"]) == (
        "Planned investment", "Press", "2026-03-02", "sure",
    )  # fmt: skip
    assert told["customer"] == customer.number
