"""Sales teams from a file: colleagues, the teams they belong to, and who manages these.

A colleague is known by e-mail, else by name. New ones have no password and may not sign in: a file of another system
lets nobody into the house. Whoever is here already keeps role, password and right to sign in; he gets the team that the
file says, and the job title.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from crm.core.models import Role, Team, User
from crm.core.text_folding import fold_text
from customers.import_kinds import ImportKind, WritingTask
from customers.import_remembering import WrittenTable, change_differing, insert_remembered, note_made
from customers.import_staging import Stage, copy_frame, fetch_row, run_sql
from customers.rules.import_columns import ImportField, Reading
from customers.rules.import_headers import TEAM_HEADERS

TEAMS = "teams"
BATCH = 1_000
# Nobody reads mail there (RFC 2606): a colleague must have an address, and the file may know none.
NO_ADDRESS = "no-address.invalid"

TEAM_FIELDS = (
    ImportField("name", length=150, headers=TEAM_HEADERS["name"]),
    ImportField("first_name", length=75, headers=TEAM_HEADERS["first_name"]),
    ImportField("last_name", length=75, headers=TEAM_HEADERS["last_name"]),
    ImportField("email", Reading.EMAIL, length=254, headers=TEAM_HEADERS["email"]),
    ImportField("phone", length=40, headers=TEAM_HEADERS["phone"]),
    ImportField("job_title", length=100, headers=TEAM_HEADERS["job_title"]),
    ImportField("manager", length=150, headers=TEAM_HEADERS["manager"]),
    ImportField("team", length=100, headers=TEAM_HEADERS["team"]),
)
REQUIRED = (("name", "first_name", "last_name", "email"),)
STAGE_COLUMNS = {
    "name": "text",
    "folded": "text",
    "email": "text",
    "phone": "text",
    "job_title": "text",
    "manager": "text",
    "manager_key": "text",
    "team": "text",
    "team_key": "text",
}


def shape_teams(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: one name; names and teams folded; a manager without a team leads his own."""
    shaped = frame.copy()
    empty = pd.Series(None, index=shaped.index, dtype=object)
    columns = [shaped.get(name, empty) for name in ("name", "first_name", "last_name", "email")]
    shaped["name"] = [_name_colleague(*row) for row in zip(*columns, strict=True)]
    shaped["folded"] = [fold_text(name) for name in shaped["name"]]
    managers = shaped.get("manager", empty)
    teams = [
        (manager[:100] if isinstance(manager, str) else None) if pd.isna(team) else team
        for team, manager in zip(shaped.get("team", empty), managers, strict=True)
    ]
    shaped["team"] = teams
    shaped["team_key"] = [fold_text(team) if isinstance(team, str) else None for team in teams]
    shaped["manager_key"] = [_key(manager) if isinstance(manager, str) else None for manager in managers]
    return shaped.drop(columns=["first_name", "last_name"], errors="ignore")


def _name_colleague(name: object, first: object, last: object, email: object) -> str:
    """The whole name, else its parts, else what stands before the @."""
    if isinstance(name, str):
        return name
    parts = [part for part in (first, last) if isinstance(part, str)]
    return " ".join(parts) if parts else str(email).partition("@")[0]


def _key(person: str) -> str:
    """A colleague is named by e-mail or by name."""
    return person.strip().casefold() if "@" in person else fold_text(person)


def check_teams(stage: Stage, task: WritingTask) -> None:
    """Find the colleagues that are here, reject what the file holds twice and names that two colleagues have."""
    _gather_colleagues(stage)
    run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.lines} AS
        SELECT s.*, coalesce(e.id, n.id) AS user_id, coalesce(n.alike, 0) AS alike
        FROM {stage.rows} s LEFT JOIN core_user e ON lower(e.email) = s.email
        LEFT JOIN (SELECT folded, min(id) AS id, count(*) AS alike FROM colleagues GROUP BY 1) n
        ON e.id IS NULL AND n.folded = s.folded""")  # noqa: S608
    # An address of his own tells him from another of that name.
    run_sql(f"""UPDATE {stage.lines} SET user_id = NULL WHERE email IS NOT NULL AND (alike > 1 OR alike = 1 AND
                user_id IN (SELECT id FROM core_user WHERE email NOT LIKE '%@{NO_ADDRESS}'))""")  # noqa: S608
    stage.reject(f"SELECT row, 'name', 'two_colleagues', name, NULL FROM {stage.lines}"  # noqa: S608
                 " WHERE alike > 1 AND email IS NULL")  # fmt: skip
    meant = "coalesce(user_id::text, email, folded)"
    stage.reject_repeated(field="name", code="colleague_twice", key=meant, number="NULL")
    if task.mode == "update":
        stage.reject_absent(field="name", found="user_id", value="name", number="NULL")


def _gather_colleagues(stage: Stage) -> None:
    """``colleagues``: everybody in the house with his name folded, whether or not he may sign in."""
    rows = User.objects.values_list("pk", "name")
    frame = pd.DataFrame([(pk, fold_text(name)) for pk, name in rows], columns=["id", "folded"], dtype=object)
    run_sql("DROP TABLE IF EXISTS pg_temp.colleagues")
    run_sql("CREATE TEMP TABLE colleagues (id bigint, folded text) ON COMMIT DROP")
    copy_frame("colleagues", frame)


_CHANGES = {
    "team_id": "coalesce(f.team_id, t.team_id)",
    "job_title": "coalesce(n.job_title, t.job_title)",
    "phone": "coalesce(n.phone, t.phone)",
    "email": f"CASE WHEN t.email LIKE '%@{NO_ADDRESS}' THEN coalesce(n.email, t.email) ELSE t.email END",
}


def write_teams(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next colleagues behind record ``after`` with teams and managers; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    _make_teams(stage, scope, task)
    changed = 0
    if task.mode != "create":
        changed = change_differing(
            COLLEAGUE_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            source=f"{stage.records} n LEFT JOIN known_teams f ON f.key = n.team_key",
            where=f"{scope} AND t.id = n.user_id",
        )
    manages = f"EXISTS (SELECT FROM {stage.records} m WHERE m.manager_key IN (n.folded, n.email))"
    new = f"""SELECT n.id, n.name, n.folded, n.email, coalesce(n.job_title, ''), coalesce(n.phone, ''), f.team_id
              FROM {stage.records} n LEFT JOIN known_teams f ON f.key = n.team_key
              WHERE {scope} AND n.user_id IS NULL AND"""  # noqa: S608
    created = _make_colleagues(task, f"{new} NOT {manages} ORDER BY n.id")
    created += _make_colleagues(task, f"{new} {manages} ORDER BY n.id", managers=True)
    _name_managers(stage, scope, task)
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _make_teams(stage: Stage, scope: str, task: WritingTask) -> None:
    """``known_teams``: the teams of the batch by folded name; those that are not here are made."""
    rows = _fetch_rows(f"""SELECT team_key, min(team) FROM {stage.records} n
                           WHERE {scope} AND team_key IS NOT NULL GROUP BY 1""")  # noqa: S608
    wanted = {str(key): str(name) for key, name in rows}
    known = {fold_text(name): pk for pk, name in Team.objects.values_list("pk", "name")}
    for key in sorted(wanted.keys() - known.keys()):
        team = Team.objects.create(name=wanted[key])
        note_made(TEAM_TABLE, import_id=task.import_id, where=f"t.id = {team.pk}")
        known[key] = team.pk
    run_sql("DROP TABLE IF EXISTS pg_temp.known_teams")
    run_sql("CREATE TEMP TABLE known_teams (key text, team_id bigint) ON COMMIT DROP")
    frame = pd.DataFrame([(key, known[key]) for key in wanted], columns=["key", "team_id"], dtype=object)
    copy_frame("known_teams", frame)


def _make_colleagues(task: WritingTask, sql: str, *, managers: bool = False) -> int:
    """Colleagues who may not sign in, of the rows of ``sql``: place, name, folded, e-mail, title, phone, team."""
    role, made = Role.MANAGER if managers else Role.REP, 0
    for _place, name, folded, email, title, phone, team_id in _fetch_rows(sql):
        address = email or _make_address(folded)
        if User.objects.filter(email__iexact=address).exists():
            continue
        user = User.objects.create(
            email=address,
            name=name,
            job_title=title,
            phone=phone,
            role=role,
            team_id=team_id,
            is_active=False,
            password=make_password(None),
        )
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
        note_made(COLLEAGUE_TABLE, import_id=task.import_id, where=f"t.id = {user.pk}")
        made += 1
    return made


def _make_address(folded: str) -> str:
    """An address that says whose it is and reaches nobody."""
    digest = hashlib.sha256(folded.encode()).hexdigest()[:8]
    letters = re.sub(r"[^a-z0-9]+", ".", folded).strip(".")[:100]
    address = f"{letters or digest}@{NO_ADDRESS}"
    return f"{letters}.{digest}@{NO_ADDRESS}" if User.objects.filter(email=address).exists() else address


def _name_managers(stage: Stage, scope: str, task: WritingTask) -> None:
    """Whoever the batch names as manager leads the team of those he manages; one who is not here is made."""
    _gather_colleagues(stage)
    named = f"""SELECT n.manager_key AS key, min(n.manager) AS name, min(f.team_id) AS team_id, min(n.id) AS id
                FROM {stage.records} n JOIN known_teams f ON f.key = n.team_key
                WHERE {scope} AND n.manager_key IS NOT NULL GROUP BY 1"""  # noqa: S608
    found = "(c.folded = m.key OR u.email_key = m.key)"
    people = "colleagues c JOIN (SELECT id, lower(email) AS email_key FROM core_user) u ON u.id = c.id"
    _make_colleagues(
        task,
        f"""SELECT m.id, split_part(m.name, '@', 1), m.key,
                CASE WHEN m.key LIKE '%@%' THEN m.key END, '', '', m.team_id FROM ({named}) m
            WHERE NOT EXISTS (SELECT FROM {people} WHERE {found}) ORDER BY m.id""",  # noqa: S608
        managers=True,
    )
    _gather_colleagues(stage)
    insert_remembered(
        LEAD_TABLE,
        f"""INSERT INTO core_team_managers AS t (team_id, user_id)
            SELECT f.team_id, min(c.id) FROM (
                SELECT DISTINCT n.manager_key AS key, n.team_key FROM {stage.records} n WHERE {scope}) m
            JOIN known_teams f ON f.key = m.team_key JOIN {people} ON {found}
            GROUP BY f.team_id, m.key HAVING count(*) = 1
            ON CONFLICT (team_id, user_id) DO NOTHING""",  # noqa: S608
        import_id=task.import_id,
    )


def _fetch_rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


TEAM_TABLE = WrittenTable("team", Team, columns=("name",), label=_("team"), name_sql="t.name")
COLLEAGUE_TABLE = WrittenTable(
    "colleague",
    User,
    columns=("email", "name", "job_title", "phone", "team_id"),
    label=_("colleague"),
    name_sql="t.name",
)
LEAD_TABLE = WrittenTable(
    "lead",
    Team.managers.through,
    columns=("team_id", "user_id"),
    label=_("manager of a team"),
    name_sql="(SELECT u.name FROM core_user u WHERE u.id = t.user_id)",
)
KIND = ImportKind(
    name=TEAMS,
    label=_("sales teams"),
    labels={
        "name": _("Colleague"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "job_title": _("Job title"),
        "manager": _("Manager"),
        "team": _("Team"),
    },
    fields=TEAM_FIELDS,
    required=REQUIRED,
    stage_columns=STAGE_COLUMNS,
    shape=shape_teams,
    check=check_teams,
    write=write_teams,
    tables=(TEAM_TABLE, COLLEAGUE_TABLE, LEAD_TABLE),
    keys=(("email", _("e-mail, else the name")),),
    permission="core.manage_users",
    problems={
        "two_colleagues": _("two colleagues are called “%(value)s”: give the e-mail"),
        "colleague_twice": _("the same colleague stands in row %(value)s"),
    },
)
