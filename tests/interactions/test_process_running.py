"""Each segment has its own process, and no path leads past a step."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from interactions.models import ProcessRun, StepRun, Task
from interactions.process_running import (
    NoProcess,
    ProcessRefused,
    complete_step,
    skip_step,
    start_process,
    stop_process,
)
from tests import factories

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db
STEPS = [
    {"title": "Hear the need", "clock_hours": 8, "channel": "call"},
    {"title": "Manager reads the draft", "clock_hours": 16, "doer": "manager"},
    {"title": "Decision", "clock_hours": 40},
]


@pytest.fixture
def premium(customer):
    segment = factories.make_segment()
    factories.put_in_segment(customer, segment)
    factories.make_process(segment, "propose", STEPS)
    return segment


@pytest.fixture
def run(customer, premium, rep):
    return start_process(
        customer, flow="propose", key="P-3391", by=rep, at=AT, subject="P-3391", amount_cents=1_824_000
    )


def step(run, position):
    return run.steps.get(position=position)


def test_starting_opens_the_first_step_on_its_clock_for_its_doer(run, rep):
    task = Task.objects.get()
    assert (task.title, task.assignee, task.due_at) == ("Hear the need", rep, datetime(2026, 11, 24, 17, tzinfo=UTC))
    assert task.is_selling
    assert list(run.steps.values_list("state", flat=True)) == ["open", "waiting", "waiting"]


def test_starting_twice_for_the_same_reason_is_one_run(run, customer, rep):
    assert start_process(customer, flow="propose", key="P-3391", by=rep, at=AT) == run
    assert ProcessRun.objects.count() == 1
    assert Task.objects.count() == 1


def test_the_same_request_in_two_segments_gives_two_task_lists(run, rep, foreign_customer):
    low = factories.make_segment("low")
    factories.put_in_segment(foreign_customer, low)
    factories.make_process(low, "propose", [{"title": "Sent by itself"}])
    start_process(foreign_customer, flow="propose", key="P-1", by=None, at=AT)
    assert Task.objects.get(customer=foreign_customer).title == "Sent by itself"


def test_done_opens_the_next_for_its_own_doer_and_the_last_ends_the_run(run, rep, lead):
    complete_step(step(run, 1), by=rep, at=AT)
    task = Task.objects.open().get()
    assert (task.title, task.assignee) == ("Manager reads the draft", lead)
    complete_step(step(run, 2), by=lead, at=AT)
    complete_step(step(run, 3), by=rep, at=AT)
    run.refresh_from_db()
    assert (run.state, run.ended_at) == (ProcessRun.State.DONE, AT)
    assert not Task.objects.open().exists()


def test_done_twice_is_done_once(run, rep):
    complete_step(step(run, 1), by=rep, at=AT)
    complete_step(step(run, 1), by=rep, at=AT)
    assert list(run.steps.values_list("state", flat=True)) == ["done", "open", "waiting"]


def test_no_step_is_done_before_its_turn(run, rep):
    with pytest.raises(ProcessRefused, match="turn"):
        complete_step(step(run, 2), by=rep, at=AT)
    with pytest.raises(ProcessRefused, match="turn"):
        skip_step(step(run, 3), reason="in a hurry", by=rep, at=AT)


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_step_is_skipped_without_a_reason(run, rep, reason):
    with pytest.raises(ProcessRefused, match="reason"):
        skip_step(step(run, 1), reason=reason, by=rep, at=AT)


def test_the_database_itself_refuses_a_skip_without_a_reason(run):
    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.filter(run=run, position=1).update(state=StepRun.State.SKIPPED)


def test_a_skip_keeps_its_reason_and_goes_on(run, rep):
    skip_step(step(run, 1), reason="They wrote it all down", by=rep, at=AT)
    assert step(run, 1).skip_reason == "They wrote it all down"
    assert Task.objects.open().get().title == "Manager reads the draft"
    assert Task.objects.get(title="Hear the need").closed_reason == "They wrote it all down"


def test_a_running_one_keeps_its_steps_when_a_new_version_is_published(run, customer, premium, rep):
    factories.make_process(premium, "propose", [{"title": "New first step"}])
    complete_step(step(run, 1), by=rep, at=AT)
    assert Task.objects.open().get().title == "Manager reads the draft"
    start_process(customer, flow="propose", key="P-4000", by=rep, at=AT)
    assert Task.objects.filter(title="New first step").exists()


def test_a_lost_proposal_drops_its_task_with_the_reason(run, rep):
    with pytest.raises(ProcessRefused):
        stop_process(run, by=rep, at=AT, reason=" ")
    stop_process(run, by=rep, at=AT, reason="Price only compared", is_lost=True, lost_because="price")
    run.refresh_from_db()
    task = Task.objects.get()
    assert (run.end_reason, run.lost_because, run.started_at) == ("Price only compared", "price", AT)
    assert (run.state, task.state, task.closed_reason) == ("lost", "dropped", "Price only compared")
    with pytest.raises(ProcessRefused, match="ended"):
        complete_step(step(run, 1), by=rep, at=AT)


@pytest.mark.parametrize(
    ("said", "state", "cause"),
    [
        ({"reason": "Moved away"}, "stopped", ""),
        ({"reason": "Too dear", "is_lost": "on"}, None, None),
        ({"reason": "Too dear", "is_lost": "on", "lost_because": "price"}, "lost", "price"),
        ({"reason": "Too dear", "lost_because": "price"}, "lost", "price"),
        ({"reason": "A third offer was missing", "fills_shortlist": "on"}, "lost", ""),
    ],
)
def test_whoever_ends_a_proposal_as_lost_says_what_decided_it(run, rep, signed_in, said, state, cause):
    answer = signed_in(rep).post(reverse("interactions:process-run-stop", args=[run.pk]), said)
    run.refresh_from_db()
    if state is None:
        assert answer.status_code == 422
        assert said["reason"] in answer.content.decode()
        assert run.state == "running"
    else:
        assert (run.state, run.lost_because, run.end_reason) == (state, cause, said["reason"])


def test_a_segment_without_the_process_says_so(customer, premium, rep):
    with pytest.raises(NoProcess):
        start_process(customer, flow="deliver", key="D-1", by=rep, at=AT)


def test_whoever_is_in_no_segment_gets_the_process_of_the_fallback(foreign_customer):
    standard = factories.make_segment("standard", is_fallback=True)
    factories.make_process(standard, "propose", [{"title": "Sent"}])
    start_process(foreign_customer, flow="propose", key="P-1", by=None, at=AT)
    assert Task.objects.get().title == "Sent"
