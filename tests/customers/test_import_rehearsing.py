"""The look through a file tells what the writing would refuse: what stands twice, rows that find nothing here."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from customers import import_checking
from customers.import_cleaning import clean_imports
from customers.import_handling import READ_JOB
from customers.import_staging import Stage
from customers.import_writing import NoLease, write_import
from customers.models import Customer, Order, Product
from interactions.models import Interaction
from segments.default_configuration import create_defaults
from tests import factories
from tests.customers.import_files import AT, import_file, problems, read_file

pytestmark = pytest.mark.django_db


def _found(data_import):
    """Row, field, code and value of what the look found."""
    return [
        (row["row"], one["field"], one["code"], one["value"])
        for row in data_import.preview["problem_rows"]
        for one in row["problems"]
    ]


def _stages():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^import_[0-9]+'")
        return cursor.fetchall()


TWICE = {
    "customers": ("number,name\nC-1,Kjeldsen\nC-104,Brandt\nC-104,Novak\n", (4, "number", "customer_twice", "3")),
    "orders": (
        "order,customer number,date,amount\nA,E,2026-01-05,10\nB,E,2026-01-06,5\nA,E,2026-01-05,10\n",
        (4, "number", "number_twice", "2"),
    ),
    "products": ("number,name\nP1,Seal\nP2,Ring\nP1,Shaft seal\n", (4, "number", "product_twice", "2")),
    "people": (
        "customer name,name,email\nExisting,Ana,a@x.example\nExisting,Bo,b@x.example\nExisting,Bo,b@x.example\n",
        (4, "name", "person_twice", "3"),
    ),
    "teams": ("name,team\nAna Lund,North\nBo Brandt,South\nAna Lund,North\n", (4, "name", "colleague_twice", "2")),
    "interactions": (
        "customer number,date,channel,note\nE,2026-01-05,call,Hello\nE,2026-01-06,call,Hi\nE,2026-01-05,call,Hello\n",
        (4, "day", "contact_twice", "2"),
    ),
    "opportunities": (
        "number,customer number,subject,stage\nO1,E,Pump,Won\nO2,E,Seal,Won\nO1,E,Pump,Won\n",
        (4, "number", "opportunity_twice", "2"),
    ),
    "complaints": (
        "number,customer number,date,title\nQ1,E,2026-01-05,Leak\nQ2,E,2026-01-06,Late\nQ1,E,2026-01-05,Leak\n",
        (4, "title", "complaint_twice", "2"),
    ),
}


@pytest.mark.parametrize("mode", ["both", "create", "update"])
@pytest.mark.parametrize("kind", TWICE)
def test_what_stands_twice_is_named_with_its_row_before_anything_is_written(kind, mode):
    create_defaults()
    factories.make_customer(number="E", name="Existing")
    content, expected = TWICE[kind]
    before = (Customer.objects.count(), Product.objects.count(), Order.objects.count(), Interaction.objects.count())
    data_import = read_file(content, kind=kind, mode=mode)
    assert expected in _found(data_import)
    if mode != "update":
        assert (data_import.preview["rows"], data_import.preview["ready"]) == (3, 2)
    after = (Customer.objects.count(), Product.objects.count(), Order.objects.count(), Interaction.objects.count())
    assert after == before
    assert _stages() == []
    said = data_import.preview
    write_import(data_import, lease=NoLease(), at=AT)
    assert sorted(problems(data_import)) == sorted(found[:3] for found in _found(data_import))
    assert said["rows"] - said["ready"] == data_import.report["rejected"]


def test_only_changing_known_ones_says_who_is_not_here_and_only_making_new_ones_does_not():
    factories.make_customer(number="1", name="Kjeldsen")
    content = "number,name\n1,Kjeldsen A/S\n2,Brandt\n"
    assert _found(read_file(content, kind="customers", mode="update")) == [(3, "number", "not_here", "2")]
    for mode in ("both", "create"):
        assert _found(read_file(content, kind="customers", mode=mode)) == []


def test_two_numbers_that_are_one_customer_by_another_key_are_told_as_such():
    factories.make_customer(number="9", name="Kjeldsen", tax_id="DK1")
    data_import = read_file(
        "number,name,tax number\n1,Kjeldsen,DK1\n2,Kjeldsen A/S,DK1\n", kind="customers", key="tax_id"
    )
    assert _found(data_import) == [(3, "number", "customer_meant_twice", "2")]


def test_a_row_of_somebody_who_was_merged_is_not_told_that_a_number_it_does_not_say_stands_twice():
    kept = factories.make_customer(number="9", name="Kjeldsen")
    factories.make_customer(number="8", name="Kjeldsen A/S", merged_into=kept, archived_at=timezone.now())
    data_import = read_file("number,name\n9,Kjeldsen\n8,Kjeldsen A/S\n", kind="customers")
    assert _found(data_import) == [(3, "number", "customer_meant_twice", "2")]


def test_lines_of_one_order_that_disagree_and_their_sisters_are_named_and_do_not_count():
    data_import = read_file(
        "order,customer number,date,amount,product number,quantity\n"
        "A,1,2026-01-05,10,P1,1\nA,2,2026-01-05,20,P2,2\nB,1,2026-01-06,5,P1,1\nB,1,nonsense,5,P2,1\nC,3,2026-02-01,7,P1,1\n"
    )
    assert _found(data_import) == [
        (2, "number", "order_incomplete", "A"),
        (3, "number", "order_differs", "2"),
        (4, "number", "order_incomplete", "B"),
        (5, "day", "no_day", "nonsense"),
    ]
    figures = {name: data_import.preview[name] for name in ("ready", "customers", "amount_cents", "first_day")}
    assert figures == {"ready": 1, "customers": 1, "amount_cents": 700, "first_day": "2026-02-01"}


def test_a_row_far_down_is_shown_with_its_cells(monkeypatch):
    monkeypatch.setattr(import_checking, "CHUNK_ROWS", 10)
    rows = "".join(f"C-{n},Name {n}\n" for n in range(60))
    data_import = read_file("number,name\n" + rows + "C-7,Again\nC-55,Once more\n", kind="customers")
    assert [(row["row"], row["cells"]["name"]) for row in data_import.preview["problem_rows"]] == [
        (62, "Again"),
        (63, "Once more"),
    ]
    assert data_import.preview["ready"] == 60
    assert all(row["problems"] == [] for row in data_import.preview["shown"])


def test_the_page_says_which_number_stands_where_and_changing_the_mode_looks_again(signed_in, admin):
    client = signed_in(admin)
    data_import = read_file(TWICE["customers"][0], kind="customers", by=admin)
    type(data_import).objects.update(state="ready", created_at=timezone.now())
    page = client.get(data_import.get_absolute_url()).content.decode()
    assert "“C-104” stands already in row 3" in page
    assert "stands already in another row" in page
    start = reverse("customers:import-start", args=[data_import.pk])
    client.post(start, {"mode": "update", "key": "number"})
    data_import.refresh_from_db()
    assert (data_import.state, data_import.job.kind) == ("reading", READ_JOB)


def test_rows_of_nobody_we_may_see_are_named(rep):
    foreign = factories.make_customer(number="F")
    data_import = read_file("number,name\nF,Mine now\nG,New\n", kind="customers", by=rep)
    assert _found(data_import) == [(2, "number", "customer_not_yours", foreign.number)]


def test_what_a_killed_look_left_behind_goes_with_the_other_stages():
    data_import = import_file("number,name\n1,Kjeldsen\n", kind="customers")
    Stage(data_import.pk, on_trial=True).create({"number": "text"})
    assert clean_imports(at=AT)["stages"] == 1
    assert _stages() == []
