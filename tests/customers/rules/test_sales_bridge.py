"""The sales bridge: every part means what its name says, and together they are the difference to the cent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.sales_bridge import ITEM_PARTS, ItemSales, Movement, name_movements, split_items


def items(*rows: tuple[int, int, int, float, int, float, bool]) -> ItemSales:
    """Rows of (customer, family, before cents, quantity, now cents, quantity, bought earlier)."""
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 7
    kinds = (np.int64, np.int64, np.int64, np.float64, np.int64, np.float64, np.bool_)
    return ItemSales(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


@pytest.mark.parametrize(
    ("before", "now", "earlier", "movement"),
    [
        (0, 500, False, Movement.NEW),
        (0, 500, True, Movement.WON_BACK),
        (-200, 500, True, Movement.WON_BACK),  # only a return in the period before: no sales in it
        (400, 500, True, Movement.GREW),
        (500, 400, True, Movement.SHRANK),
        (500, 0, True, Movement.STOPPED),
        (500, -100, True, Movement.STOPPED),
        (500, 500, True, Movement.SAME),
        (0, 0, True, Movement.SAME),
        (0, -300, True, Movement.SHRANK),  # a return of something bought long ago
    ],
)
def test_each_customer_has_one_movement(before, now, earlier, movement):
    found = name_movements(np.array([before]), np.array([now]), np.array([earlier]))

    assert Movement(found[0]) is movement


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        # 10 pieces at 1.00, then 10 at 1.10: all of it is price.
        ([(1, 1, 1000, 10, 1100, 10, True)], {"price": 100}),
        # 10 pieces, then 15 at the same price: all of it is volume.
        ([(1, 1, 1000, 10, 1500, 15, True)], {"volume": 500}),
        # As many pieces of the family as before, but cheap ones instead of dear ones: all of it is mix.
        ([(1, 1, 1000, 5, 400, 2, True), (1, 1, 500, 5, 800, 8, True)], {"mix": -300}),
        ([(1, 1, 1000, 10, 0, 0, True)], {"gone": -1000}),
        ([(1, 1, 0, 0, 700, 3, True)], {"again": 700}),
        ([(1, 1, 0, 0, 700, 3, False)], {"first": 700}),
        # Quantities unknown: no price can be told.
        ([(1, 1, 1000, 0, 1200, 0, True)], {"volume": 200}),
        # A return in both periods.
        ([(1, 1, -100, -1, -300, -3, True)], {"volume": -200}),
        # Another customer's pieces of the same family do not count here.
        ([(1, 1, 1000, 10, 1000, 10, True), (2, 1, 100, 1, 900, 9, True)], {"volume": 800}),
        ([], {}),
    ],
)
def test_the_parts_of_the_items(rows, parts):
    found = {name: int(values.sum()) for name, values in split_items(items(*rows)).items()}

    assert {name: cents for name, cents in found.items() if cents} == parts


CENTS = st.integers(-(10**11), 10**11)
QUANTITY = st.floats(-1e7, 1e7, allow_nan=False).map(lambda value: round(value, 3))
ROWS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), CENTS, QUANTITY, CENTS, QUANTITY, st.booleans()), max_size=40
)


@given(ROWS)
def test_the_parts_add_up_to_the_difference_to_the_cent(rows):
    sales = items(*rows)

    parts = split_items(sales)

    assert set(parts) == set(ITEM_PARTS)
    assert np.array_equal(sum(parts.values()), sales.now_cents - sales.before_cents)


@given(ROWS)
def test_every_customer_is_in_one_bar_and_the_bars_add_up(rows):
    sales = items(*rows)
    movements = name_movements(sales.before_cents, sales.now_cents, sales.bought_earlier)
    change = sales.now_cents - sales.before_cents

    bars = {movement: int(change[movements == movement].sum()) for movement in Movement}

    assert sum(bars.values()) == int(change.sum())
    assert bars[Movement.SAME] == 0
    assert bars[Movement.NEW] >= 0
    assert bars[Movement.GREW] >= 0
    assert bars[Movement.SHRANK] <= 0
    assert bars[Movement.STOPPED] <= 0
