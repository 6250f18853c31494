"""The group of a customer, as programs read and write it."""

from customers.models import Customer
from tests import factories
from tests.api.conftest import reasons


def test_a_customer_joins_a_group_and_leaves_it(rep, program, customer, foreign_customer):
    head = factories.make_customer(number="HEAD", name="Head", owner=rep, team=rep.team)
    address = f"/customers/{customer.number}"
    assert program(rep).patch(address, {"parent_number": "HEAD", "city": "Kiel"}).json()["parent_number"] == "HEAD"
    version = Customer.objects.get(pk=customer.pk).edit_version
    assert program(rep).patch(address, {"parent_number": "HEAD"}).json()["city"] == "Kiel"
    assert Customer.objects.get(pk=customer.pk).edit_version == version, "the same twice changes nothing"
    for number in ("nobody", foreign_customer.number, customer.number):
        answer = program(rep).patch(address, {"parent_number": number, "city": "Ulm"})
        assert list(reasons(answer)) == ["parent_number"]
    assert Customer.objects.get(pk=customer.pk).city == "Kiel"
    assert program(rep).patch(address, {"parent_number": None}).json()["parent_number"] is None
    made = program(rep).post("/customers", {"name": "New plant", "parent_number": "HEAD"})
    assert made.json()["parent_number"] == "HEAD"
    head.refresh_from_db()
    assert head.parent is None
