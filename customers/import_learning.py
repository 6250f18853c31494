"""What the database learns of the rows an import brought: roughly before its report, closely while people already work.

From the usual 30,000 rows of a table it took a sixth of the way to the report; 3,000 tell it that a table is no longer
empty, and whom a filter leaves, near enough for the minute until it looks again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction

from crm.core.index_resting import Work, wake_indexes
from customers.import_batches import add_beside
from customers.import_kinds import IMPORT_KINDS, ImportKind
from customers.import_staging import run_sql
from customers.models import Customer, DataImport, NameWord
from customers.rules.import_columns import ORDERS

WORTH_LEARNING = 10_000  # rows made; fewer change little, and the database notices them by itself
ROUGHLY = 10
"""``default_statistics_target`` (usually 100): the database looks at 300 rows for each, and keeps so many values."""
# A table of which somebody makes an index, or learns, is left to him: whoever waits for him in a statement holds him
# up in turn.
LEARN = "ANALYZE (SKIP_LOCKED) {0}"
SORT_IN = """SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             JOIN pg_am a ON a.oid = c.relam AND a.amname = 'gin'
             WHERE i.indrelid = '{0}'::regclass AND i.indisvalid"""


def learn_before_report(kind: ImportKind, state: Mapping[str, Any]) -> dict[str, list[Work]]:
    """What is to be done, by table, once the rows are written: rough statistics of the tables that grew; trigrams that
    wait are sorted in."""
    return {
        table: [partial(_learn_roughly, table), partial(run_sql, SORT_IN.format(table))]
        for table in list_grown(kind, add_beside(state))
    }


def list_grown(kind: ImportKind, counts: Mapping[str, Any]) -> list[str]:
    """The tables that hold many more rows than before, by what was ``created``: orders of known customers add none."""
    if counts["created"] <= WORTH_LEARNING:
        return []
    customers = {Customer._meta.db_table, NameWord._meta.db_table}
    stayed = customers if kind.name == ORDERS and not counts.get("customers_created") else set()
    return [table for table in kind.table_names if table not in stayed]


def prepare_reading(data_import: DataImport) -> int:
    """What the report did not wait for: indexes that only spare readers time, how many, then statistics as usual.

    Those of an index by more than a column can only be learnt once it is there. Again does no harm.
    """
    kind = IMPORT_KINDS[data_import.kind]
    made = wake_indexes(kind.table_names)
    for table in list_grown(kind, data_import.report):
        run_sql(LEARN.format(table))
    return made


def _learn_roughly(table: str) -> None:
    with transaction.atomic():
        run_sql(f"SET LOCAL default_statistics_target = {ROUGHLY}")
        run_sql(LEARN.format(table))
