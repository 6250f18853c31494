"""What the rule builder shows: every row with the choices and fields that fit its figure."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models.business_setting import setting
from segments.criteria_form import Group, Row, RuleForm, build_rule_form
from segments.criteria_reading import read_aloud, say_problem
from segments.rules.criteria import DAY_COUNTS, LISTS, NO_VALUE, OPERATORS, Criteria, find_problems, iterate_conditions
from segments.rules.criteria_wording import OPERATOR_WORDS

GROUP_WORDS = ("all", "any", "none")


@dataclass
class RowShown:
    """One condition: ``widget`` is none, one, two, choice, choices, text, date or dates."""

    row: Row
    metric: Metric | None
    operators: list[tuple[str, str]]
    widget: str
    unit: str = ""
    was: str = ""
    first: str = ""
    second: str = ""


@dataclass
class GroupShown:
    group: Group
    rows: list[RowShown] = field(default_factory=list)


@dataclass
class RuleShown:
    """The builder: its groups, the rule they make, how it reads, and what is still wrong with it."""

    groups: list[GroupShown]
    criteria: dict[str, Any]
    reading: str
    problems: list[str]

    @property
    def is_usable(self) -> bool:
        return bool(self.criteria) and not self.problems


def show_rule(form: RuleForm, *, before: Criteria, for_segment: bool) -> RuleShown:
    """The builder for ``form``; ``before`` is the rule in force, shown where a value differs."""
    criteria = form.to_criteria()
    found = find_problems(criteria, METRICS, for_segment=for_segment) if criteria else []
    problems = [say_problem(problem) for problem in found]
    form.mark_errors(for_segment=for_segment)
    old = {condition["metric"]: condition for condition in iterate_conditions(before)} if before else {}
    groups = [GroupShown(group, [_show_row(row, old.get(row.metric)) for row in group.rows]) for group in form.groups]
    return RuleShown(groups, criteria, "" if problems else read_aloud(criteria), problems)


def _show_row(row: Row, old: Criteria | None) -> RowShown:
    metric = METRICS.get(row.metric)
    names = OPERATORS[metric.kind] if metric else (row.operator,)
    shown = RowShown(
        row, metric, [(name, _(OPERATOR_WORDS.get(name, name))) for name in names], _find_widget(metric, row)
    )
    shown.unit = _find_unit(metric, row)
    shown.first, shown.second = (*row.values, "", "")[:2]
    if old is not None and metric is not None and old["operator"] == row.operator:
        before = build_rule_form(old).groups[0].rows[0].values
        shown.was = ", ".join(before) if before != row.values else ""
    return shown


def _find_widget(metric: Metric | None, row: Row) -> str:
    if row.operator in NO_VALUE or metric is None:
        return "none"
    if row.operator in DAY_COUNTS:
        return "one"
    if row.operator == "between":
        return "dates" if metric.kind == MetricKind.DATE else "two"
    if metric.kind == MetricKind.CHOICE:
        return "choices" if row.operator in LISTS else "choice"
    if metric.kind == MetricKind.DATE:
        return "date"
    return "text" if metric.kind == MetricKind.TEXT else "one"


def _find_unit(metric: Metric | None, row: Row) -> str:
    if metric is None or row.operator in NO_VALUE:
        return ""
    if row.operator in DAY_COUNTS or metric.kind == MetricKind.DAYS:
        return _("days")
    if metric.kind == MetricKind.MONEY:
        return str(setting("company.currency"))
    if metric.kind == MetricKind.TEXT and row.operator in LISTS:
        return _("with commas between")
    return "%" if metric.kind == MetricKind.SHARE else ""
