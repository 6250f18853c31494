"""Customers under one key meet once, whatever else they share; crowds under one key do not meet."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from customers.rules.duplicate_blocks import mark_key, merge_pairs, pair_blocks, sort_keys, split_marks

BIGGEST = [4, 3]


def find_pairs(known):
    """Pairs as the search finds them; ``known`` are (key, kind, customer)."""
    keys = np.array([key for key, _kind, _customer in known], dtype=np.int64)
    marks = np.array([mark_key(customer, kind) for _key, kind, customer in known], dtype=np.int64)
    found = merge_pairs(pair_blocks(*sort_keys(keys, marks), BIGGEST))
    return {(one, other): bits for one, other, bits in found.tolist()}


def test_two_under_one_key_are_a_pair_the_lower_number_first():
    assert find_pairs([(7, 1, 20), (7, 1, 10), (8, 0, 30)]) == {(10, 20): 2}


def test_a_key_known_twice_of_one_customer_makes_no_pair():
    assert find_pairs([(7, 0, 10), (7, 0, 10)]) == {}


def test_a_pair_with_two_keys_is_one_pair_with_both():
    assert find_pairs([(7, 0, 10), (7, 0, 11), (9, 1, 10), (9, 1, 11)]) == {(10, 11): 3}


def test_a_crowd_under_one_key_says_nothing():
    assert find_pairs([(7, 1, customer) for customer in range(1, 5)]) == {}
    assert len(find_pairs([(7, 0, customer) for customer in range(1, 5)])) == 6


def test_nobody_knows_anybody_without_keys():
    assert find_pairs([]) == {}


def test_marks_tell_customer_and_kind_again():
    customers, kinds = split_marks(np.array([mark_key(5, 6)]))
    assert (customers.tolist(), kinds.tolist()) == ([5], [6])


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), max_size=40))
def test_the_pairs_are_those_that_comparing_everybody_with_everybody_finds(known):
    rows = [(key, key % 2, customer) for key, customer in known]
    blocks = {key: sorted({customer for other, customer in known if other == key}) for key, _customer in known}
    expected: dict[tuple[int, int], int] = {}
    for key, members in blocks.items():
        if len(members) <= BIGGEST[key % 2]:
            for place, one in enumerate(members):
                for other in members[place + 1 :]:
                    expected[one, other] = expected.get((one, other), 0) | 1 << key % 2
    assert find_pairs(rows) == expected
