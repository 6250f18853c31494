"""Preferences are obeyed."""

from datetime import date

import pytest

from interactions.rules.send_permission import StatedPreference, judge_channel, needs_override

SAID = [
    StatedPreference("call", False, date(2026, 1, 12), reason="Jytte Friis, by mail"),
    StatedPreference("mail", True, date(2026, 1, 12), hours="mornings"),
]


@pytest.mark.parametrize(
    ("channel", "outgoing", "override"),
    [
        ("call", True, True),
        ("call", False, False),  # they called us
        ("mail", True, False),
        ("visit", True, False),  # never spoken of
    ],
)
def test_a_refused_channel_needs_a_reason(channel, outgoing, override):
    assert needs_override(judge_channel(channel, preferences=SAID), is_outgoing=outgoing) is override


def test_the_day_and_the_words_are_kept():
    refused = judge_channel("call", preferences=SAID)
    assert (refused.said_on, refused.reason) == (date(2026, 1, 12), "Jytte Friis, by mail")
    assert judge_channel("mail", preferences=SAID).hours == "mornings"
