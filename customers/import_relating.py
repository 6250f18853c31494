"""Whose row it is: staged rows that name a customer by number or by name, and a person by e-mail or name."""

from __future__ import annotations

from crm.core.late_imports import pandas as pd
from crm.core.text_folding import fold_text
from customers.import_kinds import WritingTask
from customers.import_staging import Stage, fetch_row, run_sql, visible_ids

RELATION_COLUMNS = {"customer": "text", "customer_name": "text", "customer_folded": "text"}


def shape_relation(frame: pd.DataFrame) -> pd.DataFrame:
    """``customer`` (number) and the folded name of parsed rows."""
    shaped = frame.rename(columns={"customer_number": "customer"})
    if "customer_name" in shaped:
        folded = {name: fold_text(name) for name in shaped["customer_name"].dropna().unique()}
        shaped["customer_folded"] = shaped["customer_name"].map(folded)
    return shaped


def follow_merged(stage: Stage, *, number: str = "customer") -> bool:
    """Staged rows that name, by number or by name, a customer who has gone into another: the other; whether there are
    such customers at all."""
    merged = "customers_customer g JOIN customers_customer k ON k.id = g.merged_into_id"
    if not fetch_row("SELECT EXISTS (SELECT FROM customers_customer WHERE merged_into_id IS NOT NULL)")[0]:
        return False
    run_sql(f"UPDATE {stage.rows} s SET {number} = k.number FROM {merged} WHERE g.number = s.{number}")  # noqa: S608
    folded = "folded" if number == "number" else "customer_folded"
    columns = fetch_row(
        "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
        (stage.rows, folded),
    )
    if columns[0]:
        run_sql(f"""
            UPDATE {stage.rows} s SET {number} = k.number FROM {merged}
            WHERE s.{number} IS NULL AND g.name_folded = s.{folded} AND NOT EXISTS (
                SELECT FROM customers_customer c WHERE c.name_folded = g.name_folded AND c.merged_into_id IS NULL)""")  # noqa: S608
    return True


def follow_merged_since_check(stage: Stage, scope: str, *, import_id: int, is_row_his: bool = False) -> None:
    """Records of a customer who has gone into another since they were checked are that other's.

    Where a row is the customer himself (``is_row_his``), not if the other has one too.
    """
    (are_merged,) = fetch_row(
        """SELECT EXISTS (SELECT FROM customers_customermerge m JOIN customers_dataimport d ON d.id = %s
                          WHERE m.merged_at >= d.created_at AND m.undone_at IS NULL)""",
        [import_id],
    )
    if not are_merged:
        return
    alone = f"AND NOT EXISTS (SELECT FROM {stage.records} o WHERE o.customer_id = k.id)"
    run_sql(f"""
        UPDATE {stage.records} n SET customer_id = k.id{", known = k.number" if is_row_his else ""}
        FROM customers_customer g JOIN customers_customer k ON k.id = g.merged_into_id
        WHERE {scope} AND g.id = n.customer_id {alone if is_row_his else ""}""")  # noqa: S608


def find_related_customers(stage: Stage, task: WritingTask) -> None:
    """``lines``: the rows with their ``customer_id``; rows of unknown, doubtful or foreign customers are rejected.

    The number decides; without one, or with one that nobody has, the one customer of that name.
    """
    follow_merged(stage)
    run_sql(f"DROP TABLE IF EXISTS {stage.lines}")
    run_sql(f"""
        CREATE UNLOGGED TABLE {stage.lines} AS
        SELECT s.*, coalesce(c.id, CASE WHEN a.count = 1 THEN a.id END) AS customer_id, coalesce(a.count, 0) AS alike
        FROM {stage.rows} s LEFT JOIN customers_customer c ON c.number = s.customer
        LEFT JOIN (SELECT name_folded, min(id) AS id, count(*) AS count FROM customers_customer
                   WHERE name_folded IN (SELECT customer_folded FROM {stage.rows}) AND merged_into_id IS NULL
                   GROUP BY 1) a
        ON c.id IS NULL AND a.name_folded = s.customer_folded""")  # noqa: S608
    named = "CASE WHEN customer IS NULL THEN 'customer_name' ELSE 'customer_number' END"
    stage.reject(f"""
        SELECT row, {named}, CASE WHEN alike > 1 THEN 'two_of_that_name' ELSE 'no_such_customer' END,
               coalesce(customer_name, customer), NULL
        FROM {stage.lines} WHERE customer_id IS NULL""")  # noqa: S608
    if task.by is not None and (seen := visible_ids(task.by)) is not None:
        sql, params = seen
        stage.reject(
            f"""SELECT row, {named}, 'customer_not_yours', coalesce(customer, customer_name), NULL
                FROM {stage.lines} WHERE customer_id NOT IN ({sql})""",  # noqa: S608
            params,
        )


def find_related_people(stage: Stage) -> None:
    """Give ``lines`` a ``person_id`` where one person of the customer has the e-mail or the name that a row tells."""
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN person_id bigint")
    run_sql(f"""
        UPDATE {stage.lines} l SET person_id = p.id FROM (
            SELECT s.row, min(p.id) AS id FROM {stage.lines} s
            JOIN customers_person p ON p.customer_id = s.customer_id AND p.name_folded = s.person_folded
            GROUP BY 1 HAVING count(*) = 1) p WHERE p.row = l.row""")  # noqa: S608
    run_sql(f"""
        UPDATE {stage.lines} l SET person_id = p.id FROM (
            SELECT s.row, min(c.person_id) AS id FROM {stage.lines} s
            JOIN customers_contactpoint c ON c.customer_id = s.customer_id AND c.value_normal = s.person_email
            WHERE c.person_id IS NOT NULL GROUP BY 1 HAVING count(DISTINCT c.person_id) = 1) p
        WHERE p.row = l.row""")  # noqa: S608
