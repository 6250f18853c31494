"""Customers from a file into the database: by number, in one set-based pass; the same file again changes nothing.

A cell that is empty leaves what is known; a column that is not mapped is not touched.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd

from crm.core.models import User
from crm.core.models.business_setting import setting
from crm.core.text_folding import fold_text
from customers.import_staging import Stage, fetch_row, one_writer, run_sql
from customers.models import Customer
from customers.order_import import visible_ids
from customers.rules.contact_point_reading import normalise_phone

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
}
BATCH = 50_000


def shape_customers(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: names folded, phones made comparable, a number made of the name."""
    shaped = frame.rename(columns={"owner_email": "owner_id", "team": "team_id"})
    trading = shaped["trading_name"] if "trading_name" in shaped else pd.Series("", index=shaped.index, dtype=object)
    shaped["folded"] = [
        fold_text(f"{name} {'' if pd.isna(other) else other}")
        for name, other in zip(shaped["name"], trading, strict=True)
    ]
    if "since" in shaped:
        shaped["since"] = [None if pd.isna(read) else read.day.isoformat() for read in shaped["since"]]
    if "phone" in shaped:
        shaped["phone_normal"] = _normalise_phones(shaped)
    return shaped


def _normalise_phones(shaped: pd.DataFrame) -> list[str | None]:
    """Each number read by its customer's country, without one by the company's; every spelling once."""
    home = pd.Series(setting("company.country"), index=shaped.index)
    countries = shaped["country"].fillna(home) if "country" in shaped else home
    read = cache(normalise_phone)
    return [
        None if pd.isna(phone) else read(phone, country=country)
        for phone, country in zip(shaped["phone"], countries, strict=True)
    ]


def prepare_customers(
    stage: Stage, *, columns: Mapping[str, str], options: Mapping[str, Any], by: User | None
) -> dict[str, int]:
    """Number the staged rows, reject repeated and foreign ones. Returns how many wait in ``records``."""
    with one_writer():
        run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
        run_sql(f"""
            CREATE UNLOGGED TABLE {stage.lines} AS
            SELECT s.*, coalesce(s.number, c.number, 'N-' || upper(substr(md5(s.folded), 1, 10))) AS known
            FROM {stage.rows} s LEFT JOIN (
                SELECT name_folded, min(number) AS number FROM customers_customer
                WHERE name_folded IN (SELECT folded FROM {stage.rows} WHERE number IS NULL)
                GROUP BY 1 HAVING count(*) = 1) c ON s.number IS NULL AND c.name_folded = s.folded""")  # noqa: S608
        code = "CASE WHEN number IS NULL THEN 'name_twice' ELSE 'customer_twice' END"
        field = "CASE WHEN number IS NULL THEN 'name' ELSE 'number' END"
        stage.reject(f"""
            SELECT row, {field}, {code}, first_row::text, number FROM (
                SELECT row, number, first_value(row) OVER (PARTITION BY known ORDER BY row) AS first_row
                FROM {stage.lines}) l WHERE row <> first_row""")  # noqa: S608
        if by is not None and (seen := visible_ids(by)) is not None:
            sql, params = seen
            stage.reject(
                f"""SELECT l.row, 'number', 'customer_not_yours', l.known, l.number
                    FROM {stage.lines} l JOIN customers_customer c ON c.number = l.known
                    WHERE c.id NOT IN ({sql})""",  # noqa: S608
                params,
            )
        run_sql(f"DROP TABLE IF EXISTS {stage.records}")
        run_sql(f"""CREATE UNLOGGED TABLE {stage.records} AS
                    SELECT row_number() OVER (ORDER BY row) AS id, * FROM {stage.lines} ORDER BY row""")  # noqa: S608
        run_sql(f"ALTER TABLE {stage.records} ADD PRIMARY KEY (id)")
        run_sql(f"ANALYZE {stage.records}")
        records = fetch_row(f"SELECT count(*) FROM {stage.records}")[0]  # noqa: S608
    return {"records": records}


def write_customers(
    stage: Stage,
    *,
    after: int,
    import_id: int,
    columns: Mapping[str, str],
    options: Mapping[str, Any],
    batch: int = BATCH,
) -> dict[str, int]:
    """Write the next ``batch`` customers behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    started = fetch_row("SELECT clock_timestamp()")[0]
    changed = _change_customers(stage, scope, columns, options)
    created = _create_customers(stage, scope, options)
    changed += _write_contact_points(stage, scope, columns, started)
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _change_customers(stage: Stage, scope: str, columns: Mapping[str, str], options: Mapping[str, Any]) -> int:
    changes = {name: f"coalesce(n.{name}, c.{name})" for name in PLAIN_FIELDS if name in columns}
    if "owner_email" in columns:
        changes["owner_id"] = "coalesce(n.owner_id, c.owner_id)"
    if "team" in columns:
        changes["team_id"] = "coalesce(n.team_id, c.team_id)"
    if "trading_name" in columns:
        changes["name_folded"] = "CASE WHEN n.trading_name IS NULL THEN c.name_folded ELSE n.folded END"
    else:
        changes["name_folded"] = "CASE WHEN c.trading_name = '' THEN n.folded ELSE c.name_folded END"
    kept = ", ".join(f"c.{name}" for name in changes)
    return run_sql(
        f"""UPDATE customers_customer c SET {", ".join(f"{name} = {value}" for name, value in changes.items())},
                changed_at = statement_timestamp(), changed_by_id = %s, edit_version = c.edit_version + 1
            FROM {stage.records} n WHERE {scope} AND c.number = n.known
            AND ({kept}) IS DISTINCT FROM ({", ".join(changes.values())})""",  # noqa: S608
        [options.get("by_id")],
    )


def _create_customers(stage: Stage, scope: str, options: Mapping[str, Any]) -> int:
    texts = [name for name in PLAIN_FIELDS if name not in {"name", "kind", "since", "source"}]
    return run_sql(
        f"""INSERT INTO customers_customer (number, name, name_folded, kind, since, source, owner_id, team_id,
                created_by_id, {", ".join(texts)})
            SELECT n.known, n.name, n.folded, coalesce(n.kind, %s), n.since, coalesce(n.source, %s),
                coalesce(n.owner_id, %s), coalesce(n.team_id, %s), %s,
                {", ".join(f"coalesce(n.{name}, '')" for name in texts)}
            FROM {stage.records} n WHERE {scope}
            AND NOT EXISTS (SELECT FROM customers_customer c WHERE c.number = n.known)
            ORDER BY n.id ON CONFLICT (number) DO NOTHING""",  # noqa: S608
        [
            options.get("customer_kind", Customer.Kind.ORGANISATION),
            options.get("source", "")[:100],
            options.get("owner_id"),
            options.get("team_id"),
            options.get("by_id"),
        ],
    )


def _write_contact_points(stage: Stage, scope: str, columns: Mapping[str, str], started: datetime) -> int:
    """Add e-mail addresses and phones that are not there yet; none is taken away.

    How many customers, not written since ``started``, got nothing but that.
    """
    kinds = [("email", "email", "email"), ("phone", "phone", "phone_normal")]
    sources = [
        f"SELECT known, '{kind}' AS kind, {name} AS value, {normal} AS normal FROM {stage.records} n"  # noqa: S608
        f" WHERE {scope} AND {name} IS NOT NULL"
        for kind, name, normal in kinds
        if name in columns
    ]
    if not sources:
        return 0
    return int(
        fetch_row(
            f"""WITH added AS (
                    INSERT INTO customers_contactpoint (customer_id, kind, value, value_normal)
                    SELECT c.id, p.kind, p.value, p.normal FROM ({" UNION ALL ".join(sources)}) p
                    JOIN customers_customer c ON c.number = p.known
                    ON CONFLICT (customer_id, person_id, kind, value_normal) DO NOTHING RETURNING customer_id)
                SELECT count(DISTINCT a.customer_id) FROM added a JOIN customers_customer c ON c.id = a.customer_id
                WHERE c.changed_at < %s""",  # noqa: S608
            [started],
        )[0]
    )
