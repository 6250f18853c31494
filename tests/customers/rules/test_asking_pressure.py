"""When a customer may be asked for a favour."""

from datetime import date, timedelta

import pytest

from customers.rules.asking_pressure import Reason, Refusal, find_refusal

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("days_ago", "complains", "refused"),
    [
        (None, False, None),
        (180, False, None),
        (179, False, Refusal(Reason.TOO_SOON, ON + timedelta(days=1))),
        (0, False, Refusal(Reason.TOO_SOON, ON + timedelta(days=180))),
        (-5, False, Refusal(Reason.TOO_SOON, ON + timedelta(days=185))),  # booked for next week already
        (-180, False, None),
        (None, True, Refusal(Reason.COMPLAINT)),
        (500, True, Refusal(Reason.COMPLAINT)),
    ],
)
def test_a_favour_rests_half_a_year_and_never_meets_a_complaint(days_ago, complains, refused):
    asked = None if days_ago is None else ON - timedelta(days=days_ago)
    assert find_refusal(on=ON, last_asked=asked, rest_days=180, has_open_complaint=complains) == refused
