"""What the segment pages show, as a file: the same team, evening and day compared with."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.local_time import company_day
from crm.core.table_export import KINDS, ExportTable, Money, export_tables
from crm.home.dashboard_choice import read_choice
from crm.home.segment_summary import Figures, Summary, TeamLine, build_summary, list_team_lines, scope_of


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The tables of the dashboard; 404 before the first night."""
    choice = read_choice(request, today=company_day(timezone.now()))
    if kind not in KINDS or choice.day is None:
        raise Http404
    scope = scope_of(request.user, choice.teams, team=choice.team)
    summary = build_summary(scope, day=choice.day, since=choice.since)
    teams = list_team_lines(choice.teams, day=choice.day, compared=summary.compared) if choice.team is None else []
    name = f"segments-{choice.day.isoformat()}" + (f"-{choice.team.name}" if choice.team else "")
    return export_tables(list_tables(summary, teams), name=name, kind=kind)


def list_tables(summary: Summary, teams: Sequence[TeamLine]) -> Iterator[ExportTable]:
    """By segment, by team, moves, the spread of contributions, and hours against value."""
    day = summary.day.isoformat()
    lines = [(one.segment.name, one.figures, one.before) for one in summary.segments]
    lines.append((_("All"), summary.total, summary.before))
    head = [_("Segment"), *_figure_heads(), _("Contribution then"), _("At stake then"), _("Then is the evening of")]
    then = summary.compared
    rows = [[name, *_figure_cells(now), *_cells_then(before), then] for name, now, before in lines]
    yield ExportTable(_("By segment, evening of %(day)s") % {"day": day}, head, rows)
    if teams:
        rows = [[line.team.name, *_figure_cells(line.figures)[:-5]] for line in teams]
        yield ExportTable(_("By team"), [_("Team"), *_figure_heads()[:-5]], rows)
    moves = [[was.name, to.name, n] for was, to, n in summary.moves]
    title = _("Moves %(since)s to %(until)s") % {"since": summary.since.isoformat(), "until": day}
    yield ExportTable(title, [_("From"), _("To"), _("Customers")], moves)
    hours = [
        [letter, n, round(minutes / 60, 1), Money(cents)] for letter, (n, minutes, cents) in summary.classes.items()
    ]
    yield ExportTable(
        _("Hours against value"), [_("Class"), _("Customers"), _("Hours"), _("Contribution, 12 months")], hours
    )


def _figure_heads() -> list[str]:
    return [
        _("Customers"),
        _("Sales, 12 months"),
        _("Margin"),
        _("Cost to serve"),
        _("Contribution"),
        _("3-year value"),
        _("At risk, customers"),
        _("At stake, a quarter"),
        _("Below zero, customers"),
        _("Below zero"),
        _("Talked to in time, share"),
        _("Complained, share"),
        _("Minutes"),
        _("Process too simple"),
        _("Process too heavy"),
        _("Named and reached, share"),
        _("Contribution a customer, lowest tenth"),
        _("Contribution a customer, lower quartile"),
        _("Contribution a customer, median"),
        _("Contribution a customer, upper quartile"),
        _("Contribution a customer, highest tenth"),
    ]


def _figure_cells(figures: Figures) -> list[Any]:
    quantiles = [figures.contribution.quantile(share) for share in (0.1, 0.25, 0.5, 0.75, 0.9)]
    return [
        figures.customers,
        Money(figures.sales_cents),
        Money(figures.margin_cents),
        Money(figures.service_cents),
        Money(figures.contribution_cents),
        Money(figures.value_3y_cents),
        figures.at_risk,
        Money(figures.at_stake_cents),
        figures.below_zero,
        Money(figures.below_zero_cents),
        figures.in_time,
        figures.complaint_share,
        figures.minutes,
        figures.too_simple,
        figures.too_heavy,
        figures.reached,
        *(None if cents is None else Money(cents) for cents in quantiles),
    ]


def _cells_then(before: Figures | None) -> list[Any]:
    return [Money(before.contribution_cents), Money(before.at_stake_cents)] if before else [None, None]
