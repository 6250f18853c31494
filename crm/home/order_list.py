"""Orders and returns of every customer, or of one."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import Column, FlagFilter, ListDefinition, TextFilter
from crm.core.row_addresses import row_address
from crm.home.customer_list import currency_sign
from crm.home.known_list import KnownListView
from crm.home.list_parts import (
    CUSTOMER_FILTER,
    OWNER_FILTER,
    RULE_FILTER,
    customer_column,
    day_filter,
    owner_column,
)
from customers.models import Order
from customers.number_finding import numbered


def _margin(row: Order) -> int | None:
    return None if row.cost_cents is None else row.amount_cents - row.cost_cents


ORDERS = ListDefinition(
    columns=(
        Column(
            "number",
            _("Order"),
            sort="number",
            fixed=True,
            url=lambda row: row_address("customers:order-detail", row.pk),
        ),
        customer_column(),
        Column("day", _("Day"), kind="day", sort="day", largest_first=True),
        Column("amount", _("Net amount"), "amount_cents", "amount_exact", sum="amount_cents", unit=currency_sign()),
        Column("margin", _("Margin"), _margin, "amount_exact", hide_on_phone=True, head_term="margin"),
        Column("lines", _("Lines"), "line_count", "number", hide_on_phone=True),
        Column(
            "cost", _("Cost of goods"), "cost_cents", "amount_exact", sum="cost_cents", shown=False, hide_on_phone=True
        ),
        Column(
            "freight",
            _("Freight we paid"),
            "freight_cents",
            "amount_exact",
            sum="freight_cents",
            shown=False,
            hide_on_phone=True,
        ),
        Column("currency", _("Paid in"), shown=False, hide_on_phone=True),
        Column("country", _("Country"), "customer.country", shown=False, hide_on_phone=True),
        owner_column(),
    ),
    filters=(
        TextFilter("q", _("Number"), lambda rows, value, request: rows.filter(numbered(Order, value))),
        day_filter("since", _("From (2026-01-31)"), lambda day: Q(day__gte=day)),
        day_filter("until", _("Until (2026-12-31)"), lambda day: Q(day__lte=day)),
        OWNER_FILTER,
        FlagFilter("returns", _("Returns only"), lambda rows, value, request: rows.filter(amount_cents__lt=0)),
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="-day",
    page_size=30,
)


def find_orders(request: HttpRequest) -> QuerySet[Any]:
    """Orders of customers whom the reader may see."""
    return Order.objects.visible_to(request.user).select_related("customer__owner")  # type: ignore[arg-type]


register_list(
    KnownList(
        "orders",
        _("Orders"),
        "home:order-list",
        "customers.view_order",
        ORDERS,
        find_orders,
        row_url=lambda row: row_address("customers:order-detail", row.pk),
        views=((_("All"), ""), (_("Of my customers"), "owner=me"), (_("Returns"), "returns=1")),
        rule_filter="rule",
        empty_title=_("No order yet"),
        empty_text=_("Orders come from a file, or are entered at the customer."),
    )
)


class OrderList(KnownListView):
    """Orders of every customer that may be seen."""

    list_name = "orders"
