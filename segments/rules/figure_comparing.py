"""Comparisons as SQL; a page writes them in words that the database can estimate.

It keeps statistics of columns, not of what is worked out from them: of "today less the day they came is at least 100"
it expects a third of all, of "they came on the 15th of August or before" it knows how many; of "the country in small
letters is de" one customer in two hundred, of "the country is DE, De, dE or de" as many as there are.
"""

import math
import re
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

Put = Callable[[Any], str]

MOST_DAYS = 300_000  # more than eight hundred years: no day of ours is further away
_SIGNS = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<", "equals": "=", "differs": "<>"}
_NOTHING_IS_ZERO = re.compile(r"coalesce\(([\w.]+), 0\)")
_ONLY_WHERE = re.compile(r"CASE WHEN (.+?) THEN ((?:(?! ELSE ).)+?)( ELSE 0)? END")
_DAYS_SINCE = re.compile(r"%\(today\)s::date - (?:([\w.]+)|least\(([\w.]+), %\(today\)s::date\))")


# Letters that stand for another one in either case: in small letters these two are our own as well.
_SPELLED = {"i": "iI\u0130", "k": "kK\u212a"}


def compare_code(metric: Any, node: Mapping[str, Any], *, put: Put) -> str:
    """A word so short that every spelling in either case can be named; "" where it is none, has letters of another
    alphabet or is asked in another way. No longer word has a place among them."""
    most: int = getattr(metric, "letters", 0)
    values: Any = node.get("value")
    if not most or node["operator"] not in {"is", "one_of"}:
        return ""
    short = [word.lower() for word in (values if isinstance(values, list) else [values]) if len(word) <= most]
    if not all(word.isascii() for word in short):
        return ""
    spelled = ["".join(one) for word in short for one in product(*(_spell_letter(letter) for letter in word))]
    return f"{metric.sql} = ANY ({put(spelled)}::text[])"


def _spell_letter(letter: str) -> str:
    return _SPELLED.get(letter, letter + letter.upper() if letter.isalpha() else letter)


def compare_number(sql: str, operator: str, value: Any, *, put: Put) -> str:
    """The comparison as it stands; ``put`` names the place of a value."""
    if operator == "between":
        return f"({sql}) BETWEEN {put(value[0])} AND {put(value[1])}"
    return f"({sql}) {_SIGNS[operator]} {put(value)}"


def compare_figure(sql: str, operator: str, value: Any, *, put: Put) -> str:
    """The same for a page: of columns, wherever the figure is worked out from them."""
    if only := _ONLY_WHERE.fullmatch(sql):
        text = compare_figure(only[2], operator, value, put=put)
        is_else = only[3] and _allows_zero(operator, value)
        return f"(({only[1]}) IS NOT TRUE OR {text})" if is_else else f"({only[1]} AND {text})"
    if (days := _DAYS_SINCE.fullmatch(sql)) and not _needs_days(operator, value, is_cut=bool(days[2])):
        return _compare_day(days[1] or days[2], operator, value, put=put)
    added = None if _allows_zero(operator, value) else _NOTHING_IS_ZERO.fullmatch(sql)
    return compare_number(added[1] if added else sql, operator, value, put=put)  # of nothing noted, none is meant


def _allows_zero(operator: str, value: Any) -> bool:
    """Whether a comparison of a number holds for zero."""
    if operator == "between":
        return bool(value[0] <= 0 <= value[1])
    holds = {"at_least": value <= 0, "at_most": value >= 0, "more_than": value < 0, "less_than": value > 0}
    return bool(holds.get(operator, (value == 0) == (operator == "equals")))


def _needs_days(operator: str, value: Any, *, is_cut: bool) -> bool:
    """Whether days since a day cannot be compared by the day; where a day to come counts as today (``is_cut``), that
    needs a comparison which no such day changes."""
    if operator in {"equals", "differs"}:
        return True
    if operator == "between":
        return is_cut and value[0] <= 0
    return is_cut and _allows_zero(operator, value) != (operator in {"at_most", "less_than"})


def _compare_day(column: str, operator: str, value: Any, *, put: Put) -> str:
    def day(days: float) -> str:
        return f"%(today)s::date - {put(int(max(-MOST_DAYS, min(days, MOST_DAYS))))}::int"

    if operator == "between":
        return f"{column} BETWEEN {day(math.floor(value[1]))} AND {day(math.ceil(value[0]))}"
    if operator in {"at_least", "more_than"}:
        return f"{column} <= {day(math.ceil(value) if operator == 'at_least' else math.floor(value) + 1)}"
    return f"{column} >= {day(math.floor(value) if operator == 'at_most' else math.ceil(value) - 1)}"
