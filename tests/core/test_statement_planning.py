"""What is asked of everybody in ranges of customers is the same as asked in one go, and two processes share it."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pghistory
import pytest
from django.db import connection, transaction

from crm.core import statement_planning
from crm.core.statement_planning import (
    CustomerRange,
    commit_without_waiting,
    fetch_set,
    plan_as_usual,
    plan_for_everybody,
    plan_for_few,
    share_ranges,
)
from interactions import alert_gathering
from interactions.alert_raising import raise_alerts
from interactions.models import Alert, SparedContact, Task
from segments.models import BelowZeroSpell, Membership, Pin, SegmentChange, SegmentRule
from segments.segment_assignment import assign_segments
from segments.segment_dry_run import try_segment_rule
from tests import factories

MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def in_ranges(monkeypatch):
    monkeypatch.setattr(statement_planning, "CUT_FROM", 1)


@pytest.fixture
def company(rep, admin):
    """Twelve customers of a rep, each a little further gone, and one of nobody; the fourth is pinned, the fifth costs
    more than he brings."""
    standard = factories.make_segment("standard", is_fallback=True, priority=9, cadence_days=30)
    premium = factories.make_segment("premium", priority=1, cadence_days=10)
    rule = {"metric": "at_stake", "operator": "at_least", "value": 5_00}
    SegmentRule.objects.create(segment=premium, version=1, criteria=rule, state="published")
    for key in ("slipping-away", "visit-now", "growing", "second-order", "overdue-contact"):
        factories.make_trigger(key)
    factories.make_trigger("large", criteria={"metric": "sales_12m", "operator": "at_least", "value": 600_00})
    customers = [factories.make_customer(owner=rep if place else None, team=rep.team) for place in range(13)]
    for place, customer in enumerate(customers):
        factories.put_in_segment(customer, standard)
        silent = 60 + place
        factories.set_score(
            customer, as_of=MONDAY, first_day=MONDAY - timedelta(361), last_day=MONDAY - timedelta(silent),
            gap_days=silent, gap_ratio=silent / 18, surprise=0.02, risk=2 * (place % 3 == 2), risk_rank=float(place),
            at_stake_cents=place * 100, fall=(-0.5, 0.5, 0.1)[place % 3], sales_12m_cents=place * 100_00,
            grade="B1" if place % 2 else "C1", mean_gap_days=18.0, purchase_days=1 if place == 7 else 9,
        )  # fmt: skip
    BelowZeroSpell.objects.create(customer=customers[5], since=date(2026, 10, 1))
    Pin.objects.create(
        customer=customers[4], segment=premium, pinned_by=admin, reason="Old friend", expires_on=date(2027, 1, 1)
    )
    return customers


def spend_evening():
    """An evening's moves, alerts, tasks and what was left out, taken back afterwards."""
    with transaction.atomic():
        said = assign_segments(on=MONDAY), raise_alerts(on=MONDAY, at=AT)
        found = [
            said,
            list(
                Membership.objects.order_by("customer", "since").values_list("customer", "segment", "until", "reason")
            ),
            list(SegmentChange.objects.order_by("customer").values_list("customer", "to_segment", "reason")),
            list(
                Alert.objects.order_by("customer", "trigger").values_list("customer", "trigger", "period", "evidence")
            ),
            list(Task.objects.order_by("customer", "title").values_list("customer", "assignee", "why", "rank")),
            list(SparedContact.objects.order_by("team").values_list("team", "reason", "contacts")),
        ]
        transaction.set_rollback(True)
    return found


def test_an_evening_is_the_same_in_ranges(company, monkeypatch):
    whole = spend_evening()
    report, spared = whole[0][1], whole[5]
    assert {"slipping-away", "growing", "large", "overdue-contact"} <= set(report.raised)
    assert spared == [(company[5].team_id, "below_zero", 1)]
    assert any("Old friend" in reason for *_ids, reason in whole[2])
    monkeypatch.setattr(statement_planning, "CUT_FROM", 1)
    assert spend_evening() == whole


def test_more_rules_than_are_asked_at_once_come_to_the_same(company, monkeypatch):
    whole = spend_evening()
    monkeypatch.setattr(alert_gathering, "LINES_AT_ONCE", 2)
    assert spend_evening() == whole


def test_a_dry_run_is_the_same_in_ranges(company, monkeypatch):
    premium = SegmentRule.objects.get().segment
    rule = {"metric": "at_stake", "operator": "at_least", "value": 9_00}
    whole = try_segment_rule(premium, rule, on=MONDAY, most=3)
    assert (whole.comes, len(whole.movers), whole.customers) == (5, 3, 13)
    monkeypatch.setattr(statement_planning, "CUT_FROM", 1)
    assert try_segment_rule(premium, rule, on=MONDAY, most=3) == whole


def test_two_processes_share_the_ranges_of_every_pass(company, in_ranges):
    """A look-up for each row would silently keep a pass in one process."""
    passes = []

    def keep(execute, sql, params, many, context):
        if "UNION ALL" in sql and " BETWEEN " in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                passes.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        spend_evening()
        premium = SegmentRule.objects.get().segment
        try_segment_rule(premium, {}, on=MONDAY)
        for name in ("web_visits_30d", "days_since_web_visit", "cart_left_days"):
            try_segment_rule(premium, {"metric": name, "operator": "at_most", "value": 3}, on=MONDAY)
    assert len(passes) == 6
    assert all("Parallel Append" in plan for plan in passes), "\n\n".join(passes)


def test_ranges_hold_everybody_and_stand_at_every_table(in_ranges, db):
    customers = factories.make_customers(9)
    joins = "LEFT JOIN customers_purchasestate ps ON ps.customer_id = c.id"

    def write(range_):
        assert range_.limit(joins).startswith(f"{joins} AND ps.customer_id BETWEEN ")
        return f"SELECT c.id FROM customers_customer c {range_.limit(joins)} WHERE {range_.condition}"

    with transaction.atomic(), connection.cursor() as cursor:
        plan_for_everybody(cursor)
        cursor.execute(share_ranges(cursor, write))
        assert sorted(pk for (pk,) in cursor.fetchall()) == [customer.pk for customer in customers]
    assert CustomerRange().limit(joins) == joins


@pytest.mark.parametrize("may_write", [True, False])
@pytest.mark.parametrize("is_inside", [True, False])
def test_a_setting_for_one_statement_holds_for_it_alone(is_inside, may_write, transactional_db):
    """Also in a request that may write: its history adds a statement before, and goes on to the last answer."""
    ask = "SELECT current_setting('work_mem'), %s"
    history = pghistory.context(user=1) if may_write else nullcontext()
    with history, transaction.atomic() if is_inside else nullcontext(), connection.cursor() as cursor:
        cursor.execute(ask, ["before"])
        usual = cursor.fetchone()[0]
        assert fetch_set(ask, ["now"], {"work_mem": "1234kB", "enable_seqscan": "off"}) == [("1234kB", "now")]
        cursor.execute(ask, ["after"])
        assert cursor.fetchone() == (usual, "after")


@pytest.mark.django_db(transaction=True)
def test_only_a_transaction_that_says_so_does_not_wait_for_the_disk():
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        with transaction.atomic():
            commit_without_waiting()
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("off",)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("RESET synchronous_commit")


@pytest.mark.parametrize("plan", [plan_for_few, plan_for_everybody])
def test_what_follows_is_planned_as_it_was_before(plan):
    def read():
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name LIKE 'enable_%' OR name LIKE '%parallel%'")
        return dict(cursor.fetchall())

    with connection.cursor() as cursor:
        before = read()
        plan(cursor)
        assert read() != before
        plan_as_usual(cursor)
        assert read() == before
