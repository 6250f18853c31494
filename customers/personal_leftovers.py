"""What an erasure finds beside the records: files of lists, rejected rows, and rows shown by the reports of imports."""

import re
from collections.abc import Collection
from functools import partial
from pathlib import Path

from django.db import connection, transaction

from crm.core.list_exporting import remove_exports
from customers.import_cleaning import OPEN, forget_shown_rows
from customers.models import DataImport
from customers.personal_records import make_pattern


def clear_leftovers(words: Collection[str]) -> dict[str, int]:
    """Clear what still says one of ``words``, the names, numbers and addresses of whoever is erased; how many of each.

    Of imports that are over, the rows that their report shows, and the file of rejected rows. Every finished file of a
    list goes, whatever is in it: a workbook cannot be looked through here, and it is made again in a moment.
    """
    over = DataImport.objects.exclude(state__in=OPEN)
    reports = forget_shown_rows(over.filter(pk__in=_find_reports(words)))
    rejected = [row for row in over.exclude(rejected="") if _stands_in(Path(row.rejected.path), words)]
    for row in rejected:
        transaction.on_commit(partial(row.rejected.storage.delete, row.rejected.name))
        row.rejected = ""
        row.save(update_fields=["rejected"])
    transaction.on_commit(remove_exports)
    return {"import_report": reports, "import_rejected": len(rejected)}


def _find_reports(words: Collection[str]) -> list[int]:
    """Imports whose shown rows hold one of the words; JSON writes quotes and backslashes in its own way."""
    pattern = make_pattern([word.replace("\\", "\\\\").replace('"', '\\"') for word in words])
    if not pattern:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_dataimport WHERE preview::text ~* %s OR report::text ~* %s", [pattern, pattern]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _stands_in(place: Path, words: Collection[str]) -> bool:
    """Whether a line of the file holds one of the words, whole."""
    told = [re.escape(word) for word in words if len(word.strip()) > 2]
    if not told or not place.is_file():
        return False
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(told)})(?!\w)", re.IGNORECASE)
    with place.open(encoding="utf-8", errors="replace") as lines:
        return any(pattern.search(line) for line in lines)
