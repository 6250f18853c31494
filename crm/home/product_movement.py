"""The same for a portfolio: who stopped buying what, where sales moved, and what could be sold to whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.home.product_figures import LostRow, PortfolioFigures, read_figures
from crm.home.product_scope import Scope, read_scope
from crm.home.sales_comparison import PeriodChoice, draw_movement_bridge, draw_price_bridge, read_comparison
from customers.models import Customer
from interactions.models import Task
from interactions.product_suggesting import measure_hits
from segments.models import Membership
from segments.segment_figures import find_last_day

FAMILIES_SHOWN, GAPS_SHOWN = 12, 8
PHONE_WIDTH = 348  # of a drawing, in its own units


@dataclass
class Movement:
    """Everything that the pages of a portfolio read, once."""

    scope: Scope
    choice: PeriodChoice
    figures: PortfolioFigures

    @property
    def query(self) -> str:
        """What every link to a list carries."""
        return f"whose={self.scope.whose}&{self.choice.query}"

    def link(self, bar: str) -> str:
        """Where the customers of a bar are listed."""
        return f"{reverse('home:product-movement-list')}?bar={bar}&{self.query}"


def read_movement(request: HttpRequest) -> Movement:
    """Scope and periods of the address, and the sales in them."""
    refuse_unless(request.user, "customers.view_order")
    now = timezone.now()
    today = company_day(now)
    scope = read_scope(request.user, request.GET.get("whose", ""))  # type: ignore[arg-type]
    choice = read_comparison(request.GET, until=find_last_day(until=today) or today)
    figures = read_figures(scope.customer_ids, key=scope.key, comparison=choice.comparison, today=today, at=now)
    return Movement(scope, choice, figures)


@require_GET
def product_movement(request: HttpRequest) -> HttpResponse:
    """The page."""
    movement = read_movement(request)
    context = build_page(movement) | {"may_export": request.user.has_perm("customers.export_customer")}
    return render(request, "home/product_movement.html", context)


def build_page(movement: Movement) -> dict[str, Any]:
    """Everything the page shows."""
    scope, figures = movement.scope, movement.figures
    lost = figures.lost
    describe_lost(lost.rows)
    return {
        "movement": movement,
        "scope": scope,
        "whose": scope.whose,
        "choice": movement.choice,
        "lost_rows": lost.rows,
        "lost_customers": lost.customers,
        "lost_items": lost.items,
        "lost_weekly": lost.weekly_cents,
        "lost_families": lost.families[:FAMILIES_SHOWN],
        "by_customer": draw_movement_bridge(figures, link=movement.link),
        "by_customer_small": draw_movement_bridge(figures, link=movement.link, width=PHONE_WIDTH),
        "by_price": draw_price_bridge(figures, link=movement.link),
        "gaps": figures.gaps[:GAPS_SHOWN],
        "hits": measure_hits(scope.customer_ids, on=figures.today),
    }


def describe_lost(rows: list[LostRow]) -> None:
    """Each row learns its customer with segment and next task; one query."""
    current = Membership.objects.current().filter(customer=OuterRef("pk"))
    tasks = Task.objects.filter(customer=OuterRef("pk")).open().order_by("due_at", "pk")
    customers = (
        Customer.objects.select_related("score", "owner")
        .annotate(
            segment=Subquery(current.values(found=JSONObject(name="segment__name", mark="segment__mark"))[:1]),
            next_task=Subquery(tasks.values("title")[:1]),
            next_due=Subquery(tasks.values("due_at")[:1]),
        )
        .in_bulk([row.customer_id for row in rows])
    )
    for row in rows:
        row.customer = customers[row.customer_id]
