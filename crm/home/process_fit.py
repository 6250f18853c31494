"""Does the effort fit the value? Hours by class and segment, and customers whose process does not fit them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.core.fragments import wants_fragment
from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition, narrow_rows
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.table_export import KINDS, ExportTable, Money, export_tables
from crm.core.toasts import add_error, add_toast
from crm.home.dashboard_choice import Choice, read_choice
from crm.home.dashboard_tabs import list_tabs
from crm.home.segment_charts import draw_hours
from crm.home.segment_summary import add_classes, add_figures, list_teams, rows_of, scope_of
from segments.customer_pinning import PinRefused
from segments.models import ProcessMisfit, Segment, SegmentDay
from segments.process_fitting import move_to_fitting_segment, still_unfit
from segments.segment_choice import NoFallbackSegment

WARN_FROM = 0.02


def _segment_choices(request: HttpRequest) -> Any:
    return Segment.objects.filter(archived_at=None).values_list("key", "name")


def _team_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The teams the reader may choose from."""
    return [(str(team.pk), team.name) for team in list_teams(request.user)]


MISFITS = ListDefinition(
    columns=(
        Column("customer", gettext_lazy("Customer")),
        Column("move", gettext_lazy("Is in, fits")),
        Column("contribution", gettext_lazy("Contribution"), kind="amount", hide_on_phone=True),
        Column("line", gettext_lazy("Line"), kind="amount", hide_on_phone=True),
        Column("service", gettext_lazy("Cost to serve"), kind="amount", hide_on_phone=True),
        Column("minutes", gettext_lazy("Minutes"), kind="number", hide_on_phone=True),
        Column("steps", gettext_lazy("Steps"), kind="number", hide_on_phone=True),
        Column("gap", gettext_lazy("What it is about"), kind="amount", sort="gap_cents", largest_first=True),
    ),
    filters=(
        ChoiceFilter(
            "kind",
            gettext_lazy("Process"),
            lambda rows, value, request: rows.filter(kind=value),
            ProcessMisfit.Kind.choices,
        ),
        ChoiceFilter(
            "segment",
            gettext_lazy("Segment"),
            lambda rows, value, request: rows.filter(segment__key=value),
            _segment_choices,
        ),
        ChoiceFilter(
            "team",
            gettext_lazy("Team"),
            lambda rows, value, request: rows.filter(customer__team=int(value)),
            _team_choices,
        ),
    ),
    default_sort="-gap",
    page_size=16,
)


@dataclass
class EffortRow:
    """One segment's share of the minutes and of the contribution."""

    segment: Segment
    customers: int
    minutes: float
    contribution: float
    too_simple: int | None
    too_heavy: int | None
    query: str

    @property
    def takes_more(self) -> bool:
        """More of the hours than of what is earned."""
        return self.minutes > self.contribution + WARN_FROM


class ProcessFit(ListView):
    """The list of misfits below the hours; both follow the reader's teams."""

    model = ProcessMisfit
    permission = "segments.view_dashboard"
    definition = MISFITS
    template_name = "home/process_fit.html"
    fragments = ("rows",)
    title = gettext_lazy("Process fit")

    def get_queryset(self) -> QuerySet[Any]:
        return find_misfits(self.request.user)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = super().get_context_data(**context)
        choice = read_choice(self.request, today=company_day(timezone.now()))
        shown |= {"choice": choice, "tabs": list_tabs("fit", choice)}
        if choice.day is not None and not wants_fragment(self.request, self.fragments):
            scope = scope_of(self.request.user, choice.teams, team=choice.team)
            shown |= build_effort(scope, choice) | {"moved": self._count_moved(choice)}
        return shown

    def _count_moved(self, choice: Choice) -> int:
        """How many of those whom the last evening found are elsewhere by now; its figures still count them."""
        rows = super().get_queryset().filter(customer__archived_at=None)
        if choice.team is not None:
            rows = rows.filter(customer__team=choice.team)
        return rows.count() - still_unfit(rows).count()


def build_effort(scope: list[int] | None, choice: Choice) -> dict[str, Any]:
    """Hours against value by class (drawn) and by segment, of the evening of the choice; two queries."""
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    rows = list(SegmentDay.objects.filter(rows_of(scope), day=choice.day).defer("points", "sales_spread"))
    total = add_figures(rows)
    earned = sum(max(0, row.contribution_cents) for row in rows)
    effort = []
    for pk, segment in sorted(segments.items(), key=lambda item: item[1].place):
        mine = [row for row in rows if row.segment_id == pk]
        if mine and total.minutes and earned:
            own = add_figures(mine)
            share = max(0, own.contribution_cents) / earned
            minutes, query = (own.minutes or 0) / total.minutes, choice.list_query(segment.key)
            effort.append(EffortRow(segment, own.customers, minutes, share, own.too_simple, own.too_heavy, query))
    return {"total": total, "hours": draw_hours(add_classes(rows)), "effort": effort}


def find_misfits(user: Any) -> QuerySet[Any]:
    """Of the customers whom ``user`` may see those who are still where their process does not fit."""
    rows = still_unfit(ProcessMisfit.objects.visible_to(user).filter(customer__archived_at=None))
    return rows.select_related("customer__owner", "customer__score", "segment", "fits")


@permission_required("segments.view_dashboard", raise_exception=True)
def process_fit_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every customer of the list, all its pages, as its filters are set; 404 for another kind of file."""
    refuse_unless(request.user, "customers.export_customer")
    if kind not in KINDS:
        raise Http404
    rows, _controls = narrow_rows(find_misfits(request.user), MISFITS, request)
    day = company_day(timezone.now()).isoformat()
    table = ExportTable(_("Customers whose process does not fit"), _file_heads(), map(_file_cells, rows))
    return export_tables([table], name=f"process-fit-{day}", kind=kind)


def _file_heads() -> list[str]:
    return [
        _("Number"),
        _("Customer"),
        _("Class"),
        _("Process"),
        _("Is in"),
        _("Fits"),
        _("Contribution, 12 months"),
        _("Line"),
        _("What it is about"),
        _("Steps"),
        _("Steps there"),
        _("Minutes"),
        _("Cost to serve"),
        _("Owner"),
        _("Evening"),
    ]


def _file_cells(row: ProcessMisfit) -> list[Any]:
    customer, score = row.customer, getattr(row.customer, "score", None)
    return [
        customer.number,
        customer.name,
        score.grade if score else "",
        row.get_kind_display(),
        row.segment.name,
        row.fits.name,
        Money(row.contribution_cents),
        Money(row.line_cents),
        Money(row.gap_cents),
        row.steps,
        row.fits_steps,
        row.minutes,
        Money(row.service_cents),
        str(customer.owner or ""),
        row.day,
    ]


@require_POST
def process_fit_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the customer into the segment that fits, with Undo; the row says so, and the list goes on."""
    rows = ProcessMisfit.objects.visible_to(request.user)
    misfit = get_object_or_404(rows.select_related("customer", "segment", "fits"), pk=pk)
    return _move(request, misfit)


@permission_required("segments.pin_segment", raise_exception=True)
def _move(request: HttpRequest, misfit: ProcessMisfit) -> HttpResponse:
    now, back = timezone.now(), request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/segments/")
    back = back if safe else reverse("home:process-fit")
    try:
        pin = move_to_fitting_segment(misfit, by=request.user, on=company_day(now), at=now)
        said = _("%(name)s is in %(segment)s for half a year.") % {"name": misfit.customer.name, "segment": misfit.fits}
        undo = reverse("segments:pin-take-back", args=[pin.pk])
        add_toast(request, said, undo_url=f"{undo}?{urlencode({'next': back})}")
    except (PinRefused, NoFallbackSegment) as refused:
        said = str(refused)
        add_error(request, said)
    if getattr(request, "htmx", None):
        return render(request, "home/process_fit.html#moved", {"row": misfit, "said": said})
    return redirect(back)
