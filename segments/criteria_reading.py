"""A rule in the reader's words and number format."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from crm.core import formats
from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models.business_setting import setting
from customers.custom_field_uses import name_archived_field
from segments.rules.criteria import Criteria, CriteriaError, Problem, find_metrics, find_problems
from segments.rules.criteria_wording import Difference, Wording, describe_criteria, find_differences


def show_figure(metric: Metric, value: Any) -> str:
    """A customer's own figure as the reader writes it; – where it is not known."""
    if value is None or value == "":
        return "–"
    if metric.kind == MetricKind.FLAG:
        return gettext("yes") if value else gettext("no")
    if isinstance(value, date):
        return formats.format_full_day(value)
    return show_value(metric, float(value) if isinstance(value, Decimal) else value)


def show_value(metric: Metric | None, value: Any) -> str:
    """A value of the metric in the reader's format; unknown is ``–``."""
    if value is None:
        return formats.UNKNOWN
    if metric is None:
        return str(value)
    if metric.kind == MetricKind.MONEY:
        return formats.format_money(value, currency=setting("company.currency"))
    if metric.kind == MetricKind.SHARE:
        return formats.format_percent(value)
    if metric.kind == MetricKind.DATE:
        return formats.format_full_day(value if isinstance(value, date) else date.fromisoformat(value))
    if metric.kind == MetricKind.CHOICE:
        return str(dict(metric.choices).get(value, value))
    if metric.kind == MetricKind.DAYS:
        return formats.format_days(value)
    return (
        formats.format_number(value, decimals=0 if float(value).is_integer() else 2)
        if _is_number(value)
        else str(value)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def read_aloud(criteria: Criteria) -> str:
    """The rule as a sentence in the active language; "" for a rule that says nothing."""
    return describe_criteria(criteria, METRICS, Wording(gettext, show_value)) if criteria else ""


def list_changes(before: Criteria, after: Criteria) -> list[Difference]:
    """What differs between two versions, in sentences."""
    wording = Wording(gettext, show_value)
    if not before or not after:
        return [Difference(read_aloud(before), read_aloud(after))] if before != after else []
    return find_differences(before, after, METRICS, wording)


def say_problem(problem: Problem) -> str:
    """A problem of a rule in the active language, with the figure's name in words."""
    values = dict(problem.values)
    if (name := values.get("name")) in METRICS:
        values["name"] = METRICS[name].label
    return gettext(problem.text) % values


def say_problems(error: CriteriaError) -> str:
    """All problems of a refused rule, one sentence after the other."""
    return " ".join(say_problem(problem) for problem in error.problems)


def name_lost_metrics(criteria: Criteria) -> list[str]:
    """What a kept rule asks for that no app offers any more, or that has become something else than it asks for."""
    if not criteria:
        return []
    gone = sorted(name for name in find_metrics(criteria) if name not in METRICS)
    asked = [problem.values.get("name") for problem in find_problems(criteria, METRICS)]
    changed = sorted({str(METRICS[name].label) for name in asked if name in METRICS})
    return [*map(name_archived_field, gone), *changed]
