"""What a request costs: as many queries for a hundred rows as for three, and nothing that a page would not pay."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.custom_field_defining import FieldWish, add_field
from customers.custom_value_keeping import set_custom_values
from customers.models import ContactPoint, ProfileFact
from customers.tagging import tag_customers
from interactions.models import Interaction
from tests import factories
from tests.api.test_customers import NOW

MOST_QUERIES = 12
LISTS = ("/customers", "/customers?changed_since=2020-01-01T00:00:00Z", "/customers?q=a&stage=customer&tag=",
         "/people", "/orders", "/interactions", "/facts", "/colleagues")  # fmt: skip


def make_rows(count, rep, field):
    for _nth in range(count):
        customer = factories.make_customer(owner=rep, team=rep.team)
        person = factories.make_person(customer)
        for one in (None, person):
            ContactPoint.objects.create(customer=customer, person=one, kind="phone", value="1", value_normal="1")
        factories.make_order(customer, date(2026, 3, 2))
        Interaction.objects.create(customer=customer, channel="call", happened_at=NOW, logged_by=rep)
        ProfileFact.objects.create(customer=customer, label="Fleet", value="12", told_on=NOW.date())
        set_custom_values(customer, {str(field.pk): "x"}, by=rep)
        tag_customers([customer.pk], name="Fair", by=rep, at=NOW)


def count_queries(asking, path):
    with CaptureQueriesContext(connection) as told:
        answer = asking.get(path)
    assert answer.status_code == 200, answer.content
    return len(told), [query["sql"][:150] for query in told]


@pytest.mark.parametrize("path", LISTS)
def test_a_hundred_rows_cost_what_three_cost(rep, admin, program, path):
    field = add_field(FieldWish("Own"), kind="text", by=admin)
    asking = program(rep)
    make_rows(3, rep, field)
    asking.get(path)  # what is cached once is not the list's price
    three, _queries = count_queries(asking, path)
    make_rows(37, rep, field)
    forty, queries = count_queries(asking, path)
    assert forty <= three, queries
    assert three <= MOST_QUERIES, queries


def test_the_largest_page_holds_five_hundred(rep, program):
    factories.make_customers(501)
    type(rep).objects.get(pk=rep.pk)
    from customers.models import Customer

    Customer.objects.update(owner=rep)
    answer = program(rep).get("/customers", {"limit": "500", "fields": "number"}).json()
    assert (len(answer["items"]), answer["next"] is None) == (500, False)
