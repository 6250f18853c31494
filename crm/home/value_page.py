"""What a customer is worth, how sure that is, what changed, and that it adds up: the page and its change."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.core.formats import format_chance, format_money
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.home.customer_experience import load_experience
from crm.home.customer_state import explain_score, find_repeat_rate, read_segment, with_segment
from crm.home.customer_value import Statement, load_statements, read_days
from crm.home.value_change import load_change
from crm.home.value_drawings import PHONE, draw_bridge, draw_ranges, draw_rhythm_line
from crm.home.value_outlook import Outlook, load_outlook
from customers.models import CostPoolShare, Customer, Order, ProfileFact
from interactions.models import BelowZeroDecision
from segments.models import CurrentScore
from segments.rules.value_explanation import is_long_gone

SATISFACTION = "satisf"
SHARES_SHOWN = 8
DAYS_SHOWN = 30
SWITCHERS_WHO_WERE_SATISFIED = 0.75


@dataclass
class ValuePage:
    """Everything the page and its file are made of. ``ahead`` are the days of orders dated later."""

    customer: Customer
    score: CurrentScore | None
    today: date
    outlook: Outlook | None
    days: list[Any]
    statement: Statement
    before: Statement
    ahead: list[Any]

    @property
    def orders_ahead(self) -> int:
        """Orders dated after today; each counts from its day."""
        return sum(one.orders for one in self.ahead)

    @property
    def growth(self) -> float | None:
        """Of the contribution against the year before; None where there was none above zero."""
        earlier = self.before.contribution_cents
        return (self.statement.contribution_cents - earlier) / earlier if earlier > 0 else None

    @property
    def chance_in_hundred(self) -> str:
        """Of a hundred customers like this one, how many go on buying."""
        return format_chance((self.outlook.chance if self.outlook else None) or 0.0)

    @property
    def silent_days(self) -> int | None:
        return (self.today - self.score.last_day).days if self.score and self.score.last_day else None

    @cached_property
    def bought(self) -> list[Any]:
        """Purchase days of the last twelve months, newest first."""
        begin = self.today - timedelta(days=365)
        return [one for one in reversed(self.days) if one.day > begin and one.amount_cents > 0]

    @property
    def bought_lately(self) -> list[Any]:
        """As many of them as a page shows; all are in its file."""
        return self.bought[:DAYS_SHOWN]

    @property
    def bought_before(self) -> int:
        """How many more there are."""
        return len(self.bought) - len(self.bought_lately)


def find_customers(request: HttpRequest) -> QuerySet[Any]:
    """Whoever the reader may see, with what the head of the page shows."""
    visible = Customer.objects.visible_to(request.user).select_related("owner", "team", "score")
    return with_segment(visible)


def load_value_page(customer: Customer, *, today: date) -> ValuePage:
    """The figures as of the evening of the scores, the rhythm as of ``today``."""
    score: CurrentScore | None = getattr(customer, "score", None)
    last_day = score.as_of if score else today
    until = max(today, last_day)
    read = read_days(customer, until=until, with_ahead=True)
    days, ahead = [one for one in read if one.day <= until], [one for one in read if one.day > until]
    statement, before = load_statements(customer, score, days=days, last_day=last_day)
    outlook = load_outlook(customer, score, with_fit=True)
    return ValuePage(customer, score, today, outlook, days, statement, before, ahead)


@require_GET
def customer_value(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one customer's value."""
    customer = get_object_or_404(find_customers(request), pk=pk)
    page = load_value_page(customer, today=company_day(timezone.now()))
    return render(request, "home/customer_value.html", describe_page(page))


def describe_page(page: ValuePage) -> dict[str, Any]:
    """What the template shows, drawings included."""
    score, outlook = page.score, page.outlook
    purchases = [(one.day, one.amount_cents) for one in page.days]
    window = outlook.window_days if outlook and outlook.chance_shown else None
    usual = score.usual_gap_days if score else None
    segment = read_segment(page.customer.segment_parts)
    repeats = find_repeat_rate(score, segment) if score else None
    shares = CostPoolShare.objects.filter(customer=page.customer).select_related("pool").order_by("-pool__first_day")
    facts = ProfileFact.objects.filter(customer=page.customer, label__icontains=SATISFACTION)
    shapes = [
        draw_rhythm_line(purchases, today=page.today, usual_gap_days=usual, window_days=window, frame=frame)
        if frame
        else draw_rhythm_line(purchases, today=page.today, usual_gap_days=usual, window_days=window)
        for frame in (None, PHONE)
    ]
    return {
        "page": page,
        "customer": page.customer,
        "segment": segment,
        "score": score,
        "statement": page.statement,
        "before": page.before,
        "decision": find_decision(page),
        **read_year_of_orders(page.customer, page.statement),
        "pool_shares": shares[:SHARES_SHOWN],
        "outlook": outlook,
        "rhythm": shapes[0],
        "rhythm_small": shapes[1],
        "rows": _list_rows(page),
        "repeat_rate": repeats,
        "long_gone": score is not None and is_long_gone(purchases=score.purchase_days, silence_days=page.silent_days),
        "why": explain_score(page.customer, score, silent_days=page.silent_days, repeat_rate=repeats, with_value=False)
        if score
        else "",
        "experience": load_experience(page.customer, page.statement),
        "satisfaction": facts.select_related("asked_by").order_by("-told_on", "-id").first(),
        "switchers": SWITCHERS_WHO_WERE_SATISFIED,
    }


def find_decision(page: ValuePage) -> BelowZeroDecision | None:
    """What is decided about a customer below zero; asked for nobody else."""
    if page.score is None or page.score.contribution_12m_cents >= 0:
        return None
    return BelowZeroDecision.objects.in_force().filter(customer=page.customer).select_related("owner").first()


def read_year_of_orders(customer: Customer, statement: Statement) -> dict[str, Any]:
    """What the statement cannot say from its days; one query.

    ``foreign`` was paid in other currencies: how many orders and returns, the sum paid in words, and the cents it
    counts for. ``without_cost`` orders came with no cost of goods, so their margin is all that was paid.
    """
    own, converted = str(setting("company.currency")), Q(original_cents__isnull=False)
    orders = Order.objects.filter(customer=customer, day__range=(statement.first_day, statement.last_day))
    rows = (
        orders.order_by("currency")
        .values("currency")
        .annotate(
            orders=Count("pk", filter=converted),
            original=Sum("original_cents"),
            cents=Sum("amount_cents", filter=converted),
            without_cost=Count("pk", filter=Q(cost_cents=None, amount_cents__gt=0)),
        )
    )
    found = list(rows)
    return {
        "foreign": [
            {**one, "paid": format_money(one["original"], currency=one["currency"], with_cents=True)}
            for one in found
            if one["orders"] and one["currency"] not in {"", own}
        ],
        "without_cost": sum(one["without_cost"] for one in found),
    }


def _list_rows(page: ValuePage) -> list[tuple[Any, ...]]:
    """Each horizon with its last day; between them, but for a contract, how the range of its forecast is drawn."""
    if page.outlook is None:
        return []
    if page.outlook.contract is not None:
        return [(one, _end(page, one.horizon)) for one in page.outlook.contract.forecasts]
    forecasts = page.outlook.forecasts
    ranges = draw_ranges([(f.contribution.low, f.contribution.mean, f.contribution.high) for f in forecasts])
    return list(zip(forecasts, ranges, [_end(page, one.horizon) for one in forecasts], strict=True))


def _end(page: ValuePage, horizon: int) -> date:
    return (page.score.as_of if page.score else page.today) + timedelta(days=horizon)


@require_GET
def customer_value_change(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed since an earlier evening: a card of the page, or a page of its own without script."""
    customer = get_object_or_404(find_customers(request), pk=pk)
    score: CurrentScore | None = getattr(customer, "score", None)
    outlook = load_outlook(customer, score)
    key = request.GET.get("since", "week")
    change = load_change(customer, outlook, key=key, as_of=score.as_of) if score else None
    bridges = (
        {"bridge": draw_bridge(change), "bridge_small": draw_bridge(change, width=356, height=160)} if change else {}
    )
    shown = {"customer": customer, "change": change, "part": "home/customer_value/change.html", **bridges}
    name = "home/customer_value/change.html" if request.htmx else "home/customer_page/alone.html"
    return render(request, name, shown)
