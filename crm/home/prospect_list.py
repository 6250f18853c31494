"""Prospects by what they buy from others: who has bought nothing yet is known by what he spends elsewhere (I14)."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_amount, format_percent
from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.text_folding import fold_text
from crm.home.customer_list import currency_sign
from crm.home.known_list import KnownListView
from crm.home.list_parts import CUSTOMER_FILTER, OWNER_FILTER, RULE_FILTER, customer_url, owner_column
from customers.models import Customer, Potential, WalletEstimate, WalletSupplier

MOST_SUPPLIERS = 4


def find_prospects(request: HttpRequest) -> QuerySet[Any]:
    """The newest estimate of each prospect whom the reader may see."""
    newest = WalletEstimate.objects.filter(customer=OuterRef("customer")).order_by("-estimated_on", "-id")
    rows = WalletEstimate.objects.visible_to(request.user)  # type: ignore[arg-type]
    rows = rows.filter(customer__stage=Customer.Stage.PROSPECT, customer__archived_at=None)
    rows = rows.filter(pk=Subquery(newest.values("pk")[:1]))
    suppliers = WalletSupplier.objects.all()
    return rows.select_related("customer__owner").prefetch_related(Prefetch("suppliers", suppliers))


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    folded = fold_text(text)
    rivals = WalletSupplier.objects.filter(estimate=OuterRef("pk"), name__icontains=text)
    return rows.filter(Q(customer__name_folded__contains=folded) | Q(Exists(rivals)))


def load_potentials(rows: list[Any], request: HttpRequest) -> None:
    """What each could buy from us, as noted last, for one page in one query."""
    keys = [row.customer_id for row in rows]
    noted = Potential.objects.filter(customer__in=keys).order_by("customer_id", "-noted_on", "-id")
    could = {one.customer_id: one for one in noted.distinct("customer_id")}
    for row in rows:
        row.potential_cents = getattr(could.get(row.customer_id), "yearly_cents", None)


def tell_suppliers(row: Any) -> str:
    """From whom they buy, with each one's part where it is known."""
    named = [
        f"{one.name} {format_percent(one.percent / 100)}" if one.percent is not None else one.name
        for one in row.suppliers.all()[:MOST_SUPPLIERS]
    ]
    return ", ".join(named)


def _tell_range(row: Any) -> str:
    return f"{format_amount(row.low_cents)} – {format_amount(row.high_cents)}"


PROSPECTS = ListDefinition(
    columns=(
        Column("customer", _("Prospect"), "customer.name", fixed=True, url=customer_url),
        Column(
            "spend",
            _("Spends elsewhere, a year"),
            "total_cents",
            "amount",
            unit=currency_sign(),
            sort="total_cents",
            largest_first=True,
        ),
        Column("suppliers", _("Buys from"), tell_suppliers, "words"),
        Column(
            "range",
            _("Range"),
            _tell_range,
            "range",
            unit=currency_sign(),
            hide_on_phone=True,
            in_file=(
                Column("low", _("Range from"), "low_cents", "amount", unit=currency_sign()),
                Column("high", _("Range to"), "high_cents", "amount", unit=currency_sign()),
            ),
        ),
        Column("confidence", _("How sure"), "get_confidence_display", hide_on_phone=True),
        Column("estimated", _("As of"), "estimated_on", "day", hide_on_phone=True),
        Column(
            "potential",
            _("Could buy from us"),
            "potential_cents",
            "amount",
            unit=currency_sign(),
            hide_on_phone=True,
        ),
        owner_column(),
        Column("heard", _("Heard where"), "source", shown=False, hide_on_phone=True),
        Column("industry", _("Industry"), "customer.industry", shown=False, hide_on_phone=True),
        Column("country", _("Country"), "customer.country", shown=False, hide_on_phone=True),
        Column("city", _("City"), "customer.city", shown=False, hide_on_phone=True),
        Column("source", _("Where it came from"), "customer.source", shown=False, hide_on_phone=True),
    ),
    filters=(
        TextFilter("q", _("Name or supplier"), _search),
        ChoiceFilter(
            "sure",
            _("How sure"),
            lambda rows, value, request: rows.filter(confidence=value),
            WalletEstimate.Confidence.choices,
        ),
        OWNER_FILTER,
        FlagFilter(
            "nobody",
            _("Nobody looks after"),
            lambda rows, value, request: rows.filter(Q(customer__owner=None) | Q(customer__owner__is_active=False)),
        ),
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="-spend",
    page_size=25,
    load=load_potentials,
)

register_list(
    KnownList(
        "prospects",
        _("Prospects"),
        "home:prospect-list",
        "customers.view_customer",
        PROSPECTS,
        find_prospects,
        row_url=customer_url,
        views=((_("All"), ""), (_("Mine"), "owner=me"), (_("Nobody looks after"), "nobody=1")),
        rule_filter="rule",
        empty_title=_("No prospect with an estimate yet"),
        empty_text=_("Note on a prospect’s page what he spends with others, and from whom he buys."),
    )
)


class ProspectList(KnownListView):
    """Who buys most from others, and nothing from us yet."""

    list_name = "prospects"
    head_template = "home/prospect_head.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**super().get_context_data(**context), "switch": []}
