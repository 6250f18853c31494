"""What serving a customer costs, event by event, and that it is the same as the night counts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from complaints import complaint_handling
from complaints.models import Complaint
from crm.core.metric_catalogue import METRICS
from crm.core.service_cost_catalogue import (
    SOURCES,
    ServiceEvents,
    read_service_costs,
    read_work_drivers,
    register_service_events,
)
from crm.home.customer_value import SERVICE, read_metrics
from customers.cost_pool_allocation import allocate_cost_pool
from customers.models import CostPool, CostRate
from customers.purchase_day_rebuild import rebuild_purchase_days
from interactions.models import Interaction
from segments.score_gathering import gather_customer
from tests import factories

TODAY = date(2026, 11, 20)
YEAR = (TODAY - timedelta(days=364), TODAY)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.fixture
def rates(db):
    CostRate.objects.all().delete()
    for work, minute, each in (
        ("call", 75, 0),
        ("visit", 90, 6_000),
        ("order", 0, 900),
        ("freight", 0, 1_250),
        ("return", 0, 2_500),
        ("complaint", 0, 2_500),
    ):
        CostRate.objects.create(work=work, cents_per_minute=minute, cents_each=each, valid_from=date(2020, 1, 1))


@pytest.fixture
def served(customer, rates, rep):
    """A year of work for one customer, and something two years back."""
    for day in (date(2026, 3, 2), date(2026, 5, 4), date(2024, 9, 1)):
        factories.make_order(customer, day)
    factories.make_order(customer, date(2026, 6, 1), -2_000)
    for channel, minutes, day in (("call", 10, 3), ("call", 20, 4), ("visit", 60, 5), ("mail", 5, 6)):
        Interaction.objects.create(
            customer=customer, channel=channel, minutes=minutes, happened_at=at(date(2026, 9, day)), logged_by=rep
        )
    complaint_handling.take_complaint(customer, title="Seals failed", by=rep, at=at(date(2026, 8, 1)))
    rebuild_purchase_days(at=at(TODAY))
    return customer


def test_each_piece_of_work_is_costed_and_named(served):
    found = {
        cost.work: (cost.pieces, cost.minutes, cost.cents) for cost in read_service_costs([served.pk], periods=[YEAR])
    }
    assert found == {
        "call": (2, 30, 2_250),
        "visit": (1, 60, 11_400),
        "mail": (1, 5, 0),
        "order": (2, 0, 1_800),  # what came back is none, and costs its own handling
        "freight": (2, 0, 2_500),
        "return": (1, 0, 2_500),
        "complaint": (1, 0, 2_500),
    }


def test_the_events_of_a_year_add_up_to_what_the_night_counts(served):
    metrics = [metric for name, metric in METRICS.items() if name.startswith(SERVICE)]
    night = sum(int(cents) for cents in read_metrics(served, metrics, on=TODAY))
    assert sum(cost.cents for cost in read_service_costs([served.pk], periods=[YEAR])) == night == 22_950


@pytest.fixture
def served_with_freight(served):
    """One order that cost much to send, one that was fetched, and a return that came back by parcel."""
    dear = factories.make_order(served, date(2026, 7, 1), freight_cents=8_990)
    factories.make_order(served, date(2026, 7, 2), freight_cents=0)
    factories.make_order(served, date(2026, 9, 9), -5_000, returns=dear, freight_cents=690)
    factories.make_order(served, date(2024, 7, 1), freight_cents=77_777)
    rebuild_purchase_days(at=at(TODAY))
    return served


def test_an_order_that_knows_its_freight_costs_that_and_every_other_the_rate(served_with_freight):
    costs = {cost.work: cost for cost in read_service_costs([served_with_freight.pk], periods=[YEAR])}
    assert (costs["freight"].pieces, costs["freight"].cents) == (5, 2 * 1_250 + 8_990 + 0 + 690)
    july = read_service_costs([served_with_freight.pk], periods=[(date(2026, 7, 1), date(2026, 7, 1))])
    # the return counts on the day of its order
    assert {cost.work: (cost.pieces, cost.cents) for cost in july}["freight"] == (2, 8_990 + 690)


def test_own_freight_is_the_same_in_the_night_the_list_and_the_statement(served_with_freight):
    freight = 2 * 1_250 + 8_990 + 690
    metrics = [metric for name, metric in METRICS.items() if name.startswith(SERVICE)]
    (alone,) = read_metrics(served_with_freight, [METRICS["service_cost_freight"]], on=TODAY)
    everything = sum(int(cents) for cents in read_metrics(served_with_freight, metrics, on=TODAY))
    figures = gather_customer(served_with_freight.pk, on=TODAY)
    costs = read_service_costs([served_with_freight.pk], periods=[YEAR])
    assert int(alone) == freight
    assert sum(cost.cents for cost in costs) == everything == int(figures["service_12m"][0])


def test_without_a_rate_only_known_freight_costs_something(served_with_freight):
    CostRate.objects.filter(work="freight").delete()
    costs = {cost.work: cost.cents for cost in read_service_costs([served_with_freight.pk], periods=[YEAR])}
    assert costs["freight"] == 8_990 + 690


def test_a_pool_of_freight_is_shared_to_the_cent_whatever_the_orders_say(served_with_freight):
    other = factories.make_customer()
    factories.make_order(other, date(2026, 7, 3), freight_cents=100)
    rebuild_purchase_days(at=at(TODAY))
    pool = CostPool(
        work="freight", driver="pieces", first_day=date(2026, 7, 1), last_day=date(2026, 9, 30), amount_cents=10_001
    )
    allocate_cost_pool(pool, at=at(TODAY))
    shares = dict(pool.shares.values_list("customer_id", "cents"))
    assert sum(shares.values()) + pool.unassigned_cents == 10_001
    assert shares[served_with_freight.pk] > shares[other.pk]
    assert pool.standard_cents == 8_990 + 690 + 100


def test_periods_stand_apart_and_nothing_else_is_counted(served):
    before = (YEAR[0] - timedelta(days=800), YEAR[0] - timedelta(days=1))
    costs = read_service_costs([served.pk], periods=[before, (date(2026, 9, 4), date(2026, 9, 5))])
    assert [(cost.period, cost.work, cost.pieces) for cost in costs] == [
        (0, "freight", 1),
        (0, "order", 1),
        (1, "call", 1),
        (1, "visit", 1),
    ]


def test_nobody_and_no_time_cost_nothing(served):
    assert read_service_costs([], periods=[YEAR]) == []
    assert read_service_costs([served.pk], periods=[]) == []
    assert read_work_drivers("juggling", period=YEAR) == []


def test_a_kind_of_work_lists_everybody_who_caused_it(served, rep):
    other = factories.make_customer()
    Interaction.objects.create(customer=other, channel="visit", minutes=30, happened_at=at(TODAY), logged_by=rep)
    drivers = read_work_drivers("visit", period=YEAR)
    assert [(driver.customer_id, driver.pieces, driver.minutes) for driver in drivers] == sorted(
        [(served.pk, 1, 60), (other.pk, 1, 30)]
    )


def test_a_question_is_no_complaint_and_costs_nothing(served):
    Complaint.objects.update(kind="question")
    assert "complaint" not in {cost.work for cost in read_service_costs([served.pk], periods=[YEAR])}


def test_the_same_name_cannot_mean_two_things():
    with pytest.raises(ValueError, match="declared twice"):
        register_service_events(ServiceEvents("orders", ("order",), "SELECT 1"))
    register_service_events(*SOURCES.values())
