"""Benefits for the best: planned with a day and somebody responsible, or a reason not to with a day to look again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from interactions.benefit_planning import BenefitRefused, plan_benefit, waive_benefit, withdraw_benefit
from interactions.models import Benefit, BenefitWaiver, Task
from interactions.task_finishing import finish_task
from interactions.task_handling import close_task
from segments.models import ValueBand, ValueRanking
from tests import factories

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = AT.date()


def plan(customer, rep, **fields):
    words = {"kind": "priority", "planned_for": TODAY, "responsible": rep, "by": rep, "at": AT, **fields}
    return plan_benefit(customer, **words)


def test_a_planned_benefit_is_a_task_of_whoever_sees_to_it(customer, rep, lead):
    benefit = plan(customer, rep, responsible=lead, planned_for=date(2026, 12, 1), text="First in the queue")
    task = benefit.task
    assert (task.assignee, task.kind, task.state) == (lead, "follow_up", "open")
    assert task.due_at.date() == date(2026, 12, 1)
    assert "priority service" in task.title
    assert "First in the queue" in task.why


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "other"}, "what the benefit is"),
        ({"kind": "gold watch"}, "what the benefit is"),
        ({"planned_for": TODAY - timedelta(days=1)}, "between today"),
    ],
)
def test_a_benefit_that_nobody_could_give_is_refused(customer, rep, fields, words):
    with pytest.raises(BenefitRefused, match=words):
        plan(customer, rep, **fields)
    assert not Task.objects.exists()


def test_somebody_who_left_gets_no_benefit_to_give(customer, rep, other_rep):
    other_rep.is_active = False
    other_rep.save()
    with pytest.raises(BenefitRefused, match="no longer works here"):
        plan(customer, rep, responsible=other_rep)


@pytest.mark.parametrize("fields", [{"reason": " "}, {"review_on": TODAY}, {"review_on": date(2099, 1, 1)}])
def test_no_benefit_needs_a_reason_and_a_day_to_look_again(customer, rep, fields):
    words = {"reason": "Wants none", "review_on": TODAY + timedelta(days=90), "by": rep, "on": TODAY, **fields}
    with pytest.raises(BenefitRefused):
        waive_benefit(customer, **words)


def test_planning_after_all_takes_the_reason_away_and_keeps_it_as_history(customer, rep):
    waive_benefit(customer, reason="Wants none", review_on=TODAY + timedelta(days=9), by=rep, on=TODAY)
    waive_benefit(customer, reason="Still none", review_on=TODAY + timedelta(days=9), by=rep, on=TODAY)
    plan(customer, rep)
    assert not BenefitWaiver.objects.exists()
    assert set(BenefitWaiver.pgh_event_model.objects.values_list("reason", flat=True)) == {"Wants none", "Still none"}


# --- the queue -------------------------------------------------------------------------------------------------------


@pytest.fixture
def best(rep):
    """Ten who bought; the best two get benefits."""
    made = [factories.make_customer(owner=rep, team=rep.team) for _n in range(10)]
    for place, one in enumerate(made, start=1):
        ValueBand.objects.create(customer=one, place=place, sales_cents=1000 - place, sales_before_cents=0)
    year = {"first_day": date(2025, 1, 1), "last_day": date(2025, 12, 31), "written_on": TODAY}
    ValueRanking.objects.create(customers=10, sales_cents=9_000, **year)
    return made


def waiting(client, query=""):
    return [row.pk for row in client.get(reverse("home:benefit-queue") + query).context["list"].rows]


def test_the_queue_holds_those_with_neither_by_value(best, rep, signed_in):
    client, today, now = signed_in(rep), timezone.localdate(), timezone.now()
    assert waiting(client) == [best[0].pk, best[1].pk]
    waive_benefit(best[0], reason="Wants none", review_on=today + timedelta(days=9), by=rep, on=today)
    assert waiting(client) == [best[1].pk]
    assert waiting(client, "?reason=1") == [best[0].pk]
    benefit = plan(best[1], rep, planned_for=today, at=now)
    assert waiting(client) == []
    assert waiting(client, "?planned=1") == [best[1].pk]
    BenefitWaiver.objects.update(review_on=today)
    assert waiting(client) == [best[0].pk], "the day to look again has come"
    close_task(benefit.task, at=now, by=rep, is_done=False)
    assert waiting(client) == [best[0].pk, best[1].pk], "dropped is not given"


def test_a_benefit_given_counts_for_a_year_and_stays_in_the_timeline(best, rep, signed_in):
    client, now = signed_in(rep), timezone.now()
    benefit = plan(best[0], rep, planned_for=timezone.localdate(), at=now)
    finish_task(benefit.task, by=rep, at=now)
    assert waiting(client) == [best[1].pk]
    Task.objects.update(closed_at=now - timedelta(days=366))
    assert waiting(client) == [best[0].pk, best[1].pk]
    part = client.get(reverse("home:customer-part", args=[best[0].pk, "timeline"])).content.decode()
    assert "Benefit: priority service" in part


def test_a_rep_plans_from_the_row_and_comes_back_to_the_queue(best, rep, signed_in):
    client = signed_in(rep)
    words = {"kind": "delivery", "planned_for": timezone.localdate().isoformat(), "responsible": rep.pk}
    sent = client.post(
        reverse("interactions:benefit-plan", args=[best[0].pk]), words | {"next": "/segments/benefits/?everybody=1"}
    )
    assert sent.headers["Location"] == "/segments/benefits/?everybody=1"
    assert Benefit.objects.get().kind == "delivery"
    away = client.post(
        reverse("interactions:benefit-waive", args=[best[1].pk]),
        {
            "reason": "No",
            "review_on": (timezone.localdate() + timedelta(days=9)).isoformat(),
            "next": "https://evil.test/",
        },
    )
    assert away.headers["Location"] == reverse("home:benefit-queue")


def test_what_was_planned_is_taken_back_and_stands_in_nobodys_day(best, rep, signed_in):
    client, queue = signed_in(rep), reverse("home:benefit-queue")
    benefit = plan(best[0], rep, text="Van of their own", at=timezone.now(), planned_for=timezone.localdate())
    assert "Van of their own" in client.get(queue, {"planned": 1}).content.decode()
    back = reverse("interactions:benefit-withdraw", args=[best[0].pk])
    said = client.post(back, {"next": queue + "?planned=1"}, follow=True).content.decode()
    assert "Taken back: priority service" in said
    benefit.task.refresh_from_db()
    assert (benefit.task.state, benefit.task.closed_by) == (Task.State.DROPPED, rep)
    assert best[0].pk in [row.pk for row in client.get(queue).context["list"].rows]
    assert "No benefit is planned any more" in client.post(back, follow=True).content.decode()


def test_a_benefit_that_was_given_is_not_taken_back(customer, rep):
    close_task(plan(customer, rep).task, at=AT, by=rep)
    with pytest.raises(BenefitRefused, match="it was given"):
        withdraw_benefit(customer, by=rep, at=AT)
