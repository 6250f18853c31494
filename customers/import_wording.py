"""What is said about a file, its fields and its problems, in words of the user."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_number
from customers.import_kinds import IMPORT_KINDS
from customers.models import DataImport
from customers.rules.import_file_error import ImportFileError

_PROBLEMS = {
    "empty": _("is empty"),
    "no_day": _("“%(value)s” is not a date"),
    "no_such_day": _("“%(value)s” is a day that does not exist"),
    "year_off": _("“%(value)s” is a year out of reach"),
    "in_future": _("“%(value)s” lies in the future"),
    "no_amount": _("“%(value)s” is not an amount"),
    "no_number": _("“%(value)s” is not a number"),
    "too_large": _("“%(value)s” is larger than any amount we keep"),
    "no_currency": _("“%(value)s” is not a currency code like EUR"),
    "no_rate": _("“%(value)s” has no rate"),
    "no_email": _("“%(value)s” is not an e-mail address"),
    "no_phone": _("“%(value)s” is not a phone number"),
    "no_country": _("“%(value)s” is not a country or its two-letter code"),
    "no_kind": _("“%(value)s” is neither organisation nor person"),
    "no_yes_no": _("“%(value)s” is neither yes nor no"),
    "no_choice": _("“%(value)s” is none of the words we know here"),
    "no_link": _("“%(value)s” is no web address"),
    "too_long": _("the text is too long: “%(value)s…”"),
    "unknown_owner": _(
        "no colleague has the e-mail or name “%(value)s”: import sales teams first, or let them count as nobody"
    ),
    "unknown_team": _("there is no team “%(value)s” that you may fill"),
    "two_of_that_name": _("more than one customer is called “%(value)s”: give the number"),
    "no_such_customer": _("there is no customer “%(value)s”: import customers first"),
    "source_withdrawn": _("the source was withdrawn: %(value)s"),
    "not_here": _("“%(value)s” is not here, and nothing new was to be made"),
    "product_twice": _("the same product stands in row %(value)s"),
    "person_twice": _("the same person stands in row %(value)s"),
    "sum_differs": _("the sum differs from that in row %(value)s of the same order"),
    "order_differs": _("customer or day differ from row %(value)s of the same order"),
    "order_incomplete": _("another line of order %(value)s cannot be imported"),
    "number_twice": _("the same order number stands in row %(value)s"),
    "customer_twice": _("the same customer number stands in row %(value)s"),
    "customer_meant_twice": _("the same customer is meant in row %(value)s"),
    "name_twice": _("the same name without a number stands in row %(value)s"),
    "order_of_other_customer": _("this order is here already, of customer %(value)s"),
    "customer_not_yours": _("customer %(value)s belongs to another team"),
    "too_many_cells": _("the row has more cells than the header: %(value)s"),
    "open_quote": _("a quotation mark is opened and never closed: %(value)s"),
    "bad_quotes": _("the quotation marks do not match: %(value)s"),
    "card_without_end": _("the card does not end: %(value)s"),
    "line_too_long": _("the line is longer than a million characters"),
}
_FILE_ERRORS = {
    "empty_file": _("The file is empty."),
    "no_table": _("This is not a table. Save it as CSV or XLSX and try again."),
    "old_excel": _("This is an old Excel file, or one with a password. Save it as XLSX without a password."),
    "password": _("The file is protected by a password. Save it without one."),
    "zip_no_workbook": _("This is a ZIP archive, not a workbook. Unpack it and choose the CSV or XLSX file in it."),
    "broken_workbook": _("The workbook is damaged. Open it in your spreadsheet program and save it again."),
    "broken_gzip": _("The compressed file is damaged or cut off. Pack it again."),
    "unpacks_too_large": _("The file is small but unpacks to more than we read. Send it as plain CSV, in parts."),
    "too_many_cells_in_sheet": _(
        "The sheet reaches over %(count)s cells; at most %(limit)s. Remove empty rows and columns, or save as CSV."
    ),
    "too_many_columns": _("The file has %(count)s columns; at most %(limit)s."),
    "header_line_too_long": _("The first line is longer than a million characters: is this a table with one header?"),
    "header_open_quote": _("A quotation mark in the header is opened and never closed: %(text)s"),
    "header_bad_quotes": _("The quotation marks in the header do not match: %(text)s"),
    "unknown_encoding": _("The letters cannot be read as %(text)s."),
}


def field_label(kind: str, name: str) -> str:
    """Our name of a field; a row as a whole has none."""
    return str(IMPORT_KINDS[kind].labels.get(name, "")) if kind in IMPORT_KINDS else ""


def kind_label(data_import: DataImport) -> str:
    """What is in the file: "orders"."""
    kind = IMPORT_KINDS.get(data_import.kind)
    return str(kind.label) if kind else data_import.kind


def describe_problem(code: str, value: str, number: str = "") -> str:
    """What is wrong with a cell or row, without its field; ``number`` is that of the record in the row."""
    if number and code.endswith("_twice") and code != "customer_meant_twice":
        return gettext("“%(number)s” stands already in row %(row)s") % {"number": number, "row": value}
    own = next((kind.problems[code] for kind in IMPORT_KINDS.values() if code in kind.problems), code)
    return str(_PROBLEMS.get(code, own)) % {"value": value}


def problem_title(kind: str, name: str, code: str) -> str:
    """A kind of problem, for counting: "Order day: is not a date"."""
    text = describe_problem(code, "…")
    if code.endswith("_twice"):
        text = gettext("stands already in another row")
    for filler in ("“…” ", " “…”", ": …", ": “……”"):
        text = text.replace(filler, "")
    label = field_label(kind, name)
    return f"{label}: {text}" if label else text[:1].upper() + text[1:]


def describe_file_error(code: str, values: dict[str, Any]) -> str:
    """Why a file cannot be imported at all, and what to do."""
    shown = {k: format_number(v) if isinstance(v, int) else v for k, v in values.items()}
    return str(_FILE_ERRORS.get(code, gettext("The file cannot be read."))) % shown


def describe_error(error: ImportFileError) -> str:
    return describe_file_error(error.code, error.values)
