"""Two evenings side by side: each segment and each team then and now."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    """A segment or a team: its figures now and then (None: none kept), and the query of its list."""

    segment: Segment | None
    team: Team | None
    now: Figures
    then: Figures | None
    query: str

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
        lines = [
            ComparedLine(one.segment, None, one.figures, one.before, choice.list_query(one.segment.key))
            for one in summary.segments
        ]
        total = ComparedLine(None, None, summary.total, summary.before, choice.list_query(""))
        teams = list_team_lines(choice.teams, day=choice.day, compared=summary.compared) if choice.team is None else []
        context |= {"summary": summary, "lines": lines, "total": total, "teams": list_teams_compared(teams, choice)}
    return render(request, "home/segment_comparison.html", context)


def list_teams_compared(lines: Iterable[Any], choice: Choice) -> list[ComparedLine]:
    """The teams as lines; none where the reader has only one."""
    if len(choice.teams) < 2:
        return []
    past = "" if choice.is_latest or not choice.day else f"&was=any.{choice.day.isoformat()}"
    return [ComparedLine(None, line.team, line.figures, line.before, f"team={line.team.pk}{past}") for line in lines]
