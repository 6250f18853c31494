"""Sales of customers by item and period."""

from datetime import date

import numpy as np
import pytest

from customers.rules.sales_bridge import Movement
from customers.rules.sales_periods import Comparison, Period
from customers.rules.sales_table import ROW_FIELDS, SalesTable, number_day

EARLIER, BEFORE, NOW = date(2024, 5, 2), date(2025, 6, 1), date(2026, 6, 1)
SEALS, BEARINGS, HOSE = range(3)
YEARS = Comparison(
    kind="year",
    before=Period(date(2025, 1, 1), date(2025, 12, 31)),
    now=Period(date(2026, 1, 1), date(2026, 12, 31)),
)


def make_table(*rows):
    """A row: customer, product (which is its family, too), day, cents, pieces."""
    held = [
        (customer, product, number_day(day), cents, 1000 * pieces) for customer, product, day, cents, pieces in rows
    ]
    return SalesTable(
        rows=np.array(held, dtype=list(ROW_FIELDS)),
        family=np.array([product for _customer, product, *_rest in rows], dtype=np.int64),
        families=["Seals", "Bearings", "Hose"],
        comparison=YEARS,
        until=YEARS.now.last,
    )


@pytest.fixture
def table():
    return make_table(
        (1, SEALS, BEFORE, 9_000, 9),
        (1, BEARINGS, BEFORE, 2_000, 2),
        (1, BEARINGS, NOW, 1_000, 1),
        (2, SEALS, NOW, 5_000, 5),
        (3, HOSE, EARLIER, 700, 1),
        (3, HOSE, NOW, 800, 1),
        (4, HOSE, BEFORE, 600, 2),
        (5, SEALS, NOW, -50, 0),
    )


def test_the_family_that_explains_most_of_a_fall_is_named_and_of_growth_none(table):
    assert table.main_families() == {1: ("Seals", 0.9), 4: ("Hose", 1.0), 5: ("Seals", 1.0)}


def test_each_customer_has_his_movement_and_their_cents_are_the_whole_change(table):
    assert table.customers.tolist() == [1, 2, 3, 4, 5]
    assert table.before_cents.tolist() == [11_000, 0, 0, 600, 0]
    assert table.now_cents.tolist() == [1_000, 5_000, 800, 0, -50]
    bridge = table.bridge_by_customer()
    assert {movement for movement, (count, _cents) in bridge.items() if count} == {
        Movement.SHRANK,
        Movement.NEW,
        Movement.WON_BACK,
        Movement.STOPPED,
    }
    assert bridge[Movement.SHRANK] == (2, -10_050)  # and of the fifth only a return came
    assert bridge[Movement.WON_BACK] == (1, 800)
    parts = table.bridge_by_item()
    assert (parts["gone"], parts["volume"], parts["first"], parts["again"]) == (-9_600, -1_050, 5_000, 800)
    assert sum(parts.values()) == int((table.now_cents - table.before_cents).sum())


def test_the_change_is_told_by_family_with_its_last_purchase(table):
    change = table.explain_families()
    assert (change.before_cents, change.now_cents) == (11_600, 6_750)
    assert {part.sales.family: (part.sales.change_cents, part.sales.last_day) for part in change.parts} == {
        "Seals": (-4_050, NOW),
        "Bearings": (-1_000, NOW),
        "Hose": (200, NOW),
    }


def test_a_family_of_which_only_returns_came_was_never_bought():
    change = make_table((1, SEALS, NOW, -50, -1)).explain_families()
    assert [(part.sales.family, part.sales.last_day) for part in change.parts] == [("Seals", None)]


def test_months_are_counted_back_from_the_last_day(table):
    assert table.months_of(SEALS, months=12) == [0, 0, 0, 0, 4_950, 0, 0, 0, 0, 0, 0, 0]
    assert sum(table.months_of(SEALS, months=24)) == 13_950
    assert table.months_of(HOSE, months=1) == [0]


def test_of_the_last_year_each_customer_and_family_is_told_and_who_ever_bought_it(table):
    year, ever = table.year_by_family()
    assert year.tolist() == [[0, 1_000, 0], [5_000, 0, 0], [0, 0, 800], [0, 0, 0], [-50, 0, 0]]
    assert ever.tolist() == [
        [True, True, False],
        [True, False, False],
        [False, False, True],
        [False, False, True],
        [False, False, False],  # what was only returned was never bought
    ]


def test_without_any_sale_there_is_nobody_and_nothing_changed():
    nothing = make_table()
    assert (nothing.customers.tolist(), nothing.before_cents.tolist(), nothing.movements.tolist()) == ([], [], [])
    assert set(nothing.bridge_by_customer().values()) == {(0, 0)}
    assert set(nothing.bridge_by_item().values()) == {0}
    assert nothing.explain_families().parts == ()
    assert nothing.main_families() == {}
    assert nothing.months_of(SEALS, months=2) == [0, 0]
    assert nothing.year_by_family()[0].shape == (0, 3)
