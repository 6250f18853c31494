"""Winning back: valued customers lost in the last two years, each with the reason, an offer and a next day."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import format_money, format_percent
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import DEFINITIONS, setting
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import ValueListView, currency_sign
from interactions.win_back_planning import (
    filter_decided,
    filter_returned,
    filter_unplanned,
    find_lost,
    read_win_backs,
)
from segments.value_band_writing import find_least_of_best, find_ranking, name_year

SHARE = "bands.benefits"


def load_plans(rows: list[Any], request: HttpRequest) -> None:
    """What is in force for each customer of the page, and whether it is over or worked."""
    plans, today = read_win_backs([row.pk for row in rows]), company_day(timezone.now())
    for row in rows:
        row.shown_score, row.plan = row.score, plans.get(row.pk)
        row.looks_again = row.plan is not None and not row.plan.offer and row.plan.next_on <= today
        last = row.score.last_day if row.score else None
        row.returned_on = last if row.plan and row.plan.offer and last and last > row.plan.decided_on else None


def _keep(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    """The list itself tells the views apart."""
    return rows


WIN_BACK = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column(
            "bought",
            gettext_lazy("Bought in the year before"),
            kind="amount",
            unit=currency_sign(),
            sort="score__sales_before_12m_cents",
            tie="score__customer_id",
            largest_first=True,
        ),
        Column("last", gettext_lazy("Last bought")),
        Column("plan", gettext_lazy("Why they left, and the plan")),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(
        NEED_FILTER,
        FlagFilter("planned", gettext_lazy("Being won back"), _keep, in_form=False),
        FlagFilter("returned", gettext_lazy("Came back"), _keep, in_form=False),
        FlagFilter("let-go", gettext_lazy("Let go for now"), _keep, in_form=False),
        FlagFilter("everybody", gettext_lazy("All the lost"), _keep, in_form=False),
    ),
    default_sort="-bought",
    page_size=25,
    load=load_plans,
)


class WinBackList(ValueListView):
    """First those for whom nobody has a next step, by what they used to buy."""

    definition = WIN_BACK
    url_name = "home:win-back"
    title = gettext_lazy("Win back")
    row_template = "home/lists/win_back_row.html"
    above_template = "home/lists/win_back_above.html"
    views = (
        (gettext_lazy("No next step"), ""),
        (gettext_lazy("Being won back"), "planned=1"),
        (gettext_lazy("Came back"), "returned=1"),
        (gettext_lazy("Let go for now"), "let-go=1"),
        (gettext_lazy("All the lost"), "everybody=1"),
    )
    empty_title = gettext_lazy("Each lost customer of value has a next step")

    def get_queryset(self) -> QuerySet[Any]:
        self.ranking = find_ranking()
        self.least_cents = find_least_of_best(share=float(setting(SHARE)))
        rows = super().get_queryset()
        asked = self.request.GET
        if asked.get("planned") == "1":
            return filter_decided(rows, is_plan=True)
        if asked.get("let-go") == "1":
            return filter_decided(rows, is_plan=False)
        if asked.get("returned") == "1":
            return filter_returned(rows)
        lost = find_lost(rows, least_cents=self.least_cents) if self.ranking else rows.none()
        if asked.get("everybody") == "1":
            return lost
        return filter_unplanned(lost, on=company_day(timezone.now()))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        known = DEFINITIONS[SHARE]
        words = {"least": format_money(self.least_cents, currency=setting("company.currency"))}
        return super().get_context_data(
            ranking=self.ranking,
            least_cents=self.least_cents,
            share=format_percent(float(setting(SHARE))),
            origin=known.origin,
            year=name_year(self.ranking) if self.ranking else "–",
            fact=_("bought for %(least)s or more in a year, and nothing for one to two years") % words,
            **context,
        )
