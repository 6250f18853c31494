"""Two people decide about the same pair at the same moment, each on a connection of his own.

Somebody else holds what both need until both wait for it; then it is let go, and they come one after the other in the
order in which they came to the door.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from customers.customer_merging import merge_customers
from customers.models import Customer, CustomerMerge, DuplicatePair, Order
from customers.writing_turn import one_writer
from tests import factories

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
QUEUE = "/customers/duplicates/"
PATIENCE_SECONDS = 240


def count_waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction would see for ever what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


class Door:
    """Whoever comes is held up at a lock until the door is opened."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=2)
        self.came: list[Future[str]] = []

    def let_come(self, act: Callable[[], str]) -> None:
        """Start ``act`` on a connection of its own and return when it waits for the lock."""

        def do() -> str:
            try:
                return act()
            finally:
                connection.close()

        self.came.append(self.pool.submit(do))
        until = time.monotonic() + PATIENCE_SECONDS
        while count_waiting() < len(self.came):
            assert not self.came[-1].done(), self.came[-1].result()
            assert time.monotonic() < until, "nobody waits for the lock"

    def hear(self) -> list[str]:
        """What each was told, in the order in which they came."""
        return [one.result(timeout=PATIENCE_SECONDS) for one in self.came]


@contextmanager
def closed_turn() -> Iterator[Door]:
    """The turn of merges is taken until the block ends."""
    door = Door()
    with one_writer():
        yield door


@contextmanager
def held_pair(pair: DuplicatePair) -> Iterator[Door]:
    """The pair is locked until the block ends."""
    door = Door()
    with transaction.atomic():
        DuplicatePair.objects.select_for_update().get(pk=pair.pk)
        yield door


@pytest.fixture
def pair(rep, north):
    """The smelter twice, each record with an order."""
    seen, today = {"owner": rep, "team": north}, timezone.localdate()
    first = factories.make_customer(number="K-1", name="Hüttenwerke Oberrhein GmbH", **seen)
    second = factories.make_customer(number="K-2", name="Huettenwerke Oberrhein", **seen)
    factories.make_order(first, today - timedelta(days=40))
    factories.make_order(second, today - timedelta(days=12))
    return DuplicatePair.objects.create(first=first, second=second, percent=97, weight=1)


@pytest.fixture
def press(lead, admin, signed_in):
    """``press(lead, address)`` is what the lead reads after he pressed a key; both have signed in before."""
    browsers = {user: signed_in(user) for user in (lead, admin)}

    def make(user, address, **values) -> Callable[[], str]:
        return lambda: browsers[user].post(address, values, follow=True).content.decode()

    return make


@pytest.fixture
def ask(press):
    """``ask(lead, "merge", pair)``: the key for that pair."""

    def make(user, act, pair, **values) -> Callable[[], str]:
        return press(user, f"{QUEUE}{pair.pk}/{act}/", **{"kept": pair.first_id, **values})

    return make


def test_two_merge_the_same_pair_and_the_second_is_told_by_whom_it_was_merged(pair, lead, admin, ask):
    with closed_turn() as door:
        door.let_come(ask(lead, "merge", pair))
        door.let_come(ask(admin, "merge", pair))
    first, second = door.hear()
    assert "K-2 went into “Hüttenwerke Oberrhein GmbH”" in first
    assert f"was merged into Hüttenwerke Oberrhein GmbH by {lead} already" in second
    assert CustomerMerge.objects.get().merged_by == lead
    assert set(Order.objects.values_list("customer", flat=True)) == {pair.first_id}


def test_each_wants_to_keep_the_other_record_and_the_first_wish_holds(pair, lead, admin, ask):
    with closed_turn() as door:
        door.let_come(ask(lead, "merge", pair))
        door.let_come(ask(admin, "merge", pair, kept=pair.second_id))
    _first, second = door.hear()
    assert f"Huettenwerke Oberrhein was merged into Hüttenwerke Oberrhein GmbH by {lead} already" in second
    assert Customer.objects.get(pk=pair.first_id).merged_into is None
    assert Customer.objects.get(pk=pair.second_id).merged_into_id == pair.first_id


@pytest.mark.parametrize("again", ["different", "later"])
def test_who_says_something_else_after_the_merge_is_told_of_it(again, pair, lead, admin, ask):
    with held_pair(pair) as door:
        door.let_come(ask(lead, "merge", pair))
        door.let_come(ask(admin, again, pair))
    _first, second = door.hear()
    assert f"{lead} has decided already: merged" in second
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicatePair.State.MERGED, lead)


def test_who_merges_after_they_were_told_apart_is_told_so_and_nothing_is_merged(pair, lead, admin, ask):
    with held_pair(pair) as door:
        door.let_come(ask(lead, "different", pair))
        door.let_come(ask(admin, "merge", pair))
    _first, second = door.hear()
    assert f"{lead} has decided already: two customers" in second
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicatePair.State.DIFFERENT, lead)
    assert not CustomerMerge.objects.exists()
    assert Customer.objects.filter(merged_into=None, archived_at=None).count() == 2


def test_a_pair_is_merged_though_somebody_puts_it_off_at_that_moment(pair, lead, admin, ask):
    with held_pair(pair) as door:
        door.let_come(ask(lead, "later", pair))
        door.let_come(ask(admin, "merge", pair))
    _first, second = door.hear()
    assert "K-2 went into “Hüttenwerke Oberrhein GmbH”" in second
    pair.refresh_from_db()
    assert pair.state == DuplicatePair.State.MERGED


@pytest.mark.parametrize("act", ["different", "later", "again"])
def test_who_decides_about_a_pair_that_a_merge_takes_away_is_told(act, pair, lead, admin, ask, rep, north):
    third = factories.make_customer(number="K-3", name="HW Oberrhein", owner=rep, team=north)
    other = DuplicatePair.objects.create(first=pair.second, second=third, percent=90, weight=1)
    with held_pair(other) as door:
        door.let_come(ask(lead, "merge", pair))
        door.let_come(ask(admin, act, other))
    _first, second = door.hear()
    assert "One of the two went into another customer meanwhile" in second
    assert not DuplicatePair.objects.filter(pk=other.pk).exists()


def test_two_take_the_same_merge_apart_and_the_second_is_told_who_was_first(pair, lead, admin, press):
    merge = merge_customers(pair.first, pair.second, by=lead, at=timezone.now())
    with closed_turn() as door:
        door.let_come(press(admin, f"/customers/merges/{merge.pk}/undo/"))
        door.let_come(press(lead, f"/customers/merges/{merge.pk}/undo/"))
    first, second = door.hear()
    assert "are two customers again" in first
    assert f"{admin} took this apart already" in second
    merge.refresh_from_db()
    assert merge.undone_by == admin
    assert Order.objects.filter(customer=pair.second).count() == 1


def test_who_merges_the_pair_while_it_is_taken_apart_finds_two_and_makes_them_one(pair, lead, admin, ask, press):
    merge = merge_customers(pair.first, pair.second, by=lead, at=timezone.now())
    with closed_turn() as door:
        door.let_come(press(admin, f"/customers/merges/{merge.pk}/undo/"))
        door.let_come(ask(lead, "merge", pair))
    door.hear()
    assert CustomerMerge.objects.filter(undone_at=None).count() == 1
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == (DuplicatePair.State.MERGED, lead)
    assert set(Order.objects.values_list("customer", flat=True)) == {pair.first_id}
