"""Which step of a run comes next, and which tasks a contact answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from interactions.rules.contact_cadence import is_talk


@dataclass(frozen=True)
class StepState:
    """One step of a run: its number and where it stands (waiting, open, done, skipped)."""

    position: int
    state: str


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


@dataclass(frozen=True)
class ContactFacts:
    """What was logged."""

    channel: str
    direction: str
    outcome: str


def does_contact_answer(
    contact: ContactFacts, *, task_kind: str, step_channel: str = "", is_chosen: bool = False
) -> bool:
    """Whether the contact does what the task asked for.

    A contact that reached nobody answers nothing. The task it was logged from (``is_chosen``) is answered, unless it is
    a step that asks for another channel. Without that, a talk answers alerts and follow-ups, and a step only when the
    step names this very channel. Promises and complaints have their own end.
    """
    if not is_talk(channel=contact.channel, direction=contact.direction, outcome=contact.outcome):
        return False
    if task_kind == "step":
        return step_channel == contact.channel or (is_chosen and not step_channel)
    if is_chosen:
        return task_kind in {"alert", "follow_up", "promise"}
    return task_kind in {"alert", "follow_up"}
