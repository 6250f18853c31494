"""The queue of pairs: one key decides, the next pair is there, and each decision is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from customers.customer_merging import merge_customers
from customers.duplicate_search import search_duplicates
from customers.models import Customer, CustomerMerge, DuplicatePair
from tests import factories

pytestmark = pytest.mark.django_db
QUEUE = "/customers/duplicates/"


@pytest.fixture
def pair(rep, north):
    """The smelter twice; the second record bought last."""
    seen, today = {"owner": rep, "team": north}, timezone.localdate()
    first = factories.make_customer(number="K-1", name="Hüttenwerke Oberrhein GmbH", tax_id="DE811402776", **seen)
    second = factories.make_customer(number="K-2", name="Huettenwerke Oberrhein", tax_id="811402776", **seen)
    factories.make_order(first, today - timedelta(days=40))
    factories.make_order(second, today - timedelta(days=12))
    search_duplicates(at=datetime(2026, 11, 22, tzinfo=UTC), is_whole=True)
    return DuplicatePair.objects.get()


def test_the_first_pair_stands_open_with_reasons_and_sides(pair, lead, signed_in):
    assert f"pair={pair.pk}" in signed_in(lead).get(QUEUE).content.decode()
    page = signed_in(lead).get(f"{QUEUE}?pair={pair.pk}").content.decode()
    for words in (
        "Hüttenwerke Oberrhein GmbH",
        "Huettenwerke Oberrhein",
        "the same tax number",
        "Stays: K-1",
        "Goes in: K-2",
    ):
        assert words in page
    assert "Stays: K-2" in signed_in(lead).get(f"{QUEUE}?pair={pair.pk}&other=stays").content.decode()


def test_a_merge_leads_on_and_is_taken_apart_by_undo(pair, lead, signed_in):
    browser = signed_in(lead)
    answer = browser.post(f"{QUEUE}{pair.pk}/merge/", {"kept": pair.first_id, "field-name": "gone"}, follow=True)
    assert "K-2 went into “Huettenwerke Oberrhein" in answer.content.decode()
    merge = CustomerMerge.objects.get()
    assert merge.kept.name == "Huettenwerke Oberrhein"
    assert browser.get(f"/customers/{pair.second_id}/")["Location"] == f"/customers/{pair.first_id}/"
    browser.post(f"/customers/merges/{merge.pk}/undo/")
    assert Customer.objects.get(number="K-1").name == "Hüttenwerke Oberrhein GmbH"
    assert Customer.objects.get(number="K-2").merged_into is None


def test_the_second_of_two_who_decide_is_told_who_was_first(pair, lead, admin, signed_in):
    merge_customers(pair.first, pair.second, by=admin, at=timezone.now())
    answers = [
        signed_in(lead).post(f"{QUEUE}{pair.pk}/{act}/", {"kept": pair.first_id}, follow=True).content.decode()
        for act in ("merge", "different", "later")
    ]
    assert all(admin.name in answer for answer in answers)
    from_an_old_list = signed_in(lead).get(QUEUE, {"pair": pair.pk}).content.decode()
    assert f"{admin} has decided already: merged." in from_an_old_list
    assert "No pair to decide" in from_an_old_list
    assert CustomerMerge.objects.count() == 1


@pytest.mark.parametrize("act", ["different", "later"])
def test_what_is_told_apart_or_put_off_leaves_the_queue_until_it_is_taken_back(pair, lead, signed_in, act):
    browser = signed_in(lead)
    browser.post(f"{QUEUE}{pair.pk}/{act}/")
    assert "No pair to decide" in browser.get(QUEUE).content.decode()
    browser.post(f"{QUEUE}{pair.pk}/again/")
    assert "Huettenwerke Oberrhein" in browser.get(QUEUE).content.decode()


def test_a_lead_names_two_customers_as_one_himself(lead, rep, north, signed_in):
    one, other = (factories.make_customer(name=name, owner=rep, team=north) for name in ("Alpha", "Omega"))
    browser = signed_in(lead)
    assert "Omega" in browser.get(f"/customers/{one.pk}/merge/?q=Omega").content.decode()
    answer = browser.post(f"/customers/{one.pk}/merge/", {"other": other.pk}, follow=True)
    assert "Are these one customer?" in answer.content.decode()


def test_pairs_of_another_team_are_nobodys_business(pair, other_rep, signed_in, south):
    assert not DuplicatePair.objects.visible_to(other_rep).exists()
    other_rep.role = "manager"
    other_rep.save()
    Customer.objects.filter(pk=pair.second_id).update(team=south)
    assert not DuplicatePair.objects.visible_to(other_rep).exists()
