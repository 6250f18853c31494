"""The same for a portfolio: who stopped buying what, where sales moved, and what could be sold to whom."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.home.product_scope import Scope, read_scope
from crm.home.sales_comparison import PeriodChoice, draw_movement_bridge, draw_price_bridge, read_comparison
from crm.home.white_space import FamilyGap, add_up_gaps, find_customers_white_space
from customers.lost_items import MissedItem, add_weekly, list_missed_items
from customers.models import Customer
from customers.rules.family_change import say_share
from customers.rules.sales_table import SalesTable
from customers.sales_table_reading import read_sales
from interactions.models import Task
from interactions.product_suggesting import measure_hits
from segments.models import Membership
from segments.segment_figures import find_last_day

SHOWN, FAMILIES_SHOWN, GAPS_SHOWN = 8, 12, 8


@dataclass
class LostRow:
    """A customer with items no longer bought, the most lost a week first."""

    customer_id: int
    items: list[MissedItem] = field(default_factory=list)
    customer: Any = None
    main_family: str = ""
    main_share: float | None = None

    @property
    def weekly_cents(self) -> int:
        return add_weekly(self.items)

    @property
    def share_words(self) -> str:
        """How much of the customer's fall its main family is, as one says it."""
        return gettext(say_share(self.main_share or 0))

    @property
    def first(self) -> MissedItem:
        return self.items[0]

    @property
    def families(self) -> list[str]:
        """Distinct families of the items, in order."""
        return list(dict.fromkeys(item.family for item in self.items))


@dataclass
class FamilyLoss:
    """A family with what is lost of it a week."""

    family: str
    items: int = 0
    customers: set[int] = field(default_factory=set)
    weekly_cents: int = 0


@dataclass
class Movement:
    """Everything that the pages of a portfolio read, once."""

    scope: Scope
    choice: PeriodChoice
    table: SalesTable
    today: date

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
    today = company_day(timezone.now())
    scope = read_scope(request.user, request.GET.get("whose", ""))  # type: ignore[arg-type]
    choice = read_comparison(request.GET, until=find_last_day(until=today) or today)
    return Movement(scope, choice, read_sales(scope.customer_ids, comparison=choice.comparison), today)


@require_GET
def product_movement(request: HttpRequest) -> HttpResponse:
    """The page."""
    movement = read_movement(request)
    context = build_page(movement) | {"may_export": request.user.has_perm("customers.export_customer")}
    return render(request, "home/product_movement.html", context)


def build_page(movement: Movement) -> dict[str, Any]:
    """Everything the page shows."""
    scope, table = movement.scope, movement.table
    lost = list_missed_items(scope.customer_ids, on=movement.today)
    rows = list_lost_customers(lost)
    describe_lost(rows[:SHOWN], table)
    return {
        "movement": movement,
        "scope": scope,
        "whose": scope.whose,
        "choice": movement.choice,
        "lost_rows": rows[:SHOWN],
        "lost_customers": len(rows),
        "lost_items": len(lost),
        "lost_weekly": add_weekly(lost),
        "lost_families": add_up_families(lost)[:FAMILIES_SHOWN],
        "by_customer": draw_movement_bridge(table, link=movement.link),
        "by_price": draw_price_bridge(table, link=movement.link),
        "gaps": find_gaps(movement)[:GAPS_SHOWN],
        "hits": measure_hits(scope.customer_ids, on=movement.today),
    }


def find_gaps(movement: Movement) -> list[FamilyGap]:
    """The white space of the portfolio by family."""
    ids = movement.table.customers.tolist()
    rows = Customer.objects.filter(pk__in=ids).exclude(industry="").order_by()
    industries = dict(rows.values_list("pk", "industry"))
    return add_up_gaps(find_customers_white_space(movement.table, industries=industries))


def list_lost_customers(lost: list[MissedItem]) -> list[LostRow]:
    """Lost items by customer, most lost a week first; the rows add up to the sum of all items."""
    rows: dict[int, LostRow] = {}
    for item in lost:
        rows.setdefault(item.customer_id, LostRow(item.customer_id)).items.append(item)
    return sorted(rows.values(), key=lambda row: (-row.weekly_cents, row.customer_id))


def add_up_families(lost: list[MissedItem]) -> list[FamilyLoss]:
    """Lost items by family, most lost a week first; they add up to the sum of all items."""
    found: dict[str, FamilyLoss] = defaultdict(lambda: FamilyLoss(""))
    for item in lost:
        loss = found[item.family]
        loss.family = item.family
        loss.items += 1
        loss.customers.add(item.customer_id)
        loss.weekly_cents += item.weekly_cents
    return sorted(found.values(), key=lambda loss: (-loss.weekly_cents, loss.family))


def describe_lost(rows: list[LostRow], table: SalesTable) -> None:
    """Each row learns its customer with segment and next task, and which family explains the fall; one query."""
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
    main = table.main_families()
    for row in rows:
        row.customer = customers[row.customer_id]
        row.main_family, row.main_share = main.get(row.customer_id, ("", None))
