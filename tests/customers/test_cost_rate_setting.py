"""Rates of work: one holds on a day, the next ends it, and what was there before is kept."""

from datetime import date

import pytest

from customers.cost_rate_setting import CostRateRefused, set_cost_rate
from customers.models import CostRate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rates():
    CostRate.objects.all().delete()


def rate(begins: str, cents: int = 100, ends: str | None = None, work: str = "call") -> CostRate:
    until = date.fromisoformat(ends) if ends else None
    return CostRate(work=work, cents_per_minute=cents, valid_from=date.fromisoformat(begins), valid_to=until)


def listed(work: str = "call"):
    rows = CostRate.objects.filter(work=work).order_by("valid_from")
    return [(str(row.valid_from), str(row.valid_to) if row.valid_to else None, row.cents_per_minute) for row in rows]


def test_a_new_rate_ends_the_one_before_on_its_eve():
    set_cost_rate(rate("2026-01-01", 75))
    set_cost_rate(rate("2026-07-01", 80))
    set_cost_rate(rate("2026-03-01", 90, work="visit"))
    assert listed() == [("2026-01-01", "2026-06-30", 75), ("2026-07-01", None, 80)]


def test_a_rate_for_the_past_ends_before_the_one_that_is_there():
    set_cost_rate(rate("2026-07-01", 80))
    set_cost_rate(rate("2026-01-01", 75))
    assert listed() == [("2026-01-01", "2026-06-30", 75), ("2026-07-01", None, 80)]


def test_a_rate_between_two_takes_its_part():
    set_cost_rate(rate("2026-01-01", 75))
    set_cost_rate(rate("2026-07-01", 80))
    set_cost_rate(rate("2026-04-01", 77, ends="2026-12-31"))
    assert listed() == [
        ("2026-01-01", "2026-03-31", 75),
        ("2026-04-01", "2026-06-30", 77),
        ("2026-07-01", None, 80),
    ]


def test_a_rate_that_ended_earlier_stays_as_it_was():
    set_cost_rate(rate("2026-01-01", 75, ends="2026-02-28"))
    set_cost_rate(rate("2026-07-01", 80))
    assert listed()[0] == ("2026-01-01", "2026-02-28", 75)


def test_two_rates_cannot_begin_on_one_day():
    set_cost_rate(rate("2026-01-01", 75))
    with pytest.raises(CostRateRefused):
        set_cost_rate(rate("2026-01-01", 80))


def test_an_admin_who_enters_a_rate_sees_the_former_one_ended(admin, signed_in):
    set_cost_rate(rate("2026-01-01", 75))
    form = {"work": "call", "cents_per_minute": "0.80", "cents_each": "", "valid_from": "2026-07-01", "valid_to": ""}
    assert signed_in(admin).post("/customers/cost-rates/new/", form).status_code == 302
    assert listed() == [("2026-01-01", "2026-06-30", 75), ("2026-07-01", None, 80)]


def test_what_a_rate_was_before_is_kept(admin, signed_in):
    stored = set_cost_rate(rate("2026-01-01", 75))
    stored.cents_per_minute = 90
    set_cost_rate(stored)
    assert [event.cents_per_minute for event in stored.events.all()] == [75]
