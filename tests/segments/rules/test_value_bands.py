"""Fiscal years, how many a band holds, the four signs, and fit: as tables anybody can check."""

from datetime import date, timedelta

import pytest

from segments.rules.best_fit import measure_fit, rate_kind
from segments.rules.fiscal_year import FiscalYear, find_last_fiscal_year
from segments.rules.value_bands import count_in_band
from segments.rules.worst_signs import Sign, SignFigures, SignLines, list_signs, weigh_signs

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("on", "month", "first", "last", "label"),
    [
        (date(2026, 11, 23), 1, date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2026, 12, 31), 1, date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 12, 30), 1, date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (date(2026, 11, 23), 4, date(2025, 4, 1), date(2026, 3, 31), "2025/26"),
        (date(2026, 3, 31), 4, date(2025, 4, 1), date(2026, 3, 31), "2025/26"),
        (date(2026, 3, 30), 4, date(2024, 4, 1), date(2025, 3, 31), "2024/25"),
        (date(2024, 2, 29), 3, date(2023, 3, 1), date(2024, 2, 29), "2023/24"),
        (date(2100, 1, 1), 12, date(2098, 12, 1), date(2099, 11, 30), "2098/99"),
    ],
)
def test_the_last_fiscal_year_is_the_one_that_is_complete(on, month, first, last, label):
    year = find_last_fiscal_year(on=on, first_month=month)
    assert (year.first_day, year.last_day, year.label) == (first, last, label)
    assert year.find_before().last_day == first - timedelta(days=1)
    assert year.find_before().first_day == first.replace(year=first.year - 1)


def test_a_century_s_label_has_two_digits():
    assert FiscalYear(date(2099, 4, 1), date(2100, 3, 31)).label == "2099/00"


@pytest.mark.parametrize(
    ("customers", "share", "count"),
    [(30, 0.1, 3), (31, 0.1, 4), (1, 0.05, 1), (0, 0.1, 0), (7, 1.0, 7), (1_000_000, 0.07, 70_000)],
)
def test_a_band_is_rounded_up_and_exact(customers, share, count):
    assert count_in_band(customers, share=share) == count


LONG_AGO = TODAY - timedelta(days=365)
LATELY = TODAY - timedelta(days=364)


@pytest.mark.parametrize(
    ("figures", "signs"),
    [
        (SignFigures(last_day=LONG_AGO, sales_before_cents=100), [Sign.SILENT]),
        (SignFigures(last_day=LATELY, sales_cents=60, sales_before_cents=100), [Sign.FALLING]),
        (SignFigures(last_day=LATELY, sales_cents=61, sales_before_cents=100), []),
        (SignFigures(last_day=LATELY, sales_cents=0, sales_before_cents=0), []),
        (SignFigures(quotes=3, quotes_won=0), [Sign.REJECTS]),
        (SignFigures(quotes=5, quotes_won=1), [Sign.REJECTS]),
        (SignFigures(quotes=4, quotes_won=1), []),
        (SignFigures(quotes=2, quotes_won=0), []),
        (SignFigures(quotes=2, quotes_for_shortlist=2), [Sign.SHORTLISTS]),
        (SignFigures(quotes=3, quotes_won=1, quotes_for_shortlist=2), []),
        (
            SignFigures(last_day=LONG_AGO, quotes=3, quotes_for_shortlist=2),
            [Sign.SILENT, Sign.REJECTS, Sign.SHORTLISTS],
        ),
        (SignFigures(), []),
    ],
)
def test_each_sign_has_one_plain_condition(figures, signs):
    assert list_signs(figures, lines=SignLines(), on=TODAY) == signs


def test_more_signs_weigh_more_then_less_contribution():
    weights = [
        weigh_signs(2, contribution_cents=10**15),
        weigh_signs(2, contribution_cents=0),
        weigh_signs(2, contribution_cents=-500),
        weigh_signs(3, contribution_cents=10**9),
    ]
    assert weights == sorted(weights)


@pytest.mark.parametrize(
    ("share", "everybody", "points"), [(0.2, 0.2, 0.5), (0.6, 0.2, 0.75), (0, 0.2, 0), (1, 0.2, 0.83), (0, 0, 0.5)]
)
def test_a_kind_is_rated_against_everybody(share, everybody, points):
    assert rate_kind(share, share_of_all=everybody) == points


@pytest.mark.parametrize(
    ("traits", "fit"),
    [([0.5, 0.75, None, 1.0], 0.75), ([0.5, None, None, None], None), ([0.25, 0.5], 0.38), ([], None)],
)
def test_fit_is_the_mean_of_at_least_two_known_traits(traits, fit):
    assert measure_fit(traits) == fit
