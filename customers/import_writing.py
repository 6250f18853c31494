"""Writing a checked file: stage, prepare, write, report; each step survives its worker.

Chunks and their checkpoint are one transaction, so a worker killed at any point leaves no half row, and the next one
goes on where it stopped. What was written before a cancel stays and is reported. Indexes that only spare readers time,
and a close look at what the tables hold, are a job of their own, which begins with the report.
"""

import csv
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from crm.core.index_resting import indexes_at_rest, list_resting
from crm.core.job_ledger import JobCancelled, request_job
from crm.core.local_time import company_day
from crm.core.table_export import neutralise
from customers import order_checking
from customers.custom_field_import import offer_own_fields
from customers.import_batches import WRITE_BATCH, Lease, add_beside, write_batches
from customers.import_batches import NoLease as NoLease
from customers.import_checking import make_parse_rules, open_import, parse_table
from customers.import_kinds import IMPORT_KINDS, ImportKind
from customers.import_learning import learn_before_report, list_grown
from customers.import_rehearsing import make_task
from customers.import_staging import Stage, fetch_row
from customers.import_wording import describe_problem, field_label
from customers.models import DataImport
from customers.name_word_noting import WordNoter, words_noted_beside
from customers.number_noting import NumberNoter
from customers.rules.import_columns import ORDERS
from customers.stage_filling import StageFiller
from customers.stray_gathering import gather_strays_since
from customers.writing_turn import wait_for_disk

INDEX_JOB = "import-indexes"
REPORTED_PROBLEMS = 200
LAYOUT = 5
"""Of the stage's tables: one more whenever their columns change, so an import that an earlier version staged, and that
goes on after an update, reads its file again."""


def write_import(data_import: DataImport, *, lease: Lease, at: datetime) -> dict[str, Any]:
    """Import the file and finish ``data_import`` with its report, which is returned.

    Raises ``JobCancelled`` (the import is then cancelled, with a report of what was written; it keeps its file, so that
    it can go on) and whatever the lease raises when it is lost.
    """
    offer_own_fields(afresh=True)
    kind, stage = IMPORT_KINDS[data_import.kind], Stage(data_import.pk)
    kept = dict(lease.checkpoint)
    if kept.get("layout") != LAYOUT or (kept["phase"] in {"prepare", "write"} and not _stands(stage, kept)):
        kept = {}
    unwritten = _total(data_import, kept) if kept.get("phase") != "write" else 0
    try:
        with words_noted_beside(kind, stage, rows=unwritten) as words:
            kept = _stage_rows(data_import, stage, lease, kept, words, at=at)
            rows = kept["rows"] if kept["phase"] == "prepare" else 0
            filled = {*data_import.filled, "source"}  # the file's name where it tells none
            with indexes_at_rest(kind.table_names, rows=rows, filled=filled) as first:
                kept = _prepare(data_import, stage, lease, kept, words, at=at)
                total = _total(data_import, kept)
                task = replace(make_task(data_import, at=at), words_noted=bool(kept.get("words_noted")))
                for state in write_batches(kind, stage, task, lease, kept, total=total):
                    kept = state
                    first |= learn_before_report(kind, kept)
    except JobCancelled:
        _finish(data_import, stage, lease, kept, state=DataImport.State.CANCELLED, at=at)
        raise
    return _finish(data_import, stage, lease, kept, state=DataImport.State.DONE, at=at)


def _total(data_import: DataImport, checkpoint: Mapping[str, Any]) -> int:
    return max(int(data_import.preview.get("rows") or 0), int(checkpoint.get("rows", 0)), 1)


def _stands(stage: Stage, state: Mapping[str, Any]) -> bool:
    """Whether the stage is as the checkpoint says; if not, the file is read again, and what is written is found."""
    if state["phase"] == "prepare":
        return stage.holds(int(state["rows"]))
    if not fetch_row("SELECT to_regclass(%s) IS NOT NULL", [stage.records])[0]:
        return False
    return bool(fetch_row(f"SELECT coalesce(max(id), 0) FROM {stage.records}")[0] == state["records"])  # noqa: S608


def _stage_rows(
    data_import: DataImport, stage: Stage, lease: Lease, state: dict[str, Any], words: WordNoter | None, *, at: datetime
) -> dict[str, Any]:
    """COPY every good row into the stage, every other into the rejected ones; ``words`` hears how far it is."""
    if state.get("phase", "stage") != "stage":
        return state
    kind = IMPORT_KINDS[data_import.kind]
    if "row" not in state or not stage.holds(int(state["rows"])):
        state = {"phase": "stage", "layout": LAYOUT, "row": 0, "rows": 0}
        stage.create(kind.stage_columns)
    rules = make_parse_rules(data_import, on=company_day(at))
    numbers, is_whole = NumberNoter(), not state["row"]
    tell = words.hear if words else None
    with StageFiller(stage, lease, total=_total(data_import, state), tell=tell) as filler:
        for chunk, parsed in parse_table(open_import(data_import), rules):
            if chunk.last_row <= state["row"]:
                continue
            state = {**state, "row": chunk.last_row, "rows": state["rows"] + len(chunk)}
            shaped = kind.shape(parsed.frame) if len(parsed.frame) else parsed.frame
            if is_whole:
                numbers.hear(shaped)
            filler.add(shaped, parsed.problems, state=state)
    state = {**state, "phase": "prepare", "numbers_differ": is_whole and numbers.do_differ()}
    lease.progress(state["rows"] // 2, _total(data_import, state), checkpoint=state)
    return state


def _prepare(
    data_import: DataImport, stage: Stage, lease: Lease, state: dict[str, Any], words: WordNoter | None, *, at: datetime
) -> dict[str, Any]:
    """Check rows against each other and the database, in one transaction."""
    if state["phase"] != "prepare":
        return state
    kind = IMPORT_KINDS[data_import.kind]
    if words:
        words.hear_end()
    with transaction.atomic():
        if data_import.kind == ORDERS:
            _fix_shift(data_import, stage, at=at)
        task = replace(make_task(data_import, at=at), numbers_differ=bool(state.get("numbers_differ")))
        found = kind.prepare_records(stage, task)
        state = {**state, "phase": "write", "after": 0, "created": 0, "changed": 0, "unchanged": 0, **found}
        state["words_noted"] = bool(words and words.are_noted())
        lease.progress(state["rows"] // 2, _total(data_import, state), checkpoint=state)
    return state


def _fix_shift(data_import: DataImport, stage: Stage, *, at: datetime) -> None:
    """Trial data: decide once by how many days dates move; a file that came before moves as it did then."""
    options = data_import.options
    if not options.get("trial_dates") or options.get("shift_days") is not None:
        return
    earlier = (
        DataImport.objects.filter(kind=ORDERS, sha256=data_import.sha256, options__trial_dates=True)
        .exclude(pk=data_import.pk)
        .exclude(options__shift_days=None)
        .order_by("-pk")
        .first()
    )
    last = order_checking.last_day(stage)
    if earlier is not None:
        options["shift_days"] = earlier.options["shift_days"]
    elif last is not None:
        options["shift_days"] = order_checking.shift_for_trial(last, on=company_day(at))
    data_import.save(update_fields=["options"])


def _finish(
    data_import: DataImport, stage: Stage, lease: Lease, checkpoint: Mapping[str, Any], *, state: str, at: datetime
) -> dict[str, Any]:
    """Report, rejected rows as a file, file and stage removed."""
    with transaction.atomic():
        wait_for_disk(is_last=True)
        lease.hold()
        gather_strays_since(data_import.created_at, at=at)
        kind: ImportKind = IMPORT_KINDS[data_import.kind]
        if state == DataImport.State.DONE and kind.finish:
            kind.finish(stage, make_task(data_import, at=at))
        report = _add_written_before(data_import, _make_report(stage, checkpoint)) | {
            "made": _count_made(data_import, kind)
        }
        if report["rejected"]:
            _save_rejected(data_import, stage)
        stage.drop()
        data_import.report = report
        data_import.state = state
        data_import.finished_at = at
        data_import.save(update_fields=["report", "state", "finished_at", "rejected"])
        if list_resting(kind.table_names) or list_grown(kind, report):
            request_job(INDEX_JOB, key=str(data_import.pk), due_at=at, by=data_import.created_by)
        if state != DataImport.State.CANCELLED:
            transaction.on_commit(lambda: remove_file(data_import))
    return report


def _add_written_before(data_import: DataImport, report: dict[str, Any]) -> dict[str, Any]:
    """A stopped import that went on wrote part of its rows before; to the second walk they looked unchanged."""
    before = data_import.options.get("written_before", {})
    for name, count in before.items():
        report[name] = report.get(name, 0) + count
    again = min(report["unchanged"], before.get("created", 0) + before.get("changed", 0))
    return {**report, "unchanged": report["unchanged"] - again}


def remove_file(data_import: DataImport) -> None:
    """The uploaded file is no longer needed; its name and checksum stay."""
    if data_import.file:
        data_import.file.delete(save=False)
        data_import.file = ""
        data_import.save(update_fields=["file"])


def _make_report(stage: Stage, state: Mapping[str, Any]) -> dict[str, Any]:
    state = add_beside(state)
    report: dict[str, Any] = {
        name: int(state.get(name, 0)) for name in ("rows", "created", "changed", "unchanged", "customers_created")
    }
    if not fetch_row("SELECT to_regclass(%s) IS NOT NULL", [stage.rejected])[0]:
        return {**report, "rejected": 0, "problems": [], "first_problems": []}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(DISTINCT row) FROM {stage.rejected}")  # noqa: S608
        report["rejected"] = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT field, code, count(*) FROM {stage.rejected} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 50"  # noqa: S608
        )
        report["problems"] = [{"field": f or "", "code": c, "count": n} for f, c, n in cursor.fetchall()]
        cursor.execute(
            f"SELECT row, field, code, value, number FROM {stage.rejected} ORDER BY row LIMIT %s",  # noqa: S608
            [REPORTED_PROBLEMS],
        )
        report["first_problems"] = [
            {"row": r, "field": f or "", "code": c, "value": v or "", "number": n or ""}
            for r, f, c, v, n in cursor.fetchall()
        ]
    return report


def _count_made(data_import: DataImport, kind: ImportKind) -> list[dict[str, Any]]:
    """What was made and changed, by table, where an import writes several and is not so large that counting tells."""
    if len(kind.tables) == 1 or data_import.preview.get("rows", 0) > WRITE_BATCH:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT what, count(*) FILTER (WHERE before IS NULL), count(*) FILTER (WHERE before IS NOT NULL)
               FROM customers_importchange WHERE data_import_id = %s GROUP BY 1""",
            [data_import.pk],
        )
        counts = {what: (made, changed) for what, made, changed in cursor.fetchall()}
    return [
        {"what": table.key, "made": counts[table.key][0], "changed": counts[table.key][1]}
        for table in kind.tables
        if table.key in counts
    ]


def _save_rejected(data_import: DataImport, stage: Stage) -> None:
    """The rejected rows as CSV, to mend and send again: row, reason, and the file's own columns; chunk by chunk."""
    data_import.rejected.name = f"imports/{secrets.token_hex(16)}.csv"
    table = open_import(data_import)
    with Path(data_import.rejected.path).open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([gettext("Row"), gettext("Reason"), *map(neutralise, table.headers)])
        before = 0
        for chunk in table.chunks():
            reasons = _reasons(data_import, stage, after=before, until=chunk.last_row)
            before = chunk.last_row
            rows = dict(zip(chunk.numbers, chunk.rows, strict=True))
            rows |= {number: cells for number, _code, cells in chunk.broken}
            for number in sorted(rows.keys() & reasons.keys()):
                writer.writerow([number, neutralise("; ".join(reasons[number])), *map(neutralise, rows[number])])


def _reasons(data_import: DataImport, stage: Stage, *, after: int, until: int) -> dict[int, list[str]]:
    """Why each row behind ``after`` up to ``until`` was rejected."""
    reasons: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        sql = f"SELECT row, field, code, value, number FROM {stage.rejected} WHERE row > %s AND row <= %s ORDER BY row"  # noqa: S608
        cursor.execute(sql, [after, until])
        for row, name, code, value, number in cursor.fetchall():
            label = field_label(data_import.kind, name) if name else ""
            text = describe_problem(code, value or "", number or "")
            reasons.setdefault(row, []).append(f"{label}: {text}" if label else text)
    return reasons
