"""People from a file or vCards: known by e-mail at their customer, else by name.

The same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from customers.customer_import import POINT_TABLE
from customers.import_kinds import ImportKind, WritingTask
from customers.import_relating import RELATION_COLUMNS, find_related_customers, shape_relation
from customers.import_remembering import STAMPED, WrittenTable, change_differing, insert_remembered
from customers.import_staging import Stage, fetch_row, run_sql
from customers.models import Person
from customers.person_moving import tell_return, tell_vacancy
from customers.rules.contact_point_reading import normalise_phone
from customers.rules.import_columns import PEOPLE, PERSON_FIELDS, REQUIRED

BATCH = 50_000
STAGE_COLUMNS = {
    **RELATION_COLUMNS,
    "name": "text",
    "folded": "text",
    "job_title": "text",
    "influence": "text",
    "language": "text",
    "email": "text",
    "phone": "text",
    "phone_normal": "text",
    "mobile": "text",
    "mobile_normal": "text",
    "left_on": "date",
}
_CHANGES = {
    "name": "coalesce(n.name, t.name)",
    "name_folded": "coalesce(n.folded, t.name_folded)",
    "job_title": "coalesce(n.job_title, t.job_title)",
    "influence": "coalesce(n.influence, t.influence)",
    "language": "coalesce(n.language, t.language)",
    "left_on": "coalesce(n.left_on, t.left_on)",
}
_POINTS = (("email", "email", "email"), ("phone", "phone", "phone_normal"), ("phone", "mobile", "mobile_normal"))


def shape_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: one name, folded; phones made comparable."""
    shaped = shape_relation(frame)
    empty = pd.Series(None, index=shaped.index, dtype=object)
    parts = [shaped.get(name, empty) for name in ("name", "first_name", "last_name")]
    shaped["name"] = [
        whole if not pd.isna(whole) else " ".join(part for part in (first, last) if not pd.isna(part))[:200]
        for whole, first, last in zip(*parts, strict=True)
    ]
    shaped["folded"] = [fold_text(name) for name in shaped["name"]]
    home = setting("company.country")
    for name in ("phone", "mobile"):
        if name in shaped:
            normal = {phone: normalise_phone(phone, country=home) for phone in shaped[name].dropna().unique()}
            shaped[f"{name}_normal"] = shaped[name].map(normal)
    if "left_on" in shaped:
        shaped["left_on"] = [None if pd.isna(read) else read.day.isoformat() for read in shaped["left_on"]]
    return shaped.drop(columns=["first_name", "last_name"], errors="ignore")


def check_people(stage: Stage, task: WritingTask) -> None:
    """Find customers and the people that are here, reject what the file holds twice."""
    find_related_customers(stage, task)
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN person_id bigint")
    if "email" in task.columns:
        _find_people(
            stage,
            "customers_contactpoint p",
            "p.customer_id = s.customer_id AND p.kind = 'email' AND p.value_normal = s.email"
            " AND p.person_id IS NOT NULL",
            "p.person_id",
        )
    if (task.options.get("key") or "email") != "email_only":
        _find_people(stage, "customers_person p", "p.customer_id = s.customer_id AND p.name_folded = s.folded", "p.id")
    meant = "customer_id, coalesce(person_id::text, email, folded)"
    stage.reject_repeated(field="name", code="person_twice", key=meant, number="NULL")
    if task.mode == "update":
        stage.reject_absent(field="name", found="person_id", value="name", number="NULL")


def _find_people(stage: Stage, source: str, condition: str, found: str) -> None:
    run_sql(f"""
        UPDATE {stage.lines} l SET person_id = f.id FROM (
            SELECT s.row, min({found}) AS id FROM {stage.lines} s JOIN {source} ON {condition}
            WHERE s.person_id IS NULL GROUP BY 1 HAVING count(DISTINCT {found}) = 1) f WHERE f.row = l.row""")  # noqa: S608


def write_people(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` people behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    started = fetch_row("SELECT clock_timestamp()")[0]
    total, here = fetch_row(f"SELECT count(*), count(person_id) FROM {stage.records} n WHERE {scope}")  # noqa: S608
    changed = 0
    if here and task.mode != "create":
        leavers = _find_leavers(stage, scope) if "left_on" in task.columns else []
        changed = change_differing(
            PERSON_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            stamp=STAMPED,
            source=f"{stage.records} n",
            where=f"{scope} AND t.id = n.person_id",
            params=[task.options.get("by_id")],
        )
        for person in Person.objects.filter(pk__in=leavers, left_on__isnull=False).select_related("customer"):
            tell_vacancy(person, on=person.left_on, at=task.at, by=task.by)  # type: ignore[arg-type]
    created = _create_people(stage, scope, task) if here < total else 0
    changed += _write_points(stage, scope, task, started)
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _find_leavers(stage: Stage, scope: str) -> list[int]:
    """Who was here until now and has a day of leaving in the file. Who comes in as gone long ago leaves no empty post
    that we knew of."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT t.id FROM {stage.records} n JOIN customers_person t ON t.id = n.person_id
            WHERE {scope} AND n.left_on IS NOT NULL AND t.left_on IS NULL ORDER BY t.id""")  # noqa: S608
        return [pk for (pk,) in cursor.fetchall()]


def _tell_returns(ids: Sequence[int], at: datetime, by: User | None) -> None:
    """Whoever is back by an undo leaves no empty post to fill."""
    for person in Person.objects.filter(pk__in=ids, left_on__isnull=True).select_related("customer"):
        tell_return(person, at=at, by=by)


def _create_people(stage: Stage, scope: str, task: WritingTask) -> int:
    """New people; their ids are taken beforehand, so that their contact points find them."""
    run_sql(f"""UPDATE {stage.records} n SET person_id = -nextval(pg_get_serial_sequence('customers_person', 'id'))
                WHERE {scope} AND n.person_id IS NULL""")  # noqa: S608
    return insert_remembered(
        PERSON_TABLE,
        f"""INSERT INTO customers_person AS t (id, customer_id, name, name_folded, job_title, influence, language,
                left_on, created_by_id)
            SELECT -n.person_id, n.customer_id, n.name, n.folded, coalesce(n.job_title, ''), coalesce(n.influence, ''),
                coalesce(n.language, ''), n.left_on, %s
            FROM {stage.records} n WHERE {scope} AND n.person_id < 0 ORDER BY n.id""",  # noqa: S608
        [task.options.get("by_id")],
        import_id=task.import_id,
    )


def _write_points(stage: Stage, scope: str, task: WritingTask, started: datetime) -> int:
    """Add addresses and phones that are not there yet; how many people got nothing but that."""
    sources = [
        f"SELECT customer_id, abs(person_id) AS person_id, '{kind}' AS kind, {name} AS value, {normal} AS normal"  # noqa: S608
        f" FROM {stage.records} n WHERE {scope} AND {name} IS NOT NULL"
        + (" AND n.person_id < 0" if task.mode == "create" else "")
        for kind, name, normal in _POINTS
        if name in task.columns
    ]
    if not sources:
        return 0
    return int(
        fetch_row(
            f"""WITH added AS (
                    INSERT INTO customers_contactpoint AS t (customer_id, person_id, kind, value, value_normal)
                    SELECT * FROM ({" UNION ALL ".join(sources)}) p
                    ON CONFLICT (customer_id, person_id, kind, value_normal) DO NOTHING
                    RETURNING t.person_id, t.id, {POINT_TABLE.mark_sql("t")} AS mark),
                noted AS (
                    INSERT INTO customers_importchange (data_import_id, what, row_id, mark)
                    SELECT {int(task.import_id)}, '{POINT_TABLE.key}', id, mark FROM added),
                touched AS (
                    UPDATE customers_person p SET changed_at = statement_timestamp() FROM added a
                    WHERE p.id = a.person_id AND p.changed_at < %s RETURNING p.id)
                SELECT count(DISTINCT id) FROM touched""",  # noqa: S608
            [started],
        )[0]
    )


PERSON_TABLE = WrittenTable(
    "person",
    Person,
    columns=("customer_id", "name", "name_folded", "job_title", "influence", "language", "left_on"),
    label=_("person"),
    name_sql="t.name",
    tell_restored=_tell_returns,
)
KIND = ImportKind(
    name=PEOPLE,
    label=_("people"),
    labels={
        "customer_number": _("Customer number"),
        "customer_name": _("Customer name"),
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "job_title": _("Job title"),
        "influence": _("Influence"),
        "language": _("Language"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "mobile": _("Mobile"),
        "left_on": _("Left on"),
    },
    fields=PERSON_FIELDS,
    required=REQUIRED[PEOPLE],
    stage_columns=STAGE_COLUMNS,
    shape=shape_people,
    check=check_people,
    write=write_people,
    tables=(PERSON_TABLE, POINT_TABLE),
    keys=(("email", _("e-mail, else the name")), ("email_only", _("e-mail alone"))),
    seen_at=("home:person-list", ""),
)
