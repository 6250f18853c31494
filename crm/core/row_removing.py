"""Removing many rows as sets: what the database else does row by row, their history and the keys that point to them.

Some forty tables refer to a customer, and asking each of them for every customer that goes takes longer than all the
rest of the work. So they are asked once, for all rows that go; and the history is written by one statement made of the
very trigger that would have written it.
"""

import copy
from dataclasses import dataclass
from functools import cached_property

import pghistory.trigger
import pgtrigger
import pgtrigger.registry
from django.db import connection, models

DELETE_BIT = 8


@dataclass(frozen=True)
class _Removal:
    model: type[models.Model]
    chosen: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def source(self) -> str:
        return f"FROM {self.table} WHERE id IN ({self.chosen})"

    def run(self, sql: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return int(cursor.rowcount)

    def fetch(self, sql: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    @cached_property
    def triggers(self) -> list[str]:
        """The triggers that removing a row fires and that can be put to rest, those of foreign keys aside."""
        rows = self.fetch(f"""
            SELECT tgname FROM pg_trigger WHERE tgrelid = '{self.table}'::regclass AND NOT tgisinternal
            AND tgenabled NOT IN ('D', 'A') AND tgtype & {DELETE_BIT} <> 0""")  # noqa: S608
        return [str(name) for (name,) in rows]

    def find_history(self) -> list[str] | None:
        """A statement for each trigger that writes what it would; None where one does anything else."""
        known = {
            trigger.get_pgid(model): trigger
            for model, trigger in pgtrigger.registry.registered()
            if model._meta.label == self.model._meta.label
            and isinstance(trigger, pghistory.trigger.Event)
            and trigger.condition is None
        }
        if not set(self.triggers) <= known.keys():
            return None
        return [self._write_as_set(known[name]) for name in self.triggers]

    def _write_as_set(self, trigger: pghistory.trigger.Event) -> str:
        of_statement = copy.copy(trigger)
        of_statement.level = pgtrigger.Statement
        rows = f"(SELECT * {self.source} ORDER BY id) AS old_values"
        sql = str(of_statement.get_func(self.model).func).format(cond_old_values=rows)  # type: ignore[no-untyped-call]
        return sql.strip().removesuffix("RETURN NULL;")

    def is_referred_to(self) -> bool:
        """Whether a row that stays refers to one that goes; a key of several columns counts as one."""
        keys = self.fetch(f"""
            SELECT c.conrelid::regclass::text, a.attname, array_length(c.conkey, 1) FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.confrelid = '{self.table}'::regclass AND c.conparentid = 0""")  # noqa: S608
        if any(columns != 1 for _table, _column, columns in keys):
            return True
        # They lie together nearly always, so a table is asked for a stretch of them and not for each.
        least, most = self.fetch(f"SELECT min(id), max(id) {self.source}")[0]
        if least is None:
            return False
        found = [
            f"""EXISTS (SELECT FROM {table} u WHERE u.{column} BETWEEN {least} AND {most}
                AND u.{column} IN ({self.chosen})
                {f"AND u.id NOT IN ({self.chosen})" if table == self.table else ""})"""
            for table, column, _columns in keys
        ]
        return bool(found) and bool(self.fetch(f"SELECT {' OR '.join(found)}")[0][0])


def may_rest_triggers() -> bool:
    """Whether our role in the database may put triggers to rest for a transaction; a hosted one may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        return bool(cursor.fetchone()[0])


def remove_rows(model: type[models.Model], *, chosen: str) -> int:
    """Delete the rows whose ids the query ``chosen`` selects, with the history they would have left; how many.

    Call it in a transaction that has locked them FOR UPDATE before: whoever wants to refer to one then waits, finds it
    gone and is refused, and whoever had done so is seen. Rows that something refers to, tables with triggers of another
    kind and roles that may not put triggers to rest are removed as by any DELETE, which raises ``IntegrityError`` at
    the end of the transaction where a reference is left.
    """
    removal = _Removal(model, chosen)
    history = removal.find_history() if may_rest_triggers() else None
    if history is None or removal.is_referred_to():
        return removal.run(f"DELETE {removal.source}")
    for statement in history:
        removal.run(statement)
    removal.run("SET LOCAL session_replication_role = replica")
    removed = removal.run(f"DELETE {removal.source}")
    removal.run("SET LOCAL session_replication_role = origin")
    return removed
