"""Own fields in the import of customers: offered as columns, read by their kind, written beside the customers.

Which fields there are is data, so the kind of import is made anew whenever they differ from what this process knows;
``offer_own_fields`` does that where an import is looked at, checked or written.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from customers.custom_field_catalogue import METRIC_PREFIX, FieldDefinition, forget_fields, list_fields
from customers.import_kinds import IMPORT_KINDS, ImportKind, WritingTask, register_import_kind
from customers.import_remembering import WrittenTable, change_remembered, insert_remembered
from customers.import_staging import Stage, run_sql
from customers.models import CustomValueSet
from customers.rules.custom_values import LONGEST_LINK, LONGEST_TEXT, keep_number
from customers.rules.import_columns import CUSTOMERS, ImportField, Reading
from customers.rules.import_values import DayRead, fold_word

_READINGS = {
    "number": Reading.NUMBER,
    "money": Reading.MONEY,
    "date": Reading.DAY,
    "flag": Reading.YES_NO,
    "choice": Reading.CHOICE,
    "person": Reading.OWNER,
    "link": Reading.LINK,
}
VALUES_TABLE = WrittenTable(
    "own",
    CustomValueSet,
    columns=("data", "unread", "customer_id"),
    label=_("own fields"),
    name_sql="(SELECT c.number || ' ' || c.name FROM customers_customer c WHERE c.id = t.customer_id)",
)


def make_import_field(field: FieldDefinition) -> ImportField:
    """The field as a column of a file: known by its name, a choice by the words it offers."""
    header = fold_word(field.label)
    return ImportField(
        field.metric_name,
        _READINGS.get(field.kind, Reading.TEXT),
        length=LONGEST_LINK if field.kind == "link" else LONGEST_TEXT,
        headers=(header,) if header else (),
        choices={fold_word(option.label) or option.label: option.key for option in field.options if option.is_offered},
    )


class _Offered:
    """The plain kind of import, and the fields it was last made with in this process."""

    plain: ImportKind | None = None
    fields: tuple[FieldDefinition, ...] = ()


def offer_own_fields(*, afresh: bool = False) -> None:
    """Let the import of customers know the fields in use now; ``afresh`` asks the database, whatever is remembered."""
    if afresh:
        forget_fields()
    fields = list_fields()
    if _Offered.plain is None:
        _Offered.plain = IMPORT_KINDS[CUSTOMERS]
    elif fields == _Offered.fields:
        return
    plain, _Offered.fields = _Offered.plain, fields
    register_import_kind(
        replace(
            plain,
            fields=(*plain.fields, *(make_import_field(field) for field in fields)),
            labels={**plain.labels, **{field.metric_name: field.label for field in fields}},
        )
    )


def gather_own_fields(shaped: pd.DataFrame) -> pd.DataFrame:
    """The columns of own fields become one, ``custom``: JSON by key of the field, NULL where a row has none."""
    names = [name for name in shaped.columns if str(name).startswith(METRIC_PREFIX)]
    if not names:
        return shaped
    keys = [name.removeprefix(METRIC_PREFIX) for name in names]
    rows = zip(*(shaped[name] for name in names), strict=True)
    gathered = [
        {key: _keep(value) for key, value in zip(keys, row, strict=True) if not _is_empty(value)} for row in rows
    ]
    shaped = shaped.drop(columns=names)
    shaped["custom"] = [json.dumps(values) if values else None for values in gathered]
    return shaped


def _is_empty(value: Any) -> bool:
    return value is None or value != value


def _keep(value: Any) -> Any:
    if isinstance(value, DayRead):
        return value.day.isoformat()
    return keep_number(value) if isinstance(value, Decimal) else value


def write_own_fields(stage: Stage, scope: str, task: WritingTask, started: Any) -> int:
    """Lay the values of the records in ``scope`` over what the fields hold; a cell that is empty leaves it.

    How many customers, not written since ``started``, got nothing but that.
    """
    if not any(name.startswith(METRIC_PREFIX) for name in task.columns):
        return 0
    scope += " AND n.custom IS NOT NULL" + (" AND n.customer_id IS NULL" if task.mode == "create" else "")
    source = f"{stage.records} n JOIN customers_customer c ON c.number = n.known"
    only = run_sql(
        f"""UPDATE customers_customer t SET changed_at = statement_timestamp(), changed_by_id = %s,
                edit_version = t.edit_version + 1
            FROM {stage.records} n WHERE {scope} AND t.number = n.known AND t.changed_at < %s AND NOT EXISTS (
                SELECT FROM customers_customvalueset v WHERE v.customer_id = t.id AND v.data @> n.custom)""",  # noqa: S608
        [task.options.get("by_id"), started],
    )
    change_remembered(
        VALUES_TABLE,
        import_id=task.import_id,
        changes="data = t.data || n.custom, changed_by_id = %s,"
        " unread = t.unread - ARRAY(SELECT jsonb_object_keys(n.custom))",
        source=source,
        where=f"{scope} AND t.customer_id = c.id AND NOT t.data @> n.custom",
        params=[task.options.get("by_id")],
    )
    insert_remembered(
        VALUES_TABLE,
        f"""INSERT INTO customers_customvalueset AS t (customer_id, data, unread, changed_by_id)
            SELECT c.id, n.custom, '{{}}', %s FROM {source} WHERE {scope}
            AND NOT EXISTS (SELECT FROM customers_customvalueset v WHERE v.customer_id = c.id)
            ORDER BY n.id ON CONFLICT (customer_id) DO NOTHING""",  # noqa: S608
        [task.options.get("by_id")],
        import_id=task.import_id,
    )
    return only
