"""How long a rival would need to learn what we know: by asking or by waiting, the longer of the two."""

import pytest

from customers.rules.learnt_advantage import estimate_relearning

MONTH = 365 / 12


@pytest.mark.parametrize(
    ("told", "contacts_12m", "questions", "rate", "gaps", "months"),
    [
        (0, 24, 2, 0.5, [], 0),  # nothing known, nothing to learn
        (12, 24, 2, 0.5, [], 6),  # two contacts a month, one answer each
        (13, 24, 2, 0.5, [], 7),  # a month that was begun counts
        (4, 0, 2, 0.5, [], 12),  # whom we never call a rival still visits once a quarter
        (12, 24, 0, 0.5, [], 12),  # we offer no questions: one a contact is assumed
        (0, 24, 2, 0.5, [MONTH], 2),  # the third purchase shows a rhythm
        (0, 24, 2, 0.5, [MONTH, 2 * MONTH, 60 * MONTH], 4),  # the median item, not the rarest
        (12, 24, 2, 0.5, [MONTH], 6),  # both at once: the longer counts
        (2, 24, 2, 0.5, [3 * MONTH], 6),
    ],
)
def test_a_rival_needs_as_long_as_asking_or_waiting_takes(told, contacts_12m, questions, rate, gaps, months):
    again = estimate_relearning(
        told=told, contacts_12m=contacts_12m, questions_a_contact=questions, answer_rate=rate, gaps_days=gaps
    )
    assert again.months == months
