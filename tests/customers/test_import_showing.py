"""The look through a file shows days and amounts as they will be read, and what cannot be read as it stands."""

import pytest
from django.urls import reverse

from customers.models import DataImport
from tests.customers.import_files import read_file

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
