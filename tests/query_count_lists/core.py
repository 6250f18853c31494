"""The lists of ``core``."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pghistory
from django.utils import timezone

from crm.core.access_token_issuing import issue_token
from crm.core.models import Absence, Team, User
from customers.models import ContactPoint, CustomerNeed, CustomerTag, Need, ProfileFact, Tag
from tests import factories
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


def _make_removed(rows: int, cast: Any) -> None:
    """Of each kind ``rows`` that the rep and the admin removed: what belongs to a customer, and what belongs to all."""
    customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
    for number in range(rows):
        with pghistory.context(user=(cast.rep if number % 2 else cast.admin).pk):
            person = factories.make_person(customer)
            tag, _made = Tag.objects.get_or_create(name=f"Tag {Tag.objects.count()}")
            need = Need.objects.create(name=f"Need {uuid4()}")
            points = ContactPoint.objects.create(customer=customer, kind="phone", value="1", value_normal="1")
            fact = ProfileFact.objects.create(
                customer=customer, person=person, label="Likes", value="tea", told_on=date(2026, 3, 2)
            )
            link = CustomerTag.objects.create(customer=customer, tag=tag)
            met = CustomerNeed.objects.create(
                customer=customer, need=need, noted_on=date(2026, 3, 2), evidence="Told us"
            )
            for one in (link, met, points, fact, person, need, tag):
                one.delete()


LISTS: list[ListPage] = [
    ListPage("the bin", "/settings/bin/", _make_removed, colleague="admin", most_queries=15),
    ListPage("tokens of all", "/settings/tokens/", _make_tokens, colleague="admin"),
    ListPage("colleagues", "/settings/colleagues/", _make_colleagues, colleague="admin"),
    ListPage("absences", "/settings/absences/", _make_absences),
    ListPage("teams", "/settings/teams/", _make_colleagues, colleague="admin"),
]
