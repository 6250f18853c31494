"""A whole import is taken back: what it made goes, what it changed is as before; what people touched since stays."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm.core.job_ledger import JobCancelled, perform_job
from crm.core.models import JobRun
from customers import import_batches, import_undoing
from customers.import_cleaning import clean_imports
from customers.import_undoing import CannotUndo, UndoUnderWay, can_undo, start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import ContactPoint, Customer, ImportChange, Order, OrderLine, Person, Product, PurchaseDay
from customers.purchase_day_rebuild import ingest_orders
from tests.customers.import_files import AT, import_file
from tests.customers.test_import_durability import Killed, KilledAt
from tests.faults.test_night_killed import database_url

pytestmark = pytest.mark.django_db

CUSTOMERS = "number,name,city,email\n1,Kjeldsen A/S,Aarhus,info@kjeldsen.example\n2,Brandt GmbH,Kiel,\n3,Novak,Brno,\n"
LINES = (
    "order,customer number,date,amount,product number,quantity\n"
    "A,1,2026-01-05,10,P1,1\nA,1,2026-01-05,20,P2,2\nB,9,2026-01-06,5,P1,1\n"
)


def _undo(data_import, admin):
    started = start_undo(data_import, by=admin, at=AT)
    return undo_import(started, lease=NoLease(), total=started.job.params["total"])


def _everything():
    """All that imports write, as values."""
    return {
        "customers": list(
            Customer.objects.order_by("number").values_list("number", "name", "name_folded", "city", "owner", "source")
        ),
        "points": list(ContactPoint.objects.order_by("value").values_list("customer__number", "value")),
        "people": list(Person.objects.order_by("name").values_list("name", "job_title", "customer__number")),
        "products": list(Product.objects.order_by("number").values_list("number", "name", "price_cents")),
        "orders": list(
            Order.objects.order_by("number").values_list("number", "day", "amount_cents", "returns__number")
        ),
        "lines": list(
            OrderLine.objects.order_by("order__number", "position").values_list(
                "order__number", "position", "amount_cents", "product__number", "quantity"
            )
        ),
    }


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        (
            "customers",
            CUSTOMERS,
            CUSTOMERS.replace("Aarhus", "Odense").replace("Novak,", "Nowak,") + "4,New,Ulm,a@b.de\n",
        ),
        (
            "orders",
            LINES,
            LINES.replace("A,1,2026-01-05,20,P2,2", "A,1,2026-01-05,25,P3,2") + "C,1,2026-02-01,7,P9,1\n",
        ),
        (
            "orders",
            "order,customer number,date,amount,returns order\nA,1,2026-01-05,10,\nB,1,2026-01-06,-5,\n",
            (
                "order,customer number,date,amount,returns order\nC,1,2026-01-05,10,\n"
                "B,1,2026-01-06,-5,A\nD,1,2026-01-09,-1,C\n"
            ),
        ),
        ("products", "number,name,price\nP1,Seal,10\n", "number,name,price\nP1,Shaft seal,12\nP2,Ring,3\n"),
        (
            "people",
            "customer name,name,job title,email\nExisting,Ana Lund,Buyer,ana@x.example\n",
            "customer name,name,job title,email\nExisting,Ana Lund,CEO,ana@x.example\nExisting,Bo,,bo@x.example\n",
        ),
    ],
)
def test_an_import_undone_leaves_everything_as_it_was(admin, kind, first, second):
    Customer.objects.create(number="E", name="Existing")
    import_file(first, kind=kind)
    before = _everything()
    data_import = import_file(second, kind=kind)
    assert _everything() != before
    undo = _undo(data_import, admin)
    assert _everything() == before
    assert (undo["refused"], undo["left"]) == (0, 0)
    data_import.refresh_from_db()
    assert data_import.state == "undone"
    assert not ImportChange.objects.filter(data_import=data_import).exists()


def test_undoing_the_first_import_leaves_nothing(admin):
    data_import = import_file(LINES)
    undo = _undo(data_import, admin)
    assert all(not rows for rows in _everything().values())
    assert undo["removed"] == 2 + 2 + 2


def test_undone_orders_leave_the_days_of_purchase(admin):
    data_import = import_file(LINES)
    ingest_orders(at=AT)
    assert PurchaseDay.objects.count() == 2
    _undo(data_import, admin)
    ingest_orders(at=AT)
    assert PurchaseDay.objects.count() == 0


def test_what_somebody_changed_since_stays_and_is_named(admin, rep):
    import_file(CUSTOMERS, kind="customers")
    data_import = import_file(CUSTOMERS.replace("Aarhus", "Odense").replace("Kiel", "Bonn"), kind="customers")
    touched = Customer.objects.get(number="1")
    touched.city, touched.changed_by = "Vejle", rep
    touched.save()
    undo = _undo(data_import, admin)
    assert dict(Customer.objects.values_list("number", "city")) == {"1": "Vejle", "2": "Kiel", "3": "Brno"}
    assert undo["restored"] == 1
    assert undo["rows"] == [{"what": "customer", "why": "changed", "name": "1 Kjeldsen A/S", "by": rep.name}]


def test_a_new_customer_who_is_in_use_stays(admin):
    data_import = import_file(CUSTOMERS, kind="customers")
    Person.objects.create(customer=Customer.objects.get(number="2"), name="Ole Brandt")
    undo = _undo(data_import, admin)
    assert list(Customer.objects.values_list("number", flat=True)) == ["2"]
    assert [(row["why"], row["name"]) for row in undo["rows"]] == [("used", "2 Brandt GmbH")]
    Person.objects.all().delete()
    data_import.refresh_from_db()
    assert _undo(data_import, admin)["refused"] == 0
    assert not Customer.objects.exists()


def test_an_order_that_a_later_import_changed_is_left_to_that_import(admin):
    first = import_file(LINES)
    second = import_file(LINES.replace("20,P2", "21,P2"))
    undo = _undo(first, admin)
    assert ("changed", "A") in {(row["why"], row["name"]) for row in undo["rows"]}
    assert OrderLine.objects.filter(order__number="A").count() == 2
    _undo(second, admin)
    first.refresh_from_db()
    start_undo(first, by=admin, at=AT)
    assert OrderLine.objects.get(order__number="A", position=2).amount_cents == 2000


def test_what_was_changed_and_is_gone_is_named(admin):
    import_file(CUSTOMERS, kind="customers")
    data_import = import_file(CUSTOMERS.replace("Brno", "Praha"), kind="customers")
    Customer.objects.filter(number="3").delete()
    assert [row["why"] for row in _undo(data_import, admin)["rows"]] == ["gone"]


def test_undoing_twice_and_after_a_month_is_refused(admin):
    data_import = import_file(CUSTOMERS, kind="customers")
    assert can_undo(data_import, at=AT + timedelta(days=29))
    assert not can_undo(data_import, at=AT + timedelta(days=31))
    _undo(data_import, admin)
    data_import.refresh_from_db()
    with pytest.raises(CannotUndo):
        start_undo(data_import, by=admin, at=AT)


def test_what_is_remembered_is_forgotten_after_a_month(admin):
    data_import = import_file(CUSTOMERS, kind="customers")
    clean_imports(at=AT + timedelta(days=29))
    assert ImportChange.objects.filter(data_import=data_import).exists()
    assert clean_imports(at=AT + timedelta(days=31))["changes"] == 4
    assert not ImportChange.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("how", [Killed, JobCancelled])
def test_killed_or_stopped_while_undoing_it_goes_on_where_it_was(admin, monkeypatch, nth, how):
    monkeypatch.setattr(import_undoing, "CHUNK", 2)
    data_import = start_undo(import_file(LINES), by=admin, at=AT)
    with pytest.raises(how):
        undo_import(data_import, lease=KilledAt(nth, how), total=6)
    data_import.refresh_from_db()
    if how is JobCancelled:
        assert data_import.state == "undone"
        data_import = start_undo(data_import, by=admin, at=AT + timedelta(minutes=1))
    undo = undo_import(data_import, lease=NoLease(), total=6)
    assert undo["removed"] == 6
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_stopped_import_can_be_undone_too(admin, monkeypatch):
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 1)
    with pytest.raises(JobCancelled):
        import_file(LINES, lease=KilledAt(5, JobCancelled))
    data_import = import_undoing.DataImport.objects.get()
    assert data_import.state == "cancelled"
    assert Order.objects.count() == 1
    _undo(data_import, admin)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_it_is_undone_from_its_report(signed_in, admin):
    client = signed_in(admin)
    data_import = import_file(CUSTOMERS, kind="customers", at=timezone.now())
    page = client.get(data_import.get_absolute_url()).content.decode()
    assert "Undo this import" in page
    Person.objects.create(customer=Customer.objects.get(number="2"), name="Ole Brandt")
    assert client.post(reverse("customers:import-undo", args=[data_import.pk])).status_code == 302
    assert "Undoing" in client.get(data_import.get_absolute_url()).content.decode()
    perform_job(JobRun.objects.get(kind="import-undo").pk)
    page = client.get(data_import.get_absolute_url()).content.decode()
    assert "3 records made by this import were removed" in page
    assert "2 Brandt GmbH" in page
    assert "is in use" in page
    assert "Undo the rest" in page
    assert "undone: 3 removed" in client.get(reverse("customers:import-list")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_second_undo_while_one_runs_says_so_at_once(signed_in, admin):
    """A chunk of the first holds the import; whoever waited for it would wait until that chunk has ended."""
    client = signed_in(admin)
    data_import = start_undo(import_file(CUSTOMERS, kind="customers", at=timezone.now()), by=admin, at=timezone.now())
    with psycopg.connect(database_url()) as chunk, connection.cursor() as cursor:
        chunk.execute("UPDATE customers_dataimport SET report = report WHERE id = %s", [data_import.pk])
        cursor.execute("SET lock_timeout = '2s'")
        with pytest.raises(UndoUnderWay):
            start_undo(data_import, by=admin, at=timezone.now())
        page = client.post(reverse("customers:import-undo", args=[data_import.pk]), follow=True).content.decode()
        cursor.execute("RESET lock_timeout")
    assert "This import is being undone already" in page
    assert JobRun.objects.filter(kind="import-undo").count() == 1


def test_before_it_is_undone_the_page_says_how_much_that_is(signed_in, admin):
    client = signed_in(admin)
    data_import = import_file(CUSTOMERS, kind="customers", at=timezone.now())
    address = reverse("customers:import-undo", args=[data_import.pk])
    assert f'href="{address}"' in client.get(data_import.get_absolute_url()).content.decode()
    assert "3 new records go. What somebody changed" in client.get(address).content.decode()
    assert Customer.objects.count() == 3
    asked_in_a_dialog = client.get(address, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    assert "<html" not in asked_in_a_dialog
    client.post(address)
    page = client.get(address, follow=True).content.decode()
    assert "This import can no longer be undone" in page


def test_a_running_import_is_not_undone(signed_in, admin):
    client = signed_in(admin)
    data_import = import_file(CUSTOMERS, kind="customers", at=timezone.now())
    type(data_import).objects.update(state="running")
    client.post(reverse("customers:import-undo", args=[data_import.pk]))
    assert Customer.objects.count() == 3
    assert not JobRun.objects.filter(kind="import-undo").exists()
