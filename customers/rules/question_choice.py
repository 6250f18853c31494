"""Which questions a colleague is offered before a contact: at most two, those whose answer is worth most.

The value of asking is how much knowing helps, times how little is known of it yet, times how often people answer that
question. Nothing is asked that is known, nothing twice that was answered or refused, nothing again before it has
rested, and one kind of fact once a contact, however many questions ask for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

MOST_OFFERED = 2
# What is left to learn of a fact, by how sure we are of it.
TO_LEARN = {"": 1.0, "guess": 0.6, "likely": 0.3, "sure": 0.0}
# Before anybody was asked, a question is taken to be answered as often as not.
PRIOR_ANSWERS, PRIOR_ASKINGS = 1, 2


@dataclass(frozen=True)
class Candidate:
    """A question of the bank, beside what is known of one customer.

    ``worth`` is 1 to 5; ``confidence`` that of the fact in force ("" for none). ``is_closed`` when it was answered or
    refused here, ``kind_refused`` when another question of the same kind was. ``rested_days`` are the days since it
    was put off, None when it never was. ``answered`` of ``asked`` count every customer.
    """

    question: int
    kind: int
    worth: int
    confidence: str = ""
    is_closed: bool = False
    kind_refused: bool = False
    rested_days: int | None = None
    answered: int = 0
    asked: int = 0


def estimate_answer_rate(*, answered: int, asked: int) -> float:
    """How often a question is answered, careful while it was asked seldom."""
    return (answered + PRIOR_ANSWERS) / (asked + PRIOR_ASKINGS)


def estimate_value(candidate: Candidate) -> float:
    """What asking is worth, on the scale of ``worth``; 0 for what is known for sure."""
    rate = estimate_answer_rate(answered=candidate.answered, asked=candidate.asked)
    return candidate.worth * TO_LEARN[candidate.confidence] * rate


def may_ask(candidate: Candidate, *, rest_days: int) -> bool:
    """Whether the question may be put to this customer at all."""
    if candidate.is_closed or candidate.kind_refused:
        return False
    return candidate.rested_days is None or candidate.rested_days >= rest_days


def choose_questions(candidates: Iterable[Candidate], *, most: int, rest_days: int) -> list[int]:
    """Ids of the questions to offer, the most valuable first; never more than two, whatever ``most`` says."""
    askable = [one for one in candidates if may_ask(one, rest_days=rest_days) and estimate_value(one) > 0]
    askable.sort(key=lambda one: (-estimate_value(one), one.question))
    chosen: dict[int, int] = {}
    for one in askable:
        chosen.setdefault(one.kind, one.question)
    return list(chosen.values())[: max(0, min(most, MOST_OFFERED))]
