"""Which step comes next, and what a contact answers."""

import pytest

from interactions.rules.process_next_step import (
    ContactFacts,
    StepState,
    does_contact_answer,
    find_next_step,
    is_run_finished,
    list_steps_done_by_talk,
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


@pytest.mark.parametrize(
    ("steps", "channel", "done"),
    [
        ("open: waiting:call waiting:", "call", [1, 2]),  # read, talk; the third step opens
        ("open: waiting:call waiting:", "visit", []),  # they want a call here
        ("done: open:call waiting:", "call", [2]),
        ("open:mail waiting:call", "call", []),  # a step that asks for something else comes first
        ("open: waiting:", "call", []),  # nothing asks for a talk
        ("done: done:call", "call", []),
        ("done: skipped:call open: waiting:call", "call", [3, 4]),
    ],
)
def test_a_talk_does_what_prepares_it_and_the_step_that_asks_for_it(steps, channel, done):
    states = [StepState(number, *one.split(":")) for number, one in enumerate(steps.split(), start=1)]
    assert list_steps_done_by_talk(states, channel=channel) == done


def test_a_colleagues_step_is_not_done_by_ones_own_talk():
    states = [StepState(1, "open", "call", is_mine=False)]
    assert list_steps_done_by_talk(states, channel="call") == []
    assert not does_contact_answer(CALL, task_kind="step", step_channel="call", is_mine=False)
    assert does_contact_answer(CALL, task_kind="step", step_channel="call", is_mine=False, is_chosen=True)
