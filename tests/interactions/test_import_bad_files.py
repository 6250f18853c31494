"""Whatever a file is like, of whatever kind: it is read as its author meant it, or refused in words; nothing breaks."""

import gzip
import io

import pytest
import xlsxwriter

from customers.import_kinds import IMPORT_KINDS
from customers.models import Customer
from customers.rules.import_file_error import ImportFileError
from segments.default_configuration import create_defaults
from tests.customers.import_files import import_file, read_file
from tests.interactions.test_import_bad_input import GOOD

pytestmark = pytest.mark.django_db


def _table(kind, *, first=1):
    """A header and three good rows; a name with letters beyond ASCII where the kind has one."""
    rows = [{key: text.format(n=number) for key, text in GOOD[kind].items()} for number in range(first, first + 3)]
    for row in rows:
        for key in ("name", "title", "subject"):
            if key in row:
                row[key] += " Ærø Müller Zürich"
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def _csv(table, *, delimiter=",", end="\n", quote=""):
    return "".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) + end for row in table)


def _workbook(table):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(table):
            sheet.write_row(place, 0, row)
    return target.getvalue()


READ = {
    "UTF-8 with its mark": lambda table: _csv(table).encode("utf-8-sig"),
    "UTF-16": lambda table: _csv(table).encode("utf-16"),
    "Windows letters": lambda table: _csv(table).encode("cp1252"),
    "semicolons": lambda table: _csv(table, delimiter=";").encode(),
    "tabs": lambda table: _csv(table, delimiter="\t").encode(),
    "ends of Windows": lambda table: _csv(table, end="\r\n").encode(),
    "ends of an old Mac": lambda table: _csv(table, end="\r").encode(),
    "everything in quotes": lambda table: _csv(table, quote='"').encode(),
    "no end behind the last row": lambda table: _csv(table).rstrip("\n").encode(),
    "empty rows between": lambda table: _csv(table).replace("\n", "\n\n").encode(),
    "a line that names the separator": lambda table: b"sep=;\r\n" + _csv(table, delimiter=";").encode(),
    "packed": lambda table: gzip.compress(_csv(table).encode()),
    "a workbook": _workbook,
    "a header twice": lambda table: _csv([[*row, row[0]] for row in table]).encode(),
    "three hundred columns": lambda table: _csv([[*row, *(f"more {n}" for n in range(300))] for row in table]).encode(),
    "NUL letters": lambda table: _csv(table).replace(" Ærø", "\x00 Ærø").encode(),
}
REFUSED = {
    "nothing": (b"", "empty_file"),
    "blanks": (b"  \n \n", "empty_file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 900, "no_table"),
    "an archive": (b"PK\x03\x04rubbish", "broken_workbook"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old_excel"),
    "six hundred columns": (b",".join(b"c%d" % n for n in range(600)) + b"\n", "too_many_columns"),
    "a cut-off package": (gzip.compress(b"a,b\n" * 9_000)[:-20], "broken_gzip"),
}


def _columns(kind):
    return {name: name for name in GOOD[kind]}


@pytest.fixture(autouse=True)
def _house(db):
    create_defaults()
    Customer.objects.create(number="K-1", name="Kjeldsen A/S")


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_however_a_file_is_written_its_rows_come_in_once(kind):
    for what, write in READ.items():
        table = _table(kind)
        headers = [*table[0]]
        data_import = import_file(write(table), kind=kind, columns={name: name for name in headers})
        report = data_import.report
        assert (what, report["rows"], report["rejected"]) == (what, 3, 0)
        assert report["created"] == (3 if what == next(iter(READ)) else 0), what


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_what_is_no_table_is_refused(kind):
    for content, code in REFUSED.values():
        with pytest.raises(ImportFileError) as refused:
            read_file(content, kind=kind)
        assert refused.value.code == code


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_a_row_that_is_none_leaves_the_others_alone(kind):
    table = _table(kind, first=40)
    header, *rows = _csv(table).splitlines()
    broken = {
        "open_quote": f'{rows[1]}\n"open,x',
        "too_many_cells": f"{rows[1]}\n{rows[1]}{',x' * 300}",
        "bad_quotes": f'{rows[1]}\n"a"b,c',
    }
    for number, (code, middle) in enumerate(broken.items()):
        text = f"{header}\n{rows[0]}\n{middle}\n{rows[2]}\n"
        data_import = import_file(text, kind=kind, columns=_columns(kind))
        assert [problem["code"] for problem in data_import.report["first_problems"]] == [code]
        assert data_import.report["created"] == (3 if number == 0 else 0)


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_a_header_alone_or_one_that_says_nothing_brings_nothing_and_says_so(kind):
    only = import_file(_csv(_table(kind)[:1]), kind=kind)
    assert (only.report["rows"], only.report["created"]) == (0, 0)
    strange = read_file("aa,bb,cc\nx,y,z\n", kind=kind)
    assert strange.preview["missing"]
