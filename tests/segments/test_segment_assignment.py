"""Each evening customers go where pins and rules put them; moves are written once, with the evidence."""

from datetime import UTC, datetime, timedelta

import pytest

from customers.purchase_day_rebuild import ingest_orders
from segments.models import CurrentScore, Membership, Pin, Segment, SegmentChange, SegmentRule
from segments.score_run import finish_run, plan_run, work_shards
from segments.segment_assignment import assign_segments, refresh_customer
from tests.factories import make_customer, make_order
from tests.segments.purchase_world import END

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def make_segment(key, priority, criteria=None):
    segment = Segment.objects.create(key=key, name=key.title(), priority=priority, is_fallback=criteria is None)
    if criteria is not None:
        SegmentRule.objects.create(segment=segment, version=3, criteria=criteria, state="published")
    return segment


@pytest.fixture
def premium(db):
    return make_segment("premium", 1, {"metric": "sales_12m", "operator": "at_least", "value": 1_000_00})


@pytest.fixture
def low(db):
    return make_segment("low", 2, {"all": [
        {"metric": "sales_12m", "operator": "at_most", "value": 50_00},
        {"metric": "purchase_days", "operator": "at_least", "value": 1},
    ]})  # fmt: skip


@pytest.fixture
def standard(premium, low):
    return make_segment("standard", 9)


def night(on=END):
    ingest_orders(at=AT)
    run = plan_run(on=on)
    work_shards(run)
    finish_run(run)
    return assign_segments(on=on)


def held(customer):
    return Membership.objects.current().get(customer=customer)


def changes(customer):
    rows = SegmentChange.objects.filter(customer=customer).order_by("day")
    return [(row.from_segment and row.from_segment.key, row.to_segment.key, (END - row.day).days) for row in rows]


def test_each_customer_goes_to_the_first_segment_whose_rule_holds(standard):
    rich, poor, usual, nobody = make_customer(), make_customer(), make_customer(), make_customer()
    for customer, cents in ((rich, 92_400_00), (poor, 20_00), (usual, 400_00)):
        make_order(customer, END - timedelta(5), cents)
    report = night()
    assert (report.came, report.moved) == (4, 0)
    assert [held(one).segment.key for one in (rich, poor, usual, nobody)] == ["premium", "low", "standard", "standard"]
    assert held(rich).reason == "By the rule, version 3; sales, 12 months: 92,400"
    assert held(poor).reason == "By the rule, version 3; purchase days: 1; sales, 12 months: 20"
    assert held(usual).reason == "No other rule holds"
    assert held(rich).rule.segment.key == "premium"
    assert held(usual).rule is None
    assert changes(rich) == [(None, "premium", 0)]


def test_of_several_rules_that_hold_the_first_decides_and_of_equals_the_older_segment(standard):
    anybody = {"metric": "purchase_days", "operator": "at_least", "value": 1}
    older, younger = make_segment("older", 3, anybody), make_segment("younger", 3, anybody)
    rich, usual = make_customer(), make_customer()
    for customer, cents in ((rich, 92_400_00), (usual, 400_00)):
        make_order(customer, END - timedelta(5), cents)
    night()
    assert older.pk < younger.pk
    assert [held(one).segment.key for one in (rich, usual)] == ["premium", "older"]


def test_who_moves_is_written_once_with_from_and_to(standard):
    customer = make_customer()
    order = make_order(customer, END - timedelta(5), 1_500_00)
    night(END - timedelta(1))
    order.delete()
    report = night(END)
    assert (report.came, report.moved) == (0, 1)
    assert changes(customer) == [(None, "premium", 1), ("premium", "standard", 0)]
    old, new = Membership.objects.filter(customer=customer).order_by("since")
    assert (old.until, new.since, new.until) == (END, END, None)
    again = night(END)
    assert (again.came, again.moved) == (0, 0)
    assert len(changes(customer)) == 2


def test_moving_forth_and_back_on_one_day_leaves_no_change(standard):
    customer = make_customer()
    make_order(customer, END - timedelta(5), 400_00)
    night(END - timedelta(1))
    order = make_order(customer, END - timedelta(4), 1_500_00)
    night(END)
    assert changes(customer)[1:] == [("standard", "premium", 0)]
    order.delete()
    night(END)
    assert changes(customer) == [(None, "standard", 1)]
    assert held(customer).segment.key == "standard"
    make_order(customer, END - timedelta(3), 1_500_00)
    night(END)
    assert changes(customer)[1:] == [("standard", "premium", 0)]


def test_a_pin_outranks_the_rules_until_its_last_day(standard, premium, admin):
    customer = make_customer()
    make_order(customer, END - timedelta(5), 20_00)
    Pin.objects.create(customer=customer, segment=premium, reason="the owner's word", pinned_by=admin, expires_on=END)
    night(END)
    assert held(customer).segment == premium
    assert held(customer).reason == "Pinned by Thomas Okafor: the owner's word"
    assert held(customer).rule is None
    night(END + timedelta(1))
    assert held(customer).segment.key == "low"
    assert held(customer).pin is None
    Pin.objects.filter(customer=customer).update(expires_on=END + timedelta(9))
    Segment.objects.filter(pk=premium.pk).update(archived_at=AT)
    night(END + timedelta(2))
    assert held(customer).segment.key == "low", "a pin into a segment that is put away counts for nothing"


def test_an_expired_pin_that_said_what_the_rule_says_moves_nobody(standard, premium, admin):
    customer = make_customer()
    make_order(customer, END - timedelta(5), 5_000_00)
    Pin.objects.create(customer=customer, segment=premium, reason="safe", pinned_by=admin, expires_on=END)
    night(END)
    assert night(END + timedelta(1)).moved == 0
    assert held(customer).pin is None
    assert held(customer).reason.startswith("By the rule")
    assert len(changes(customer)) == 1


def test_a_pinned_class_is_the_class_of_the_scores(standard, admin):
    customer, other = make_customer(), make_customer()
    make_order(customer, END - timedelta(5), 20_00)
    make_order(other, END - timedelta(5), 900_00)
    Pin.objects.create(customer=customer, grade="A2", reason="group", pinned_by=admin, expires_on=END)
    night(END)
    assert CurrentScore.objects.get(customer=customer).grade == "A2"
    night(END + timedelta(1))
    assert CurrentScore.objects.get(customer=customer).grade == "C2"


def test_an_evening_before_the_last_move_rewrites_nothing(standard):
    customer = make_customer()
    make_order(customer, END - timedelta(5), 20_00)
    night(END)
    Membership.objects.update(segment=standard)
    assert assign_segments(on=END - timedelta(9)).moved == 0


def test_archived_customers_and_companies_without_segments_are_left_alone(customer):
    assert assign_segments(on=END).came == 0
    make_segment("standard", 9)
    type(customer).objects.filter(pk=customer.pk).update(archived_at=AT)
    assert assign_segments(on=END).came == 0


def test_a_customer_is_refreshed_at_once_after_an_order(standard):
    customer = make_customer()
    assert not refresh_customer(customer.pk, on=END)
    make_order(customer, END - timedelta(5), 20_00)
    night(END - timedelta(1))
    make_order(customer, END, 5_000_00)
    assert refresh_customer(customer.pk, on=END)
    assert held(customer).segment.key == "premium"
    assert changes(customer)[1:] == [("low", "premium", 0)]


def test_refreshing_needs_no_segments(customer):
    night()
    assert refresh_customer(customer.pk, on=END)
    assert not Membership.objects.exists()
