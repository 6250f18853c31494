"""Whatever is in the books, a night ends with figures that can be read, or says why there are none."""

from datetime import UTC, datetime, timedelta
from math import isfinite
from random import Random

import pytest
from django.db import connection, transaction

from crm.core import job_ledger
from crm.nightly_run import run_night
from customers.models import Order
from customers.purchase_day_rebuild import ingest_orders
from interactions.models import Alert
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, Membership, Segment
from segments.score_run import begin_run, finish_run, plan_run, score_customer, work_shards
from segments.segment_editing import publish_rule, save_draft
from tests.factories import make_customer, make_many_orders, make_order
from tests.segments.purchase_world import END, make_world
from tests.test_nightly_run import read_company

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _house(monkeypatch, rep, admin):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    create_defaults()


def night(on=END):
    report = run_night(on=on, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM segments_current_score")
        for row in cursor.fetchall():
            assert all(isfinite(value) for value in row if isinstance(value, float)), row
    assert Membership.objects.current().count() == report.customers
    return report


def show(client, customer):
    page = client.get(f"/customers/{customer.pk}/value/")
    assert page.status_code == 200
    words = page.content.decode().lower().replace(">", " ").replace("<", " ").split()
    assert not {"nan", "nan%", "inf", "infinity", "€nan"} & set(words)


@pytest.mark.parametrize("customers", [0, 1, 10])
def test_few_or_no_customers(customers):
    for _nth in range(customers):
        make_order(make_customer(), END - timedelta(30))
    assert night().customers == customers


def test_customers_without_any_order(signed_in, admin):
    customer = make_customer()
    assert night().customers == 1
    score = CurrentScore.objects.get()
    assert (score.note, score.grade, score.risk, score.sales_12m_cents) == ("no_order", "", 0, 0)
    show(signed_in(admin), customer)


def test_all_orders_on_one_day(signed_in, admin):
    base = [make_customer() for _nth in range(120)]
    for customer in base:
        for _again in range(3):
            make_order(customer, END - timedelta(400), 10_000)
    night()
    assert set(CurrentScore.objects.values_list("purchase_days", "sales_before_12m_cents")) == {(1, 30_000)}
    show(signed_in(admin), base[0])


def test_returns_and_orders_of_nothing(signed_in, admin):
    world = make_world(customers=110)
    returned, nothing, owed = make_customer(), make_customer(), make_customer()
    for ago in (200, 100, 50):
        make_order(returned, END - timedelta(ago), 10_000)
        make_order(returned, END - timedelta(ago), -12_000)
        make_order(nothing, END - timedelta(ago), 0)
        make_order(owed, END - timedelta(ago), -5_000)
    assert len(world) + 3 == night().customers
    scores = {score.customer_id: score for score in CurrentScore.objects.all()}
    assert (scores[returned.pk].purchase_days, scores[returned.pk].sales_12m_cents) == (0, -6_000)
    assert (scores[nothing.pk].purchase_days, scores[nothing.pk].sales_12m_cents) == (0, 0)
    assert (scores[owed.pk].note, scores[owed.pk].sales_12m_cents) == ("no_order", -15_000)
    for customer in (returned, nothing, owed):
        show(signed_in(admin), customer)


def test_orders_of_several_currencies_are_one_sum_in_the_companys():
    """What was paid is kept beside; only what it was worth on its day is added up."""
    customer = make_customer()
    for ago, cents, currency, original in ((10, 900, "USD", 1_000), (20, 2_000, "", None), (30, 70, "JPY", 12_000)):
        order = make_order(customer, END - timedelta(ago), cents)
        Order.objects.filter(pk=order.pk).update(currency=currency, original_cents=original)
    night()
    score = CurrentScore.objects.get()
    assert (score.purchase_days, score.sales_12m_cents) == (3, 2_970)
    assert set(Order.objects.exclude(currency="").values_list("original_cents", flat=True)) == {1_000, 12_000}


@pytest.mark.parametrize(("at_least", "found"), [(0, 40), (100_000, 0)], ids=["everybody", "nobody"])
def test_a_segment_whose_rule_holds_for_everybody_or_for_nobody(at_least, found, admin):
    make_world(customers=40)
    segment = Segment.objects.filter(is_fallback=False).order_by("priority").first()
    save_draft(segment, {"all": [{"metric": "purchase_days", "operator": "at_least", "value": at_least}]}, by=admin)
    publish_rule(segment, reason="A trial", by=admin, at=AT)
    night()
    assert Membership.objects.current().filter(segment=segment).count() == found
    night(on=END + timedelta(1))
    assert Membership.objects.current().filter(segment=segment).count() == found


def test_orders_dated_in_the_future_wait_for_their_day():
    make_world(customers=110)
    customer = make_customer()
    make_order(customer, END - timedelta(20), 10_000)
    make_order(customer, END + timedelta(5), 90_000)
    ordered_ahead = make_customer()
    make_order(ordered_ahead, END + timedelta(3), 90_000)
    night()
    assert CurrentScore.objects.get(customer=customer).sales_12m_cents == 10_000
    kept = Membership.objects.current().get(customer=ordered_ahead)
    assert kept.segment.key == "new", "he has not bought yet, by every figure"
    night(on=END + timedelta(5))
    assert CurrentScore.objects.get(customer=customer).sales_12m_cents == 100_000


def test_a_customer_with_50_000_orders(signed_in, admin):
    make_world(customers=110)
    customer = make_customer()
    make_many_orders(customer, 50_000, until=END, days=2500)
    night()
    score = CurrentScore.objects.get(customer=customer)
    assert (score.purchase_days, score.gap_days, score.mean_gap_days) == (2500, 0, 1.0)
    show(signed_in(admin), customer)


def test_facts_taken_away_leave_no_trace():
    make_world(customers=110)
    customer = make_customer()
    make_order(customer, END - timedelta(20), 10_000)
    night()
    Order.objects.filter(customer=customer).delete()
    night(on=END + timedelta(1))
    score = CurrentScore.objects.get(customer=customer)
    assert (score.note, score.purchase_days, score.first_day) == ("no_order", 0, None)


@pytest.mark.parametrize("evening", ["2028-02-28", "2028-02-29", "2028-03-01", "2026-03-29", "2026-10-25"])
def test_leap_days_and_the_days_on_which_clocks_change_are_days_like_others(evening):
    on = datetime.fromisoformat(evening).date()
    customer = make_customer()
    for ago in (0, 1, 364, 365, 366):
        make_order(customer, on - timedelta(ago), 100)
    night(on=on)
    score = CurrentScore.objects.get()
    assert (score.sales_12m_cents, score.sales_before_12m_cents, score.gap_days) == (300, 200, 0)


def test_an_order_taken_while_the_night_works_is_not_hidden_by_it():
    world = make_world(customers=120)
    night()
    buyer = CurrentScore.objects.get(customer=max(world, key=lambda pk: len(world[pk]))).customer
    end_a_younger_transaction()
    run = plan_run(on=END + timedelta(1))
    make_order(buyer, END + timedelta(1), 700_00)
    assert score_customer(buyer.pk, on=END + timedelta(1))
    work_shards(run)
    assert finish_run(run).switched
    score = CurrentScore.objects.get(customer=buyer)
    assert (score.run_id, score.last_day, score.gap_days) == (run.pk, END + timedelta(1), 0)
    assert score.sales_12m_cents >= 700_00


def end_a_younger_transaction():
    """As when anybody else has written something: what is older counts as seen by every snapshot from now on."""
    inner = transaction.savepoint()
    make_customer()
    transaction.savepoint_rollback(inner)


class KilledError(BaseException):
    """Not an error of the night: its process is gone."""


@pytest.mark.faults
def test_ten_nights_each_killed_at_a_random_statement_end_as_if_nothing_had_happened():
    make_world(customers=110)
    statements = count_statements(lambda: run_night(on=END, at=AT))
    places = sorted(Random(20_261_122).sample(range(1, statements), 10))
    assert Alert.objects.exists()
    before = transaction.savepoint()
    for nth in range(1, 11):
        run_night(on=END + timedelta(nth), at=AT)
    undisturbed = read_company()
    transaction.savepoint_rollback(before)
    for nth, place in enumerate(places, start=1):
        kill_at(place, on=END + timedelta(nth))
        run_night(on=END + timedelta(nth), at=AT)
    assert read_company() == undisturbed


def count_statements(work) -> int:
    seen = []
    with connection.execute_wrapper(lambda execute, *statement: (seen.append(1), execute(*statement))[1]):
        work()
    return len(seen)


def kill_at(place: int, *, on) -> None:
    """Run the night of ``on`` up to its statement number ``place``; its transaction is rolled back, as by a crash."""
    left = [place]

    def die(execute, *statement):
        left[0] -= 1
        if left[0] == 0:
            raise KilledError
        return execute(*statement)

    try:
        with connection.execute_wrapper(die):
            run_night(on=on, at=AT)
    except KilledError:
        return


def test_an_evening_begun_twice_is_one_run():
    make_world(customers=20)
    ingest_orders(at=AT)
    first = begin_run(on=END)
    assert begin_run(on=END) == first == plan_run(on=END)
