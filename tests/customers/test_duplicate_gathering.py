"""The keys of everybody are the same, whether one process reads them or two; a second one that fails is not missed."""

import io

import numpy as np
import pytest
from django.db import connection, transaction

from customers import duplicate_gathering
from customers.duplicate_gathering import PARTS, Keys, gather_everybody, gather_keys, gather_upper_half
from customers.duplicate_search import search_duplicates
from customers.models import ContactPoint, Customer, DuplicatePair
from tests import factories
from tests.customers.import_files import AT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town():
    """Nine customers, three of them entered twice."""
    for number in range(6):
        _enter(f"K-{number}", f"Kjeldsen Maskinfabrik {'ABCDEF'[number] * 4} A/S", number)
    for number in range(3):
        _enter(f"D-{number}", f"Kjeldsen Maskinfabrik {'ABCDEF'[number] * 4}", number)


def _enter(key, name, number):
    customer = factories.make_customer(
        number=key, name=name, city="Aarhus", postcode=f"8{number}00", street=f"Vej {number}"
    )
    ContactPoint.objects.create(customer=customer, kind="phone", value_normal=f"+458612345{number}", value="x")
    ContactPoint.objects.create(customer=customer, kind="email", value_normal=f"a{number}@k{number}.example", value="x")


def _sort(keys):
    told = np.concatenate([np.concatenate(part, axis=1) for part in keys.parts], axis=1)
    return keys.customers, told[:, np.lexsort(told)].tolist()


def _read(gather):
    with transaction.atomic():
        return _sort(gather())


def _pairs():
    return list(
        DuplicatePair.objects.order_by("first", "second").values_list("first__number", "second__number", "percent")
    )


def test_two_processes_find_what_one_finds(town, monkeypatch):
    alone = _read(gather_everybody)
    search_duplicates(at=AT, is_whole=True)
    found = _pairs()
    assert len(found) == 3
    DuplicatePair.objects.all().delete()
    monkeypatch.setattr(duplicate_gathering, "SHARED_FROM", 2)
    assert _read(gather_everybody) == alone
    search_duplicates(at=AT, is_whole=True)
    assert _pairs() == found


def test_a_second_process_that_fails_holds_nothing_up(town, monkeypatch, caplog):
    alone = _read(gather_everybody)
    monkeypatch.setattr(duplicate_gathering, "SHARED_FROM", 2)
    monkeypatch.setattr(duplicate_gathering, "COMMAND", "no_such_command")
    assert _read(gather_everybody) == alone
    assert "the second process ended early" in caplog.text


def test_a_second_process_that_waits_for_a_lock_gives_up_before_we_wait_for_ever(town, monkeypatch):
    """Whoever changes the table waits for our transaction, and the second process for him: a knot nobody sees."""
    alone = _read(gather_everybody)
    monkeypatch.setattr(duplicate_gathering, "SHARED_FROM", 2)
    monkeypatch.setattr(duplicate_gathering, "PATIENCE", "100ms")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_contactpoint IN ACCESS EXCLUSIVE MODE")
        assert _sort(gather_everybody()) == alone


def test_what_is_written_for_the_other_process_is_read_as_it_was(town):
    middle = Customer.objects.order_by("id")[3].pk
    with transaction.atomic():
        half = gather_upper_half(middle)
        gather = gather_keys(of_customer=f"AND c.id <= {middle}", of_point=f"AND p.customer_id <= {middle}")
        whole = _sort(gather_keys())
    stream = io.BytesIO()
    half.write(stream)
    content = stream.getvalue()
    gather.take_in(io.BytesIO(content))
    assert _sort(gather) == whole
    for cut in (0, 8, len(content) - 1):
        torn = Keys()
        with pytest.raises(EOFError):
            torn.take_in(io.BytesIO(content[:cut]))
        assert (torn.customers, [len(part) for part in torn.parts]) == (0, [1] * PARTS)
