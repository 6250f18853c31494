"""Cells of a file as they will be read: the day behind 45000, the amount behind 1.234,5."""

from collections.abc import Callable, Mapping
from typing import Any

from crm.core.formats import format_amount, format_number, format_plain_day
from crm.core.local_time import company_zone
from customers.models import DataImport
from customers.rules.import_columns import FIELDS, ImportField, Reading
from customers.rules.import_values import Unreadable, clean_text, read_day, read_minutes, read_money, read_quantity


def show_as_read(data_import: DataImport, field: ImportField, text: str) -> str:
    """What becomes of ``text`` in a column of days, amounts or numbers; all else, and what cannot be read, as it is."""
    show = _find_reader(data_import, field.reading)
    clean = clean_text(text)
    if show is None or not clean:
        return text
    try:
        return show(clean)
    except Unreadable:
        return text


def show_examples(data_import: DataImport, name: str, texts: list[str]) -> list[str]:
    """A few cells of the column that becomes our field ``name`` ("" for none), as they will be read."""
    field = next((one for one in FIELDS[data_import.kind] if one.name == name), None)
    return [show_as_read(data_import, field, text) for text in texts] if field else texts


def _find_reader(data_import: DataImport, reading: Reading) -> Callable[[str], str] | None:
    day_order, decimal_sign = (_style(data_import, name) for name in ("day_order", "decimal_sign"))
    from_1904 = bool(data_import.preview.get("shape", {}).get("from_1904"))
    readers: Mapping[Reading, Callable[[str], str]] = {
        Reading.DAY: lambda text: format_plain_day(
            read_day(text, day_order=day_order, zone=company_zone(), from_1904=from_1904).day
        ),
        Reading.MONEY: lambda text: format_amount(read_money(text, decimal_sign=decimal_sign), with_cents=True),
        Reading.MINUTES: lambda text: _plain_number(read_minutes(text, decimal_sign=decimal_sign)),
        Reading.NUMBER: lambda text: _plain_number(read_quantity(text, decimal_sign=decimal_sign)),
    }
    return readers.get(reading)


def _style(data_import: DataImport, name: str) -> Any:
    """As the user chose, else as the file tells."""
    return data_import.options.get(name) or data_import.preview.get("styles", {}).get(name)


def _plain_number(number: Any) -> str:
    places = max(0, -int(number.normalize().as_tuple().exponent))
    return format_number(float(number), decimals=places)
