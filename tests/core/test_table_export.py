"""Tables leave the house readable, and with nothing in them that a spreadsheet would run."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crm.core.models.business_setting import change_setting
from crm.core.table_export import ExportTable, Money, export_tables, neutralise, write_csv, write_workbook

ROW = ["=cmd|' /C calc'!A0", Money(-120_050), 0.25, 7, date(2026, 11, 21), None, True, "−3 %"]
TABLE = ExportTable("Customers", ["Name", "Sales", "Share", "N", "Day", "None", "Flag", "Words"], [ROW])


def read_csv(*tables):
    text = "".join(write_csv(tables))
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_csv_holds_title_head_and_rows_with_money_in_whole_units():
    assert read_csv(TABLE) == [
        ["Customers"],
        ["Name", "Sales", "Share", "N", "Day", "None", "Flag", "Words"],
        ["'=cmd|' /C calc'!A0", "-1200.50", "0.25", "7", "2026-11-21", "", "yes", "−3 %"],
    ]


@pytest.mark.django_db
def test_a_moment_is_told_by_the_clock_of_the_company():
    change_setting("company.time_zone", "Europe/Berlin")
    table = ExportTable("", ["Taken"], [[datetime(2026, 11, 23, 23, 25, 52, 400_895, tzinfo=UTC)]])
    assert read_csv(table) == [["Taken"], ["2026-11-24 00:25"]]
    sheet = CalamineWorkbook.from_filelike(BytesIO(write_workbook([table]))).get_sheet_by_index(0)
    assert sheet.to_python()[1] == [datetime(2026, 11, 24, 0, 25)]  # noqa: DTZ001 - a spreadsheet knows no zones


def test_large_numbers_are_written_out():
    table = ExportTable("", ["n"], [[1_234_567.8], [0.00001], [Decimal("1234567.50")]])
    assert read_csv(table)[1:] == [["1234568"], ["0.00001"], ["1234567.50"]]


def test_a_figure_that_is_none_is_an_empty_cell_and_yes_and_no_are_words_in_either_kind_of_file():
    nothing = [float("nan"), float("inf"), float("-inf"), Decimal("NaN"), Decimal("Infinity")]
    table = ExportTable("", ["f"] * 7, [[*nothing, True, False]])
    assert read_csv(table)[1] == ["", "", "", "", "", "yes", "no"]
    sheet = CalamineWorkbook.from_filelike(BytesIO(write_workbook([table]))).get_sheet_by_index(0)
    assert sheet.to_python()[1] == ["", "", "", "", "", "yes", "no"]


def test_several_tables_stand_one_below_the_other():
    assert read_csv(ExportTable("A", ["x"], [[1]]), ExportTable("", ["y"], [])) == [["A"], ["x"], ["1"], [], ["y"]]


def test_a_workbook_has_a_sheet_for_each_table_and_real_numbers():
    book = CalamineWorkbook.from_filelike(BytesIO(write_workbook([TABLE, ExportTable("a/b*[c]" * 9, ["x"], [[1]])])))
    assert book.sheet_names == ["1 Customers", "2 a b  c a b  c a b  c a b  c"]
    row = book.get_sheet_by_index(0).to_python()[1]
    assert row[:5] == ["'=cmd|' /C calc'!A0", -1200.5, 0.25, 7, date(2026, 11, 21)]


@pytest.mark.parametrize(("kind", "starts"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf"), ("other", b"\xef\xbb\xbf")])
def test_a_download_has_a_harmless_name(kind, starts):
    response = export_tables([TABLE], name='a"b\r\n../ß 2026', kind=kind)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert body.startswith(starts)
    ending = kind if kind == "xlsx" else "csv"
    assert response["Content-Disposition"] == f'attachment; filename="a-b-2026.{ending}"'


@given(st.text(max_size=12))
def test_no_cell_begins_as_a_formula(text):
    safe = neutralise(text)
    assert not safe.startswith(("=", "+", "@", "\t", "\r"))
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == text
    if safe.startswith("-"):
        assert not any(letter.isalpha() for letter in safe)


def test_a_very_long_table_is_cut():
    rows = ([number] for number in range(10**9))
    lines = sum(part.count("\n") for part in write_csv([ExportTable("", ["n"], rows)]))
    assert lines == 200_001
