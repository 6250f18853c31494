"""Two of us promise different things about one matter."""

import pytest

from interactions.rules.promise_conflict import Conflict, OpenPromise, find_conflicts

ANA, NURUL = 1, 2


@pytest.mark.parametrize(
    ("ana", "nurul", "matter"),
    [
        ("5% off the next order of abrasives", "8% off abrasives from May", "abrasives"),
        ("Split the invoice by plant", "One invoicing for all plants", "invoicing"),
        ("Send the drawing", "Send the drawing again", "drawing"),
        ("Send the drawing", "send  the DRAWING", ""),  # the same words: one of the two is enough
        ("Call on Monday about delivery", "Call on Monday, please", ""),  # when, not what
        ("Sample of seals by Friday", "Look for a cheaper pump", ""),
        ("", "Sample", ""),
    ],
)
def test_what_two_of_us_promise_about_one_matter_is_told(ana, nurul, matter):
    found = find_conflicts([OpenPromise(8, nurul, NURUL), OpenPromise(7, ana, ANA)])
    assert found == ([Conflict(7, 8, matter)] if matter else [])


def test_who_promises_twice_knows_what_he_said_and_nobody_asks_one_who_left():
    same = [OpenPromise(1, "Split the invoice", ANA), OpenPromise(2, "One invoice a month", ANA)]
    assert find_conflicts(same) == []
    assert find_conflicts([OpenPromise(1, "Split the invoice", None), OpenPromise(2, "One invoice", ANA)]) == []


def test_three_voices_make_three_pairs_the_oldest_first():
    said = [OpenPromise(n, f"Discount of {n}%", n) for n in (3, 1, 2)]
    assert [(one.earlier, one.later) for one in find_conflicts(said)] == [(1, 2), (1, 3), (2, 3)]
