"""What the records show of a relationship is offered for the next level, and noted with one click."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from customers.ladder_signs import find_signs
from customers.models import CustomerNeed, ItemDay, LadderEvidence, Need, Product, Referral, ShowroomReference
from customers.models import WalletEstimate as Wallet
from interactions.models import Interaction, ProductSuggestion, Promise
from tests import factories

TODAY = date(2026, 11, 20)
pytestmark = pytest.mark.django_db


def talk(customer, person=None, *, days_ago=3, **fields):
    at = datetime.combine(TODAY - timedelta(days=days_ago), time(12), tzinfo=UTC)
    known = {"channel": "visit", "happened_at": at, **fields}
    return Interaction.objects.create(customer=customer, person=person, **known)


def signs(customer, level):
    return [(sign.evidence, (TODAY - sign.seen_on).days) for sign in find_signs(customer, level, on=TODAY)]


def test_a_contact_is_shown_by_the_last_talk_with_somebody_whose_name_we_know(customer):
    ines = factories.make_person(customer, name="Ines Vega")
    talk(customer, days_ago=1)
    talk(customer, ines, days_ago=2, outcome="not_reached")
    assert signs(customer, 1) == []
    talk(customer, ines, days_ago=9, channel="call")
    talk(customer, ines, days_ago=5)
    assert signs(customer, 1) == [("Visit with Ines Vega", 5)]


def test_a_relationship_is_shown_by_what_they_come_to_us_for(customer):
    ines = factories.make_person(customer, name="Ines Vega")
    talk(customer, ines, days_ago=4, channel="call", direction="in")
    need = Need.objects.create(name="Fast answers")
    CustomerNeed.objects.create(customer=customer, need=need, evidence="Three urgent orders", noted_on=TODAY)
    asked = Promise.objects.create(customer=customer, side="theirs", text="Split the invoice")
    Promise.objects.create(customer=customer, side="ours", text="A sample")
    Promise.objects.filter(pk=asked.pk).update(made_at=datetime.combine(TODAY - timedelta(7), time(12), tzinfo=UTC))
    assert signs(customer, 2) == [
        ("Told a need, Fast answers: Three urgent orders", 0),
        ("They came to us: Call with Ines Vega", 4),
        ("They asked: Split the invoice", 7),
    ]


def test_intimacy_is_shown_by_several_posts_a_shared_budget_and_advice_that_was_taken(customer):
    ines, jose = (
        factories.make_person(customer, name=name, job_title=post)
        for name, post in (("Ines Vega", "Buyer"), ("José Gil", "buyer"))
    )
    talk(customer, ines, days_ago=2)
    talk(customer, jose, days_ago=3)
    talk(customer, factories.make_person(customer, name="Ana Rey", job_title="Director"), days_ago=400)
    belts = Product.objects.create(number="P-77", name="Belt", family="Drives")
    known = {"customer": customer, "family": "Drives", "state": "accepted"}
    bought = {"amount_cents": 5_000, "cost_cents": 0, "quantity_milli": 1000, "lines": 1}
    ProductSuggestion.objects.create(answered_on=TODAY - timedelta(60), **known)
    ItemDay.objects.create(customer=customer, product=belts, day=TODAY - timedelta(70), **bought)
    Wallet.objects.create(
        customer=customer, total_cents=900, low_cents=800, high_cents=1000, source="guess", estimated_on=TODAY
    )
    assert signs(customer, 3) == []
    talk(customer, factories.make_person(customer, name="Eva Roca", job_title="Director"), days_ago=30)
    ItemDay.objects.create(customer=customer, product=belts, day=TODAY - timedelta(20), **bought)
    Wallet.objects.update(confidence="high", source="their budget for 2027")
    assert signs(customer, 3) == [
        ("Showed us what they spend in all: their budget for 2027", 0),
        ("Ines Vega (Buyer) and Eva Roca (Director) both talk to us", 2),
        ("Took our advice and bought: Drives", 20),
    ]


def test_trust_is_shown_by_whom_they_recommend_us_to(customer):
    Referral.objects.create(customer=customer, state="declined", asked_on=TODAY)
    known = {"customer": customer, "rest_days": 30, "willing_since": TODAY - timedelta(8)}
    ShowroomReference.objects.create(topic="old line", ended_on=TODAY, **known)
    assert signs(customer, 4) == []
    Referral.objects.create(customer=customer, state="given", referred_name="Sol y Mar", asked_on=TODAY - timedelta(90))
    ShowroomReference.objects.create(topic="two shifts", **known)
    assert signs(customer, 4) == [("Speaks for us: two shifts", 8), ("Recommended us to Sol y Mar", 90)]


def test_the_card_offers_the_next_level_and_one_click_notes_it(customer, rep, viewer, signed_in):
    ines = factories.make_person(customer, name="Ines <Vega>")
    talk(customer, ines, happened_at=timezone.now() - timedelta(days=2), direction="in")
    client, url = signed_in(rep), f"/customers/{customer.pk}/ladder/"
    card = client.get(url)
    (sign,) = card.context["signs"]
    assert sign.evidence == "Visit with Ines <Vega>"
    assert "Visit with Ines &lt;Vega&gt;" in card.content.decode()
    form = {"level": card.context["following"], "evidence": sign.evidence, "seen_on": sign.seen_on.isoformat()}
    assert client.post(f"{url}new/", form).status_code == 302
    assert LadderEvidence.objects.values_list("level", "evidence", "noted_by").get() == (1, sign.evidence, rep.pk)
    card = client.get(url)
    assert card.context["following"] == 2
    assert [one.evidence for one in card.context["signs"]] == ["They came to us: Visit with Ines <Vega>"]
    assert "Shows it" not in signed_in(viewer).get(url).content.decode()
