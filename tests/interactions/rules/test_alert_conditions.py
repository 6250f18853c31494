"""When alerts fire, whom they reach first, and that they replay."""

from datetime import date

import pytest

from interactions.rules.alert_conditions import Crossing, choose_crossings, is_held_out, rank_urgency, replay_alert

RHYTHM = {"purchase_days": 9, "risk": 2, "gap_days": 61, "place": 1, "budget": 8}
FALL = {"fall": 0.46, "fall_limit": 0.4, "purchase_days": 12, "mean_gap_days": 18.0, "place": 2, "budget": 8}
GROWTH = {"fall": -0.55, "growth_limit": 0.4, "purchase_days": 12, "mean_gap_days": 18.0, "risk": 0, "place": 1} | {
    "budget": 2
}
ONCE = {"purchase_days": 1, "gap_days": 41, "usual_second_order_days": 30, "place": 1, "budget": 8}
QUIET = {"days_since_contact": 34, "cadence_days": 30, "open_tasks": 0, "place": 1, "budget": 8}


@pytest.mark.parametrize(
    ("trigger", "evidence", "fails"),
    [
        ("slipping-away", RHYTHM, None),
        ("slipping-away", RHYTHM | {"purchase_days": 2}, "purchase_days"),
        ("slipping-away", RHYTHM | {"risk": 0}, "risk"),
        ("slipping-away", RHYTHM | {"gap_days": 731}, "silence"),
        ("slipping-away", RHYTHM | {"place": 9}, "place"),
        ("slipping-away", RHYTHM | {"gap_days": None}, "silence"),
        ("visit-now", FALL, None),
        ("visit-now", FALL | {"fall": 0.4}, None),  # forty percent is enough
        ("visit-now", FALL | {"fall": 0.399}, "fall"),
        ("visit-now", FALL | {"fall": None}, "fall"),
        ("visit-now", FALL | {"mean_gap_days": 158.0}, "rhythm"),  # a quarter without an order is nothing new
        ("growing", GROWTH, None),
        ("growing", GROWTH | {"fall": -0.4}, None),
        ("growing", GROWTH | {"fall": -0.39}, "growth"),
        ("growing", GROWTH | {"fall": None}, "growth"),
        ("growing", GROWTH | {"risk": 1}, "in_rhythm"),
        ("growing", GROWTH | {"mean_gap_days": 120.0}, "rhythm"),
        ("growing", GROWTH | {"place": 3}, "place"),
        ("second-order", ONCE, None),
        ("second-order", ONCE | {"gap_days": 30}, "second_order_late"),
        ("second-order", ONCE | {"purchase_days": 2}, "purchase_days"),
        ("second-order", ONCE | {"gap_days": 366}, "silence"),
        ("overdue-contact", QUIET, None),
        ("overdue-contact", QUIET | {"days_since_contact": 30}, "days_since_contact"),
        ("overdue-contact", QUIET | {"open_tasks": 1}, "open_tasks"),
        ("overdue-contact", QUIET | {"cadence_days": None}, "days_since_contact"),
        ("an-admins-own", {"place": 1, "budget": 8}, None),
        ("visit-now", {"criteria": {"metric": "fall"}, "place": 9, "budget": 8}, "place"),
    ],
)
def test_an_alert_replays_from_its_figures(trigger, evidence, fails):
    failed = [condition.name for condition in replay_alert(trigger, evidence=evidence) if not condition.holds]
    assert failed == ([fails] if fails else [])


def crossings(*rows):
    return [Crossing(customer, trigger, person, rank) for customer, trigger, person, rank in rows]


def chosen(found, budget):
    return [(one.customer_id, one.trigger_key, place) for one, place in choose_crossings(found, budget=budget)]


def test_the_most_at_risk_come_first_and_the_budget_ends_the_list():
    found = crossings(*[(n, "slipping-away", 1, float(n)) for n in range(1, 6)])
    assert chosen(found, {1: 2}) == [(5, "slipping-away", 1), (4, "slipping-away", 2)]


def test_each_person_has_a_budget_of_his_own():
    found = crossings((1, "slipping-away", 1, 9.0), (2, "slipping-away", 2, 1.0), (3, "slipping-away", 3, 5.0))
    assert {one[0] for one in chosen(found, {1: 1, 2: 1})} == {1, 2}


def test_no_kind_of_alert_crowds_the_others_out():
    found = crossings(
        *[(n, "slipping-away", 1, 100.0 + n) for n in range(10)],
        (50, "visit-now", 1, 1.0),
        (60, "second-order", 1, 0.5),
    )
    assert {one[1] for one in chosen(found, {1: 3})} == {"slipping-away", "visit-now", "second-order"}


def test_a_customer_is_told_once_by_the_most_urgent_trigger():
    found = crossings((1, "second-order", 1, 9.0), (1, "visit-now", 1, 9.0), (1, "slipping-away", 1, 9.0))
    assert chosen(found, {1: 8}) == [(1, "visit-now", 1)]


def test_urgency():
    mixed = ["overdue-contact", "second-order", "an-admins-own", "slipping-away", "visit-now"]
    told = ["visit-now", "slipping-away", "second-order", "an-admins-own", "overdue-contact"]
    assert sorted(mixed, key=rank_urgency) == told


def test_the_hold_out_is_the_same_whenever_it_is_asked_and_about_as_large_as_said():
    day = date(2026, 11, 24)
    held = [is_held_out(trigger_key="slipping-away", customer_id=n, period=day, percent=10) for n in range(5000)]
    assert held == [
        is_held_out(trigger_key="slipping-away", customer_id=n, period=day, percent=10) for n in range(5000)
    ]
    assert 0.08 < sum(held) / len(held) < 0.12
    assert not any(is_held_out(trigger_key="x", customer_id=n, period=day, percent=0) for n in range(500))
