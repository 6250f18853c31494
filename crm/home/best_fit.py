"""Best fit, not yet A: customers who are like our best, by what they could buy beyond what they do."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import ValueListView, currency_sign
from customers.models import Potential, WalletEstimate
from customers.wallet_estimating import OLD


def load_fits(rows: list[Any], request: HttpRequest) -> None:
    """Each row with its traits in the order of the page."""
    for row in rows:
        row.shown_score = getattr(row, "score", None)
        fit = row.best_fit
        traits = [
            (gettext_lazy("industry"), fit.industry),
            (gettext_lazy("country"), fit.country),
            (gettext_lazy("rhythm"), fit.rhythm),
            (gettext_lazy("needs met"), fit.needs),
        ]
        row.traits = [(label, points) for label, points in traits if points is not None]


BEST_FIT = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column("class", gettext_lazy("Class"), head_term="class", hide_on_phone=True),
        Column("fit", gettext_lazy("Fit"), sort="best_fit__fit", tie="best_fit__customer_id", kind="number",
               largest_first=True),
        Column("traits", gettext_lazy("By trait"), hide_on_phone=True),
        Column("room", gettext_lazy("Room to grow"), kind="amount", unit=currency_sign(), hide_on_phone=True),
        Column("worth", gettext_lazy("Fit × room"), sort="best_fit__worth_cents", tie="best_fit__customer_id",
               kind="amount", nullable=True, largest_first=True),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(
        NEED_FILTER,
        FlagFilter("unknown", gettext_lazy("Room not known"),
                   lambda rows, value, request: rows.filter(best_fit__worth_cents=None), in_form=False),
    ),
    default_sort="-worth",
    page_size=25,
    load=load_fits,
)  # fmt: skip


class BestFitList(ValueListView):
    """The most to win first; then those whose room nobody knows, by fit."""

    definition = BEST_FIT
    url_name = "home:best-fit"
    title = gettext_lazy("Best fit, not yet A")
    row_template = "home/lists/best_fit_row.html"
    above_template = "home/lists/best_fit_above.html"
    views = ((gettext_lazy("All"), ""), (gettext_lazy("Room not known"), "unknown=1&sort=-fit"))
    empty_title = gettext_lazy("Nobody to compare yet")
    empty_text = gettext_lazy("The night compares customers with those of class A by industry, country and rhythm.")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("best_fit").filter(best_fit__isnull=False)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            fact=gettext_lazy("like our best, by what they could buy beyond what they do"), **context
        )


# --- nobody has estimated --------------------------------------------------------------------------------------------


def load_wallets(rows: list[Any], request: HttpRequest) -> None:
    """The last estimate (an old one) and the last potential of a page, in two queries."""
    keys = [row.pk for row in rows]
    estimates = WalletEstimate.objects.filter(customer__in=keys).order_by("customer_id", "-estimated_on", "-id")
    newest = {one.customer_id: one for one in estimates.distinct("customer_id")}
    potentials = Potential.objects.filter(customer__in=keys).order_by("customer_id", "-noted_on", "-id")
    could = {one.customer_id: one for one in potentials.distinct("customer_id")}
    for row in rows:
        row.shown_score = getattr(row, "score", None)
        row.estimate, row.potential = newest.get(row.pk), could.get(row.pk)


WALLET_GAPS = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column("class", gettext_lazy("Class"), head_term="class", hide_on_phone=True),
        Column("sales", gettext_lazy("Sales 12 m"), kind="amount", unit=currency_sign(), sort="score__sales_12m_cents",
               tie="score__customer_id", nullable=True, largest_first=True),
        Column("estimate", gettext_lazy("Last estimate"), hide_on_phone=True),
        Column("potential", gettext_lazy("Potential"), kind="amount", hide_on_phone=True),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(NEED_FILTER,),
    default_sort="-sales",
    page_size=25,
    load=load_wallets,
)  # fmt: skip


class WalletGapList(ValueListView):
    """Whose whole spend nobody has estimated, or not for a year: the largest first."""

    definition = WALLET_GAPS
    url_name = "home:wallet-gaps"
    title = gettext_lazy("Share of wallet not known")
    row_template = "home/lists/wallet_gap_row.html"
    empty_title = gettext_lazy("Everybody's spend is estimated")

    def get_queryset(self) -> QuerySet[Any]:
        today = company_day(timezone.now())
        fresh = WalletEstimate.objects.filter(estimated_on__gte=today - OLD)
        return super().get_queryset().exclude(pk__in=fresh.values("customer"))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        fact = gettext_lazy("nobody has estimated what they spend in all, or not for a year: a question to ask")
        return super().get_context_data(fact=fact, **context)
