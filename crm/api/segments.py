"""Segments, and why a customer stands where he stands: his scores, his class, his segment, each with its reasons."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from crm.api.shapes import PROBLEMS
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from crm.home.class_reasons import ClassReasons, load_class_reasons
from crm.home.customer_state import (
    find_repeat_rate,
    gather_value_facts,
    read_segment,
    tell_value_facts,
    with_segment,
)
from crm.home.value_outlook import load_outlook
from customers.models import Customer
from segments.models import CurrentScore, ScoreRun, Segment
from segments.rules.value_explanation import ValueFacts

router = Router(tags=["Segments and scores"])
VIEW = "segments.view_segment"
NOT_TOLD = frozenset({"customer", "run_id"})
FIGURES = tuple(one.name for one in CurrentScore._meta.fields if one.name not in NOT_TOLD)


class SegmentTold(Schema):
    """A group of customers that is treated alike."""

    key: str
    name: str
    mark: str
    priority: int = Field(description="Rules are asked in this order; the first that holds decides.")
    is_fallback: bool
    target_definition: str
    value_proposition: str
    cadence_days: int | None
    answer_hours: int | None


class SegmentList(Schema):
    """The segments in use, in the order in which their rules are asked."""

    items: list[SegmentTold]


class FactsOfValue(Schema):
    """The figures of which the sentence is made; chances between 0 and 1, null where not known."""

    purchases: int
    silence_days: int | None
    mean_gap_days: float | None
    surprise: float | None = Field(description="Chance that an active customer like this is silent so long.")
    at_stake_cents: int | None
    too_little_data: bool
    segment_repeat_rate: float | None
    relation: str
    renewals: int
    renewal_chance: float | None
    usage_fall_percent: float | None
    value_3y_cents: int | None = Field(description="What a contract is worth in three years.")


class ConditionTold(Schema):
    """One condition of the segment's rule, the customer's own figure, and whether it holds."""

    words: str
    figure: str
    holds: bool


class ClassTold(Schema):
    """How the class was reached: his place by net sales of 12 months, what the rule alone says (the same unless the
    class is pinned; "" while unknown), and where that half of a class begins."""

    grade: str
    ruled_grade: str
    place: int | None
    of: int
    from_cents: int | None
    a_share: float
    b_share: float
    pinned: bool


class MembershipTold(Schema):
    """The segment a customer is in, since when, why, and each condition of its rule."""

    key: str
    name: str
    since: date
    reason: str
    pinned_until: date | None
    conditions: list[ConditionTold]


class FiguresTold(Schema):
    """The figures of the evening; money in cents of `currency`, chances and shares between 0 and 1."""

    as_of: date
    note: str = Field(description="Why there is no rhythm or chance; empty where there is.")
    purchase_days: int
    first_day: date | None
    last_day: date | None
    sales_12m_cents: int
    sales_before_12m_cents: int
    goods_12m_cents: int
    service_12m_cents: int
    contribution_12m_cents: int
    grade: str
    recency_score: int
    frequency_score: int
    money_score: int
    gap_days: int | None
    mean_gap_days: float | None
    gap_ratio: float | None
    surprise: float | None
    alive: float | None
    silent_next: float | None
    fall: float | None
    expected_orders_12m: float | None
    value_3y_cents: int | None = Field(description="Contribution of three years, weighed by the chance of going on.")
    value_3y_weighed_low_cents: int | None = Field(description="80% range of it; null where it has none.")
    value_3y_weighed_high_cents: int | None
    value_3y_low_cents: int | None = Field(description="80% range *if the customer stays*; of a contract, weighed.")
    value_3y_high_cents: int | None = Field(description="80% range *if the customer stays*; of a contract, weighed.")
    at_stake_cents: int
    risk_rank: float
    risk: int = Field(description="0 none, 1 watch, 2 high, 3 probably lost.")


class ScoreTold(Schema):
    """Where a customer stands, and why; `figures` is null for one who was never scored."""

    customer: str
    currency: str
    figures: FiguresTold | None
    explanation: str
    explained_by: FactsOfValue | None
    class_: ClassTold | None = Field(None, alias="class")
    segment: MembershipTold | None


@router.get("/segments", response={200: SegmentList, **PROBLEMS}, url_name="segment-list", operation_id="listSegments")
def list_segments(request: HttpRequest) -> dict[str, Any]:
    """The segments in use."""
    refuse_unless(request.user, VIEW)
    names = tuple(SegmentTold.model_fields)
    return {"items": list(Segment.objects.filter(archived_at=None).values(*names))}


@router.get(
    "/scores/{path:number}",
    response={200: ScoreTold, **PROBLEMS},
    by_alias=True,
    url_name="score",
    operation_id="readScore",
)
def read_score(request: HttpRequest, number: str) -> dict[str, Any]:
    """Where the customer of this number stands: figures of the evening, and what explains them."""
    seen = Customer.objects.visible_to(request.user).select_related("score")  # type: ignore[arg-type]
    customer = with_segment(seen).filter(number=number).first()
    if customer is None:
        raise Http404
    refuse_unless(request.user, VIEW)
    score: CurrentScore | None = getattr(customer, "score", None)
    run = ScoreRun.objects.filter(pk=score.run_id).first() if score else None
    reasons = load_class_reasons(customer, score, run, days=())
    facts = _gather_facts(customer, score, today=company_day(timezone.now()))
    return {
        "customer": customer.number,
        "currency": setting("company.currency"),
        "figures": _tell_figures(customer, score) if score else None,
        "explanation": tell_value_facts(facts) if facts else "",
        "explained_by": asdict(facts) if facts else None,
        "class": _describe_class(reasons) if reasons else None,
        "segment": _describe_segment(customer, reasons),
    }


def _tell_figures(customer: Any, score: CurrentScore) -> dict[str, Any]:
    """The stored figures, and the range of the three-year value as the value page has it."""
    told = {name: getattr(score, name) for name in FIGURES}
    outlook = load_outlook(customer, score)
    weighed = outlook.three_years.weighed if outlook and outlook.three_years else None
    low, high = (round(weighed.low), round(weighed.high)) if weighed else (None, None)
    if outlook and outlook.contract:
        low, high = score.value_3y_low_cents, score.value_3y_high_cents
    return {**told, "value_3y_weighed_low_cents": low, "value_3y_weighed_high_cents": high}


def _gather_facts(customer: Any, score: CurrentScore | None, *, today: date) -> ValueFacts | None:
    if score is None:
        return None
    silent = (today - score.last_day).days if score.last_day else None
    repeats = find_repeat_rate(score, read_segment(customer.segment_parts))
    return gather_value_facts(customer, score, silent_days=silent, repeat_rate=repeats)


def _describe_class(reasons: ClassReasons) -> dict[str, Any]:
    names = ("place", "of", "from_cents", "a_share", "b_share")
    told = {name: getattr(reasons, name) for name in names}
    ruled = {"ruled_grade": reasons.ruled_grade}
    return {"grade": reasons.score.grade, **ruled, **told, "pinned": reasons.grade_pin is not None}


def _describe_segment(customer: Any, reasons: ClassReasons | None) -> dict[str, Any] | None:
    parts = read_segment(customer.segment_parts)
    if parts is None:
        return None
    conditions = [asdict(one) for one in reasons.conditions] if reasons else []
    names = ("key", "name", "since", "reason", "pinned_until")
    return {**{name: parts[name] for name in names}, "conditions": conditions}
