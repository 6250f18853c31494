"""Which questions are offered before a contact, as a table; and until when an answer holds."""

from datetime import date

import pytest

from customers.rules.fact_validity import find_last_day
from customers.rules.question_choice import Candidate, choose_questions


def offer(*candidates, most=2, rest_days=30):
    return choose_questions(candidates, most=most, rest_days=rest_days)


def test_the_two_whose_answer_is_worth_most_are_offered():
    assert offer(Candidate(1, 1, 2), Candidate(2, 2, 5), Candidate(3, 3, 4)) == [2, 3]


@pytest.mark.parametrize(("most", "offered"), [(0, []), (1, [1]), (9, [1, 2])])
def test_never_more_than_two_whatever_the_setting_says(most, offered):
    assert offer(Candidate(1, 1, 5), Candidate(2, 2, 4), Candidate(3, 3, 3), most=most) == offered


@pytest.mark.parametrize(
    ("fields", "is_offered"),
    [
        ({}, True),
        ({"confidence": "sure"}, False),
        ({"confidence": "guess"}, True),
        ({"is_closed": True}, False),
        ({"kind_refused": True}, False),
        ({"rested_days": 29}, False),
        ({"rested_days": 30}, True),
    ],
)
def test_nothing_known_answered_refused_or_put_off_lately_is_asked(fields, is_offered):
    assert bool(offer(Candidate(1, 1, 3, **fields))) is is_offered


def test_what_is_guessed_is_worth_asking_less_than_what_is_not_known():
    assert offer(Candidate(1, 1, 3, confidence="guess"), Candidate(2, 2, 3), most=1) == [2]


def test_the_question_that_people_answer_is_asked_for_the_same_fact():
    refused_often = Candidate(1, 1, 5, answered=1, asked=20)
    assert offer(refused_often, Candidate(2, 1, 5, answered=15, asked=20)) == [2]


@pytest.mark.parametrize(
    ("told_on", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 22), 24, date(2028, 11, 22)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 1), 120_000, date(9998, 12, 31)),
    ],
)
def test_an_answer_holds_for_so_many_months(told_on, months, last):
    assert find_last_day(told_on, months=months) == last
