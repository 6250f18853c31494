"""Who is A, B or C. Tables a business user can check with a pocket calculator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.rules.abc_classes import (
    GRADES,
    ClassLines,
    Cut,
    draw_pareto_curve,
    find_class_cuts,
    place_grades,
)
from tests.segments.rules.published_data import load_cdnow_days

money = st.integers(min_value=-(10**9), max_value=10**12)


def assign_grades(ids, revenue, *, cuts):
    return np.array(GRADES)[place_grades(ids, revenue, cuts=cuts)]


def classify(revenue, ids=None, lines=None):
    revenue = np.array(revenue, dtype=np.int64)
    ids = np.arange(1, len(revenue) + 1) if ids is None else np.array(ids)
    return list(assign_grades(ids, revenue, cuts=find_class_cuts(ids, revenue, lines=lines).cuts))


#    net revenue    brought before him   class                                              (total 1,000)
TABLE = [
    (300, "A1"),  # 0: the first is always A
    (150, "A1"),  # 300, below 400, half of A's share: he crosses it and still is A1
    (150, "A2"),  # 450
    (150, "A2"),  # 600
    (100, "A2"),  # 750, below 800: he crosses the line of A and still is A
    (50, "B1"),  # 850
    (40, "B2"),  # 900, above 875, the middle of B
    (30, "B2"),  # 940, below 950: he crosses the line of B and still is B
    (20, "C1"),  # 970: below 975
    (10, "C2"),  # 990
    (0, "C2"),  # bought and returned everything
    (-60, "C2"),  # returned more than he bought; brings no share
]


def test_the_customer_who_crosses_a_line_belongs_to_the_class_that_reaches_it():
    assert classify([revenue for revenue, _ in TABLE]) == [grade for _, grade in TABLE]


def test_a_line_reached_exactly_is_the_end_of_the_class():
    assert classify([40, 40, 15, 5]) == ["A1", "A2", "B1", "C1"]


@pytest.mark.parametrize(
    ("revenue", "grades"),
    [
        ([], []),
        ([0, 0], ["C2", "C2"]),
        ([-5], ["C2"]),
        ([7], ["A1"]),
        ([1000, 1], ["A1", "C2"]),
        ([10, 10, 10, 10, 10], ["A1", "A1", "A2", "A2", "B1"]),
    ],
    ids=["nobody", "nothing", "below zero", "one", "one brings all", "all equal: by id"],
)
def test_edges(revenue, grades):
    assert classify(revenue) == grades


def test_equal_customers_are_ordered_by_id():
    assert classify([50, 50], ids=[9, 3], lines=ClassLines(a_percent=50, b_percent=60)) == ["B1", "A1"]


def test_the_lines_are_a_setting():
    assert classify([60, 20, 15, 5], lines=ClassLines(60, 90)) == ["A1", "B1", "B2", "C2"]


@pytest.mark.parametrize(("a", "b"), [(0, 95), (95, 80), (80, 100), (80, 80)])
def test_lines_that_do_not_rise_are_refused(a, b):
    with pytest.raises(ValueError, match="must rise"):
        ClassLines(a, b)


def test_the_cuts_and_the_real_split_are_stored():
    cuts = find_class_cuts(np.array([7, 8, 9, 10]), np.array([80, 12, 8, 0]))
    assert cuts.cuts == (Cut(80, 7), Cut(80, 7), Cut(12, 8), Cut(8, 9), Cut(8, 9))
    assert cuts.customers == (1, 0, 1, 1, 0, 1)
    assert cuts.total_cents == 100
    assert [cuts.share_of_customers(letter) for letter in "ABC"] == [0.25, 0.5, 0.25]
    assert [cuts.share_of_revenue(letter) for letter in "ABC"] == [0.80, 0.20, 0.0]


def test_without_revenue_there_are_no_shares():
    cuts = find_class_cuts(np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    assert cuts.cuts == (None,) * 5
    assert cuts.share_of_customers("A") == cuts.share_of_revenue("A") == 0


@given(st.lists(money, max_size=60))
def test_everybody_is_in_exactly_one_class_and_each_class_reaches_its_line(revenue):
    array = np.array(revenue, dtype=np.int64)
    ids = np.arange(1, len(revenue) + 1)
    found = find_class_cuts(ids, array)
    grades = assign_grades(ids, array, cuts=found.cuts)
    assert tuple(int((grades == grade).sum()) for grade in GRADES) == found.customers
    total = sum(max(cents, 0) for cents in revenue)
    order = sorted(range(len(revenue)), key=lambda i: (-revenue[i], i))
    brought = 0
    for position in order:
        before_share = brought / total if total else 1
        letter = grades[position][0]
        if revenue[position] <= 0:
            assert grades[position] == "C2"
        elif abs(before_share - 0.8) > 1e-9 and abs(before_share - 0.95) > 1e-9:
            assert letter == ("A" if before_share < 0.8 else "B" if before_share < 0.95 else "C")
        brought += max(revenue[position], 0)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(-20, 60)), unique_by=lambda row: row[0]), st.randoms())
def test_the_order_of_the_input_and_its_division_into_parts_change_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    ids, revenue = _columns(rows)
    cuts = find_class_cuts(ids, revenue)
    assert find_class_cuts(*_columns(shuffled)) == cuts
    whole = dict(zip(ids.tolist(), assign_grades(ids, revenue, cuts=cuts.cuts), strict=True))
    middle = len(shuffled) // 2
    for part in (shuffled[:middle], shuffled[middle:]):
        part_ids, part_revenue = _columns(part)
        for customer, grade in zip(
            part_ids.tolist(), assign_grades(part_ids, part_revenue, cuts=cuts.cuts), strict=True
        ):
            assert whole[customer] == grade


def _columns(rows):
    return np.array([i for i, _ in rows], dtype=np.int64), np.array([r for _, r in rows], dtype=np.int64)


def test_the_published_shop_is_not_a_twenty_eighty_shop():
    """Its best 20% of customers bring 67.8% of the revenue."""
    revenue = np.array([round(100 * sum(days.values())) for days in load_cdnow_days().values()])
    assert draw_pareto_curve(revenue, points=6)[1][1] == pytest.approx(0.6778, abs=0.0002)
    cuts = find_class_cuts(np.arange(len(revenue)), revenue)
    assert cuts.share_of_revenue("A") == pytest.approx(0.80, abs=0.001)
    assert 0.25 < cuts.share_of_customers("A") < 0.40


def test_the_pareto_curve_rises_from_nothing_to_all():
    heads, share = draw_pareto_curve(np.array([10, 70, 0, 20, -5]), points=6)
    assert heads == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert share == pytest.approx([0, 0.7, 0.9, 1.0, 1.0, 1.0])


def test_without_revenue_the_curve_is_flat_and_the_top_brings_nothing():
    nothing = np.array([], dtype=np.int64)
    assert draw_pareto_curve(nothing, points=3)[1].tolist() == [0, 0, 0]
    assert draw_pareto_curve(np.array([0, -3]), points=3)[1].tolist() == [0, 0, 0]
