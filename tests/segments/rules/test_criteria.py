"""The grammar of conditions: what it accepts, what it refuses and says, and how it reads in words."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.metric_catalogue import Metric, MetricKind
from segments.rules.criteria import (
    CriteriaError,
    compile_criteria,
    find_metrics,
    find_problems,
    iterate_conditions,
    validate_criteria,
)
from segments.rules.criteria_wording import describe_criteria, find_differences
from tests.segments.criteria_figures import FIGURES, TODAY, WORDING, Figure, when

# --- What it accepts and refuses -------------------------------------------------------------------------------------

REFUSED = [
    ({}, "missing"),
    ([], "missing"),
    ("sales > 5", "missing"),
    (None, "missing"),
    ({"all": []}, "at least one"),
    ({"any": "x"}, "at least one"),
    ({"all": [], "any": []}, "Only all, any and not"),
    ({"none": [when("sales", "at_least", 1)]}, "Only all, any and not"),
    (when("turnover", "at_least", 1), "no figure"),
    ({"metric": ["sales"], "operator": "at_least", "value": 1}, "no figure"),
    (when("sales", "contains", "x"), "cannot be tested"),
    ({"metric": "sales", "operator": ["at_least"], "value": 1}, "cannot be tested"),
    (when("sales", "at_least", "1 OR 1=1"), "does not fit: it takes a number"),
    (when("sales", "at_least", True), "does not fit: it takes a number"),
    (when("sales", "at_least", float("nan")), "does not fit: it takes a number"),
    (when("sales", "at_least", float("inf")), "does not fit: it takes a number"),
    (when("sales", "at_least", 10**40), "does not fit: it takes a number"),
    (when("sales", "at_least"), "does not fit: it takes a number"),
    (when("sales", "between", [5, 1]), "does not fit: it takes two, the smaller first"),
    (when("sales", "between", [1]), "does not fit: it takes two, the smaller first"),
    (when("last_day", "before", "2026-02-30"), "does not fit: it takes a day, such as"),
    (when("last_day", "before", "20260201"), "does not fit: it takes a day, such as"),
    (when("last_day", "within_days", -1), "does not fit: it takes whole days"),
    (when("last_day", "within_days", 10**9), "does not fit: it takes whole days"),
    (when("last_day", "within_days", 1.5), "does not fit: it takes whole days"),
    (when("city", "is", ""), "does not fit: it takes a word, of 200"),
    (when("city", "is", "a\x00b"), "does not fit: it takes a word, of 200"),
    (when("city", "is", "\ud800"), "does not fit: it takes a word, of 200"),
    (when("city", "is", "x" * 201), "does not fit: it takes a word, of 200"),
    (when("city", "one_of", []), "does not fit: it takes one word or more"),
    (when("city", "one_of", ["x"] * 101), "does not fit: it takes one word or more"),
    (when("grade", "is", "Z9"), "does not fit: it takes one of those offered"),
    (when("vip", "yes", 1), "more than can be understood"),
    ({**when("sales", "at_least", 1), "sql": "1=1"}, "more than can be understood"),
    (when("mood", "is", "glad"), "protected"),
    (when("gender", "is", "f"), "protected"),
]


@pytest.mark.parametrize(("rule", "word"), REFUSED)
def test_what_cannot_be_understood_is_refused_with_a_reason(rule: Any, word: str) -> None:
    problems = find_problems(rule, FIGURES)
    assert problems
    assert word in str(problems[0])
    with pytest.raises(CriteriaError, match=word):
        validate_criteria(rule, FIGURES)


def test_a_segment_cannot_ask_for_what_follows_from_segments() -> None:
    rule = {"all": [when("segment", "is", "premium")]}
    assert find_problems(rule, FIGURES) == []
    assert "follows from the segment" in str(find_problems(rule, FIGURES, for_segment=True)[0])


def test_a_deep_or_wide_rule_is_refused_quickly() -> None:
    deep: Any = when("sales", "at_least", 1)
    for _ in range(100_000):
        deep = {"not": deep}
    assert "deep" in str(find_problems(deep, FIGURES)[0])
    wide = {"all": [when("sales", "at_least", 1)] * 1_000_000}
    assert "at most 60" in str(find_problems(wide, FIGURES)[0])
    bushy: Any = when("sales", "at_least", 1)
    for _ in range(5):
        bushy = {"any": [bushy] * 50}
    assert any("at most 60" in str(problem) for problem in find_problems(bushy, FIGURES))
    assert len(find_problems({"all": [{"all": []}] * 1000}, FIGURES)) <= 20


def test_a_problem_says_where_it_is() -> None:
    rule = {"all": [when("sales", "at_least", 1), {"any": [when("orders", "at_least", 1), when("x", "is", "y")]}]}
    assert [problem.path for problem in find_problems(rule, FIGURES)] == [(1, 1)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "metric", "operator", "value", "sales"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(rule=ANYTHING)
def test_whatever_is_sent_is_either_a_rule_or_refused(rule: Any) -> None:
    if not find_problems(rule, FIGURES):
        assert compile_criteria(rule, FIGURES, today=TODAY).where


# --- In words --------------------------------------------------------------------------------------------------------


def test_a_rule_reads_as_a_sentence() -> None:
    rule = {
        "all": [
            when("sales", "at_least", 75000),
            {"any": [when("grade", "one_of", ["A1", "A2"]), when("vip", "yes")]},
            {"not": when("last_day", "older_than_days", 60)},
        ]
    }
    assert describe_criteria(rule, FIGURES, WORDING) == (
        "sales (12 months) is at least 75000 and (class is one of A1, A2 or named by staff: yes) "
        "and not (last purchase lies more than 60 days back)"
    )


def test_the_difference_between_two_versions_is_said_condition_by_condition() -> None:
    before = {"all": [when("sales", "at_least", 90000), when("vip", "yes")]}
    after = {"all": [when("sales", "at_least", 75000), when("orders", "at_least", 3)]}
    assert [(one.before, one.after) for one in find_differences(before, after, FIGURES, WORDING)] == [
        ("sales (12 months) is at least 90000", "sales (12 months) is at least 75000"),
        ("named by staff: yes", ""),
        ("", "orders is at least 3"),
    ]
    same = find_differences({"all": before["all"]}, {"any": before["all"]}, FIGURES, WORDING)
    assert [" or " in one.after for one in same] == [True]
    assert find_differences(before, before, FIGURES, WORDING) == []


def test_a_condition_that_is_turned_round_or_moved_is_a_difference_beside_others() -> None:
    plain, vip = when("sales", "at_least", 5), when("vip", "yes")
    turned = find_differences({"all": [plain, vip]}, {"all": [{"not": plain}, vip]}, FIGURES, WORDING)
    assert [(one.before, one.after) for one in turned] == [
        ("sales (12 months) is at least 5", "not (sales (12 months) is at least 5)")
    ]
    before = {"all": [plain, vip, when("orders", "at_least", 1)]}
    after = {"all": [{"any": [plain, vip]}, when("orders", "at_least", 2)]}
    said = find_differences(before, after, FIGURES, WORDING)
    assert (said[0].before, said[0].after) == ("orders is at least 1", "orders is at least 2")
    assert " or " in said[1].after, "that two conditions became alternatives is said too"


def test_a_first_rule_differs_from_none_in_all_it_says() -> None:
    first = {"all": [when("sales", "at_least", 5)]}
    assert [(one.before, one.after) for one in find_differences({}, first, FIGURES, WORDING)] == [
        ("", "sales (12 months) is at least 5")
    ]


def test_a_page_asks_whether_something_exists_in_words_that_the_database_can_estimate() -> None:
    left = Metric("left", "left", MetricKind.FLAG, "Somebody left.", "FALSE", match="(EXISTS (SELECT)) = {value}")
    figures = {"left": left}

    def ask(criteria: dict[str, Any], *, for_page: bool = True) -> str:
        return compile_criteria(criteria, figures, today=TODAY, for_page=for_page).where

    assert ask(when("left", "yes")) == "(EXISTS (SELECT))"
    assert ask(when("left", "no")) == "(EXISTS (SELECT)) = false"
    assert ask({"not": when("left", "yes")}) == "NOT (((EXISTS (SELECT))) IS TRUE)"
    assert ask(when("left", "yes"), for_page=False) == "(EXISTS (SELECT)) = true"


@dataclass(frozen=True)
class FigureOfLately(Figure):
    """One that can also be asked of one customer after the other."""

    lately: str = "EXISTS (SELECT FROM days d WHERE d.customer_id = c.id AND d.age <= {value})"


def test_a_page_of_a_list_asks_one_customer_after_the_other_and_a_night_asks_all_at_once() -> None:
    figures = {"silent": FigureOfLately("silent", "days")}
    rule = when("silent", "at_most", 30.5)
    page = compile_criteria(rule, figures, today=TODAY, for_page=True)
    assert page.where == "(EXISTS (SELECT FROM days d WHERE d.customer_id = c.id AND d.age <= %(v0)s))"
    assert page.params == {"v0": 30, "today": TODAY}
    assert compile_criteria(rule, figures, today=TODAY).where == "(c.silent) <= %(v0)s"
    farthest = compile_criteria(when("silent", "at_most", 1e12), figures, today=TODAY, for_page=True)
    assert farthest.params["v0"] == 300_000


@dataclass(frozen=True)
class FigureMatch(Figure):
    """One that an index serves in words of its own."""

    match: str = "lower(c.city) = lower({value})"


@pytest.mark.parametrize(
    ("operator", "value", "where"),
    [
        ("is", "Oslo", "(lower(c.city) = lower(%(v0)s::text))"),
        ("one_of", ["Oslo", "Bergen"], "(lower(c.city) = lower(%(v0)s::text) OR lower(c.city) = lower(%(v1)s::text))"),
    ],
)
def test_equality_is_asked_in_the_words_that_the_index_serves(operator: str, value: Any, where: str) -> None:
    compiled = compile_criteria(when("city", operator, value), {"city": FigureMatch("city", "text")}, today=TODAY)
    assert compiled.where == where
    asked = [text for name, text in sorted(compiled.params.items()) if name != "today"]
    assert asked == (value if isinstance(value, list) else [value])


def test_a_rule_names_its_figures_however_deep_they_stand() -> None:
    few = when("sales", "at_most", 5)
    deep = {"any": [few, {"not": {"all": [when("city", "known"), when("sales", "at_least", 9)]}}]}
    assert find_metrics(few) == {"sales"}
    assert find_metrics(deep) == {"sales", "city"}
    assert [one["operator"] for one in iterate_conditions(deep)] == ["at_most", "known", "at_least"]


@dataclass(frozen=True)
class FigureAmong(Figure):
    """One whose customers a query names."""

    among: str = "SELECT customer_id FROM fed"


@pytest.mark.parametrize(("operator", "word"), [("yes", "IN"), ("no", "NOT IN")])
def test_whom_a_query_names_are_asked_for_together(operator: str, word: str) -> None:
    figures = {"fed": FigureAmong("fed", "flag")}
    where = compile_criteria(when("fed", operator), figures, today=TODAY).where
    assert " ".join(where.split()) == f"c.id {word} (SELECT customer_id FROM fed)"


@dataclass(frozen=True)
class FigurePerhaps(FigureAmong):
    """One whose customers are few of those whom a quick query names."""

    perhaps: str = "SELECT customer_id FROM seen"
    surely: str = "EXISTS (SELECT FROM fed)"


@pytest.mark.parametrize(("operator", "word"), [("yes", ""), ("no", "NOT ")])
def test_a_page_looks_only_at_those_who_may_be_meant_and_a_night_asks_for_all_together(
    operator: str, word: str
) -> None:
    figures = {"fed": FigurePerhaps("fed", "flag")}
    page = compile_criteria(when("fed", operator), figures, today=TODAY, for_page=True).where
    perhaps, surely = "c.id IN (SELECT customer_id FROM seen)", "(EXISTS (SELECT FROM fed)) IS TRUE"
    assert page == f"{word}({perhaps} AND {surely})"
    assert "FROM fed)" in compile_criteria(when("fed", operator), figures, today=TODAY).where
    assert "seen" not in compile_criteria(when("fed", operator), figures, today=TODAY).where


COUNTED = {"tasks": Figure("tasks", "number", sql_text="coalesce(t.open, 0)", join="LEFT JOIN t ON t.id = c.id")}


@pytest.mark.parametrize(
    ("operator", "value", "is_meant"),
    [
        ("at_least", 1, False),
        ("at_least", 0, True),
        ("more_than", 0, False),
        ("more_than", -1, True),
        ("at_most", 0, True),
        ("at_most", -1, False),
        ("less_than", 1, True),
        ("less_than", 0, False),
        ("equals", 0, True),
        ("equals", 2, False),
        ("differs", 2, True),
        ("differs", 0, False),
        ("between", [-1, 1], True),
        ("between", [1, 2], False),
    ],
)
def test_a_page_looks_at_those_of_whom_nothing_is_noted_only_where_nothing_is_meant(
    operator: str, value: Any, is_meant: bool
) -> None:
    page = compile_criteria(when("tasks", operator, value), COUNTED, today=TODAY, for_page=True)
    assert ("coalesce(t.open, 0)" in page.where) is is_meant
    assert "t.open" in page.where
    assert "coalesce" in compile_criteria(when("tasks", operator, value), COUNTED, today=TODAY).where


SINCE = "%(today)s::date - p.day"
DAYS = "%(today)s::date - %(v0)s::int"


@pytest.mark.parametrize(
    ("sql", "operator", "value", "where"),
    [
        (SINCE, "at_least", 9.5, (f"p.day <= {DAYS}", 10)),
        (SINCE, "more_than", 9.5, (f"p.day <= {DAYS}", 10)),
        (SINCE, "at_most", 9.5, (f"p.day >= {DAYS}", 9)),
        (SINCE, "less_than", 9.5, (f"p.day >= {DAYS}", 9)),
        (SINCE, "less_than", 9, (f"p.day >= {DAYS}", 8)),
        (SINCE, "at_least", 1e12, (f"p.day <= {DAYS}", 300_000)),
        (SINCE, "between", [1.5, 9.5], (f"p.day BETWEEN {DAYS} AND {DAYS.replace('v0', 'v1')}", 9)),
        (SINCE, "equals", 9, (f"({SINCE}) = %(v0)s", 9)),
        (f"CASE WHEN p.is_here THEN {SINCE} END", "at_least", 9, (f"(p.is_here AND p.day <= {DAYS})", 9)),
        ("CASE WHEN p.is_here THEN p.days ELSE 0 END", "at_least", 1, ("(p.is_here AND (p.days) >= %(v0)s)", 1)),
        (
            "CASE WHEN p.is_here THEN p.days ELSE 0 END",
            "at_most",
            1,
            ("((p.is_here) IS NOT TRUE OR (p.days) <= %(v0)s)", 1),
        ),
    ],
)
def test_a_page_compares_the_day_that_the_database_knows_not_the_days_since(
    sql: str, operator: str, value: Any, where: tuple[str, int]
) -> None:
    figures = {"silent": Figure("silent", "days", sql_text=sql, join="LEFT JOIN p ON p.customer_id = c.id")}
    page = compile_criteria(when("silent", operator, value), figures, today=TODAY, for_page=True)
    assert (page.where, page.params["v0"]) == where
    assert page.joins == ("LEFT JOIN p ON p.customer_id = c.id",)
    assert f"({sql})" in compile_criteria(when("silent", operator, value), figures, today=TODAY).where


@pytest.mark.parametrize(
    ("operator", "value", "is_by_day"),
    [
        ("at_least", 1, True),
        ("at_least", 0, False),
        ("more_than", 0, True),
        ("at_most", 0, True),
        ("at_most", -1, False),
        ("less_than", 1, True),
        ("between", [1, 9], True),
        ("between", [0, 9], False),
        ("between", [-9, -1], False),
        ("equals", 3, False),
    ],
)
def test_a_day_to_come_counts_as_today_where_the_figure_says_so(operator: str, value: Any, is_by_day: bool) -> None:
    sql = "%(today)s::date - least(p.day, %(today)s::date)"
    figures = {"silent": Figure("silent", "days", sql_text=sql)}
    where = compile_criteria(when("silent", operator, value), figures, today=TODAY, for_page=True).where
    assert ("least" not in where) is is_by_day


def test_a_page_looks_up_the_day_of_a_table_only_where_the_customer_has_none_of_his_own() -> None:
    join = "LEFT JOIN paid p ON p.customer_id = c.id"
    known = Figure("since", "date", sql_text="coalesce(c.day, p.first)", join=join)
    page = compile_criteria(when("since", "after", "2026-01-01"), {"since": known}, today=TODAY, for_page=True)
    assert page.joins == ()
    own, theirs = (f"{column} > %({name})s::date" for column, name in (("c.day", "v1"), ("of_p.first", "v0")))
    sought = f"EXISTS ( SELECT FROM paid of_p WHERE of_p.customer_id = c.id AND {theirs})"
    assert " ".join(page.where.split()) == f"({own} OR c.day IS NULL AND {sought})"
    assert compile_criteria(when("since", "known"), {"since": known}, today=TODAY, for_page=True).joins == (join,)


def test_of_nearly_everybody_each_is_asked_whether_he_is_one_of_the_few() -> None:
    figures = {"fed": FigurePerhaps("fed", "flag", perhaps="")}
    assert compile_criteria(when("fed", "no"), figures, today=TODAY, for_page=True).where == (
        "NOT (EXISTS (SELECT FROM fed))"
    )
    assert "c.id IN" in compile_criteria(when("fed", "yes"), figures, today=TODAY, for_page=True).where


def test_what_is_asked_in_other_words_reads_no_table_for_the_figure() -> None:
    figures = {"fed": FigureAmong("fed", "flag", join="LEFT JOIN t ON t.id = c.id", sql_text="t.fed")}
    assert compile_criteria(when("fed", "yes"), figures, today=TODAY).joins == ()
    assert compile_criteria(when("fed", "known"), figures, today=TODAY).joins == ("LEFT JOIN t ON t.id = c.id",)


@dataclass(frozen=True)
class FigureOfLetters(Figure):
    """A text of two letters at most, whose spellings a page can name."""

    letters: int = 2


@pytest.mark.parametrize(
    ("operator", "value", "spelled"),
    [
        ("is", "de", ["de", "dE", "De", "DE"]),
        ("one_of", ["D", "x1", "Denmark"], ["d", "D", "x1", "X1"]),
        ("is", "K", ["k", "K", "\u212a"]),  # a sign of its own that is a k in small letters
        ("is", "Denmark", []),
        ("is", "åx", None),
        ("contains", "d", None),
    ],
)
def test_a_page_names_every_spelling_of_a_code_so_that_its_index_finds_it(
    operator: str, value: Any, spelled: list[str] | None
) -> None:
    figures = {"country": FigureOfLetters("country", "text", sql_text="c.country")}
    page = compile_criteria(when("country", operator, value), figures, today=TODAY, for_page=True)
    assert (page.where == "c.country = ANY (%(v0)s::text[])") is (spelled is not None)
    assert spelled in (None, page.params["v0"])
    assert "lower" in compile_criteria(when("country", operator, value), figures, today=TODAY).where
