"""Below zero: one decision a customer, with an owner, a reason, a day to look again, and its effect at once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from interactions.below_zero_deciding import DecisionRefused, decide_below_zero, open_due_reviews
from interactions.models import BelowZeroDecision, Task
from segments.default_configuration import create_defaults
from segments.models import Membership, Pin, Segment
from tests import factories

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = TODAY + timedelta(days=60)


@pytest.fixture
def loss(customer):
    factories.set_score(
        customer,
        contribution_12m_cents=-127_647,
        service_12m_cents=162_225,
        sales_12m_cents=384_200,
        goods_12m_cents=349_622,
        as_of=TODAY,
    )
    return customer


@pytest.fixture
def segments(db):
    factories.make_segment("standard", is_fallback=True)
    return factories.make_segment("low")


def decide(customer, by, kind="keep", **fields):
    values = {"reason": "Their group buys next year", "owner": by, "review_on": LATER, "on": TODAY, "at": NOW, **fields}
    return decide_below_zero(customer, kind=kind, by=by, **values)


def test_keeping_needs_nothing_but_a_reason_somebody_answers_for(loss, lead):
    decision = decide(loss, lead)
    assert (decision.contribution_cents, decision.service_cents) == (-127_647, 162_225)
    assert (decision.owner, decision.reason, decision.review_on) == (lead, "Their group buys next year", LATER)
    assert not Task.objects.exists()


def test_raising_the_price_is_a_task_of_the_owner_until_that_day(loss, lead, rep):
    decision = decide(loss, lead, "raise", owner=rep)
    assert (decision.task.assignee, decision.task.due_at.date(), decision.task.is_selling) == (rep, LATER, True)
    assert decision.task.why == decision.reason


def test_a_cheaper_process_holds_the_customer_in_another_segment(loss, lead, segments):
    decision = decide(loss, lead, "process", segment=segments)
    assert Membership.objects.current().get(customer=loss).segment == segments
    assert (decision.pin.expires_on, decision.pin.reason) == (LATER, decision.reason)
    assert decision.task is None


def test_what_is_served_with_more_steps_is_no_cheaper_process(loss, lead, signed_in):
    create_defaults()
    premium, low = Segment.objects.get(key="premium"), Segment.objects.get(key="low-cost")
    factories.put_in_segment(loss, low)
    with pytest.raises(DecisionRefused, match="Premium is served with more steps"):
        decide(loss, lead, "process", segment=premium)
    page = signed_in(lead).get(reverse("interactions:below-zero-decide", args=[loss.pk]))
    assert list(page.context["form"].fields["segment"].queryset) == [low]


def test_without_a_segment_somebody_is_asked_to_find_the_cheaper_way(loss, lead, rep):
    decision = decide(loss, lead, "process", owner=rep)
    assert "cheaper" in decision.task.title
    assert not Pin.objects.exists()


def test_a_smallest_order_stands_at_the_customer(loss, lead):
    decide(loss, lead, "minimum", minimum_order_cents=15_000)
    loss.refresh_from_db()
    assert loss.minimum_order_cents == 15_000
    assert loss.changed_by == lead


def test_deciding_anew_ends_what_was_decided_and_what_came_of_it(loss, lead, rep, segments):
    first = decide(loss, lead, "raise", owner=rep)
    second = decide(loss, lead, "minimum", minimum_order_cents=15_000)
    third = decide(loss, lead, "process", segment=segments)
    decide(loss, lead, "keep")
    for decision in (first, second, third):
        decision.refresh_from_db()
        assert decision.ended_on == TODAY
    assert BelowZeroDecision.objects.in_force().count() == 1
    assert Task.objects.get().state == Task.State.DROPPED
    assert Pin.objects.get().ended_at == NOW
    loss.refresh_from_db()
    assert loss.minimum_order_cents is None


def test_on_the_day_to_look_again_the_owner_has_a_task_until_it_is_decided_anew(loss, lead, rep):
    decide(loss, lead, owner=rep)
    reviews = Task.objects.filter(title__startswith="Look again")
    open_due_reviews(at=NOW + timedelta(days=59))
    assert not reviews.exists()
    for _night in range(2):
        open_due_reviews(at=NOW + timedelta(days=60))
    task = reviews.get()
    assert (task.assignee, task.due_at.date(), task.why) == (rep, LATER, "Their group buys next year")
    decide(loss, lead, on=LATER, at=NOW + timedelta(days=60), review_on=LATER + timedelta(days=90))
    assert (reviews.get().state, reviews.get().closed_reason) == ("done", "decided anew")


def test_who_came_back_above_zero_or_is_being_worked_at_needs_no_second_task(loss, lead, rep):
    decide(loss, lead, "raise", owner=rep)
    open_due_reviews(at=NOW + timedelta(days=61))
    assert not Task.objects.filter(title__startswith="Look again").exists(), "the price is still to be agreed"
    decide(loss, lead)
    factories.set_score(loss, contribution_12m_cents=12_000, as_of=TODAY)
    open_due_reviews(at=NOW + timedelta(days=61))
    assert not Task.objects.filter(title__startswith="Look again").exists()


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("sell", {}, "no such decision"),
        ("keep", {"reason": "  "}, "Say why"),
        ("keep", {"review_on": TODAY}, "Look again"),
        ("keep", {"review_on": TODAY + timedelta(days=500)}, "Look again"),
        ("minimum", {}, "how much"),
        ("minimum", {"minimum_order_cents": 0}, "how much"),
    ],
)
def test_half_a_decision_is_refused(loss, lead, kind, fields, words):
    with pytest.raises(DecisionRefused, match=words):
        decide(loss, lead, kind, **fields)
    assert not BelowZeroDecision.objects.exists()


def test_nobody_who_left_can_own_a_decision(loss, lead, rep):
    rep.is_active = False
    rep.save()
    with pytest.raises(DecisionRefused, match="no longer works"):
        decide(loss, lead, owner=rep)


def test_who_was_never_scored_has_nothing_to_decide(customer, lead):
    with pytest.raises(DecisionRefused, match="never scored"):
        decide(customer, lead)


def test_a_segment_that_is_put_away_cannot_be_the_cheaper_process(loss, lead, segments):
    segments.archived_at = NOW
    segments.save()
    with pytest.raises(DecisionRefused, match="no longer used"):
        decide(loss, lead, "process", segment=segments)
    assert not BelowZeroDecision.objects.exists()


def test_every_decision_is_kept_with_what_it_was(loss, lead):
    decision = decide(loss, lead)
    decide(loss, lead, reason="Asked again")
    assert [event.ended_on for event in decision.events.order_by("pgh_id")][:1] == [None]


def test_a_manager_decides_on_the_page(loss, lead, signed_in):
    browser, url = signed_in(lead), reverse("interactions:below-zero-decide", args=[loss.pk])
    page = browser.get(f"{url}?kind=minimum").content.decode()
    assert 'value="minimum" checked' in page
    assert "Brings <b>−€1,276</b> in 12 months: €346 of margin on sales of €3,842, less €1,622 to serve." in page
    form = {"kind": "minimum", "reason": "Small orders", "owner": lead.pk, "expected_cents": "900"}
    form |= {"review_on": (datetime.now(tz=UTC).date() + timedelta(days=30)).isoformat()}
    refused = browser.post(url, form)
    assert refused.status_code == 422
    assert "how much an order must come to" in refused.content.decode()
    both = browser.post(url, {**form, "reason": ""}).context["form"].errors
    assert set(both) == {"minimum_order_cents", "reason"}, "all that is missing is told at once"
    answer = browser.post(url, {**form, "minimum_order_cents": "150"})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home:below-zero")
    decision = BelowZeroDecision.objects.get()
    assert (decision.minimum_order_cents, decision.expected_cents, decision.decided_by) == (15_000, 90_000, lead)
    assert "Small orders" in browser.get(url).content.decode()
