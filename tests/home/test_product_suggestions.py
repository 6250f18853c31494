"""What customers alike buy and one does not is suggested, with the evidence, until he answers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from customers.models import ProfileFact
from customers.peer_groups import rebuild_peers
from customers.rules.white_space import FamilyAmongPeers
from interactions.models import ProductSuggestion, Task
from interactions.product_suggesting import (
    SuggestionRefused,
    accept_suggestion,
    measure_hits,
    refuse_suggestion,
)
from tests.factories import make_customer, make_process, make_segment, put_in_segment
from tests.home.product_sales import buy, night, page_of, products, today

__all__ = ["products", "today"]

pytestmark = pytest.mark.django_db


SUGGESTED = FamilyAmongPeers("Filters", 24, 38, 940_000)


@pytest.fixture
def alike(rep, products, today):
    """Twenty-five mines that buy seals and filters every month, and Ana's which buys seals alone."""
    for _nth in range(25):
        one = make_customer(owner=rep, team=rep.team, industry="mining")
        buy(one, products["Seals"], today, *range(10, 360, 30), cents=30_000)
        buy(one, products["Filters"], today, *range(10, 360, 60))
    mine = make_customer(owner=rep, team=rep.team, industry="mining", name="Ana's mine")
    buy(mine, products["Seals"], today, *range(10, 360, 30), cents=30_000)
    night()
    rebuild_peers(on=today)
    return mine


def test_what_customers_alike_buy_and_he_does_not_is_suggested_with_the_evidence(signed_in, rep, alike):
    page = page_of(signed_in(rep), reverse("home:customer-products", args=[alike.pk]))

    assert "25 of 26 alike buy it" in page
    assert "Alike: mining" in page
    assert "<b>€600</b>" in page
    peers = page_of(signed_in(rep), reverse("home:customer-peers", args=[alike.pk]))
    assert "25 others of 26 alike" in peers
    assert peers.count("<tr>") == 26, "a line for each of the others, under the head"
    assert "this customer among the 26" in page


def test_who_is_alike_is_shown_only_as_far_as_one_may_see(signed_in, rep, alike, other_rep, south):
    from customers.models import Customer

    Customer.objects.filter(industry="mining").exclude(pk=alike.pk).update(owner=other_rep, team=south)

    page = page_of(signed_in(rep), reverse("home:customer-peers", args=[alike.pk]))

    assert "None of them is yours to see" in page


@pytest.mark.parametrize("known", ["fact", "refused", "accepted", "bought"])
def test_never_what_he_owns_bought_or_answered(signed_in, rep, alike, products, today, known):
    if known == "fact":
        ProfileFact.objects.create(customer=alike, label="Buys elsewhere", value="filters, at a shop", told_on=today)
    elif known == "bought":
        buy(alike, products["Filters"], today, 900)
        night()
    else:
        ProductSuggestion.objects.create(customer=alike, family="Filters", state=known, answered_on=today)

    page = page_of(signed_in(rep), reverse("home:customer-products", args=[alike.pk]))

    assert "alike buy it" not in page
    assert "Buys all that customers alike usually buy" in page


def test_white_space_is_of_now_whatever_periods_are_compared(signed_in, rep, alike, products, today):
    """Compared up to a day before he bought it, what he buys now was suggested as never bought."""
    client = signed_in(rep)
    long_ago = "?period=own&from=2020-01-01&to=2020-03-31"
    own = reverse("home:customer-products", args=[alike.pk]) + long_ago
    portfolio = reverse("home:product-movement") + f"{long_ago}&whose=mine"
    assert "25 of 26 alike buy it" in page_of(client, own)
    assert "bar=white-space&amp;family=Filters" in page_of(client, portfolio)

    buy(alike, products["Filters"], today, 20)
    night()

    assert "alike buy it" not in page_of(client, own)
    assert "bar=white-space&amp;family=Filters" not in page_of(client, portfolio)


def test_an_accepted_suggestion_becomes_a_task_and_is_not_made_again(signed_in, rep, alike):
    client = signed_in(rep)
    url = reverse("home:suggestion-answer", args=[alike.pk])
    for _twice in range(2):
        client.post(url, {"family": "Filters", "answer": "accept"})

    (task,) = Task.objects.filter(customer=alike)
    assert task.title == "Offer: Filters"
    assert task.why == "25 of 26 customers alike buy it, for about €600 a year."
    assert task.assignee == rep
    assert ProductSuggestion.objects.get().state == "accepted"


def test_nothing_is_offered_while_a_complaint_is_open_and_a_question_holds_nothing_up(signed_in, rep, alike):
    client = signed_in(rep)
    page = reverse("home:customer-products", args=[alike.pk])
    take_complaint(alike, title="When do you close?", kind="question", by=rep, at=timezone.now())
    html = page_of(client, page)
    assert ("Make an offer" in html, "Offer nothing yet" in html) == (True, False)

    take_complaint(alike, title="Seals failed", by=rep, at=timezone.now())
    html = page_of(client, page)
    assert ("Make an offer" in html, "Offer nothing yet" in html) == (False, True)
    stale = {"family": "Filters", "answer": "accept"}
    answer = client.post(reverse("home:suggestion-answer", args=[alike.pk]), stale, follow=True)
    assert "Selling waits while a complaint is open." in answer.content.decode().split("What to say")[0]
    assert not ProductSuggestion.objects.exists()


def test_where_the_segment_has_a_process_for_proposals_it_starts(customer, rep):
    segment = make_segment()
    put_in_segment(customer, segment)
    make_process(segment, "propose", [{}, {}])

    answer = accept_suggestion(customer, suggested=SUGGESTED, by=rep, at=timezone.now())

    assert (answer.run.subject, answer.run.amount_cents) == ("Offer: Filters", 940_000)
    assert answer.task is None


def test_refusing_needs_a_reason(signed_in, rep, alike):
    client = signed_in(rep)
    url = reverse("home:suggestion-answer", args=[alike.pk])

    page = client.post(url, {"family": "Filters", "answer": "refuse", "reason": " "}, follow=True).content.decode()
    assert "Say in a word why" in page
    assert not ProductSuggestion.objects.exists()

    client.post(url, {"family": "Filters", "answer": "refuse", "reason": "They make their own."})
    assert ProductSuggestion.objects.get().reason == "They make their own."
    with pytest.raises(SuggestionRefused):
        refuse_suggestion(alike, suggested=SUGGESTED, reason="", by=rep, at=timezone.now())


def test_the_hit_rate_counts_what_was_bought_within_half_a_year(rep, products, today):
    def offered(days_ago, bought_after=None):
        one = make_customer(owner=rep)
        ProductSuggestion.objects.create(
            customer=one, family="Filters", state="accepted", answered_on=today - timedelta(days=days_ago)
        )
        if bought_after is not None:
            buy(one, products["Filters"], today, days_ago - bought_after)
        return one.pk

    ids = [offered(300, 90), offered(300, 200), offered(300), offered(100, 20), offered(100)]
    night()

    hits = measure_hits(ids, on=today)

    assert (hits.accepted, hits.hits, hits.waiting, hits.judged) == (5, 2, 1, 4)
    assert hits.share == 0.5
