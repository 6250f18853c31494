"""The one grammar of conditions on a customer: segments, triggers, list filters and saved views all speak it.

A rule is JSON: ``{"all": [...]}``, ``{"any": [...]}``, ``{"not": node}`` or one condition
``{"metric": "sales_12m", "operator": "at_least", "value": 7500000}``. Values stand in the unit of the metric's kind:
money in cents, shares from 0 to 1, dates as ``YYYY-MM-DD``.

A comparison with an unknown value does not hold; ``not`` is the plain opposite of what it contains, so "not more than
60 days overdue" holds for a customer who owes nothing. A rule can only name metrics of the catalogue, never another
rule, so rules cannot go in a circle; metrics worked out from the segment itself are refused in a segment's own rule.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from segments.rules.criteria_refusals import _, say_unfit
from segments.rules.figure_comparing import MOST_DAYS, compare_code, compare_figure, compare_number

MAX_DEPTH = 6
MAX_CONDITIONS = 60
MAX_LIST = 100
MAX_TEXT = 200
MAX_NUMBER = 10**15
MAX_DAYS = 36_500

Criteria = Mapping[str, Any]


class MetricLike(Protocol):
    """What the grammar needs to know of a metric (``crm.core.metric_catalogue.Metric``)."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def sql(self) -> str: ...
    @property
    def join(self) -> str: ...
    @property
    def choices(self) -> tuple[tuple[str, Any], ...]: ...
    @property
    def protected(self) -> bool: ...
    @property
    def from_segment(self) -> bool: ...


Catalogue = Mapping[str, Any]  # name → MetricLike

_ORDER = ("at_least", "at_most", "more_than", "less_than", "between", "equals", "differs")
KNOWN = ("known", "unknown")
OPERATORS: dict[str, tuple[str, ...]] = {
    "number": (*_ORDER, *KNOWN),
    "money": (*_ORDER, *KNOWN),
    "share": (*_ORDER, *KNOWN),
    "days": (*_ORDER, *KNOWN),
    "date": ("within_days", "older_than_days", "next_days", "before", "after", "on", "between", *KNOWN),
    "text": ("is", "is_not", "contains", "starts_with", "one_of", *KNOWN),
    "choice": ("is", "is_not", "one_of", "none_of", *KNOWN),
    "flag": ("yes", "no", *KNOWN),
}
NO_VALUE = frozenset({"known", "unknown", "yes", "no"})
DAY_COUNTS = frozenset({"within_days", "older_than_days", "next_days"})
LISTS = frozenset({"one_of", "none_of"})

# Law and decency: what nobody may be treated differently for. A metric is refused when it is marked as protected or
# when a word of its name is one of these.
PROTECTED_WORDS = frozenset({
    "age", "caste", "gender", "sex", "sexual", "orientation", "religion", "religious", "belief", "ethnic",
    "ethnicity", "race", "racial", "skin", "nationality", "origin", "birth", "birthday", "birthdate", "health",
    "disability", "disabled", "pregnancy", "pregnant", "union", "political", "genetic", "marital",
})  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: ``path`` holds positions in the tree; ``text`` is a message with ``values`` to fill in."""

    path: tuple[int, ...]
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values


class CriteriaError(ValueError):
    """The rule cannot be used; ``problems`` says why, one by one."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class CompiledCriteria:
    """A condition for ``FROM customers_customer c <joins> WHERE <where>`` with named parameters."""

    where: str
    joins: tuple[str, ...]
    params: dict[str, Any]


def is_protected(metric: MetricLike) -> bool:
    """Whether the law forbids to treat customers differently by this metric."""
    return metric.protected or bool(PROTECTED_WORDS & set(metric.name.lower().split("_")))


def iterate_conditions(criteria: Criteria) -> Iterator[Criteria]:
    """Every single condition of a valid rule, left to right."""
    if "metric" in criteria:
        yield criteria
    elif "not" in criteria:
        yield from iterate_conditions(criteria["not"])
    else:
        for node in criteria.get("all", criteria.get("any", ())):
            yield from iterate_conditions(node)


def find_metrics(criteria: Criteria) -> set[str]:
    """Names of the metrics a valid rule asks for."""
    return {condition["metric"] for condition in iterate_conditions(criteria)}


# --- Is it a rule? ---------------------------------------------------------------------------------------------------


def find_problems(criteria: Any, catalogue: Catalogue, *, for_segment: bool = False) -> list[Problem]:
    """Everything wrong with a rule, at most a handful for a hostile one; an empty list means that it can be used."""
    problems: list[Problem] = []
    count = _check_node(criteria, catalogue, (), problems, for_segment=for_segment, seen=0)
    if count > MAX_CONDITIONS:
        problems.append(Problem((), _("A rule has at most %(most)s conditions."), {"most": MAX_CONDITIONS}))
    return problems[:20]


def validate_criteria(criteria: Any, catalogue: Catalogue, *, for_segment: bool = False) -> Criteria:
    """The rule itself when it can be used; raises ``CriteriaError``."""
    if problems := find_problems(criteria, catalogue, for_segment=for_segment):
        raise CriteriaError(problems)
    return criteria  # type: ignore[no-any-return]


def _check_node(
    node: Any, catalogue: Catalogue, path: tuple[int, ...], problems: list[Problem], *, for_segment: bool, seen: int
) -> int:
    """Check one node and what it holds; returns how many conditions were seen so far, and stops when too many."""
    if seen > MAX_CONDITIONS or len(problems) > 20:
        return seen
    if len(path) >= MAX_DEPTH:
        problems.append(Problem(path, _("Groups lie at most %(most)s deep."), {"most": MAX_DEPTH}))
        return seen
    if not isinstance(node, Mapping) or not node:
        problems.append(Problem(path, _("A condition is missing.")))
        return seen
    if "metric" in node:
        problem = _find_condition_problem(node, catalogue, for_segment=for_segment)
        if problem:
            problems.append(Problem(path, problem.text, problem.values))
        return seen + 1
    keys = set(node)
    if keys == {"not"}:
        return _check_node(node["not"], catalogue, (*path, 0), problems, for_segment=for_segment, seen=seen)
    if keys not in ({"all"}, {"any"}):
        problems.append(Problem(path, _("Only all, any and not can hold conditions.")))
        return seen
    return _check_group(node, catalogue, path, problems, for_segment=for_segment, seen=seen)


def _check_group(
    node: Criteria,
    catalogue: Catalogue,
    path: tuple[int, ...],
    problems: list[Problem],
    *,
    for_segment: bool,
    seen: int,
) -> int:
    children = node.get("all", node.get("any"))
    if not isinstance(children, list) or not children:
        problems.append(Problem(path, _("A group needs at least one condition.")))
        return seen
    for position, child in enumerate(children[: MAX_CONDITIONS + 1]):
        seen = _check_node(child, catalogue, (*path, position), problems, for_segment=for_segment, seen=seen)
    return seen


def _find_condition_problem(condition: Criteria, catalogue: Catalogue, *, for_segment: bool) -> Problem | None:
    name, operator = condition.get("metric"), condition.get("operator")
    metric = catalogue.get(name) if isinstance(name, str) else None
    if metric is None:
        return Problem((), _("There is no figure called “%(name)s”."), {"name": str(name)[:60]})
    if is_protected(metric):
        text = _("“%(name)s” is protected: nobody may be treated differently for it, whatever the figures say.")
        return Problem((), text, {"name": name})
    if for_segment and metric.from_segment:
        return Problem((), _("“%(name)s” follows from the segment, so a segment cannot ask for it."), {"name": name})
    if operator not in OPERATORS[str(metric.kind)]:
        return Problem((), _("“%(name)s” cannot be tested that way."), {"name": name})
    extra = set(condition) - {"metric", "operator", "value"}
    if extra or (operator in NO_VALUE and condition.get("value") is not None):
        return Problem((), _("The condition on “%(name)s” says more than can be understood."), {"name": name})
    if operator not in NO_VALUE and not _fits(metric, str(operator), condition.get("value")):
        return Problem((), say_unfit(str(metric.kind), str(operator)), {"name": name})
    return None


def _fits(metric: MetricLike, operator: str, value: Any) -> bool:
    """Whether ``value`` can be compared with ``metric`` by ``operator``."""
    if operator in DAY_COUNTS:
        return _is_number(value) and float(value).is_integer() and 0 <= value <= MAX_DAYS
    if operator == "between":
        return (
            isinstance(value, list)
            and len(value) == 2
            and all(_fits_one(metric, v) for v in value)
            and value[0] <= value[1]
        )
    if operator in LISTS:
        return isinstance(value, list) and 0 < len(value) <= MAX_LIST and all(_fits_one(metric, v) for v in value)
    return _fits_one(metric, value)


def _fits_one(metric: MetricLike, value: Any) -> bool:
    kind = str(metric.kind)
    if kind == "choice":
        return isinstance(value, str) and value in {key for key, _label in metric.choices}
    if kind == "text":
        return _is_text(value)
    if kind == "date":
        return _read_date(value) is not None
    return _is_number(value) and abs(value) <= MAX_NUMBER


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or "\x00" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _read_date(value: Any) -> date | None:
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


# --- As SQL ----------------------------------------------------------------------------------------------------------

_DATE_SIGNS = {"before": "<", "after": ">", "on": "="}
_TABLE = re.compile(r"\b(\w+)\.\w")
_ELSE_THAT_OF = re.compile(r"coalesce\((c\.\w+), (\w+)\.(\w+)\)")


class _Compiler:
    """Collects joins and parameters while it writes the condition; values are never written into the text."""

    def __init__(self, catalogue: Catalogue, *, prefix: str, for_page: bool) -> None:
        self.catalogue = catalogue
        self.prefix = prefix
        self.for_page = for_page
        self.joins: dict[str, None] = {}
        self.params: dict[str, Any] = {}

    def put(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def node(self, node: Criteria, *, inside_not: bool = False) -> str:
        if "metric" in node:
            text = self.condition(node)
            return f"({text}) IS TRUE" if inside_not else text
        if "not" in node:
            return f"NOT ({self.node(node['not'], inside_not=True)})"
        word, children = (" AND ", node["all"]) if "all" in node else (" OR ", node["any"])
        return "(" + word.join(self.node(child, inside_not=inside_not) for child in children) + ")"

    def condition(self, node: Criteria) -> str:
        metric = self.catalogue[node["metric"]]
        text = (self.for_page and compare_code(metric, node, put=self.put)) or self.compare(metric, node)
        if metric.join and set(_TABLE.findall(metric.sql)) & set(_TABLE.findall(text)) - {"c"}:
            self.joins[metric.join] = None
        return text

    def compare(self, metric: Any, node: Criteria) -> str:
        kind, operator, value = str(metric.kind), node["operator"], node.get("value", [])
        sql = f"({metric.sql})"
        if kind in {"text", "choice"}:
            sql = f"{sql}::text"
        if (match := getattr(metric, "match", "")) and operator in {"is", "one_of", "yes", "no"}:
            return self.match(match, operator, value)
        if (among := getattr(metric, "among", "")) and operator in {"yes", "no"}:
            return self.among(among, metric, operator)
        if self.for_page and operator == "at_most" and (lately := getattr(metric, "lately", "")):
            return f"({lately.format(value=self.put(max(-MOST_DAYS, min(math.floor(value), MOST_DAYS))))})"
        if operator in KNOWN and kind in {"text", "choice"}:
            return f"{sql} <> ''" if operator == "known" else f"nullif({sql}, '') IS NULL"
        if operator in KNOWN:
            return f"{sql} IS {'NOT ' if operator == 'known' else ''}NULL"
        if kind == "flag":
            return f"{sql} IS {'TRUE' if operator == 'yes' else 'FALSE'}"
        if kind == "date" and self.for_page and (either := _ELSE_THAT_OF.fullmatch(metric.sql)):
            return self.either(either, metric.join, operator, value)
        if kind == "date":
            return self.date(f"{sql}::date", operator, value)
        if kind in {"text", "choice"}:
            return getattr(self, kind)(sql, operator, value)  # type: ignore[no-any-return]
        compare = compare_figure if self.for_page else compare_number
        return compare(metric.sql, operator, value, put=self.put)

    def either(self, sql: re.Match[str], join: str, operator: str, value: Any) -> str:
        """A day of the customer, else that of a table, which is looked up only where he has none."""
        own, table, column = sql.groups()
        source = join.split()[2]
        theirs = self.date(f"of_{table}.{column}", operator, value)
        return f"""({self.date(own, operator, value)} OR {own} IS NULL AND EXISTS (
            SELECT FROM {source} of_{table} WHERE of_{table}.customer_id = c.id AND {theirs}))"""

    def match(self, sql: str, operator: str, value: Any) -> str:
        """Equality in the words that the metric's index serves."""
        if self.for_page and operator == "yes":  # "it exists" can be estimated, "that it exists is true" cannot
            sql = sql.removesuffix(" = {value}")
        if operator in NO_VALUE:
            return sql.format(value="true" if operator == "yes" else "false")
        values = value if operator in LISTS else [value]
        return "(" + " OR ".join(sql.format(value=f"{self.put(one)}::text") for one in values) + ")"

    def among(self, among: str, metric: Any, operator: str) -> str:
        """Is one of the few of whom the flag is true."""
        perhaps, surely = getattr(metric, "perhaps", ""), getattr(metric, "surely", "")
        if self.for_page and surely and not perhaps and operator == "no":  # nearly everybody, who is on every page
            return f"NOT ({surely})"
        if not (self.for_page and perhaps):
            return f"c.id {'' if operator == 'yes' else 'NOT '}IN ({among})"
        # No second join: the database would take two conditions that say the same for two.
        holds = f"(c.id IN ({perhaps}) AND ({surely}) IS TRUE)"
        return holds if operator == "yes" else f"NOT {holds}"

    def date(self, sql: str, operator: str, value: Any) -> str:
        today = "%(today)s::date"
        if operator == "within_days":
            return f"{sql} BETWEEN {today} - {self.put(int(value))}::int AND {today}"
        if operator == "older_than_days":
            return f"{sql} < {today} - {self.put(int(value))}::int"
        if operator == "next_days":
            return f"{sql} BETWEEN {today} AND {today} + {self.put(int(value))}::int"
        if operator == "between":
            first, last = (self.put(date.fromisoformat(day)) for day in value)
            return f"{sql} BETWEEN {first}::date AND {last}::date"
        return f"{sql} {_DATE_SIGNS[operator]} {self.put(date.fromisoformat(value))}::date"

    def choice(self, sql: str, operator: str, value: Any) -> str:
        """A word of the list; nothing is none of them."""
        values = list(value) if operator in LISTS else [value]
        if operator in {"is_not", "none_of"}:
            return f"nullif({sql}, '') <> ALL ({self.put(values)})"
        return f"{sql} = {self.put(value)}" if operator == "is" else f"{sql} = ANY ({self.put(values)})"

    def text(self, sql: str, operator: str, value: Any) -> str:
        """Words in either case; nothing is unlike no word, and like none."""
        if operator == "is_not":
            return f"lower(nullif({sql}, '')) <> lower({self.put(value)}::text)"
        sql = f"lower({sql})"
        if operator == "one_of":
            return f"{sql} IN ({', '.join(f'lower({self.put(one)}::text)' for one in value)})"
        place = f"lower({self.put(value)}::text)"
        if operator == "contains":
            return f"strpos({sql}, {place}) > 0"
        if operator == "starts_with":
            return f"starts_with({sql}, {place})"
        return f"{sql} = {place}"


def compile_criteria(
    criteria: Criteria, catalogue: Catalogue, *, today: date, prefix: str = "v", for_page: bool = False
) -> CompiledCriteria:
    """A valid rule as SQL over the customer row ``c``; ``prefix`` keeps the parameters of several rules apart.

    ``for_page`` asks one customer after the other where it can, so that a page of a list need not add up everybody.

    Raises ``CriteriaError`` for a rule that is not valid.
    """
    validate_criteria(criteria, catalogue)
    compiler = _Compiler(catalogue, prefix=prefix, for_page=for_page)
    where = compiler.node(criteria)
    return CompiledCriteria(where, tuple(compiler.joins), {**compiler.params, "today": today})
