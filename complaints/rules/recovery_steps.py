"""The way of a complaint, step by step, read from what has been done."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Step(StrEnum):
    """What is promised to every complainer, in order."""

    GUARDIAN = "guardian"
    ANSWER = "answer"
    REMEDY = "remedy"
    WORD = "word"
    LOOK_AGAIN = "look_again"


@dataclass(frozen=True)
class StepState:
    """One step: when it was done, or until when it is due; ``is_now`` is the first one still open."""

    step: Step
    done_at: datetime | date | None
    due_at: datetime | date
    is_now: bool = False


@dataclass(frozen=True)
class RecoveryFacts:
    """What the steps are read from; moments are aware, ``bought_on`` is the first purchase after the complaint."""

    guardian_named_at: datetime | None
    first_answer_at: datetime | None
    remedy_at: datetime | None
    word_at: datetime | None
    bought_on: date | None


def list_steps(facts: RecoveryFacts, *, due: dict[Step, datetime | date]) -> list[StepState]:
    """Every step in order; a step may be done before an earlier one (a remedy without a written answer)."""
    done: dict[Step, datetime | date | None] = {
        Step.GUARDIAN: facts.guardian_named_at,
        Step.ANSWER: facts.first_answer_at,
        Step.REMEDY: facts.remedy_at,
        Step.WORD: facts.word_at,
        Step.LOOK_AGAIN: facts.bought_on,
    }
    now = next((step for step in Step if done[step] is None), None)
    return [StepState(step, done[step], due[step], is_now=step is now) for step in Step]
