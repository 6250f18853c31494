"""The look through a file shows days and amounts as they will be read, and what cannot be read as it stands."""

import io
from datetime import datetime

import pytest
import xlsxwriter
from django.urls import reverse

from customers.models import DataImport, Order
from tests.customers.import_files import import_file, read_file

pytestmark = pytest.mark.django_db


def look(browser, text, **kwargs):
    data_import = read_file(text, **kwargs)
    DataImport.objects.filter(pk=data_import.pk).update(state="ready")
    return browser.get(reverse("customers:import-detail", args=[data_import.pk]))


def test_the_days_of_a_spreadsheet_and_amounts_are_shown_as_they_will_be_read(admin, signed_in):
    text = (
        "order;customer number;date;amount;quantity;product number\nA;1;45000;1.234,5;2,50;P1\n"
        "B;1;46000,5;-7;1;P1\nC;1;soon;12;x;P1\n"
    )
    shown = look(signed_in(admin), text, by=admin)
    rows = [[cell["text"] for cell in row["cells"]] for row in shown.context["rows"]]
    first = next(row for row in rows if "A" in row)
    assert {"15 Mar 2023", "1,234.50", "2.5"} <= set(first)
    examples = {column["header"]: column["example"] for column in shown.context["columns"]}
    assert examples["date"].startswith("15 Mar 2023")
    assert examples["amount"] == "1,234.50 · −7.00"
    assert any("soon" in row for row in rows)
    page = shown.content.decode()
    assert "45000" not in page


def test_a_column_that_is_not_imported_stays_as_it_stands(admin, signed_in):
    shown = look(signed_in(admin), "number,name,whatever\n1,A,45000\n", kind="customers", by=admin)
    assert [column["example"] for column in shown.context["columns"]] == ["1", "A", "45000"]


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_of_both_calendars_are_shown_and_written_alike(admin, signed_in, from_1904):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": from_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["order", "customer number", "date", "amount"])
        sheet.write_row(1, 0, ["A", "1"])
        sheet.write_datetime(1, 2, datetime(2026, 3, 4), book.add_format({"num_format": "d.m.yy"}))  # noqa: DTZ001
        sheet.write_row(1, 3, [10])
        sheet.write_row(2, 0, ["B", "1", 44623 if from_1904 else 46085, 10])  # no format: a number of days
    shown = look(signed_in(admin), out.getvalue(), by=admin, name="book.xlsx")
    assert shown.content.decode().count("4 Mar 2026") >= 2
    import_file(out.getvalue(), by=admin, name="book.xlsx")
    assert {str(order.day) for order in Order.objects.all()} == {"2026-03-04"}
