"""Contracts from the file of customers: who buys by one, when it is renewed next, and how often.

A file knows the day of the renewal, hardly ever the day it all began: a contract that is not here begins one period
before that day, one that is here keeps its beginning as far as the day allows.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from crm.core.local_time import company_day
from customers.import_kinds import WritingTask
from customers.import_remembering import WrittenTable, change_remembered, insert_remembered
from customers.import_staging import Stage, fetch_row
from customers.models import Contract, Customer

YEARLY = 12
LONGEST = 120

CONTRACT_TABLE = WrittenTable(
    "contract",
    Contract,
    columns=("customer_id", "started_on", "period_months", "ended_on"),
    label=_("contract"),
    name_sql="(SELECT c.number || ' ' || c.name FROM customers_customer c WHERE c.id = t.customer_id)",
)
PROBLEMS = {
    "renewal_without_contract": _("“%(value)s” is a renewal, and the row says that there is no contract"),
    "renewal_of_ended": _("“%(value)s” lies behind the end of the contract that is here"),
    "renewal_far": _("“%(value)s” is further away than one period: give the months from one renewal to the next"),
    "no_months": _("“%(value)s” is no number of months between 1 and 120"),
}


def shape_contracts(shaped: pd.DataFrame) -> pd.DataFrame:
    """Renewals as days of the stage; whoever has one, and about whom the row says nothing else, has a contract."""
    if "renews_on" not in shaped:
        return shaped
    shaped["renews_on"] = [None if pd.isna(read) else read.day.isoformat() for read in shaped["renews_on"]]
    said = shaped["relation"] if "relation" in shaped else pd.Series(None, index=shaped.index, dtype=object)
    shaped["relation"] = [
        (Customer.Relation.CONTRACT.value if day else None) if pd.isna(word) else word
        for word, day in zip(said, shaped["renews_on"], strict=True)
    ]
    return shaped


def reject_contracts(stage: Stage, task: WritingTask) -> None:
    """Reject the staged rows whose renewal cannot be."""
    if "renewal_months" in task.columns:
        stage.reject(f"""SELECT row, 'renewal_months', 'no_months', renewal_months::text, number FROM {stage.lines}
                         WHERE NOT renewal_months BETWEEN 1 AND {LONGEST}
                         OR renewal_months <> trunc(renewal_months)""")  # noqa: S608
    if "renews_on" not in task.columns:
        return
    stage.reject(f"""SELECT row, 'renews_on', 'renewal_without_contract', renews_on::text, number FROM {stage.lines}
                     WHERE renews_on IS NOT NULL AND relation <> '{Customer.Relation.CONTRACT}'""")  # noqa: S608
    stage.reject(f"""SELECT l.row, 'renews_on', 'renewal_of_ended', l.renews_on::text, l.number FROM {stage.lines} l
                     JOIN customers_contract k ON k.customer_id = l.customer_id
                     WHERE k.ended_on <= l.renews_on""")  # noqa: S608
    stage.reject(
        f"""SELECT l.row, 'renews_on', 'renewal_far', l.renews_on::text, l.number FROM {stage.lines} l
            LEFT JOIN customers_contract k ON k.customer_id = l.customer_id
            WHERE {_day_before("l.renews_on", f"coalesce({_months(task, 'l')}, k.period_months, {YEARLY})")} > %s""",  # noqa: S608
        [company_day(task.at)],
    )


def _months(task: WritingTask, alias: str) -> str:
    return f"{alias}.renewal_months::int" if "renewal_months" in task.columns else "NULL::int"


def _day_before(day: str, months: str) -> str:
    return f"({day} - make_interval(months => {months}))::date"


def write_contracts(stage: Stage, scope: str, task: WritingTask, started: datetime) -> int:
    """Write the contracts of the records in ``scope``; a cell that is empty leaves what is known.

    How many customers, not written since ``started``, got nothing but that.
    """
    if "renews_on" not in task.columns:
        return 0
    scope += " AND n.renews_on IS NOT NULL" + (" AND n.customer_id IS NULL" if task.mode == "create" else "")
    source = f"{stage.records} n JOIN customers_customer c ON c.number = n.known"
    months = f"coalesce({_months(task, 'n')}, t.period_months)"
    # So many periods lie between the beginning that is known and the renewal, to the nearest.
    between = "(extract(year FROM n.renews_on) - extract(year FROM t.started_on)) * 12"
    between += " + extract(month FROM n.renews_on) - extract(month FROM t.started_on)"
    reach = f"greatest(1, round(({between}) / {months}))::int * {months}"
    fits = f"(t.started_on + make_interval(months => {reach}))::date = n.renews_on"
    began = f"CASE WHEN {fits} THEN t.started_on ELSE {_day_before('n.renews_on', reach)} END"
    where = f"{scope} AND t.customer_id = c.id AND t.ended_on IS NULL"
    where += f" AND (t.started_on, t.period_months) IS DISTINCT FROM ({began}, {months})"
    only = fetch_row(
        f"SELECT count(*) FROM customers_contract t, {source} WHERE {where} AND c.changed_at < %s",  # noqa: S608
        [started],
    )[0]
    change_remembered(
        CONTRACT_TABLE,
        import_id=task.import_id,
        changes=f"started_on = {began}, period_months = {months}",
        source=source,
        where=where,
    )
    new = f"{scope} AND NOT EXISTS (SELECT FROM customers_contract k WHERE k.customer_id = c.id)"
    only += fetch_row(f"SELECT count(*) FROM {source} WHERE {new} AND c.changed_at < %s", [started])[0]  # noqa: S608
    period = f"coalesce({_months(task, 'n')}, {YEARLY})"
    insert_remembered(
        CONTRACT_TABLE,
        f"""INSERT INTO customers_contract AS t (customer_id, started_on, period_months)
            SELECT c.id, {_day_before("n.renews_on", period)}, {period} FROM {source} WHERE {new}
            ORDER BY n.id ON CONFLICT (customer_id) DO NOTHING""",  # noqa: S608
        import_id=task.import_id,
    )
    return int(only)
