"""How a customer came to his class and his segment: his place, the cut points, each condition with his own figure.

Nothing is counted over all customers here: the night keeps rungs of the ladder of sales, and only those between two
rungs are counted, in the index of the scores.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from crm.core.metric_catalogue import METRICS
from crm.core.models.business_setting import setting
from crm.home.customer_value import YEAR, DayBought, read_metrics
from customers.models import Customer
from segments.criteria_reading import read_aloud, show_figure
from segments.models import CurrentScore, Membership, Pin, ScoreRun, ValueBand, ValueRanking
from segments.ruled_grades import read_ruled_grades
from segments.rules.abc_classes import GRADES
from segments.rules.criteria import Criteria, find_metrics
from segments.rules.criteria_evaluation import holds
from segments.rules.fiscal_year import find_last_fiscal_year
from segments.rules.rank_ladder import find_rung

KEPT_GRADES = len(GRADES) - 1


@dataclass
class Condition:
    """One condition of the rule, what the customer's own figure says, and whether it holds."""

    words: str
    figure: str
    holds: bool


@dataclass
class ClassReasons:
    """``place`` among ``of`` customers who ever bought, by net sales of 12 months; None where he did not buy then.

    ``best`` are as many customers as class A holds, ``a_share`` and ``b_share`` what A, and A with B, bring of all
    sales; ``ruled_grade`` is the class that the rule gives, also where a pin holds another ("" while unknown), and
    ``from_cents`` where that half of a class begins. ``fiscal`` is the last whole fiscal year.
    """

    score: CurrentScore
    place: int | None = None
    of: int = 0
    in_a: int = 0
    in_b: int = 0
    a_share: float = 0.8
    b_share: float = 0.95
    ruled_grade: str = ""
    from_cents: int | None = None
    fiscal_from: date | None = None
    fiscal_until: date | None = None
    fiscal_cents: int = 0
    fiscal_place: int | None = None
    fiscal_of: int = 0
    membership: Membership | None = None
    conditions: list[Condition] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    nights: int = 0

    @property
    def up_to_b(self) -> int:
        """The last place of class B."""
        return self.in_a + self.in_b

    @property
    def bought_in_year(self) -> bool:
        """He bought within the twelve months; without a place his returns outweigh it."""
        last = self.score.last_day
        return last is not None and self.score.as_of - last < YEAR

    @property
    def segment_pin(self) -> Pin | None:
        return next((pin for pin in self.pins if pin.segment_id), None)

    @property
    def grade_pin(self) -> Pin | None:
        return next((pin for pin in self.pins if pin.grade), None)


def load_class_reasons(
    customer: Customer, score: CurrentScore | None, run: ScoreRun | None, *, days: Iterable[DayBought]
) -> ClassReasons | None:
    """The reasons as of the evening of the scores; seven queries, nine where a class is pinned. None for whoever was
    never scored."""
    if score is None or run is None:
        return None
    reasons = ClassReasons(score, a_share=float(setting("classes.a_share")), b_share=float(setting("classes.b_share")))
    classes = run.plan.get("classes", {})
    reasons.in_a, reasons.in_b = (classes.get(letter, {}).get("count", 0) for letter in "AB")
    pins = Pin.objects.filter(customer=customer, ended_at=None, expires_on__gte=score.as_of)
    reasons.pins = list(pins.select_related("segment", "pinned_by"))
    reasons.ruled_grade = score.grade
    if reasons.grade_pin is not None:
        reasons.ruled_grade = read_ruled_grades([customer.pk]).get(customer.pk, "")
    _find_place(reasons, run)
    _add_fiscal_year(reasons, days)
    _add_fiscal_place(reasons)
    members = Membership.objects.current().filter(customer=customer).select_related("segment", "rule")
    reasons.membership = members.first()
    if reasons.membership:
        evenings = ScoreRun.objects.exclude(state=ScoreRun.State.SCORING).filter(
            as_of__gte=reasons.membership.since, as_of__lte=score.as_of
        )
        reasons.nights = evenings.values("as_of").distinct().count()
        if reasons.membership.rule:
            reasons.conditions = list_conditions(customer, reasons.membership.rule.criteria, on=score.as_of)
    return reasons


def _find_place(reasons: ClassReasons, run: ScoreRun) -> None:
    """The place, by the rung below which he stands and those who stand between."""
    score, ladder = reasons.score, run.plan.get("ladder") or []
    reasons.of = ladder[-1][0] if ladder else 0
    position = GRADES.index(reasons.ruled_grade) if reasons.ruled_grade in GRADES else KEPT_GRADES
    cuts = run.plan.get("scoring", {}).get("grade_cuts") or []
    cut = cuts[position] if position < len(cuts) else None
    reasons.from_cents = cut["revenue_cents"] if cut else None
    cents = score.sales_12m_cents
    if not ladder or cents <= 0:
        return
    rung = find_rung(ladder, revenue_cents=cents, customer_id=score.customer_id)
    above = CurrentScore.objects.filter(sales_12m_cents__gte=cents)
    above = above.filter(Q(sales_12m_cents__gt=cents) | Q(customer_id__lt=score.customer_id))
    if rung is not None:
        above = above.filter(sales_12m_cents__lte=rung[1])
        above = above.filter(Q(sales_12m_cents__lt=rung[1]) | Q(customer_id__gt=rung[2]))
    reasons.place = (rung[0] if rung else 0) + above.count() + 1


def _add_fiscal_year(reasons: ClassReasons, days: Iterable[DayBought]) -> None:
    """Net sales of the last fiscal year that has ended."""
    year = find_last_fiscal_year(on=reasons.score.as_of, first_month=int(setting("company.fiscal_year_month")))
    reasons.fiscal_from, reasons.fiscal_until = year.first_day, year.last_day
    reasons.fiscal_cents = sum(
        bought.amount_cents for bought in days if reasons.fiscal_from <= bought.day <= reasons.fiscal_until
    )


def _add_fiscal_place(reasons: ClassReasons) -> None:
    """The place among the most valuable, where the night has ranked that very year."""
    band = ValueBand.objects.filter(pk=reasons.score.customer_id).first()
    ranking = ValueRanking.objects.filter(last_day=reasons.fiscal_until).first() if band else None
    if band is not None and ranking is not None:
        reasons.fiscal_place, reasons.fiscal_of = band.place, ranking.customers


def list_conditions(customer: Customer, criteria: Criteria, *, on: date) -> list[Condition]:
    """Each condition of a rule for one customer on a day; a part of ``or`` and ``not`` stays whole. One query."""
    names = sorted(find_metrics(criteria)) if criteria else []
    if not names or any(name not in METRICS for name in names):
        return []
    metrics = [METRICS[name] for name in names]
    values: dict[str, Any] = dict(zip(names, read_metrics(customer, metrics, on=on), strict=True))
    parts = criteria.get("all", [criteria])
    return [
        Condition(
            words=read_aloud(part),
            figure=", ".join(show_figure(METRICS[name], values[name]) for name in sorted(find_metrics(part))),
            holds=holds(part, values, today=on, catalogue=METRICS),
        )
        for part in parts
    ]
