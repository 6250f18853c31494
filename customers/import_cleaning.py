"""Files of imports do not stay for ever: uploads that nobody started, rejected rows, and what a crash left over."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from crm.core.index_resting import wake_indexes
from customers.import_handling import cancel_import
from customers.import_staging import Stage
from customers.import_undoing import UNDO_WITHIN
from customers.import_writing import remove_file
from customers.models import DataImport, ImportChange

FORGET_UPLOADS_AFTER = timedelta(days=7)
FORGET_REJECTED_AFTER = timedelta(days=30)
# What a look through a file keeps of its rows, to be seen before it is started.
SHOWN = ["samples", "shown", "problem_rows"]
OPEN = (DataImport.State.READING, DataImport.State.READY, DataImport.State.RUNNING, DataImport.State.FAILED)


def clean_imports(*, at: datetime) -> dict[str, int]:
    """Throw away uploads left lying for a week and rejected rows after a month, and what is remembered for an undo;
    the reports stay, a month later without the rows they show as examples.

    Returns how many of each went. Files and stages that no import knows any more go too, once they are a day old;
    indexes that an import which never ended has left out come back.
    """
    left = DataImport.objects.filter(
        state__in=(DataImport.State.READY, DataImport.State.FAILED), created_at__lt=at - FORGET_UPLOADS_AFTER
    )
    uploads = [cancel_import(data_import, at=at) for data_import in left]
    stopped = DataImport.objects.filter(state=DataImport.State.CANCELLED, finished_at__lt=at - FORGET_UPLOADS_AFTER)
    for data_import in stopped.exclude(file=""):
        remove_file(data_import)
    rejected = DataImport.objects.exclude(rejected="").filter(finished_at__lt=at - FORGET_REJECTED_AFTER)
    shown = DataImport.objects.exclude(state__in=OPEN).filter(
        finished_at__lt=at - FORGET_REJECTED_AFTER, preview__has_any_keys=SHOWN
    )
    forget_shown_rows(shown)
    gone = 0
    for data_import in rejected:
        data_import.rejected.delete(save=True)
        gone += 1
    old = list(DataImport.objects.filter(finished_at__lt=at - UNDO_WITHIN).values_list("pk", flat=True))
    changes = ImportChange.objects.filter(data_import__in=old).delete()[0]
    return {
        "changes": changes,
        "uploads": len(uploads),
        "rejected": gone,
        "files": _remove_unknown_files(at),
        "stages": _drop_stages(),
        "indexes": wake_indexes(),
    }


def forget_shown_rows(imports: QuerySet[DataImport]) -> int:
    """Leave out of the reports of ``imports`` the rows and values they show as examples; counts and reasons stay.

    How many reports showed any.
    """
    changed = 0
    for data_import in imports.only("preview", "report"):
        preview = {key: value for key, value in data_import.preview.items() if key not in SHOWN}
        report = {**data_import.report}
        if "first_problems" in report:
            report["first_problems"] = []
        if (preview, report) != (data_import.preview, data_import.report):
            data_import.preview, data_import.report = preview, report
            data_import.save(update_fields=["preview", "report"])
            changed += 1
    return changed


def _remove_unknown_files(at: datetime) -> int:
    known = {Path(name).name for row in DataImport.objects.values_list("file", "rejected") for name in row if name}
    kept = (*OPEN, DataImport.State.CANCELLED)
    finished = DataImport.objects.exclude(state__in=kept).exclude(file="").values_list("file", flat=True)
    known -= {Path(name).name for name in finished}
    removed = 0
    for path in (Path(settings.MEDIA_ROOT) / "imports").glob("*"):
        if path.name not in known and path.stat().st_mtime < (at - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _drop_stages() -> int:
    """Tables of imports that are over or were never known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^import_[0-9]+(_trial)?_rejected$'"
        )
        names = [row[0] for row in cursor.fetchall()]
    ids = {int(match[1]) for name in names if (match := re.match(r"import_(\d+)_", name))}
    ids -= set(DataImport.objects.filter(pk__in=ids, state__in=OPEN).values_list("pk", flat=True))
    for import_id in ids:
        Stage(import_id).drop()
        Stage(import_id, on_trial=True).drop()
    return len(ids)
