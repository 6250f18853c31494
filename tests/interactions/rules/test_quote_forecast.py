"""What becomes of proposals at each step, and what the open ones are likely to bring."""

import pytest

from interactions.rules.quote_forecast import (
    Chances,
    Forecast,
    Standing,
    foresee,
    learn_chances,
    measure_miss,
    measure_steps,
)

# Segment 1 has three steps: 6 won, 3 lost at the second, 1 stopped at the first, 4 wait at the third.
YEAR = [
    Standing(1, "done", 3, 6, 60_000),
    Standing(1, "lost", 1, 3, 90_000),
    Standing(1, "stopped", 0, 1, 5_000),
    Standing(1, "running", 2, 4, 40_000),
]


def test_each_step_says_how_many_came_got_past_ended_and_stand_there():
    first, second, third = measure_steps(YEAR, steps=3)
    assert (first.reached, first.passed, first.ended, first.standing) == (14, 13, 1, 0)
    assert (second.reached, second.passed, second.ended, second.standing) == (13, 10, 3, 0)
    assert (third.reached, third.passed, third.ended, third.standing) == (10, 6, 0, 4)
    assert (first.passing_share, second.passing_share, third.passing_share) == (13 / 14, 10 / 13, 1.0)


def test_a_share_won_needs_ten_that_are_decided():
    first, second, third = measure_steps(YEAR, steps=3)
    assert (first.decided, first.won, first.winning_share) == (10, 6, 0.6)
    assert (second.decided, second.winning_share) == (9, None)
    assert (third.decided, third.winning_share) == (6, None)


def test_a_step_nobody_left_has_no_share():
    (only,) = measure_steps([Standing(1, "running", 0, 2)], steps=1)
    assert (only.reached, only.passing_share) == (2, None)


def test_what_runs_by_an_older_longer_process_stands_at_the_last_step():
    first, second = measure_steps([Standing(1, "running", 4, 2), Standing(1, "done", 5, 1)], steps=2)
    assert (first.passed, second.passed, second.standing) == (3, 1, 2)


def test_chances_are_those_of_the_place_else_of_everything_decided():
    chances = learn_chances([*YEAR, Standing(2, "done", 1, 2)])
    assert chances.find(1, 0) == 0.6
    assert chances.find(1, 1) == chances.find(2, 0) == 8 / 12
    assert learn_chances(YEAR[1:2]).find(1, 0) is None


@pytest.mark.parametrize(
    ("by_place", "overall", "foreseen"),
    [
        ({(1, 2): 0.25}, 0.5, Forecast(4, 40_000, 10_000)),
        ({}, 0.5, Forecast(4, 40_000, 20_000)),
        ({}, None, Forecast(4, 40_000, None)),
    ],
)
def test_open_ones_are_weighed_by_their_chance(by_place, overall, foreseen):
    assert foresee(YEAR, Chances(by_place, overall)) == foreseen


def test_nothing_open_brings_nothing():
    assert foresee([], Chances({}, None)) == Forecast(0, 0, 0)


@pytest.mark.parametrize(
    ("foreseen", "won", "miss"), [(150, 100, 0.5), (50, 100, -0.5), (100, 0, None), (None, 100, None)]
)
def test_a_forecast_is_held_against_what_came(foreseen, won, miss):
    assert measure_miss(foreseen, won) == miss
