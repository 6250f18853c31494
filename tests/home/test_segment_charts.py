"""Drawings are right at their edges: nobody, one customer, everybody alike, below zero."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.home.move_chart import draw_moves
from crm.home.segment_charts import (
    draw_hours,
    draw_pareto_chart,
    draw_risk_map,
    draw_spark,
    draw_spread_boxes,
    name_fill,
)
from segments.rules.figure_spread import Spread, merge_spreads

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def test_without_sales_there_is_no_curve():
    assert draw_pareto_chart(Spread(), Spread(), a_value=0.8, b_value=0.95) is None
    nothing = merge_spreads([[[0, 5, 0]]])
    assert draw_pareto_chart(nothing, nothing, a_value=0.8, b_value=0.95) is None


def test_of_a_few_customers_whole_ones_are_cut():
    """Four of ten bring 79%, so the fifth crosses the line and is A, as in the classes."""
    ten = merge_spreads([[[place, 1, 100 * place * (place - 1)] for place in range(1, 11)]])
    chart = draw_pareto_chart(ten, ten, a_value=0.8, b_value=0.95)
    assert (chart.a, chart.b) == (0.5, 0.7)
    assert chart.a_value == pytest.approx(0.879, abs=0.001)


def test_one_customer_is_all_of_a():
    one = merge_spreads([[[9, 1, 5000]]])
    chart = draw_pareto_chart(one, one, a_value=0.8, b_value=0.95)
    assert 0 < chart.a <= chart.b <= 1
    assert chart.takes_back == 0
    assert [letter for letter, _x in chart.letters] == ["A", "B", "C"]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 400), st.integers(1, 10**6)), min_size=1, max_size=12))
def test_the_three_parts_are_shown_in_whole_percent_that_add_up(steps):
    spread = merge_spreads([[[step, n, cents * n] for step, n, cents in steps]])
    chart = draw_pareto_chart(spread, spread, a_value=0.8, b_value=0.95)
    shown = [round(100 * part) for part in (chart.a, chart.b_part, chart.c)]
    assert sum(shown) == 100
    assert min(shown) >= 0


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 10**6)), max_size=30))
def test_flows_stay_in_the_picture_and_nobody_is_lost(moves):
    chart = draw_moves([((was, "new"), (to, "plus"), n) for was, to, n in moves])
    assert sum(flow.customers for flow in chart.flows) + chart.rest == sum(n for _was, _to, n in moves)
    for bar in [*chart.left, *chart.right]:
        assert 0 <= float(bar.y) <= 262
        assert float(bar.y) + float(bar.height) <= 263


@given(st.lists(st.tuples(st.integers(-(10**6), 10**12), st.floats(0, 10**6, allow_nan=False)).map(list), max_size=600))
def test_every_mark_of_the_map_lies_inside_it(points):
    drawn = draw_risk_map([("A", "premium", points), ("B", "half", points[:3])])
    if not points:
        assert drawn is None
        return
    assert drawn.shown <= 242
    for layer in drawn.layers:
        for x, y in re.findall(r"M(-?\d+) (-?\d+)", layer.path):
            assert 42 <= int(x) <= 407
            assert 22 <= int(y) <= 222


def test_a_spare_mark_is_drawn_in_ink():
    assert (name_fill("premium"), name_fill("hexagon")) == ("f-premium", "br-ink")


def test_boxes_share_one_scale_with_zero_inside():
    low = merge_spreads([[[-30, 3, -60_000], [-10, 3, -3000]]])
    high = merge_spreads([[[10, 3, 3000], [60, 3, 6_000_000]]])
    first, nobody, last = draw_spread_boxes([low, Spread(), high])
    assert nobody is None
    assert first.zero == last.zero
    assert float(first.middle) < float(first.zero) < float(last.middle)
    assert draw_spread_boxes([Spread()]) == [None]


def test_a_line_needs_two_evenings():
    assert draw_spark([5]) is None
    line, area, _last = draw_spark([5, 5, 5])
    assert len(NUMBERS.findall(line)) == 6
    assert area.endswith("z")


def test_hours_and_contribution_are_shares_of_their_own_wholes():
    rows = draw_hours({"A": [10, 60, 900], "C": [90, 180, -50]})
    assert [(row.letter, row.hours, row.contribution) for row in rows] == [("A", 0.25, 1.0), ("C", 0.75, 0.0)]
    assert draw_hours({"A": [10, 0, 900]}) == []
