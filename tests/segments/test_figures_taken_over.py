"""A night that takes over what the night before knew comes to the scores of one that reads everything."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from customers.models import CostRate, Customer, Order, RewrittenHistory
from customers.purchase_day_rebuild import ingest_orders, rebuild_purchase_days
from segments import score_gathering, score_run
from segments.figure_keeping import AHEAD, are_figures_kept, drop_figures, list_pieces, read_about, read_figures
from segments.gathering_ahead import forget_rewritten, note_crossings_ahead
from segments.models import ScoreRun
from segments.score_run import begin_run, finish_run, plan_run, score_customer, work_shards
from tests.factories import make_customer, make_order
from tests.segments.purchase_world import END, forget_scores, make_world, read_scores

pytestmark = pytest.mark.django_db(transaction=True)  # what is taken over depends on who has committed what
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture
def counted(monkeypatch):
    """How many customers were counted from their purchase days, by call."""
    calls: list[int] = []
    count = score_gathering._count

    def listen(part, ids, limit, **counting):
        if part == "history":
            calls.append(len(ids))
        return count(part, ids, limit, **counting)

    monkeypatch.setattr(score_gathering, "_count", listen)
    return calls


@pytest.fixture(autouse=True)
def _no_scores_left():
    yield
    forget_scores()


@pytest.fixture(autouse=True)
def _nobody_by_turn(monkeypatch):
    monkeypatch.setattr(score_gathering, "READ_ANEW_WITHIN_DAYS", 10**9)


def score_all(on):
    ingest_orders(at=AT)
    run = plan_run(on=on)
    work_shards(run)
    return finish_run(run).run


def score_from_the_beginning(on):
    drop_figures(ScoreRun.objects.get(is_current=True).pk)
    return score_all(on)


def test_evening_after_evening_the_scores_are_those_of_reading_everything(counted):
    world = make_world(days=900)
    ids = sorted(world)
    note_crossings_ahead(score_all(END - timedelta(20)))
    fewest = len(ids)
    for step, on in enumerate(END - timedelta(back) for back in (19, 18, 15, 15, 14, 7, 6, 0)):
        customers = [Customer.objects.get(pk=pk) for pk in ids[7 * step : 7 * step + 5]]
        make_order(customers[0], on, 410_00)
        make_order(customers[1], on - timedelta(400), 77_00)  # entered late
        make_order(customers[2], on + timedelta(2), 55_00)  # of the future: it counts when its day has come
        Order.objects.filter(customer=customers[3]).order_by("day").first().delete()
        if step == 2:
            Customer.objects.filter(pk=customers[4].pk).update(archived_at=AT)
        if step == 4:
            Customer.objects.filter(archived_at=AT).update(archived_at=None)
            Customer.objects.filter(pk=customers[4].pk).update(relation="contract")
        make_order(make_customer(), on, 12_00)
        counted.clear()
        score_all(on)
        taken_over = read_scores()
        fewest = min(fewest, sum(counted))
        note_crossings_ahead(
            score_from_the_beginning(on)
        )  # as a night does at its end; used where the next is tomorrow's
        assert read_scores() == taken_over
    assert fewest < len(ids) / 3


def test_nobody_looks_for_who_crosses_an_edge_where_the_evening_before_told(monkeypatch):
    make_world(days=900)
    run = score_all(END - timedelta(1))
    note_crossings_ahead(run)
    assert len(read_about(run.pk, number=AHEAD)[0]["customer_id"])
    note_crossings_ahead(run)  # a night that was killed goes on
    with monkeypatch.context() as patched:
        patched.setattr(score_gathering, "ask_crossed", None)
        score_all(END)
    taken_over = read_scores()
    score_from_the_beginning(END)
    assert read_scores() == taken_over


def test_who_is_served_at_another_rate_is_counted_anew(counted):
    make_world(customers=40)
    score_all(END - timedelta(1))
    counted.clear()
    CostRate.objects.create(work=CostRate.Work.ORDER, cents_each=500, valid_from=END - timedelta(3000))
    score_all(END)
    assert sum(counted) == 40


def test_what_was_written_after_the_run_began_is_read_by_the_next(counted):
    world = make_world(customers=60)
    score_all(END - timedelta(2))
    first = sorted(world)[0]
    run = begin_run(on=END - timedelta(1))
    score_run._gather_all(run)
    make_order(Customer.objects.get(pk=first), END - timedelta(1), 900_00)
    assert score_customer(first, on=END - timedelta(1))  # by day, while the night is under way
    work_shards(run)
    finish_run(run)
    score_all(END)
    taken_over = read_scores()
    score_from_the_beginning(END)
    assert read_scores() == taken_over


def test_who_was_missed_has_his_turn(counted, monkeypatch):
    monkeypatch.setattr(score_gathering, "READ_ANEW_WITHIN_DAYS", 2)
    make_world(customers=300)
    score_all(END - timedelta(3))
    with connection.cursor() as cursor:
        cursor.execute(  # and nobody notes it
            "UPDATE customers_purchasehistory SET days = substr(days, 1, length(days) - 24) WHERE length(days) > 24"
        )
    for back in (2, 1):
        score_all(END - timedelta(back))
    counted.clear()
    score_all(END)
    assert sum(counted) < 300
    taken_over = read_scores()
    score_from_the_beginning(END)
    assert read_scores() == taken_over


@pytest.mark.parametrize(
    "reason",
    ["rebuilt", "another week", "an evening before", "another way of counting", "crash", "kept by another release"],
)
def test_nothing_is_taken_over(counted, monkeypatch, reason):
    make_world(customers=40)
    first = score_all(END - timedelta(10))
    counted.clear()
    on = END - timedelta(9)
    if reason == "rebuilt":
        rebuild_purchase_days(at=AT)
    elif reason == "another week":
        on = END
    elif reason == "an evening before":
        on = END - timedelta(11)
    elif reason == "another way of counting":
        monkeypatch.setattr(score_gathering, "PERIOD_EDGES", (0, 91))
    else:
        table = f"segments_figures_{first.pk}"
        lost = f"TRUNCATE {table}" if reason == "crash" else f"ALTER TABLE {table} RENAME packed TO figures"
        with connection.cursor() as cursor:
            cursor.execute(lost)
    score_all(on)
    assert sum(counted) == 40


@pytest.mark.parametrize(("written", "part"), [("rates", "contacts"), ("days", "history")])
def test_where_one_part_is_read_of_everybody_the_other_is_taken_over(monkeypatch, written, part):
    """A visit at another price changes nothing of what was bought, and a rollup made anew nothing of what was said."""
    make_world(customers=40)
    score_all(END - timedelta(1))
    read, count = {"history": 0, "contacts": 0}, score_gathering._count

    def listen(part, ids, limit, **counting):
        read[part] += len(ids)
        return count(part, ids, limit, **counting)

    monkeypatch.setattr(score_gathering, "_count", listen)
    if written == "rates":
        CostRate.objects.create(work="visit", cents_per_minute=500, valid_from=END - timedelta(3000))
    else:
        rebuild_purchase_days(at=AT)
    score_all(END)
    other = sum(read.values()) - read[part]
    assert read[part] == 40
    assert other < 20
    taken_over = read_scores()
    score_from_the_beginning(END)
    assert read_scores() == taken_over


def test_only_the_figures_of_the_run_in_force_are_kept():
    make_world(customers=20)
    runs = [score_all(END - timedelta(2)), score_all(END - timedelta(1)), score_all(END - timedelta(5))]
    assert [are_figures_kept(run.pk) for run in runs] == [False, True, False]
    pieces = [piece for shard in runs[1].shards.all() for piece in list_pieces(shard.number)]
    figures = [read_figures(runs[1].pk, number=piece) for piece in pieces]
    assert sum(len(part["customer_id"]) for part in figures) == 20
    assert {part["amount"].dtype for part in figures} == {np.dtype(np.int64)}


def test_notes_of_what_was_written_are_forgotten_after_ten_days():
    make_world(customers=20)
    ingest_orders(at=AT)
    assert RewrittenHistory.objects.exists()
    forget_rewritten()
    assert RewrittenHistory.objects.exists()
    RewrittenHistory.objects.update(written_at=datetime.now(UTC) - timedelta(11))
    forget_rewritten()
    assert not RewrittenHistory.objects.exists()
