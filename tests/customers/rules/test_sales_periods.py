"""Two periods to compare."""

from datetime import date, timedelta

import pytest

from customers.rules.sales_periods import Period, compare_own, compare_quarters, compare_years

SATURDAY = date(2026, 11, 21)


def test_twelve_months_and_the_twelve_before_do_not_overlap_and_leave_no_day_out():
    found = compare_years(SATURDAY)

    assert found.now == Period(date(2025, 11, 22), SATURDAY)
    assert found.before.days == found.now.days == 365
    assert found.before.last + timedelta(days=1) == found.now.first


def test_a_quarter_is_held_against_the_same_weeks_of_the_year_before():
    found = compare_quarters(SATURDAY)

    assert (found.now.days, found.before.days) == (91, 91)
    assert found.before.last == date(2025, 11, 22)
    assert found.before.last.weekday() == SATURDAY.weekday()


def test_own_dates_alone_are_held_against_as_many_days_before():
    found = compare_own(now=Period(date(2024, 2, 1), date(2024, 2, 29)))

    assert found.before == Period(date(2024, 1, 3), date(2024, 1, 31))


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 2, 2), date(2026, 2, 1)), (date(2000, 1, 1), date(2026, 1, 1))],
)
def test_a_period_that_ends_before_it_begins_or_takes_decades_is_none(first, last):
    with pytest.raises(ValueError, match="ten years"):
        Period(first, last)
