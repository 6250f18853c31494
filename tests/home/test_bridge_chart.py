"""The drawing of a bridge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.home.bridge_chart import BridgeStep, draw_bridge


def draw(before, *parts):
    steps = [BridgeStep(["part"], cents) for cents in parts]
    return draw_bridge(BridgeStep(["before"], before), steps, BridgeStep(["now"], before + sum(parts)))


def test_each_bar_begins_where_the_one_before_ended():
    chart = draw(10_000, 5_000, -8_000)

    before, rise, fall, now = chart.bars
    assert [bar.kind for bar in chart.bars] == ["total", "up", "down", "total"]
    assert float(rise.y) + float(rise.height) == pytest.approx(float(before.y), abs=0.11)
    assert fall.y == rise.y
    assert float(fall.y) + float(fall.height) == pytest.approx(float(now.y), abs=0.11)


def test_on_a_phone_each_lying_bar_begins_where_the_one_before_ended():
    before, rise, fall, now = draw(10_000, 5_000, -8_000).rows

    def right_of(row):
        return float(row.x) + float(row.width)

    assert [row.kind for row in (before, rise, fall, now)] == ["total", "up", "down", "total"]
    assert float(rise.x) == pytest.approx(right_of(before), abs=0.11)
    assert right_of(fall) == pytest.approx(right_of(rise), abs=0.11)
    assert right_of(now) == pytest.approx(float(fall.x), abs=0.11)


@pytest.mark.parametrize(
    ("before", "parts", "start"),
    [
        (10_000, [-9_000], 0),  # far apart: from zero on
        (19_864_000, [-5_246_000], 11_000_000),  # close together: cut, at a round figure
        (0, [500], 0),
        (-500, [300], -0),
    ],
)
def test_the_axis_is_cut_where_parts_would_be_too_small_to_see(before, parts, start):
    assert draw(before, *parts).starts_at_cents == start


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**11), 10**11), max_size=6))
def test_everything_stays_inside_the_drawing(before, parts):
    chart = draw(before, *parts)

    for bar in chart.bars:
        assert 19.9 <= float(bar.y) <= float(chart.floor)
        assert float(bar.y) + float(bar.height) <= float(chart.floor) + 1.6
        assert float(bar.x) >= 0
        assert float(bar.x) + float(bar.width) <= chart.width
    for row in chart.rows:
        assert float(row.x) >= 137.9
        assert float(row.x) + float(row.width) <= 273.6
        assert float(row.text_y) <= chart.rows_height
