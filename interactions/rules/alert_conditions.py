"""When each alert fires. The night asks the database for candidates; these are the same conditions over the figures of
one evening, so "why me?" can replay an alert from its evidence and must come to the same answer.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

SLIPPING_AWAY = "slipping-away"
VISIT_NOW = "visit-now"
SECOND_ORDER = "second-order"
GROWING = "growing"
OVERDUE_CONTACT = "overdue-contact"

LEAST_PURCHASE_DAYS = 3
LONGEST_SILENCE_DAYS = 730
QUARTER_DAYS = 91
SECOND_ORDER_WITHIN_DAYS = 365
USUAL_SECOND_ORDER_DAYS = 30
WATCH = 1


@dataclass(frozen=True)
class Condition:
    """One condition with that evening's figure, the limit it was held against, and whether it held.

    ``figure`` and ``limit`` are plain numbers, words or ISO days; None is unknown and never holds.
    """

    name: str
    figure: float | int | str | None
    limit: float | int | str | None
    holds: bool


def _at_least(name: str, figure: float | None, limit: float) -> Condition:
    return Condition(name, figure, limit, figure is not None and figure >= limit)


def _at_most(name: str, figure: float | None, limit: float) -> Condition:
    return Condition(name, figure, limit, figure is not None and figure <= limit)


def judge_slipping_away(evidence: Mapping[str, object]) -> list[Condition]:
    """A rhythm, a silence that is unusual for this very customer, and a place within the budget of his owner.

    Two years of silence is no slipping away any more: that customer is lost, and won back by other means.
    """
    return [
        _at_least("purchase_days", _number(evidence, "purchase_days"), LEAST_PURCHASE_DAYS),
        _at_least("risk", _number(evidence, "risk"), WATCH),
        _at_most("silence", _number(evidence, "gap_days"), LONGEST_SILENCE_DAYS),
        _within_budget(evidence),
    ]


def judge_visit_now(evidence: Mapping[str, object]) -> list[Condition]:
    """Sales of a quarter fell by the set share or more against the own baseline. Whoever buys less than once a quarter
    has quarters without sales by his own rhythm, and is left to the silence."""
    return [
        _at_least("fall", _number(evidence, "fall"), _number(evidence, "fall_limit") or 1),
        _at_most("rhythm", _number(evidence, "mean_gap_days"), QUARTER_DAYS),
        _at_least("purchase_days", _number(evidence, "purchase_days"), LEAST_PURCHASE_DAYS),
        _within_budget(evidence),
    ]


def judge_growing(evidence: Mapping[str, object]) -> list[Condition]:
    """The other way round: sales of a quarter rose by the set share or more over the own baseline, of somebody who
    buys in his rhythm. A customer who grows is asked what changed while it still does."""
    growth = _number(evidence, "fall")
    return [
        _at_least("growth", None if growth is None else -growth, _number(evidence, "growth_limit") or 1),
        _at_most("rhythm", _number(evidence, "mean_gap_days"), QUARTER_DAYS),
        _at_least("purchase_days", _number(evidence, "purchase_days"), LEAST_PURCHASE_DAYS),
        _at_most("in_rhythm", _number(evidence, "risk"), WATCH - 1),
        _within_budget(evidence),
    ]


def judge_second_order(evidence: Mapping[str, object]) -> list[Condition]:
    """Bought on one day only, within the last year, and is later than most of those who came back."""
    usual = _number(evidence, "usual_second_order_days")
    return [
        _at_most("purchase_days", _number(evidence, "purchase_days"), 1),
        Condition(
            "second_order_late",
            _number(evidence, "gap_days"),
            usual,
            usual is not None and (_number(evidence, "gap_days") or 0) > usual,
        ),
        _at_most("silence", _number(evidence, "gap_days"), SECOND_ORDER_WITHIN_DAYS),
        _within_budget(evidence),
    ]


def judge_overdue_contact(evidence: Mapping[str, object]) -> list[Condition]:
    """Nobody talked to them for longer than the segment's rhythm, and nothing is planned."""
    cadence = _number(evidence, "cadence_days")
    since = _number(evidence, "days_since_contact")
    return [
        Condition("days_since_contact", since, cadence, since is not None and cadence is not None and since > cadence),
        _at_most("open_tasks", _number(evidence, "open_tasks"), 0),
        _within_budget(evidence),
    ]


_JUDGES = {
    SLIPPING_AWAY: judge_slipping_away,
    VISIT_NOW: judge_visit_now,
    SECOND_ORDER: judge_second_order,
    GROWING: judge_growing,
    OVERDUE_CONTACT: judge_overdue_contact,
}
URGENCY = (VISIT_NOW, SLIPPING_AWAY, SECOND_ORDER, GROWING)
# Whoever is silent for long falls too, and whoever falls is often silent soon: two ways of telling of one silence.
TELL_OF_SILENCE = (VISIT_NOW, SLIPPING_AWAY)


def rank_urgency(trigger_key: str) -> int:
    """Which of several triggers on one customer is told: the lowest. What an admin invented stands between the built-in
    alerts and a contact that is merely overdue."""
    if trigger_key in URGENCY:
        return URGENCY.index(trigger_key)
    return len(URGENCY) + (trigger_key == OVERDUE_CONTACT)


def replay_alert(trigger_key: str, *, evidence: Mapping[str, object]) -> list[Condition]:
    """The conditions of that evening, judged again from its figures alone.

    A trigger with a rule of its own is judged by its rule elsewhere; what is left here is its place in the budget.
    """
    judge = None if evidence.get("criteria") else _JUDGES.get(trigger_key)
    return judge(evidence) if judge else [_within_budget(evidence)]


@dataclass(frozen=True)
class Crossing:
    """A customer who crossed a trigger's line tonight; ``person`` is who would have to act."""

    customer_id: int
    trigger_key: str
    person: int
    rank: float


def choose_crossings(crossings: Iterable[Crossing], *, budget: Mapping[int, int]) -> list[tuple[Crossing, int]]:
    """Which crossings are told tonight, each with its place (from 1) among those of its person.

    A customer is told once, by his most urgent trigger. Each trigger's first comes before any trigger's second, so that
    no kind of alert crowds the others out; within a trigger the highest rank comes first. ``budget`` is how many each
    person may still get; a person who is not in it gets none.
    """
    by_customer: dict[int, Crossing] = {}
    for crossing in crossings:
        known = by_customer.get(crossing.customer_id)
        if known is None or rank_urgency(crossing.trigger_key) < rank_urgency(known.trigger_key):
            by_customer[crossing.customer_id] = crossing
    queues: dict[tuple[int, str], list[Crossing]] = {}
    for crossing in sorted(by_customer.values(), key=lambda one: (-one.rank, one.customer_id)):
        queues.setdefault((crossing.person, crossing.trigger_key), []).append(crossing)
    turns = sorted(
        (
            (person, round_number, rank_urgency(key), key, crossing)
            for (person, key), queue in queues.items()
            for round_number, crossing in enumerate(queue)
        ),
        key=lambda turn: turn[:4],
    )
    chosen: list[tuple[Crossing, int]] = []
    taken: dict[int, int] = {}
    for person, _round, _urgency, _key, crossing in turns:
        if taken.get(person, 0) < budget.get(person, 0):
            taken[person] = taken.get(person, 0) + 1
            chosen.append((crossing, taken[person]))
    return chosen


def is_held_out(*, trigger_key: str, customer_id: int, period: date, percent: int) -> bool:
    """Whether this crossing is kept without the action, to measure what the action brings.

    Decided by a salted hash before anything is done, so it is the same whenever it is asked.
    """
    digest = hashlib.sha256(f"hold-out:{trigger_key}:{customer_id}:{period.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


def _within_budget(evidence: Mapping[str, object]) -> Condition:
    return _at_most("place", _number(evidence, "place"), _number(evidence, "budget") or 0)


def _number(evidence: Mapping[str, object], key: str) -> float | None:
    value = evidence.get(key)
    return value if isinstance(value, int | float) else None
