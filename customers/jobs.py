"""Background work of the customers app, by kind of the ledger. What does the work is loaded when it begins."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobCancelled, JobLease, LeaseLost, job_kind, request_job
from crm.core.local_time import company_day
from crm.core.models import JobRun
from customers.customer_import import KEYS_JOB
from customers.import_handling import READ_JOB, WRITE_JOB
from customers.import_undoing import UNDO_JOB
from customers.import_writing import INDEX_JOB
from customers.models import DataImport
from customers.rules.import_file_error import ImportFileError

CLEAN_JOB = "import-clean"
DUPLICATES_JOB = "customers-duplicates"
DUPLICATES_HOUR = 5
ALIKE_JOB = "customers-alike"
ALIKE_HOUR = 4


@job_kind(READ_JOB, label=_("Looking through an import file"), lease=timedelta(minutes=3))
def read_import_job(lease: JobLease) -> dict[str, Any] | None:
    """Find columns, totals and problems of an uploaded file; it then waits for the user's word."""
    from customers.import_checking import check_file

    data_import = _of(lease, DataImport.State.READING, DataImport.State.FAILED)
    if data_import is None:
        return None
    try:
        preview = check_file(data_import, on=company_day(timezone.now()), progress=lease.progress)
    except ImportFileError as error:
        _fail(data_import, {"code": error.code, "values": error.values})
        return {"refused": error.code}
    except JobCancelled:
        _set_state(data_import, DataImport.State.CANCELLED)
        raise
    except LeaseLost:
        raise
    except Exception:
        _fail(data_import, {"code": "unknown", "values": {}})
        raise
    with transaction.atomic():
        lease.progress(preview["rows"], preview["rows"])
        data_import.preview, data_import.state = preview, DataImport.State.READY
        data_import.save(update_fields=["columns", "options", "preview", "state"])
    return {"rows": preview["rows"]}


@job_kind(WRITE_JOB, label=_("Importing a file"), lease=timedelta(minutes=3))
def write_import_job(lease: JobLease) -> dict[str, Any] | None:
    """Write the file; a worker that dies is followed by another, from the last whole batch."""
    from customers.import_writing import write_import

    data_import = _of(lease, DataImport.State.RUNNING, DataImport.State.FAILED)
    if data_import is None:
        return None
    _set_state(data_import, DataImport.State.RUNNING)
    try:
        report = write_import(data_import, lease=lease, at=timezone.now())
    except (JobCancelled, LeaseLost):
        raise
    except ImportFileError as error:
        _fail(data_import, {"code": error.code, "values": error.values})
        return {"refused": error.code}
    except Exception:
        _fail(data_import, {"code": "unknown", "values": {}})
        raise
    return {name: report[name] for name in ("rows", "created", "changed", "unchanged", "rejected")}


@job_kind(INDEX_JOB, label=_("Preparing search and sorted lists after an import"), lease=timedelta(hours=1))
def make_indexes_job(lease: JobLease) -> dict[str, Any] | None:
    """Make the indexes that a first import left to be made while people work already; any that its tables miss."""
    from customers.import_learning import prepare_reading

    data_import = DataImport.objects.filter(pk=int(lease.key)).first()
    return {"indexes": prepare_reading(data_import)} if data_import else None


@job_kind(KEYS_JOB, label=_("Noting by what imported customers are found"), lease=timedelta(minutes=10))
def keep_import_keys_job(lease: JobLease) -> dict[str, Any]:
    """So that whoever types a tax number in another spelling finds them before the night; again does no harm."""
    from customers.import_key_noting import note_written

    return {"customers": note_written(int(lease.key), lease=lease)}


@job_kind(UNDO_JOB, label=_("Undoing an import"), lease=timedelta(minutes=3))
def undo_import_job(lease: JobLease) -> dict[str, Any] | None:
    """Take an import back; a worker that dies is followed by another, from the last whole chunk."""
    from customers.import_undoing import undo_import

    data_import = _of(lease, DataImport.State.UNDOING)
    if data_import is None:
        return None
    undo = undo_import(data_import, lease=lease, total=int(lease.params.get("total", 0)))
    return {name: undo[name] for name in ("removed", "restored", "refused")}


@job_kind(CLEAN_JOB, label=_("Clearing away files of old imports and removed ones"), lease=timedelta(minutes=5))
def clean_imports_job(lease: JobLease) -> dict[str, Any]:
    """Once a day."""
    from customers.file_attaching import clear_removed_files
    from customers.import_cleaning import clean_imports

    at = timezone.now()
    return {**clean_imports(at=at), "removed_files": clear_removed_files(at=at)}


@job_kind(ALIKE_JOB, label=_("Who is alike, and what is bought together"), lease=timedelta(minutes=15))
def work_out_alike_job(lease: JobLease) -> dict[str, Any]:
    """Once a week."""
    from customers.basket_pairs import rebuild_basket_pairs
    from customers.peer_groups import rebuild_peers

    on = company_day(timezone.now())
    rebuild_peers(on=on)
    lease.progress(1, 2)
    pairs = rebuild_basket_pairs(on=on)
    lease.progress(2, 2)
    return {"pairs": pairs}


@job_kind(DUPLICATES_JOB, label=_("Looking for duplicates"), lease=timedelta(minutes=10))
def search_duplicates_job(lease: JobLease) -> dict[str, Any]:
    """Every night who was changed; once a week everybody."""
    from customers.duplicate_search import is_whole_due, search_duplicates

    at = timezone.now()
    report = search_duplicates(at=at, is_whole=is_whole_due(at=at), progress=lease.progress)
    return {"customers": report.customers, "pairs": report.open_pairs, "milliseconds": report.milliseconds}


def request_duplicates(*, at: datetime) -> JobRun:
    """The search of the night of ``at``; asked every minute it is one job a day."""
    return request_job(
        DUPLICATES_JOB, key="clock", due_at=at.replace(hour=DUPLICATES_HOUR, minute=0, second=0, microsecond=0)
    )


def request_alike(*, at: datetime) -> JobRun:
    """Ask for who is alike to be worked out at ``at``."""
    return request_job(ALIKE_JOB, key="clock", due_at=at)


def request_weekly_alike(*, at: datetime) -> JobRun:
    """The one of the week of ``at``, on Monday at four; asked every minute it is one job a week."""
    monday = at - timedelta(days=at.weekday())
    return request_alike(at=monday.replace(hour=ALIKE_HOUR, minute=0, second=0, microsecond=0))


def _of(lease: JobLease, *states: str) -> DataImport | None:
    return DataImport.objects.select_related("created_by").filter(pk=int(lease.key), state__in=states).first()


def _set_state(data_import: DataImport, state: str) -> None:
    data_import.state = state
    data_import.save(update_fields=["state"])


def _fail(data_import: DataImport, error: dict[str, Any]) -> None:
    data_import.state, data_import.report = DataImport.State.FAILED, {**data_import.report, "error": error}
    data_import.save(update_fields=["state", "report"])
