"""The price is not why they left."""

import pytest

from interactions.rules.win_back import says_only_price


@pytest.mark.parametrize(
    ("words", "only_price"),
    [
        ("Price", True),
        ("Too expensive!", True),
        ("The price was too high", True),
        ("Zu teuer", True),
        ("Preço", True),
        ("terlalu mahal", True),
        ("Only because of the costs", True),
        ("", False),
        ("We were out", False),
        ("Too expensive since deliveries came late", False),
        ("A rival counts their stock for the same price", False),
        ("Carpenter retired", False),
        ("C'était cher, et personne ne répondait", False),
    ],
)
def test_that_it_was_too_dear_is_no_reason_and_what_lies_behind_it_is(words, only_price):
    assert says_only_price(words) is only_price
