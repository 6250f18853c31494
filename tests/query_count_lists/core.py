"""The lists of ``core``."""

from typing import Any

from crm.core.models import Team, User
from tests.query_count_lists import ListPage


def _make_colleagues(rows: int, cast: Any) -> None:
    start = User.objects.count()
    for number in range(start, start + rows):
        team = Team.objects.create(name=f"Team {number}")
        user = User.objects.create_user(f"colleague{number}@rapport.test", name=f"Colleague {number}", team=team)
        team.managers.add(user)


LISTS: list[ListPage] = [
    ListPage("colleagues", "/settings/colleagues/", _make_colleagues, colleague="admin"),
    ListPage("teams", "/settings/teams/", _make_colleagues, colleague="admin"),
]
