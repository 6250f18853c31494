"""New rows of an import as a set: what the database else asks and does for each of them is asked and done once for all.

A foreign key is proven for every row that it points to, not for every row that has it, and locks that row just as its
own trigger would. What other triggers write is written from the rows that were made. And that nobody wrote the same
meanwhile is hoped for: looking first and writing each row on trial costs a fifth of the work.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg import errors

from crm.core.row_removing import may_rest_triggers

INSERT_BIT = 4


@dataclass(frozen=True)
class StandIn:
    """What a trigger of a whole statement writes: a statement over the rows ``made``, which has ``columns`` of them."""

    columns: tuple[str, ...]
    sql: str


NEW_WORDS = """INSERT INTO customers_nameword (word)
           SELECT word FROM (
               SELECT regexp_split_to_table(token, '[^[:alnum:]]+') AS word
               FROM (SELECT DISTINCT unnest(string_to_array(name_folded, ' ')) AS token FROM {names} n) named) found
           WHERE length(word) BETWEEN 3 AND 60
           EXCEPT SELECT word FROM customers_nameword"""
NOTE_WORDS = "customers_note_name_words"
STAND_INS = {
    "customers_note_touched": StandIn(
        ("customer_id", "day", "returns_id"),
        "INSERT INTO customers_touchedcustomer (customer_id, day)"
        " SELECT DISTINCT customer_id, CASE WHEN returns_id IS NULL THEN day END FROM made",
    ),
    NOTE_WORDS: StandIn(("name_folded",), NEW_WORDS.format(names="made")),
}
"""By the function of the trigger."""


@dataclass(frozen=True)
class RowsInsert:
    """``INSERT INTO <table> AS t … SELECT …`` as a set.

    ``returning`` are columns of the rows ``made`` besides ``id`` (name: SQL over ``t``), ``also`` statements that write
    from them, ``tell`` is what is to be known of them. Rows whose ``once`` (columns, with commas) is there already are
    left out; without it they are an error. ``done`` are triggers (their functions) whose work is done already.
    """

    table: str
    sql: str
    params: Sequence[Any] = ()
    returning: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[str] = ()
    tell: str = "count(*)"
    once: str = ""
    done: Collection[str] = ()

    def run(self) -> int:
        """Insert; what ``tell`` says. Raises ``IntegrityError`` also where a row refers to one that is not there."""
        with transaction.atomic():
            rest = _find_rest(self.table, done=self.done)
            if self.once:
                try:
                    with transaction.atomic():
                        return self._insert(self.sql, rest)
                except IntegrityError as error:
                    if not isinstance(error.__cause__, errors.UniqueViolation):
                        raise
            spared = f" ON CONFLICT ({self.once}) DO NOTHING" if self.once else ""
            return self._insert(self.sql + spared, rest)

    def _insert(self, sql: str, rest: "_Rest | None") -> int:
        keys, stand_ins = (rest.keys, rest.stand_ins) if rest else ((), ())
        columns = {name for stand_in in stand_ins for name in stand_in.columns} | {key.column for key in keys}
        returned = {"id": "t.id", **{name: f"t.{name}" for name in sorted(columns)}, **self.returning}
        writes = [*self.also, *(stand_in.sql for stand_in in stand_ins)]
        statement = ", ".join(
            [
                f"WITH made AS ({sql} RETURNING {', '.join(f'{value} AS {name}' for name, value in returned.items())})",
                *(f"write_{place} AS ({write})" for place, write in enumerate(writes)),
            ]
        )
        told = [
            "count(*)",
            self.tell,
            *(f"array_agg(DISTINCT {k.column}) FILTER (WHERE {k.column} IS NOT NULL)::text" for k in keys),
        ]
        with connection.cursor() as cursor:
            if rest:
                cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(f"{statement} SELECT {', '.join(told)} FROM made", list(self.params) or None)  # noqa: S608
            _count, outcome, *referred = cursor.fetchone()
            if rest:
                cursor.execute("SET LOCAL session_replication_role = origin")
        for key, values in zip(keys, referred, strict=True):
            if values is not None:
                key.prove(values)
        return int(outcome)


@dataclass(frozen=True)
class _Key:
    """A foreign key of one column."""

    column: str
    table: str
    referred: str
    kind: str

    def prove(self, values: str) -> None:
        """Lock what ``values`` refer to until the transaction ends, as the key's own trigger would: whoever removes one
        of them first is waited for and then missed; whoever wants to afterwards waits, and finds the new rows.

        ``values`` are an array in the database's own writing: tens of thousands, of which nobody here reads one.
        Raises ``IntegrityError`` where one is not there.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT count(*) = cardinality(%s::{self.kind}[]) FROM (
                        SELECT FROM {self.table} WHERE {self.referred} = ANY(%s::{self.kind}[])
                        ORDER BY {self.referred} FOR KEY SHARE) held""",  # noqa: S608 - names of the database itself
                [values, values],
            )
            if not cursor.fetchone()[0]:
                raise IntegrityError(f"{self.column} refers to a row of {self.table} that is not there.")


@dataclass(frozen=True)
class _Rest:
    """What must be done by hand while the triggers of a table rest."""

    keys: Sequence[_Key]
    stand_ins: Sequence[StandIn]


def _find_rest(table: str, *, done: Collection[str] = ()) -> _Rest | None:
    """None where our role may not put triggers to rest, or where one does what we cannot do in its stead."""
    if not may_rest_triggers():
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.proname, t.tgenabled = 'O' AND t.tgqual IS NULL AND t.tgtype & 3 = 0 FROM pg_trigger t
               JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & %s <> 0""",
            [table, INSERT_BIT],
        )
        triggers = cursor.fetchall()
        cursor.execute(
            """SELECT a.attname, c.confrelid::regclass::text, r.attname, format_type(r.atttypid, NULL),
                   cardinality(c.conkey)
               FROM pg_constraint c
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
               JOIN pg_attribute r ON r.attrelid = c.confrelid AND r.attnum = c.confkey[1]
               WHERE c.contype = 'f' AND c.conrelid = %s::regclass ORDER BY c.conname""",
            [table],
        )
        keys = cursor.fetchall()
    if not all(plain and function in STAND_INS for function, plain in triggers):
        return None
    if any(columns != 1 for *_names, columns in keys):
        return None
    stand_ins = [STAND_INS[function] for function, _plain in triggers if function not in done]
    return _Rest([_Key(*names) for *names, _columns in keys], stand_ins)
