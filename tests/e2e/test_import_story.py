"""Story: the first administrator of an empty company brings a year and a half of real orders, and brings them again."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Count, Max
from django.utils import timezone
from playwright.sync_api import expect

from crm.core.local_time import company_day
from customers.models import Customer, Order
from segments.models import Process, Segment, Trigger
from tests.customers.import_files import cdnow_master

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ROWS = 400


@pytest.fixture
def file():
    """The first purchases of the CDNOW base; the header as it is published."""
    lines = cdnow_master().decode().splitlines()[: ROWS + 1]
    return {"name": "cdnow_part.csv", "mimeType": "text/csv", "buffer": ("\n".join(lines) + "\n").encode()}


@contextmanager
def held_back(worker: Any) -> Iterator[None]:
    """The worker takes nothing up meanwhile: what the page shows while work waits can be looked at in peace."""
    worker.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send_signal(signal.SIGCONT)


def open_house(page):
    page.get_by_label("Name").first.fill("Thomas Okafor")
    page.get_by_label("E-mail").fill("t.okafor@halden.example")
    page.get_by_label("Name").nth(1).fill("Halden Industrial Supplies")
    page.get_by_label("Password").fill("four words in a row")
    page.get_by_role("button", name="Open the house").click()


def upload(page, file):
    page.get_by_label("Orders").check()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()


def tile(page, label):
    return page.locator(".r-tile").filter(has=page.get_by_text(label, exact=True)).locator(".v")


def figures():
    return Order.objects.aggregate(orders=Count("pk"), customers=Count("customer", distinct=True), last=Max("day"))


def test_the_first_administrator_brings_his_orders_twice(open_page, worker, file):
    page = open_page(None, "/accounts/login/")
    open_house(page)
    expect(page.get_by_role("heading", name="Import a file")).to_be_visible()
    assert set(Segment.objects.values_list("key", flat=True)) >= {"premium", "standard", "low-cost", "new", "at-risk"}
    assert Process.objects.exists()
    assert Trigger.objects.filter(is_on=True).exists()

    upload(page, file)
    expect(page.get_by_label("customer_id goes to")).to_have_value("customer_number")
    expect(page.get_by_label("date goes to")).to_have_value("day")
    expect(page.get_by_label("amount goes to")).to_have_value("amount")
    expect(tile(page, "Ready")).to_have_text(str(ROWS))
    expect(page.get_by_text("Every row can be imported")).to_be_visible()
    expect(page.get_by_role("region", name="Rows").locator("tbody tr").first).to_contain_text("11.77")
    assert not Order.objects.exists()

    page.get_by_label("Trial data: move all days").check()
    with held_back(worker):
        page.get_by_role("button", name=f"Import {ROWS} rows").click()
        expect(page.locator("#import-progress")).to_contain_text("waiting for a worker")
        assert not Order.objects.exists()
    expect(tile(page, "New")).to_have_text(str(ROWS))
    expect(tile(page, "Rejected rows")).to_have_text("0")
    expect(page.get_by_text("Trial data: every day was moved by")).to_be_visible()
    first = figures()
    assert first["orders"] == ROWS
    assert first["customers"] == Customer.objects.count() > 50
    assert first["last"] == company_day(timezone.now()) - timedelta(days=1)

    page.get_by_role("link", name="Another file").click()
    upload(page, file)
    page.get_by_label("Trial data: move all days").check()
    page.get_by_role("button", name=f"Import {ROWS} rows").click()
    expect(tile(page, "Unchanged")).to_have_text(str(ROWS))
    expect(tile(page, "New")).to_have_text("0")
    expect(tile(page, "Changed")).to_have_text("0")
    assert figures() == first
