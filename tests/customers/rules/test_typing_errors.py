"""Slips of the fingers are counted as a reader would count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.typing_errors import count_typing_errors


@pytest.mark.parametrize(
    ("typed", "meant", "whole", "beginning"),
    [
        ("smith", "smith", 0, 0),
        ("smiht", "smith", 1, 1),  # swapped
        ("smoth", "smith", 1, 1),  # wrong
        ("smth", "smith", 1, 1),  # missing
        ("smiith", "smith", 1, 1),  # too many
        ("jhon", "john", 1, 1),
        ("smi", "smith", 2, 0),
        ("maskinfabi", "maskinfabrik", 2, 1),
        ("", "smith", 5, 0),
        ("smith", "", 5, 5),
        ("παπαδοπουλσο", "παπαδοπουλος", 2, 1),
        ("ca", "abc", 3, 1),  # a swapped pair is not edited again
    ],
)
def test_each_wrong_missing_extra_or_swapped_letter_counts_once(typed, meant, whole, beginning):
    assert count_typing_errors(typed, meant) == (whole, beginning)


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_the_way_back_is_as_long_and_no_beginning_is_farther_than_the_whole(one, other):
    errors, beginning = count_typing_errors(one, other)
    assert errors == count_typing_errors(other, one)[0]
    assert beginning == min(count_typing_errors(one, other[:end])[0] for end in range(len(other) + 1))
    assert abs(len(one) - len(other)) <= errors <= max(len(one), len(other))
