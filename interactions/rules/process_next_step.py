"""Which step of a run comes next, and which tasks a contact answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from interactions.rules.contact_cadence import is_talk


@dataclass(frozen=True)
class StepState:
    """One step of a run: its number, where it stands (waiting, open, done, skipped), the channel it asks for, and
    whether it is for whoever had the talk."""

    position: int
    state: str
    channel: str = ""
    is_mine: bool = True


def find_next_step(steps: Sequence[StepState]) -> int | None:
    """The number of the step to open: the first waiting one, unless a step is open. None: nothing is left to open.

    Steps are done in order; none is ever passed over.
    """
    if any(step.state == "open" for step in steps):
        return None
    waiting = sorted(step.position for step in steps if step.state == "waiting")
    return waiting[0] if waiting else None


def is_run_finished(steps: Sequence[StepState]) -> bool:
    """Every step is done, or was skipped with its reason."""
    return all(step.state in {"done", "skipped"} for step in steps)


def list_steps_done_by_talk(steps: Sequence[StepState], *, channel: str) -> list[int]:
    """The numbers of the steps of staying in contact that a talk through ``channel`` has done, in their order.

    From the open step on: what prepares the talk (steps without a channel), and the step that asks for it. A talk does
    nothing when the step that comes first asks for another channel or another colleague, or when none asks for this
    one.
    """
    done = []
    for step in sorted((one for one in steps if one.state in {"open", "waiting"}), key=lambda one: one.position):
        if not step.is_mine:
            return []
        done.append(step.position)
        if step.channel:
            return done if step.channel == channel else []
    return []


@dataclass(frozen=True)
class ContactFacts:
    """What was logged."""

    channel: str
    direction: str
    outcome: str


def does_contact_answer(
    contact: ContactFacts, *, task_kind: str, step_channel: str = "", is_chosen: bool = False, is_mine: bool = True
) -> bool:
    """Whether the contact does what the task asked for.

    A contact that reached nobody answers nothing. The task it was logged from (``is_chosen``) is answered, unless it is
    a step that asks for another channel. Without that, a talk answers alerts and follow-ups, and a step only when it
    is for whoever talked (``is_mine``) and names this very channel. Promises and complaints have their own end.
    """
    if not is_talk(channel=contact.channel, direction=contact.direction, outcome=contact.outcome):
        return False
    if task_kind == "step":
        if is_chosen:
            return step_channel in {"", contact.channel}
        return is_mine and step_channel == contact.channel
    if is_chosen:
        return task_kind in {"alert", "follow_up", "promise"}
    return task_kind in {"alert", "follow_up"}
