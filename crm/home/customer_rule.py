"""A rule of the criteria grammar as a filter of the list of customers: ``?rule={"metric": …}``.

Whatever shows a figure that a rule can name (a segment's rule, a trigger, a dashboard) can so lead to the customers
behind it.
"""

import json
import re
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.metric_catalogue import METRICS
from segments.criteria_reading import read_aloud
from segments.rules.criteria import Criteria, CriteriaError, compile_criteria, validate_criteria

LONGEST_RULE = 4000
_NAMED = re.compile(r"%\((\w+)\)s")


def read_rule(text: str) -> Criteria | None:
    """The rule in ``text``, or None when it is none that holds water."""
    try:
        return validate_criteria(json.loads(text), METRICS)
    except (ValueError, RecursionError, CriteriaError):
        return None


def is_rule(text: str) -> bool:
    """Whether ``text`` is a rule that can be used."""
    return read_rule(text) is not None


def tell_rule(text: str) -> str:
    """The rule as a sentence."""
    return read_aloud(read_rule(text) or {})


def filter_by_rule(rows: QuerySet[Any], text: str, request: Any) -> QuerySet[Any]:
    """Customers for whom the rule holds today; ``text`` is one that ``is_rule`` accepts."""
    # The SQL is put together from the catalogue alone; what was typed travels as values.
    compiled = compile_criteria(read_rule(text) or {}, METRICS, today=company_day(timezone.now()))
    named = f"SELECT c.id FROM customers_customer c {' '.join(compiled.joins)} WHERE {compiled.where}"  # noqa: S608
    values = [compiled.params[name] for name in _NAMED.findall(named)]
    return rows.filter(pk__in=RawSQL(_NAMED.sub("%s", named), values))  # noqa: S611
