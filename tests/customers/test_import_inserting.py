"""Rows written as a set: what their keys and triggers would have asked and done is asked and done all the same."""

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from customers import import_batches, import_checking, import_inserting, name_word_noting
from customers.import_batches import NoLease
from customers.import_inserting import RowsInsert
from customers.import_staging import run_sql
from customers.import_writing import write_import
from customers.models import Customer, NameWord, Order, OrderLine, TouchedCustomer
from customers.name_word_noting import WordNoter
from tests.customers.import_files import AT, read_file

CUSTOMERS = "number,name,email\n1,Zakłady Lampart,a@lampart.example\n2,Lampart Nord,\n3,Ørsted & Søn,b@sol.example\n"
ORDERS = "order,customer id,date,amount,quantity\nA,1,2026-01-02,10,1\nB,2,2026-01-03,20,2\nC,1,2026-01-04,30,3\n"


def _written(kind_and_text):
    for kind, text in kind_and_text:
        write_import(read_file(text, kind=kind), lease=NoLease(), at=AT)
    numbers = dict(Customer.objects.values_list("pk", "number"))
    touched = {(numbers[one.customer_id], str(one.day)) for one in TouchedCustomer.objects.all()}
    return sorted(NameWord.objects.values_list("word", flat=True)), touched, OrderLine.objects.count()


@pytest.mark.django_db
def test_words_of_names_and_touched_customers_are_noted_with_triggers_at_rest_as_with_them(monkeypatch):
    assert import_inserting._find_rest("customers_customer") is not None
    files = (("customers", CUSTOMERS), ("orders", ORDERS))
    with transaction.atomic():
        as_a_set = _written(files)
        transaction.set_rollback(True)
    monkeypatch.setattr(import_inserting, "may_rest_triggers", lambda: False)
    assert _written(files) == as_a_set
    touched = {("1", "2026-01-02"), ("2", "2026-01-03"), ("1", "2026-01-04")}
    assert as_a_set == (["lampart", "nord", "orsted", "son", "zaklady"], touched, 3)


def _words():
    return sorted(NameWord.objects.values_list("word", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_busy", [False, True], ids=["once", "with-each-batch-where-that-failed"])
def test_the_words_of_a_file_of_several_batches_are_noted_once_for_all_of_them(monkeypatch, is_busy):
    statements = []

    def note(sql):
        statements.append(sql)
        if is_busy:
            raise OperationalError("canceling statement due to lock timeout")
        return run_sql(sql)

    monkeypatch.setattr(name_word_noting, "run_sql", note)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 1)
    write_import(read_file(CUSTOMERS, kind="customers"), lease=NoLease(), at=AT)
    assert len(statements) == 1
    assert sorted(set(_words())) == ["lampart", "nord", "orsted", "son", "zaklady"]
    assert is_busy or len(_words()) == 5


@pytest.mark.django_db(transaction=True)
def test_words_are_noted_while_the_file_is_still_read_and_none_twice(monkeypatch):
    told, hear = [], WordNoter.hear

    def note(words, row):
        told.append(row)
        hear(words, row)

    monkeypatch.setattr(WordNoter, "hear", note)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 1)
    monkeypatch.setattr(import_checking, "CHUNK_ROWS", 1)
    write_import(read_file(CUSTOMERS, kind="customers"), lease=NoLease(), at=AT)
    assert told == [2, 3, 4]
    assert _words() == ["lampart", "nord", "orsted", "son", "zaklady"]


@pytest.mark.django_db(transaction=True)
def test_the_batches_leave_words_that_are_noted_to_whoever_noted_them(monkeypatch):
    monkeypatch.setattr(name_word_noting, "run_sql", lambda sql: 0)
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 1)
    write_import(read_file(CUSTOMERS, kind="customers"), lease=NoLease(), at=AT)
    assert Customer.objects.count() == 3
    assert not _words()


@pytest.mark.django_db
def test_a_trigger_that_nobody_stands_in_for_is_never_put_to_rest():
    assert import_inserting._find_rest("complaints_complaint") is None


def _insert(values, *, once="number"):
    sql = f"""INSERT INTO customers_customer AS t (number, name, name_folded, kind, owner_id)
              SELECT n, 'Lampart ' || n, 'lampart ' || n, 'organisation', o FROM (VALUES {values}) given (n, o)"""
    return RowsInsert("customers_customer", sql, once=once).run()


def _triggers():
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_row_that_refers_to_nobody_is_refused_with_all_the_others(rep):
    with pytest.raises(IntegrityError, match="owner_id"), transaction.atomic():
        _insert(f"('1', {rep.pk}), ('2', -1)")
    assert not Customer.objects.exists()
    assert _triggers() == "origin"


@pytest.mark.django_db
def test_a_number_that_somebody_wrote_meanwhile_is_left_out_and_the_rest_is_written(rep):
    Customer.objects.create(number="2", name="Was here first")
    assert _insert(f"('1', {rep.pk}), ('2', {rep.pk})") == 1
    assert set(Customer.objects.values_list("number", "name")) == {("1", "Lampart 1"), ("2", "Was here first")}
    assert _triggers() == "origin"


@pytest.mark.django_db(transaction=True)
def test_who_is_referred_to_cannot_go_before_the_new_rows_are_there():
    customer = Customer.objects.create(number="1", name="Lampart")
    sql = f"""INSERT INTO customers_order AS t (customer_id, number, day, amount_cents)
              SELECT {customer.pk}, 'A', date '2026-01-02', 100"""
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in {"host", "dbname"}}
    parameters |= {"user": connection.settings_dict["USER"], "port": connection.settings_dict["PORT"] or None}
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            RowsInsert("customers_order", sql, once="number").run()
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("DELETE FROM customers_customer")
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            other.execute("DELETE FROM customers_customer")
    assert Order.objects.get().customer == customer


@pytest.mark.django_db(transaction=True)
def test_rows_of_somebody_who_went_meanwhile_are_refused():
    customer = Customer.objects.create(number="1", name="Lampart")
    customer_id = customer.pk
    customer.delete()
    sql = f"""INSERT INTO customers_order AS t (customer_id, number, day, amount_cents)
              SELECT {customer_id}, 'A', date '2026-01-02', 100"""
    with pytest.raises(IntegrityError, match="customer_id"):
        RowsInsert("customers_order", sql, once="number").run()
    assert not Order.objects.exists()
