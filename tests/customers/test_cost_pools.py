"""Cost pools: a quarter's visits shared among those who were visited, to the cent."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from customers.cost_pool_allocation import CostPoolRefused, adopt_pool_rate, allocate_cost_pool
from customers.models import CostPool, CostPoolShare, CostRate
from interactions.models import Interaction
from tests import factories

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _rates(db):
    CostRate.objects.all().delete()
    CostRate.objects.create(work="visit", cents_per_minute=90, cents_each=6_000, valid_from=date(2020, 1, 1))


def visit(customer, minutes, day=date(2026, 8, 3)):
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    return Interaction.objects.create(customer=customer, channel="visit", minutes=minutes, happened_at=at)


def pool(**fields):
    values = {
        "work": "visit",
        "driver": "minutes",
        "first_day": date(2026, 7, 1),
        "last_day": date(2026, 9, 30),
        "amount_cents": 12_000_001,
        **fields,
    }
    return CostPool(**values)


@pytest.fixture
def visited(rep, other_rep):
    """Three customers of two teams, visited for 60, 60 and 120 minutes in the quarter, and once before it."""
    ours = factories.make_customer(owner=rep, team=rep.team)
    theirs = [factories.make_customer(owner=other_rep, team=other_rep.team) for _number in range(2)]
    customers = [ours, *theirs]
    for customer, minutes in zip(customers, (60, 60, 120), strict=True):
        visit(customer, minutes)
    visit(ours, 500, day=date(2026, 6, 30))
    return customers


def shares_of(stored):
    return dict(CostPoolShare.objects.filter(pool=stored).values_list("customer_id", "cents"))


def test_the_quarters_visits_are_shared_by_their_minutes(visited):
    stored = allocate_cost_pool(pool(), at=NOW)
    shares = shares_of(stored)
    assert sum(shares.values()) == 12_000_001
    assert [shares[customer.pk] for customer in visited] == [3_000_000, 3_000_000, 6_000_001]
    assert (stored.driver_total, stored.customers, stored.unassigned_cents) == (240, 3, 0)
    assert stored.standard_cents == 240 * 90 + 3 * 6_000
    assert stored.difference_cents == 12_000_001 - stored.standard_cents


def test_what_was_paid_for_and_not_used_is_nobodys(visited):
    stored = allocate_cost_pool(pool(capacity=480), at=NOW)
    assert stored.unassigned_cents in {6_000_000, 6_000_001}
    assert sum(shares_of(stored).values()) + stored.unassigned_cents == 12_000_001


def test_without_a_visit_the_whole_pool_is_not_assignable(db):
    stored = allocate_cost_pool(pool(), at=NOW)
    assert (stored.unassigned_cents, stored.rate_cents) == (12_000_001, None)
    with pytest.raises(CostPoolRefused):
        adopt_pool_rate(stored)


def test_sharing_again_counts_what_was_logged_since_and_keeps_no_old_share(visited):
    stored = allocate_cost_pool(pool(), at=NOW)
    visit(visited[0], 240)
    allocate_cost_pool(stored, at=NOW)
    assert shares_of(stored)[visited[0].pk] == pytest.approx(12_000_001 * 300 / 480, abs=1)
    assert sum(shares_of(stored).values()) == 12_000_001


def test_by_number_each_visit_counts_alike(visited):
    visit(visited[0], 0)
    assert shares_of(allocate_cost_pool(pool(driver="pieces"), at=NOW))[visited[0].pk] == pytest.approx(
        6_000_000, abs=1
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"last_day": date(2026, 6, 1)}, "A period runs"),
        ({"last_day": date(2028, 6, 1)}, "A period runs"),
        ({"amount_cents": -5}, "below zero"),
        ({"work": "order"}, "Nobody counts minutes"),
        ({"first_day": date(2026, 9, 30), "last_day": date(2026, 12, 31)}, "shared once"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_the_reason(visited, fields, words):
    allocate_cost_pool(pool(), at=NOW)
    with pytest.raises(CostPoolRefused, match=words):
        allocate_cost_pool(pool(**fields), at=NOW)


def test_the_rate_that_results_becomes_the_standard_from_the_next_day(visited):
    rate = adopt_pool_rate(allocate_cost_pool(pool(), at=NOW))
    assert (rate.valid_from, rate.cents_per_minute, rate.cents_each) == (date(2026, 10, 1), 50_000, 0)
    assert CostRate.objects.get(valid_from=date(2020, 1, 1)).valid_to == date(2026, 9, 30)
    with pytest.raises(CostPoolRefused, match="begins on that day"):
        adopt_pool_rate(CostPool.objects.get())


def test_an_admin_enters_a_pool_and_sees_whose_part_is_how_much(admin, visited, signed_in):
    browser = signed_in(admin)
    form = {
        "work": "visit",
        "driver": "minutes",
        "first_day": "2026-07-01",
        "last_day": "2026-09-30",
        "amount_cents": "120,000.01",
        "capacity": "",
        "note": "pay and cars",
    }
    answer = browser.post(reverse("customers:cost-pool-new"), form, follow=True)
    text = answer.content.decode()
    assert "120,000.01" in text
    assert "60,000.01" in text
    assert "Not assignable" in text
    assert "at the standard rates" in text
    again = browser.post(reverse("customers:cost-pool-new"), form)
    assert again.status_code == 422
    assert "shared once" in again.content.decode()
    stored = CostPool.objects.get()
    for name in ("cost-pool-allocate", "cost-pool-adopt", "cost-pool-adopt"):
        assert browser.post(reverse(f"customers:{name}", args=[stored.pk])).status_code == 302
    edited = browser.post(reverse("customers:cost-pool-edit", args=[stored.pk]), {**form, "amount_cents": "90,000"})
    assert edited.status_code == 302
    assert sum(shares_of(stored).values()) == 9_000_000
    assert stored.events.count() > 0
    assert browser.post(reverse("customers:cost-pool-delete", args=[stored.pk])).status_code == 302
    assert not CostPoolShare.objects.exists()
