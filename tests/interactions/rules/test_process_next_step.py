"""Which step comes next, and what a contact answers."""

import pytest

from interactions.rules.process_next_step import (
    ContactFacts,
    StepState,
    does_contact_answer,
    find_next_step,
    is_run_finished,
)


@pytest.mark.parametrize(
    ("states", "following", "finished"),
    [
        ("waiting waiting", 1, False),
        ("open waiting", None, False),
        ("done waiting waiting", 2, False),
        ("skipped waiting", 2, False),
        ("done done", None, True),
        ("done skipped", None, True),
        ("done open", None, False),
        ("waiting done", 1, False),
    ],
)
def test_steps_are_done_in_order(states, following, finished):
    steps = [StepState(position, state) for position, state in enumerate(states.split(), start=1)]
    assert find_next_step(steps) == following
    assert is_run_finished(steps) is finished


CALL = ContactFacts("call", "out", "talked")
NOT_REACHED = ContactFacts("call", "out", "not_reached")
MESSAGE = ContactFacts("call", "out", "message")
CALLED_US = ContactFacts("call", "in", "message")
MAIL = ContactFacts("mail", "out", "message")


@pytest.mark.parametrize(
    ("contact", "kind", "channel", "chosen", "answers"),
    [
        (CALL, "alert", "", False, True),
        (CALL, "follow_up", "", False, True),
        (CALL, "step", "call", False, True),
        (CALL, "step", "visit", False, False),  # a call is no visit
        (CALL, "step", "visit", True, False),
        (CALL, "step", "", False, False),
        (CALL, "step", "", True, True),  # logged from the step itself
        (CALL, "promise", "", False, False),
        (CALL, "promise", "", True, True),
        (CALL, "complaint", "", True, False),
        (NOT_REACHED, "alert", "", True, False),
        (MESSAGE, "follow_up", "", True, False),
        (CALLED_US, "follow_up", "", False, True),
        (MAIL, "step", "mail", False, True),
    ],
)
def test_what_a_contact_answers(contact, kind, channel, chosen, answers):
    assert does_contact_answer(contact, task_kind=kind, step_channel=channel, is_chosen=chosen) is answers
