"""Whatever a program asks, it learns nothing of another team's customers, and changes nothing there."""

import json
from datetime import UTC, date, datetime
from functools import cache
from urllib.parse import quote

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.api.customer_shapes import FIELDS
from crm.api.reference import read_document
from crm.home.customer_list import CUSTOMERS
from customers.models import ContactPoint, Customer, Order, OrderLine, Person, ProfileFact
from customers.tagging import tag_customers
from interactions.models import Interaction
from tests import factories
from tests.score_factory import make_score

SECRET = "Zxsecret"
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MODELS = (Customer, Person, ContactPoint, Order, OrderLine, ProfileFact, Interaction)


@cache
def list_readable() -> list[str]:
    """Every address that can be read; asked for by a test, since writing the document takes seconds."""
    return sorted(path for path, methods in read_document()["paths"].items() if "get" in methods)


@pytest.fixture
def south_customer(other_rep):
    """A customer of team South: every word about it is a secret."""
    owned = {"owner": other_rep, "team": other_rep.team}
    made = factories.make_customer(
        number=f"{SECRET}-1", name=f"{SECRET} GmbH", city=SECRET, domain=f"{SECRET}.example", tax_id=SECRET, **owned
    )
    person = factories.make_person(made, name=f"{SECRET} Person")
    ContactPoint.objects.create(customer=made, person=person, kind="email", value=f"a@{SECRET}", value_normal=SECRET)
    ContactPoint.objects.create(customer=made, kind="web", value=SECRET, value_normal=SECRET)
    order = factories.make_order(made, date(2026, 3, 2), number=f"{SECRET}-O")
    order.lines.update(description=SECRET)
    Interaction.objects.create(customer=made, channel="call", happened_at=AT, note=SECRET, person=person)
    ProfileFact.objects.create(customer=made, label=SECRET, value=SECRET, told_on=AT.date())
    tag_customers([made.pk], name="Fair", by=other_rep, at=AT)
    make_score(made)
    return made


@pytest.fixture
def programs(rep, lead, viewer, program, south_customer):
    """North's own customer stands in every relation to South's that a record can."""
    owned = {"owner": rep, "team": rep.team}
    mine = factories.make_customer(number="N-1", name="Nordic Pumps", parent=south_customer, **owned)
    factories.make_customer(number="N-2", merged_into=south_customer, archived_at=AT, **owned)
    theirs = south_customer.people.get()
    factories.make_person(mine, moved_from=theirs)
    factories.make_order(mine, date(2026, 3, 2), -500, number="N-O", returns=south_customer.orders.get())
    tag_customers([mine.pk], name="Fair", by=rep, at=AT)
    return [program(one) for one in (rep, lead, viewer)]


def kept(customer):
    """Everything there is about a customer, as it lies in the database."""
    rows = [list(Customer.objects.filter(pk=customer.pk).values())]
    rows += [
        list(model.objects.filter(customer=customer).values()) for model in MODELS if model not in (Customer, OrderLine)
    ]
    return json.dumps(rows, cls=DjangoJSONEncoder)


def parameters(customer):
    """Values for the parameters of addresses: what North has, what South has, and what finds much."""
    numbers = st.sampled_from([customer.number, "N-1", "N-2", f"{SECRET}-O", "N-O", SECRET[:4]])
    ids = st.sampled_from([customer.pk, customer.people.get().pk, customer.interactions.get().pk, 1, 2, 3])
    rule = {"metric": "sales_12m", "operator": "at_least", "value": 0}
    query = st.fixed_dictionaries({}, optional={
        **{one.name: st.sampled_from(["1", "me", SECRET, "A", "high", "customer", "DE", str(customer.owner_id)])
           for one in CUSTOMERS.filters},
        "q": st.sampled_from([SECRET, "zx", "Pumps"]),
        "rule": st.sampled_from([json.dumps(rule), json.dumps({"not": rule})]),
        "customer": numbers,
        "number": numbers,
        "changed_since": st.just("2020-01-01T00:00:00Z"),
        "fields": st.sampled_from([",".join(FIELDS), "number,parent_number,merged_into"]),
        "limit": st.sampled_from(["1", "500"]),
    })  # fmt: skip
    return numbers, ids, query


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_address_tells_anything_of_another_team(programs, south_customer, data):
    numbers, ids, query = parameters(south_customer)
    path = data.draw(st.sampled_from(list_readable())).removeprefix("/api/v1")
    path = path.replace("{number}", quote(data.draw(numbers))).replace("{id}", str(data.draw(ids)))
    chosen = data.draw(query)
    asked = (
        chosen if path == "/customers" else {key: one for key, one in chosen.items() if key in {"customer", "limit"}}
    )
    answer = data.draw(st.sampled_from(programs)).get(path, asked)
    assert answer.status_code in {200, 404, 422}, (path, asked, answer.content)
    told = answer.content.decode()
    if answer.status_code == 422:  # a reason may say again what was sent
        return
    assert SECRET.lower() not in told.lower(), (path, asked)


def test_no_address_changes_anything_of_another_team(programs, south_customer):
    before = kept(south_customer)
    number, person = south_customer.number, south_customer.people.get().pk
    point = ContactPoint.objects.filter(customer=south_customer).first().pk
    fact = ProfileFact.objects.get(customer=south_customer).pk
    sent = [
        ("patch", f"/customers/{number}", {"name": "Ours"}),
        ("patch", f"/customers/{number}", {"tags": []}),
        ("post", "/orders", {"number": "N/2", "customer": number, "day": "2026-03-02", "amount_cents": 1}),
        ("post", "/interactions", {"customer": number, "channel": "call"}),
        ("post", "/people", {"customer": number, "name": "Ours"}),
        ("patch", f"/people/{person}", {"name": "Ours"}),
        ("post", f"/people/{person}/move", {"to": "N-1"}),
        ("post", "/contact-points", {"customer": number, "kind": "email", "value": "a@example.com"}),
        ("patch", f"/contact-points/{point}", {"value": "a@example.com"}),
        ("delete", f"/contact-points/{point}", {}),
        ("post", "/facts", {"customer": number, "label": "Machines", "value": "12"}),
        ("patch", f"/facts/{fact}", {"withdrawn": True}),
    ]
    for program in programs:
        for method, path, body in sent:
            answer = program.send(method, path, body, idempotency_key="x")
            assert answer.status_code == 404, (path, answer.content)
    assert kept(south_customer) == before


def test_the_secrets_are_there_for_who_may_see_them(program, admin, south_customer):
    """The tests above could not fail if nothing were there to be told."""
    asking = program(admin)
    for path in ("/customers", "/people", "/orders", "/interactions", "/facts", f"/scores/{south_customer.number}"):
        assert SECRET in asking.get(path).content.decode(), path
