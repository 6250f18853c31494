"""What a customer brings: the statement of twelve months, which adds up to the cent, and his rhythm.

The parts are worked out anew from purchase days and from every ``service_cost_…`` metric of the catalogue, for the
twelve months (365 days) that end on the evening of the scores; the sum is what the parts add up to. Where the scores
in force say something else, the page says so: something was entered since.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce

from crm.core.metric_catalogue import METRICS, Metric
from customers.models import Customer, PurchaseDay
from customers.rules.purchase_rhythm import RhythmDrawing, draw_rhythm
from segments.models import CurrentScore

SERVICE = "service_cost_"
YEAR = timedelta(days=365)
SHOWN_DAYS = timedelta(days=500)


@dataclass
class ServicePart:
    """The cost of one kind of work, in cents."""

    label: str
    meaning: str
    cents: int


@dataclass
class Statement:
    """Twelve months in cents; every sum is the sum of the parts above it."""

    first_day: date
    last_day: date
    sales_cents: int = 0
    returns_cents: int = 0
    goods_cents: int = 0
    orders: int = 0
    service: list[ServicePart] = field(default_factory=list)
    scored_cents: int | None = None

    @property
    def net_cents(self) -> int:
        return self.sales_cents + self.returns_cents

    @property
    def margin_cents(self) -> int:
        return self.net_cents - self.goods_cents

    @property
    def margin_share(self) -> float | None:
        return self.margin_cents / self.net_cents if self.net_cents > 0 else None

    @property
    def service_cents(self) -> int:
        return sum(part.cents for part in self.service)

    @property
    def contribution_cents(self) -> int:
        return self.margin_cents - self.service_cents

    @property
    def changed_since_cents(self) -> int:
        """How far the scores in force are from this; 0 when they say the same."""
        return 0 if self.scored_cents is None else self.contribution_cents - self.scored_cents


def read_metrics(customer: Customer, metrics: list[Metric], *, on: date) -> list[Any]:
    """The values of ``metrics`` for one customer on a day, in one query."""
    if not metrics:
        return []
    joins = "\n".join(dict.fromkeys(metric.join for metric in metrics if metric.join))
    shown = ", ".join(metric.sql for metric in metrics)
    sql = f"SELECT {shown} FROM customers_customer c {joins} WHERE c.id = %(customer)s"  # noqa: S608 the catalogue is code
    with connection.cursor() as cursor:
        cursor.execute(sql, {"customer": customer.pk, "today": on})
        return list(cursor.fetchone() or [None] * len(metrics))


def load_statement(customer: Customer, score: CurrentScore | None, *, today: date) -> Statement:
    """The statement as of the evening of the scores, or of ``today`` for who was never scored."""
    last_day = score.as_of if score else today
    statement = Statement(last_day - YEAR + timedelta(days=1), last_day)
    days = PurchaseDay.objects.filter(customer=customer, day__gte=statement.first_day, day__lte=last_day)
    sums = days.aggregate(
        net=Coalesce(Sum("amount_cents"), 0),
        sales=Coalesce(Sum(Case(When(amount_cents__gt=0, then=F("amount_cents")), default=0)), 0),
        goods=Coalesce(Sum("cost_cents"), 0),
        orders=Coalesce(Sum("orders", filter=Q(amount_cents__gt=0)), 0),
    )
    statement.sales_cents, statement.goods_cents = sums["sales"], sums["goods"]
    statement.returns_cents, statement.orders = sums["net"] - sums["sales"], sums["orders"]
    works = [metric for name, metric in METRICS.items() if name.startswith(SERVICE)]
    for metric, cents in zip(works, read_metrics(customer, works, on=last_day), strict=True):
        if cents:
            statement.service.append(ServicePart(str(metric.label), str(metric.meaning), int(cents)))
    statement.scored_cents = score.contribution_12m_cents if score else None
    return statement


def load_rhythm(customer: Customer, score: CurrentScore | None, *, today: date) -> RhythmDrawing:
    """The drawing of the last months up to ``today``."""
    days = PurchaseDay.objects.filter(customer=customer, day__gte=today - SHOWN_DAYS, day__lte=today)
    usual = score.mean_gap_days if score else None
    return draw_rhythm(list(days.values_list("day", "amount_cents")), today=today, usual_gap_days=usual)
