"""Contracts come with the file of customers: who has one, when it is renewed, and how often."""

from datetime import date

import pytest

from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Contract, Customer
from customers.rules.import_columns import guess_columns
from tests import factories
from tests.customers.import_files import AT, counts, import_file, problems

pytestmark = pytest.mark.django_db

FILE = (
    "number,name,relation,next renewal,renewal months\n"
    "1,Kjeldsen A/S,contract,2027-01-15,\n"
    "2,Brandt GmbH,,2026-12-01,3\n"
    "3,Novak,orders,,\n"
    "4,Silva,subscription,,\n"
)


def contracts():
    rows = Contract.objects.values_list("customer__number", "started_on", "period_months")
    return {number: (began, months) for number, began, months in rows}


def relations():
    return dict(Customer.objects.values_list("number", "relation"))


def test_a_renewal_in_the_file_makes_a_contract_that_began_one_period_before():
    assert counts(import_file(FILE, kind="customers")) == (4, 0, 0, 0)
    assert relations() == {"1": "contract", "2": "contract", "3": "orders", "4": "contract"}
    assert contracts() == {"1": (date(2026, 1, 15), 12), "2": (date(2026, 9, 1), 3)}


def test_the_same_file_again_changes_nothing_and_nothing_is_lost_by_an_empty_cell():
    import_file(FILE, kind="customers")
    assert counts(import_file(FILE, kind="customers")) == (0, 0, 4, 0)
    assert counts(import_file("number,name,relation,next renewal\n1,Kjeldsen A/S,,\n", kind="customers")) == (
        0,
        0,
        1,
        0,
    )
    assert contracts()["1"] == (date(2026, 1, 15), 12)
    assert relations()["1"] == "contract"


def test_a_contract_that_is_here_keeps_how_often_it_was_renewed():
    customer = factories.make_customer(number="1", name="Kjeldsen A/S", relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2020, 1, 15), period_months=12)
    assert counts(import_file("number,name,next renewal\n1,Kjeldsen A/S,2027-01-15\n", kind="customers"))[2] == 1
    assert counts(import_file("number,name,next renewal\n1,Kjeldsen A/S,2027-02-01\n", kind="customers"))[1] == 1
    assert contracts()["1"] == (date(2020, 2, 1), 12)


def test_the_last_of_a_month_stays_the_last_of_a_month():
    customer = factories.make_customer(number="1", name="Kjeldsen A/S", relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2026, 8, 31), period_months=3)
    assert counts(import_file("number,name,next renewal\n1,Kjeldsen A/S,2026-11-30\n", kind="customers"))[2] == 1
    assert contracts()["1"] == (date(2026, 8, 31), 3)


def test_a_renewal_makes_a_contract_of_somebody_who_bought_by_orders():
    factories.make_customer(number="1", name="Kjeldsen A/S")
    assert counts(import_file("number,name,next renewal\n1,Kjeldsen A/S,2027-01-15\n", kind="customers"))[1] == 1
    assert relations()["1"] == "contract"


def test_a_renewal_that_cannot_be_is_refused_with_its_reason():
    customer = factories.make_customer(number="5", name="Gone", relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2024, 1, 15), ended_on=date(2025, 1, 15))
    done = import_file(
        "number,name,relation,next renewal,renewal months\n"
        "1,A,orders,2027-01-15,\n2,B,,2028-06-01,\n3,C,,2028-06-01,24\n4,D,,2027-01-15,2.5\n"
        "5,Gone,,2027-01-15,\n6,F,perhaps,,\n7,G,,2027-13-01,\n8,H,,2027-01-15,0\n",
        kind="customers",
    )
    assert sorted(problems(done)) == [
        (2, "renews_on", "renewal_without_contract"),
        (3, "renews_on", "renewal_far"),
        (5, "renewal_months", "no_months"),
        (6, "renews_on", "renewal_of_ended"),
        (7, "relation", "no_choice"),
        (8, "renews_on", "no_such_day"),
        (9, "renewal_months", "no_months"),
    ]
    assert contracts()["3"] == (date(2026, 6, 1), 24)
    assert counts(done) == (1, 0, 0, 7)


def test_an_undone_import_leaves_the_contracts_as_they_were(admin):
    customer = factories.make_customer(number="1", name="Kjeldsen A/S")
    kept = factories.make_customer(number="2", name="Brandt GmbH", relation="contract")
    Contract.objects.create(customer=kept, started_on=date(2020, 1, 15))
    done = import_file(FILE, kind="customers")
    assert contracts()["2"] != (date(2020, 1, 15), 12)
    started = start_undo(done, by=admin, at=AT)
    undo_import(started, lease=NoLease(), total=started.job.params["total"])
    assert contracts() == {"2": (date(2020, 1, 15), 12)}
    assert relations() == {customer.number: "orders", "2": "contract"}


def test_the_columns_are_known_by_their_headers():
    guess = guess_columns("customers", ["No", "Name", "Has contract", "Renewal date", "Contract term (months)"])
    assert guess["relation"] == "Has contract"
    assert guess["renews_on"] == "Renewal date"
    assert guess["renewal_months"] == "Contract term (months)"
