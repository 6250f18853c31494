"""A group of customers as one: its members with their value, what they bring together, and who leads it.

Only members the reader may see are shown and summed; how many others there are is said.
"""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from crm.core.models import User
from customers.models import Customer, TradingName

MOST_MEMBERS = 100


@dataclass
class Group:
    """The head and the members seen; sums are of them, in cents of twelve months."""

    head: Customer
    members: list[Customer] = field(default_factory=list)
    hidden: int = 0

    def _sum(self, figure: str) -> int:
        scores = [getattr(one, "score", None) for one in (self.head, *self.members)]
        return sum(getattr(score, figure) for score in scores if score is not None)

    @property
    def sales_cents(self) -> int:
        return self._sum("sales_12m_cents")

    @property
    def contribution_cents(self) -> int:
        return self._sum("contribution_12m_cents")

    @property
    def at_stake_cents(self) -> int:
        return self._sum("at_stake_cents")

    @property
    def everybody(self) -> list[Customer]:
        return [self.head, *self.members]


def load_group(customer: Customer, *, user: User) -> Group | None:
    """The group ``customer`` heads or belongs to, as far as ``user`` sees it; None where there is none."""
    seen = Customer.objects.visible_to(user).select_related("owner", "score")
    head = customer if customer.parent_id is None else seen.filter(pk=customer.parent_id).first()
    if head is None:
        return None
    everybody = Customer.objects.filter(parent=head)
    members = list(seen.filter(parent=head).order_by("-score__sales_12m_cents", "pk")[:MOST_MEMBERS])
    total = everybody.count()
    if not total:
        return None
    return Group(head, members, hidden=total - len(members))


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
