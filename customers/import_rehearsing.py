"""What a look through the file cannot see row by row: numbers that stand twice, lines of one order that disagree, rows
that find nothing here. The rows are staged as for the writing and go through the same check; nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from crm.core.local_time import company_zone
from customers.import_kinds import IMPORT_KINDS, WritingTask
from customers.import_parsing import Parsed
from customers.import_staging import Stage, copy_frame, fetch_row, run_sql
from customers.models import DataImport
from customers.order_checking import holds_lines
from customers.order_sums import OF_ORDER, find_repeated
from customers.rules.import_columns import ORDERS
from customers.writing_turn import checking


def make_task(data_import: DataImport, *, at: datetime) -> WritingTask:
    """What the verbs of the import's kind need to know of it."""
    options = {
        "by_id": data_import.created_by_id,
        "source": data_import.file_name,
        "name_prefix": gettext("Customer") + " ",
    }
    chosen = {**data_import.options, **options}
    return WritingTask(data_import.pk, data_import.filled, chosen, at, by=data_import.created_by)


@dataclass(frozen=True)
class Outcome:
    """What the writing would do with a file today: rows that would go in, and what is wrong with the others.

    ``problems`` are counted by field and code, ``rows`` the problems of the first ``limit`` rows that have any. The
    figures of orders are those of the rows that would go in.
    """

    ready: int
    problems: list[dict[str, Any]]
    rows: dict[int, list[dict[str, Any]]]
    figures: dict[str, Any]


class Rehearsal:
    """The stage of one look through a file. Use it as a context: its tables go when the look ends."""

    def __init__(self, data_import: DataImport) -> None:
        self.data_import = data_import
        self.kind = IMPORT_KINDS[data_import.kind]
        self.stage = Stage(data_import.pk, on_trial=True)

    def __enter__(self) -> Rehearsal:
        self.stage.create(self.kind.stage_columns)
        return self

    def __exit__(self, *_error: object) -> None:
        self.stage.drop()

    def add(self, parsed: Parsed) -> None:
        """Stage one chunk, and note what was wrong with its other rows."""
        if len(parsed.frame):
            copy_frame(self.stage.rows, self.kind.shape(parsed.frame))
        copy_frame(self.stage.rejected, parsed.problems)

    def check(self, *, on: date, limit: int) -> Outcome:
        """Check the rows as a set on the local day ``on``."""
        at = datetime.combine(on, time(12), company_zone())
        with checking():
            run_sql(f"ANALYZE {self.stage.rows}")
            task = make_task(self.data_import, at=at)
            self.kind.check(self.stage, task)
            return Outcome(
                ready=fetch_row(f"SELECT count(*) FROM {self.stage.lines}")[0],  # noqa: S608
                problems=self._count_problems(),
                rows=self._list_problems(limit),
                figures=self._add_up(task) if self.data_import.kind == ORDERS else {},
            )

    def _count_problems(self) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT field, code, count(*) FROM {self.stage.rejected} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50"  # noqa: S608
            )
            return [{"field": name or "", "code": code, "count": count} for name, code, count in cursor.fetchall()]

    def _list_problems(self, limit: int) -> dict[int, list[dict[str, Any]]]:
        rejected = self.stage.rejected
        found: dict[int, list[dict[str, Any]]] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT row, field, code, value, number FROM {rejected} WHERE row IN
                    (SELECT DISTINCT row FROM {rejected} ORDER BY row LIMIT %s) ORDER BY row""",  # noqa: S608
                [limit],
            )
            for row, name, code, value, number in cursor.fetchall():
                problem = {"field": name or "", "code": code, "value": value or "", "number": number or ""}
                found.setdefault(row, []).append(problem)
        return found

    def _add_up(self, task: WritingTask) -> dict[str, Any]:
        customers, cents, first, last = fetch_row(
            f"SELECT count(DISTINCT customer), coalesce(sum(amount), 0), min(day), max(day) FROM {self.stage.lines}"  # noqa: S608
        )
        days = {"first_day": first.isoformat(), "last_day": last.isoformat()} if first else {}
        says_lines = holds_lines(task) and task.options.get("amount_of") != OF_ORDER
        repeated = find_repeated(self.stage) if says_lines else {}
        figures = {"customers": customers, "amount_cents": int(cents), "first_day": None, "last_day": None}
        return {**figures, **days, **repeated}
