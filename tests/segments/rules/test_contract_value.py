"""What a contract will bring, by its renewals: against the model's own sums, and future by future."""

import numpy as np
import pytest

from segments.rules.contract_retention import ContractModel, estimate_renewal, expect_renewals
from segments.rules.contract_value import (
    forecast_contract,
    forecast_notice,
    measure_daily_contribution,
    value_contracts,
)

REGULAR = ContractModel(alpha=0.704, beta=1.182)  # the published regular customers


def forecast(**given):
    return forecast_contract(REGULAR, **{"renewals": 1, "due_in": [100, 465, 830, 1195], "daily_cents": 10.0, **given})


def test_until_the_next_renewal_nothing_is_left_to_chance():
    quarter = forecast()[0]
    assert (quarter.due, quarter.chance) == (0, 1.0)
    assert (quarter.weighed.mean, quarter.weighed.low, quarter.weighed.high) == pytest.approx((910, 910, 910))


def test_three_years_are_the_sum_of_the_years_each_by_its_own_chance():
    """With yearly renewals due at once it is the model's own sum of expected renewals, a year each."""
    three = forecast(due_in=[0, 365, 730, 1095], daily_cents=1.0)[2]
    whole_years = 365 * expect_renewals(REGULAR, renewals=1, periods=3)
    assert three.weighed.mean == pytest.approx(whole_years + three.chance)  # the last day, 1,096, is of a fourth year
    assert three.if_renewed == 1096
    assert three.weighed.low == 0  # three in ten do not renew at once
    assert three.weighed.high == 1096


def test_the_year_counts_the_one_renewal_that_falls_into_it():
    year = forecast()[1]
    chance = estimate_renewal(REGULAR, renewals=1)
    assert (year.due, year.chance) == (1, pytest.approx(chance))
    assert year.weighed.mean == pytest.approx(1000 + 10 * 265 * chance)


def test_the_range_holds_eighty_of_a_hundred_futures():
    random = np.random.default_rng(7)
    leaves = random.beta(REGULAR.alpha, REGULAR.beta + 1, 200_000)  # each has his own chance of not renewing
    ends = np.full(len(leaves), 1096)
    running = np.ones(len(leaves), dtype=bool)
    for day in (100, 465, 830):
        lapses = running & (random.random(len(leaves)) < leaves)
        ends[lapses], running = day, running & ~lapses
    three = forecast()[2]
    assert three.weighed.mean == pytest.approx(10 * ends.mean(), rel=0.01)
    assert (three.weighed.low, three.weighed.high) == tuple(10 * np.quantile(ends, [0.1, 0.9]))


@pytest.mark.parametrize("daily", [10.0, -10.0])
@pytest.mark.parametrize("renewals", [0, 3, 40])
def test_what_is_expected_lies_within_its_range_however_sure_the_renewals_are(daily, renewals):
    """Where 98 of 100 renew, nine of ten bring all of it: the range still reaches to the mean of all."""
    for row in forecast(renewals=renewals, daily_cents=daily):
        assert row.weighed.low <= row.weighed.mean <= row.weighed.high
    year = forecast(renewals=40, daily_cents=10.0)[1]
    assert year.weighed.low == year.weighed.mean < year.weighed.high == year.if_renewed


def test_the_longer_somebody_stayed_the_more_is_expected():
    assert forecast(renewals=6)[2].weighed.mean > forecast(renewals=0)[2].weighed.mean


def test_who_costs_more_than_he_brings_costs_the_most_if_he_stays():
    three = forecast(daily_cents=-10.0)[2]
    assert three.weighed.low == three.if_renewed == -10_960
    assert three.weighed.low < three.weighed.mean < three.weighed.high <= -1_000


def test_a_contract_under_notice_brings_what_is_left_of_it():
    rows = forecast_notice(ends_in=200, daily_cents=10.0)
    assert [row.weighed.mean for row in rows] == [910, 2000, 2000]
    assert [row.chance for row in rows] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(("days_known", "daily"), [(1, 36500 / 30), (100, 365.0), (365, 100.0), (2000, 100.0)])
def test_what_it_brings_a_day_is_measured_on_its_own_days_of_the_year(days_known, daily):
    assert measure_daily_contribution(36500, days_known=days_known) == pytest.approx(daily)


def test_a_night_says_of_each_contract_what_its_page_says():
    due = [[100, 465, 830, 1195], [0, 365, 730, 1095], [1096], [40, *range(71, 1100, 31)], [800], [800]]
    table = np.full((len(due), max(map(len, due))), 1096.0)
    for row, days in zip(table, due, strict=True):
        row[: len(days)] = days
    renewals, daily = np.array([1, 0, 6, 2, 40, 40]), np.array([10.0, -3.0, 4.0, 7.5, 9.0, -9.0])
    found = value_contracts(REGULAR, renewals=renewals, due_in=table, daily_cents=daily)
    for place, days in enumerate(due):
        page = forecast(renewals=int(renewals[place]), due_in=days, daily_cents=float(daily[place]))[2].weighed
        assert [column[place] for column in found] == pytest.approx([page.mean, page.low, page.high])
