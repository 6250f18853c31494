"""Which level evidence reaches."""

import pytest

from customers.rules.relationship_ladder import find_next, reach_level


@pytest.mark.parametrize(
    ("shown", "reached", "following"),
    [
        (set(), 0, 1),
        ({1}, 1, 2),
        ({1, 2, 3}, 3, 4),
        ({1, 2, 3, 4}, 4, None),
        ({1, 3, 4}, 1, 2),  # what stands above a gap does not count
        ({2, 3}, 0, 1),
    ],
)
def test_a_level_needs_evidence_of_all_below_it(shown, reached, following):
    assert (reach_level(shown), find_next(shown)) == (reached, following)
