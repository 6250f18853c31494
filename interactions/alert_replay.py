""" "Why me?": an alert judged again from the figures of its evening, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from crm.core.formats import format_full_day, format_money, format_multiple, format_number, format_percent
from crm.core.metric_catalogue import METRICS
from crm.core.models.business_setting import setting
from interactions.alert_wording import explain_alert
from interactions.models import Alert
from interactions.rules.alert_conditions import Condition, replay_alert
from segments.criteria_reading import read_aloud, show_figure
from segments.rules.criteria import find_metrics
from segments.rules.criteria_evaluation import holds


@dataclass(frozen=True)
class ShownCondition:
    """A condition in words, that evening's figure, and whether it held."""

    words: str
    figure: str
    holds: bool


@dataclass(frozen=True)
class Replay:
    """The conditions, the sentence, the figures of that evening, and whether the answer is still the same."""

    conditions: list[ShownCondition]
    sentence: str
    figures: list[tuple[str, str]]
    is_same: bool


def replay(alert: Alert) -> Replay:
    """Judge ``alert`` again from its evidence alone. What was noticed must be noticed again: all conditions hold."""
    evidence = alert.evidence
    shown = _replay_rule(evidence, on=alert.day) + [
        ShownCondition(_say_condition(one), _say_figure(one, evidence), one.holds)
        for one in replay_alert(str(evidence.get("trigger", alert.trigger.key)), evidence=evidence)
    ]
    return Replay(shown, explain_alert(evidence), _list_figures(evidence), all(one.holds for one in shown))


def _replay_rule(evidence: Mapping[str, Any], *, on: date) -> list[ShownCondition]:
    """A trigger with a rule of its own: each part of the rule, and the rule as a whole. A part that asks what is no
    longer counted is left out."""
    criteria = evidence.get("criteria")
    if not criteria:
        return []
    values = evidence.get("values", {})
    known = [(part, sorted(find_metrics(part))) for part in criteria.get("all", [criteria])]
    shown = [
        ShownCondition(
            read_aloud(part),
            ", ".join(show_figure(METRICS[name], values.get(name)) for name in names),
            holds(part, values, today=on, catalogue=METRICS),
        )
        for part, names in known
        if all(name in METRICS for name in names)
    ]
    whole = holds(criteria, values, today=on, catalogue=METRICS)
    return [*shown, ShownCondition(gettext("The rule as it was that evening"), "", whole)]


def _say_condition(condition: Condition) -> str:
    limit = condition.limit
    number = format_number(limit) if isinstance(limit, int | float) else str(limit)
    words = {
        "purchase_days": gettext("At least %(limit)s purchase days")
        if limit != 1
        else gettext("Bought on one day only"),
        "risk": gettext("Silent for longer than is usual for them"),
        "silence": gettext("Silent for no more than %(limit)s days: beyond that they are lost, not slipping away"),
        "place": gettext("Among the %(limit)s told to one person that evening, most at stake first"),
        "rhythm": gettext("Usually buys at least every %(limit)s days"),
        "fall": gettext("Sales at least %(share)s under their own baseline"),
        "growth": gettext("Sales at least %(share)s over their own baseline"),
        "in_rhythm": gettext("Not silent for longer than is usual for them"),
        "second_order_late": gettext("Later than most who came back: over %(limit)s days"),
        "days_since_contact": gettext("Not talked to for longer than the segment's %(limit)s days"),
        "open_tasks": gettext("Nothing planned for them"),
    }
    share = format_percent(float(limit)) if isinstance(limit, int | float) else ""
    return words.get(condition.name, condition.name) % {"limit": number, "share": share}


def _say_figure(condition: Condition, evidence: Mapping[str, Any]) -> str:
    if condition.name == "risk":
        ratio = evidence.get("gap_ratio")
        gap, mean = evidence.get("gap_days"), evidence.get("mean_gap_days")
        return f"{format_number(gap)} ÷ {format_number(mean, decimals=1)} = {format_multiple(ratio)}"
    figure = condition.figure
    if condition.name in {"fall", "growth"}:
        return format_percent(figure if isinstance(figure, int | float) else None)
    return format_number(figure) if isinstance(figure, int | float) else str(figure or "–")


def _list_figures(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures of that evening that the alert was made of, those that are known."""

    def money(name: str) -> str | None:
        cents = evidence.get(name)
        return None if cents is None else format_money(cents, currency=str(setting("company.currency")))

    def share(name: str) -> str | None:
        return None if evidence.get(name) is None else format_percent(evidence[name])

    rank = evidence.get("risk_rank")
    shown = [
        (gettext("Class"), evidence.get("grade")),
        (gettext("Segment"), evidence.get("segment")),
        (gettext("Last purchase"), _say_day(evidence.get("last_day"))),
        (gettext("So long a silence among active customers like this"), share("surprise")),
        (gettext("Chance of silence in the next 91 days"), share("silent_next")),
        (gettext("Sales, 12 months"), money("sales_12m_cents")),
        (gettext("Sales, the 12 months before"), money("sales_before_12m_cents")),
        (gettext("At stake, a quarter's margin"), money("at_stake_cents")),
        (
            gettext("Rank: chance of silence × (own daily margin + knob × mean of all)"),
            rank and format_number(rank, decimals=1),
        ),
    ]
    return [(label, str(value)) for label, value in shown if value not in (None, "")]


def _say_day(raw: object) -> str:
    return format_full_day(date.fromisoformat(raw)) if isinstance(raw, str) else ""
