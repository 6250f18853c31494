"""Tasks: done, snoozed, handed over, held, and taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.core.metric_catalogue import METRICS, Metric, MetricKind
from crm.core.models import Absence
from interactions.models import Alert, Promise, Task
from interactions.process_running import start_process
from interactions.promise_keeping import PromiseLine, PromiseRefused, close_promise, make_promise
from interactions.task_assignment import find_doer
from interactions.task_finishing import find_last_change, finish_task, undo_task_change
from interactions.task_handling import (
    TaskRefused,
    close_task,
    hand_over_task,
    open_task,
    pause_selling_tasks,
    resume_selling_tasks,
    snooze_task,
)
from tests import factories

AT = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def task(customer):
    return factories.make_task(customer)


@pytest.fixture
def alert(customer):
    trigger = factories.make_trigger()
    return Alert.objects.create(customer=customer, trigger=trigger, period=date(2026, 9, 23), day=date(2026, 11, 23))


def undo_last(task):
    undo_task_change(task, change=find_last_change(task))
    task.refresh_from_db()


def test_a_task_of_one_source_is_opened_once(customer, rep):
    fields = {"kind": "follow_up", "title": "Call", "due_at": AT, "assignee": rep, "source": "import:1"}
    assert open_task(customer, **fields) == open_task(customer, **fields)
    assert Task.objects.count() == 1


def test_what_is_at_stake_comes_from_the_score(customer, rep):
    factories.set_score(customer, risk_rank=71.5, at_stake_cents=642_000)
    task = open_task(customer, kind="follow_up", title="Call", due_at=AT, assignee=rep)
    assert (task.rank, task.at_stake_cents) == (71.5, 642_000)


def test_done_is_done_once(task, rep, lead):
    finish_task(task, by=rep, at=AT)
    close_task(task, by=lead, at=AT + timedelta(hours=1))
    task.refresh_from_db()
    assert (task.state, task.closed_by, task.closed_at) == (Task.State.DONE, rep, AT)


def test_a_snoozed_task_sleeps_until_then_and_not_until_yesterday(task):
    assert snooze_task(task, until=AT + timedelta(days=1), at=AT).snoozed_until == AT + timedelta(days=1)
    with pytest.raises(TaskRefused):
        snooze_task(task, until=AT, at=AT)


def test_a_task_handed_over_is_awake_and_theirs(task, rep, lead):
    snooze_task(task, until=AT + timedelta(days=1), at=AT)
    handed = hand_over_task(task, to=lead)
    assert (handed.assignee, handed.snoozed_until) == (lead, None)


def test_nobody_who_has_left_gets_a_task(task, lead):
    lead.is_active = False
    lead.save()
    with pytest.raises(TaskRefused):
        hand_over_task(task, to=lead)


def test_a_closed_task_is_neither_snoozed_nor_handed_over(task, rep, lead):
    finish_task(task, by=rep, at=AT)
    with pytest.raises(TaskRefused):
        hand_over_task(task, to=lead)
    with pytest.raises(TaskRefused):
        snooze_task(task, until=AT + timedelta(days=1), at=AT)


def test_selling_waits_while_a_complaint_is_open(customer, rep):
    selling = factories.make_task(customer, is_selling=True)
    mending = factories.make_task(customer, kind=Task.Kind.PROMISE)
    assert pause_selling_tasks(customer, reason="waits for C-2207") == 1
    selling.refresh_from_db()
    mending.refresh_from_db()
    assert (selling.state, selling.paused_reason, mending.state) == ("paused", "waits for C-2207", "open")
    with pytest.raises(TaskRefused, match="C-2207"):
        finish_task(selling, by=rep, at=AT)
    assert resume_selling_tasks(customer) == 1
    selling.refresh_from_db()
    assert (selling.state, selling.paused_reason) == ("open", "")


def test_a_selling_task_opened_during_a_complaint_is_held_from_the_start(customer, rep, monkeypatch):
    one = Metric("open_complaints", "open complaints", MetricKind.NUMBER, "", "1")
    monkeypatch.setitem(METRICS, "open_complaints", one)
    fields = {"kind": "follow_up", "title": "Call", "due_at": AT, "assignee": rep}
    assert open_task(customer, **fields, is_selling=True).state == Task.State.PAUSED
    assert open_task(customer, **fields).state == Task.State.OPEN


def test_done_is_taken_back_with_the_alert(customer, rep, alert):
    task = factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert)
    finish_task(task, by=rep, at=AT)
    undo_last(task)
    alert.refresh_from_db()
    assert (task.state, task.closed_at, alert.state, alert.closed_at) == ("open", None, "open", None)


def test_snooze_and_hand_over_are_taken_back(task, rep, lead):
    snooze_task(task, until=AT + timedelta(days=1), at=AT)
    undo_last(task)
    assert task.snoozed_until is None
    hand_over_task(task, to=lead)
    undo_last(task)
    assert task.assignee == rep


def test_the_same_undo_twice_is_refused_and_so_is_one_that_came_too_late(task, rep, lead):
    hand_over_task(task, to=lead)
    change = find_last_change(task)
    undo_task_change(task, change=change)
    with pytest.raises(TaskRefused):
        undo_task_change(task, change=change)
    hand_over_task(task, to=lead)
    change = find_last_change(task)
    finish_task(task, by=lead, at=AT)
    with pytest.raises(TaskRefused):
        undo_task_change(task, change=change)


def test_a_step_done_by_mistake_is_taken_back_and_the_next_one_closed_again(customer, rep):
    premium = factories.make_segment()
    factories.put_in_segment(customer, premium)
    factories.make_process(premium, "propose", [{}, {}])
    run = start_process(customer, flow="propose", key="P-1", by=rep, at=AT)
    task = Task.objects.get()
    finish_task(task, by=rep, at=AT)
    assert Task.objects.open().get().title == "Step 2"
    undo_last(task)
    assert list(run.steps.values_list("state", flat=True)) == ["open", "waiting"]
    assert Task.objects.open().get() == task


def test_a_step_is_not_taken_back_when_the_next_one_is_done(customer, rep):
    premium = factories.make_segment()
    factories.put_in_segment(customer, premium)
    factories.make_process(premium, "propose", [{}, {}, {}])
    start_process(customer, flow="propose", key="P-1", by=rep, at=AT)
    first = Task.objects.get()
    finish_task(first, by=rep, at=AT)
    finish_task(Task.objects.open().get(), by=rep, at=AT)
    with pytest.raises(Exception, match="next step is done"):
        undo_last(first)


def test_a_promise_task_done_keeps_the_promise_and_comes_back_with_it(customer, rep):
    promise = make_promise(customer, line=PromiseLine("ours", "Send it", date(2026, 11, 27)), by=rep, at=AT)
    task = Task.objects.get()
    finish_task(task, by=rep, at=AT)
    promise.refresh_from_db()
    assert promise.state == Promise.State.KEPT
    undo_last(task)
    promise.refresh_from_db()
    assert (promise.state, task.state) == (Promise.State.OPEN, Task.State.OPEN)


def test_a_promise_taken_back_drops_its_task(customer, rep):
    promise = make_promise(customer, line=PromiseLine("ours", "Send it", date(2026, 11, 27)), by=rep, at=AT)
    close_promise(promise, by=rep, at=AT, is_kept=False)
    close_promise(promise, by=rep, at=AT)
    promise.refresh_from_db()
    assert (promise.state, Task.objects.get().state) == ("dropped", "dropped")


def test_an_empty_promise_is_none(customer, rep):
    with pytest.raises(PromiseRefused):
        make_promise(customer, line=PromiseLine("ours", "  "), by=rep, at=AT)


def test_a_complaints_task_ends_with_the_complaint_only(customer, rep):
    task = factories.make_task(customer, kind=Task.Kind.COMPLAINT)
    with pytest.raises(TaskRefused):
        finish_task(task, by=rep, at=AT)


@pytest.mark.parametrize(
    ("doer", "expected"), [("owner", "rep"), ("rep", "rep"), ("manager", "lead"), ("executive", "executive")]
)
def test_who_does_a_step(customer, rep, lead, executive, doer, expected):
    cast = {"rep": rep, "lead": lead, "executive": executive}
    assert find_doer(customer, doer=doer, on=AT.date()) == cast[expected]


def test_the_stand_in_does_it_while_the_owner_is_away(customer, rep, lead):
    Absence.objects.create(user=rep, first_day=AT.date(), last_day=AT.date(), stand_in=lead)
    assert find_doer(customer, doer="owner", on=AT.date()) == lead
    assert find_doer(customer, doer="owner", on=AT.date() + timedelta(days=1)) == rep


def test_without_an_owner_it_is_the_manager_without_a_team_an_admin(customer, rep, lead, admin):
    customer.owner = None
    assert find_doer(customer, doer="owner", on=AT.date()) == lead
    customer.team = None
    assert find_doer(customer, doer="owner", on=AT.date()) == admin
