"""After an order, a contact or a complaint the customer's figures are right at once; nobody waits for the night."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from complaints.models import Complaint
from crm.core import job_ledger
from crm.nightly_run import run_night
from customers.customer_freshening import freshen_customer
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, Order
from interactions.models import Alert, Task
from segments.customer_pinning import end_pin
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, Membership, Pin, Segment, SegmentRule
from tests import factories
from tests.customers.import_files import import_file
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = MORNING.date()


@pytest.fixture
def silent(customer, rep, lead, monkeypatch, time_machine):
    """Kjeldsen bought every 18 days for two years, then not for 80; the night of yesterday has told Ana."""
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    create_defaults()
    make_world(customers=40)
    for days in range(80, 800, 18):
        factories.make_order(customer, END - timedelta(days), 200_000)
    time_machine.move_to(MORNING)
    run_night(on=END, at=NIGHT)
    assert Alert.objects.filter(customer=customer, state=Alert.State.OPEN).exists()
    return customer


@pytest.fixture
def complaining(db):
    """A segment for whoever has an open complaint, before all others."""
    segment = Segment.objects.create(key="complaining", name="Complaining", priority=0)
    criteria = {"metric": "open_complaints", "operator": "at_least", "value": 1}
    SegmentRule.objects.create(segment=segment, version=1, criteria=criteria, state="published")
    return segment


def type_order(client, customer, **fields):
    form = {"number": "T-1", "day": TODAY.isoformat(), "amount_cents": "9,000.00", **fields}
    return client.post(f"/customers/{customer.pk}/orders/new/", form)


def test_an_order_typed_in_ends_the_alert_and_counts_in_every_figure(silent, rep, signed_in):
    client = signed_in(rep)
    before = CurrentScore.objects.get(customer=silent)
    assert silent.name in client.get("/").content.decode()
    assert type_order(client, silent).status_code == 302
    after = CurrentScore.objects.get(customer=silent)
    assert (after.last_day, after.gap_days, after.as_of) == (TODAY, 0, TODAY)
    assert after.sales_12m_cents == before.sales_12m_cents + 900_000
    assert (before.risk > 0, after.risk) == (True, 0)
    told = Alert.objects.filter(customer=silent, trigger__key__in=["visit-now", "slipping-away"])
    assert set(told.values_list("state", flat=True)) == {Alert.State.OVER}
    assert not Task.objects.open().filter(customer=silent, alert__in=told).exists()
    assert client.get(f"/customers/{silent.pk}/").status_code == 200


def test_where_all_of_the_order_came_back_the_alert_of_that_silence_stands_open_again(silent, rep, signed_in):
    """The silence is the one that was told, so it is the same alert with its task, and no second one by night."""
    told = Alert.objects.filter(customer=silent, trigger__key__in=["visit-now", "slipping-away"])
    before = list(told.values_list("pk", "period"))
    waiting = set(Task.objects.open().filter(alert__in=told).values_list("pk", flat=True))
    type_order(signed_in(rep), silent)
    assert not told.filter(state=Alert.State.OPEN).exists()
    bought = Order.objects.get(number="T-1")
    factories.make_order(silent, TODAY, -bought.amount_cents, returns=bought)
    freshen_customer(silent.pk, at=MORNING)
    assert list(told.filter(state=Alert.State.OPEN, closed_at=None).values_list("pk", "period")) == before
    assert set(Task.objects.open().filter(alert__in=told).values_list("pk", flat=True)) == waiting != set()
    run_night(on=TODAY, at=MORNING + timedelta(hours=17))
    assert list(told.values_list("pk", "period")) == before


def test_after_the_import_of_an_order_is_undone_the_night_opens_the_alert_of_that_silence_again(silent, lead):
    told = Alert.objects.filter(customer=silent, trigger__key__in=["visit-now", "slipping-away"])
    before = list(told.values_list("pk", "period"))
    line = f"number,customer number,day,amount\nI-1,{silent.number},{TODAY},9000\n"
    data_import = import_file(line, by=lead, at=MORNING)
    run_night(on=TODAY, at=MORNING + timedelta(hours=17))
    assert not told.filter(state=Alert.State.OPEN).exists()
    started = start_undo(data_import, by=lead, at=MORNING + timedelta(hours=18))
    undo_import(started, lease=NoLease(), total=started.job.params["total"])
    run_night(on=TODAY + timedelta(days=1), at=MORNING + timedelta(hours=41))
    assert list(told.filter(state=Alert.State.OPEN, closed_at=None).values_list("pk", "period")) == before


def test_an_order_far_over_the_baseline_is_told_at_once_and_the_night_tells_it_no_second_time(silent, rep, signed_in):
    client = signed_in(rep)
    type_order(client, silent, amount_cents="30,000.00")
    grown = Alert.objects.get(customer=silent, trigger__key="growing")
    task = Task.objects.open().get(alert=grown)
    assert (grown.day, task.assignee) == (TODAY, rep)
    assert "over their own baseline" in task.why
    assert task.title in client.get("/").content.decode()
    before = list(Alert.objects.filter(customer=silent).order_by("pk").values())
    run_night(on=TODAY, at=MORNING + timedelta(hours=17))
    assert list(Alert.objects.filter(customer=silent).order_by("pk").values()) == before


def test_a_complaint_is_told_at_once_and_over_when_it_is_closed(silent, rep, guardian, signed_in):
    rule = {"metric": "open_complaints", "operator": "at_least", "value": 1}
    factories.make_trigger("complains", criteria=rule)
    newcomer = Customer.objects.create(number="N-1", name="Newcomer", owner=rep, team=rep.team)
    signed_in(rep).post("/complaints/new/", {"customer": newcomer.pk, "title": "Seals failed", "severity": 3})
    assert Alert.objects.get(trigger__key="complains").state == Alert.State.OPEN
    closing = {"word": "It runs again", "mended": "yes"}
    signed_in(guardian).post(f"/complaints/{Complaint.objects.get().pk}/close/", closing)
    assert Alert.objects.get(trigger__key="complains").state == Alert.State.OVER
    assert not Task.objects.open().filter(alert__trigger__key="complains").exists()


def test_a_first_order_typed_in_gives_a_class_and_a_segment(silent, rep, signed_in):
    newcomer = Customer.objects.create(number="N-1", name="Newcomer", owner=rep, team=rep.team)
    type_order(signed_in(rep), newcomer)
    assert CurrentScore.objects.get(customer=newcomer).grade
    assert Membership.objects.current().filter(customer=newcomer).exists()


def test_a_class_pinned_by_hand_is_shown_and_found_by_it_at_once_until_it_is_let_go(silent, lead, signed_in):
    client = signed_in(lead)
    before = CurrentScore.objects.get(customer=silent).grade
    pinned = "C2" if before != "C2" else "A2"

    def names(grade):
        return [row.name for row in client.get(f"/customers/?grade={grade}&q=kjeldsen").context["list"].rows]

    client.post(
        reverse("segments:pin-new", args=[silent.pk]), {"grade": pinned, "reason": "Group", "expires_on": "2026-12-31"}
    )
    pin = Pin.objects.get(customer=silent)
    assert (names(pinned), names(before)) == ([silent.name], [])
    end_pin(pin, on=TODAY, at=MORNING)
    assert (names(pinned), names(before)) == ([], [silent.name])


def test_a_refused_order_changes_nothing(silent, rep, signed_in):
    before = CurrentScore.objects.filter(customer=silent).values().get()
    assert type_order(signed_in(rep), silent, day="not a day").status_code == 422
    assert CurrentScore.objects.filter(customer=silent).values().get() == before


def test_a_complaint_moves_the_customer_at_once_and_closing_it_moves_him_back(
    silent, complaining, rep, guardian, signed_in
):
    def segment():
        return Membership.objects.current().get(customer=silent).segment

    before = segment()
    form = {"customer": silent.pk, "title": "Seals failed", "severity": 3}
    signed_in(rep).post("/complaints/new/", form)
    assert segment() == complaining
    case = Complaint.objects.get()
    closing = {"word": "It runs again", "mended": "yes"}
    assert signed_in(guardian).post(f"/complaints/{case.pk}/close/", closing).status_code == 302
    assert segment() == before
    signed_in(guardian).post(f"/complaints/{case.pk}/reopen/", {"reason": "It leaks again"})
    assert segment() == complaining


def test_a_valued_customer_is_known_by_the_figures_of_this_moment(silent, rep, guardian, signed_in):
    newcomer = Customer.objects.create(number="N-1", name="Newcomer", owner=rep, team=rep.team)
    factories.make_order(newcomer, TODAY, 90_000_000)
    signed_in(rep).post("/complaints/new/", {"customer": newcomer.pk, "title": "Late", "severity": 2})
    assert Complaint.objects.get().guardian == guardian
