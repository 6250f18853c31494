"""A real worker is killed with -9 in the middle of an import; nothing is half-written, and the next one ends it."""

from datetime import timedelta

import psycopg
import pytest
from django.db.models import Sum
from django.utils import timezone

from crm.core.job_ledger import sweep
from crm.core.models import JobRun
from customers.import_handling import start_import, take_file
from customers.models import Customer, DataImport, Order, OrderLine
from tests import factories
from tests.customers.import_files import cdnow_master, counts
from tests.faults.test_night_killed import database_url, kill, start_worker, wait_for

__all__ = ["start_worker"]
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
FIRST_BATCH = 50_000  # up to which row of the file
WRITTEN = FIRST_BATCH - 1  # its first row are the headers


def test_an_import_survives_its_worker(admin, start_worker):
    """The last order of the file is held by somebody else, so the worker is stuck in its second batch when killed."""
    content = cdnow_master()
    number, day, _discs, amount = content.decode().splitlines()[-1].split(",")
    customer = factories.make_customer(number=number)
    order = f"{number}·{day.replace('-', '')}·{amount.replace('.', '').lstrip('0')}"
    data_import = take_file([content], name="cdnow.csv", kind="orders", by=admin, at=timezone.now())
    first = start_worker()
    wait_for(lambda: DataImport.objects.get().state == "ready")
    with psycopg.connect(database_url()) as holder:
        holder.execute(
            "INSERT INTO customers_order (customer_id, number, day, amount_cents) VALUES (%s, %s, %s, 1)",
            [customer.pk, order, day],
        )
        start_import(data_import, by=admin, at=timezone.now() - timedelta(seconds=1))
        wait_for(lambda: Order.objects.count() >= WRITTEN)
        wait_for(lambda: JobRun.objects.get(kind="import-write").checkpoint.get("after") == FIRST_BATCH)
        kill(first)
        holder.rollback()
    assert JobRun.objects.get(kind="import-write").lease_until < timezone.now() + timedelta(seconds=31)
    assert Order.objects.count() == OrderLine.objects.count() == WRITTEN
    assert DataImport.objects.get().state == "running"

    second = start_worker()
    JobRun.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep(at=timezone.now()) == 1
    wait_for(lambda: JobRun.objects.get(kind="import-write").state == "done")
    kill(second)

    done = DataImport.objects.get()
    assert counts(done) == (69_659, 0, 0, 0)
    assert Order.objects.count() == OrderLine.objects.count() == 69_659
    assert Order.objects.aggregate(total=Sum("amount_cents"))["total"] == 250_031_563
    assert Customer.objects.count() == 23_570
    assert not done.file
