"""What an erasure finds beside the records: files of lists, what saved views look for, rejected rows, and rows shown by
the reports of imports."""

import re
from collections.abc import Collection
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from django.db import connection, transaction

from crm.core.change_reading import find_event_model
from crm.core.list_exporting import remove_exports
from crm.core.models import SavedView
from crm.core.text_folding import fold_text
from customers.import_cleaning import OPEN, forget_shown_rows
from customers.models import Customer, DataImport, Person, TradingName
from customers.personal_records import make_pattern
from customers.rules.name_parts import SHORTEST


def clear_leftovers(words: Collection[str], *, names: Collection[str]) -> dict[str, int]:
    """Clear what still says one of ``words``, the names, numbers and addresses of whoever is erased; how many of each.
    Call it when the records are gone; ``names`` are the names they had, folded.

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
    return {"import_report": reports, "import_rejected": len(rejected), "saved_view": _clear_views(words, names)}


def _clear_views(words: Collection[str], names: Collection[str]) -> int:
    """Saved views that look for one of the words, or for a part of a name by which nobody else is found, or are called
    so: neither stays, nor what they were before."""
    pattern, cleared = _compile(words), []
    if pattern is None:
        return 0
    for view in SavedView.objects.all():
        said = parse_qsl(view.query, keep_blank_values=True)
        kept = [
            (name, value)
            for name, value in said
            if not pattern.search(value) and not (name == "q" and _found_nobody_else(value, names))
        ]
        if len(kept) < len(said):
            SavedView.objects.filter(pk=view.pk).update(query=urlencode(kept))
            cleared.append(view.pk)
        if pattern.search(view.name):  # with its number, since nobody has two views of one name
            SavedView.objects.filter(pk=view.pk).update(name=f"{pattern.sub('…', view.name)[:40]} {view.pk}")
            cleared.append(view.pk)
    if cleared and (events := find_event_model(SavedView)) is not None:
        events._default_manager.filter(pgh_obj_id__in=cleared).delete()
    return len(set(cleared))


def _found_nobody_else(text: str, names: Collection[str]) -> bool:
    """Whether ``text`` is a part of one of the names that is in nobody else's."""
    part = fold_text(text)
    if len(part) < SHORTEST or not any(part in name for name in names):
        return False
    return not any(
        model.objects.filter(name_folded__contains=part).exists() for model in (Customer, Person, TradingName)
    )


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
    pattern = _compile(words)
    if not pattern or not place.is_file():
        return False
    with place.open(encoding="utf-8", errors="replace") as lines:
        return any(pattern.search(line) for line in lines)


def _compile(words: Collection[str]) -> re.Pattern[str] | None:
    told = [re.escape(word) for word in sorted(words, key=len, reverse=True) if len(word.strip()) > 2]
    return re.compile(rf"(?<!\w)(?:{'|'.join(told)})(?!\w)", re.IGNORECASE) if told else None
