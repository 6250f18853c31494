"""The most valuable: the best part by sales of the last complete fiscal year, and whom colleagues nominated.

The places are those of the night; how many places count is a setting and counts at once. The export holds the inputs of
everybody, so the list can be made again by hand.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from crm.core.formats import format_percent
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import DEFINITIONS, setting
from crm.core.permission_check import refuse_unless
from crm.core.row_visibility import customer_scope
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import SEE_LISTS, ValueListView, currency_sign, write_csv_rows
from customers.models import Customer
from segments.models import Nomination, ValueBand
from segments.value_band_writing import count_best, find_ranking, name_year

SHARE = "bands.most_valuable"
MOST_NOMINATED = 2000
EXPORT_HEAD = (
    "place",
    "record",
    "number",
    "customer",
    "net_sales",
    "fiscal_year_from",
    "fiscal_year_to",
    "best_share",
    "nominated_until",
    "nominated_by",
    "approved_by",
    "reason",
)


def _of_nobody(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Q(owner=None) | Q(owner__is_active=False))


def _nominated(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    today = company_day(timezone.now())
    return rows.filter(pk__in=Nomination.objects.in_force(on=today).values("customer"))


def load_nominations(rows: list[Any], request: HttpRequest) -> None:
    """The open nomination of each row, in one query."""
    today, keys = company_day(timezone.now()), [row.pk for row in rows]
    found = Nomination.objects.open().filter(customer__in=keys, until__gte=today)
    nominations = {one.customer_id: one for one in found.select_related("nominated_by", "decided_by")}
    for row in rows:
        row.nomination = nominations.get(row.pk)
        row.band = getattr(row, "value_band", None)
        row.shown_score = getattr(row, "score", None)


MOST_VALUABLE = ListDefinition(
    columns=(
        Column("name", gettext_lazy("Customer")),
        Column(
            "place",
            gettext_lazy("Place"),
            kind="number",
            sort="value_band__place",
            tie="value_band__customer_id",
            nullable=True,
        ),
        Column("class", gettext_lazy("Class"), head_term="class", hide_on_phone=True),
        Column("sales", gettext_lazy("Sales of the year"), kind="amount", unit=currency_sign()),
        Column("before", gettext_lazy("Year before"), kind="amount", hide_on_phone=True),
        Column("why", gettext_lazy("Why here"), hide_on_phone=True),
        Column("owner", gettext_lazy("Owner")),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(
        NEED_FILTER,
        FlagFilter("nobody", gettext_lazy("Nobody looks after"), _of_nobody, in_form=False),
        FlagFilter("nominated", gettext_lazy("Nominated"), _nominated, in_form=False),
        FlagFilter("waiting", gettext_lazy("Waiting for approval"), lambda rows, value, request: rows, in_form=False),
    ),
    default_sort="place",
    page_size=25,
    load=load_nominations,
)


class MostValuableList(ValueListView):
    """Place, sales of the year, the named owner or that there is none, and who nominated whom."""

    definition = MOST_VALUABLE
    url_name = "home:most-valuable"
    title = gettext_lazy("Most valuable")
    row_template = "home/lists/most_valuable_row.html"
    above_template = "home/lists/most_valuable_above.html"
    views = (
        (gettext_lazy("All"), ""),
        (gettext_lazy("Nobody looks after"), "nobody=1"),
        (gettext_lazy("Nominated"), "nominated=1"),
        (gettext_lazy("Waiting for approval"), "waiting=1"),
    )
    empty_title = gettext_lazy("Nobody bought in that year, and nobody is nominated")
    empty_text = gettext_lazy("Whoever matters all the same is nominated on the page of the customer.")

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset().select_related("value_band")
        today = company_day(timezone.now())
        self.ranking = find_ranking()
        self.places = count_best(self.ranking, share=float(setting(SHARE)))
        if self.request.GET.get("waiting") == "1":
            proposed = Nomination.objects.filter(state=Nomination.State.PROPOSED, until__gte=today)
            return rows.filter(pk__in=proposed.values("customer"))
        nominated = Nomination.objects.in_force(on=today).values_list("customer_id", flat=True)[:MOST_NOMINATED]
        return rows.filter(Q(value_band__place__lte=self.places) | Q(pk__in=list(nominated)))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        share = {
            "share": float(setting(SHARE)),
            "origin": DEFINITIONS[SHARE].origin,
            "default": DEFINITIONS[SHARE].default,
        }
        year = name_year(self.ranking) if self.ranking else ""
        return super().get_context_data(
            ranking=self.ranking, places=self.places, year=year, fact=self.say_what(year), **share, **context
        )

    def say_what(self, year: str) -> str:
        """The list in a sentence."""
        if self.ranking is None:
            return _("the night ranks them by the last complete fiscal year")
        words = {"share": format_percent(float(setting(SHARE))), "year": year}
        return _("the best %(share)s by net sales of fiscal year %(year)s, and the nominated") % words


@require_GET
def export_inputs(request: HttpRequest) -> HttpResponseBase:
    """Net sales of everybody ranked, the nominations in force and the part that counts, as a file for a spreadsheet.

    Sort by net sales (the largest first, equal ones by record), take the best part rounded up, add the nominated.
    """
    refuse_unless(request.user, SEE_LISTS)
    refuse_unless(request.user, "customers.export_customer")
    response = StreamingHttpResponse(write_csv_rows(_list_inputs(request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="most-valuable.csv"'
    return response


def _list_inputs(request: HttpRequest) -> Iterator[tuple[object, ...]]:
    """The head, everybody with a place, then the nominated without one."""
    yield EXPORT_HEAD
    ranking, today = find_ranking(), company_day(timezone.now())
    year = (ranking.first_day, ranking.last_day) if ranking else (None, None)
    common = (*year, setting(SHARE))
    scope = customer_scope(request.user, prefix="customer__")
    nominations = {
        one.customer_id: (one.until, one.nominated_by, one.decided_by, one.reason)
        for one in Nomination.objects.in_force(on=today).filter(scope).select_related("nominated_by", "decided_by")
    }
    bands = ValueBand.objects.filter(scope).order_by("place")
    fields = ("place", "customer_id", "customer__number", "customer__name", "sales_cents")
    for place, pk, number, name, cents in bands.values_list(*fields).iterator(chunk_size=5000):
        yield (place, pk, number, name, f"{cents / 100:.2f}", *common, *nominations.pop(pk, ("",) * 4))
    for customer in Customer.objects.current().filter(pk__in=nominations).order_by("pk"):
        yield ("", customer.pk, customer.number, customer.name, "0.00", *common, *nominations[customer.pk])
