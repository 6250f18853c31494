"""Somebody moves a customer while another writes down where he is: the last word stands in both places.

What counts is his membership; the row of his score tells the same, or a list of the segment would leave him out.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from customers.customer_freshening import freshen_customer
from customers.models import Customer
from customers.purchase_day_rebuild import ingest_orders
from segments import score_gathering
from segments.customer_pinning import pin_customer
from segments.gathering_ahead import note_segments_ahead
from segments.models import CurrentScore, Membership, ScoreRun, Segment
from segments.score_run import begin_run, finish_run, index_shards, work_shards
from segments.segment_assignment import assign_segments
from segments.segment_noting import are_segments_noted
from tests import factories
from tests.faults.test_two_decide_at_once import Door
from tests.segments.purchase_world import END, forget_scores

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture(autouse=True)
def _no_scores_left():
    yield
    forget_scores()


@pytest.fixture
def kjeldsen(rep):
    """He and another are in the segment of the rest; the night has scored them and moved both there."""
    Segment.objects.create(key="rest", name="Rest", priority=9, is_fallback=True)
    Segment.objects.create(key="large", name="Large", priority=1)
    customer, other = factories.make_customer(owner=rep), factories.make_customer(owner=rep)
    for one in (customer, other):
        factories.make_order(one, END - timedelta(5))
    ingest_orders(at=AT)
    run = begin_run(on=END)
    work_shards(run)
    finish_run(run)
    assign_segments(on=END)
    return customer


def pin(customer: Customer, rep) -> str:
    large, until = Segment.objects.get(key="large"), TODAY + timedelta(30)
    pin_customer(customer, segment=large, reason="Growing", expires_on=until, by=rep, on=TODAY, at=AT)
    return "pinned"


def index_apart(run: ScoreRun) -> int:
    """Make the indexes of lists on a connection of its own."""
    try:
        return index_shards(run)
    finally:
        connection.close()


def read_places() -> tuple[dict[int, int], dict[int, int]]:
    """Where everybody is by his membership, and by the row of his score."""
    members = dict(Membership.objects.current().values_list("customer", "segment"))
    return members, dict(CurrentScore.objects.values_list("customer", "segment_number"))


def test_who_is_moved_while_the_night_writes_down_where_everybody_is_is_not_forgotten(kjeldsen, rep):
    run = ScoreRun.objects.get(is_current=True)
    other = Customer.objects.exclude(pk=kjeldsen.pk).get()
    door = Door()
    with transaction.atomic():
        pin(kjeldsen, rep)
        door.let_come(lambda: str(index_apart(run)))
        pin(other, rep)  # nor does he wait for the night while it waits for him
    assert door.hear() == ["1"]
    members, noted = read_places()
    assert members == dict.fromkeys((kjeldsen.pk, other.pk), Segment.objects.get(key="large").pk)
    assert noted == members
    assert are_segments_noted()


def test_the_night_finds_where_those_are_whom_it_moved_itself(kjeldsen):
    _members, noted = read_places()
    assert set(noted.values()) == {0}
    index_shards(ScoreRun.objects.get(is_current=True))
    members, noted = read_places()
    assert noted == members


def test_the_next_night_copies_where_everybody_was_and_puts_right_who_moved_since(kjeldsen, rep, monkeypatch):
    index_shards(ScoreRun.objects.get(is_current=True))
    for _again in range(2):  # a night that was killed goes on
        note_segments_ahead(ScoreRun.objects.get(is_current=True))
    before = read_places()[0]
    pin(kjeldsen, rep)
    newcomer = factories.make_customer(owner=rep)
    run, asked = begin_run(on=TODAY), []
    with monkeypatch.context() as patched:
        patched.setattr(score_gathering, "gather_segments", lambda ids: asked.extend(ids) or ids)
        work_shards(run)
    assert not asked  # where a million customers are
    finish_run(run)
    assert read_places()[1] == before | {newcomer.pk: 0}
    assign_segments(on=TODAY)
    index_shards(run)
    members, noted = read_places()
    assert noted == members
    assert members[kjeldsen.pk] == Segment.objects.get(key="large").pk
    assert newcomer.pk in members


def test_an_order_that_is_taken_in_while_the_customer_is_pinned_does_not_undo_the_pin(kjeldsen, rep):
    index_shards(ScoreRun.objects.get(is_current=True))
    door = Door()
    with transaction.atomic():
        pin(kjeldsen, rep)
        factories.make_order(kjeldsen, TODAY, 700_00)
        door.let_come(lambda: str(freshen_customer(kjeldsen.pk, at=AT)))
    door.hear()
    members, noted = read_places()
    assert members[kjeldsen.pk] == Segment.objects.get(key="large").pk
    assert noted == members


def test_a_pin_that_waits_for_an_order_to_be_taken_in_stands_in_the_new_row_of_the_score(kjeldsen, rep):
    index_shards(ScoreRun.objects.get(is_current=True))
    door = Door()
    with transaction.atomic():
        factories.make_order(kjeldsen, TODAY, 700_00)
        freshen_customer(kjeldsen.pk, at=AT)
        door.let_come(lambda: pin(kjeldsen, rep))
    assert door.hear() == ["pinned"]
    members, noted = read_places()
    assert members[kjeldsen.pk] == Segment.objects.get(key="large").pk
    assert noted == members
