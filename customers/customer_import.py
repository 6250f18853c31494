"""Customers from a file into the database: by number, in one set-based pass; the same file again changes nothing.

A cell that is empty leaves what is known; a column that is not mapped is not touched.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import request_job
from crm.core.late_imports import pandas as pd
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text, fold_texts
from customers.contract_import import CONTRACT_TABLE, PROBLEMS, reject_contracts, shape_contracts, write_contracts
from customers.custom_field_import import VALUES_TABLE, gather_own_fields, write_own_fields
from customers.group_import import (
    GROUP_COLUMNS,
    GROUP_LABELS,
    GROUP_PROBLEMS,
    check_groups,
    head_sql,
    make_group_records,
    move_members_along,
    names_groups,
    settle_groups,
)
from customers.import_batches import NoLease
from customers.import_inserting import NOTE_WORDS
from customers.import_key_noting import note_written
from customers.import_kinds import ImportKind, WritingTask
from customers.import_parsing import as_objects
from customers.import_relating import follow_merged, follow_merged_since_check
from customers.import_remembering import STAMPED, WrittenTable, change_differing, insert_remembered
from customers.import_staging import Stage, fetch_row, one_writer, run_sql, visible_ids
from customers.models import ContactPoint, Customer, ImportChange
from customers.rules.contact_point_reading import normalise_phone
from customers.rules.import_columns import CUSTOMER_FIELDS, CUSTOMERS, REQUIRED

KEYS_JOB = "import-keys"
KEPT_AT_ONCE = 5_000  # rows written: a tenth of a millisecond each
PLAIN_FIELDS = (
    "name",
    "trading_name",
    "kind",
    "street",
    "postcode",
    "city",
    "country",
    "language",
    "industry",
    "tax_id",
    "domain",
    "source",
    "lawful_basis",
    "since",
)
STAGE_COLUMNS = {
    "number": "text",
    "folded": "text",
    **dict.fromkeys(PLAIN_FIELDS, "text"),
    "since": "date",
    "email": "text",
    "phone": "text",
    "phone_normal": "text",
    "owner_id": "bigint",
    "team_id": "bigint",
    "relation": "text",
    "renews_on": "date",
    "renewal_months": "numeric",
    "custom": "jsonb",
    **GROUP_COLUMNS,
}
BATCH = 50_000


def shape_customers(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: names folded, phones made comparable, a number made of the name."""
    shaped = frame.rename(columns={"owner_email": "owner_id", "team": "team_id"})
    if "name" not in shaped:  # rows that only change customers known by something else
        shaped["name"] = None
    if "trading_name" in shaped:
        names = [
            f"{name} {'' if pd.isna(other) else other}"
            for name, other in zip(shaped["name"], shaped["trading_name"], strict=True)
        ]
    else:
        names = [name or "" for name in shaped["name"].tolist()]
    shaped["folded"] = as_objects(fold_texts(names))
    _shape_groups(shaped)
    if "since" in shaped:
        shaped["since"] = [None if pd.isna(read) else read.day.isoformat() for read in shaped["since"]]
    if "phone" in shaped:
        shaped["phone_normal"] = _normalise_phones(shaped)
    return gather_own_fields(shape_contracts(shaped))


def _shape_groups(shaped: pd.DataFrame) -> None:
    """The names by which the file tells under whom somebody stands, folded; a number may be one too."""
    told = [shaped[name] for name in ("parent_name", "parent_number") if name in shaped]
    if not told:
        return
    names = told[0] if len(told) == 1 else told[0].where(told[0].notna(), told[1])
    folded = {name: fold_text(name) for name in names.dropna().unique()}
    shaped["parent_folded"] = names.map(folded)
    if "trading_name" in shaped:
        shaped["plain_folded"] = fold_texts(shaped["name"].tolist())


def _normalise_phones(shaped: pd.DataFrame) -> list[str | None]:
    """Each number read by its customer's country, without one by the company's; every spelling once."""
    home = pd.Series(setting("company.country"), index=shaped.index)
    countries = shaped["country"].fillna(home) if "country" in shaped else home
    read = cache(normalise_phone)
    return [
        None if pd.isna(phone) else read(phone, country=country)
        for phone, country in zip(shaped["phone"], countries, strict=True)
    ]


def check_customers(stage: Stage, task: WritingTask) -> None:
    """Find the staged rows' customers by the chosen key; reject what is repeated or foreign."""
    are_merged = follow_merged(stage, number="number")
    key = str(task.options.get("key") or "number")
    _find_customers(stage, key=key)
    if are_merged or key != "number" or not task.numbers_differ:
        _reject_repeated(stage)
    if task.by is not None and (seen := visible_ids(task.by)) is not None:
        sql, params = seen
        stage.reject(
            f"""SELECT l.row, 'number', 'customer_not_yours', l.known, l.number
                FROM {stage.lines} l WHERE l.customer_id IS NOT NULL AND l.customer_id NOT IN ({sql})""",  # noqa: S608
            params,
        )
    _refuse_withdrawn_sources(stage, task)
    reject_contracts(stage, task)
    if task.mode == "update":
        stage.reject(f"""SELECT row, 'number', 'not_here', coalesce(number, name), number FROM {stage.lines}
                         WHERE customer_id IS NULL""")  # noqa: S608
    check_groups(stage, task)


def _reject_repeated(stage: Stage) -> None:
    # Two rows of different numbers are one customer where he is known by something else, or where one has gone into the
    # other: both are read by the number that stayed, which only one of them says.
    took_another_in = "EXISTS (SELECT FROM customers_customer g WHERE g.merged_into_id = l.customer_id)"
    code = f"""CASE WHEN l.number IS NULL THEN 'name_twice'
                    WHEN l.number = f.number AND NOT {took_another_in} THEN 'customer_twice'
                    ELSE 'customer_meant_twice' END"""
    field = "CASE WHEN l.number IS NULL THEN 'name' ELSE 'number' END"
    stage.reject(f"""
        SELECT l.row, {field}, {code}, f.row::text, l.number FROM {stage.lines} l
        JOIN (SELECT known, min(row) AS row FROM {stage.lines} GROUP BY known HAVING count(*) > 1) o
        ON o.known = l.known JOIN {stage.lines} f ON f.row = o.row WHERE l.row <> f.row""")  # noqa: S608


def prepare_customers(stage: Stage, task: WritingTask) -> dict[str, int]:
    """Check the staged rows; those that can be written wait in ``records``, up to which one."""
    with one_writer():
        check_customers(stage, task)
        if names_groups(task):
            return {"records": make_group_records(stage)}
        return {"records": stage.keep_as_records(told=("known", "customer_id"))}


def _refuse_withdrawn_sources(stage: Stage, task: WritingTask) -> None:
    """Nobody comes in by a source that was withdrawn (the file's name where a row tells none), nor is moved to one; who
    stands there already keeps his."""
    if not fetch_row("SELECT EXISTS (SELECT FROM customers_source WHERE withdrawn_at IS NOT NULL)")[0]:
        return
    stage.reject(
        f"""SELECT l.row, 'source', 'source_withdrawn', s.name || ', ' || s.withdrawn_reason, l.number
            FROM {stage.lines} l LEFT JOIN customers_customer c ON c.id = l.customer_id
            JOIN customers_source s ON s.withdrawn_at IS NOT NULL
                AND lower(s.name) = lower(trim(coalesce(l.source, CASE WHEN c.id IS NULL THEN %s END)))
            WHERE c.id IS NULL OR lower(c.source) <> lower(s.name)""",  # noqa: S608
        [str(task.options.get("source", ""))[:100]],
    )


def _find_customers(stage: Stage, *, key: str) -> None:
    """``lines``: the rows with ``customer_id`` (empty for new ones) and ``known``, the number they have or will get."""
    matches = {
        "name": ("name_folded", "folded", ""),
        "tax_id": ("tax_id", "tax_id", "AND tax_id <> ''"),
        "domain": ("domain", "domain", "AND domain <> ''"),
    }
    run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
    theirs, ours, condition = matches.get(key, matches["name"])
    # Without a number, or by another key: the one customer of that name, tax number or domain.
    alike = f"""SELECT {theirs} AS value, min(id) AS id FROM customers_customer
                WHERE {theirs} IN (SELECT {ours} FROM {stage.rows} {"WHERE number IS NULL" if key == "number" else ""})
                {condition} AND merged_into_id IS NULL GROUP BY 1 HAVING count(*) = 1"""  # noqa: S608
    by_number = "false" if key != "number" else "c.number = s.number"
    by_value = f"a.value = s.{ours}" + (" AND s.number IS NULL" if key == "number" else "")
    untold, here, last = fetch_row(f"""
        SELECT count(*) FILTER (WHERE s.number IS NULL), count(c.id), coalesce(max(s.row), 0)
        FROM {stage.rows} s LEFT JOIN customers_customer c ON c.number = s.number""")  # noqa: S608
    are_told = key == "number" and not untold
    before = stage.reserve_ids("customers_customer", rows=last) if are_told and not here else None
    if before is not None:  # all of them are new
        run_sql(f"""CREATE UNLOGGED TABLE {stage.lines} AS
                    SELECT *, NULL::bigint AS customer_id, row + {before} AS new_id, number AS known
                    FROM {stage.rows}""")  # noqa: S608
        return
    new_id = stage.new_id_sql("customers_customer", where="coalesce(c.id, a.id) IS NULL")
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.lines} AS
        SELECT s.*, coalesce(c.id, a.id) AS customer_id, {new_id} AS new_id,
               coalesce(s.number, 'N-' || upper(substr(md5(s.folded), 1, 10))) AS known
        FROM {stage.rows} s LEFT JOIN customers_customer c ON {by_number}
        LEFT JOIN ({alike}) a ON {by_value}""")  # noqa: S608
    if not are_told:
        run_sql(f"""UPDATE {stage.lines} l SET known = c.number FROM customers_customer c
                    WHERE l.customer_id = c.id AND l.known IS DISTINCT FROM c.number""")  # noqa: S608
        run_sql(f"""UPDATE {stage.lines} l SET customer_id = c.id FROM customers_customer c
                    WHERE l.customer_id IS NULL AND l.known = c.number""")  # noqa: S608


def write_customers(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` customers behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    started = fetch_row("SELECT clock_timestamp()")[0]
    total, here = fetch_row(f"SELECT count(*), count(customer_id) FROM {stage.records} n WHERE {scope}")  # noqa: S608
    follow_merged_since_check(stage, scope, import_id=task.import_id, is_row_his=True)
    changed = _change_customers(stage, scope, task) if here and task.mode != "create" else 0
    if changed:
        move_members_along(stage, scope, task, table=CUSTOMER_TABLE)
    created = _create_customers(stage, scope, task) if here < total else 0
    changed += write_own_fields(stage, scope, task, started)
    changed += write_contracts(stage, scope, task, started)
    changed += _write_contact_points(stage, scope, task, started)
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _change_customers(stage: Stage, scope: str, task: WritingTask) -> int:
    columns = task.columns
    changes = {name: f"coalesce(n.{name}, t.{name})" for name in PLAIN_FIELDS if name in columns}
    if "owner_email" in columns:
        changes["owner_id"] = "coalesce(n.owner_id, t.owner_id)"
    if "team" in columns:
        changes["team_id"] = "coalesce(n.team_id, t.team_id)"
    if not columns.keys().isdisjoint({"relation", "renews_on"}):
        changes["relation"] = "coalesce(n.relation, t.relation)"
    if names_groups(task):
        changes["parent_id"] = f"coalesce(nullif({head_sql(task)}, t.id), t.parent_id)"
    if "trading_name" in columns:
        changes["name_folded"] = "CASE WHEN n.trading_name IS NULL THEN t.name_folded ELSE n.folded END"
    else:
        changes["name_folded"] = (
            "CASE WHEN t.trading_name = '' THEN coalesce(n.folded, t.name_folded) ELSE t.name_folded END"
        )
    return change_differing(
        CUSTOMER_TABLE,
        import_id=task.import_id,
        changes=changes,
        stamp=STAMPED,
        source=f"{stage.records} n",
        where=f"{scope} AND t.id = n.customer_id",
        params=[task.options.get("by_id")],
    )


def _create_customers(stage: Stage, scope: str, task: WritingTask) -> int:
    texts = [name for name in PLAIN_FIELDS if name not in {"name", "kind", "since", "source"}]
    options = task.options
    return insert_remembered(
        CUSTOMER_TABLE,
        f"""INSERT INTO customers_customer AS t (id, number, name, name_folded, kind, since, source, owner_id, team_id,
                relation, created_by_id, parent_id, {", ".join(texts)})
            SELECT n.new_id, n.known, n.name, n.folded, coalesce(n.kind, %s), n.since, coalesce(n.source, %s),
                coalesce(n.owner_id, %s), coalesce(n.team_id, %s),
                coalesce(n.relation, '{Customer.Relation.ORDERS}'), %s, {head_sql(task)},
                {", ".join(f"coalesce(n.{name}, '')" for name in texts)}
            FROM {stage.records} n WHERE {scope} AND n.customer_id IS NULL
            ORDER BY n.id""",  # noqa: S608
        [
            options.get("customer_kind", Customer.Kind.ORGANISATION),
            options.get("source", "")[:100],
            options.get("owner_id"),
            options.get("team_id"),
            options.get("by_id"),
        ],
        import_id=task.import_id,
        once="number",
        done={NOTE_WORDS} if task.words_noted else (),
    )


def _write_contact_points(stage: Stage, scope: str, task: WritingTask, started: datetime) -> int:
    """Add e-mail addresses and phones that are not there yet; none is taken away.

    How many customers, not written since ``started``, got nothing but that.
    """
    kinds = [("email", "email", "email"), ("phone", "phone", "phone_normal")]
    sources = [
        f"SELECT known, '{kind}' AS kind, {name} AS value, {normal} AS normal FROM {stage.records} n"  # noqa: S608
        f" WHERE {scope} AND {name} IS NOT NULL" + (" AND n.customer_id IS NULL" if task.mode == "create" else "")
        for kind, name, normal in kinds
        if name in task.columns
    ]
    if not sources:
        return 0
    # Each customer is looked up by himself: of a table that grew while nobody learnt how far, the database would read
    # all rows with every batch.
    only = """(SELECT count(DISTINCT a.customer_id) FROM made a
               CROSS JOIN LATERAL (SELECT changed_at FROM customers_customer WHERE id = a.customer_id LIMIT 1) c
               WHERE c.changed_at < %s)"""
    # Many of them are there already: none is hoped to be new.
    return insert_remembered(
        POINT_TABLE,
        f"""INSERT INTO customers_contactpoint AS t (customer_id, kind, value, value_normal)
            SELECT c.id, p.kind, p.value, p.normal FROM ({" UNION ALL ".join(sources)}) p
            CROSS JOIN LATERAL (SELECT id FROM customers_customer WHERE number = p.known LIMIT 1) c
            ON CONFLICT (customer_id, person_id, kind, value_normal) DO NOTHING""",  # noqa: S608
        [started],
        import_id=task.import_id,
        returning={"customer_id": "t.customer_id"},
        tell=only,
    )


def keep_keys_of_written(stage: Stage, task: WritingTask) -> None:
    """By what those of a small file are found, at once; those of a larger one minutes after its report."""
    if ImportChange.objects.filter(data_import=task.import_id)[: KEPT_AT_ONCE + 1].count() <= KEPT_AT_ONCE:
        note_written(task.import_id, lease=NoLease())
    else:
        request_job(KEYS_JOB, key=str(task.import_id), due_at=task.at)


CUSTOMER_TABLE = WrittenTable(
    "customer",
    Customer,
    columns=(*PLAIN_FIELDS, "name_folded", "number", "owner_id", "team_id", "relation", "parent_id"),
    label=_("customer"),
    name_sql="t.number || ' ' || t.name",
    unmarked=frozenset({"name_folded"}),
    added=frozenset({"parent_id"}),
    tell_restored=settle_groups,
)
POINT_TABLE = WrittenTable(
    "point",
    ContactPoint,
    columns=("kind", "value", "value_normal", "customer_id", "person_id", "is_valid", "proven_on"),
    label=_("e-mail or phone"),
    name_sql="t.value",
)
LABELS = {
    "number": _("Customer number"),
    "name": _("Name"),
    "trading_name": _("Trading name"),
    "kind": _("Organisation or person"),
    "street": _("Street"),
    "postcode": _("Postcode"),
    "city": _("City"),
    "country": _("Country"),
    "language": _("Language"),
    "industry": _("Industry"),
    "tax_id": _("Tax number"),
    "domain": _("Web domain"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "owner_email": _("Owner’s e-mail"),
    "team": _("Team"),
    "source": _("Where it came from"),
    "lawful_basis": _("Lawful basis"),
    "since": _("Customer since"),
    "relation": _("Buys by orders or contract"),
    "renews_on": _("Contract: next renewal"),
    "renewal_months": _("Contract: months between renewals"),
    **GROUP_LABELS,
}
KIND = ImportKind(
    name=CUSTOMERS,
    label=_("customers"),
    labels=LABELS,
    fields=CUSTOMER_FIELDS,
    required=REQUIRED[CUSTOMERS],
    stage_columns=STAGE_COLUMNS,
    shape=shape_customers,
    check=check_customers,
    prepare=prepare_customers,
    write=write_customers,
    tables=(CUSTOMER_TABLE, VALUES_TABLE, CONTRACT_TABLE, POINT_TABLE),
    problems={**PROBLEMS, **GROUP_PROBLEMS},
    keys=(
        ("number", _("customer number, else the name")),
        ("name", _("name")),
        ("tax_id", _("tax number")),
        ("domain", _("web domain")),
    ),
    makes_customers=True,
    in_pairs=True,
    finish=keep_keys_of_written,
    names="folded",
    seen_at=("home:customer-list", ""),
)
