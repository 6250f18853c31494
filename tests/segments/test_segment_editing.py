"""An admin changes the rule of a segment: nothing moves before he publishes, and the dry run said who would."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.core.models import User
from customers.models import Customer, PurchaseState
from segments.customer_pinning import PinRefused, assign_customer, end_pin, pin_customer
from segments.default_configuration import create_defaults
from segments.models import Membership, Pin, Segment, SegmentChange, SegmentRule
from segments.rules.criteria import CriteriaError
from segments.segment_choice import NoFallbackSegment, build_segment_choice
from segments.segment_dry_run import try_segment_rule
from segments.segment_editing import (
    SegmentEditingError,
    archive_segment,
    discard_draft,
    find_draft,
    find_published,
    go_back_to,
    publish_rule,
    restore_segment,
    save_draft,
)
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
BERGEN = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
OSLO = {"all": [{"metric": "city", "operator": "is", "value": "Oslo"}]}


def live_in(*cities: str) -> list[Customer]:
    """Customers who bought long ago, so that they are not new, and belong to the segment that takes the rest."""
    customers = [factories.make_customer(city=city) for city in cities]
    for customer in customers:
        PurchaseState.objects.create(
            customer=customer,
            purchase_days=4,
            first_day=date(2020, 1, 1),
            last_day=date(2026, 1, 1),
            sum_ln_gap=0,
            sum_gap_squared=0,
            amount_cents=1000,
            cost_cents=0,
            positive_amount_cents=1000,
            orders=4,
        )
        assign_customer(customer, on=TODAY - timedelta(days=10))
    SegmentChange.objects.all().delete()
    return customers


@pytest.fixture
def premium(db: None) -> Segment:
    create_defaults()
    return Segment.objects.get(key="premium")


def segment_of(customer: Customer) -> str:
    return Membership.objects.current().get(customer=customer).segment.key


def test_a_draft_changes_nothing_until_it_is_published(premium: Segment, admin: User) -> None:
    before = find_published(premium)
    draft = save_draft(premium, BERGEN, by=admin)
    assert find_published(premium) == before
    assert (draft.version, draft.state) == (2, SegmentRule.State.DRAFT)
    assert save_draft(premium, OSLO, by=admin).pk == draft.pk, "there is one draft, and it is kept"
    published = publish_rule(premium, reason="Trial in Oslo", by=admin, at=NOW)
    assert find_published(premium) == published
    assert published.criteria == OSLO
    assert (published.reason, published.published_by, published.published_at) == ("Trial in Oslo", admin, NOW)
    before.refresh_from_db()
    assert before.state == SegmentRule.State.RETIRED
    assert find_draft(premium) is None


def test_publishing_needs_a_draft_and_a_reason(premium: Segment, admin: User) -> None:
    with pytest.raises(SegmentEditingError, match="no draft"):
        publish_rule(premium, reason="why not", by=admin, at=NOW)
    save_draft(premium, BERGEN, by=admin)
    with pytest.raises(SegmentEditingError, match="reason"):
        publish_rule(premium, reason="  ", by=admin, at=NOW)
    discard_draft(premium)
    assert find_draft(premium) is None


def test_a_rule_that_cannot_be_used_is_not_kept(premium: Segment, admin: User) -> None:
    for rule in ({}, {"all": [{"metric": "segment", "operator": "is", "value": "x"}]}, {"all": []}):
        with pytest.raises(CriteriaError):
            save_draft(premium, rule, by=admin)
    with pytest.raises(SegmentEditingError, match="no rule holds"):
        save_draft(Segment.objects.get(is_fallback=True), BERGEN, by=admin)


def test_going_back_publishes_the_old_rule_as_a_new_version(premium: Segment, admin: User) -> None:
    first = find_published(premium)
    save_draft(premium, BERGEN, by=admin)
    publish_rule(premium, reason="Trial", by=admin, at=NOW)
    first.refresh_from_db()
    again = go_back_to(first, reason="The trial failed", by=admin, at=NOW)
    assert (again.version, again.criteria, again.state) == (3, first.criteria, SegmentRule.State.PUBLISHED)
    with pytest.raises(SegmentEditingError):
        go_back_to(again, reason="twice", by=admin, at=NOW)


def test_the_dry_run_says_who_really_moves_after_publishing(premium: Segment, admin: User) -> None:
    customers = live_in("Bergen", "Bergen", "Oslo", "Oslo", "Oslo", "Rome")
    pin_customer(
        customers[0],
        segment=Segment.objects.get(key="standard"),
        reason="More to come",
        expires_on=TODAY,
        by=admin,
        on=TODAY,
        at=NOW,
    )
    save_draft(premium, OSLO, by=admin)
    publish_rule(premium, reason="Oslo first", by=admin, at=NOW)
    for customer in customers:
        assign_customer(customer, on=TODAY)
    tried = try_segment_rule(premium, BERGEN, on=TODAY)
    assert (tried.before, tried.after, tried.comes, tried.leaves) == (3, 1, 1, 3)
    assert tried.pinned_stay == 1, "the pinned one of Bergen would belong here by the rule and stays where he is"
    assert (tried.customers, tried.moving) == (6, 4)
    expected = {mover.customer_id: mover.becomes.key for mover in tried.movers}
    assert {move.customers for move in tried.moves} == {1, 3}
    assert len(try_segment_rule(premium, BERGEN, on=TODAY, show="in").movers) == 1
    assert len(try_segment_rule(premium, BERGEN, on=TODAY, show="out", most=2).movers) == 2

    where_before = {customer.pk: segment_of(customer) for customer in customers}
    save_draft(premium, BERGEN, by=admin)
    publish_rule(premium, reason="Bergen after all", by=admin, at=NOW)
    assert {customer.pk: segment_of(customer) for customer in customers} == where_before
    for customer in customers:
        assign_customer(customer, on=TODAY + timedelta(days=0))
    moved = {c.pk: segment_of(c) for c in customers if segment_of(c) != where_before[c.pk]}
    assert moved == expected


def test_archived_customers_are_not_counted(premium: Segment) -> None:
    customers = live_in("Bergen", "Bergen")
    Customer.objects.filter(pk=customers[0].pk).update(archived_at=NOW)
    assert try_segment_rule(premium, BERGEN, on=TODAY).comes == 1


def test_a_segment_that_is_put_away_is_asked_no_more(premium: Segment, admin: User) -> None:
    (customer,) = live_in("Bergen")
    save_draft(premium, BERGEN, by=admin)
    publish_rule(premium, reason="Bergen", by=admin, at=NOW)
    archive_segment(premium, at=NOW)
    assert assign_customer(customer, on=TODAY).segment.key == "low-cost"
    restore_segment(premium)
    assert assign_customer(customer, on=TODAY).segment.key == "premium"
    with pytest.raises(SegmentEditingError):
        archive_segment(Segment.objects.get(is_fallback=True), at=NOW)


def test_without_a_segment_for_the_rest_nobody_can_be_placed(premium: Segment) -> None:
    Segment.objects.filter(is_fallback=True).update(is_fallback=False)
    with pytest.raises(NoFallbackSegment):
        build_segment_choice(on=TODAY)


def test_a_pin_counts_at_once_and_the_rule_comes_back_when_it_ends(premium: Segment, admin: User) -> None:
    (customer,) = live_in("Rome")
    pin = pin_customer(
        customer, segment=premium, reason="Opens a plant", expires_on=date(2027, 3, 31), by=admin, on=TODAY, at=NOW
    )
    held = Membership.objects.current().get(customer=customer)
    assert (held.segment, held.since, held.pin) == (premium, TODAY, pin)
    assert "Opens a plant" in held.reason
    change = SegmentChange.objects.get(customer=customer)
    assert (change.from_segment.key, change.to_segment.key, change.day) == ("low-cost", "premium", TODAY)
    later = TODAY + timedelta(days=5)
    end_pin(pin, on=later, at=NOW)
    assert segment_of(customer) == "low-cost"
    assert Membership.objects.filter(customer=customer).count() == 3
    end_pin(pin, on=later, at=NOW)
    assert Membership.objects.filter(customer=customer).count() == 3


def test_pinning_and_ending_on_one_day_leaves_no_move(premium: Segment, admin: User) -> None:
    (customer,) = live_in("Rome")
    pin = pin_customer(customer, segment=premium, reason="Mistake", expires_on=TODAY, by=admin, on=TODAY, at=NOW)
    end_pin(pin, on=TODAY, at=NOW)
    assert segment_of(customer) == "low-cost"
    assert not SegmentChange.objects.filter(customer=customer).exists()


def test_a_pin_past_its_last_day_no_longer_counts(premium: Segment, admin: User) -> None:
    (customer,) = live_in("Rome")
    pin_customer(customer, segment=premium, reason="For a day", expires_on=TODAY, by=admin, on=TODAY, at=NOW)
    assert assign_customer(customer, on=TODAY).segment == premium
    assert assign_customer(customer, on=TODAY + timedelta(days=1)).segment.key == "low-cost"


def test_a_new_pin_takes_the_place_of_the_old_one_of_its_kind(premium: Segment, admin: User) -> None:
    (customer,) = live_in("Rome")
    standard = Segment.objects.get(key="standard")
    common = {"reason": "Because", "expires_on": date(2027, 1, 1), "by": admin, "on": TODAY, "at": NOW}
    pin_customer(customer, grade="A1", **common)
    pin_customer(customer, segment=premium, **common)
    pin_customer(customer, segment=standard, **common)
    assert segment_of(customer) == "standard"
    assert Pin.objects.filter(customer=customer, ended_at=None).count() == 2


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"reason": " "}, "reason"),
        ({"expires_on": TODAY - timedelta(days=1)}, "between today"),
        ({"expires_on": TODAY + timedelta(days=800)}, "between today"),
        ({"grade": ""}, "either"),
        ({"grade": "Z"}, "no such class"),
    ],
)
def test_a_pin_that_makes_no_sense_is_refused(
    customer: Customer, admin: User, changes: dict[str, object], word: str
) -> None:
    values = {"grade": "A1", "reason": "Because", "expires_on": TODAY, "by": admin, "on": TODAY, "at": NOW, **changes}
    with pytest.raises(PinRefused, match=word):
        pin_customer(customer, **values)
    assert not Pin.objects.exists()
