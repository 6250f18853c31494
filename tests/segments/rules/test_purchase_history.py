"""What is a possible purchase history, and what the search for parameters does with an impossible one."""

import numpy as np
import pytest

from segments.rules.likelihood_search import FitFailedError, find_most_likely
from segments.rules.purchase_history import PurchaseHistories, build_histories, collapse_equal_histories


@pytest.mark.parametrize(
    ("repeats", "last", "age", "why"),
    [
        ([-1], [0], [10], "before the first"),
        ([1], [11], [10], "after the day of scoring"),
        ([1], [-2], [10], "before the first"),
        ([0], [5], [10], "one purchase has no time"),
        ([2], [0], [10], "one purchase has no time"),
    ],
)
def test_impossible_histories_are_refused(repeats, last, age, why):
    with pytest.raises(ValueError, match=why):
        build_histories(repeats, last, age)


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match="same length"):
        PurchaseHistories(np.array([1]), np.array([1.0]), np.array([2.0, 3.0]), np.array([0.0]))


def test_equal_customers_are_told_once_with_their_number():
    collapsed = collapse_equal_histories(build_histories([0, 2, 0, 2, 0], [0, 9, 0, 9, 0], [30, 40, 30, 40, 31]))
    rows = zip(collapsed.repeats, collapsed.last, collapsed.age, collapsed.weight, strict=True)
    assert sorted(rows) == [(0, 0, 30, 2), (0, 0, 31, 1), (2, 9, 40, 2)]
    assert collapsed.customers == 5


def test_a_likelihood_that_is_never_finite_is_an_error():
    with pytest.raises(FitFailedError, match="no finite likelihood"):
        find_most_likely(lambda p: (np.nan, p * np.nan), start=[1.0], bounds=[(0.1, 10)], customers=1)
