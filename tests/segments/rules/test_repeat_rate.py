"""How many of a group bought again, and when that says nothing."""

import pytest

from segments.rules.repeat_rate import judge_repeat_rate


@pytest.mark.parametrize(
    ("bought", "again", "rate"),
    [
        (200, 90, 0.45),
        (30, 3, 0.1),
        (29, 9, None),  # too few to say a share
        (0, 0, None),
        (300, 0, None),  # a segment made of one-time buyers
        (300, 300, None),  # a segment made of regular customers
    ],
)
def test_the_share_who_bought_again_is_told_where_it_says_something(bought, again, rate):
    assert judge_repeat_rate(bought=bought, again=again) == rate
