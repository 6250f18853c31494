"""Contact, relationship, intimacy, trust: by evidence, one after the other."""

from datetime import date, timedelta

import pytest

from customers.models import Customer, LadderEvidence
from customers.relationship_climbing import (
    LadderRefused,
    count_levels,
    filter_by_level,
    note_ladder_evidence,
    take_ladder_evidence_away,
)
from tests import factories

TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def show(customer, by, *levels):
    return [
        note_ladder_evidence(
            customer, level=level, evidence=f"Shows level {level}", seen_on=TODAY - timedelta(9), by=by, on=TODAY
        )
        for level in levels
    ]


def on_level(level):
    return set(filter_by_level(Customer.objects.all(), level))


def test_each_level_comes_by_evidence_after_the_one_below(customer, rep):
    show(customer, rep, 1, 2)
    assert on_level(2) == {customer}
    with pytest.raises(LadderRefused, match="intimacy comes first"):
        show(customer, rep, 4)
    show(customer, rep, 3, 4)
    assert count_levels(rep) == {1: 0, 2: 0, 3: 0, 4: 1}


def test_taking_evidence_away_lowers_the_level_to_below_the_gap(customer, rep):
    _contact, relationship, _intimacy = show(customer, rep, 1, 2, 3)
    take_ladder_evidence_away(relationship)
    assert count_levels(rep) == {1: 1, 2: 0, 3: 0, 4: 0}
    assert (on_level(1), on_level(3)) == ({customer}, set())
    show(customer, rep, 2)
    assert on_level(3) == {customer}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"evidence": "  "}, "needs evidence"),
        ({"seen_on": TODAY + timedelta(1)}, "in the future"),
        ({"level": 5}, "no such level"),
    ],
)
def test_what_shows_nothing_is_refused(customer, rep, fields, words):
    known = {"level": 1, "evidence": "We met", "seen_on": TODAY, **fields}
    with pytest.raises(LadderRefused, match=words):
        note_ladder_evidence(customer, by=rep, on=TODAY, **known)


def test_the_same_evidence_twice_is_noted_once(customer, rep):
    show(customer, rep, 1, 1)
    assert LadderEvidence.objects.count() == 1


def test_it_is_noted_and_counted_on_the_pages(customer, foreign_customer, rep, other_rep, signed_in):
    show(foreign_customer, other_rep, 1)
    factories.make_customer(owner=rep, team=rep.team)
    client = signed_in(rep)
    form = {"level": 1, "evidence": "Met at the fair", "seen_on": "2026-01-05"}
    assert client.post(f"/customers/{customer.pk}/ladder/new/", form).status_code == 302
    page = client.get(f"/customers/{customer.pk}/ladder/").content.decode()
    assert "Met at the fair" in page
    assert "Missing for relationship" in page
    refused = client.post(f"/customers/{customer.pk}/ladder/new/", form | {"level": 4})
    assert refused.status_code == 422
    report = client.get("/customers/ladder/").context
    assert (report["business"], report["customers"]) == (1, 0)
    assert [row.pk for row in client.get("/customers/?ladder=1").context["list"].rows] == [customer.pk]
    client.post(f"/customers/ladder/{LadderEvidence.objects.get(customer=customer).pk}/remove/")
    assert client.get("/customers/ladder/").context["business"] == 0
