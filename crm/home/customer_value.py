"""What a customer brings: the statement of twelve months, which adds up to the cent, and his rhythm.

The parts are worked out anew from purchase days and from every event that costs something (``service_cost_catalogue``),
for the twelve months (365 days) that end on the evening of the scores; the sum is what the parts add up to. Where the
scores in force say something else, the page says so: something was entered since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.core.formats import format_number
from crm.core.metric_catalogue import Metric
from crm.core.service_cost_catalogue import ServiceCost, read_service_costs
from customers.models import Customer, PurchaseDay
from customers.rules.purchase_rhythm import RhythmDrawing, draw_rhythm
from segments.models import CurrentScore

SERVICE = "service_cost_"
CONTACTS = frozenset({"call", "visit", "mail", "chat"})
YEAR = timedelta(days=365)
SHOWN_DAYS = timedelta(days=500)
# Days are read once for two years of statements, the last whole fiscal year and the drawing.
READ_DAYS = timedelta(days=760)


@dataclass(frozen=True)
class DayBought:
    """What one purchase day came to, in cents."""

    day: date
    amount_cents: int
    cost_cents: int
    orders: int


@dataclass
class ServicePart:
    """The cost of one kind of work, in cents, and what there was of it."""

    label: str
    cents: int
    work: str = ""
    pieces: int = 0
    minutes: int = 0

    @property
    def taken_cents(self) -> int:
        """What it takes off the margin, as a line of the statement: below zero."""
        return -self.cents


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
    contacts: int = 0
    complaints: int = 0

    @property
    def encounters(self) -> int:
        """How often the customer had to do with us: orders and contacts."""
        return self.orders + self.contacts

    @property
    def net_cents(self) -> int:
        return self.sales_cents + self.returns_cents

    @property
    def goods_taken_cents(self) -> int:
        """The cost of goods as a line of the statement: below zero; above it where more came back than went out."""
        return -self.goods_cents

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


def read_days(customer: Customer, *, until: date, with_ahead: bool = False) -> list[DayBought]:
    """The purchase days of two years and a bit, oldest first, ``with_ahead`` those dated later too; one query."""
    days = PurchaseDay.objects.filter(customer=customer, day__gt=until - READ_DAYS).order_by("day")
    if not with_ahead:
        days = days.filter(day__lte=until)
    return [DayBought(*row) for row in days.values_list("day", "amount_cents", "cost_cents", "orders")]


def load_statement(customer: Customer, score: CurrentScore | None, *, today: date) -> Statement:
    """The statement as of the evening of the scores, or of ``today`` for who was never scored."""
    last_day = score.as_of if score else today
    return load_statements(customer, score, days=read_days(customer, until=last_day), last_day=last_day)[0]


def load_statements(
    customer: Customer, score: CurrentScore | None, *, days: Iterable[DayBought], last_day: date
) -> tuple[Statement, Statement]:
    """The twelve months that end with ``last_day``, and the twelve before; one query for what serving cost."""
    year = Statement(last_day - YEAR + timedelta(days=1), last_day)
    before = Statement(year.first_day - YEAR, year.first_day - timedelta(days=1))
    statements = (year, before)
    for bought in days:
        for statement in statements:
            if statement.first_day <= bought.day <= statement.last_day:
                _add_day(statement, bought)
    periods = [(statement.first_day, statement.last_day) for statement in statements]
    for cost in read_service_costs([customer.pk], periods=periods):
        if cost.work in CONTACTS:
            statements[cost.period].contacts += cost.pieces
        elif cost.work == "complaint":
            statements[cost.period].complaints += cost.pieces
        if cost.cents:
            statements[cost.period].service.append(_describe(cost))
    for statement in statements:
        statement.service.sort(key=lambda part: -part.cents)
    year.scored_cents = score.contribution_12m_cents if score else None
    return statements


def _add_day(statement: Statement, bought: DayBought) -> None:
    if bought.amount_cents > 0:
        statement.sales_cents += bought.amount_cents
    else:
        statement.returns_cents += bought.amount_cents
    statement.orders += bought.orders
    statement.goods_cents += bought.cost_cents


def _describe(cost: ServiceCost) -> ServicePart:
    label = describe_work(cost.work, pieces=cost.pieces)
    if cost.minutes:
        label = _("%(work)s, %(hours)s h") % {"work": label, "hours": format_number(cost.minutes / 60, decimals=1)}
    return ServicePart(label, cost.cents, cost.work, cost.pieces, cost.minutes)


def describe_work(work: str, *, pieces: int) -> str:
    """How much there was of a kind of work: ``6 visits``."""
    words = {
        "visit": ngettext("%(n)s visit", "%(n)s visits", pieces),
        "call": ngettext("%(n)s call", "%(n)s calls", pieces),
        "mail": ngettext("%(n)s mail", "%(n)s mails", pieces),
        "chat": ngettext("%(n)s chat", "%(n)s chats", pieces),
        "order": ngettext("Handling %(n)s order", "Handling %(n)s orders", pieces),
        "freight": ngettext("Freight of %(n)s delivery", "Freight of %(n)s deliveries", pieces),
        "return": ngettext("Handling %(n)s return", "Handling %(n)s returns", pieces),
        "complaint": ngettext("%(n)s complaint", "%(n)s complaints", pieces),
        "goodwill": ngettext("Goodwill, given once", "Goodwill, given %(n)s times", pieces),
    }
    return words.get(work, "%(n)s × " + work) % {"n": format_number(pieces)}


def load_rhythm(customer: Customer, score: CurrentScore | None, *, today: date) -> RhythmDrawing:
    """The drawing of the last months up to ``today``."""
    days = PurchaseDay.objects.filter(customer=customer, day__gte=today - SHOWN_DAYS, day__lte=today)
    usual = score.usual_gap_days if score else None
    return draw_rhythm(list(days.values_list("day", "amount_cents")), today=today, usual_gap_days=usual)
