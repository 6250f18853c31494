"""What contacts, promises, tasks and alerts add up to for a customer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from crm.core.metric_catalogue import METRICS
from customers.models import CostRate
from interactions.models import Alert, Interaction, ProcessRun, Promise
from tests import factories

TODAY = date(2026, 11, 24)
pytestmark = pytest.mark.django_db


def read(name, customer):
    metric = METRICS[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {metric.sql} FROM customers_customer c {metric.join} WHERE c.id = %(id)s",
            {"id": customer.pk, "today": TODAY},
        )
        return cursor.fetchone()[0]


def talk(customer, days_ago, **fields):
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return Interaction.objects.create(customer=customer, **{"channel": "call", "happened_at": at, **fields})


def test_contacts_and_minutes_are_those_of_the_period(customer):
    talk(customer, 364, minutes=100)
    talk(customer, 365, minutes=1000)
    talk(customer, 89, minutes=10)
    talk(customer, 90, minutes=5)
    assert read("contacts_12m", customer) == 3
    assert read("minutes_12m", customer) == 115
    assert read("minutes_90d", customer) == 10


def test_a_try_that_reached_nobody_is_no_talk(customer):
    talk(customer, 34)
    talk(customer, 2, outcome="not_reached")
    assert read("days_since_contact", customer) == 34


def test_a_customer_nobody_talked_to(customer):
    assert read("days_since_contact", customer) is None
    assert read("contacts_12m", customer) == 0


def test_contacts_cost_their_minutes_and_their_journey_at_the_rate_of_the_day(customer):
    CostRate.objects.create(work="call", cents_per_minute=50, valid_from=date(2020, 1, 1), valid_to=date(2026, 5, 31))
    CostRate.objects.create(work="call", cents_per_minute=75, valid_from=date(2026, 6, 1))
    CostRate.objects.create(work="visit", cents_per_minute=90, cents_each=6000, valid_from=date(2020, 1, 1))
    talk(customer, 200, minutes=10)  # 8 May, at the old rate
    talk(customer, 10, minutes=10)
    talk(customer, 5, minutes=60, channel="visit")
    talk(customer, 400, minutes=600, channel="visit")
    assert read("service_cost_contacts", customer) == 10 * 50 + 10 * 75 + 60 * 90 + 6000


def test_open_work_is_counted_and_closed_work_is_not(customer):
    factories.make_task(customer, due_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    factories.make_task(customer, due_at=datetime(2026, 12, 20, 9, tzinfo=UTC), state="paused")
    factories.make_task(customer, state="done")
    Promise.objects.create(customer=customer, side="ours", text="a", due_on=date(2026, 11, 23))
    Promise.objects.create(customer=customer, side="theirs", text="b")
    Promise.objects.create(customer=customer, side="ours", text="c", state="kept")
    Alert.objects.create(customer=customer, trigger=factories.make_trigger(), period=TODAY, day=TODAY)
    names = ("open_tasks", "overdue_tasks", "open_promises", "overdue_promises", "open_alerts")
    assert [read(name, customer) for name in names] == [2, 1, 2, 1, 1]


def test_lost_quotes_are_counted_and_the_last_one_says_what_decided_it(customer):
    segment = factories.make_segment()
    quotes = factories.make_process(segment, "propose", [{}])
    orders = factories.make_process(segment, "order", [{}])
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    for nth, (version, state, days_ago, cause) in enumerate([
        (quotes, "lost", 30, "price"), (quotes, "lost", 10, "rival"), (quotes, "lost", 5, ""), (quotes, "done", 1, ""),
        (orders, "lost", 2, "time"), (quotes, "lost", 731, "fit"), (quotes, "stopped", 3, ""),
    ]):  # fmt: skip
        ProcessRun.objects.create(
            customer=customer, version=version, key=f"P-{nth}", state=state, amount_cents=1000 * (nth + 1),
            ended_at=noon - timedelta(days=days_ago), lost_because=cause,
        )  # fmt: skip
    names = ("quotes_lost_24m", "quotes_lost_24m_cents", "days_since_quote_lost", "quote_lost_because")
    assert [read(name, customer) for name in names] == [3, 6000, 5, "rival"]
