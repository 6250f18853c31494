"""Remembering what an import writes, as sets: rows made, and rows as they stood before they were changed.

Undoing it compares each row with the checksum taken here, so the checksum is over every column that the import may
write and, where a table keeps the time of its last change, over that.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from crm.core.models import User
from customers.import_inserting import RowsInsert
from customers.import_staging import run_sql


@dataclass(frozen=True)
class WrittenTable:
    """A table that imports write: ``columns`` are put back by an undo, and compared unless in ``unmarked``.

    Columns ``added`` to the table's later than it was first imported count only while they hold something, so what was
    remembered before can still be undone. ``stamp`` is a column that every change moves, where there is one. ``parts``
    are a table (and its column that points here) whose rows are of one piece with these: they go and come back with
    them. ``name_sql`` calls a row ``t`` by what people know it by. ``tell_restored`` hears which rows an undo has put
    back, when, and by whom.
    """

    key: str
    model: type[models.Model]
    columns: tuple[str, ...]
    label: Any
    name_sql: str
    stamp: str = ""
    unmarked: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    parts: tuple[type[models.Model], str] | None = None
    tell_restored: Callable[[Sequence[int], datetime, User | None], None] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def mark_sql(self, alias: str) -> str:
        """SQL of the checksum of a row."""
        names = [name for name in self.columns if name not in self.unmarked | self.added]
        row = ", ".join(f"{alias}.{name}" for name in [*names, *([self.stamp] if self.stamp else [])])
        added = "".join(f" || coalesce(' {name} ' || {alias}.{name}, '')" for name in sorted(self.added))
        return f"hashtextextended(row({row})::text{added}, 0)"

    def before_sql(self, alias: str) -> str:
        """SQL of a row as it stands, with its parts."""
        pairs = ", ".join(f"'{name}', {alias}.{name}" for name in self.columns)
        if self.parts is None:
            return f"jsonb_build_object({pairs})"
        table, column = self.parts[0]._meta.db_table, self.parts[1]
        parts = f"(SELECT coalesce(jsonb_agg(to_jsonb(p)), '[]') FROM {table} p WHERE p.{column} = {alias}.id)"  # noqa: S608
        return f"jsonb_build_object({pairs}, 'parts', {parts})"


WRITTEN_TABLES: dict[str, WrittenTable] = {}
"""By key; filled by ``customers.import_kinds``."""


def insert_remembered(
    table: WrittenTable,
    sql: str,
    params: Sequence[Any] = (),
    *,
    import_id: int,
    once: str = "",
    returning: Mapping[str, str] | None = None,
    tell: str = "count(*)",
    done: Collection[str] = (),
) -> int:
    """Run ``INSERT INTO <table> AS t …`` and remember the rows made; how many they were, or what ``tell`` says of them.

    Rows whose ``once`` (columns, with commas) is there already are left out. ``done`` are triggers whose work is done.
    """
    note = f"""INSERT INTO customers_importchange (data_import_id, what, row_id, mark)
               SELECT {int(import_id)}, '{table.key}', id, mark FROM made"""  # noqa: S608
    made = {**(returning or {}), "mark": table.mark_sql("t")}
    return RowsInsert(table.table, sql, params, returning=made, also=[note], tell=tell, once=once, done=done).run()


def change_remembered(
    table: WrittenTable,
    *,
    import_id: int,
    changes: str,
    source: str,
    where: str,
    params: Sequence[Any] = (),
    may_be_new: bool = False,
) -> int:
    """Run ``UPDATE <table> t SET <changes> FROM <source> WHERE <where>``, remembering the rows as they were before.

    ``where`` must already leave out rows that would stay the same; ``params`` belong to ``changes``.
    ``may_be_new`` where rows made by the same import may be among them. How many changed.
    """
    noted = run_sql(
        f"""INSERT INTO customers_importchange (data_import_id, what, row_id, before)
            SELECT {int(import_id)}, '{table.key}', t.id, {table.before_sql("t")} FROM {table.table} t, {source}
            WHERE {where} FOR UPDATE OF t ON CONFLICT (data_import_id, what, row_id) DO NOTHING""",  # noqa: S608
    )
    # Rows that this very import made are remembered already: nothing noted does not mean nothing to change.
    if not noted and not may_be_new:
        return 0
    return run_sql(
        f"""WITH done AS (UPDATE {table.table} t SET {changes} FROM {source} WHERE {where}
                          RETURNING t.id, {table.mark_sql("t")} AS mark)
            UPDATE customers_importchange c SET mark = done.mark FROM done
            WHERE c.data_import_id = {int(import_id)} AND c.what = '{table.key}' AND c.row_id = done.id""",  # noqa: S608
        params,
    )


def change_differing(
    table: WrittenTable,
    *,
    import_id: int,
    changes: Mapping[str, str],
    source: str,
    where: str,
    stamp: str = "",
    params: Sequence[Any] = (),
) -> int:
    """``change_remembered`` of the rows in which one of ``changes`` (column, and SQL of what it becomes) differs.

    ``stamp`` are more assignments, which alone change nothing; ``params`` are theirs. How many changed.
    """
    kept, wanted = ", ".join(f"t.{name}" for name in changes), ", ".join(changes.values())
    return change_remembered(
        table,
        import_id=import_id,
        changes=f"({', '.join(changes)}) = ROW({wanted}){', ' * bool(stamp)}{stamp}",
        source=source,
        where=f"{where} AND ({kept}) IS DISTINCT FROM ({wanted})",
        params=params,
    )


STAMPED = "changed_at = statement_timestamp(), changed_by_id = %s, edit_version = t.edit_version + 1"
"""Assignments of a change that people see: when, by whom (its parameter), and that forms opened before are stale."""


def note_made(table: WrittenTable, *, import_id: int, where: str) -> None:
    """Remember rows ``t`` that another verb made on behalf of the import; those known already stay as they are."""
    run_sql(
        f"""INSERT INTO customers_importchange (data_import_id, what, row_id, mark)
            SELECT {int(import_id)}, '{table.key}', t.id, {table.mark_sql("t")} FROM {table.table} t WHERE {where}
            ON CONFLICT (data_import_id, what, row_id) DO NOTHING"""  # noqa: S608
    )
