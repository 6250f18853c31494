"""A rule as rows of a form and back: one top group of conditions and, below it, groups of all, any or none.

People write values in their own units (money in whole currency, shares in percent); the rule keeps cents and shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from segments.criteria_reading import say_problem
from segments.rules.criteria import (
    DAY_COUNTS,
    LISTS,
    MAX_CONDITIONS,
    NO_VALUE,
    OPERATORS,
    Criteria,
    find_problems,
    is_protected,
)

FIRST_METRIC = "sales_12m"
_SCALE = {MetricKind.MONEY: 100, MetricKind.SHARE: Decimal("0.01")}


class RuleTooDeep(Exception):
    """The rule has a shape that rows cannot show."""


@dataclass
class Row:
    """One condition as it stands in the form; ``error`` says why it does not fit yet."""

    metric: str
    operator: str
    values: list[str] = field(default_factory=list)
    error: str = ""
    number: int = 0
    is_new: bool = False


@dataclass
class Group:
    """Conditions under one word: all, any or none; number 0 is the top group."""

    word: str
    rows: list[Row] = field(default_factory=list)
    number: int = 0


@dataclass
class RuleForm:
    """Everything the builder shows."""

    groups: list[Group]

    def renumber(self) -> "RuleForm":
        """Rows and groups counted through, as the names of their fields need it."""
        number = 0
        for place, group in enumerate(self.groups):
            group.number = place
            for row in group.rows:
                row.number, number = number, number + 1
        return self

    def to_criteria(self) -> dict[str, Any]:
        """The rule; empty when no condition is left. Values that cannot be read stay as the words they are."""
        top, *groups = self.groups
        nodes = [_read_row(row) for row in top.rows]
        for group in groups:
            inner = [_read_row(row) for row in group.rows]
            if not inner:
                continue
            if group.word == "none":
                nodes.append({"not": inner[0] if len(inner) == 1 else {"any": inner}})
            else:
                nodes.append({group.word: inner})
        return {top.word: nodes} if nodes else {}

    def mark_errors(self, *, for_segment: bool) -> None:
        """Write beside each row why its condition cannot be used; a row just added may still be empty."""
        for group in self.groups:
            for row in group.rows:
                problems = find_problems(_read_row(row), METRICS, for_segment=for_segment)
                row.error = say_problem(problems[0]) if problems and not row.is_new else ""


# --- From the rule ---------------------------------------------------------------------------------------------------


def build_rule_form(criteria: Criteria) -> RuleForm:
    """The rows of a valid rule ({} is a form with one empty condition). Raises ``RuleTooDeep``."""
    if not criteria:
        return RuleForm([Group("all", [new_row()])]).renumber()
    if "metric" in criteria or "not" in criteria:
        criteria = {"all": [criteria]}
    word = "all" if "all" in criteria else "any"
    top = Group(word)
    groups = [top]
    for node in criteria[word]:
        if "metric" in node:
            top.rows.append(_show_condition(node))
        else:
            groups.append(_build_group(node))
    return RuleForm(groups).renumber()


def _build_group(node: Criteria) -> Group:
    if "not" in node:
        inner = node["not"]
        word, conditions = "none", [inner] if "metric" in inner else inner.get("any", [{}])
    else:
        word = "all" if "all" in node else "any"
        conditions = node[word]
    if not all("metric" in condition for condition in conditions):
        raise RuleTooDeep
    return Group(word, [_show_condition(condition) for condition in conditions])


def new_row(metric: str = FIRST_METRIC) -> Row:
    """A condition to start from."""
    name = metric if metric in METRICS else next(iter(METRICS), "")
    operator = OPERATORS[METRICS[name].kind][0] if name in METRICS else "at_least"
    return Row(name, operator, [""], is_new=True)


def _show_condition(condition: Criteria) -> Row:
    metric, operator = METRICS.get(condition["metric"]), condition["operator"]
    value = condition.get("value")
    values = value if isinstance(value, list) else [value]
    if operator in NO_VALUE:
        return Row(condition["metric"], operator)
    shown = [_show_value(metric, operator, one) for one in values]
    if operator in LISTS and metric is not None and metric.kind == MetricKind.TEXT:
        shown = [", ".join(shown)]
    return Row(condition["metric"], operator, shown)


def _show_value(metric: Metric | None, operator: str, value: Any) -> str:
    if metric is None or operator in DAY_COUNTS or metric.kind not in _SCALE:
        return str(value)
    shown = Decimal(str(value)) / _SCALE[metric.kind]
    return f"{shown.normalize():f}"


# --- From what was sent ----------------------------------------------------------------------------------------------


def read_rule_form(data: Mapping[str, Any]) -> RuleForm:
    """What a sent form says; whatever is not there is left out."""
    words = ["any" if data.get("word-0") == "any" else "all"]
    for number in range(1, MAX_CONDITIONS):
        if (word := data.get(f"word-{number}")) is None:
            break
        words.append(word if word in {"all", "any", "none"} else "all")
    form = RuleForm([Group(word) for word in words])
    for number in range(MAX_CONDITIONS + 1):
        if (metric := data.get(f"metric-{number}")) is None:
            break
        place = str(data.get(f"group-{number}", "0"))
        group = form.groups[int(place)] if place.isdecimal() and int(place) < len(form.groups) else form.groups[0]
        group.rows.append(_read_sent_row(data, number, str(metric)))
    return form.renumber()


def _read_sent_row(data: Mapping[str, Any], number: int, metric: str) -> Row:
    known = METRICS.get(metric)
    operator = str(data.get(f"operator-{number}", ""))
    allowed = OPERATORS[known.kind] if known else ()
    row = Row(metric, operator if operator in allowed else (allowed[0] if allowed else operator))
    values = data.getlist(f"value-{number}") if hasattr(data, "getlist") else [data.get(f"value-{number}", "")]
    row.values = [str(value)[:400] for value in values] or [""]
    return row


def change_rule_form(form: RuleForm, act: str) -> RuleForm:
    """Do what a button of the builder says: ``add-<group>``, ``remove-<row>``, ``add-group-<word>``."""
    verb, _, place = act.rpartition("-")
    if verb == "add-group" and place in {"all", "any", "none"}:
        form.groups.append(Group(place, [new_row()]))
    elif verb == "add" and place.isdecimal() and int(place) < len(form.groups):
        form.groups[int(place)].rows.append(new_row())
    elif verb == "remove" and place.isdecimal():
        for group in form.groups:
            group.rows = [row for row in group.rows if row.number != int(place)]
        form.groups = [form.groups[0], *(group for group in form.groups[1:] if group.rows)]
    return form.renumber()


def _read_row(row: Row) -> dict[str, Any]:
    metric = METRICS.get(row.metric)
    condition: dict[str, Any] = {"metric": row.metric, "operator": row.operator}
    if row.operator in NO_VALUE or metric is None:
        return condition
    if row.operator in LISTS:
        return {**condition, "value": _read_list(metric, row.values)}
    read = [_read_value(metric, row.operator, value) for value in row.values]
    if row.operator == "between":
        return {**condition, "value": read}
    return {**condition, "value": read[0] if read else ""}


def _read_list(metric: Metric, values: list[str]) -> list[str]:
    parts = ",".join(values).split(",") if metric.kind == MetricKind.TEXT else values
    return [part.strip() for part in parts if part.strip()]


def _read_value(metric: Metric, operator: str, value: str) -> Any:
    text = value.strip()
    if metric.kind in {MetricKind.TEXT, MetricKind.CHOICE} or (
        metric.kind == MetricKind.DATE and operator not in DAY_COUNTS
    ):
        return text
    try:
        number = Decimal(text.replace(" ", "").replace("\u202f", ""))
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number) > 10**15:
        return text
    if operator not in DAY_COUNTS:
        number *= _SCALE.get(metric.kind, 1)
    whole = number == number.to_integral_value()
    if metric.kind == MetricKind.MONEY or whole:
        return int(number.to_integral_value())
    return float(number)


# --- What can be chosen ----------------------------------------------------------------------------------------------


def list_metrics(*, for_segment: bool) -> list[tuple[str, list[Metric]]]:
    """The figures a rule may ask for, by group."""
    groups: dict[str, list[Metric]] = {}
    for metric in METRICS.offered():
        if not is_protected(metric) and not (for_segment and metric.from_segment):
            groups.setdefault(str(metric.group), []).append(metric)
    return list(groups.items())
