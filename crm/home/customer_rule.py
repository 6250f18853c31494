"""A rule of the criteria grammar as a filter of the list of customers: ``?rule={"metric": …}``.

Whatever shows a figure that a rule can name (a segment's rule, a trigger, a dashboard) can so lead to the customers
behind it.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from crm.core.local_time import company_day, company_zone, tell_zone
from crm.core.metric_catalogue import METRICS
from crm.core.single_asking import Asked, Holds
from customers.custom_field_catalogue import METRIC_PREFIX
from customers.custom_field_uses import name_archived_field
from segments.criteria_reading import read_aloud
from segments.customer_metrics import SCORE
from segments.rules.criteria import (
    MAX_DEPTH,
    CompiledCriteria,
    Criteria,
    CriteriaError,
    compile_criteria,
    find_problems,
    validate_criteria,
)

LONGEST_RULE = 4000
_NAMED = re.compile(r"%\((\w+)\)s")
_COLUMN = re.compile(r"\b([cs])\.(\w+)")  # of the customer, or of the score in force
# What a join adds up by customer, and the same of the one customer who is looked at.
_ADDED_UP = re.compile(r"LEFT JOIN (\(.*?\) (\w+)) ON \2\.customer_id = c\.id", re.DOTALL)
# What a figure is read from, and what may hold for a customer who is not in it.
_JOINED = re.compile(
    r"LEFT JOIN (?P<table>\(.*\)|\w+) (?P<name>\w+) ON (?P=name)\.customer_id = c\.id"
    r"(?P<when> AND (?:(?!LEFT JOIN).)*)?(?P<more>LEFT JOIN .*)?",
    re.DOTALL,
)
_OF_NOTHING = re.compile(r"\b(?:coalesce|case|greatest|least|exists|select|is|not)\b", re.IGNORECASE)
_OF_ONE = r"LEFT JOIN LATERAL (SELECT * FROM \1 WHERE \2.customer_id = c.id OFFSET 0) \2 ON true"


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


def split_rule(text: str) -> list[tuple[str, str]]:
    """Each condition that must hold, as a sentence, beside the rule without it; none where only one is asked."""
    rule = read_rule(text) or {}
    parts = rule.get("all", [])
    if len(parts) < 2:
        return []
    left = [[other for place, other in enumerate(parts) if place != number] for number in range(len(parts))]
    return [(read_aloud(part), write_rule({"all": rest})) for part, rest in zip(parts, left, strict=True)]


def write_rule(rule: Criteria) -> str:
    """The rule as it stands in an address; "" for one that asks nothing."""
    return json.dumps(rule, separators=(",", ":"), ensure_ascii=False) if rule else ""


def name_lost(text: str) -> list[str]:
    """Figures that a rule asks for and that nobody offers any more, and own fields that have become of another kind
    than it asks for; for whatever else is wrong with it, that."""
    try:
        rule = json.loads(text)
        named = set(_find_names(rule, depth=0))
        asked = {str(problem.values.get("name")) for problem in find_problems(rule, METRICS)} & named
    except (ValueError, RecursionError):
        return [gettext("a rule that cannot be read")]
    gone = sorted(name for name in named if name not in METRICS)
    changed = sorted(str(METRICS[name].label) for name in asked.difference(gone) if name.startswith(METRIC_PREFIX))
    return [*map(name_archived_field, gone), *changed] or [gettext("a rule that cannot be read")]


def _find_names(node: Any, *, depth: int) -> Iterator[str]:
    if depth > 2 * MAX_DEPTH:
        return
    if isinstance(node, dict):
        if isinstance(node.get("metric"), str):
            yield node["metric"][:60]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            if isinstance(part, dict | list):
                yield from _find_names(part, depth=depth + 1)


def filter_by_rule(rows: QuerySet[Any], text: str, request: Any, *, key: str = "pk") -> QuerySet[Any]:
    """Rows whose customer (``key``) the rule holds for today; ``text`` is one that ``is_rule`` accepts."""
    today = company_day(timezone.now())
    for part in _part_by_tables(read_rule(text) or {}, today=today):
        # The SQL is put together from the catalogue alone; what was typed travels as values.
        rows = rows.filter(_ask(compile_criteria(part, METRICS, today=today, for_page=True), key=key))
    return rows


def _part_by_tables(rule: Criteria, *, today: date) -> list[Criteria]:
    """What must all hold, a part for each of the tables it is read from: each can be asked in its own way."""
    parts: dict[tuple[str, ...], list[Criteria]] = {}
    for one in rule.get("all", [rule]):
        parts.setdefault(compile_criteria(one, METRICS, today=today, for_page=True).joins, []).append(one)
    return [{"all": together} for together in parts.values()]


def _ask(compiled: CompiledCriteria, *, key: str) -> Holds:
    """The condition on rows of the customer ``key``."""
    alone = _ask_alone(compiled)
    columns = sorted(set(_COLUMN.findall(compiled.where)))
    tables = {table for table, _name in columns}
    if set(compiled.joins) <= {SCORE} and (key == "pk" or tables <= {"c"}):  # in the list already, and read once
        places = {column: place for place, column in enumerate(columns, start=1)}
        where = _COLUMN.sub(lambda found: f"{{{places[found.groups()]}}}", compiled.where)  # type: ignore[index]
        at = "" if key == "pk" else f"{key}__"
        fields = [F(f"score__{name}" if table == "s" else f"{at}{name}") for table, name in columns]
        return Holds(F(key), *fields, together=_place_values(where, compiled.params), alone=alone)
    joins = " ".join(compiled.joins)
    singly = _ADDED_UP.sub(_OF_ONE, joins)
    named = "{0} IN (SELECT c.id FROM customers_customer c %s WHERE %s)"
    together, of_one = (_place_values(named % (read, compiled.where), compiled.params) for read in (joins, singly))
    # Of a table in parts the planner does not know that it names a customer once: scores stay behind their customers.
    if alone is not None and SCORE not in compiled.joins:
        together = Asked(f"{{0}} IN ({alone.sql})", alone.values)
    return Holds(F(key), together=together, singly=of_one if singly != joins else None, alone=alone)


def _ask_alone(compiled: CompiledCriteria) -> Asked | None:
    """The statement of whom it holds for, read from one table; None where it takes several, or holds for some of whom
    that table knows nothing."""
    where, joins = compiled.where, compiled.joins
    if not joins and "SELECT" not in where:
        return _place_values(f"SELECT c.id FROM customers_customer c WHERE {where}", compiled.params)  # noqa: S608
    read = _JOINED.fullmatch(joins[0]) if len(joins) == 1 else None
    if read is None or _OF_NOTHING.search(where.replace("IS NOT NULL", "")):
        return None
    if re.search(r"\bc\.", where + (read["when"] or "") + (read["more"] or "")):
        return None
    table, name, when, more = (read[part] or "" for part in ("table", "name", "when", "more"))
    sql = f"SELECT {name}.customer_id FROM {table} {name} {more} WHERE ({where}) {when}"  # noqa: S608 - text of ours
    return _place_values(sql, compiled.params)


def _place_values(named: str, params: dict[str, Any]) -> Asked:
    """The statement with places instead of names, and what stands there."""
    named, values = tell_zone(named, "%(zone)s::text"), {**params, "zone": company_zone().key}
    return Asked(_NAMED.sub("%s", named), tuple(values[name] for name in _NAMED.findall(named)))
