"""What customers do on the web, as the shop tells it, and how it is shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.customer_merging import merge_customers
from customers.models import ContactPoint, Product
from interactions.models import ContactPreference, WebEvent
from tests import factories
from tests.api.conftest import reasons

NOW = timezone.now()


@pytest.fixture
def shop(rep, program):
    """The web shop, which sees what Ana sees."""
    return program(rep)


@pytest.fixture
def seal(db):
    return Product.objects.create(number="P-40", name="FKM seal 40")


@pytest.fixture
def buyer(customer):
    """Somebody at the customer with an address."""
    person = factories.make_person(customer, name="Lene Kjær")
    add_point(customer, "lene@kjeldsen.example", person=person)
    return person


def add_point(customer, value, *, kind="email", person=None, **fields):
    values = {"value": value, "value_normal": value, **fields}
    return ContactPoint.objects.create(customer=customer, person=person, kind=kind, **values)


def view(number, **fields):
    return {"id": f"e-{number}", "kind": "viewed", "product": "P-40", **fields}


def tell(shop, *events):
    """What became of each."""
    answer = shop.post("/web-events", {"events": list(events)})
    assert answer.status_code == 200, answer.content
    return [one["outcome"] for one in answer.json()["events"]]


def open_timeline(client, customer, **query):
    return client.get(reverse("home:customer-part", args=[customer.pk, "timeline"]), query).content.decode()


# --- it lands on the same person ------------------------------------------------------------------------------------
def test_a_page_view_that_the_shop_tells_stands_on_the_timeline_at_once(rep, shop, customer, buyer, seal, signed_in):
    event = view(1, email="LENE@kjeldsen.example", title="FKM seal 40 – Shop", url="https://shop.example/seals/fkm-40")
    assert tell(shop, event) == ["kept"]
    text = open_timeline(signed_in(rep), customer)
    for words in ("Looked at 1 product on the web", "FKM seal 40", "Lene Kjær", "Today"):
        assert words in text
    assert "Looked at" in open_timeline(signed_in(rep), customer, kind="web")
    assert "Looked at" not in open_timeline(signed_in(rep), customer, kind="orders")


@pytest.mark.parametrize(
    "who",
    [
        {"email": "lene@kjeldsen.example"},
        {"phone": "+45 86 12 34 56"},
        {"customer": "K-1", "email": "lene@kjeldsen.example"},
        {"customer": "K-1", "email": "new@kjeldsen.example", "phone": "+4586123456"},
        {"email": "new@kjeldsen.example", "phone": "+4586123456"},
    ],
)
def test_somebody_is_known_by_any_of_his_addresses(shop, customer, buyer, who):
    customer.number = "K-1"
    customer.save()
    add_point(customer, "+4586123456", kind="phone", person=buyer)
    assert tell(shop, view(1, **who)) == ["kept"]
    assert WebEvent.objects.get().person == buyer
    assert tell(shop, view(2, person_id=buyer.pk)) == ["kept"]
    assert WebEvent.objects.filter(customer=customer, person=buyer).count() == 2


def test_of_a_customer_whose_visitor_nobody_knows_it_was_somebody_there(rep, shop, customer, signed_in):
    assert tell(shop, view(1, customer=customer.number, email="new@kjeldsen.example")) == ["kept"]
    assert WebEvent.objects.get().person is None
    assert "the company" in open_timeline(signed_in(rep), customer)


def test_nobody_is_guessed(rep, shop, customer, foreign_customer, buyer):
    other = factories.make_customer(owner=rep, team=rep.team)
    for one in (customer, other):
        add_point(one, "info@both.example")
    add_point(foreign_customer, "only@south.example")
    add_point(customer, "old@kjeldsen.example", is_valid=False)
    gone = factories.make_person(customer, left_on=NOW.date())
    add_point(customer, "gone@kjeldsen.example", person=gone)
    names = ("info@both", "only@south", "old@kjeldsen", "gone@kjeldsen", "lene@kjeldsen", "lene@kjeldsen.example.org")
    asked = [view(number, email=f"{name}.example") for number, name in enumerate(names)]
    assert tell(shop, *asked) == ["unknown"] * 4 + ["kept", "unknown"]
    asked = [view(10, customer=foreign_customer.number), view(11, person_id=gone.pk), view(12, customer="K-none")]
    asked.append(view(13, customer=other.number, person_id=buyer.pk))
    assert tell(shop, *asked) == ["unknown"] * 4
    assert WebEvent.objects.count() == 1


def test_nobody_learns_that_a_customer_exists_whom_he_does_not_see(shop, customer, foreign_customer, buyer):
    events = [
        view(nth, customer=number, person_id=buyer.pk) for nth, number in enumerate([foreign_customer.number, "K-none"])
    ]
    told = shop.post("/web-events", {"events": events}).json()["events"]
    assert {(one["outcome"], one["reason"]) for one in told} == {
        ("unknown", "Nobody whom you may see is known by this.")
    }
    stranger = factories.make_person(foreign_customer, name="Somebody else")
    told = shop.post("/web-events", {"events": [view(9, customer=customer.number, person_id=stranger.pk)]}).json()
    assert told["events"][0]["reason"] == "This person is not with that customer."


def test_who_was_merged_is_the_one_he_went_into(lead, rep, shop, customer, buyer, seal):
    kept = factories.make_customer(owner=rep, team=rep.team)
    assert tell(shop, view(1, email="lene@kjeldsen.example")) == ["kept"]
    merge_customers(kept, customer, by=lead, at=NOW)
    assert tell(shop, view(2, customer=customer.number), view(3, email="lene@kjeldsen.example")) == ["kept", "kept"]
    assert set(WebEvent.objects.values_list("customer", flat=True)) == {kept.pk}


# --- what is kept, and what is not ------------------------------------------------------------------------------------
def test_what_is_sent_twice_is_kept_once(shop, customer):
    event = view(1, customer=customer.number)
    assert tell(shop, event, event) == ["kept", "known"]
    assert tell(shop, event) == ["known"]
    assert WebEvent.objects.count() == 1


def test_two_senders_may_give_the_same_id(admin, shop, program, customer):
    event = view(1, customer=customer.number)
    assert tell(shop, event) == tell(program(admin), event) == ["kept"]


def test_bad_events_lose_no_good_one(shop, customer):
    who = {"customer": customer.number}
    answer = shop.post(
        "/web-events",
        {
            "events": [
                view(0, **who),
                {"kind": "viewed", **who},
                view(2, **who) | {"kind": "stared"},
                view(3),
                view(4, **who, colour="red"),
                "nonsense",
                view(6, **who) | {"kind": "searched"},
                view(7, **who, at=(NOW + timedelta(days=1)).isoformat()),
                view(8, **who, at=(NOW - timedelta(days=401)).isoformat()),
                view(9, customer="K\x00", words="x"),
                view(10, **who) | {"id": "\ud800"},
                view(11, **who, words="A\x00B\nC", title="x" * 500),
            ]
        },
    )
    told = answer.json()
    assert [one["outcome"] for one in told["events"]] == [
        "kept",
        *["refused"] * 8,
        "unknown",
        "refused",
        "kept",
    ]
    assert told["kept"] == 2
    assert [one["place"] for one in told["events"]] == list(range(12))
    assert told["events"][4]["errors"] == [{"field": "colour", "reason": "There is no such field."}]
    assert told["events"][8]["reason"] == "Events are kept for 400 days."
    last = WebEvent.objects.order_by("pk").last()
    assert (last.words, len(last.page_title)) == ("A B C", 200)


def test_a_hundred_at_once_and_no_more(shop, customer):
    events = [view(number, customer=customer.number) for number in range(101)]
    assert reasons(shop.post("/web-events", {"events": events}))
    assert reasons(shop.post("/web-events", {"events": []}))
    assert tell(shop, *events[:100]) == ["kept"] * 100


def test_a_hundred_cost_the_queries_of_one(rep, shop, customer, buyer, seal):
    def count_queries(events):
        with CaptureQueriesContext(connection) as queries:
            assert set(tell(shop, *events)) == {"kept"}
        return len(queries)

    named = [{"customer": customer.number}, {"person_id": buyer.pk}, {"email": "lene@kjeldsen.example"}]
    tell(shop, view(100, customer=customer.number))  # what is cached once is not the price
    few = count_queries([view(number, **who) for number, who in enumerate(named)])
    assert count_queries([view(number, **named[number % 3]) for number in range(3, 99)]) == few


def test_secrets_of_the_address_are_not_kept(shop, customer):
    url = "https://lene:pw@shop.example/account/ab12cd34ef56ab12cd34ef56/seals?session=secret#x"
    tell(shop, view(1, customer=customer.number, url=url))
    assert WebEvent.objects.get().page_path == "/account/…/seals"


def test_who_does_not_want_it_is_not_kept_and_what_was_kept_goes(rep, shop, customer, buyer, signed_in):
    assert tell(shop, view(1, customer=customer.number)) == ["kept"]
    client = signed_in(rep)
    address = reverse("interactions:contact-preference-edit", args=[customer.pk])
    assert "Keeping their web visits" in client.get(address).content.decode()
    said = {f"{channel}-said_on": "2026-03-02" for channel in ("call", "mail", "visit", "chat", "web")}
    allowed = {f"{channel}-is_allowed": "on" for channel in ("call", "mail", "visit", "chat")}
    assert client.post(address, {**said, **allowed, "web-reason": "By mail"}).status_code == 302
    assert ContactPreference.objects.get().channel == "web"
    assert not WebEvent.objects.exists()
    answer = shop.post("/web-events", {"events": [view(2, email="lene@kjeldsen.example")]}).json()["events"][0]
    assert (answer["outcome"], answer["reason"]) == ("refused", "They do not want that their visits are kept.")
    card = client.get(reverse("home:customer-part", args=[customer.pk, "looked"])).content.decode()
    assert "They do not want their web visits kept" in card


def test_an_archived_customer_is_left_alone(shop, customer):
    customer.archived_at = NOW
    customer.save()
    assert tell(shop, view(1, customer=customer.number)) == ["refused"]
    assert not WebEvent.objects.exists()


def test_a_token_that_may_only_read_and_a_viewer_tell_nothing(rep, viewer, program, customer):
    events = {"events": [view(1, customer=customer.number)]}
    assert program(rep, may_write=False).post("/web-events", events).status_code == 403
    assert program(viewer).post("/web-events", events).status_code == 403
    assert not WebEvent.objects.exists()
