"""Winning back: the valued who were lost, each with the real reason, a reason to return and a next day."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.customer_merging import merge_customers
from interactions.models import Task, WinBack
from interactions.task_handling import close_task
from interactions.win_back_planning import WinBackRefused, let_go, plan_win_back, take_back_win_back
from segments.models import ValueBand, ValueRanking
from tests import factories
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db


def plan(customer, rep, **fields):
    now = timezone.now()
    words = {
        "reason": "neglect",
        "words": "Nobody rang after Piet retired",
        "offer": "A visit with their own parts list",
        "next_on": timezone.localdate(now) + timedelta(days=7),
        "responsible": rep,
        "by": rep,
        "at": now,
        **fields,
    }
    return plan_win_back(customer, **words)


def lose(rep, *, bought=9_000_00, silent=400, **fields):
    """A customer of ``rep`` who bought for ``bought`` cents in the year before and nothing for ``silent`` days."""
    customer = factories.make_customer(owner=rep, team=rep.team)
    last = timezone.localdate() - timedelta(days=silent)
    make_score(customer, sales_before_12m_cents=bought, sales_12m_cents=0, gap_days=silent, last_day=last, **fields)
    return customer


@pytest.fixture
def ranked(rep):
    """Ten were ranked; the last of the best two sold 5,000."""
    today = timezone.localdate()
    year = {"first_day": today.replace(month=1, day=1), "last_day": today, "written_on": today}
    ValueRanking.objects.create(customers=10, sales_cents=9_000, **year)
    ValueBand.objects.create(
        customer=factories.make_customer(owner=rep), place=2, sales_cents=5_000_00, sales_before_cents=0
    )


def listed(client, query=""):
    return [row.pk for row in client.get(reverse("home:win-back") + query).context["list"].rows]


def test_a_plan_is_a_task_of_whoever_takes_it_and_waits_while_a_complaint_is_open(customer, rep, lead):
    planned = plan(customer, rep, responsible=lead)
    task = planned.task
    assert (task.assignee, task.kind, task.state, task.is_selling) == (lead, "follow_up", "open", True)
    assert timezone.localdate(task.due_at) == planned.next_on
    assert "A visit with their own parts list" in task.title
    assert "Nobody rang after Piet retired" in task.why


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "price"}, "why they left"),
        ({"words": " "}, "what lies behind it"),
        ({"words": "Too expensive"}, "what people say first"),
        ({"offer": " "}, "reason to return"),
        ({"next_on": timezone.localdate() - timedelta(days=1)}, "between today"),
        ({"next_on": timezone.localdate() + timedelta(days=500)}, "between today"),
    ],
)
def test_a_plan_without_the_real_reason_an_offer_or_a_day_is_refused(customer, rep, fields, words):
    with pytest.raises(WinBackRefused, match=words):
        plan(customer, rep, **fields)
    assert not WinBack.objects.exists()
    assert not Task.objects.exists()


def test_somebody_who_left_wins_nobody_back(customer, rep, other_rep):
    other_rep.is_active = False
    other_rep.save()
    with pytest.raises(WinBackRefused, match="no longer works here"):
        plan(customer, rep, responsible=other_rep)


def test_the_list_builds_itself_of_the_valued_who_were_lost_within_two_years(ranked, rep, signed_in):
    big, small = lose(rep, bought=9_000_00), lose(rep, bought=5_000_00)
    lose(rep, bought=4_999_99)  # bought less than the last of the best
    lose(rep, silent=364)  # may still come by himself
    lose(rep, silent=731)  # gone too long
    lose(rep, note="contract")  # told about by its renewal
    assert listed(signed_in(rep)) == [big.pk, small.pk]


def test_whoever_has_a_next_step_leaves_the_list_and_is_back_when_it_was_done_in_vain(ranked, rep, signed_in):
    client, one, other = signed_in(rep), lose(rep, bought=9_000_00), lose(rep, bought=8_000_00)
    planned = plan(one, rep)
    assert listed(client) == [other.pk]
    assert listed(client, "?planned=1") == [one.pk]
    close_task(planned.task, at=timezone.now(), by=rep)
    assert listed(client) == [one.pk, other.pk], "done, and they have not bought"
    words = {"reason": "business", "words": "The plant is closed", "by": rep, "at": timezone.now()}
    let_go(other, next_on=timezone.localdate() + timedelta(days=90), **words)
    assert listed(client) == [one.pk]
    assert listed(client, "?let-go=1") == [other.pk]
    assert listed(client, "?everybody=1") == [one.pk, other.pk]
    WinBack.objects.filter(customer=other).update(next_on=timezone.localdate())
    assert listed(client) == [one.pk, other.pk], "the day to look again has come"


def test_who_came_back_is_told_by_a_purchase_after_the_plan(ranked, rep, signed_in):
    client, today = signed_in(rep), timezone.localdate()
    back = factories.make_customer(owner=rep, team=rep.team)
    make_score(back, gap_days=3, last_day=today - timedelta(days=3))
    plan(back, rep, at=timezone.now() - timedelta(days=20), next_on=today)
    assert listed(client, "?returned=1") == [back.pk]
    assert listed(client, "?planned=1") == []
    assert "bought again" in client.get(reverse("home:win-back") + "?returned=1").content.decode()


def test_a_new_plan_takes_the_place_of_the_old_one_and_its_task(customer, rep):
    first = plan(customer, rep)
    second = plan(customer, rep, offer="Certificates in every box")
    first.refresh_from_db()
    first.task.refresh_from_db()
    assert (first.ended_on, first.task.state) == (timezone.localdate(), Task.State.DROPPED)
    assert WinBack.objects.in_force().get() == second
    take_back_win_back(customer, by=rep, at=timezone.now())
    second.task.refresh_from_db()
    assert second.task.state == Task.State.DROPPED
    with pytest.raises(WinBackRefused, match="taken back already"):
        take_back_win_back(customer, by=rep, at=timezone.now())


def test_a_rep_plans_from_the_row_takes_it_back_and_reads_it_in_the_timeline(ranked, rep, signed_in):
    client, one = signed_in(rep), lose(rep)
    url, here = reverse("interactions:win-back-plan", args=[one.pk]), reverse("home:win-back") + "?everybody=1"
    words = {
        "reason": "delivery",
        "words": "Too dear",
        "offer": "Stock on their shelf",
        "next_on": timezone.localdate().isoformat(),
        "responsible": rep.pk,
        "next": here,
    }
    refused = client.post(url, words)
    assert refused.status_code == 422
    assert "What made it too high" in refused.content.decode()
    assert "Stock on their shelf" in refused.content.decode(), "what was typed stays"
    sent = client.post(url, words | {"words": "The third late truck"})
    assert sent.headers["Location"] == here
    assert "The third late truck" in client.get(url).content.decode(), "the next plan begins with what is known"
    assert "Win back" in client.get(reverse("home:customer-page", args=[one.pk])).content.decode()
    part = client.get(reverse("home:customer-part", args=[one.pk, "timeline"])).content.decode()
    assert "Win back: Stock on their shelf" in part
    back = reverse("interactions:win-back-take-back", args=[one.pk])
    assert "Taken back" in client.post(back, follow=True).content.decode()
    assert "taken back already" in client.post(back, follow=True).content.decode()
    let = reverse("interactions:win-back-let-go", args=[one.pk])
    gone = {"reason": "business", "words": "price", "next_on": timezone.localdate().isoformat()}
    assert client.post(let, gone).status_code == 422
    assert client.post(let, gone | {"words": "Sold to a group"}).headers["Location"] == reverse("home:win-back")


def test_two_customers_who_become_one_keep_one_plan(rep, lead):
    kept, gone = (factories.make_customer(owner=rep, team=rep.team) for _n in range(2))
    plan(kept, rep)
    plan(gone, rep)
    merge_customers(kept, gone, by=lead, at=timezone.now())
    assert WinBack.objects.in_force().get().customer == kept
