"""What was heard, and what came of it, by month."""

from datetime import date

import pytest

from customers.rules.heard_changed import HeardMonth, list_heard_months

OCTOBER, NOVEMBER, SEPTEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 9, 1)


def test_each_month_says_what_changed_what_has_a_reason_and_what_waits():
    rows = [(OCTOBER, "changed", 3), (NOVEMBER, "", 2), (OCTOBER, "declined", 1), (OCTOBER, "", 2), (OCTOBER, "", 2)]
    november, october = list_heard_months(rows, most=6)
    assert (november, november.waiting, november.changed_share) == (HeardMonth(NOVEMBER, 2, 0, 0), 2, 0.0)
    assert (october, october.waiting, october.changed_share) == (HeardMonth(OCTOBER, 8, 3, 1), 4, 3 / 8)


@pytest.mark.parametrize(
    ("month", "last_day"),
    [
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_its_last_day(month, last_day):
    assert HeardMonth(month, 1, 0, 0).last_day == last_day


def test_only_the_newest_months_are_told():
    rows = [(month, "", 1) for month in (SEPTEMBER, NOVEMBER, OCTOBER)]
    assert [row.month for row in list_heard_months(rows, most=2)] == [NOVEMBER, OCTOBER]
    assert list_heard_months([], most=2) == []
