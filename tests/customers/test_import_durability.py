"""An import that is killed anywhere ends as if nothing had happened; stopped, it keeps what is whole and says so."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from crm.core.job_ledger import JobCancelled, LeaseLost
from customers import import_batches, import_checking
from customers.import_handling import start_import
from customers.import_staging import Stage
from customers.import_writing import write_import
from customers.models import Customer, DataImport, Order, OrderLine
from tests.customers.import_files import AT, counts, problems, read_file

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "order,customer id,date,amount,quantity\n" + "".join(
    f"O{n},{n % 7},2026-01-{n % 28 + 1:02},{'ten' if n % 10 == 3 else n},1\n" for n in range(1, 40)
)
# Without a column of lines each row is an order, written as it stands in the file.
ROWS = FILE.replace(",quantity", "").replace(",1\n", "\n")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class KilledAt:
    """A lease whose worker dies, or is told to stop, at its n-th sign of progress, before that is committed."""

    nth: int
    how: type[BaseException]
    checkpoint: dict[str, Any] = field(default_factory=dict)
    signs: int = 0

    def progress(self, done: int, total: int, *, checkpoint: dict[str, Any] | None = None) -> None:
        self.signs += 1
        if self.signs == self.nth:
            raise self.how
        self.checkpoint = checkpoint or self.checkpoint

    def hold(self) -> None:
        """Nobody else is there."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(import_checking, "CHUNK_ROWS", 10)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 10)


def _whole():
    orders = Order.objects.order_by("number").values_list("number", "customer__number", "day", "amount_cents")
    return list(orders), OrderLine.objects.count(), Customer.objects.count()


def _import_undisturbed(file=FILE):
    data_import = read_file(file)
    report = write_import(data_import, lease=KilledAt(0, Killed), at=AT)
    return report, _whole()


@pytest.mark.parametrize("nth", range(1, 11))
def test_killed_at_any_point_it_ends_the_same(nth):
    report, expected = _import_undisturbed()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(nth, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    assert OrderLine.objects.count() == Order.objects.count()
    again = DataImport.objects.get(pk=data_import.pk)
    resumed = write_import(again, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert _whole() == expected
    assert resumed == report
    assert counts(again) == (35, 0, 0, 4)


@pytest.mark.parametrize(("nth", "is_stage_lost"), [(6, False), (7, False), (8, True), (9, False), (10, False)])
def test_orders_of_one_row_each_end_the_same_wherever_it_was_killed(nth, is_stage_lost):
    report, expected = _import_undisturbed(ROWS)
    assert (report["created"], OrderLine.objects.count()) == (35, 0)
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import, lease = read_file(ROWS), KilledAt(nth, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    if is_stage_lost:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {Stage(data_import.pk).lines}, {Stage(data_import.pk).rejected}")
    resumed = write_import(data_import, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert _whole() == expected
    # One that began anew found what it had made before.
    anew = {"created", "unchanged", "customers_created"} if is_stage_lost else set()
    assert {name: resumed[name] for name in report if name not in anew} == {
        name: told for name, told in report.items() if name not in anew
    }
    assert resumed["created"] + resumed["unchanged"] == 35
    assert Order.objects.create(customer=Customer.objects.first(), number="next", day=AT, amount_cents=1)


def test_a_database_that_crashed_and_lost_the_stage_starts_it_again():
    _report, expected = _import_undisturbed()
    Order.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(3, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Stage(data_import.pk).rows}, {Stage(data_import.pk).rejected}")
    write_import(data_import, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert _whole() == expected


@pytest.mark.parametrize("nth", [0, 2, 4])
def test_a_number_that_stands_twice_is_found_whoever_read_its_first_row(nth):
    rows = [f"O{n % 35},7,2026-01-05,10\n" for n in range(1, 40)]
    data_import, lease = read_file("order,customer id,date,amount\n" + "".join(rows)), KilledAt(nth, Killed)
    with pytest.raises(Killed) if nth else nullcontext():
        write_import(data_import, lease=lease, at=AT)
    if nth:
        write_import(data_import, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert problems(data_import) == [(row, "number", "number_twice") for row in (37, 38, 39, 40)]
    assert Order.objects.count() == 35


def test_stopped_in_the_middle_what_is_written_stays_whole_and_is_reported():
    data_import = read_file(FILE)
    with pytest.raises(JobCancelled):
        write_import(data_import, lease=KilledAt(8, JobCancelled), at=AT)
    data_import.refresh_from_db()
    assert data_import.state == "cancelled"
    assert data_import.report["created"] == Order.objects.count() == OrderLine.objects.count() == 10
    rest = read_file(FILE)
    write_import(rest, lease=KilledAt(0, Killed), at=AT)
    assert counts(rest) == (25, 0, 10, 4)


@pytest.mark.parametrize("nth", range(1, 11))
def test_stopped_anywhere_and_continued_it_ends_as_if_it_had_never_been_stopped(nth, admin):
    report, expected = _import_undisturbed()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import = read_file(FILE, by=admin)
    with pytest.raises(JobCancelled):
        write_import(data_import, lease=KilledAt(nth, JobCancelled), at=AT)
    assert OrderLine.objects.count() == Order.objects.count() == data_import.report["created"]
    again = start_import(DataImport.objects.get(pk=data_import.pk), by=admin, at=AT)
    assert again.state == "running"
    ended = write_import(again, lease=KilledAt(0, Killed), at=AT)
    assert _whole() == expected
    assert {name: ended[name] for name in ("rows", "created", "changed", "unchanged", "rejected")} == {
        name: report[name] for name in ("rows", "created", "changed", "unchanged", "rejected")
    }
    assert not again.file


def test_a_worker_killed_between_the_two_of_a_pair_is_followed_by_one_who_writes_the_first_alone():
    """The second of two batches is committed, then the process is gone before the first is."""
    report, expected = _import_undisturbed()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(8, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    assert lease.checkpoint["beside"]["created"] == Order.objects.count() == 10
    assert lease.checkpoint["after"] == 0
    resumed = write_import(data_import, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert _whole() == expected
    assert resumed == report


def test_a_database_that_lost_the_stage_in_the_middle_of_the_writing_loses_no_row():
    _report, expected = _import_undisturbed()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(8, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    with connection.cursor() as cursor:
        stage = Stage(data_import.pk)
        cursor.execute(f"TRUNCATE {stage.lines}, {stage.records}, {stage.rejected}")
    write_import(data_import, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert _whole() == expected


def test_one_that_goes_on_after_an_update_reads_its_file_again():
    """The stage of an earlier version has other columns than this one writes from."""
    _report, expected = _import_undisturbed()
    Order.objects.all().delete()
    Customer.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(8, Killed)
    with pytest.raises(Killed):
        write_import(data_import, lease=lease, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Stage(data_import.pk).records} DROP COLUMN new_id")
    before = {name: value for name, value in lease.checkpoint.items() if name != "layout"}
    assert (before["phase"], Order.objects.count()) == ("write", 10)
    write_import(data_import, lease=KilledAt(0, Killed, checkpoint=before), at=AT)
    assert _whole() == expected


def test_a_worker_followed_by_another_at_the_very_end_leaves_the_report_to_him():
    report, _expected = _import_undisturbed()
    DataImport.objects.all().delete()
    data_import = read_file(FILE)
    lease = KilledAt(0, Killed)
    lease.hold = lambda: (_ for _ in ()).throw(LeaseLost)
    with pytest.raises(LeaseLost):
        write_import(data_import, lease=lease, at=AT)
    again = DataImport.objects.get()
    assert (again.state, again.report) == ("running", {})
    resumed = write_import(again, lease=KilledAt(0, Killed, checkpoint=lease.checkpoint), at=AT)
    assert resumed["rejected"] == report["rejected"] > 0


def test_nothing_is_left_behind():
    _import_undisturbed()
    with connection.cursor() as cursor:
        # Those that another test left behind on purpose are not meant.
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname ~ %s", [f"^import_{DataImport.objects.get().pk}_"])
        assert cursor.fetchone()[0] == 0
