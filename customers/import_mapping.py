"""How a file was read, kept under a name: the next export with the same headers is read alike without asking."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.core.models import User
from customers.models import DataImport, ImportMapping
from customers.rules.import_columns import fold_header

OF_READING = ("day_order", "decimal_sign", "encoding", "delimiter", "strangers", "amount_of")
KEPT_OPTIONS = (*OF_READING, "rates", "mode", "key", "sheet", "same")
OF_THE_FILE = frozenset({"encoding", "delimiter", "sheet"})
OF_NEW_CUSTOMERS = ("customer_kind", "team_id", "owner_id")
LATEST = 50


class NameNeeded(Exception):
    """A mapping is saved under a name."""


def hash_headers(headers: Sequence[str]) -> str:
    """The checksum by which the same export is known again, whatever case and spaces its headers have this time."""
    return hashlib.sha256("\n".join(fold_header(header) for header in headers).encode()).hexdigest()


@transaction.atomic
def save_mapping(data_import: DataImport, *, name: str, by: User, at: datetime) -> ImportMapping:
    """Keep columns and reading of the import under ``name``; a mapping of that name and kind is replaced.

    Raises ``NameNeeded``.
    """
    if not name.strip():
        raise NameNeeded
    mapping, _created = ImportMapping.objects.update_or_create(
        kind=data_import.kind,
        name=name.strip()[:100],
        defaults={
            "headers_hash": hash_headers(data_import.preview.get("headers", [])),
            "columns": data_import.columns,
            "options": {key: data_import.options[key] for key in KEPT_OPTIONS if key in data_import.options},
            "saved_at": at,
            "saved_by": by,
        },
    )
    data_import.options = {**data_import.options, "mapping_id": mapping.pk}
    data_import.save(update_fields=["options"])
    return mapping


def find_mapping(kind: str, headers: Sequence[str], *, chosen: int | None = None) -> ImportMapping | None:
    """The mapping that was ``chosen``, else the one last saved from a file of these headers."""
    if chosen is not None and (mapping := ImportMapping.objects.filter(kind=kind, pk=chosen).first()) is not None:
        return mapping
    return ImportMapping.objects.filter(kind=kind, headers_hash=hash_headers(headers)).order_by("-saved_at").first()


def apply_mapping(mapping: ImportMapping, headers: Sequence[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Columns and options of the mapping for a file of ``headers``; a header may be written a little differently."""
    known = {fold_header(header): header for header in reversed(headers)}
    columns = {
        name: known[fold_header(header)] for name, header in mapping.columns.items() if fold_header(header) in known
    }
    return columns, {**_without(mapping.options), "mapping_id": mapping.pk}


def find_reading_of_rest(data_import: DataImport, headers: Sequence[str]) -> DataImport | None:
    """The import of which this file holds the rejected rows, mended: it has two columns before those of that file."""
    earlier = DataImport.objects.filter(kind=data_import.kind, created_by=data_import.created_by).exclude(rejected="")
    newest = earlier.exclude(pk=data_import.pk).order_by("-pk")[:LATEST]
    return next((one for one in newest if one.preview.get("headers") == list(headers[2:])), None)


def apply_reading(data_import: DataImport) -> tuple[dict[str, str], dict[str, Any]]:
    """Columns and options of an earlier import for its mended rows: all but its sheet and its letters."""
    kept = (*KEPT_OPTIONS, *OF_NEW_CUSTOMERS, "mapping_id")
    return data_import.columns, {
        key: value for key, value in data_import.options.items() if key in kept and key not in OF_THE_FILE
    }


def _without(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key in KEPT_OPTIONS}


def forget_mapping(mapping: ImportMapping) -> None:
    """Offer it no longer; imports that used it stay as they are."""
    mapping.delete()
