"""The weekly cleaning: what is wrong with a record is decided by one key, and nothing is lost by it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from crm.core.formats import format_day
from customers.models import ContactPoint, Customer, Person
from interactions.models import Interaction, Task
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/customers/clean-up/"


def point(customer, value, *, person=None, is_valid=True, kind="email", **fields):
    known = {"customer": customer, "person": person, "kind": kind, "value": value, "value_normal": value}
    return ContactPoint.objects.create(is_valid=is_valid, **known, **fields)


def shown(client, gap=""):
    rows = client.get(URL, {gap: "1"} if gap else {}).context["list"].rows
    return {row.pk: row.wrong for row in rows}


def decide(client, customer, act, **fields):
    return client.post(f"{URL}{customer.pk}/{act}/", fields, headers={"HX-Request": "true"})


@pytest.fixture
def unkempt(customer):
    """Mail to the company came back; the buyer left; nobody talked to them for two years."""
    point(customer, "old@kunde.example", is_valid=False)
    point(customer, "+4722334455", kind="phone", proven_on=date(2024, 1, 2))
    factories.make_person(
        customer, name="Ola Berg", job_title="Buyer", left_on=timezone.localdate() - timedelta(days=100)
    )
    return customer


def test_each_view_shows_what_is_wrong_of_the_readers_customers(unkempt, foreign_customer, rep, other_rep, signed_in):
    point(foreign_customer, "gone@fremd.example", is_valid=False)
    client = signed_in(rep)
    assert shown(client) == {unkempt.pk: [("old@kunde.example", "of the company")]}
    left = timezone.localdate() - timedelta(days=100)
    ((post, words),) = shown(client, "vacant")[unkempt.pk]
    assert (post, words) == ("Buyer", f"Ola Berg left {format_day(left, today=timezone.localdate())}")
    assert shown(client, "stale") == {unkempt.pk: [("+4722334455", "proven 2 Jan 2024")]}
    assert list(shown(signed_in(other_rep))) == [foreign_customer.pk]


def test_mail_that_came_back_is_removed_into_the_bin_or_works_again(unkempt, rep, signed_in):
    client = signed_in(rep)
    answer = decide(client, unkempt, "remove")
    assert "old@kunde.example removed" in answer.content.decode()
    assert unkempt.contact_points.filter(kind="email").count() == 0
    assert shown(client) == {}
    assert "decided already" in decide(client, unkempt, "remove").content.decode()  # the second of two clicks
    bounced = point(unkempt, "new@kunde.example", is_valid=False)
    decide(client, unkempt, "works")
    bounced.refresh_from_db()
    assert (bounced.is_valid, bounced.proven_on) == (True, timezone.localdate())
    assert (shown(client), shown(client, "stale")) == ({}, {})


def test_what_is_still_right_is_proven_today_and_what_is_not_is_archived(unkempt, lead, signed_in):
    left = Person.objects.get()
    gone = point(unkempt, "ola@kunde.example", person=left)
    client = signed_in(lead)
    decide(client, unkempt, "right")
    assert shown(client, "stale") == {}
    assert ContactPoint.objects.get(kind="phone").proven_on == timezone.localdate()
    gone.refresh_from_db()
    assert gone.proven_on is None  # whoever left proves nothing
    ContactPoint.objects.update(proven_on=None)
    decide(client, unkempt, "archive")
    assert shown(client, "stale") == {}
    client.post(f"/customers/{unkempt.pk}/restore/")
    assert list(shown(client, "stale")) == [unkempt.pk]


@pytest.mark.parametrize("gap", ["bounced", "vacant", "stale"])
def test_whoever_is_asked_at_the_next_talk_waits_for_that(unkempt, rep, signed_in, gap):
    client, view = signed_in(rep), "" if gap == "bounced" else gap
    decide(client, unkempt, "ask", gap=gap)
    decide(client, unkempt, "ask", gap=gap)
    task = Task.objects.get()
    assert (task.assignee, task.due_at.date() - timezone.localdate()) == (rep, timedelta(days=7))
    assert shown(client, view) == {}
    Task.objects.update(state="done", closed_at=timezone.now())
    assert list(shown(client, view)) == [unkempt.pk]  # nobody told the new address


def test_a_post_is_filled_from_the_queue(unkempt, rep, signed_in):
    client = signed_in(rep)
    form = client.get(f"/customers/{unkempt.pk}/people/new/", {"post": "Buyer"}).context["form"]
    assert form["job_title"].value() == "Buyer"
    for back, lands in (
        ("/customers/clean-up/?vacant=1", "/customers/clean-up/?vacant=1"),
        ("//evil.example", "/customers/"),
    ):
        typed = {"name": f"Kari Dahl {len(back)}", "job_title": "buyer", "form_token": back}
        answer = client.post(f"/customers/{unkempt.pk}/people/new/?next={back}", typed)
        assert answer.url.startswith(lands)
    assert shown(client, "vacant") == {}


def test_of_whom_no_number_is_known_nothing_is_still_right(customer, rep, signed_in):
    factories.make_person(customer, name="Kari Dahl")
    page = signed_in(rep).get(URL, {"stale": "1"}).content.decode()
    assert "no number or address" in page
    assert ("Ask them" in page, "Still right" in page) == (True, False)
    assert "no number or address that could be right" in decide(signed_in(rep), customer, "right").content.decode()


def test_whoever_left_without_a_title_is_missed_where_nobody_else_is_known(customer, rep, signed_in):
    yesterday = timezone.localdate() - timedelta(days=1)
    factories.make_person(customer, name="Ola Berg", left_on=yesterday)
    factories.make_person(
        customer, name="Kari Dahl", job_title="Buyer", left_on=timezone.localdate() + timedelta(days=9)
    )
    client = signed_in(rep)
    (((what, known),),) = shown(client, "vacant").values()
    assert (what, known.split(" left")[0]) == ("nobody else is known", "Ola Berg")
    factories.make_person(customer, name="Eva Roca")
    assert shown(client, "vacant") == {}


def test_a_talk_last_week_is_proof_enough(unkempt, rep, signed_in):
    Interaction.objects.create(customer=unkempt, channel="call", happened_at=timezone.now() - timedelta(days=7))
    assert shown(signed_in(rep), "stale") == {}


def test_only_my_own_are_asked_for(unkempt, rep, lead, signed_in):
    Customer.objects.update(owner=lead)
    assert client_rows(signed_in(rep)) == []
    assert client_rows(signed_in(lead)) == [unkempt.pk]


def client_rows(client):
    return [row.pk for row in client.get(URL, {"mine": "1"}).context["list"].rows]
