"""One person on one screen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from customers.models import ContactPoint, ProfileFact
from customers.person_moving import move_person
from interactions.models import Interaction, Promise
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def soren(customer):
    return factories.make_person(customer, job_title="head of purchasing", is_main=True, language="da")


def page(browser, person, **query):
    return browser.get(reverse("home:person-page", args=[person.pk]), query)


def talk(person, rep, *, at=AT, note=""):
    return Interaction.objects.create(
        customer=person.customer, person=person, channel="call", happened_at=at, logged_by=rep, note=note
    )


def test_everything_with_one_person_stands_on_one_page(soren, customer, rep, signed_in):
    talk(soren, rep, note="Wants the cause of the leak")
    ContactPoint.objects.create(
        customer=customer, person=soren, kind="phone", value="+45 12 34", value_normal="+451234", proven_on=AT.date()
    )
    ProfileFact.objects.create(
        customer=customer, person=soren, label="Decides with", value="the plant manager", told_on=AT.date()
    )
    Promise.objects.create(customer=customer, person=soren, side="ours", text="Send the test report", owner=rep)
    text = page(signed_in(rep), soren).content.decode()
    for words in (
        "Wants the cause",
        "+45 12 34",
        "the plant manager",
        "Send the test report",
        "speaks Danish",
        customer.name,
    ):
        assert words in text


def test_talks_at_an_earlier_customer_follow_the_person(soren, rep, signed_in):
    brandt = factories.make_customer(name="Brandt GmbH", owner=rep, team=rep.team)
    talk(soren, rep, note="Long ago")
    moved = move_person(soren, to=brandt, on=AT.date(), at=AT, by=rep)
    assert "Long ago" in page(signed_in(rep), moved).content.decode()
    old = page(signed_in(rep), soren).content.decode()
    assert "left" in old
    assert f"?with={soren.pk}" not in old  # nobody is talked to where he no longer works


def test_older_talks_are_a_click_away_and_none_is_shown_twice(soren, rep, signed_in):
    for number in range(70):
        talk(soren, rep, at=AT - timedelta(hours=number // 2), note=f"Talk number {number:03}")
    browser, seen, query = signed_in(rep), [], {}
    while True:
        context = page(browser, soren, **query).context
        seen += [one.note for one in context["talks"]]
        if context["older"] is None:
            break
        query = {"before": context["older"]}
    assert len(seen) == len(set(seen)) == 70


@pytest.mark.parametrize("before", ["x", "0", "9" * 30, "-1", "\x00"])
def test_a_broken_place_begins_with_the_newest(before, soren, rep, signed_in):
    talk(soren, rep, note="Newest")
    assert "Newest" in page(signed_in(rep), soren, before=before).content.decode()


def test_the_log_box_opened_from_a_person_is_with_him(soren, customer, rep, signed_in):
    second = factories.make_person(customer, name="Anna Vik")
    url = reverse("interactions:interaction-new", args=[customer.pk])
    form = signed_in(rep).get(url, {"with": second.pk}).context["form"]
    assert form["person"].initial == second.pk


def test_a_colleague_who_may_not_edit_reads_the_page_without_acts(soren, executive, signed_in):
    text = page(signed_in(executive), soren).content.decode()
    assert soren.name in text
    assert reverse("customers:person-edit", args=[soren.pk]) not in text


def test_many_talks_cost_no_more_queries(soren, rep, signed_in, django_assert_max_num_queries):
    for number in range(30):
        talk(soren, rep, at=AT - timedelta(days=number), note="x")
        ProfileFact.objects.create(
            customer=soren.customer, person=soren, label=f"L{number}", value="v", told_on=date(2026, 11, 1)
        )
    browser = signed_in(rep)
    page(browser, soren)
    with django_assert_max_num_queries(16):
        page(browser, soren)
