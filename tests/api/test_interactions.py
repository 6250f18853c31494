"""Contacts, as programs read and log them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from interactions.models import ContactPreference, Interaction, Task
from tests import factories
from tests.api.conftest import reasons

NOW = timezone.now()


@pytest.fixture
def contact(customer):
    """What a telephone system sends."""
    return {"customer": customer.number, "channel": "call", "note": "Asked for seals", "minutes": 4}


def test_a_contact_is_logged_by_the_same_act_as_in_the_browser(rep, program, customer, contact):
    task = factories.make_task(customer, kind=Task.Kind.FOLLOW_UP, assignee=rep, due_at=NOW - timedelta(days=1))
    happened = (NOW - timedelta(hours=2)).replace(second=17, microsecond=0)
    answer = program(rep).post("/interactions", {**contact, "happened_at": happened.isoformat()}, idempotency_key="1")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["note"], told["minutes"], told["logged_by_id"]) == ("Asked for seals", 4, rep.pk)
    assert Interaction.objects.get().happened_at == happened
    task.refresh_from_db()
    assert task.state == Task.State.DONE


def test_the_same_key_logs_once_and_another_contact_under_it_is_refused(rep, lead, program, contact):
    asking = program(rep)
    first = asking.post("/interactions", contact, idempotency_key="call 17")
    again = asking.post("/interactions", contact, idempotency_key="call 17")
    assert (again.status_code, again.json()) == (200, first.json())
    other = asking.post("/interactions", {**contact, "note": "Another"}, idempotency_key="call 17")
    assert other.status_code == 409
    assert Interaction.objects.count() == 1
    assert program(lead).post("/interactions", contact, idempotency_key="call 17").status_code == 201


def test_without_a_key_nothing_is_logged(rep, program, contact):
    assert "Idempotency-Key" in reasons(program(rep).post("/interactions", contact))
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"outcome": "won"}, "outcome"),
        ({"direction": "up"}, "direction"),
        ({"minutes": 1441}, "minutes"),
        ({"minutes": -1}, "minutes"),
        ({"note": "x" * 20_001}, "note"),
        ({"happened_at": (NOW + timedelta(hours=1)).isoformat()}, "happened_at"),
        ({"next_contact_at": (NOW - timedelta(hours=1)).isoformat()}, "next_contact_at"),
        ({"person_id": 987654}, "person_id"),
        ({"person_id": "x"}, "person_id"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_a_contact_that_cannot_be_is_refused_with_its_field(rep, program, contact, change, field):
    refused = program(rep).post("/interactions", {**contact, **change}, idempotency_key="1")
    assert refused.status_code == 422
    assert field in reasons(refused)
    assert not Interaction.objects.exists()


def test_a_person_of_another_customer_was_not_talked_to(rep, program, contact, foreign_customer):
    stranger = factories.make_person(foreign_customer)
    refused = program(rep).post("/interactions", {**contact, "person_id": stranger.pk}, idempotency_key="1")
    assert "person_id" in reasons(refused)


def test_who_does_not_want_this_channel_is_contacted_only_with_a_reason(rep, program, customer, contact):
    ContactPreference.objects.create(customer=customer, channel="call", is_allowed=False, said_on=NOW.date())
    asking = program(rep)
    refused = asking.post("/interactions", contact, idempotency_key="1")
    assert refused.status_code == 409
    assert "override_reason" in reasons(refused)
    reasoned = {**contact, "override_reason": "They rang us"}
    assert asking.post("/interactions", reasoned, idempotency_key="1").json()["override_reason"] == "They rang us"


def test_contacts_are_listed_by_customer(rep, program, customer, foreign_customer, contact):
    Interaction.objects.create(customer=foreign_customer, channel="call", happened_at=NOW, note="Secret of South")
    asking = program(rep)
    asking.post("/interactions", contact, idempotency_key="1")
    assert [one["note"] for one in asking.get("/interactions").json()["items"]] == ["Asked for seals"]
    assert asking.get("/interactions", {"customer": foreign_customer.number}).json()["items"] == []
