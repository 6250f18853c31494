"""Every process that runs or ran, proposals won and lost with what decided it; the pipeline shows what is open."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.list_catalogue import KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.local_time import company_day, company_zone
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
from interactions.models import ProcessRun, StepRun
from interactions.models.process_run import IMPORTED
from interactions.process_overview import WHY_LOST, name_state
from segments.models import Process, Segment

LAST_DAY = date(9998, 12, 31)  # the day after the last of all is none


def run_url(row: Any) -> str:
    """The run with its steps."""
    return row_address("interactions:process-run-detail", row.pk)


def _about(row: ProcessRun) -> str:
    return row.subject or row.version.process.get_flow_display()


def _begun_on(row: ProcessRun) -> date:
    return company_day(row.started_at)


def _ended_on(row: ProcessRun) -> date | None:
    return company_day(row.ended_at) if row.ended_at else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=company_zone())


def _end(day: date) -> datetime:
    return _begin(min(day, LAST_DAY) + timedelta(days=1))


def _list_segments(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Segment.objects.order_by("priority").values_list("pk", "name")]


def _skipped(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Exists(StepRun.objects.filter(run=OuterRef("pk"), state=StepRun.State.SKIPPED)))


def _search_runs(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    numbered = Q(key__startswith=IMPORTED + value) | Q(key__startswith=IMPORTED + value.upper())
    return rows.filter(numbered | Q(subject__icontains=value) & ~Q(subject=""))


RUNS = ListDefinition(
    columns=(
        Column("subject", _("About"), _about, "words", fixed=True, url=run_url),
        customer_column(),
        Column("number", _("Number"), shown=False, hide_on_phone=True),
        Column("flow", _("Process"), "version.process.get_flow_display", hide_on_phone=True),
        Column("segment", _("Segment"), "version.process.segment.name", hide_on_phone=True, head_term="segment"),
        Column(
            "amount",
            _("Amount"),
            "amount_cents",
            "amount",
            unit=currency_sign(),
            sort="amount_cents",
            sum="amount_cents",
            nullable=True,
            largest_first=True,
        ),
        Column("state", _("State"), name_state),
        Column("because", _("What decided it"), "get_lost_because_display"),
        Column("reason", _("Reason"), "end_reason", "words", shown=False, hide_on_phone=True),
        Column("started", _("Begun"), _begun_on, "day", sort="started_at", largest_first=True),
        Column(
            "ended",
            _("Ended"),
            _ended_on,
            "day",
            sort="ended_at",
            nullable=True,
            largest_first=True,
            hide_on_phone=True,
        ),
        Column("expected", _("Expected"), "expected_on", "day", shown=False, hide_on_phone=True),
        Column("shortlist", _("Only for a shortlist"), "fills_shortlist", "flag", shown=False, hide_on_phone=True),
        owner_column(),
    ),
    filters=(
        TextFilter("q", _("About or number"), _search_runs),
        ChoiceFilter(
            "flow",
            _("Process"),
            lambda rows, value, request: rows.filter(version__process__flow=value),
            Process.Flow.choices,
        ),
        ChoiceFilter(
            "state", _("State"), lambda rows, value, request: rows.filter(state=value), ProcessRun.State.choices
        ),
        ChoiceFilter(
            "because",
            _("What decided it"),
            lambda rows, value, request: rows.filter(lost_because=value),
            ProcessRun.LostBecause.choices,
        ),
        ChoiceFilter(
            "segment",
            _("Segment"),
            lambda rows, value, request: rows.filter(version__process__segment=int(value)),
            _list_segments,
        ),
        day_filter("since", _("Begun from (2026-01-31)"), lambda day: Q(started_at__gte=_begin(day))),
        day_filter("until", _("Begun until (2026-12-31)"), lambda day: Q(started_at__lt=_end(day))),
        FlagFilter("skipped", _("A step was skipped"), _skipped),
        OWNER_FILTER,
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="-started",
    page_size=25,
)


def find_runs(request: HttpRequest) -> QuerySet[Any]:
    """Processes of customers whom the reader may see."""
    rows = ProcessRun.objects.visible_to(request.user)  # type: ignore[arg-type]
    return rows.select_related("customer__owner", "version__process__segment")


register_list(
    KnownList(
        "runs",
        _("Processes"),
        "home:run-list",
        "interactions.view_task",
        RUNS,
        find_runs,
        row_url=run_url,
        views=(
            (_("All"), ""),
            (_("Proposals"), "flow=propose"),
            (_("Won"), "flow=propose&state=done"),
            (_("Lost"), f"flow=propose&state=lost&columns={WHY_LOST}"),
            (_("Of my customers"), "owner=me"),
            (_("With a skipped step"), "skipped=1"),
        ),
        rule_filter="rule",
        empty_title=_("Nothing has run yet"),
        empty_text=_("A process begins on a customer’s page, with “Start a process”."),
    )
)


class RunList(KnownListView):
    """What runs and what ended, with its outcome."""

    list_name = "runs"
