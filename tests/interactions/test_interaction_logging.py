"""A rep logs a contact, and everything that follows from it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from customers.models import ContactPoint
from interactions.interaction_logging import ContactRefused, log_interaction
from interactions.models import Alert, ContactPreference, Interaction, Promise, Task
from interactions.process_running import start_process
from interactions.promise_keeping import PromiseLine
from tests import factories

AT = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def log(customer, by, **fields):
    return log_interaction(customer, **{"channel": "call", "by": by, "at": AT, **fields})


@pytest.fixture
def alert(customer):
    return Alert.objects.create(
        customer=customer, trigger=factories.make_trigger(), period=date(2026, 9, 23), day=date(2026, 11, 23)
    )


def test_the_call_is_there_with_person_minutes_and_words(customer, rep):
    person = factories.make_person(customer)
    contact = log(customer, rep, person=person, note="  Meets us tomorrow. ", minutes=6).interaction
    assert (contact.note, contact.minutes, contact.person, contact.happened_at) == (
        "Meets us tomorrow.",
        6,
        person,
        AT,
    )


def test_minutes_not_given_are_the_assumed_ones_and_none_where_nobody_was_reached(customer, rep):
    assert log(customer, rep).interaction.minutes == 6
    assert log(customer, rep, outcome="not_reached").interaction.minutes == 0


def test_the_same_form_sent_twice_logs_once(customer, rep):
    token = uuid4()
    fields = {"token": token, "promises": [PromiseLine("ours", "Send it", date(2026, 11, 27))]}
    first, second = log(customer, rep, **fields), log(customer, rep, **fields)
    assert first.created
    assert not second.created
    assert second.interaction == first.interaction
    assert (Interaction.objects.count(), Promise.objects.count(), Task.objects.count()) == (1, 1, 1)


def test_a_talk_closes_the_alert_and_its_task(customer, rep, alert):
    task = factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert)
    logged = log(customer, rep)
    alert.refresh_from_db()
    task.refresh_from_db()
    assert (task.state, task.closed_with, task.closed_by) == (Task.State.DONE, logged.interaction, rep)
    assert (alert.state, alert.closed_by) == (Alert.State.ANSWERED, rep)


def test_nobody_reached_leaves_the_alert_open_and_puts_it_off_to_the_next_try(customer, rep, alert):
    task = factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert)
    later = AT + timedelta(hours=4)
    log(customer, rep, outcome="not_reached", answers=task, next_contact_at=later)
    alert.refresh_from_db()
    task.refresh_from_db()
    assert (task.state, task.snoozed_until, alert.state) == (Task.State.OPEN, later, Alert.State.OPEN)
    assert Task.objects.count() == 1


def test_the_next_contact_becomes_a_task_of_the_rep(customer, rep):
    when = AT + timedelta(days=7)
    logged = log(customer, rep, next_contact_at=when, note="Wants the offer by then")
    task = Task.objects.get()
    assert (task.kind, task.assignee, task.due_at, task.why) == (
        Task.Kind.FOLLOW_UP,
        rep,
        when,
        "Wants the offer by then",
    )
    assert logged.next_task == task


def test_a_new_next_contact_takes_the_place_of_the_old_one(customer, rep):
    log(customer, rep, next_contact_at=AT + timedelta(days=7))
    log(customer, rep, next_contact_at=AT + timedelta(days=14))
    assert list(Task.objects.open().values_list("due_at", flat=True)) == [AT + timedelta(days=14)]


def test_a_follow_up_planned_for_later_is_not_answered_by_a_chance_call(customer, rep):
    later = factories.make_task(customer, due_at=AT + timedelta(days=7))
    log(customer, rep)
    later.refresh_from_db()
    assert later.state == Task.State.OPEN


def test_promises_of_both_sides_get_their_day_and_their_task(customer, rep):
    lines = [
        PromiseLine("ours", "Send the CE certificates", date(2026, 11, 27)),
        PromiseLine("theirs", "Split the invoices", date(2026, 11, 26)),
        PromiseLine("theirs", "Delivery time for FKM kits"),
    ]
    log(customer, rep, promises=lines)
    assert list(Promise.objects.values_list("side", "text")) == [
        ("theirs", "Split the invoices"),
        ("ours", "Send the CE certificates"),
        ("theirs", "Delivery time for FKM kits"),
    ]
    assert [task.title for task in Task.objects.order_by("due_at")] == [
        "Split the invoices",
        "Send the CE certificates",
    ]
    assert Task.objects.get(title="Send the CE certificates").due_at == datetime(2026, 11, 27, 17, tzinfo=UTC)


def test_a_promise_kept_in_the_talk_is_closed_with_its_task(customer, rep):
    promise = log(customer, rep, promises=[PromiseLine("ours", "Send it", date(2026, 11, 27))]).promises[0]
    log(customer, rep, keeps=[promise])
    promise.refresh_from_db()
    assert promise.state == Promise.State.KEPT
    assert not Task.objects.open().exists()


def test_a_talk_does_the_step_that_asks_for_it_and_opens_the_next(customer, rep):
    premium = factories.make_segment()
    factories.put_in_segment(customer, premium)
    factories.make_process(
        premium, "propose", [{"channel": "call", "title": "Call"}, {"channel": "visit", "title": "Visit"}]
    )
    start_process(customer, flow="propose", key="P-1", by=rep, at=AT)
    logged = log(customer, rep)
    assert [task.title for task in logged.answered] == ["Call"]
    assert Task.objects.open().get().title == "Visit"


def test_whoever_refused_calls_is_called_only_with_a_reason_that_is_kept(customer, rep):
    ContactPreference.objects.create(
        customer=customer, channel="call", is_allowed=False, said_on=date(2026, 1, 12), noted_by=rep
    )
    with pytest.raises(ContactRefused, match="12 Jan 2026"):
        log(customer, rep, override_reason="  ")
    assert not Interaction.objects.exists()
    assert log(customer, rep, override_reason="Their line stands still").interaction.override_reason
    assert log(customer, rep, direction="in").interaction.override_reason == ""
    assert log(customer, rep, channel="mail", override_reason="not needed").interaction.override_reason == ""


CADENCE = [{"title": "Read where we left off"}, {"title": "Talk", "channel": "call"}, {"title": "Tell the manager"}]


def test_answering_an_alert_opens_the_next_step_of_how_the_segment_stays_in_contact(customer, rep, alert):
    at_risk = factories.make_segment("risk")
    factories.put_in_segment(customer, at_risk)
    factories.make_process(at_risk, "cadence", CADENCE)
    factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert)
    log(customer, rep)
    assert [task.title for task in Task.objects.open()] == ["Tell the manager"]
    log(customer, rep)  # the talk after it goes on with the same run
    assert customer.process_runs.count() == 1


def test_a_talk_that_answers_nothing_starts_no_process(customer, rep):
    at_risk = factories.make_segment("risk")
    factories.put_in_segment(customer, at_risk)
    factories.make_process(at_risk, "cadence", CADENCE)
    log(customer, rep)
    assert not customer.process_runs.exists()


def test_a_segment_without_that_process_loses_nothing(customer, rep, alert):
    factories.make_task(customer, kind=Task.Kind.ALERT, alert=alert)
    assert log(customer, rep).created
    assert not Task.objects.open().exists()


@pytest.fixture
def lars(customer):
    """Somebody with a phone and an e-mail; the customer has a phone of its own."""
    lars = factories.make_person(customer, name="Lars Bak")
    for person, kind, value in ((lars, "phone", "+4520"), (lars, "email", "lars@k.example"), (None, "phone", "+4586")):
        ContactPoint.objects.create(customer=customer, person=person, kind=kind, value=value, value_normal=value)
    return lars


def proven():
    return dict(ContactPoint.objects.exclude(proven_on=None).values_list("value", "proven_on"))


def test_a_talk_proves_the_number_or_address_by_which_it_came_about(customer, rep, lars):
    log(customer, rep, person=lars)
    assert proven() == {"+4520": date(2026, 11, 24)}
    log(customer, rep, person=lars, channel="mail", happened_at=AT - timedelta(days=3))
    log(customer, rep)
    assert proven() == {"+4520": date(2026, 11, 24), "lars@k.example": date(2026, 11, 21), "+4586": date(2026, 11, 24)}


def test_what_was_said_earlier_does_not_take_a_later_proof_back(customer, rep, lars):
    log(customer, rep, person=lars)
    log(customer, rep, person=lars, happened_at=AT - timedelta(days=30))
    assert proven() == {"+4520": date(2026, 11, 24)}


@pytest.mark.parametrize("fields", [{"outcome": "not_reached"}, {"outcome": "message"}, {"channel": "visit"}])
def test_nothing_is_proven_where_nobody_was_reached_by_it(customer, rep, lars, fields):
    log(customer, rep, person=lars, **fields)
    assert proven() == {}


def test_of_two_numbers_that_work_none_is_guessed(customer, rep, lars):
    other = ContactPoint.objects.create(
        customer=customer, person=lars, kind="phone", value="+4530", value_normal="+4530"
    )
    log(customer, rep, person=lars)
    assert proven() == {}
    ContactPoint.objects.filter(pk=other.pk).update(is_valid=False)
    log(customer, rep, person=lars)
    assert proven() == {"+4520": date(2026, 11, 24)}
