"""Whoever types into a form is offered the customer he means."""

import pytest

from customers.customer_lookup import look_up_customers
from customers.models import Customer
from tests import factories


@pytest.fixture
def rows(rep):
    """What a rep may choose from: five of his customers; a colleague's namesake stays unknown."""
    for number, name in (
        ("K-10", "Nordholm Pumps"),
        ("K-101", "Holm & Sons"),
        ("K-102", "Bruder Holm"),
        ("K-20", "Ågård Kølning"),
        ("k-7", "Seven Seas"),
    ):
        factories.make_customer(owner=rep, number=number, name=name)
    factories.make_customer(number="K-103", name="Holm Elsewhere")
    factories.make_customer(owner=rep, number="K-104", name="Holm of old", archived_at="2026-01-01T00:00Z")
    return Customer.objects.filter(owner=rep).current()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("K-10", ["Nordholm Pumps"]),  # whoever has the number is meant, not those that begin so
        ("k-10", ["Nordholm Pumps"]),
        ("k-7", ["Seven Seas"]),  # a number as it stands, not only in capitals
        ("K-1", ["Nordholm Pumps", "Holm & Sons", "Bruder Holm"]),
        (
            " holm ",
            ["Holm & Sons", "Bruder Holm", "Nordholm Pumps"],
        ),  # who is called so first, then who has it in his name
        ("agard", ["Ågård Kølning"]),
        ("h", []),
        ("102", ["Bruder Holm"]),  # the digits of a number
        ("103", []),
        ("zz", []),
        ("nobody", []),
    ],
)
def test_customers_are_offered_by_number_and_name(rows, rep, typed, offered):
    found = look_up_customers(rows, typed, asking=rep)
    assert [customer.name for customer in found.customers][: len(offered)] == offered
    assert len(found.customers) == len(offered)
    assert not found.is_typo or not found.customers


def test_a_slip_of_the_finger_still_finds_him_and_says_so(rows, rep):
    found = look_up_customers(rows, "nordhlom", asking=rep)
    assert [customer.name for customer in found.customers] == ["Nordholm Pumps"]
    assert found.is_typo


def test_of_names_that_begin_alike_his_own_customers_stand_before_those_of_colleagues(rows, rep, other_rep):
    everybody = Customer.objects.current()
    factories.make_customer(number="K-105", name="Holm")
    assert look_up_customers(everybody, "holm", asking=other_rep).customers[0].name == "Holm"
    named = [customer.name for customer in look_up_customers(everybody, "holm", asking=rep).customers]
    assert named == ["Holm & Sons", "Holm", "Holm Elsewhere", "Bruder Holm", "Nordholm Pumps"]
