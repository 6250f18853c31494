"""The first import into an empty table leaves out what only readers need, and every index is there when it ends."""

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from crm.core import index_resting
from crm.core.job_ledger import JobCancelled
from crm.core.models import RestingIndex
from customers import import_batches, import_writing
from customers.import_batches import NoLease
from customers.import_cleaning import clean_imports
from customers.import_writing import write_import
from customers.models import Customer, NameWord
from tests.customers.import_files import AT, import_file, read_file

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "number,name,city,country\n" + "".join(f"{n},Lampart {n},Kraków,PL\n" for n in range(1, 31))
SORTED = {"customer_name_trgm", "customer_by_name", "customer_by_team", "customer_by_owner", "customer_by_city"}
SORTED |= {"customer_by_country", "customer_by_source"}  # of whoever has one: in a file that may be everybody
KEPT = {"customer_archived", "customer_under_contract", "customers_customer_number_key"}


@pytest.fixture(autouse=True)
def _small_files_are_worth_it(monkeypatch):
    monkeypatch.setattr(index_resting, "WORTH_ROWS", 20)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 10)


def _indexes():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename ~ '^customers_'")
        return dict(cursor.fetchall())


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


def test_they_rest_while_an_empty_table_is_filled_and_come_back_as_they_were():
    before, lease = _indexes(), _Looking()
    import_file(FILE, kind="customers", lease=lease)
    assert ("write", set()) in lease.seen
    assert _indexes() == before
    assert Customer.objects.count() == 30
    assert not RestingIndex.objects.exists()


def test_what_the_tables_hold_is_learnt_while_indexes_of_others_are_made(monkeypatch):
    """By the end of a large import the planner knows its rows, which no index of the same table can be made beside."""
    monkeypatch.setattr(import_writing, "WORTH_LEARNING", 29)
    before = _indexes()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'customers_customer'::regclass")
    import_file(FILE, kind="customers")
    assert _indexes() == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_distinct FROM pg_stats WHERE tablename = 'customers_customer' AND attname = 'city'")
        assert cursor.fetchall() == [(1,)]


def test_where_customers_are_already_found_by_others_no_index_goes():
    Customer.objects.create(number="K-1", name="Was here first")
    lease = _Looking()
    import_file(FILE, kind="customers", lease=lease)
    assert {frozenset(names) for _phase, names in lease.seen} == {frozenset(SORTED)}
    assert Customer.objects.count() == 31


def test_a_table_that_somebody_is_reading_is_left_alone():
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in {"host", "dbname"}}
    parameters |= {"user": connection.settings_dict["USER"], "port": connection.settings_dict["PORT"] or None}
    lease = _Looking()
    with psycopg.connect(**parameters) as reader:
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
        patch.setattr(index_resting, "wake_indexes", lambda **_work: 0)
        with pytest.raises(_GoneError):
            write_import(data_import, lease=lease, at=AT)
    assert not SORTED & _indexes().keys()
    assert {index.name for index in RestingIndex.objects.all()} >= SORTED
    return before, data_import, lease.checkpoint


def test_whoever_follows_a_killed_worker_makes_them(killed):
    before, data_import, checkpoint = killed
    write_import(data_import, lease=NoLease(checkpoint=checkpoint), at=AT)
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
