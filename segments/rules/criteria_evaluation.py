"""Whether a rule holds for one customer, worked out in the plainest way from his figures.

The database does the same for everybody at once (``compile_criteria``); tests hold the two against each other, and "why
me?" replays a rule on the figures of an evening.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from segments.rules.criteria import KNOWN, LISTS, Catalogue, Criteria


def holds(criteria: Criteria, values: Mapping[str, Any], *, today: date, catalogue: Catalogue) -> bool:
    """Whether a valid rule holds for a customer whose figures are ``values`` (missing or None is unknown)."""
    if "metric" in criteria:
        metric = catalogue[criteria["metric"]]
        return _condition_holds(str(metric.kind), criteria, values.get(metric.name), today=today)
    if "not" in criteria:
        return not holds(criteria["not"], values, today=today, catalogue=catalogue)
    test = all if "all" in criteria else any
    children = criteria["all"] if "all" in criteria else criteria["any"]
    return test(holds(child, values, today=today, catalogue=catalogue) for child in children)


def lower_letters(text: str) -> str:
    """Lower case letter by letter, as the database does it."""
    return "".join(letter.lower()[0] for letter in text)


def _condition_holds(kind: str, condition: Criteria, known: Any, *, today: date) -> bool:
    operator, value = condition["operator"], condition.get("value", [])
    absent = known is None or (kind in {"text", "choice"} and known == "")
    if operator in KNOWN:
        return bool(absent == (operator == "unknown"))
    if absent:
        return False
    if kind == "flag":
        return bool(bool(known) == (operator == "yes"))
    if kind == "date":
        return _date_holds(operator, known, value, today=today)
    if kind == "text":
        return _text_holds(operator, lower_letters(known), value)
    if kind == "choice":
        chosen = str(known) in (value if operator in LISTS else [value])
        return chosen != (operator in {"is_not", "none_of"})
    return _number_holds(operator, known, value)


def _date_holds(operator: str, known: date, value: Any, *, today: date) -> bool:
    if operator == "within_days":
        return today - timedelta(days=value) <= known <= today
    if operator == "older_than_days":
        return known < today - timedelta(days=value)
    if operator == "next_days":
        return today <= known <= today + timedelta(days=value)
    if operator == "between":
        return date.fromisoformat(value[0]) <= known <= date.fromisoformat(value[1])
    day = date.fromisoformat(value)
    return {"before": known < day, "after": known > day, "on": known == day}[operator]


def _text_holds(operator: str, known: str, value: Any) -> bool:
    if operator == "one_of":
        return known in {lower_letters(one) for one in value}
    wanted = lower_letters(value)
    return {
        "is": known == wanted,
        "is_not": known != wanted,
        "contains": wanted in known,
        "starts_with": known.startswith(wanted),
    }[operator]


def _number_holds(operator: str, known: float, value: Any) -> bool:
    if operator == "between":
        return bool(value[0] <= known <= value[1])
    answers: dict[str, bool] = {
        "at_least": known >= value,
        "at_most": known <= value,
        "more_than": known > value,
        "less_than": known < value,
        "equals": known == value,
        "differs": known != value,
    }
    return answers[operator]
