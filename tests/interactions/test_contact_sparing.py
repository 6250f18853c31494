"""Nobody is sent to talk to customers who cost more than they bring; what that spares is counted with its cost."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from crm.core.few_finding import find_few
from crm.core.models.business_setting import change_setting
from crm.core.single_asking import asking_among
from customers.models import CostRate, Customer
from interactions.alert_raising import raise_alerts
from interactions.contact_sparing import is_spared, only_spared, sum_spared
from interactions.models import BelowZeroDecision, SparedContact, Task
from segments.models import BelowZeroSpell, WorstSign
from tests import factories

MONDAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def night(on=MONDAY):
    return raise_alerts(on=on, at=datetime(on.year, on.month, on.day, 2, tzinfo=UTC)).raised


@pytest.fixture
def late(customer):
    """31 days since the last talk where 30 are the rhythm; a call costs €10 and €1 a minute, six minutes are usual."""
    factories.make_trigger("overdue-contact")
    factories.put_in_segment(customer, factories.make_segment(cadence_days=30))
    factories.set_score(customer, grade="C1", first_day=MONDAY - timedelta(days=31))
    CostRate.objects.create(work="call", cents_per_minute=100, cents_each=1_000, valid_from=date(2026, 1, 1))
    return customer


@pytest.fixture
def below_zero(late):
    BelowZeroSpell.objects.create(customer=late, since=date(2026, 10, 1))
    return late


def show_worst_signs(customer):
    figures = dict.fromkeys(("sales_12m_cents", "sales_before_12m_cents", "contribution_12m_cents"), 0)
    quotes = dict.fromkeys(("quotes", "quotes_won", "quotes_for_shortlist"), 0)
    signs = dict.fromkeys(("is_silent", "is_falling", "rejects_quotes", "fills_shortlists"), True)
    WorstSign.objects.create(customer=customer, weight=1, **figures, **quotes, **signs)


def decide(customer, kind, by, **fields):
    BelowZeroDecision.objects.create(
        customer=customer,
        kind=kind,
        reason="Opens a market",
        owner=by,
        review_on=date(2027, 1, 1),
        decided_on=MONDAY,
        contribution_cents=-1,
        service_cents=1,
        **fields,
    )


def test_a_talk_with_a_customer_below_zero_is_left_out_and_counted_with_its_cost(below_zero, lead, admin):
    assert night() == {}
    assert not Task.objects.exists()
    spared = SparedContact.objects.get()
    assert (spared.day, spared.team, spared.reason) == (MONDAY, below_zero.team, "below_zero")
    assert (spared.contacts, spared.cents) == (1, 1_600)
    assert sum_spared(lead, until=MONDAY) == sum_spared(admin, until=MONDAY) == {"contacts": 1, "cents": 1_600}


def test_it_is_counted_once_a_rhythm_however_often_the_night_runs(below_zero, admin):
    for days in (0, 0, 1, 2, 29, 30, 30, 31):
        night(MONDAY + timedelta(days=days))
    assert sum_spared(admin, until=MONDAY + timedelta(days=31))["contacts"] == 2


def test_the_worst_signs_count_as_well(late):
    show_worst_signs(late)
    assert night() == {}
    assert SparedContact.objects.get().reason == "worst_sign"


def test_whoever_is_kept_or_paying_more_soon_is_talked_to(below_zero, rep):
    decide(below_zero, "keep", rep)
    assert night() == {"overdue-contact": 1}
    assert not SparedContact.objects.exists()


def test_people_decide_about_customers_of_class_a(below_zero):
    factories.set_score(below_zero, grade="A2", first_day=MONDAY - timedelta(days=31))
    assert night() == {"overdue-contact": 1}


def test_the_company_can_talk_to_all(below_zero):
    change_setting("economy.spares_contacts", 0)
    assert night() == {"overdue-contact": 1}
    assert not is_spared(below_zero)
    assert not SparedContact.objects.exists()


def test_page_list_and_total_say_so(below_zero, rep, lead, signed_in):
    night()
    assert "serves himself" in signed_in(rep).get(f"/customers/{below_zero.pk}/").content.decode()
    for asked in ("spared=1", "spared=1&segment=premium"):
        assert below_zero.name in signed_in(rep).get(f"/customers/?{asked}").content.decode()
    below_zero.below_zero_spells.update(until=MONDAY)
    assert below_zero.name not in signed_in(rep).get("/customers/?spared=1").content.decode()
    assert "/customers/?spared=1" in signed_in(lead).get("/segments/below-zero/").content.decode()


def test_found_in_a_segment_before_anything_else_they_are_the_same(rep):
    premium, other = factories.make_segment(), factories.make_segment("other", priority=2)
    decisions = (None, {"kind": "keep"}, {"kind": "keep", "ended_on": MONDAY}, {"kind": "process"})
    scores = []
    for nth, (spell, is_worst, decision, grade) in enumerate(
        product(("none", "over", "open"), (False, True), decisions, (None, "A2", "C1"))
    ):
        one = factories.make_customer(name=f"{spell} {is_worst} {decision} {grade}")
        factories.put_in_segment(one, other if nth % 5 == 4 else premium)
        if spell != "none":
            until = MONDAY if spell == "over" else None
            BelowZeroSpell.objects.create(customer=one, since=date(2026, 10, 1), until=until)
        if is_worst:
            show_worst_signs(one)
        if decision:
            decide(one, by=rep, **decision)
        if grade:
            scores.append((one, {"grade": grade}))
    factories.set_scores(scores)

    for segment in (premium, other):
        members = Customer.objects.filter(memberships__segment=segment)
        spared = {one.pk for one in members if is_spared(one)}
        assert set(only_spared(members)) == set(only_spared(members, segment=segment.pk))
        rows = only_spared(members, segment=segment.pk)
        (found,) = find_few(rows).values()
        with asking_among(find_few(rows)):
            assert set(found) == spared == {one.pk for one in rows}
        assert 0 < len(spared) < members.count() - len(spared)
