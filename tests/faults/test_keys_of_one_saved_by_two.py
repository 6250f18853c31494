"""A customer is saved at the same moment by two, or while the night looks for duplicates: he is found by what was said
last, and nobody is sent away."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from customers import duplicate_keeping, duplicate_search
from customers.duplicate_keeping import hash_key, keep_keys
from customers.duplicate_search import search_duplicates
from customers.models import Customer, DuplicateKey
from customers.rules.duplicate_keys import KeyKind, key_of_tax
from tests import factories
from tests.faults.test_two_decide_at_once import Door

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
NIGHT = datetime(2026, 11, 22, 5, tzinfo=UTC)
OLD, NEW = "DE 811 402 776", "DE 900 100 200"


@pytest.fixture
def customer(rep):
    return factories.make_customer(name="Kjeldsen", tax_id=OLD, owner=rep)


def save(pk, tax_id):
    with transaction.atomic():
        customer = Customer.objects.get(pk=pk)
        customer.tax_id = tax_id
        customer.save()
        keep_keys([pk])


def save_elsewhere(pk, tax_id):
    """On a connection of its own, until it is committed."""

    def do():
        try:
            save(pk, tax_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(do).result()


def is_found(customer, tax_id):
    return DuplicateKey.objects.filter(customer=customer, key=hash_key(KeyKind.TAX, key_of_tax(tax_id))).exists()


def once_before(monkeypatch, module, name, act, *, after=False):
    """``act`` goes before (or after) the next call of a function, and no other."""
    real, left = getattr(module, name), [act]

    def stand_in(*args, **named):
        found = real(*args, **named) if after else None
        if left:
            left.pop()()
        return found if after else real(*args, **named)

    monkeypatch.setattr(module, name, stand_in)


def test_of_two_who_save_one_customer_the_later_is_found(customer, monkeypatch):
    door = Door()
    once_before(monkeypatch, duplicate_keeping, "hash_key", lambda: door.let_come(lambda: save(customer.pk, NEW)))
    keep_keys([customer.pk])  # as the end of an import does: it has read him, and not written yet
    door.hear()
    assert is_found(customer, NEW)
    assert not is_found(customer, OLD)


@pytest.mark.parametrize("gathering", ["gather_everybody", "gather_keys"])
def test_who_is_saved_while_the_night_reads_is_found_the_same_day(gathering, customer, monkeypatch):
    if gathering == "gather_keys":
        search_duplicates(at=NIGHT)
    once_before(monkeypatch, duplicate_search, gathering, lambda: save_elsewhere(customer.pk, NEW), after=True)
    assert search_duplicates(at=NIGHT).was_whole is (gathering == "gather_everybody")
    assert is_found(customer, NEW)


def test_the_night_leaves_keys_to_who_writes_them_this_moment(customer, monkeypatch):
    search_duplicates(at=NIGHT)
    DuplicateKey.objects.all().delete()  # as after a large import
    once_before(monkeypatch, duplicate_search, "copy_columns", lambda: save_elsewhere(customer.pk, NEW))
    search_duplicates(at=NIGHT)
    assert is_found(customer, NEW)
