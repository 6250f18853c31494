"""Two evenings side by side: each segment and each team then and now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.models import Team
from crm.home.dashboard_choice import Choice, read_choice
from crm.home.dashboard_tabs import list_tabs
from crm.home.segment_summary import Figures, build_summary, list_team_lines, scope_of
from segments.models import Segment


@dataclass
class ComparedLine:
    """A segment or a team: its figures now and then (None: none kept), and the queries of its list then and now."""

    segment: Segment | None
    team: Team | None
    now: Figures
    then: Figures | None
    query: str
    query_then: str = ""

    @property
    def contribution_change(self) -> float | None:
        """Share by which the contribution rose; None without figures then, or with none to compare with."""
        before = self.then.contribution_cents if self.then else 0
        return (self.now.contribution_cents - before) / abs(before) if before else None


@permission_required("segments.view_dashboard", raise_exception=True)
def segment_comparison(request: HttpRequest) -> HttpResponse:
    """The evening chosen against the last one kept up to the day compared with."""
    choice = read_choice(request, today=company_day(timezone.now()))
    context: dict[str, Any] = {"choice": choice, "tabs": list_tabs("comparison", choice)}
    if choice.day is not None:
        scope = scope_of(request.user, choice.teams, team=choice.team)
        summary = build_summary(scope, day=choice.day, since=choice.since)
        then = summary.compared
        lines = [
            ComparedLine(one.segment, None, one.figures, one.before, *_list_queries(choice, one.segment.key, then))
            for one in summary.segments
        ]
        total = ComparedLine(None, None, summary.total, summary.before, *_list_queries(choice, "", then))
        teams = list_team_lines(choice.teams, day=choice.day, compared=then) if choice.team is None else []
        context |= {"summary": summary, "lines": lines, "total": total}
        context["teams"] = list_teams_compared(teams, choice, then)
    return render(request, "home/segment_comparison.html", context)


def _list_queries(choice: Choice, segment_key: str, then: date | None) -> tuple[str, str]:
    """The customers of a segment on the evening shown, and on the one compared with; "" is every segment."""
    return choice.list_query(segment_key), choice.list_query_of(segment_key, then) if then else ""


def list_teams_compared(lines: Iterable[Any], choice: Choice, then: date | None) -> list[ComparedLine]:
    """The teams as lines; none where the reader has only one."""
    if len(choice.teams) < 2:
        return []
    past = "" if choice.is_latest or not choice.day else f"&was=any.{choice.day.isoformat()}"
    before = f"&was=any.{then.isoformat()}" if then else ""
    return [
        ComparedLine(None, one.team, one.figures, one.before, *(f"team={one.team.pk}{was}" for was in (past, before)))
        for one in lines
    ]
