"""Why an alert is there, in one sentence made of that evening's figures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext, ngettext

from crm.core.formats import format_money, format_number, format_percent
from crm.core.models.business_setting import setting
from customers.rules.family_change import choose_sentence, say_family, say_share
from interactions.models import Alert
from interactions.rules import alert_conditions as conditions
from segments.models import CurrentScore
from segments.rules.sales_fall import Fall, judge_fall
from segments.rules.value_explanation import ValueFacts, explain_value


def explain_alert(evidence: Mapping[str, Any]) -> str:
    """The sentence under a task. Where a trigger has no sentence of its own it is that of the customer's value."""
    say = {
        conditions.VISIT_NOW: _explain_fall,
        conditions.SECOND_ORDER: _explain_second_order,
        conditions.GROWING: _explain_growth,
        conditions.OVERDUE_CONTACT: _explain_overdue,
    }.get(str(evidence.get("trigger")))
    sentence = say(evidence) if say else explain_rhythm(evidence)
    return " ".join(filter(None, [sentence, explain_family(evidence)]))


def explain_family(evidence: Mapping[str, Any]) -> str:
    """Which family the fall or rise comes from: ``Three quarters of the fall is abrasives, not bought since 4 March.``

    "" where the evidence names none.
    """
    family = evidence.get("family")
    if not family:
        return ""
    last = date.fromisoformat(family["last_day"]) if family["last_day"] else None
    sentence = choose_sentence(is_fall=family["is_fall"], is_gone=family["is_gone"] and last is not None)
    values = {"share": gettext(say_share(family["share"])), "family": say_family(family["name"])}
    if last is not None:
        is_this_year = str(evidence.get("as_of", "")).startswith(f"{last.year}-")
        values["day"] = date_format(last, "j F" if is_this_year else "j F Y")
    words = gettext(sentence) % values
    return f"{words[:1].upper()}{words[1:]}"


def explain_alert_now(alert: Alert, *, score: CurrentScore | None, on: date) -> str:
    """The same sentence with the figures of ``on``: a silence of last week has grown since.

    What is at stake is left out: whoever shows this shows the money beside it.
    """
    figures = {**alert.evidence, "at_stake_cents": None}
    if score is not None:
        names = ("note", "purchase_days", "gap_days", "mean_gap_days", "surprise", "fall", "sales_12m_cents")
        figures |= {name: getattr(score, name) for name in names}
        if score.last_day is not None:
            figures["gap_days"] = (on - score.last_day).days
    if figures.get("days_since_contact") is not None:
        figures["days_since_contact"] += (on - alert.day).days
    return explain_alert(figures)


def explain_rhythm(evidence: Mapping[str, Any], *, in_short: bool = False) -> str:
    """Own rhythm and silence from kept figures; unless ``in_short`` also how rare it is, and the money. Of a contract
    what is used less, never a rhythm."""
    if evidence.get("note") == CurrentScore.Note.CONTRACT:
        return _explain_contract(evidence, in_short=in_short)
    facts = ValueFacts(
        purchases=evidence.get("purchase_days") or 0,
        silence_days=evidence.get("gap_days"),
        mean_gap_days=evidence.get("mean_gap_days"),
        surprise=None if in_short else evidence.get("surprise"),
        at_stake_cents=None if in_short else evidence.get("at_stake_cents"),
    )
    return explain_value(facts).render(translate=gettext, translate_plural=ngettext, format_money=_money)


def _explain_contract(evidence: Mapping[str, Any], *, in_short: bool) -> str:
    fall = evidence.get("fall")
    if in_short or fall is None or fall <= 0:
        return gettext("Under contract.")
    under = {"fall": format_percent(fall)}
    return gettext("Under contract; sales of the last quarter are %(fall)s under their own baseline.") % under


def _explain_fall(evidence: Mapping[str, Any]) -> str:
    if evidence.get("fall") is None:
        return explain_rhythm(evidence)
    critical = evidence.get("fall_critical")
    if critical is not None and judge_fall(evidence["fall"], warning=0, critical=critical) is Fall.CRITICAL:
        fall = gettext("Critical: sales of the last quarter are %(fall)s under their own baseline.")
    else:
        fall = gettext("Sales of the last quarter are %(fall)s under their own baseline.")
    return f"{fall % {'fall': format_percent(evidence['fall'])}} {explain_rhythm(evidence, in_short=True)}"


def _explain_growth(evidence: Mapping[str, Any]) -> str:
    if evidence.get("fall") is None:
        return explain_rhythm(evidence)
    growth = gettext("Sales of the last quarter are %(growth)s over their own baseline.")
    return f"{growth % {'growth': format_percent(-evidence['fall'])}} {explain_rhythm(evidence, in_short=True)}"


def _explain_second_order(evidence: Mapping[str, Any]) -> str:
    days, usual = evidence.get("gap_days") or 0, evidence.get("usual_second_order_days") or 0
    values = {"days": days, "usual": usual, "amount": _money(evidence.get("sales_12m_cents") or 0)}
    return (
        gettext(
            "New customers who stay reorder within %(usual)s days; it is %(days)s days since the first order"
            " of %(amount)s."
        )
        % values
    )


def _explain_overdue(evidence: Mapping[str, Any]) -> str:
    silent, cadence = evidence.get("days_since_contact") or 0, evidence.get("cadence_days") or 0
    values = {"days": format_number(silent), "cadence": format_number(cadence)}
    if evidence.get("last_contact_on"):
        return gettext("%(days)s days since the last talk; this segment's rhythm is %(cadence)s.") % values
    return (
        gettext("No talk on record in the %(days)s days we know them; this segment's rhythm is %(cadence)s.") % values
    )


def _money(cents: int) -> str:
    return format_money(cents, currency=str(setting("company.currency")))
