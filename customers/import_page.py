"""What the page of an import shows: steps, figures, columns, problems, rows, report; all of it in words."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.core.formats import format_number
from crm.core.index_resting import list_resting
from crm.core.models import JobRun, User
from customers.custom_field_import import offer_own_fields
from customers.group_import import GROUP_FIELDS
from customers.import_handling import READ_JOB, can_continue
from customers.import_kinds import IMPORT_KINDS
from customers.import_remembering import WRITTEN_TABLES
from customers.import_showing import show_as_read, show_examples
from customers.import_undoing import UNDO_JOB, UNDO_WITHIN, can_undo
from customers.import_wording import describe_file_error, describe_problem, field_label, kind_label, problem_title
from customers.models import DataImport
from customers.rules.import_columns import CUSTOMERS, FIELDS, ORDERS, Reading
from customers.team_import import TEAMS

STEPS = ("upload", "columns", "import", "report")
WIDE_FROM = 30
SHOWN_OF_WIDE = 10
SHOWN_CELLS = 240
_AT = {"reading": 1, "ready": 1, "running": 2, "done": 3, "failed": 3, "cancelled": 3, "undoing": 3, "undone": 3}
_FAILED_AT = {READ_JOB: 1, UNDO_JOB: 3}
"""By the job that failed; else it was the writing."""
_WHY = {
    "changed": gettext_lazy("was changed since"),
    "gone": gettext_lazy("is gone"),
    "merged": gettext_lazy("moved when its customer went into another: take that merge apart, then undo the rest"),
    "used": gettext_lazy("is in use: something else refers to it"),
}


def describe_outcome(data_import: DataImport) -> str:
    """One line for the list: what became of it."""
    report, state = data_import.report, data_import.shown_state
    if state in {DataImport.State.DONE, DataImport.State.CANCELLED} and "created" in report:
        parts = _("%(created)s new, %(changed)s changed, %(unchanged)s unchanged") % {
            name: format_number(report[name]) for name in ("created", "changed", "unchanged")
        }
        if report.get("rejected"):
            parts += ", " + _("%(count)s rejected") % {"count": format_number(report["rejected"])}
        return parts if state == DataImport.State.DONE else _("cancelled") + ": " + parts
    if state == DataImport.State.UNDONE:
        undo = report.get("undo", {})
        parts = _("undone: %(removed)s removed, %(restored)s as before") % {
            name: format_number(undo.get(name, 0)) for name in ("removed", "restored")
        }
        left = undo.get("refused", 0) + undo.get("left", 0)
        return parts + (", " + _("%(count)s left") % {"count": format_number(left)} if left else "")
    return str(DataImport.State(state).label)


def describe_page(data_import: DataImport, *, user: User, at: datetime) -> dict[str, Any]:
    """The context of ``customers/import_detail.html`` at ``at``."""
    offer_own_fields()
    state = data_import.shown_state
    preview = data_import.preview
    job = data_import.job
    is_open = bool(data_import.file) and state == DataImport.State.READY
    return {
        "data_import": data_import,
        "state": state,
        "is_orders": data_import.kind == ORDERS,
        "kind_label": kind_label(data_import),
        "steps": _steps(_FAILED_AT.get(job.kind, 2) if job and state == DataImport.State.FAILED else _AT[state]),
        "busy": state in {DataImport.State.READING, DataImport.State.RUNNING, DataImport.State.UNDOING},
        "is_open": is_open,
        "job": job,
        "share": job.done / job.total if job and job.total else 0,
        "asked_to_stop": bool(job and job.cancel_asked and job.state == JobRun.State.RUNNING),
        "preview": preview,
        "wrong_rows": preview.get("rows", 0) - preview.get("ready", 0),
        "first_day": _day(preview.get("first_day")),
        "last_day": _day(preview.get("last_day")),
        "columns": _columns(data_import) if is_open else [],
        "more_headers": _more_headers(data_import) if is_open else [],
        "options": format_html_join(
            "",
            '<option value="{}">{}</option>',
            ((f.name, field_label(data_import.kind, f.name)) for f in FIELDS[data_import.kind]),
        ),
        "missing": [_either(data_import, group) for group in preview.get("missing", [])],
        "could_be_known": data_import.kind == CUSTOMERS and not data_import.only_known,
        "fits": [str(IMPORT_KINDS[name].label) for name in preview.get("fits", []) if name in IMPORT_KINDS],
        "problems": _problems(data_import, preview.get("problems", [])) if is_open else [],
        "rows": _rows(data_import) if is_open else [],
        "row_heads": [
            {"label": field_label(data_import.kind, f.name), "numeric": f.reading is Reading.MONEY}
            for f in _mapped(data_import)
        ],
        "report": {"rows": 0, "created": 0, "changed": 0, "unchanged": 0, "rejected": 0, **data_import.report},
        "report_problems": _problems(data_import, data_import.report.get("problems", [])),
        "report_rows": _report_rows(data_import),
        "made": [
            {**row, "what": capfirst(str(WRITTEN_TABLES[row["what"]].label))}
            for row in data_import.report.get("made", [])
            if row["what"] in WRITTEN_TABLES
        ],
        "brings_colleagues": data_import.kind == TEAMS and user.has_perm("core.manage_users"),
        "error": _error(data_import, state),
        "can_retry": state == DataImport.State.FAILED and bool(job) and job.kind != READ_JOB,  # type: ignore[union-attr]
        "can_continue": can_continue(data_import),
        "can_undo": can_undo(data_import, at=at),
        "undo_until": data_import.finished_at + UNDO_WITHIN if data_import.finished_at else None,
        "undo": _undo(data_import),
        "seen_at": _find_records(data_import),
        "preparing": is_preparing(data_import),
        "may_see_jobs": user.has_perm("core.run_jobs"),
    }


def is_preparing(data_import: DataImport) -> bool:
    """Whether its rows are in and indexes are still to be made by which they are found and sorted faster."""
    kind = IMPORT_KINDS.get(data_import.kind)
    return bool(kind and data_import.state == DataImport.State.DONE and list_resting(kind.table_names))


def _find_records(data_import: DataImport) -> str:
    """The address where what this import brought is seen; "" where nothing came or there is no such page."""
    kind, report = IMPORT_KINDS.get(data_import.kind), data_import.report
    if kind is None or not kind.seen_at[0] or data_import.state != DataImport.State.DONE:
        return ""
    came = report.get("created") or report.get("changed") or report.get("unchanged")
    return reverse(kind.seen_at[0]) + kind.seen_at[1] if came else ""


def _steps(now: int) -> list[dict[str, Any]]:
    labels = {"upload": _("Upload"), "columns": _("Columns and check"), "import": _("Import"), "report": _("Report")}
    return [
        {"label": labels[name], "number": place + 1, "done": place < now, "current": place == now}
        for place, name in enumerate(STEPS)
    ]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _either(data_import: DataImport, group: list[str]) -> str:
    return _(" or ").join(field_label(data_import.kind, name) for name in group)


def _mapped(data_import: DataImport) -> list[Any]:
    return [field for field in FIELDS[data_import.kind] if field.name in data_import.filled]


def _columns(data_import: DataImport) -> list[dict[str, Any]]:
    """The file's columns with an example each; in a very wide file the mapped ones and the first others."""
    goes_to = {header: name for name, header in data_import.columns.items()}
    samples = data_import.preview.get("samples", {})
    columns = []
    headers = data_import.preview.get("headers", [])
    most = len(headers) if len(headers) <= WIDE_FROM else SHOWN_OF_WIDE
    for place, header in enumerate(headers):
        if header in goes_to or place < most:
            name = goes_to.get(header, "")
            columns.append(
                {
                    "place": place,
                    "header": header,
                    "example": " · ".join(show_examples(data_import, name, samples.get(header, [])[:2])),
                    "field": name,
                    "read_as": _read_as(data_import, name),
                }
            )
    return columns


def _more_headers(data_import: DataImport) -> list[str]:
    """Columns of a very wide file that have no row of their own."""
    mapped = set(data_import.columns.values())
    headers = data_import.preview.get("headers", [])
    return [h for h in headers[SHOWN_OF_WIDE:] if h not in mapped] if len(headers) > WIDE_FROM else []


def _read_as(data_import: DataImport, name: str) -> str:
    """How the column's cells are understood, where that is not plain."""
    reading = next((f.reading for f in FIELDS[data_import.kind] if f.name == name), None)
    styles, options = data_import.preview.get("styles", {}), data_import.options
    if reading is Reading.DAY:
        order = options.get("day_order") or styles.get("day_order")
        return {"day": _("day.month.year"), "month": _("month/day/year")}.get(order or "", "")
    if reading is Reading.MONEY:
        sign = options.get("decimal_sign") or styles.get("decimal_sign")
        return {",": _("comma is decimal"), ".": _("point is decimal")}.get(sign or "", "")
    if name == "customer_name" and "customer_number" in data_import.columns:
        return _("only for new customers")
    if name == "customer_name":
        return _("found by name")
    if name in GROUP_FIELDS:
        return _("found in any row or here; the uppermost counts")
    return _("once only") if name == "number" else ""


def _problems(data_import: DataImport, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"title": problem_title(data_import.kind, one["field"], one["code"]), "count": one["count"]} for one in found
    ]


def _rows(data_import: DataImport) -> list[dict[str, Any]]:
    """Rows with problems first, then the first rows of the file; a cell knows whether it is the one that is wrong."""
    preview = data_import.preview
    wrong = preview.get("problem_rows", [])
    seen = {row["row"] for row in wrong}
    rows = wrong + [row for row in preview.get("shown", []) if row["row"] not in seen]
    most = max(8, SHOWN_CELLS // max(1, len(_mapped(data_import))))
    return [_row(data_import, row) for row in rows[:most]]


def _row(data_import: DataImport, row: dict[str, Any]) -> dict[str, Any]:
    bad = {problem["field"] for problem in row["problems"]}
    cells = [
        {
            "label": field_label(data_import.kind, field.name),
            "text": _cell(data_import, field, row, is_bad=field.name in bad),
            "bad": field.name in bad,
            "numeric": field.reading is Reading.MONEY,
        }
        for field in _mapped(data_import)
    ]
    return {
        "row": row["row"],
        "cells": cells if row["cells"] else [],
        "text": row.get("text", ""),
        "problems": [_problem(data_import, one if row["cells"] else {**one, "value": ""}) for one in row["problems"]],
    }


def _cell(data_import: DataImport, field: Any, row: dict[str, Any], *, is_bad: bool) -> str:
    """As it will be read; one that is wrong as it stands in the file."""
    text: str = row["cells"].get(field.name) or data_import.same.get(field.name, "")
    return text if is_bad else show_as_read(data_import, field, text)


def _problem(data_import: DataImport, one: dict[str, Any]) -> str:
    label = field_label(data_import.kind, one["field"])
    text = describe_problem(one["code"], one["value"], one.get("number", ""))
    return f"{label}: {text}" if label else capfirst(text.rstrip(": "))


def _report_rows(data_import: DataImport) -> list[dict[str, Any]]:
    return [
        {"row": one["row"], "text": _problem(data_import, one)}
        for one in data_import.report.get("first_problems", [])[:50]
    ]


def _undo(data_import: DataImport) -> dict[str, Any]:
    """What an undo did, the rows it left with their reason in words."""
    undo = data_import.report.get("undo")
    if undo is None or data_import.state == DataImport.State.UNDOING:
        return {}
    rows = []
    for row in undo.get("rows", [])[:50]:
        why = str(_WHY.get(row["why"], row["why"]))
        if row["by"] and row["why"] == "changed":
            why = _("was changed since, last by %(name)s") % {"name": row["by"]}
        rows.append({"what": capfirst(str(WRITTEN_TABLES[row["what"]].label)), "name": row["name"], "why": why})
    return {"refused": 0, "left": 0, **undo, "rows": rows}


def describe_undo(data_import: DataImport) -> str:
    """What undoing it would do, before somebody says yes: by the numbers of its report, or of the undo before."""
    left, report = _undo(data_import), data_import.report
    if left:
        shown = {"count": format_number(left["refused"] + left["left"])}
        return _("Records still as the import left them: %(count)s. What nobody uses or changed goes now.") % shown
    made, changed = report.get("created", 0) + report.get("customers_created", 0), report.get("changed", 0)
    goes = ngettext("%(count)s new record goes", "%(count)s new records go", made)
    back = ngettext("%(count)s changed one is put back", "%(count)s changed ones are put back", changed)
    parts = [words % {"count": format_number(n)} for words, n in ((goes, made), (back, changed)) if n]
    what_goes = ", ".join(parts) or _("What this import wrote goes, what it changed is put back")
    stays = _("What somebody changed or uses since stays and is named. To have it all again, import the file again.")
    return f"{what_goes}. {stays}"


def _error(data_import: DataImport, state: str) -> str:
    if state != DataImport.State.FAILED:
        return ""
    error = data_import.report.get("error") or {}
    if error.get("code", "unknown") == "unknown":
        return _("Something went wrong on our side. Nothing is half-written; you can try it again.")
    return describe_file_error(error["code"], error.get("values", {}))
