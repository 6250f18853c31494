"""Values kept in steps: added up, read again and drawn as a curve of who brings how much."""

import pytest

from segments.rules.figure_spread import Spread, draw_pareto, find_share_of_customers, merge_spreads


def test_steps_of_two_groups_add_up():
    spread = merge_spreads([[[-1, 1, -500], [3, 2, 200]], [[3, 1, 130], [9, 1, 9000]]])
    assert (spread.customers, spread.total) == (5, 8830)
    assert (spread.quantile(0), spread.quantile(0.5), spread.quantile(1)) == (-500, 110, 9000)
    assert Spread().quantile(0.5) is None


def test_the_curve_rises_to_the_whole_and_falls_by_what_those_below_zero_take_back():
    points = draw_pareto(merge_spreads([[[-4, 1, -100], [1, 2, 200], [5, 1, 800]]]))
    assert [(round(point.customers, 2), point.value) for point in points] == [(0, 0), (0.25, 0.8), (0.75, 1), (1, 0.9)]
    assert find_share_of_customers(points, 0.8) == 0.25
    assert find_share_of_customers(points, 0.9) == 0.5
    assert find_share_of_customers([], 0.8) is None


def test_who_crosses_the_line_belongs_to_those_who_reach_it():
    points = draw_pareto(merge_spreads([[[1, 2, 200], [5, 1, 300]]]))
    assert find_share_of_customers(points, 0.5) == pytest.approx(0.5 / 0.6 / 3)
    assert find_share_of_customers(points, 0.5, of=3) == 1 / 3
    assert find_share_of_customers(points, 0.61, of=3) == 2 / 3


@pytest.mark.parametrize("steps", [[], [[0, 5, 0]], [[-9, 2, -400]]])
def test_where_nobody_brings_anything_there_is_no_curve(steps):
    assert draw_pareto(merge_spreads([steps])) == []
