"""A list as a file, made in the background: any number of rows in bounded memory, with progress, kept for a week.

Rows go to the file page by page along the sort of the list, in transactions of their own, so nothing is held open and
the job can be stopped at any time. The file lies under a random name and is handed out only through ``find_export``.
"""

import csv
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_acting import clean_acts
from crm.core.formats import format_currency_sign
from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.list_catalogue import LISTS, KnownList, find_matching, load_lists, make_request
from crm.core.list_engine import Column, find_sort, load_details
from crm.core.list_paging import count_about, fetch_rows
from crm.core.models import JobRun, User
from crm.core.models.business_setting import setting
from crm.core.table_export import KINDS, Money, as_text, neutralise, open_workbook, write_cell

EXPORT_JOB, CLEAN_JOB = "list-export", "list-clean"
KEPT_FOR = timedelta(days=7)
PAGE = 1000
MONEY = frozenset({"amount", "amount_exact"})
ROWS_OF_A_SHEET = 1_000_000
WIDTH = 18  # letters: a day, a moment and ten millions with cents are not shown as #####


class ExportRefused(Exception):
    """No file can be made of this; the message says why."""


def request_export(
    known: KnownList,
    *,
    by: User,
    at: datetime,
    query: str,
    columns: Sequence[str],
    kind: str,
    ids: Sequence[int] | None = None,
) -> JobRun:
    """Ask for a file (``csv`` or ``xlsx``) of all rows that ``query`` lets through, or of those of ``ids``.

    Raises ``ExportRefused``.
    """
    if not by.has_perm(known.export_permission):
        raise ExportRefused(_("Taking customers along as a file is not for your role."))
    if kind not in KINDS:
        raise ExportRefused(_("There is no such kind of file."))
    said: dict[str, Any] = {"list": known.name, "query": query, "columns": list(columns), "kind": kind}
    if ids is not None:
        said["ids"] = list(ids)
    return request_job(EXPORT_JOB, key=f"{by.pk}-{secrets.token_hex(6)}", due_at=at, params=said, by=by)


@job_kind(EXPORT_JOB, label=gettext_lazy("A list as a file"), lease=timedelta(minutes=3))
def export_job(lease: JobLease) -> dict[str, Any]:
    """Write the file; a worker that dies is followed by another, which begins anew."""
    load_lists()
    known, by = LISTS[lease.params["list"]], User.objects.get(pk=lease.requested_by_id)
    if not by.is_active or not by.has_perm(known.export_permission):
        return {"refused": "right"}
    rows = find_matching(known, user=by, query=lease.params["query"])
    if "ids" in lease.params:
        rows = rows.filter(pk__in=lease.params["ids"])
    chosen, _lost = known.definition.choose_columns(lease.params["columns"])
    columns = [told for column in chosen for told in column.in_file or (column,)]
    place = Path(settings.MEDIA_ROOT) / "exports" / f"{secrets.token_urlsafe(24)}.{lease.params['kind']}"
    place.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    total, exact = count_about(rows)
    try:
        with open_file(place, kind=lease.params["kind"], title=str(known.label), columns=columns) as file:
            for page in read_pages(known, rows, chosen, by=by, query=lease.params["query"]):
                for row in page:
                    file.write([make_cell(column, row) for column in columns])
                written += len(page)
                lease.progress(written, total if exact else max(total, written))
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return {"rows": written, "file": place.name, "bytes": place.stat().st_size}


def read_pages(
    known: KnownList, rows: QuerySet[Any], columns: Sequence[Column], *, by: User, query: str
) -> Iterator[list[Any]]:
    """Pages of ``rows`` in the order of the list, with whatever ``columns`` show."""
    request = make_request(by, query)
    sort, column = find_sort(known.definition, request)
    last: tuple[Any, int] | None = None
    while True:
        down = sort.startswith("-")
        page = fetch_rows(rows, column, descending=down, place=last, backward=False, size=PAGE)
        if not page:
            return
        last = (page[-1].list_sort_value, page[-1].pk)
        load_details(page, known.definition, columns, request)
        yield page
        if len(page) < PAGE:
            return


def make_cell(column: Column, row: Any) -> Any:
    """What a file says under ``column``: money as money, days as days, a record by its name."""
    value = column.read_for_file(row)
    if value is None or isinstance(value, bool):
        return value
    if column.kind in MONEY and isinstance(value, int):
        return Money(value)
    if column.kind == "day" and isinstance(value, datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, int | float | str | Decimal) or hasattr(value, "isoformat") else str(value)


def open_file(place: Path, *, kind: str, title: str, columns: Sequence[Column]) -> "CsvFile | SheetFile":
    """A file to write rows into, its head written."""
    heads = [_name_column(column) for column in columns]
    return SheetFile(place, title, heads) if kind == "xlsx" else CsvFile(place, heads)


def _name_column(column: Column) -> str:
    """The head of a column. A page may show the currency with each amount, a file says it here or nowhere: in brackets,
    which an import leaves out of a name."""
    if column.unit or column.kind not in MONEY:
        return f"{column.label}, {column.unit}" if column.unit else str(column.label)
    return f"{column.label} ({format_currency_sign(setting('company.currency')).strip()})"


class CsvFile:
    """Lines with the mark by which spreadsheets know UTF-8."""

    def __init__(self, place: Path, heads: list[str]) -> None:
        self.file = place.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file)
        self.writer.writerow([neutralise(head) for head in heads])

    def write(self, cells: list[Any]) -> None:
        self.writer.writerow([as_text(cell) for cell in cells])

    def __enter__(self) -> "CsvFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()


class SheetFile:
    """A workbook that keeps one row in memory; after a million rows the next sheet begins."""

    def __init__(self, place: Path, title: str, heads: list[str]) -> None:
        self.book, self.formats = open_workbook(str(place))
        self.title, self.heads, self.sheets = title[:24], heads, 0
        self._turn()

    def _turn(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(f"{self.title} {self.sheets}" if self.sheets > 1 else self.title)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(self.heads) - 1, WIDTH)
        self.sheet.write_row(0, 0, self.heads, self.formats["head"])
        self.row = 0

    def write(self, cells: list[Any]) -> None:
        if self.row >= ROWS_OF_A_SHEET:
            self._turn()
        self.row += 1
        for place, cell in enumerate(cells):
            write_cell(self.sheet, self.row, place, cell, self.formats)

    def __enter__(self) -> "SheetFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.book.close()


@job_kind(CLEAN_JOB, label=gettext_lazy("Clearing away old files and undos of lists"))
def clean_job(lease: JobLease) -> dict[str, Any]:
    """Once a day: files a week old, and what each row was before acts that can no longer be taken back."""
    now = timezone.now()
    return {"files": clean_exports(at=now), "acts": clean_acts(at=now)}


def find_export(job: JobRun, *, user: User, at: datetime) -> Path | None:
    """The file of a finished export, for whoever asked for it and still may; None once it is a week old or gone."""
    known = LISTS.get(job.params.get("list", ""))
    if job.requested_by_id != user.pk or known is None or not user.has_perm(known.export_permission):
        return None
    if job.state != JobRun.State.DONE or job.finished_at is None or at - job.finished_at > KEPT_FOR:
        return None
    place = Path(settings.MEDIA_ROOT) / "exports" / Path(str(job.result.get("file", ""))).name
    return place if place.is_file() else None


def clean_exports(*, at: datetime) -> int:
    """Throw away files that are a week old; how many went."""
    gone = 0
    for place in (Path(settings.MEDIA_ROOT) / "exports").glob("*"):
        if place.stat().st_mtime < (at - KEPT_FOR).timestamp():
            place.unlink(missing_ok=True)
            gone += 1
    return gone


def remove_exports() -> int:
    """Throw away every finished file, because somebody in them was erased; how many went."""
    names = JobRun.objects.filter(kind=EXPORT_JOB, state=JobRun.State.DONE).values_list("result__file", flat=True)
    gone = 0
    for name in names:
        place = Path(settings.MEDIA_ROOT) / "exports" / Path(str(name or "")).name
        if name and place.is_file():
            place.unlink(missing_ok=True)
            gone += 1
    return gone
