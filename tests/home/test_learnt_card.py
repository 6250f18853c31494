"""What we learned of a customer that rivals cannot know stands on his page, counted and reckoned."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from crm.home.learnt_card import count_learnt
from customers.fact_noting import note_fact, withdraw_fact
from customers.item_rollup import take_in_items
from customers.models import Need, Product
from customers.need_noting import note_need
from customers.purchase_day_rebuild import ingest_orders
from customers.question_asking import forget_bank
from interactions.interaction_logging import log_interaction
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW)


@pytest.fixture
def known(customer, rep):
    """Four facts (one a guess, one withdrawn), a need, two people of whom one has no part, an item bought monthly."""
    forget_bank()
    for label, confidence, use_in_talk in (
        ("Hobby", "sure", True),
        ("Budget round", "likely", False),
        ("Next machine", "guess", True),
        ("Supplier", "sure", True),
    ):
        day = TODAY - timedelta(days=200)
        note_fact(customer, label=label, value="?", on=day, by=rep, confidence=confidence, use_in_talk=use_in_talk)
    withdraw_fact(customer.facts.get(label="Supplier"), on=TODAY)
    need = Need.objects.create(name="Delivery before seven")
    note_need(customer, need, evidence="said twice", by=rep, on=TODAY - timedelta(days=30))
    factories.make_person(customer, name="Lars Bak", job_title="Buyer")
    factories.make_person(customer, name="Somebody")
    factories.make_person(customer, name="Gone", job_title="Buyer", left_on=TODAY)
    seal = Product.objects.create(number="S-1", name="Shaft seal", family="Seals")
    factories.sell_on_days(customer, [TODAY - timedelta(days=30 * nth) for nth in range(1, 5)], seal, 10_000)
    ingest_orders(at=NOW)
    take_in_items()
    return customer


def test_only_what_holds_and_only_we_know_is_counted(known, django_assert_max_num_queries):
    count_learnt(known, at=NOW)  # settings and answer rates are remembered
    with django_assert_max_num_queries(5):
        learnt = count_learnt(known, at=NOW)
    assert (learnt.facts, learnt.for_talk, learnt.needs, learnt.people, learnt.rhythms) == (2, 1, 1, 1, 1)
    assert learnt.total == 5
    assert learnt.since == TODAY - timedelta(days=200)
    assert learnt.relearning.gap_days == 30


def test_whom_we_talk_to_often_a_rival_learns_sooner_too(known, rep):
    before = count_learnt(known, at=NOW).relearning
    assert before.months == 12  # four things told, a contact a quarter, two questions of which half are answered
    for nth in range(24):
        log_interaction(known, channel="call", by=rep, at=NOW - timedelta(days=nth))
    assert count_learnt(known, at=NOW).relearning.months == 2


def test_the_card_says_it_in_words_with_its_reckoning(known, customer, rep, signed_in):
    card = signed_in(rep).get(reverse("home:learnt-card", args=[known.pk])).content.decode()
    text = " ".join(card.split())
    assert "5 facts in use" in text
    assert "at least <b>12 months</b>" in text
    assert "1 of them not for talk" in text
    assert "4 things take 12" in text
    assert "two gaps of 30 days" in text


def test_of_whom_nothing_is_known_the_card_says_how_to_begin(customer, rep, signed_in):
    assert "One question in the next contact" in (
        signed_in(rep).get(reverse("home:learnt-card", args=[customer.pk])).content.decode()
    )
