"""Whose customers a page of sales adds up: one's own, a team's, a colleague's, or all that one may see."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from crm.core.id_arrays import one_of_many
from crm.core.list_engine import count_about
from crm.core.models import Role, Team, User
from crm.home.segment_summary import list_teams
from customers.models import Customer

# More are not read item by item while somebody waits: then these with the largest sales of the two last years stand
# for all, and the page says so.
MOST_CUSTOMERS = 3_000
MOST_COLLEAGUES = 150
KEPT_SECONDS = 26 * 3600  # until the next night looks again


@dataclass
class Scope:
    """``whose`` as in the address; ``customer_ids`` are those read, of ``known`` in all; ``key`` names what is kept."""

    whose: str
    title: str
    customers: QuerySet[Any]
    customer_ids: list[int]
    known: int
    choices: list[tuple[str, str]]
    key: str

    @property
    def is_cut(self) -> bool:
        return self.known > len(self.customer_ids)


def read_scope(user: User, whose: str) -> Scope:
    """The scope of the address as far as ``user`` may see it; without one a rep's own customers, else all he sees."""
    teams = list_teams(user)
    choices, filters = _list_choices(user, teams)
    if whose not in filters:
        whose = "mine" if user.role == Role.REP else "all"
    customers = Customer.objects.visible_to(user).current().filter(filters[whose]).order_by()
    title, key = dict(choices)[whose], _name_scope(customers)
    kept: tuple[int, list[int]] | None = cache.get(key)
    if kept is None:
        ids = list(customers.values_list("pk", flat=True)[: MOST_CUSTOMERS + 1])
        if len(ids) <= MOST_CUSTOMERS:
            return Scope(whose, title, customers, ids, len(ids), choices, key)
        kept = find_largest(customers, ids)
        cache.set(key, kept, KEPT_SECONDS)
    # Who is shown is decided now, not then.
    ids = list(customers.filter(pk__in=one_of_many(kept[1])).values_list("pk", flat=True))
    return Scope(whose, title, customers, ids, kept[0], choices, key)


def forget_scope(key: str) -> None:
    """Let it be chosen anew whose sales are the largest."""
    cache.delete(key)


def _name_scope(customers: QuerySet[Any]) -> str:
    """The same for all who see the same customers."""
    sql, params = customers.values("pk").query.sql_with_params()
    return "portfolio-scope:" + sha256(repr((sql, params)).encode()).hexdigest()


def find_largest(customers: QuerySet[Any], first: list[int]) -> tuple[int, list[int]]:
    """How many there are, about, and those with the largest sales; ``first`` before anybody is scored."""
    known = max(len(first), count_about(customers)[0])
    sales = Greatest(F("score__sales_12m_cents"), F("score__sales_before_12m_cents"))
    largest = customers.filter(score__isnull=False).order_by(sales.desc(), "pk")
    return known, list(largest.values_list("pk", flat=True)[:MOST_CUSTOMERS]) or first[:MOST_CUSTOMERS]


def _list_choices(user: User, teams: list[Team]) -> tuple[list[tuple[str, str]], dict[str, Q]]:
    """Whose customers may be chosen, in words, and as conditions."""
    choices = [("all", _("All I may see"))]
    filters = {"all": Q()}
    if user.role in {Role.REP, Role.MANAGER}:
        choices.insert(0, ("mine", _("My own")))
        filters["mine"] = Q(owner=user)
    for team in teams if len(teams) > 1 else ():
        choices.append((f"team-{team.pk}", team.name))
        filters[f"team-{team.pk}"] = Q(team=team)
    if user.role not in {Role.REP, Role.VIEWER}:
        colleagues = User.objects.active().filter(role=Role.REP, team__in=[team.pk for team in teams]).order_by("name")
        for pk, name in colleagues.values_list("pk", "name")[:MOST_COLLEAGUES]:
            choices.append((f"rep-{pk}", name))
            filters[f"rep-{pk}"] = Q(owner=pk)
    return choices, filters
