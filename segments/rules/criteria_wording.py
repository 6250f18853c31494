"""A rule in plain words, and what differs between two versions of it.

The words are English message ids; whoever shows them passes ``translate``. ``show_value`` writes a value in the
reader's format (money, dates, percent).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segments.rules.criteria import DAY_COUNTS, LISTS, NO_VALUE, Catalogue, Criteria


def _(text: str) -> str:
    return text


OPERATOR_WORDS = {
    "at_least": _("at least"),
    "at_most": _("at most"),
    "more_than": _("more than"),
    "less_than": _("less than"),
    "between": _("between"),
    "equals": _("exactly"),
    "differs": _("other than"),
    "known": _("known"),
    "unknown": _("not known"),
    "within_days": _("within the last days"),
    "older_than_days": _("longer ago than days"),
    "next_days": _("within the next days"),
    "before": _("before"),
    "after": _("after"),
    "on": _("on"),
    "is": _("is"),
    "is_not": _("is not"),
    "contains": _("contains"),
    "starts_with": _("begins with"),
    "one_of": _("one of"),
    "none_of": _("none of"),
    "yes": _("yes"),
    "no": _("no"),
}
_SENTENCES = {
    "at_least": _("%(metric)s is at least %(value)s"),
    "at_most": _("%(metric)s is at most %(value)s"),
    "more_than": _("%(metric)s is more than %(value)s"),
    "less_than": _("%(metric)s is less than %(value)s"),
    "between": _("%(metric)s is between %(first)s and %(last)s"),
    "equals": _("%(metric)s is exactly %(value)s"),
    "differs": _("%(metric)s is not %(value)s"),
    "known": _("%(metric)s is known"),
    "unknown": _("%(metric)s is not known"),
    "within_days": _("%(metric)s lies within the last %(value)s days"),
    "older_than_days": _("%(metric)s lies more than %(value)s days back"),
    "next_days": _("%(metric)s lies within the next %(value)s days"),
    "before": _("%(metric)s is before %(value)s"),
    "after": _("%(metric)s is after %(value)s"),
    "on": _("%(metric)s is %(value)s"),
    "is": _("%(metric)s is %(value)s"),
    "is_not": _("%(metric)s is not %(value)s"),
    "contains": _("%(metric)s contains “%(value)s”"),
    "starts_with": _("%(metric)s begins with “%(value)s”"),
    "one_of": _("%(metric)s is one of %(value)s"),
    "none_of": _("%(metric)s is none of %(value)s"),
    "yes": _("%(metric)s: yes"),
    "no": _("%(metric)s: no"),
}
_AND, _OR, _NOT = _("%(first)s and %(second)s"), _("%(first)s or %(second)s"), _("not (%(rule)s)")


@dataclass(frozen=True)
class Wording:
    """How a reader wants it said."""

    translate: Callable[[str], str]
    show_value: Callable[[Any, Any], str]


@dataclass(frozen=True)
class Difference:
    """One condition that came, went or changed; ``before`` and ``after`` are sentences, empty where there was none."""

    before: str
    after: str


def describe_criteria(criteria: Criteria, catalogue: Catalogue, wording: Wording) -> str:
    """A valid rule as one sentence without its end: "sales (12 months) is at least €75,000 and …"."""
    return _describe(criteria, catalogue, wording, outer="")


def _describe(node: Criteria, catalogue: Catalogue, wording: Wording, *, outer: str) -> str:
    if "metric" in node:
        return describe_condition(node, catalogue, wording)
    if "not" in node:
        return wording.translate(_NOT) % {"rule": _describe(node["not"], catalogue, wording, outer="")}
    word = "all" if "all" in node else "any"
    parts = [_describe(child, catalogue, wording, outer=word) for child in node[word]]
    text = parts[0]
    for part in parts[1:]:
        text = wording.translate(_AND if word == "all" else _OR) % {"first": text, "second": part}
    return f"({text})" if outer and outer != word and len(parts) > 1 else text


def describe_condition(condition: Criteria, catalogue: Catalogue, wording: Wording) -> str:
    """One condition as a sentence; a metric that no longer exists is named as it was written."""
    metric = catalogue.get(condition["metric"])
    operator, value = condition["operator"], condition.get("value", [])
    values: Mapping[str, str] = {"metric": _name_figure(str(metric.label)) if metric else str(condition["metric"])}
    if operator in DAY_COUNTS:
        values = {**values, "value": str(value)}
    elif operator == "between":
        values = {
            **values,
            "first": wording.show_value(metric, value[0]),
            "last": wording.show_value(metric, value[1]),
        }
    elif operator in LISTS:
        values = {**values, "value": ", ".join(wording.show_value(metric, one) for one in value)}
    elif operator not in NO_VALUE:
        values = {**values, "value": wording.show_value(metric, value)}
    return wording.translate(_SENTENCES[operator]) % values


def _name_figure(label: str) -> str:
    """A figure's name inside a sentence: what a list writes as "sales, 12 months" is "sales (12 months)" there."""
    name, comma, rest = label.partition(", ")
    return f"{name} ({rest})" if comma else name


def find_differences(before: Criteria, after: Criteria, catalogue: Catalogue, wording: Wording) -> list[Difference]:
    """What changed between two valid rules, condition by condition; the same metric on both sides is one change.

    A condition that must not hold is another one than the same that must. Where all or any changed around conditions
    that stayed, both rules are said whole.
    """
    old, new = ([(dict(one), negated) for one, negated in _iterate(rule)] for rule in (before, after))
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    differences = []
    for one in gone:
        twin = next((other for other in come if other[0]["metric"] == one[0]["metric"]), None)
        if twin is not None:
            come.remove(twin)
        said = _say(twin, catalogue, wording) if twin else ""
        differences.append(Difference(_say(one, catalogue, wording), said))
    differences += [Difference("", _say(one, catalogue, wording)) for one in come]
    if before != after and (not differences or _has_moved(before, after)):
        whole = [describe_criteria(one, catalogue, wording) if one else "" for one in (before, after)]
        differences.append(Difference(whole[0], whole[1]))
    return differences


def _iterate(criteria: Criteria, *, negated: bool = False) -> Iterator[tuple[Criteria, bool]]:
    """Every condition, and whether it is asked the other way round."""
    if "metric" in criteria:
        yield criteria, negated
    elif "not" in criteria:
        yield from _iterate(criteria["not"], negated=not negated)
    else:
        for node in criteria.get("all", criteria.get("any", ())):
            yield from _iterate(node, negated=negated)


def _say(asked: tuple[Criteria, bool], catalogue: Catalogue, wording: Wording) -> str:
    condition, negated = asked
    said = describe_condition(condition, catalogue, wording)
    return wording.translate(_NOT) % {"rule": said} if negated else said


def _has_moved(before: Criteria, after: Criteria) -> bool:
    """Whether a condition that stayed as it was lies under other words (all, any) than it did."""
    old, new = (
        {repr(sorted(condition.items())): words for condition, words in _places(rule, ())} for rule in (before, after)
    )
    stayed = [(words, new[key]) for key, words in old.items() if key in new]
    return any(was != now and was.count("not") % 2 == now.count("not") % 2 for was, now in stayed)


def _places(node: Criteria, words: tuple[str, ...]) -> Iterator[tuple[Criteria, tuple[str, ...]]]:
    if "metric" in node:
        yield node, words
    elif "not" in node:
        yield from _places(node["not"], (*words, "not"))
    elif node:
        word = "all" if "all" in node else "any"
        deeper = (*words, word) if len(node[word]) > 1 else words
        for child in node[word]:
            yield from _places(child, deeper)
