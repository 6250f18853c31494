"""Who was where on any two days: the page's counts against each customer's own history."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from customers.models import Customer
from segments.membership_moves import count_moves, moved_between, were_in
from segments.models import Membership, SegmentChange, SegmentMove
from segments.segment_figures import MOVES_LOOK_BACK_DAYS
from tests import factories

pytestmark = pytest.mark.django_db
FIRST = date(2026, 9, 1)
DAYS = 60


@pytest.fixture
def history(north, south):
    """120 customers who wander between three segments: for each, the segment on every evening (None: not yet here)."""
    segments = [factories.make_segment(key) for key in ("premium", "standard", "low")]
    random = np.random.default_rng(11)
    lives, stays, changes = {}, [], []
    for number in range(120):
        customer = factories.make_customer(team=(north, south, None)[number % 3])
        begins = 0 if number % 4 else int(random.integers(1, DAYS))
        place, since, life = segments[number % 3], FIRST + timedelta(begins), [None] * begins
        changes.append(SegmentChange(customer=customer, to_segment=place, day=since))
        for day in (FIRST + timedelta(n) for n in range(begins, DAYS)):
            if day > since and random.random() < 0.04:
                becomes = segments[int(random.integers(0, 3))]
                if becomes != place:
                    stays.append(Membership(customer=customer, segment=place, since=since, until=day))
                    changes.append(SegmentChange(customer=customer, from_segment=place, to_segment=becomes, day=day))
                    place, since = becomes, day
            life.append(place.key)
        stays.append(Membership(customer=customer, segment=place, since=since))
        lives[customer.pk] = life
    Membership.objects.bulk_create(stays)
    SegmentChange.objects.bulk_create(changes)
    write_daily_moves(changes)
    return lives


def write_daily_moves(changes):
    """What the nights counted."""
    assert MOVES_LOOK_BACK_DAYS
    counted = Counter(
        (change.day, team, change.from_segment, change.to_segment)
        for change in changes
        for team in {None, change.customer.team_id}
    )
    SegmentMove.objects.bulk_create(
        SegmentMove(day=day, team_id=team, from_segment=was, to_segment=becomes, customers=customers)
        for (day, team, was, becomes), customers in counted.items()
    )


def count_by_hand(lives, since, until, keep=lambda pk: True):
    counts = {}
    for pk, life in lives.items():
        was, becomes = life[(since - FIRST).days], life[(until - FIRST).days]
        if keep(pk) and was != becomes:
            counts[(was, becomes)] = counts.get((was, becomes), 0) + 1
    return counts


def named(moves):
    from segments.models import Segment

    keys = {None: None, **dict(Segment.objects.values_list("pk", "key"))}
    return {(keys[was], keys[becomes]): n for (was, becomes), n in moves.counts.items()}


def test_moves_between_any_two_days_are_each_customers_own(history, north):
    own = set(Customer.objects.filter(team=north).values_list("pk", flat=True))
    for first, last in ((0, 59), (10, 40), (30, 31), (58, 59), (20, 20)):
        since, until = FIRST + timedelta(first), FIRST + timedelta(last)
        everybody = count_moves(since=since, until=until, teams=None, most=10_000)
        assert everybody.is_exact
        assert named(everybody) == count_by_hand(history, since, until)
        mine = count_moves(since=since, until=until, teams=[north.pk], most=10_000)
        assert named(mine) == count_by_hand(history, since, until, keep=own.__contains__)


def test_each_count_opens_exactly_its_customers(history):
    since, until = FIRST + timedelta(5), FIRST + timedelta(50)
    by_hand = count_by_hand(history, since, until)
    for (was, becomes), n in by_hand.items():
        listed = moved_between(Customer.objects.all(), was or "none", becomes, since=since, until=until)
        assert listed.count() == n
    everybody = moved_between(Customer.objects.all(), "any", "any", since=since, until=until)
    assert everybody.count() == sum(by_hand.values())
    into = moved_between(Customer.objects.all(), "any", "premium", since=since, until=until)
    assert into.count() == sum(n for (_was, becomes), n in by_hand.items() if becomes == "premium")
    away = moved_between(Customer.objects.all(), "premium", "any", since=since, until=until)
    assert away.count() == sum(n for (was, _becomes), n in by_hand.items() if was == "premium")
    for was, becomes in (("premium", "premium"), ("premium", "none"), ("gone", "premium"), ("premium", "gone")):
        assert not moved_between(Customer.objects.all(), was, becomes, since=since, until=until).exists()


def test_who_was_in_a_segment_on_an_evening(history):
    day = FIRST + timedelta(33)
    for key in ("premium", "standard", "low"):
        expected = {pk for pk, life in history.items() if life[33] == key}
        assert set(were_in(Customer.objects.all(), key, on=day).values_list("pk", flat=True)) == expected
    nowhere = sum(life[33] is None for life in history.values())
    assert were_in(Customer.objects.all(), "none", on=day).count() == nowhere
    assert were_in(Customer.objects.all(), "any", on=day).count() == len(history) - nowhere


def test_too_many_moves_are_added_up_as_the_nights_counted_them(history):
    since, until = FIRST + timedelta(1), FIRST + timedelta(59)
    counted = count_moves(since=since, until=until, teams=None, most=3)
    exact = count_moves(since=since, until=until, teams=None, most=10_000)
    assert not counted.is_exact
    assert counted.moved >= exact.moved
    for key in {segment for pair in exact.counts for segment in pair if segment}:
        assert counted.growth(key) == exact.growth(key), "by how many a segment grew is the same either way"


def test_the_first_evening_when_everybody_came_is_no_movement(history):
    moves = count_moves(since=FIRST - timedelta(400), until=FIRST + timedelta(59), teams=None, most=10_000)
    assert moves.since == FIRST
    assert moves.came == sum(life[0] is None for life in history.values())


def test_before_the_first_night_there_is_nothing(db):
    assert count_moves(since=FIRST, until=FIRST + timedelta(9), teams=None, most=10).counts == {}
