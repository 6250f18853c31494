"""The filters of the list of customers, asked for by a program: the same names and values as in an address there."""

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, create_model

from crm.api.problems import FieldProblem, Problem
from crm.core.list_engine import ChoiceFilter, FlagFilter, narrow_rows
from crm.core.metric_catalogue import METRICS
from crm.home.customer_list import CUSTOMERS
from segments.criteria_reading import say_problem
from segments.rules.criteria import find_problems

HINTS = {
    "segment": "`key` of a segment.",
    "owner": "`me`, or the id of a colleague.",
    "team": "The id of a team.",
    "tag": "The id of a tag, as in addresses of the list.",
    "need": "The id of a need, as in addresses of the list.",
    "country": "Two letters.",
    "rule": "A condition in the grammar of rules, as JSON; own fields by their key.",
    "was": "Who was in a segment on a day, as in addresses of the list.",
    "moved": "Who moved between two days, as in addresses of the list.",
}


def _tell(one: Any) -> str:
    """What the filter asks, in English, and its values where they are always the same."""
    if one.name in HINTS:
        return f"{one.label}: {HINTS[one.name]}"
    if isinstance(one, FlagFilter):
        return f"{one.label}: `1`."
    values = one.choices if isinstance(one, ChoiceFilter) and not callable(one.choices) else ()
    offered = ", ".join(f"`{value}`" for value, _words in values)
    return f"{one.label}: {offered}." if offered else f"{one.label}."


CustomerFilters: type[Schema] = create_model(
    "CustomerFilters",
    __base__=Schema,
    **{one.name: (str | None, Field(None, max_length=4000, description=_tell(one))) for one in CUSTOMERS.filters},
)  # type: ignore[call-overload]


def narrow_customers(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """``rows`` of all filters in the address. Raises ``Problem`` 422 naming what cannot be understood: a filter that
    was silently left out would hand out too much."""
    narrowed, controls = narrow_rows(rows, CUSTOMERS, request)
    lost = [control for control in controls if control.lost]
    if lost:
        problems = [one for control in lost for one in _explain(control.filter.name, request)]
        raise Problem(422, _("Unknown values of filters."), problems)
    return narrowed


def _explain(name: str, request: HttpRequest) -> list[FieldProblem]:
    if name != "rule":
        return [FieldProblem(name, _("This value is not offered to you."))]
    try:
        found = find_problems(json.loads(request.GET[name]), METRICS)
    except (ValueError, RecursionError):
        return [FieldProblem(name, _("This is not JSON."))]
    return [FieldProblem(name, say_problem(problem)) for problem in found]
