"""Renewals counted from the dates of a contract."""

from datetime import date

import pytest

from customers.rules.contract_terms import ContractTerms, Renewals, add_months, count_renewals

BEGAN = date(2024, 2, 29)


@pytest.mark.parametrize(
    ("on", "ended_on", "renewals"),
    [
        (date(2024, 2, 29), None, Renewals(0, date(2025, 2, 28), lapsed=False)),
        (date(2025, 2, 27), None, Renewals(0, date(2025, 2, 28), lapsed=False)),
        (date(2025, 2, 28), None, Renewals(1, date(2026, 2, 28), lapsed=False)),
        (date(2026, 11, 22), None, Renewals(2, date(2027, 2, 28), lapsed=False)),
        (date(2026, 11, 22), date(2026, 2, 28), Renewals(1, None, lapsed=True)),  # not renewed the second time
        (date(2026, 11, 22), date(2025, 9, 1), Renewals(1, None, lapsed=True)),
        (date(2026, 11, 22), date(2024, 8, 1), Renewals(0, None, lapsed=True)),
        (date(2026, 2, 27), date(2026, 2, 28), Renewals(1, date(2026, 2, 28), lapsed=False)),  # its end still to come
        (date(2023, 1, 1), None, Renewals(0, date(2025, 2, 28), lapsed=False)),  # begins later
    ],
)
def test_renewals_follow_from_the_dates(on, ended_on, renewals):
    assert count_renewals(ContractTerms(BEGAN, 12, ended_on), on=on) == renewals


def test_a_quarterly_contract():
    assert count_renewals(ContractTerms(date(2026, 1, 31), 3), on=date(2026, 10, 31)).done == 3


def test_months_end_where_the_month_does():
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 12) == date(2027, 12, 31)
