"""Benefits for the best: who of them has neither a benefit planned nor a reason not to get one, by value."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import format_percent
from crm.core.list_engine import Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from crm.core.models.business_setting import DEFINITIONS, setting
from crm.home.need_filter import NEED_FILTER
from crm.home.value_lists import ValueListView, currency_sign
from interactions.benefit_planning import BenefitState, count_as_covered, filter_without_benefit, read_benefits
from interactions.models import Benefit, BenefitWaiver
from segments.models import Nomination
from segments.value_band_writing import count_best, find_ranking, name_year

SHARE = "bands.benefits"
MOST_NOMINATED = 2000


def load_benefits(rows: list[Any], request: HttpRequest) -> None:
    """The benefit that counts and the reason not to give one, of a whole page."""
    now = timezone.now()
    today, states = company_day(now), read_benefits([row.pk for row in rows], at=now)
    for row in rows:
        row.state = states.get(row.pk, BenefitState())
        row.band, row.shown_score = getattr(row, "value_band", None), getattr(row, "score", None)
        waiver = row.state.waiver
        row.looks_again = waiver is not None and waiver.review_on <= today


BENEFITS = ListDefinition(
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
        Column("sales", gettext_lazy("Sales of the year"), kind="amount", unit=currency_sign(), hide_on_phone=True),
        Column("state", gettext_lazy("Benefit, or why not")),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("act", gettext_lazy("Act")),
    ),
    filters=(
        NEED_FILTER,
        FlagFilter("planned", gettext_lazy("Planned or given"), lambda rows, value, request: rows, in_form=False),
        FlagFilter("reason", gettext_lazy("A reason not to"), lambda rows, value, request: rows, in_form=False),
        FlagFilter("everybody", gettext_lazy("All of the best"), lambda rows, value, request: rows, in_form=False),
    ),
    default_sort="place",
    page_size=25,
    load=load_benefits,
)


class BenefitQueue(ValueListView):
    """First those for whom nobody has thought of anything."""

    definition = BENEFITS
    url_name = "home:benefit-queue"
    title = gettext_lazy("Benefits")
    row_template = "home/lists/benefit_row.html"
    above_template = "home/lists/benefit_above.html"
    views = (
        (gettext_lazy("Neither yet"), ""),
        (gettext_lazy("Planned or given"), "planned=1"),
        (gettext_lazy("A reason not to"), "reason=1"),
        (gettext_lazy("All of the best"), "everybody=1"),
    )
    empty_title = gettext_lazy("Each of the best has a benefit or a reason not to")

    def get_queryset(self) -> QuerySet[Any]:
        now = timezone.now()
        today = company_day(now)
        self.ranking = find_ranking()
        self.places = count_best(self.ranking, share=float(setting(SHARE)))
        nominated = Nomination.objects.in_force(on=today).values_list("customer_id", flat=True)[:MOST_NOMINATED]
        rows = super().get_queryset().select_related("value_band")
        rows = rows.filter(Q(value_band__place__lte=self.places) | Q(pk__in=list(nominated)))
        if self.request.GET.get("planned") == "1":
            return rows.filter(Exists(Benefit.objects.filter(count_as_covered(at=now), customer=OuterRef("pk"))))
        if self.request.GET.get("reason") == "1":
            return rows.filter(Exists(BenefitWaiver.objects.filter(customer=OuterRef("pk"))))
        return rows if self.request.GET.get("everybody") == "1" else filter_without_benefit(rows, at=now, on=today)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        known = DEFINITIONS[SHARE]
        share = {"share": float(setting(SHARE)), "origin": known.origin, "default": known.default}
        words = {"share": format_percent(share["share"]), "year": name_year(self.ranking) if self.ranking else "–"}
        fact = _("unasked, for the best %(share)s by sales of fiscal year %(year)s, and the nominated") % words
        return super().get_context_data(ranking=self.ranking, places=self.places, fact=fact, **share, **context)
