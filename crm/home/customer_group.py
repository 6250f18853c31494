"""A group of customers as one: its members with their value, what they bring together, and who leads it.

Only members the reader may see are shown and summed; how many others there are is said.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from crm.core.list_engine import Column, TextFilter
from crm.core.models import User
from crm.core.row_addresses import row_address
from crm.home.customer_cells import draw_nothing
from customers.models import Customer, TradingName

MOST_MEMBERS = 100
SHOWN_MEMBERS = 6
FIGURES = ("sales_12m_cents", "contribution_12m_cents", "at_stake_cents")


@dataclass
class Group:
    """The head, the members seen that sell most, and of all that are seen the ``sums``: cents of twelve months.

    ``seen`` counts the members seen, ``hidden`` the others.
    """

    head: Customer
    members: list[Customer] = field(default_factory=list)
    seen: int = 0
    hidden: int = 0
    sums: dict[str, int] = field(default_factory=dict)

    @property
    def everybody(self) -> list[Customer]:
        return [self.head, *self.members]

    @property
    def shown(self) -> list[Customer]:
        """The head and the first few members, for a card."""
        return self.everybody[: SHOWN_MEMBERS + 1]

    @property
    def count(self) -> int:
        """Head and members seen."""
        return self.seen + 1


def load_group(customer: Customer, *, user: User) -> Group | None:
    """The group ``customer`` heads or belongs to, as far as ``user`` sees it; None where there is none."""
    seen = Customer.objects.visible_to(user)
    scored = seen.select_related("owner", "score")
    head = customer if customer.parent_id is None else scored.filter(pk=customer.parent_id).first()
    if head is None or not (total := Customer.objects.filter(parent=head).count()):
        return None
    by_sales = F("score__sales_12m_cents").desc(nulls_last=True)
    members = list(scored.filter(parent=head).order_by("archived_at", by_sales, "pk")[:MOST_MEMBERS])
    rows = seen.filter(Q(pk=head.pk) | Q(parent=head))
    sums = rows.aggregate(**{name: Sum(f"score__{name}", default=0) for name in FIGURES}, count=Count("pk"))
    count = sums.pop("count") - 1
    return Group(head, members, seen=count, hidden=total - count, sums=sums)


def load_heads(rows: list[Any], *, user: User) -> None:
    """``head`` of each row: the head of the customer's group where ``user`` may see it; one query for all."""
    wanted = {row.parent_id for row in rows} - {None}
    seen = Customer.objects.visible_to(user).only("pk", "number", "name")
    heads = seen.in_bulk(wanted) if wanted else {}
    for row in rows:
        row.head = heads.get(row.parent_id)


def only_of_group(rows: QuerySet[Any], number: str, request: HttpRequest) -> QuerySet[Any]:
    """The head of this number and its members."""
    head = Customer.objects.filter(number=number).values_list("pk", flat=True).first()
    return rows.filter(Q(pk=head) | Q(parent=head)) if head else rows.none()


def _draw_head(row: Any) -> SafeString:
    """The head, leading to its page."""
    if row.head is None:
        return draw_nothing()
    address = row_address("home:customer-page", row.head.pk)
    return format_html('<a class="q cut" href="{}" dir="auto">{}</a>', address, row.head.name)


GROUP_FILTER = TextFilter("group", _("Group of"), only_of_group, in_form=False)
GROUP_COLUMNS = (
    Column("group", _("Belongs to"), shown=False, hide_on_phone=True, draw=_draw_head, export="head.name"),
    Column("group_number", _("Belongs to, number"), "head.number", shown=False, hide_on_phone=True),
)


@require_GET
def customer_group(request: HttpRequest, pk: int) -> HttpResponse:
    """The group of a customer and the names he goes by: a card of his page."""
    rows = Customer.objects.visible_to(request.user).select_related("owner", "score", "parent")  # type: ignore[arg-type]
    customer = get_object_or_404(rows, pk=pk)
    shown: dict[str, Any] = {
        "customer": customer,
        "group": load_group(customer, user=request.user),  # type: ignore[arg-type]
        "names": TradingName.objects.filter(customer=customer),
        "card": "home/customer_page/group.html",
    }
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)
