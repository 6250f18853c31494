"""The worst customers: which of four simple signs put each of them there, with the figures."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.formats import format_day, format_money, format_percent
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import DEFINITIONS, setting
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import ValueListView, currency_sign
from segments.models import WorstSign

SHARE = "bands.worst"
FLAGS: dict[str, tuple[str, str | Promise]] = {
    "silent": ("is_silent", gettext_lazy("No order in 12 months")),
    "falling": ("is_falling", gettext_lazy("Orders falling")),
    "rejects": ("rejects_quotes", gettext_lazy("Rejects our quotes")),
    "shortlist": ("fills_shortlists", gettext_lazy("Quotes only for a shortlist")),
}


def _with_sign(rows: QuerySet[Any], sign: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(**{f"worst_sign__{FLAGS[sign][0]}": True})


def say_signs(sign: WorstSign, *, today: date) -> list[tuple[str, str]]:
    """Each sign that holds, with the figures behind it."""
    money = [format_money(cents, currency=setting("company.currency")) for cents in _sales_of(sign)]
    found = []
    if sign.is_silent and sign.last_day:
        found.append(
            (_("No order in 12 months"), _("last on %(day)s") % {"day": format_day(sign.last_day, today=today)})
        )
    if sign.is_falling:
        fall = 1 - sign.sales_12m_cents / sign.sales_before_12m_cents
        words = {"fall": format_percent(fall), "now": money[0], "before": money[1]}
        found.append((_("Orders falling"), _("down %(fall)s, from %(before)s to %(now)s") % words))
    if sign.rejects_quotes:
        words = {"won": str(sign.quotes_won), "quotes": str(sign.quotes)}
        found.append((_("Rejects our quotes"), _("%(won)s of %(quotes)s won in 24 months") % words))
    if sign.fills_shortlists:
        n = sign.quotes_for_shortlist
        text = ngettext("%(n)s quote only for a shortlist", "%(n)s quotes only for a shortlist", n) % {"n": n}
        found.append((_("Shortlist only"), text))
    return found


def _sales_of(sign: WorstSign) -> tuple[int, int]:
    return sign.sales_12m_cents, sign.sales_before_12m_cents


def load_signs(rows: list[Any], request: HttpRequest) -> None:
    """The signs of each row in words; they came with the row."""
    today = company_day(timezone.now())
    for row in rows:
        row.signs, row.shown_score = say_signs(row.worst_sign, today=today), getattr(row, "score", None)


WORST = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column("class", gettext_lazy("Class"), head_term="class", hide_on_phone=True),
        Column(
            "signs",
            gettext_lazy("Signs"),
            sort="worst_sign__weight",
            tie="worst_sign__customer_id",
            largest_first=True,
        ),
        Column("sales", gettext_lazy("Sales 12 m"), kind="amount", unit=currency_sign(), hide_on_phone=True),
        Column("contribution", gettext_lazy("Contribution"), kind="amount", hide_on_phone=True),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
    ),
    filters=(
        NEED_FILTER,
        ChoiceFilter(
            "sign", gettext_lazy("Sign"), _with_sign, tuple((key, label) for key, (_flag, label) in FLAGS.items())
        ),
    ),
    default_sort="-signs",
    page_size=25,
    load=load_signs,
)


class WorstSignList(ValueListView):
    """More signs first, then less contribution."""

    definition = WORST
    url_name = "home:worst-signs"
    title = gettext_lazy("Worst signs")
    row_template = "home/lists/worst_row.html"
    above_template = "home/lists/worst_above.html"
    empty_title = gettext_lazy("Nobody shows one of the four signs")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("worst_sign").filter(worst_sign__isnull=False)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        known = DEFINITIONS[SHARE]
        share = {"share": float(setting(SHARE)), "origin": known.origin, "default": known.default}
        lines = {
            "fall": float(setting("fall.warning")),
            "least_quotes": setting("bands.least_quotes"),
            "quotes_won": float(setting("bands.quotes_won")),
            "least_shortlists": setting("bands.least_shortlists"),
        }
        fact = _("the worst %(share)s by four simple signs") % {"share": format_percent(share["share"])}
        return super().get_context_data(fact=fact, **share, **lines, **context)
