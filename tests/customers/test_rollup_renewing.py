"""A rollup made new by two processes is what one makes; nobody ever reads half of it, and killed it leaves nothing."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from customers import purchase_day_filling, purchase_day_rebuild, rollup_renewing
from customers.models import Order, PurchaseDay, PurchaseHistory, PurchaseState, TouchedCustomer
from customers.purchase_day_rebuild import ingest_orders, rebuild_purchase_days
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
DAY = date(2026, 11, 1)


class Killed(Exception):
    """The process is gone."""


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch):
    monkeypatch.setattr(rollup_renewing, "LEAST_RANGE", 2)


@pytest.fixture
def customers():
    made = [make_customer() for _ in range(9)]
    for place, customer in enumerate(made[:-1]):
        for nth in range(place % 4 + 1):
            make_order(customer, DAY + timedelta(3 * nth), 10_00 * place)
    ingest_orders(at=NOW)
    return made


def _read():
    return [list(model.objects.order_by("pk").values()) for model in (PurchaseDay, PurchaseState, PurchaseHistory)]


def _read_beside():
    """As somebody else sees it, who waits for nobody."""
    seen = []

    def read():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            seen.extend(_read())
        finally:
            connection.close()

    thread = Thread(target=read)
    thread.start()
    thread.join()
    return seen


def _describe_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'customers_purchase%%'"
            " UNION SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'customers_purchase%%'"
            " UNION SELECT concat(attrelid::regclass, '.', attname, attstorage, attnotnull) FROM pg_attribute"
            " WHERE attrelid::regclass::text LIKE 'customers_purchase%%' AND attnum > 0 ORDER BY 1"
        )
        return cursor.fetchall()


def _list_tables():
    with connection.cursor() as cursor:
        return [name for name in connection.introspection.table_names(cursor) if "fresh_" in name]


def test_two_processes_make_what_one_keeps(customers):
    kept, tables = _read(), _describe_tables()
    assert rebuild_purchase_days(at=NOW) == len(kept[0]) > 0
    assert _read() == kept
    assert _describe_tables() == tables
    assert not _list_tables()


def test_readers_see_what_was_until_all_is_there(customers, monkeypatch):
    kept, seen = _read(), []
    Order.objects.update(amount_cents=1_00)
    index = rollup_renewing._index

    def look(*args):
        seen.append(_read_beside())
        return index(*args)

    monkeypatch.setattr(rollup_renewing, "_index", look)
    rebuild_purchase_days(at=NOW)
    assert seen == [kept]
    assert {day["amount_cents"] for day in _read()[0]} == {1_00}


@pytest.mark.parametrize("place", ["_index", "_exchange"])
def test_killed_half_way_all_is_as_it_was_and_done_the_next_time(customers, monkeypatch, place):
    monkeypatch.setattr(purchase_day_rebuild, "REBUILD_FROM", 1)
    kept = _read()
    Order.objects.update(amount_cents=1_00)
    touched = TouchedCustomer.objects.count()

    def kill(*_args):
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(rollup_renewing, place, kill)
        with pytest.raises(Killed):
            ingest_orders(at=NOW)
    assert _read() == kept
    assert TouchedCustomer.objects.count() == touched
    assert ingest_orders(at=NOW).rebuilt
    assert {day["amount_cents"] for day in _read()[0]} == {1_00}
    assert not _list_tables()


def test_an_error_in_one_range_leaves_nothing_behind(customers, monkeypatch):
    kept = _read()
    fails = f" AND 1 / (o.customer_id - {customers[-2].pk}) > -9"
    monkeypatch.setattr(purchase_day_filling, "ORDERS", purchase_day_filling.ORDERS + fails)
    with pytest.raises(Exception, match="division by zero"):
        rebuild_purchase_days(at=NOW)
    assert _read() == kept
    assert not _list_tables()


@pytest.mark.parametrize("broken", ["_pack_days", "_pack_states"])
def test_a_table_that_cannot_be_filled_leaves_none_behind(customers, monkeypatch, broken):
    kept, pack = _read(), getattr(purchase_day_filling, broken)

    def fail(part):
        if part[0].customer_id[0] >= customers[4].pk:
            raise Killed
        return pack(part)

    monkeypatch.setattr(purchase_day_filling, broken, fail)
    with pytest.raises(Killed):
        rebuild_purchase_days(at=NOW)
    assert _read() == kept
    assert not _list_tables()
