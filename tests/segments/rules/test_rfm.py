"""RFM: 5 is best, and equal customers get equal scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.rules.rfm import ScoreCuts, assign_rfm, assign_scores, find_rfm_cuts, find_score_cuts


def score(values, *, higher_is_better=True):
    array = np.array(values)
    return assign_scores(array, cuts=find_score_cuts(array, higher_is_better=higher_is_better)).tolist()


@pytest.mark.parametrize(
    ("values", "scores"),
    [
        ([10, 20, 30, 40, 50], [1, 2, 3, 4, 5]),
        ([50, 10, 40, 20, 30], [5, 1, 4, 2, 3]),
        ([1, 1, 1, 1, 1], [3, 3, 3, 3, 3]),
        ([1, 1, 1, 1, 9], [3, 3, 3, 3, 5]),
        ([1, 1, 1, 2, 2, 2, 3, 3, 3, 9], [1, 1, 1, 3, 3, 3, 4, 4, 4, 5]),
        ([7], [3]),
    ],
    ids=["five", "any order", "all equal", "most equal", "ties", "alone"],
)
def test_scores_by_average_rank(values, scores):
    assert score(values) == scores


def test_the_fewer_days_since_the_last_purchase_the_better():
    assert score([3, 30, 60, 90, 400], higher_is_better=False) == [5, 4, 3, 2, 1]


def test_nobody_gives_no_cuts():
    assert find_score_cuts(np.array([], dtype=np.int64)) == ScoreCuts((None, None, None, None))


def test_a_new_customer_is_scored_by_the_stored_cuts():
    cuts = find_score_cuts(np.array([10, 20, 30, 40, 50]))
    assert cuts.cuts == (20, 30, 40, 50)
    assert assign_scores(np.array([5, 20, 39, 99]), cuts=cuts).tolist() == [1, 2, 3, 5]
    days = find_score_cuts(np.array([3, 30, 60, 90, 400]), higher_is_better=False)
    assert days.cuts == (90, 60, 30, 3)
    assert assign_scores(np.array([0, 3, 4, 90, 91]), cuts=days).tolist() == [5, 5, 4, 2, 1]


def test_the_three_scores_together():
    days, purchases, revenue = np.array([1, 50, 300]), np.array([30, 4, 1]), np.array([900_00, 80_00, -10_00])
    scores = assign_rfm(days, purchases, revenue, cuts=find_rfm_cuts(days, purchases, revenue))
    assert [array.tolist() for array in scores] == [[5, 3, 1]] * 3


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=80), st.randoms())
def test_equal_values_get_equal_scores_and_higher_values_never_lower_ones(values, random):
    scores = dict(zip(values, score(values), strict=True))
    assert score(values) == [scores[value] for value in values]
    ordered = [scores[value] for value in sorted(scores)]
    assert ordered == sorted(ordered)
    shuffled = random.sample(values, len(values))
    assert score(shuffled) == [scores[value] for value in shuffled]
    assert score([-value for value in values], higher_is_better=False) == score(values)
