"""The lists of ``core``."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from crm.core.access_token_issuing import issue_token
from crm.core.models import Absence, Team, User
from tests.query_count_lists import ListPage


def _make_colleagues(rows: int, cast: Any) -> None:
    start = User.objects.count()
    for number in range(start, start + rows):
        team = Team.objects.create(name=f"Team {number}")
        user = User.objects.create_user(f"colleague{number}@rapport.test", name=f"Colleague {number}", team=team)
        team.managers.add(user)


def _make_absences(rows: int, cast: Any) -> None:
    start = User.objects.count()
    today = timezone.now().date()
    for number in range(start, start + rows):
        user = User.objects.create_user(f"away{number}@rapport.test", name=f"Away {number}", team=cast.rep.team)
        Absence.objects.create(user=user, first_day=today, last_day=today + timedelta(2), stand_in=cast.lead)


def _make_tokens(rows: int, cast: Any) -> None:
    now = timezone.now()
    for number in range(rows):
        user = User.objects.create_user(f"token{User.objects.count()}@rapport.test", name=f"Owner {number}")
        issue_token(user, name="Shop", may_write=False, expires_at=now + timedelta(days=1), at=now)


LISTS: list[ListPage] = [
    ListPage("tokens of all", "/settings/tokens/", _make_tokens, colleague="admin"),
    ListPage("colleagues", "/settings/colleagues/", _make_colleagues, colleague="admin"),
    ListPage("absences", "/settings/absences/", _make_absences),
    ListPage("teams", "/settings/teams/", _make_colleagues, colleague="admin"),
]
