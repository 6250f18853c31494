"""Taking a whole import back: what it made goes, what it changed is put back as it was before.

A row that somebody changed, used or removed since is left as it is and named in the report; the rest is undone. Each
chunk is one transaction that also forgets what it has undone, so a killed undo goes on where it stopped and a second
one finds nothing to do.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from crm.core.job_ledger import JobCancelled, request_job
from crm.core.models import User
from crm.core.row_removing import remove_rows
from customers.import_batches import Lease
from customers.import_kinds import IMPORT_KINDS
from customers.import_remembering import WrittenTable
from customers.import_staging import fetch_row, one_writer, run_sql
from customers.models import DataImport, ImportChange

UNDO_JOB = "import-undo"
UNDO_WITHIN = timedelta(days=30)
CHUNK = 10_000
REPORTED_ROWS = 200
_STATES = (DataImport.State.DONE, DataImport.State.CANCELLED, DataImport.State.UNDONE)


class CannotUndo(Exception):
    """It is still being written, older than ``UNDO_WITHIN``, or nothing of it is left to undo."""


class UndoUnderWay(CannotUndo):
    """It is being undone already."""


def can_undo(data_import: DataImport, *, at: datetime) -> bool:
    """Whether anything the import wrote is remembered and may be taken back at ``at``."""
    return (
        data_import.shown_state in _STATES
        and data_import.finished_at is not None
        and at < data_import.finished_at + UNDO_WITHIN
        and ImportChange.objects.filter(data_import=data_import).exists()
    )


@transaction.atomic
def start_undo(data_import: DataImport, *, by: User, at: datetime) -> DataImport:
    """Undo in the background; also what an earlier undo had to leave.

    Raises ``CannotUndo``, and at once ``UndoUnderWay``: a chunk of the one under way holds the import until it ends.
    """
    _refuse_second(DataImport.objects.select_related("job").get(pk=data_import.pk))
    data_import = DataImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=data_import.pk)
    _refuse_second(data_import)
    if not can_undo(data_import, at=at):
        raise CannotUndo
    changes = ImportChange.objects.filter(data_import=data_import)
    changes.exclude(refused="").update(refused="")
    data_import.state = DataImport.State.UNDOING
    data_import.report = {**data_import.report, "undo": {"removed": 0, "restored": 0, **_earlier(data_import)}}
    data_import.job = request_job(
        UNDO_JOB, key=str(data_import.pk), due_at=at, by=by, params={"total": changes.count()}
    )
    data_import.save(update_fields=["state", "report", "job"])
    return data_import


def _refuse_second(data_import: DataImport) -> None:
    if data_import.shown_state == DataImport.State.UNDOING:
        raise UndoUnderWay


def _earlier(data_import: DataImport) -> dict[str, int]:
    undo = data_import.report.get("undo", {})
    return {name: undo[name] for name in ("removed", "restored") if name in undo}


def undo_import(data_import: DataImport, *, lease: Lease, total: int) -> dict[str, Any]:
    """Take back chunk by chunk and note the outcome under ``undo`` of the report, which is returned.

    Raises ``JobCancelled`` after noting how far it came.
    """
    # Right after an import nothing is known of what it wrote: a plan for one row would go through all of them for each.
    run_sql("ANALYZE customers_importchange")
    undo = {"removed": 0, "restored": 0, **_earlier(data_import)}
    try:
        for removed, restored in _undo_chunks(data_import, lease, undo, total):
            undo["removed"] += removed
            undo["restored"] += restored
    except JobCancelled:
        data_import.refresh_from_db(fields=["report"])
        _finish(data_import, lease, {**undo, **_earlier(data_import)})
        raise
    return _finish(data_import, lease, undo)


def _undo_chunks(data_import: DataImport, lease: Lease, undo: dict[str, int], total: int) -> Iterator[tuple[int, int]]:
    """Table by table from behind; the counts so far are kept with each chunk."""
    import_id = data_import.pk
    done = max(0, total - ImportChange.objects.filter(data_import=import_id, refused="").count())
    for table, made in product(reversed(IMPORT_KINDS[data_import.kind].tables), (False, True)):
        while True:
            with one_writer():
                taken = _take_chunk(import_id, table, made=made)
                if not taken:
                    break
                _judge(import_id, table)
                removed, restored = _remove_made(import_id, table), _restore_changed(table)
                if restored and table.tell_restored:
                    table.tell_restored(_list_restored(), *_by_whom(data_import))
                _forget(import_id, table)
                so_far = {"removed": undo["removed"] + removed, "restored": undo["restored"] + restored}
                DataImport.objects.filter(pk=import_id).update(report={**data_import.report, "undo": so_far})
                done += taken
                lease.progress(min(done, total), total)
            yield removed, restored


def _take_chunk(import_id: int, table: WrittenTable, *, made: bool) -> int:
    """The next rows into ``chunk``, the rows themselves locked; how many.

    First what was changed, so that none of it refers to what was made any more; of that the last first, because a row
    refers to one that was made before it.
    """
    chosen, order = ("IS NULL", "DESC") if made else ("IS NOT NULL", "ASC")
    run_sql("DROP TABLE IF EXISTS pg_temp.chunk")
    taken = run_sql(
        f"""CREATE TEMP TABLE chunk ON COMMIT DROP AS
            SELECT row_id, before, mark, ''::text AS refused FROM customers_importchange
            WHERE data_import_id = {int(import_id)} AND what = '{table.key}' AND refused = '' AND before {chosen}
            ORDER BY row_id {order} LIMIT {CHUNK}"""  # noqa: S608
    )
    run_sql("ANALYZE chunk")
    run_sql(f"SELECT 1 FROM {table.table} t JOIN chunk c ON c.row_id = t.id ORDER BY t.id FOR UPDATE OF t")  # noqa: S608
    return taken


def _judge(import_id: int, table: WrittenTable) -> None:
    """Which rows of the chunk must stay: changed since, gone, or used by what did not come with this import."""
    run_sql(f"""
        UPDATE chunk c SET refused = CASE WHEN t.id IS NOT NULL THEN 'changed' ELSE 'gone' END
        FROM chunk x LEFT JOIN {table.table} t ON t.id = x.row_id
        WHERE x.row_id = c.row_id AND (CASE WHEN t.id IS NULL THEN c.before IS NOT NULL
                                            ELSE {table.mark_sql("t")} IS DISTINCT FROM c.mark END)""")  # noqa: S608
    if "customer_id" in table.columns:
        _tell_merged(table)
    least, most = fetch_row("SELECT min(row_id), max(row_id) FROM chunk WHERE refused = '' AND before IS NULL")
    if least is None:
        return
    for model, column in _users_of(table):
        # What an import made lies together: whatever refers to it is a stretch of an index, not the whole table.
        run_sql(f"""
            UPDATE chunk c SET refused = 'used' WHERE c.refused = '' AND c.before IS NULL AND c.row_id IN (
                SELECT u.{column} FROM {model._meta.db_table} u
                WHERE u.{column} BETWEEN {least} AND {most} {_ours_sql(import_id, table, model)})""")  # noqa: S608
    if table.parts is None:
        return
    part, own_column = table.parts
    for model, column in _relations_to(part):
        run_sql(f"""
            UPDATE chunk c SET refused = 'used' WHERE c.refused = '' AND c.before IS NULL AND EXISTS (
                SELECT FROM {model._meta.db_table} u JOIN {part._meta.db_table} p ON p.id = u.{column}
                WHERE p.{own_column} = c.row_id {_ours_sql(import_id, table, model)})""")  # noqa: S608


def _tell_merged(table: WrittenTable) -> None:
    """Of what was changed: rows that differ only because their customer has gone into another since."""
    as_it_was = table.mark_sql("t").replace("t.customer_id", "m.gone_id")
    run_sql(f"""
        UPDATE chunk c SET refused = 'merged' FROM {table.table} t, customers_customermerge m
        WHERE c.refused = 'changed' AND t.id = c.row_id AND m.kept_id = t.customer_id AND m.undone_at IS NULL
        AND {as_it_was} = c.mark""")  # noqa: S608


def _ours_sql(import_id: int, table: WrittenTable, model: type[models.Model]) -> str:
    """SQL that leaves out rows ``u`` of ``model`` that this import made itself and will take back too."""
    own = next((known.key for known in _known_tables() if known.model is model), None)
    if own is None:
        return ""
    return f"""AND NOT EXISTS (SELECT FROM customers_importchange i WHERE i.data_import_id = {int(import_id)}
               AND i.what = '{own}' AND i.row_id = u.id AND i.before IS NULL AND i.refused = ''
               AND NOT EXISTS (SELECT FROM chunk k WHERE i.what = '{table.key}' AND k.row_id = u.id
                               AND k.refused <> ''))"""  # noqa: S608


def _known_tables() -> list[WrittenTable]:
    return [table for kind in IMPORT_KINDS.values() for table in kind.tables]


def _relations_to(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Every table with a foreign key to ``model``, histories and views aside."""
    return [
        (other, field.column)
        for other in apps.get_models(include_auto_created=True)
        if other._meta.managed and other._meta.app_label != "pghistory" and not hasattr(other, "pgh_tracked_model")
        for field in other._meta.concrete_fields
        if field.is_relation and field.related_model is model
    ]


def _is_derived(model: type[models.Model], column: str) -> bool:
    """Rows that nobody writes by hand, or that only join two others: they say nothing without what they are about."""
    field = next(field for field in model._meta.concrete_fields if field.column == column)
    return bool(model._meta.auto_created) or not model._meta.default_permissions or not field.db_constraint


def _users_of(table: WrittenTable) -> list[tuple[type[models.Model], str]]:
    """Tables whose rows count as use of a row: all that refer to it, but its own parts and what is computed."""
    part = table.parts[0] if table.parts else None
    users = [
        (model, column)
        for model, column in _relations_to(table.model)
        if model is not part and not _is_derived(model, column)
    ]
    # Rows of the table itself last: one that must stay keeps what it refers to.
    return sorted(users, key=lambda user: user[0] is table.model)


def _remove_made(import_id: int, table: WrittenTable) -> int:
    made = "SELECT row_id FROM chunk WHERE refused = '' AND before IS NULL"
    least, most = fetch_row(f"SELECT min(row_id), max(row_id) FROM ({made}) made")  # noqa: S608
    if least is None:
        return 0
    stretch = f"{{column}} BETWEEN {least} AND {most} AND {{column}} IN ({made})"
    for model, column in _relations_to(table.model):
        if _is_derived(model, column) or (table.parts and model is table.parts[0]):
            run_sql(f"DELETE FROM {model._meta.db_table} WHERE {stretch.format(column=column)}")  # noqa: S608
        elif model is table.model:
            _let_go(import_id, table, column, where=f"{stretch.format(column=column)} AND id NOT IN ({made})")
    return remove_rows(table.model, chosen=made)


def _let_go(import_id: int, table: WrittenTable, column: str, *, where: str) -> None:
    """Rows of this import that go later refer to nothing any more, and are known as what they are now."""
    run_sql(f"""
        WITH held AS (SELECT id, {table.mark_sql("t")} AS mark FROM {table.table} t WHERE {where}),
        loose AS (UPDATE {table.table} t SET {column} = NULL FROM held WHERE t.id = held.id
                  RETURNING t.id, held.mark AS before, {table.mark_sql("t")} AS mark)
        UPDATE customers_importchange i SET mark = loose.mark FROM loose
        WHERE i.data_import_id = {int(import_id)} AND i.what = '{table.key}' AND i.row_id = loose.id
        AND i.mark = loose.before""")  # noqa: S608


def _restore_changed(table: WrittenTable) -> int:
    changed = "SELECT row_id, before FROM chunk WHERE refused = '' AND before IS NOT NULL"
    fields = {field.column: field for field in table.model._meta.concrete_fields}
    values = []
    for name in table.columns:
        related = fields[name].related_model if fields[name].is_relation else None
        # What it referred to may be gone meanwhile.
        value = f"(SELECT r.id FROM {related._meta.db_table} r WHERE r.id = b.{name})" if related else f"b.{name}"  # noqa: S608
        # What was remembered before the column was among them says nothing of it.
        values.append(f"CASE WHEN c.before ? '{name}' THEN {value} ELSE t.{name} END" if name in table.added else value)
    stamp = f", {table.stamp} = statement_timestamp()" if table.stamp else ""
    restored = run_sql(f"""
        UPDATE {table.table} t SET ({", ".join(table.columns)}) = ROW({", ".join(values)}){stamp}
        FROM ({changed}) c, jsonb_populate_record(NULL::{table.table}, c.before) b WHERE t.id = c.row_id""")  # noqa: S608
    if restored and table.parts:
        parts, column = table.parts[0]._meta.db_table, table.parts[1]
        run_sql(f"DELETE FROM {parts} WHERE {column} IN (SELECT row_id FROM ({changed}) c)")  # noqa: S608
        run_sql(f"""INSERT INTO {parts} SELECT p.* FROM ({changed}) c,
                    jsonb_populate_recordset(NULL::{parts}, c.before -> 'parts') p""")  # noqa: S608
    return restored


def _list_restored() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_id FROM chunk WHERE refused = '' AND before IS NOT NULL ORDER BY row_id")
        return [row[0] for row in cursor.fetchall()]


def _by_whom(data_import: DataImport) -> tuple[datetime, User | None]:
    """When the undo was asked for, and by whom."""
    job = data_import.job
    return (job.due_at, job.requested_by) if job is not None else (data_import.created_at, data_import.created_by)


def _forget(import_id: int, table: WrittenTable) -> None:
    """What is undone is remembered no longer; what was refused keeps why."""
    run_sql("ANALYZE chunk")  # it was judged since
    where = f"i.data_import_id = {int(import_id)} AND i.what = '{table.key}' AND i.row_id = c.row_id"
    run_sql(f"DELETE FROM customers_importchange i USING chunk c WHERE {where} AND c.refused = ''")  # noqa: S608
    run_sql(f"UPDATE customers_importchange i SET refused = c.refused FROM chunk c WHERE {where} AND c.refused <> ''")  # noqa: S608


@transaction.atomic
def _finish(data_import: DataImport, lease: Lease, undo: dict[str, int]) -> dict[str, Any]:
    lease.hold()
    report: dict[str, Any] = {**undo, **_describe_left(data_import)}
    data_import.report = {**data_import.report, "undo": report}
    data_import.state = DataImport.State.UNDONE
    data_import.save(update_fields=["report", "state"])
    return report


def _describe_left(data_import: DataImport) -> dict[str, Any]:
    """How many rows stayed, and the first of them: what, its name, why, and who changed it last."""
    rows: list[dict[str, Any]] = []
    for table in IMPORT_KINDS[data_import.kind].tables:
        fields = {field.column for field in table.model._meta.concrete_fields}
        by = "(SELECT u.name FROM core_user u WHERE u.id = t.changed_by_id)" if "changed_by_id" in fields else "NULL"
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT c.refused, {table.name_sql}, {by} FROM customers_importchange c
                    LEFT JOIN {table.table} t ON t.id = c.row_id
                    WHERE c.data_import_id = %s AND c.what = %s AND c.refused <> '' ORDER BY c.row_id LIMIT %s""",  # noqa: S608
                [data_import.pk, table.key, REPORTED_ROWS - len(rows)],
            )
            rows += [
                {"what": table.key, "why": why, "name": (name or "")[:200], "by": by or ""}
                for why, name, by in cursor.fetchall()
            ]
    refused = ImportChange.objects.filter(data_import=data_import).exclude(refused="").count()
    left = ImportChange.objects.filter(data_import=data_import, refused="").count()
    return {"refused": refused, "left": left, "rows": rows}
