"""A period's cost, shared to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.pool_allocation import allocate_pool


@pytest.mark.parametrize(
    ("pool", "drivers", "capacity", "parts", "unassigned"),
    [
        (12_000_000, [60, 60, 120], 0, (3_000_000, 3_000_000, 6_000_000), 0),
        (100, [1, 1, 1], 0, (34, 33, 33), 0),
        (1_000, [0, 5], 0, (0, 1_000), 0),
        (1_000, [], 0, (), 1_000),
        (1_000, [0, 0], 500, (0, 0), 1_000),
        (1_000, [30, 20], 100, (300, 200), 500),
        (1_000, [30, 20], 10, (600, 400), 0),
        (0, [30, 20], 0, (0, 0), 0),
        (1, [1, 1, 1, 1], 0, (1, 0, 0, 0), 0),
    ],
)
def test_everybody_gets_his_part(pool, drivers, capacity, parts, unassigned):
    allocation = allocate_pool(pool, drivers, capacity=capacity)
    assert (allocation.parts, allocation.unassigned) == (parts, unassigned)


@given(
    pool=st.integers(0, 10**14),
    drivers=st.lists(st.integers(0, 10**7), max_size=200),
    capacity=st.integers(0, 10**9),
)
def test_the_parts_and_the_rest_add_up_to_the_pool(pool, drivers, capacity):
    allocation = allocate_pool(pool, drivers, capacity=capacity)
    assert sum(allocation.parts) + allocation.unassigned == pool
    assert min((*allocation.parts, allocation.unassigned)) >= 0


@given(
    pool=st.integers(0, 10**12),
    drivers=st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any),
    capacity=st.integers(0, 10**7),
)
def test_nobody_is_a_cent_away_from_his_exact_part(pool, drivers, capacity):
    whole = max(sum(drivers), capacity)
    allocation = allocate_pool(pool, drivers, capacity=capacity)
    for part, driver in zip(allocation.parts, drivers, strict=True):
        assert abs(part * whole - pool * driver) < whole


@pytest.mark.parametrize(("pool", "drivers"), [(-1, [1]), (1, [1, -1])])
def test_a_cost_below_zero_is_refused(pool, drivers):
    with pytest.raises(ValueError, match="below zero"):
        allocate_pool(pool, drivers)
