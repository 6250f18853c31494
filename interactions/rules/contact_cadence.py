"""How often a segment's customers are to hear from us, and who has waited too long."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class CadenceState(StrEnum):
    """``unplanned``: the segment has no rhythm; its customers are talked to when they want it."""

    UNPLANNED = "unplanned"
    IN_TIME = "in_time"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class CadenceFacts:
    """``cadence_days`` of the segment; the local day of the last talk, or of the day we have known them from."""

    cadence_days: int | None
    last_contact_on: date | None
    known_since: date | None = None


def find_due_day(facts: CadenceFacts) -> date | None:
    """The last day on which talking to them is in time; None where there is no rhythm or nothing to count from."""
    start = facts.last_contact_on or facts.known_since
    if facts.cadence_days is None or start is None:
        return None
    return start + timedelta(days=facts.cadence_days)


def judge_cadence(facts: CadenceFacts, *, on: date) -> CadenceState:
    """In time up to and including the due day."""
    due = find_due_day(facts)
    if due is None:
        return CadenceState.UNPLANNED
    return CadenceState.OVERDUE if on > due else CadenceState.IN_TIME


def is_talk(*, channel: str, direction: str, outcome: str) -> bool:
    """Whether a contact counts as having talked: whatever came from them, any mail or chat, a call or visit reached."""
    return direction == "in" or channel in {"mail", "chat"} or outcome == "talked"
