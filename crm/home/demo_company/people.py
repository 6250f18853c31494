"""The colleagues of the demo company and its teams."""

from dataclasses import dataclass

import numpy as np
from django.contrib.auth.hashers import make_password

from crm.core.models import Role, Team, User
from crm.core.role_permissions import assign_role
from crm.home.demo_company.places import PLACES

PASSWORD = "rapport-demo"  # noqa: S105 - shown on the login page of every demo
ACCOUNTS: tuple[tuple[str, str, str, str, str], ...] = (
    ("rep@rapport.example", "Ana Ribeiro", Role.REP, "North", "account manager"),
    ("other-rep@rapport.example", "Tomasz Zieliński", Role.REP, "South", "account manager"),
    ("lead@rapport.example", "Marit Haugen", Role.MANAGER, "North", "head of sales north"),
    ("admin@rapport.example", "Thomas Okafor", Role.ADMIN, "", "sales operations"),
    ("guardian@rapport.example", "Nurul Aini", Role.GUARDIAN, "", "quality"),
    ("exec@rapport.example", "Ingrid Vos", Role.EXECUTIVE, "", "managing director"),
    ("viewer@rapport.example", "Elin Dahl", Role.VIEWER, "North", "stock planning"),
    ("partner@rapport.example", "Petra Nyberg", Role.PARTNER, "", "reseller"),
)
TEAM_NAMES = ("North", "South", "West", "East")


@dataclass(frozen=True)
class Staff:
    """``reps[t]`` are the ids of the sales reps of team ``teams[t]``; the demo accounts stand first."""

    teams: list[Team]
    reps: list[list[int]]
    accounts: dict[str, User]


def hire_staff(customers: int, *, rng: np.random.Generator) -> Staff:
    """The demo accounts, and as many more reps as the customers need (about 900 customers a rep)."""
    teams = [Team.objects.get_or_create(name=name)[0] for name in TEAM_NAMES]
    by_name = {team.name: team for team in teams}
    password = make_password(PASSWORD)
    accounts = {
        email: _hire(email, name, role, by_name.get(team), title, password)
        for email, name, role, team, title in ACCOUNTS
    }
    for team, (name, email) in zip(
        teams[1:],
        [("Luís Ferreira", "luis.ferreira"), ("Hélène Garçon", "helene.garcon"), ("Uwe Brandt", "uwe.brandt")],
        strict=True,
    ):
        manager = _hire(f"{email}@rapport.example", name, Role.MANAGER, team, "head of sales", None)
        team.managers.add(manager)
    by_name["North"].managers.add(accounts["lead@rapport.example"])
    _hire("jana.berge@rapport.example", "Jana Berge", Role.GUARDIAN, None, "quality", None)
    reps = [[accounts["rep@rapport.example"].pk], [accounts["other-rep@rapport.example"].pk], [], []]
    for index in range(min(max(customers // 900, 6), 120)):
        place = PLACES[int(rng.integers(0, 11))]
        name = f"{place.given[index % len(place.given)]} {place.surnames[index % len(place.surnames)]}"
        team = index % len(teams)
        rep = _hire(f"rep{index + 1}@rapport.example", name, Role.REP, teams[team], "account manager", None)
        reps[team].append(rep.pk)
    return Staff(teams, reps, accounts)


def _hire(email: str, name: str, role: str, team: Team | None, title: str, password: str | None) -> User:
    user, _created = User.objects.update_or_create(
        email=email,
        defaults={
            "name": name,
            "role": role,
            "team": team,
            "job_title": title,
            "password": password or make_password(None),
        },
    )
    return assign_role(user, role)
