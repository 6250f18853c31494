"""The first import into an empty table leaves out what only readers need; that is made after its report, while people
already work, and every index is there when it ends."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from crm.core import index_resting
from crm.core.index_resting import wake_indexes
from crm.core.job_ledger import JobCancelled, perform_job
from crm.core.models import JobRun, RestingIndex
from customers import import_batches, import_learning
from customers.import_batches import NoLease
from customers.import_cleaning import clean_imports
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import write_import
from customers.models import Customer, NameWord
from tests.customers.import_files import AT, counts, import_file, read_file

PATIENCE_SECONDS = 240
pytestmark = pytest.mark.django_db(transaction=True)

FILE = "number,name,city,country\n" + "".join(f"{n},Lampart {n},Kraków,PL\n" for n in range(1, 31))
SORTED = {"customer_name_trgm", "customer_by_name", "customer_by_team", "customer_by_owner", "customer_by_city"}
SORTED |= {"customer_by_country", "customer_by_source"}  # of whoever has one: in a file that may be everybody
KEPT = {"customer_archived", "customer_under_contract", "customers_customer_number_key"}
KEPT |= {"customer_domain", "customer_tax_id"}  # of which this file says nothing


ORDERS = "order,customer id,date,amount\n" + "".join(f"A-{n},{n},2026-03-{n:02},10\n" for n in range(1, 31))


@pytest.fixture(autouse=True)
def _small_files_are_worth_it(monkeypatch):
    monkeypatch.setattr(index_resting, "WORTH_ROWS", 20)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 10)
    yield
    wake_indexes()  # for the tests that follow


def _indexes():
    """Every index of an import's tables that the database uses, as it stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE i.indrelid::regclass::text ~ '^customers_' AND i.indisvalid"""
        )
        return dict(cursor.fetchall())


def _work():
    """What a worker does when the bell rings."""
    for job in JobRun.objects.filter(state="waiting"):
        perform_job(job.pk)


class _Looking(NoLease):
    """A lease that notes which indexes of customers are there at each sign of progress."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def progress(self, done, total, *, checkpoint=None):
        super().progress(done, total, checkpoint=checkpoint)
        there = _indexes().keys()
        assert there >= KEPT
        self.seen.append((self.checkpoint.get("phase"), SORTED & there))


def test_the_report_comes_before_what_only_readers_need_which_a_job_of_its_own_makes(signed_in, admin):
    before, lease, browser = _indexes(), _Looking(), signed_in(admin)
    data_import = import_file(FILE, kind="customers", lease=lease)
    assert ("write", set()) in lease.seen
    assert data_import.state == "done"
    assert counts(data_import) == (30, 0, 0, 0)
    assert not SORTED & _indexes().keys()
    assert b"still being prepared" in browser.get(data_import.get_absolute_url()).content
    poll = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "import-preparing"}
    assert b"still being prepared" in browser.get(data_import.get_absolute_url(), **poll).content
    found = browser.get("/customers/?q=lampart+17")
    assert b"Lampart 17" in found.content
    assert b"Lampart 18" not in found.content
    _work()
    assert _indexes() == before
    assert not RestingIndex.objects.exists()
    assert b"being prepared" not in browser.get(data_import.get_absolute_url()).content
    said = browser.get(data_import.get_absolute_url(), **poll).content
    assert b"are ready" in said
    assert b"hx-get" not in said


def test_by_what_tables_refer_to_each_other_is_there_with_the_report():
    import_file(FILE, kind="customers")
    import_file(ORDERS, kind="orders")
    there = _indexes().keys()
    assert {"order_of_customer", "customers_orderline_product_id_bbd37065"} <= there
    assert not {"order_by_day", "order_updated"} & there


def test_meanwhile_the_next_file_finds_all_rows_and_an_import_is_undone(admin):
    """The names of the second file are looked for where the index by name is still to be made."""
    before, first = _indexes(), import_file(FILE, kind="customers")
    again = import_file("name,city\n" + "".join(f"Lampart {n},Gdynia\n" for n in range(1, 41)), kind="customers")
    assert counts(again) == (10, 30, 0, 0)
    orders = import_file(ORDERS, kind="orders")
    assert counts(orders) == (30, 0, 0, 0)
    for data_import in (orders, again, first):
        start_undo(data_import, by=admin, at=AT)
        undo_import(data_import, lease=NoLease(), total=30)
    assert not Customer.objects.exists()
    import_file(FILE, kind="customers")
    _work()
    assert _indexes() == before
    assert Customer.objects.count() == 30


def _wake():
    try:
        return wake_indexes()
    finally:
        connection.close()


def _wait(condition):
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until


def _waits():
    """Whether somebody waits for the transaction of somebody else to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'"
        )
        return bool(cursor.fetchone()[0])


def test_while_they_are_made_somebody_saves_a_customer_and_another_worker_waits_his_turn():
    """Who reads for long holds up the making, and nobody else."""
    before, _done = _indexes(), import_file(FILE, kind="customers")
    with psycopg.connect(**_parameters()) as reader, ThreadPoolExecutor(2) as workers:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT FROM core_user")
        making = [workers.submit(_wake) for _worker in range(2)]
        _wait(_waits)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            Customer.objects.create(number="K-1", name="Saved meanwhile")
        reader.rollback()
        assert [work.result(timeout=PATIENCE_SECONDS) for work in making]
    assert _indexes() == before
    assert not RestingIndex.objects.exists()
    assert Customer.objects.filter(name_folded__contains="meanwhile").count() == 1


def test_one_that_was_left_half_made_is_made_anew():
    before, _done = _indexes(), import_file(FILE, kind="customers")
    with connection.cursor() as cursor:
        for index in RestingIndex.objects.filter(name__in=["customer_name_trgm", "customer_by_city"]):
            cursor.execute(index.definition)
        # As a database leaves it whose client was gone in the middle; the other one was made and only not forgotten.
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'customer_name_trgm'::regclass")
    assert "customer_name_trgm" not in _indexes()
    _work()
    assert _indexes() == before
    assert not RestingIndex.objects.exists()


def test_what_the_tables_hold_is_learnt_roughly_by_the_report_and_closely_after_it(monkeypatch):
    """By the end of a large import the planner knows its rows; a few of them until the indexes are there."""
    monkeypatch.setattr(import_learning, "WORTH_LEARNING", 29)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'customers_customer'::regclass")
    import_file(FILE, kind="customers")
    assert _learnt() == {"city": (1, 0), "number": (-1, import_learning.ROUGHLY + 1)}
    _work()
    assert _learnt() == {"city": (1, 0), "number": (-1, 30)}


def test_what_came_beside_others_is_learnt_closely_too(monkeypatch):
    monkeypatch.setattr(import_learning, "WORTH_LEARNING", 29)
    Customer.objects.create(number="K-1", name="Was here first", city="Kraków")
    import_file(FILE, kind="customers")
    _work()
    assert _learnt() == {"city": (1, 0), "number": (-1, 31)}


def _learnt():
    """Of columns of customers: how many values there are (negative: a share of the rows), and how finely cut."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT attname, n_distinct, coalesce(cardinality(histogram_bounds::text::text[]), 0) FROM pg_stats
               WHERE tablename = 'customers_customer' AND attname IN ('city', 'number')"""
        )
        return {name: (values, bounds) for name, values, bounds in cursor.fetchall()}


def test_where_customers_are_already_found_by_others_no_index_goes():
    Customer.objects.create(number="K-1", name="Was here first")
    lease = _Looking()
    import_file(FILE, kind="customers", lease=lease)
    assert {frozenset(names) for _phase, names in lease.seen} == {frozenset(SORTED)}
    assert Customer.objects.count() == 31


def _parameters():
    """Of a connection beside that of the test."""
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in {"host", "dbname"}}
    return parameters | {"user": connection.settings_dict["USER"], "port": connection.settings_dict["PORT"] or None}


def test_a_table_that_somebody_is_reading_is_left_alone():
    lease = _Looking()
    with psycopg.connect(**_parameters()) as reader:
        reader.execute("SELECT FROM customers_customer")
        import_file(FILE, kind="customers", lease=lease)
    assert {frozenset(names) for _phase, names in lease.seen} == {frozenset(SORTED)}
    assert Customer.objects.count() == 30


class _GoneError(BaseException):
    """The process is gone."""


class _Dying(NoLease):
    def progress(self, done, total, *, checkpoint=None):
        if (checkpoint or {}).get("after"):
            raise _GoneError
        super().progress(done, total, checkpoint=checkpoint)


@pytest.fixture
def killed(monkeypatch):
    """An import whose worker was killed while it wrote, so that nobody made the indexes again, and what it left."""
    before, data_import, lease = _indexes(), read_file(FILE, kind="customers"), _Dying()
    with monkeypatch.context() as patch:
        patch.setattr(index_resting, "wake_indexes", lambda _tables: 0)
        with pytest.raises(_GoneError):
            write_import(data_import, lease=lease, at=AT)
    assert not SORTED & _indexes().keys()
    assert {index.name for index in RestingIndex.objects.all()} >= SORTED
    return before, data_import, lease.checkpoint


def test_whoever_follows_a_killed_worker_makes_them(killed):
    before, data_import, checkpoint = killed
    write_import(data_import, lease=NoLease(checkpoint=checkpoint), at=AT)
    assert not SORTED & _indexes().keys()
    _work()
    assert _indexes() == before
    assert Customer.objects.count() == 30
    assert list(NameWord.objects.values_list("word", flat=True)) == ["lampart"]


def test_the_cleaning_makes_those_of_an_import_that_nobody_goes_on_with(killed):
    before, _data_import, _checkpoint = killed
    assert clean_imports(at=AT)["indexes"] >= len(SORTED)
    assert _indexes() == before
    assert clean_imports(at=AT)["indexes"] == 0


def test_a_migration_finds_them_in_their_place(killed):
    before, _data_import, _checkpoint = killed
    call_command("migrate", verbosity=0)
    assert _indexes() == before


class _Stopped(_Dying):
    def progress(self, done, total, *, checkpoint=None):
        if (checkpoint or {}).get("after"):
            raise JobCancelled
        super().progress(done, total, checkpoint=checkpoint)


def test_a_stopped_import_has_them_back():
    before = _indexes()
    with pytest.raises(JobCancelled):
        import_file(FILE, kind="customers", lease=_Stopped())
    assert _indexes() == before
