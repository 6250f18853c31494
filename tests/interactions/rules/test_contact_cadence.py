"""Talked to in time."""

from datetime import date

import pytest

from interactions.rules.contact_cadence import CadenceFacts, CadenceState, find_due_day, is_talk, judge_cadence

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("cadence", "last", "known", "state"),
    [
        (30, date(2026, 10, 25), None, CadenceState.IN_TIME),  # the thirtieth day
        (30, date(2026, 10, 24), None, CadenceState.OVERDUE),
        (30, None, date(2026, 11, 1), CadenceState.IN_TIME),  # never talked to, known for three weeks
        (30, None, date(2026, 1, 1), CadenceState.OVERDUE),
        (30, None, None, CadenceState.UNPLANNED),
        (None, date(2020, 1, 1), None, CadenceState.UNPLANNED),  # only when they want it
    ],
)
def test_whether_they_were_talked_to_in_time(cadence, last, known, state):
    assert judge_cadence(CadenceFacts(cadence, last, known), on=TODAY) is state


def test_the_due_day_is_the_last_day_in_time():
    assert find_due_day(CadenceFacts(30, date(2026, 10, 25))) == TODAY


@pytest.mark.parametrize(
    ("channel", "direction", "outcome", "talked"),
    [
        ("call", "out", "talked", True),
        ("call", "out", "not_reached", False),
        ("visit", "out", "not_reached", False),
        ("call", "in", "message", True),
        ("mail", "out", "message", True),
        ("chat", "out", "message", True),
    ],
)
def test_what_counts_as_a_talk(channel, direction, outcome, talked):
    assert is_talk(channel=channel, direction=direction, outcome=outcome) is talked
