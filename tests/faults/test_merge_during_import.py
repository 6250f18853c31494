"""Somebody merges two customers while an import that names both is under way, on a connection of its own."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from customers import import_batches
from customers.customer_merging import merge_customers
from customers.import_staging import one_writer
from customers.import_writing import write_import
from customers.models import Customer, Order
from tests import factories
from tests.customers.import_files import AT, counts, read_file

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
FILE = "order,customer id,date,amount\n" + "".join(f"O{n},K-{n % 2 + 1},2026-01-05,{n}.00\n" for n in range(1, 41))


class MergesAt:
    """A lease that lets somebody else merge when the import tells its n-th progress."""

    checkpoint: dict = {}

    def __init__(self, nth, merge):
        self.nth, self.merge, self.signs, self.waiting = nth, merge, 0, []

    def progress(self, done, total, *, checkpoint=None):
        self.checkpoint = checkpoint or self.checkpoint
        self.signs += 1
        if self.signs == self.nth:
            thread = threading.Thread(target=self._merge)
            thread.start()
            self.waiting.append(thread)

    def hold(self):
        """Nobody else is there."""

    def _merge(self):
        try:
            self.merge()
        finally:
            connection.close()


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_every_order_ends_at_the_one_who_stays(nth, admin, monkeypatch):
    """The merge waits for its turn between two batches, or comes first; no order is lost or left with who is gone."""
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 10)
    stays, goes = (factories.make_customer(number=number, name=f"Betatech {number}") for number in ("K-1", "K-2"))
    data_import = read_file(FILE)
    lease = MergesAt(nth, lambda: merge_customers(stays, goes, by=admin, at=timezone.now()))
    write_import(data_import, lease=lease, at=AT)
    for thread in lease.waiting:
        thread.join(timeout=240)
    assert lease.waiting
    assert Customer.objects.get(pk=goes.pk).merged_into == stays
    assert counts(data_import) == (40, 0, 0, 0)
    assert set(Order.objects.values_list("customer", flat=True)) == {stays.pk}
    assert Order.objects.count() == 40


def test_one_turn_at_a_time():
    with one_writer(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 1
