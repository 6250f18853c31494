"""Sales of customers by item and period."""

from datetime import date

import numpy as np

from customers.rules.sales_periods import Comparison, Period
from customers.rules.sales_table import ROW_FIELDS, SalesTable, number_day


def test_the_family_that_explains_most_of_a_fall_is_named_and_of_growth_none():
    before, now = number_day(date(2025, 6, 1)), number_day(date(2026, 6, 1))
    rows = [(1, 1, before, 9_000, 1), (1, 2, before, 2_000, 1), (1, 2, now, 1_000, 1), (2, 1, now, 5_000, 1)]
    table = SalesTable(
        rows=np.array(rows, dtype=list(ROW_FIELDS)),
        family=np.array([0, 1, 1, 0]),
        families=["Seals", "Bearings"],
        comparison=Comparison(
            kind="year",
            before=Period(date(2025, 1, 1), date(2025, 12, 31)),
            now=Period(date(2026, 1, 1), date(2026, 12, 31)),
        ),
        until=date(2026, 12, 31),
    )
    assert table.main_families() == {1: ("Seals", 0.9)}
