"""Rows removed as a set leave the very history that removing each leaves, and nothing that refers to them."""

from datetime import date

import pghistory
import pgtrigger
import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.core import row_removing
from crm.core.history_easing import FUNCTIONS, ease_history
from crm.core.models import Team
from crm.core.row_removing import remove_rows
from customers.models import Customer, Order, Person
from tests import factories
from tests.faults.test_night_killed import database_url

pytestmark = pytest.mark.django_db
REST = "SET LOCAL session_replication_role"


def _choose(*customers):
    return f"SELECT id FROM customers_customer WHERE id IN ({', '.join(str(one.pk) for one in customers)})"


def _read_events(model):
    """Every column of the history but its own number, in the order in which it was written."""
    events = model._meta.apps.get_model(model._meta.app_label, f"{model.__name__}Event")
    names = [field.attname for field in events._meta.concrete_fields if field.attname != "pgh_id"]
    return names, list(events.objects.order_by("pgh_id").values_list(*names))


def _remove_in_vain(remove):
    """The history that ``remove`` writes; all is then as it was."""
    with transaction.atomic():
        remove()
        told = _read_events(Customer)
        left = Customer.objects.count()
        transaction.set_rollback(True)
    return told, left


def _remove_and_check(*customers):
    with transaction.atomic():
        removed = remove_rows(Customer, chosen=_choose(*customers))
        connection.check_constraints()
    return removed


@pytest.fixture
def three(admin):
    """Customers as different as they come."""
    team = Team.objects.create(name="North")
    return [
        factories.make_customer(name="Søn & Co", city="Århus", owner=admin, team=team, minimum_order_cents=12_345),
        factories.make_customer(name="Prospect", stage="prospect", since="2020-02-29", changed_by=admin),
        factories.make_customer(name="Nobody", is_informal=True),
    ]


@pytest.mark.parametrize("act", [None, {"user": 7, "url": "/somewhere/"}])
def test_the_history_is_what_the_trigger_would_have_written_column_by_column(three, act):
    def by_trigger():
        Customer.objects.filter(pk__in=[one.pk for one in three[:2]])._raw_delete("default")

    def as_a_set():
        with CaptureQueriesContext(connection) as asked:
            assert remove_rows(Customer, chosen=_choose(*three[:2])) == 2
        assert any(REST in query["sql"] for query in asked)

    if act is None:
        expected, found = _remove_in_vain(by_trigger), _remove_in_vain(as_a_set)
    else:
        with pghistory.context(**act):
            expected, found = _remove_in_vain(by_trigger), _remove_in_vain(as_a_set)
    assert found == expected
    (names, rows), left = found
    assert (len(rows), left) == (2, 1)
    context = {row[names.index("pgh_context_id")] for row in rows}
    assert context == {None} if act is None else None not in context


def test_a_role_that_may_not_put_triggers_to_rest_leaves_the_same_history(three, monkeypatch):
    as_a_set = _remove_in_vain(lambda: remove_rows(Customer, chosen=_choose(*three)))
    monkeypatch.setattr(row_removing, "may_rest_triggers", lambda: False)
    with CaptureQueriesContext(connection) as asked:
        assert _remove_in_vain(lambda: remove_rows(Customer, chosen=_choose(*three))) == as_a_set
    assert not any(REST in query["sql"] for query in asked)


def test_triggers_are_awake_again_afterwards_and_ignoring_one_still_works(three):
    remove_rows(Customer, chosen=_choose(three[0]))
    three[1].delete()
    with pgtrigger.ignore("customers.Customer:deleted_delete"):
        three[2].delete()
    names, rows = _read_events(Customer)
    assert [row[names.index("name")] for row in rows] == ["Søn & Co", "Prospect"]


def test_what_something_refers_to_is_refused_as_ever(three):
    Person.objects.create(customer=three[0], name="Ole Brandt")
    with pytest.raises(IntegrityError):
        _remove_and_check(*three)
    assert Customer.objects.count() == 3


def test_head_and_member_of_a_group_go_together_but_not_the_head_alone(three):
    Customer.objects.filter(pk=three[1].pk).update(parent=three[0])
    with pytest.raises(IntegrityError):
        _remove_and_check(three[0])
    assert _remove_and_check(*three[:2]) == 2


def test_a_table_with_triggers_of_its_own_keeps_them(three):
    order = factories.make_order(three[0], day=date(2026, 1, 5))
    order.lines.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_touchedcustomer")
    with CaptureQueriesContext(connection) as asked:
        remove_rows(Order, chosen=f"SELECT {order.pk}::bigint")
    assert not any(REST in query["sql"] for query in asked)
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id FROM customers_touchedcustomer")
        assert cursor.fetchall() == [(three[0].pk,)]


@pytest.mark.django_db(transaction=True)
def test_whoever_wants_to_refer_to_a_row_meanwhile_waits_and_is_then_refused(customer):
    note = "INSERT INTO customers_person (customer_id, name, name_folded) VALUES (%s, 'Ole', 'ole')"
    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=customer.pk)
            remove_rows(Customer, chosen=_choose(customer))
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(note, [customer.pk])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            other.execute(note, [customer.pk])


def test_a_library_that_writes_its_functions_anew_is_followed(three):
    assert ease_history(using="default") == []
    slow = FUNCTIONS["_pgh_attach_context"].replace(
        "RETURN act;\n        END", "RETURN act;\n        EXCEPTION WHEN OTHERS THEN\n        RETURN NULL; END"
    )
    with connection.cursor() as cursor:
        cursor.execute(slow)
    assert ease_history(using="default") == ["_pgh_attach_context"]
    assert ease_history(using="default") == []
