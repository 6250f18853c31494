"""Which families explain a fall or a rise, and how it is said."""

from datetime import date

import pytest

from customers.rules.family_change import (
    FamilySales,
    choose_sentence,
    explain_change,
    round_shares,
    say_family,
    say_share,
)


def test_the_family_that_explains_most_of_a_fall_stands_first_and_the_shares_add_up():
    change = explain_change(
        [
            FamilySales("Tools", 11_400, 13_860),
            FamilySales("Seals", 71_300, 33_180, date(2026, 6, 4)),
            FamilySales("Hose", 36_200, 29_460),
        ]
    )

    assert change.change_cents == -42_400
    assert [part.sales.family for part in change.parts] == ["Seals", "Hose", "Tools"]
    assert [round(part.share, 2) for part in change.parts] == [0.9, 0.16, -0.06]
    assert sum(part.share for part in change.parts) == pytest.approx(1)
    assert change.main.sales.family == "Seals"


@pytest.mark.parametrize(
    ("families", "main"),
    [
        ([("Seals", 100, 60), ("Hose", 100, 80)], "Seals"),
        ([("Seals", 60, 100)], "Seals"),  # a rise
        ([("Seals", 100, 70), ("Hose", 100, 70), ("Oil", 100, 70), ("Tools", 100, 70)], None),  # a quarter each
        ([("", 100, 20), ("Hose", 100, 90)], None),  # products without a family are nobody's name
        ([("Seals", 100, 100)], None),
        ([], None),
    ],
)
def test_a_family_is_named_when_it_explains_at_least_a_third(families, main):
    found = explain_change([FamilySales(*one) for one in families]).main

    assert (found.sales.family if found else None) == main


@pytest.mark.parametrize(
    ("before", "now", "size", "is_fall"), [(700, 300, 400, True), (300, 700, 400, False), (300, 300, 0, False)]
)
def test_a_change_has_a_size_and_a_direction(before, now, size, is_fall):
    change = explain_change([FamilySales("Seals", before, now)])
    assert (change.size_cents, change.is_fall) == (size, is_fall)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.75, "three quarters"),
        (0.66, "two thirds"),
        (0.5, "half"),
        (1 / 3, "a third"),
        (0.9, "nine tenths"),
        (0.99, "all"),
        (1.02, "all"),
        (9.29, "more than all"),
        (0.62, "62%"),
        (0.85, "85%"),
    ],
)
def test_a_share_is_said_as_people_say_it(share, words):
    assert say_share(share) == words


@pytest.mark.parametrize(("name", "words"), [("Abrasives", "abrasives"), ("PTFE seals", "PTFE seals"), ("X", "x")])
def test_a_family_inside_a_sentence(name, words):
    assert say_family(name) == words


@pytest.mark.parametrize(
    ("is_fall", "is_gone", "sentence"),
    [
        (True, True, "three quarters of the fall is abrasives, not bought since 4 March."),
        (True, False, "three quarters of the fall is abrasives."),
        (False, False, "three quarters of the rise is abrasives."),
    ],
)
def test_the_sentence(is_fall, is_gone, sentence):
    values = {"share": "three quarters", "family": "abrasives", "day": "4 March"}

    assert choose_sentence(is_fall=is_fall, is_gone=is_gone) % values == sentence


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ((1 / 3, 1 / 3, 1 / 3), [34, 33, 33]),
        ((0.625, 0.245, 0.13), [63, 24, 13]),
        ((1.204, 0.053, -0.257), [121, 5, -26]),
        ((0.996, 0.004), [100, 0]),
        ((1.0,), [100]),
        ((), []),
    ],
)
def test_shares_shown_in_whole_percent_add_up_to_a_hundred(shares, shown):
    assert round_shares(shares) == shown
    assert sum(shown) in {0, 100}
