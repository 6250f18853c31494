"""Below zero: who costs more than he brings, since when, because of what, and who decides what by when."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, ListPage, build_list
from crm.core.local_time import company_day
from crm.core.models import Team
from crm.core.row_visibility import customer_scope
from crm.core.service_cost_catalogue import ServiceCost, read_service_costs, read_service_costs_around
from crm.home.below_zero_drawing import NARROW, draw_whale
from crm.home.customer_list import currency_sign
from crm.home.customer_value import describe_work
from crm.home.segment_summary import list_teams, rows_of, scope_of
from customers.models import Customer
from interactions.contact_sparing import sum_spared
from interactions.models import BelowZeroDecision
from segments.models import BelowZeroSpell, Membership, Segment, SegmentDay
from segments.rules.figure_spread import merge_spreads

DECIDE_WITHIN = timedelta(days=90)
YEAR_DAYS = 365
MONTH_DAYS = 30.4
MOST_COUNTED = 1_000  # one by one; of more the evening's figure is told
Rows = QuerySet[Any]


def _decisions(**conditions: Any) -> Any:
    return BelowZeroDecision.objects.in_force().filter(customer=OuterRef("pk"), **conditions)


def not_decided(rows: Rows, value: str, request: HttpRequest) -> Rows:
    """Those about whom nobody has decided."""
    return rows.filter(~Exists(_decisions()))


def _decided(rows: Rows, value: str, request: HttpRequest) -> Rows:
    return rows.filter(Exists(_decisions()))


def _of_segment(rows: Rows, key: str, request: HttpRequest) -> Rows:
    return rows.filter(Exists(Membership.objects.current().filter(customer=OuterRef("pk"), segment__key=key)))


def _name_segments(request: HttpRequest) -> list[tuple[str, str]]:
    return [(segment.key, segment.name) for segment in Segment.objects.filter(key=request.GET.get("segment", ""))]


def _as_asked(rows: Rows, value: str, request: HttpRequest) -> Rows:
    """Those who came back are found by ``get_queryset``: they are no longer below zero."""
    return rows


def _to_review(rows: Rows, value: str, request: HttpRequest) -> Rows:
    return rows.filter(Exists(_decisions(review_on__lte=company_day(timezone.now()))))


def overdue(rows: Rows, *, today: date) -> Rows:
    """Below zero for 90 days or more, and nobody has decided."""
    spells = BelowZeroSpell.objects.filter(customer=OuterRef("pk"), until=None, since__lte=today - DECIDE_WITHIN)
    return rows.filter(Exists(spells), ~Exists(_decisions()))


def _overdue(rows: Rows, value: str, request: HttpRequest) -> Rows:
    return overdue(rows, today=company_day(timezone.now()))


def _decided_as(rows: Rows, kind: str, request: HttpRequest) -> Rows:
    return rows.filter(Exists(_decisions(kind=kind)))


@dataclass
class ServedSince:
    """Cost to serve a month before the decision and since, in cents."""

    before_cents: int
    since_cents: int
    days: int


def load_rows(rows: list[Any], request: HttpRequest) -> None:
    """Decision and what serving cost of one page, in three queries."""
    keys, today = [row.pk for row in rows], company_day(timezone.now())
    found = BelowZeroDecision.objects.in_force().filter(customer__in=keys).select_related("owner")
    decisions = {decision.customer_id: decision for decision in found}
    works = _by_customer(read_service_costs(keys, periods=[(today - timedelta(days=YEAR_DAYS - 1), today)]))
    turns = {decision.customer_id: decision.decided_on for decision in decisions.values()}
    around = _by_customer(read_service_costs_around(turns, before_days=YEAR_DAYS, until=today))
    for row in rows:
        row.decision = decisions.get(row.pk)
        is_below = row.score.contribution_12m_cents < 0
        row.cause = name_cause(row.score, works.get(row.pk, [])) if is_below else _("back above zero")
        row.margin_cents = row.score.sales_12m_cents - row.score.goods_12m_cents
        row.served = _compare(around.get(row.pk, []), row.decision, today=today) if row.decision else None
        decide_by = row.below_since + DECIDE_WITHIN if row.below_since and not row.decision else None
        row.decide_by, row.is_overdue = decide_by, bool(decide_by and decide_by <= today)


def _by_customer(costs: list[ServiceCost]) -> dict[int, list[ServiceCost]]:
    found: dict[int, list[ServiceCost]] = {}
    for cost in costs:
        found.setdefault(cost.customer_id, []).append(cost)
    return found


def name_cause(score: Any, works: list[ServiceCost]) -> str:
    """Why a customer is below zero, in few words: sold below cost, or the dearest work and how much there was of it."""
    if score.sales_12m_cents > 0 and score.goods_12m_cents > score.sales_12m_cents:
        return _("sold below the cost of goods")
    dearest = max(works, key=lambda cost: cost.cents, default=None)
    if dearest is None or dearest.cents <= 0:
        return _("returns outweigh sales")
    words = describe_work(dearest.work, pieces=dearest.pieces)
    return _("%(work)s, nothing bought") % {"work": words} if score.sales_12m_cents <= 0 else words


def _compare(costs: list[ServiceCost], decision: BelowZeroDecision, *, today: date) -> ServedSince | None:
    """A month's cost before and since; None in the first week, which says nothing yet."""
    days = (today - decision.decided_on).days + 1
    if days < 7:
        return None
    before = sum(cost.cents for cost in costs if cost.period == 0)
    since = sum(cost.cents for cost in costs if cost.period == 1)
    return ServedSince(round(before / YEAR_DAYS * MONTH_DAYS), round(since / days * MONTH_DAYS), days)


def _teams_of(request: HttpRequest) -> list[Team]:
    """The teams of the reader, asked once for the filter and for the figures."""
    found: list[Team] = getattr(request, "listed_teams", None) or list_teams(request.user)  # type: ignore[arg-type]
    request.listed_teams = found  # type: ignore[attr-defined]
    return found


BELOW_ZERO = ListDefinition(
    columns=(
        Column("customer", gettext_lazy("Customer")),
        Column("segment", gettext_lazy("Segment"), hide_on_phone=True),
        Column("sales", gettext_lazy("Sales"), kind="amount", unit=currency_sign(), hide_on_phone=True),
        Column("margin", gettext_lazy("Margin"), kind="amount", hide_on_phone=True),
        Column("service", gettext_lazy("Cost to serve"), kind="amount", head_term="cost-to-serve", hide_on_phone=True),
        Column(
            "contribution",
            gettext_lazy("Contribution"),
            kind="amount",
            sort="score__contribution_12m_cents",
            tie="score__customer_id",
        ),
        Column("cause", gettext_lazy("Mostly because of"), hide_on_phone=True),
        Column("decision", gettext_lazy("Decision")),
        Column("owner", gettext_lazy("Owner"), hide_on_phone=True),
        Column("review", gettext_lazy("Look again"), hide_on_phone=True),
    ),
    filters=(
        ChoiceFilter(
            "team",
            gettext_lazy("Team"),
            lambda rows, value, request: rows.filter(team=int(value)),
            lambda request: [(str(team.pk), team.name) for team in _teams_of(request)],
            in_form=False,
        ),
        ChoiceFilter("segment", gettext_lazy("Segment"), _of_segment, _name_segments, in_form=False),
        FlagFilter("decided", gettext_lazy("Decided"), _decided, in_form=False),
        FlagFilter("back", gettext_lazy("Back above zero"), _as_asked, in_form=False),
        FlagFilter("undecided", gettext_lazy("Not decided"), not_decided, in_form=False),
        FlagFilter("review", gettext_lazy("Look again now"), _to_review, in_form=False),
        FlagFilter("overdue", gettext_lazy("Over 90 days without a decision"), _overdue, in_form=False),
        *(
            FlagFilter(
                f"as_{kind.value}",
                kind.label,
                lambda rows, value, request, kind=kind: _decided_as(rows, kind, request),
                in_form=False,
            )
            for kind in BelowZeroDecision.Kind
        ),
    ),
    default_sort="contribution",
    page_size=20,
    load=load_rows,
)
VIEWS = (
    (gettext_lazy("Largest loss first"), ""),
    (gettext_lazy("Not decided"), "undecided"),
    (gettext_lazy("Over 90 days without a decision"), "overdue"),
    (gettext_lazy("Look again now"), "review"),
)
ICONS = {"raise": "up", "process": "flow", "minimum": "order", "keep": "pin"}


class BelowZeroList(ListView):
    """The page: the list, the decisions and where they sit, and the curve of what the others lose to them."""

    model = Customer
    permission = "segments.view_dashboard"
    definition = BELOW_ZERO
    template_name = "home/below_zero.html"
    fragments = ("rows",)
    title = gettext_lazy("Below zero")
    back_label = gettext_lazy("Segments")

    def get_back_url(self) -> str:
        return reverse("home:segment-dashboard")

    def get_queryset(self) -> Rows:
        spells = BelowZeroSpell.objects.filter(customer=OuterRef("pk"), until=None).values("since")
        current = Membership.objects.current().filter(customer=OuterRef("pk"))
        segment = current.values(found=JSONObject(name="segment__name", mark="segment__mark"))[:1]
        rows = (self._find_back() if self.is_back else self._find_below()).select_related("score", "owner")
        return rows.annotate(below_since=Subquery(spells), segment=Subquery(segment))

    @property
    def is_back(self) -> bool:
        """Those are asked for who are no longer below zero."""
        return self.request.GET.get("back") == "1"

    def _find_below(self) -> Rows:
        return super().get_queryset().current().filter(score__contribution_12m_cents__lt=0)

    def _find_back(self) -> Rows:
        """Those decided about who are no longer below zero."""
        return super().get_queryset().current().filter(Exists(_decisions()), score__contribution_12m_cents__gte=0)

    def make_page(self) -> ListPage:
        return build_list(self.object_list, BELOW_ZERO, self.request, counted=self._find_count())

    def _find_count(self) -> tuple[int, bool] | None:
        """How many the list has, where the figures above it say so already."""
        asked = {key for key in self.request.GET if key not in {"sort", "after", "before"}}
        known = {"": "number", "undecided": "undecided", "overdue": "late"}.get("".join(asked))
        if known is None or any(self.request.GET[key] != "1" for key in asked):
            return None
        is_exact = self.counts["late"] <= MOST_COUNTED if known == "late" else not self.counts["is_about"]
        return self.counts[known], is_exact

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = super().get_context_data(**context)
        today = company_day(timezone.now())
        query = shown["list"].query.lstrip("?").split("=")[0]
        figures = self.summarise(today)
        waiting = {"review": figures["to_review"] or None}
        tabs = [
            {"label": label, "url": f"?{key}=1" if key else "?", "current": query == key, "count": waiting.get(key)}
            for label, key in VIEWS
        ]
        return {**shown, "tabs": tabs, "today": today, "is_back": self.is_back, **figures}

    @cached_property
    def counts(self) -> dict[str, int]:
        """Those below zero now, with a decision, without one, and without one for 90 days.

        No more than a thousand are counted one by one; where there are more, ``is_about`` is true and the number is
        that of the evening. One query besides the decisions and the evening.
        """
        below = self._find_below().order_by().values("pk")
        late = overdue(below, today=company_day(timezone.now()))
        (number, params), (waiting, more) = (rows[: MOST_COUNTED + 1].query.sql_with_params() for rows in (below, late))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT (SELECT count(*) FROM ({number}) one), (SELECT count(*) FROM ({waiting}) other)",  # noqa: S608
                (*params, *more),
            )
            counted, overdue_now = cursor.fetchone()
        decided = sum(row["n"] for row in self.kinds.values())
        is_about = counted > MOST_COUNTED
        every = max(counted, self.evening["below"]) if is_about else counted
        undecided = max(every - decided, overdue_now)
        return {
            "number": every,
            "decided": decided,
            "undecided": undecided,
            "late": overdue_now,
            "is_about": is_about,
        }

    @cached_property
    def kinds(self) -> dict[str, Any]:
        """Decisions in force by kind; one query."""
        return {row["kind"]: row for row in self._sum_decisions()}

    @cached_property
    def evening(self) -> dict[str, Any]:
        """What the night wrote; one query."""
        return self._read_evening(company_day(timezone.now()))

    def summarise(self, today: date) -> dict[str, Any]:
        """Figures of now and of the evening for all that the reader sees; four queries."""
        back = {name: sum(row[name] or 0 for row in self.kinds.values()) for name in ("every", "back", "brought")}
        return {
            **self.counts,
            "most_counted": MOST_COUNTED,
            "kinds": [(kind, ICONS[kind.value], self.kinds.get(kind.value)) for kind in BelowZeroDecision.Kind],
            "back": back,
            "to_review": sum(row["to_review"] for row in self.kinds.values()),
            "spared": sum_spared(self.request.user, until=today),
            **self.evening,
        }

    def _sum_decisions(self) -> Any:
        """Decisions in force by kind: those still below zero, those to be looked at again now, who came back, what
        these brought since."""
        scope = customer_scope(self.request.user, prefix="customer__")
        decisions = BelowZeroDecision.objects.in_force().filter(scope, customer__archived_at=None)
        still = Q(customer__score__contribution_12m_cents__lt=0)
        return decisions.values("kind").annotate(
            every=Count("pk"),
            n=Count("pk", filter=still),
            cents=Sum("expected_cents", filter=still),
            to_review=Count("pk", filter=still & Q(review_on__lte=company_day(timezone.now()))),
            back=Count("pk", filter=Q(customer__score__contribution_12m_cents__gte=0)),
            brought=Sum(F("customer__score__contribution_12m_cents") - F("contribution_cents")),
        )

    def _read_evening(self, today: date) -> dict[str, Any]:
        """Where those below zero sit, and the curve, from the figures that the night wrote."""
        scope = scope_of(self.request.user, _teams_of(self.request), team=None)
        evenings = SegmentDay.objects.filter(day__lte=today).order_by("-day").values("day")[:1]
        rows = list(SegmentDay.objects.filter(rows_of(scope), day=Subquery(evenings)).select_related("segment"))
        sums: dict[Segment, int] = {}
        for row in rows:
            sums[row.segment] = sums.get(row.segment, 0) + row.below_zero
        spread = merge_spreads(row.contribution_spread for row in rows)
        return {
            "evening": rows[0].day if rows else None,
            "below": sum(row.below_zero for row in rows),
            "lost_cents": sum(row.below_zero_cents for row in rows),
            "sits": sorted(((one, n) for one, n in sums.items() if n), key=lambda pair: pair[0].priority),
            "whale": draw_whale(spread),
            "whale_small": draw_whale(spread, canvas=NARROW),
        }
