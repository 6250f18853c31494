"""Whatever stands in a cell of whatever kind: the row comes in or comes back with its reason, and nothing breaks."""

import pytest
from django.urls import reverse

from customers.import_kinds import IMPORT_KINDS, kinds_for
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, ImportChange
from segments.default_configuration import create_defaults
from tests.customers.import_files import AT, import_file

pytestmark = pytest.mark.django_db
GOOD = {
    "customers": {"number": "N{n}", "name": "Name {n}"},
    "people": {"customer_number": "K-1", "name": "Person {n}"},
    "products": {"number": "P{n}", "name": "Product {n}"},
    "orders": {"customer_number": "K-1", "number": "O{n}", "day": "2026-01-05", "amount": "10"},
    "interactions": {"customer_number": "K-1", "day": "2026-01-05", "channel": "call", "number": "I{n}"},
    "complaints": {"customer_number": "K-1", "day": "2026-01-05", "title": "Title {n}", "number": "C{n}"},
    "teams": {"name": "Colleague {n}", "team": "North"},
    "opportunities": {"customer_number": "K-1", "number": "D{n}", "stage": "Won", "subject": "Deal {n}"},
}
NASTY = [
    "x",
    "x" * 300,
    "x" * 30_000,
    "محمد العربي",
    "สมชาย",
    "👍🏽",
    "'; DROP TABLE customers_customer; --",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "-1",
    "99999999999999999999",
    "NaN",
    "inf",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "1.5e400",
    "\\N",
    "NULL",
    "a\x00b",
    "\u202eevil",
    "tab\there",
    " ",
]


@pytest.mark.parametrize("kind", sorted(IMPORT_KINDS))
def test_every_value_in_every_field_of_every_kind(kind, admin):
    create_defaults()
    Customer.objects.create(number="K-1", name="Kjeldsen A/S")
    fields = [field.name for field in IMPORT_KINDS[kind].fields]
    rows, number = [], 0
    for name in fields:
        for value in NASTY:
            number += 1
            cells = {key: text.format(n=number) for key, text in GOOD[kind].items()} | {name: value}
            rows.append(",".join('"' + cells.get(field, "").replace('"', '""') + '"' for field in fields))
    data_import = import_file(
        ",".join(fields) + "\n" + "\n".join(rows) + "\n", kind=kind, columns={name: name for name in fields}
    )
    report = data_import.report
    assert report["rows"] == len(rows)
    assert report["created"] + report["changed"] + report["unchanged"] + report["rejected"] == len(rows)
    assert report["created"] > 0
    assert report["rejected"] > 0
    with data_import.rejected.open("rb") as file:
        assert file.read().decode("utf-8-sig").count("\n") > report["rejected"]
    started = start_undo(data_import, by=admin, at=AT)
    undo = undo_import(started, lease=NoLease(), total=started.job.params["total"])
    assert (undo["refused"], undo["left"]) == (0, 0)
    assert not ImportChange.objects.exists()
    assert list(Customer.objects.values_list("number", flat=True)) == ["K-1"]


def test_every_kind_has_words_for_its_fields():
    for kind in IMPORT_KINDS.values():
        assert {field.name for field in kind.fields} == set(kind.labels)
        assert set(GOOD[kind.name]) <= set(kind.labels)


def test_an_admin_is_offered_every_kind_and_a_rep_none(signed_in, admin, rep):
    assert {kind.name for kind in kinds_for(admin)} == set(GOOD)
    page = signed_in(admin).get(reverse("customers:import-new")).content.decode()
    assert all(f'value="{name}"' in page for name in GOOD)
    assert signed_in(rep).get(reverse("customers:import-new")).status_code == 403
