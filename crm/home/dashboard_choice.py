"""What the reader of the segment pages looks at: whose customers, of which evening, compared with which day.

All of it stands in the query string, so a page can be sent, printed and exported as it is shown.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.core.models import Team
from crm.home.segment_summary import list_teams
from segments.models import SegmentDay

PERIODS = {"30d": 30, "90d": 91, "365d": 365}
PERIOD_WORDS = (("30d", _("30 days")), ("90d", _("a quarter")), ("365d", _("a year")))


@dataclass
class Choice:
    """One team or all of the reader's, the evening shown (None before the first night), and the day compared with."""

    team: Team | None
    teams: list[Team]
    evenings: list[date]
    day: date | None
    period: str
    since: date

    @property
    def is_latest(self) -> bool:
        """The figures are those of the last night, so lists of today's customers show the same."""
        return not self.evenings or self.day == self.evenings[0]

    @property
    def team_query(self) -> str:
        """What every link to a list carries."""
        return urlencode({"team": self.team.pk}) if self.team else ""

    @property
    def query(self) -> str:
        """The choice as a query string, as the pages beside this one take it; "" for what everybody sees first."""
        words: dict[str, Any] = {"team": self.team.pk} if self.team else {}
        if self.period != "90d":
            words["since"] = self.period
        if self.day and not self.is_latest:
            words["day"] = self.day.isoformat()
        return urlencode(words)

    def list_query(self, segment_key: str) -> str:
        """The customers of a segment: who is in it, or on an earlier evening who was. "" is every segment."""
        if not self.is_latest and self.day:
            return self.list_query_of(segment_key, self.day)
        return "&".join(filter(None, [urlencode({"segment": segment_key}) if segment_key else "", self.team_query]))

    def list_query_of(self, segment_key: str, evening: date) -> str:
        """The customers who were in a segment on an earlier evening."""
        was = urlencode({"was": f"{segment_key or 'any'}.{evening.isoformat()}"})
        return "&".join(filter(None, [was, self.team_query]))


def read_choice(request: HttpRequest, *, today: date) -> Choice:
    """Team, evening and day from the query; what cannot be understood is left out. Two queries."""
    teams = list_teams(request.user)
    team = next((one for one in teams if str(one.pk) == request.GET.get("team")), None)
    rows = SegmentDay.objects.filter(day__lte=today, team=None).values_list("day", flat=True)
    evenings: list[date] = list(rows.order_by("-day").distinct())
    wanted = _read_day(request.GET.get("day", "")) or today
    day = next((evening for evening in evenings if evening <= wanted), evenings[-1] if evenings else None)
    period = request.GET.get("since", "90d")
    end = day or today
    since = None if period in PERIODS else _read_day(period)
    if since is None:
        period = period if period in PERIODS else "90d"
        return Choice(team, teams, evenings, day, period, _begin(period, end, evenings))
    return Choice(team, teams, evenings, day, since.isoformat(), min(since, end))


def _begin(period: str, end: date, evenings: list[date]) -> date:
    """The day a named period before ``end`` begins: no earlier than the first evening kept, or a company that is
    younger than the period would be compared with nothing."""
    nominal, first = end - timedelta(days=PERIODS[period]), evenings[-1] if evenings else end
    return first if nominal < first < end else nominal


def _read_day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None
