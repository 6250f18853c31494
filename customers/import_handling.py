"""What a user does with an import: hand in a file, choose its columns, start, cancel."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from crm.core.job_ledger import cancel_job, request_job, retry_job
from crm.core.models import User
from customers.custom_field_import import offer_own_fields
from customers.import_kinds import IMPORT_KINDS
from customers.import_staging import Stage
from customers.import_undoing import UNDO_JOB
from customers.import_writing import remove_file
from customers.models import DataImport
from customers.rules.import_columns import FIELDS, missing_fields

READ_JOB = "import-read"
WRITE_JOB = "import-write"
WRITTEN_COUNTS = ("created", "changed", "customers_created")


class FileTooLarge(Exception):
    """More than ``settings.MAX_UPLOAD_BYTES``."""


class NotReady(Exception):
    """The import cannot do this in its state, or still needs an answer (``needs``: columns, day_order)."""

    def __init__(self, needs: str = "") -> None:
        super().__init__(needs)
        self.needs = needs


def store_file(
    content: Iterable[bytes], *, name: str, kind: str, by: User | None, options: Mapping[str, Any] | None = None
) -> DataImport:
    """Keep the file under a random name and make the import's record. Raises ``FileTooLarge`` and keeps nothing."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    stored = folder / f"{secrets.token_hex(16)}.upload"
    digest, size = hashlib.sha256(), 0
    try:
        with stored.open("wb") as target:
            for block in content:
                size += len(block)
                if size > settings.MAX_UPLOAD_BYTES:
                    raise FileTooLarge
                digest.update(block)
                target.write(block)
        stored.chmod(0o640)
        data_import = DataImport(
            kind=IMPORT_KINDS[kind].name,
            file_name=Path(name.replace("\x00", "")).name[:255] or "file",
            file_bytes=size,
            sha256=digest.hexdigest(),
            options=dict(options or {}),
            created_by=by,
        )
        data_import.file.name = f"imports/{stored.name}"
        data_import.save()
    except BaseException:
        stored.unlink(missing_ok=True)
        raise
    return data_import


@transaction.atomic
def take_file(
    content: Iterable[bytes], *, name: str, kind: str, by: User, at: datetime, options: Mapping[str, Any] | None = None
) -> DataImport:
    """Store an uploaded file and have it read in the background. Raises ``FileTooLarge``."""
    data_import = store_file(content, name=name, kind=kind, by=by, options=options)
    return _ask_to_read(data_import, by=by, at=at)


@transaction.atomic
def change_reading(
    data_import: DataImport, *, columns: Mapping[str, str], options: Mapping[str, Any], by: User, at: datetime
) -> DataImport:
    """Read the file again with other columns or options. Raises ``NotReady`` once it is being written."""
    data_import = _locked(data_import)
    if data_import.state not in {DataImport.State.READY, DataImport.State.FAILED} or not data_import.file:
        raise NotReady
    if data_import.job is not None and data_import.job.kind == WRITE_JOB:
        raise NotReady
    offer_own_fields()
    known = {field.name for field in FIELDS[data_import.kind]}
    data_import.columns = {name: header for name, header in columns.items() if name in known and header}
    data_import.options = {**data_import.options, **options}
    return _ask_to_read(data_import, by=by, at=at)


def _ask_to_read(data_import: DataImport, *, by: User, at: datetime) -> DataImport:
    data_import.state = DataImport.State.READING
    data_import.job = request_job(READ_JOB, key=str(data_import.pk), due_at=at, by=by)
    data_import.save(update_fields=["state", "job", "columns", "options"])
    return data_import


@transaction.atomic
def start_import(
    data_import: DataImport, *, by: User, at: datetime, options: Mapping[str, Any] | None = None
) -> DataImport:
    """Write the file in the background; one that failed goes on where it stopped. Raises ``NotReady``."""
    data_import = _locked(data_import)
    job = data_import.job
    if data_import.shown_state == DataImport.State.FAILED and job and job.kind in {WRITE_JOB, UNDO_JOB}:
        retry_job(job, at=at)
        data_import.state = DataImport.State.RUNNING if job.kind == WRITE_JOB else DataImport.State.UNDOING
        data_import.save(update_fields=["state"])
        return data_import
    if can_continue(data_import):
        return _continue_import(data_import, by=by, at=at)
    if data_import.state != DataImport.State.READY:
        raise NotReady
    if missing_fields(data_import.kind, data_import.filled, only_known=data_import.only_known):
        raise NotReady("columns")
    if data_import.preview.get("styles", {}).get("days_open") and not data_import.options.get("day_order"):
        raise NotReady("day_order")
    data_import.options = {**data_import.options, **(options or {})}
    data_import.state = DataImport.State.RUNNING
    data_import.job = request_job(WRITE_JOB, key=str(data_import.pk), due_at=at, by=by)
    data_import.save(update_fields=["state", "job", "options"])
    return data_import


def can_continue(data_import: DataImport) -> bool:
    """Whether a stopped import can go on: its file is kept for some days. What was written is then found unchanged."""
    return data_import.state == DataImport.State.CANCELLED and bool(data_import.file)


def _continue_import(data_import: DataImport, *, by: User, at: datetime) -> DataImport:
    """From where it was stopped: while it was looked through, or while it was written."""
    if (
        missing_fields(data_import.kind, data_import.filled, only_known=data_import.only_known)
        or "rows" not in data_import.preview
    ):
        data_import.finished_at = None
        data_import.save(update_fields=["finished_at"])
        return _ask_to_read(data_import, by=by, at=at)
    written = {name: data_import.report.get(name, 0) for name in WRITTEN_COUNTS}
    data_import.options = {**data_import.options, "written_before": written}
    data_import.state, data_import.finished_at = DataImport.State.RUNNING, None
    data_import.job = request_job(WRITE_JOB, key=str(data_import.pk), due_at=at, by=by)
    data_import.save(update_fields=["state", "job", "options", "finished_at"])
    return data_import


@transaction.atomic
def cancel_import(data_import: DataImport, *, at: datetime) -> DataImport:
    """Stop it: at once while it waits, after the batch at hand while it writes. What is written stays.

    A file that nobody has started is thrown away; that of an import on its way is kept, so that it can be continued.
    """
    data_import = _locked(data_import)
    job = data_import.job
    if data_import.state == DataImport.State.UNDOING:
        return _stop_undo(data_import)
    if data_import.shown_state in {DataImport.State.READY, DataImport.State.FAILED}:
        return _close(data_import, at=at, keep_file=False)
    if job is None or data_import.state not in {DataImport.State.READING, DataImport.State.RUNNING}:
        return data_import
    cancel_job(job)
    job.refresh_from_db()
    if job.state in {job.State.CANCELLED, job.State.FAILED}:
        return _close(data_import, at=at, keep_file=True)
    return data_import


def _stop_undo(data_import: DataImport) -> DataImport:
    """What is undone stays undone; the rest can be undone later."""
    job = data_import.job
    if job is not None:
        cancel_job(job)
        job.refresh_from_db()
    if job is None or job.state in {job.State.CANCELLED, job.State.FAILED}:
        data_import.state = DataImport.State.UNDONE
        data_import.save(update_fields=["state"])
    return data_import


def _close(data_import: DataImport, *, at: datetime, keep_file: bool) -> DataImport:
    Stage(data_import.pk).drop()
    data_import.state, data_import.finished_at = DataImport.State.CANCELLED, at
    data_import.save(update_fields=["state", "finished_at"])
    if not keep_file:
        transaction.on_commit(lambda: remove_file(data_import))
    return data_import


def _locked(data_import: DataImport) -> DataImport:
    return DataImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=data_import.pk)
