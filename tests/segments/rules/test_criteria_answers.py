"""Whatever rule the grammar allows, the database and the plain reading of it keep the same customers."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.rules import criteria as grammar
from segments.rules.criteria import compile_criteria, find_problems
from segments.rules.criteria_evaluation import holds
from segments.rules.criteria_wording import describe_criteria
from tests.segments.criteria_figures import CLASSES, FIGURES, TODAY, WORDING, when

TYPES = {
    "orders": "double precision",
    "sales": "bigint",
    "fall": "double precision",
    "silent": "integer",
    "last_day": "date",
    "city": "text",
    "grade": "varchar(2)",
    "vip": "boolean",
}


def ask_database(rule: Any, rows: list[dict[str, Any]]) -> list[bool]:
    """Which of ``rows`` the compiled rule keeps, asked of a real Postgres."""
    compiled = compile_criteria(rule, FIGURES, today=TODAY)
    params: dict[str, Any] = dict(compiled.params)
    lines = []
    for number, row in enumerate(rows):
        cells = [f"{number}"]
        for name, sql_type in TYPES.items():
            key = f"cell_{number}_{name}"
            params[key] = row.get(name)
            cells.append(f"%({key})s::{sql_type}")
        lines.append(f"({', '.join(cells)})")
    table = f"(VALUES {', '.join(lines)}) AS c(number, {', '.join(TYPES)})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {table} {' '.join(compiled.joins)} WHERE {compiled.where}", params)
        kept = {number for (number,) in cursor.fetchall()}
    return [number in kept for number in range(len(rows))]


ANSWERS = [
    (when("sales", "at_least", 100), {"sales": 100}, True),
    (when("sales", "more_than", 100), {"sales": 100}, False),
    (when("sales", "at_most", -1), {"sales": -5}, True),
    (when("sales", "between", [1, 5]), {"sales": 5}, True),
    (when("sales", "differs", 5), {"sales": None}, False),
    ({"not": when("sales", "equals", 5)}, {"sales": None}, True),
    ({"not": {"not": when("sales", "equals", 5)}}, {"sales": None}, False),
    (when("sales", "unknown"), {}, True),
    (when("sales", "known"), {"sales": 0}, True),
    (when("last_day", "within_days", 0), {"last_day": TODAY}, True),
    (when("last_day", "within_days", 30), {"last_day": TODAY - timedelta(days=30)}, True),
    (when("last_day", "within_days", 30), {"last_day": TODAY - timedelta(days=31)}, False),
    (when("last_day", "within_days", 30), {"last_day": TODAY + timedelta(days=1)}, False),
    (when("last_day", "older_than_days", 365), {"last_day": TODAY - timedelta(days=366)}, True),
    (when("last_day", "older_than_days", 365), {}, False),
    (when("last_day", "next_days", 7), {"last_day": TODAY + timedelta(days=7)}, True),
    (when("last_day", "before", "2026-02-28"), {"last_day": date(2026, 2, 27)}, True),
    (when("city", "contains", "100%"), {"city": "over 100% sure"}, True),
    (when("city", "contains", "100%"), {"city": "over 1000 sure"}, False),
    (when("city", "contains", "a_b"), {"city": "axb"}, False),
    (when("city", "starts_with", "SÃO"), {"city": "São Mateus"}, True),
    (when("city", "is", "x'; DROP TABLE customers_customer; --"), {"city": "Bergen"}, False),
    (when("city", "is", "%(today)s"), {"city": "%(TODAY)s"}, True),
    (when("city", "is_not", "Bergen"), {"city": ""}, False),
    (when("city", "unknown"), {"city": ""}, True),
    (when("city", "one_of", ["bergen", "Oslo"]), {"city": "OSLO"}, True),
    (when("grade", "one_of", ["A1", "A2"]), {"grade": "A2"}, True),
    (when("grade", "none_of", ["A1", "A2"]), {"grade": "B1"}, True),
    (when("grade", "none_of", ["A1", "A2"]), {"grade": None}, False),
    (when("vip", "yes"), {"vip": True}, True),
    (when("vip", "no"), {"vip": None}, False),
    ({"any": [when("sales", "at_least", 9), when("orders", "at_least", 2)]}, {"orders": 2.0}, True),
    ({"all": [when("sales", "at_least", 9), when("orders", "at_least", 2)]}, {"orders": 2.0}, False),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "row", "expected"), ANSWERS)
def test_the_database_and_the_reader_agree_on_one_customer(rule: Any, row: dict[str, Any], expected: bool) -> None:
    assert ask_database(rule, [row]) == [expected]
    assert holds(rule, row, today=TODAY, catalogue=FIGURES) is expected


EVERY_TEST = [
    (name, operator)
    for name in ("orders", "sales", "fall", "silent", "last_day", "city", "grade", "vip")
    for operator in grammar.OPERATORS[FIGURES[name].kind]
]


SAMPLES: dict[str, list[Any]] = {
    "orders": [None, 0.0, 1.0, 2.0],
    "sales": [None, 0, 1, 2],
    "fall": [None, 0.0, 1.0, 2.0],
    "silent": [None, 0, 1, 2],
    "last_day": [None, *(TODAY + timedelta(days=days) for days in (-2, -1, 0, 1, 2))],
    "city": [None, "", "Oslo", "oslo east", "Bergen"],
    "grade": [None, "", "A1", "B1"],
    "vip": [None, True, False],
}


def a_value(name: str, operator: str) -> Any:
    """A value in the middle of the samples, so that each test holds for some of them and not for others."""
    kind = FIGURES[name].kind
    if operator in grammar.NO_VALUE:
        return None
    if operator in grammar.DAY_COUNTS:
        return 1
    one: Any = {"date": TODAY.isoformat(), "text": "oslo", "choice": "A1"}.get(kind, 1)
    if operator == "between":
        return [one, one]
    return [one] if operator in grammar.LISTS else one


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "operator"), EVERY_TEST)
def test_every_operator_of_every_kind_agrees_also_turned_round_and_unknown(name: str, operator: str) -> None:
    plain = when(name, operator, a_value(name, operator))
    rows = [{name: value} for value in SAMPLES[name]]
    for rule in (
        plain,
        {"not": plain},
        {"not": {"not": plain}},
        {"not": {"any": [plain, when(name, "unknown")]}},
        {"any": [{"not": {"all": [plain, {"not": plain}]}}, plain]},
    ):
        answers = ask_database(rule, rows)
        assert answers == [holds(rule, row, today=TODAY, catalogue=FIGURES) for row in rows]
    answers = ask_database(plain, rows)
    assert set(answers) == {True, False}, "the samples tell the test apart"
    assert ask_database({"not": plain}, rows) == [not answer for answer in answers]


LETTERS = st.text(alphabet="aAbB%_\\'\"ãÃöÖßçİıΣς(){}[]$:;- 0", min_size=1, max_size=6)


NUMBERS = {
    "orders": st.integers(-5, 5).map(float) | st.sampled_from([0.5, -0.25, 2.75]),
    "sales": st.integers(-5, 5) | st.sampled_from([10**15, -(10**15)]),
    "fall": st.sampled_from([0.0, 0.25, 0.4, 0.5, 1.0, -0.5]),
    "silent": st.integers(0, 5),
}


DAYS = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))


GRADES = st.sampled_from([key for key, _label in CLASSES])


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Any condition the grammar allows."""
    name = draw(st.sampled_from(list(TYPES)))
    kind = FIGURES[name].kind
    operator = draw(st.sampled_from(grammar.OPERATORS[kind]))
    if operator in grammar.NO_VALUE:
        return when(name, operator)
    if operator in grammar.DAY_COUNTS:
        return when(name, operator, draw(st.integers(0, 40)))
    words: dict[str, Any] = {"date": DAYS.map(date.isoformat), "text": LETTERS, "choice": GRADES}
    one: Any = NUMBERS[name] if name in NUMBERS else words[kind]
    if operator == "between":
        return when(name, operator, sorted([draw(one), draw(one)]))
    if operator in grammar.LISTS:
        return when(name, operator, draw(st.lists(one, min_size=1, max_size=3)))
    return when(name, operator, draw(one))


RULES = st.recursive(
    conditions(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda nodes: {"all": nodes}),
        st.lists(inner, min_size=1, max_size=3).map(lambda nodes: {"any": nodes}),
        inner.map(lambda node: {"not": node}),
    ),
    max_leaves=8,
).filter(lambda rule: not find_problems(rule, FIGURES))


CUSTOMERS = st.fixed_dictionaries(
    {
        **{name: st.none() | strategy for name, strategy in NUMBERS.items()},
        "last_day": st.none() | DAYS,
        "city": st.none() | st.just("") | LETTERS,
        "grade": st.none() | st.just("") | GRADES,
        "vip": st.none() | st.booleans(),
    }
)


@pytest.mark.django_db
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=RULES, rows=st.lists(CUSTOMERS, min_size=1, max_size=4))
def test_the_database_agrees_with_the_plain_reading_of_any_rule(rule: Any, rows: list[dict[str, Any]]) -> None:
    assert ask_database(rule, rows) == [holds(rule, row, today=TODAY, catalogue=FIGURES) for row in rows]


@settings(max_examples=200, deadline=None)
@given(rule=RULES)
def test_no_value_is_ever_written_into_the_text_of_the_query(rule: Any) -> None:
    compiled = compile_criteria(rule, FIGURES, today=TODAY)
    blank = compile_criteria(rule, FIGURES, today=TODAY, prefix="w")
    assert set(compiled.params) - {"today"} == {f"v{number}" for number in range(len(compiled.params) - 1)}
    text = compiled.where.replace("%(v", "%(w")
    assert text == blank.where


@settings(max_examples=100, deadline=None)
@given(rule=RULES)
def test_every_rule_can_be_said_in_words(rule: Any) -> None:
    assert describe_criteria(rule, FIGURES, WORDING)
