"""Evenings replayed: what fires, once, for whom, and what is over by itself."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from crm.core import job_ledger
from crm.core.models import Absence, JobRun
from crm.core.models.business_setting import change_setting
from interactions import alert_freshening
from interactions.alert_freshening import refresh_alerts
from interactions.alert_raising import ALERT_LOCK, EveningOfAlerts
from interactions.alert_wording import explain_alert
from interactions.interaction_logging import log_interaction
from interactions.models import Alert, Task
from interactions.rules.alert_conditions import is_held_out, replay_alert
from tests import factories
from tests.interactions.evenings import MONDAY, make_silent, night

pytestmark = pytest.mark.django_db


@pytest.fixture
def slipping(db):
    return factories.make_trigger(task_title="Ask what has changed")


def test_a_silence_that_is_long_for_this_customer_becomes_a_task_that_says_why(customer, rep, slipping):
    make_silent(customer)
    assert night().raised == {"slipping-away": 1}
    task = Task.objects.get()
    assert (task.title, task.assignee, task.kind) == ("Ask what has changed", rep, Task.Kind.ALERT)
    assert task.due_at == datetime(2026, 11, 24, 17, tzinfo=UTC)  # sixteen working hours from Monday night
    assert (task.at_stake_cents, task.rank, task.is_selling) == (34_000, 50.0, True)
    assert "Usually buys every 18 days" in task.why
    assert "61 days ago, 3.4× the usual gap" in task.why
    assert "€340" in task.why


def test_the_same_night_again_changes_nothing(customer, slipping):
    make_silent(customer)
    night()
    before = list(Alert.objects.values()), list(Task.objects.values())
    assert night().raised == {}
    assert (list(Alert.objects.values()), list(Task.objects.values())) == before


def test_one_alert_a_silence_however_many_nights_it_lasts(customer, rep, slipping):
    for days in range(4):
        make_silent(customer, days=61 + days, on=MONDAY + timedelta(days=days))
        night(MONDAY + timedelta(days=days))
    log_interaction(customer, channel="call", by=rep, at=datetime(2026, 11, 27, 9, tzinfo=UTC))
    make_silent(customer, days=70, on=MONDAY + timedelta(days=9))
    night(MONDAY + timedelta(days=9))
    assert Alert.objects.get().state == Alert.State.ANSWERED


def test_a_purchase_ends_the_alert_and_arms_it_again(customer, slipping):
    make_silent(customer)
    night()
    bought = MONDAY + timedelta(days=2)
    factories.set_score(customer, as_of=bought, last_day=bought)
    assert night(bought).over == 1
    alert, task = Alert.objects.get(), Task.objects.get()
    assert (alert.state, task.state) == (Alert.State.OVER, Task.State.DROPPED)
    silent_again = bought + timedelta(days=61)
    make_silent(customer, on=silent_again)
    assert night(silent_again).raised == {"slipping-away": 1}
    assert sorted(Alert.objects.values_list("period", flat=True)) == [MONDAY - timedelta(days=61), bought]


def test_not_again_within_the_cooldown(customer, slipping):
    slipping.cooldown_days = 30
    slipping.save()
    make_silent(customer)
    night()
    bought = MONDAY + timedelta(days=1)
    factories.set_score(customer, as_of=bought, last_day=bought)
    night(bought)
    make_silent(customer, days=20, on=MONDAY + timedelta(days=21))
    assert night(MONDAY + timedelta(days=21)).raised == {}
    make_silent(customer, days=30, on=MONDAY + timedelta(days=31))
    assert night(MONDAY + timedelta(days=31)).raised == {"slipping-away": 1}


def test_a_rep_gets_no_more_than_his_budget_and_the_most_at_risk_first(rep, other_rep, slipping):
    change_setting("alerts.budget_per_rep", 2)
    mine = [factories.make_customer(owner=rep, team=rep.team) for _ in range(4)]
    theirs = factories.make_customer(owner=other_rep, team=other_rep.team)
    for rank, customer in enumerate([*mine, theirs]):
        make_silent(customer, rank=float(rank))
    night()
    assert set(Alert.objects.values_list("customer", flat=True)) == {mine[3].pk, mine[2].pk, theirs.pk}
    assert night().raised == {}
    make_silent(mine[1], on=MONDAY + timedelta(days=1))
    assert night(MONDAY + timedelta(days=1)).raised == {"slipping-away": 2}


@pytest.mark.parametrize("most_to_rank", [100, 1])
def test_by_day_too_the_place_goes_to_whom_the_night_would_tell_first(rep, slipping, monkeypatch, most_to_rank):
    """An act on the second of two does not take the only place of the day, unless they are too many to be ranked."""
    monkeypatch.setattr(alert_freshening, "MOST_TO_RANK", most_to_rank)
    change_setting("alerts.budget_per_rep", 1)
    first, second = [factories.make_customer(owner=rep, team=rep.team) for _ in range(2)]
    make_silent(first, rank=9.0)
    make_silent(second, rank=1.0)
    by_day = {"on": MONDAY, "at": datetime(2026, 11, 23, 9, tzinfo=UTC)}
    assert len(refresh_alerts(second.pk, **by_day)) == (most_to_rank == 1)
    assert len(refresh_alerts(first.pk, **by_day)) == (most_to_rank > 1)
    assert [refresh_alerts(one.pk, **by_day) for one in (first, second)] == [[], []]
    assert night().raised == {}
    assert Task.objects.count() == 1


def test_an_act_while_a_night_is_at_its_alerts_does_not_wait_for_it(customer, slipping, monkeypatch, time_machine):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    make_silent(customer)
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    time_machine.move_to(at)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other_night:
        other_night.execute("SELECT pg_advisory_xact_lock(%s)", [ALERT_LOCK])
        assert refresh_alerts(customer.pk, on=MONDAY, at=at) == []
    job_ledger.perform_job(JobRun.objects.get(kind="alerts-of-customer").pk)
    assert Alert.objects.get().customer == customer


def test_whoever_answered_an_alert_hears_no_other_about_that_customer_today(customer, rep, slipping):
    factories.make_trigger("visit-now")
    make_silent(customer, fall=0.5)
    night()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    log_interaction(customer, channel="call", by=rep, at=noon)
    assert refresh_alerts(customer.pk, on=MONDAY, at=noon) == []
    make_silent(customer, fall=0.5, on=MONDAY + timedelta(days=1), days=62)
    assert night(MONDAY + timedelta(days=1)).raised == {"slipping-away": 1}


def test_by_day_the_manager_hears_of_whom_nobody_owns(customer, lead, slipping):
    customer.owner = None
    customer.save()
    make_silent(customer)
    (alert,) = refresh_alerts(customer.pk, on=MONDAY, at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert Task.objects.get(alert=alert).assignee == lead


def test_a_rule_that_holds_no_longer_ends_its_alert(customer, foreign_customer):
    factories.make_trigger("fallen", criteria={"metric": "fall", "operator": "at_least", "value": 0.4})
    for one in (customer, foreign_customer):
        factories.set_score(one, fall=0.5)
    assert night().raised == {"fallen": 2}
    factories.set_score(customer, fall=0.5, last_day=MONDAY + timedelta(days=1))  # bought, and still well below
    factories.set_score(foreign_customer, fall=0.2)
    assert night(MONDAY + timedelta(days=1)).over == 1
    assert Alert.objects.open().get().customer == customer
    assert Task.objects.open().get().customer == customer


@pytest.mark.parametrize("figures", [{"risk": 0}, {"purchase_days": 2}, {"gap_days": 731}])
def test_who_is_not_slipping_away_is_left_alone(customer, slipping, figures):
    make_silent(customer, **{"days": 61} | figures) if "gap_days" not in figures else make_silent(customer, days=731)
    assert night().raised == {}


def test_archived_customers_and_triggers_that_are_off_are_left_alone(customer, foreign_customer, slipping):
    make_silent(customer)
    make_silent(foreign_customer)
    customer.archived_at = datetime(2026, 1, 1, tzinfo=UTC)
    customer.save()
    assert night().raised == {"slipping-away": 1}
    slipping.is_on = False
    slipping.save()
    assert night(MONDAY + timedelta(days=1)).raised == {}


def test_a_fall_of_forty_percent_sends_owner_and_manager_to_visit(customer, rep, lead):
    trigger = factories.make_trigger("visit-now", tell_manager=True, task_title="Visit now")
    premium, low = factories.make_segment(), factories.make_segment("low")
    trigger.segments.add(premium)
    factories.put_in_segment(customer, premium)
    factories.set_score(customer, fall=0.46, sales_12m_cents=540_000, sales_before_12m_cents=1_000_000)
    planted = {customer}
    for fall, segment in [(0.39, premium), (0.9, low), (None, premium)]:
        other = factories.make_customer(owner=rep, team=rep.team)
        factories.put_in_segment(other, segment)
        factories.set_score(other, fall=fall)
    assert night().raised == {"visit-now": len(planted)}
    tasks = Task.objects.order_by("pk")
    assert [(task.customer, task.assignee, task.title) for task in tasks] == [
        (customer, rep, "Visit now"),
        (customer, lead, "Visit now"),
    ]
    assert "46%" in tasks[0].why
    assert "Usually buys every 18 days" in tasks[0].why


def test_a_fall_that_leaves_less_than_the_critical_share_is_called_critical(customer, foreign_customer):
    factories.make_trigger("visit-now")
    factories.set_score(customer, fall=0.61)
    factories.set_score(foreign_customer, fall=0.6)
    night()
    why = dict(Task.objects.values_list("customer", "why"))
    assert why[customer.pk].startswith("Critical: sales of the last quarter are 61% under")
    assert why[foreign_customer.pk].startswith("Sales of the last quarter are 60% under")


def test_the_fall_is_a_trigger_an_admin_switches_on_and_off(customer):
    trigger = factories.make_trigger("visit-now", is_on=False)
    factories.set_score(customer, fall=0.7)
    assert night().raised == {}
    trigger.is_on = True
    trigger.save()
    assert night().raised == {"visit-now": 1}


def test_a_customer_who_grows_is_told_once_in_his_growth_and_is_over_when_it_ends(customer, rep):
    trigger = factories.make_trigger("growing", cooldown_days=180)
    factories.set_score(customer, fall=-0.55)
    assert night().raised == {"growing": 1}
    assert "55% over their own baseline" in Task.objects.get().why
    alert = Alert.objects.get()
    assert all(condition.holds for condition in replay_alert(trigger.key, evidence=alert.evidence))
    later = MONDAY + timedelta(days=60)  # another quarter of the year, he bought meanwhile and grows still
    factories.set_score(customer, as_of=later, last_day=later, fall=-0.6)
    assert night(later) == EveningOfAlerts()
    factories.set_score(customer, as_of=later, last_day=later, fall=-0.1)
    assert night(later + timedelta(days=1)).over == 1
    assert Task.objects.get().state == Task.State.DROPPED


def test_good_news_take_no_place_from_alerts_and_have_few_of_their_own(rep, slipping):
    change_setting("alerts.budget_per_rep", 1)
    factories.make_trigger("growing")
    make_silent(factories.make_customer(owner=rep, team=rep.team))
    grown = [factories.make_customer(owner=rep, team=rep.team) for _ in range(4)]
    for place, one in enumerate(grown):
        factories.set_score(one, fall=-0.5, sales_12m_cents=1000 * (place + 1))
    assert night().raised == {"slipping-away": 1, "growing": 2}
    told = Alert.objects.filter(trigger__key="growing").values_list("customer", flat=True)
    assert set(told) == {grown[2].pk, grown[3].pk}  # those who grow by most money
    assert night().raised == {}


def test_answering_the_visit_answers_it_for_the_manager_too(customer, rep, lead):
    factories.make_trigger("visit-now", tell_manager=True)
    factories.set_score(customer, fall=0.46)
    night()
    log_interaction(customer, channel="visit", by=rep, at=datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert not Task.objects.open().exists()


def test_a_fall_made_good_is_over_by_itself(customer):
    factories.make_trigger("visit-now", tell_manager=True)
    factories.set_score(customer, fall=0.46)
    night()
    factories.set_score(customer, fall=0.1)
    assert night(MONDAY + timedelta(days=9)).over == 1
    assert not Task.objects.open().exists()


def test_a_new_customer_late_with_the_second_order(customer):
    factories.make_trigger("second-order")
    factories.set_score(
        customer, purchase_days=1, gap_days=41, sales_12m_cents=231_000, last_day=MONDAY - timedelta(days=41)
    )
    night()
    why = Task.objects.get().why
    assert "reorder within 30 days" in why
    assert "41 days since the first order of €2,310" in why


def test_nobody_talked_to_them_within_their_segments_rhythm(customer, rep):
    premium = factories.make_segment(cadence_days=30)
    factories.put_in_segment(customer, premium)
    factories.set_score(customer)
    log_interaction(customer, channel="call", by=rep, at=datetime(2026, 10, 20, 9, tzinfo=UTC))
    log_interaction(customer, channel="call", outcome="not_reached", by=rep, at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    factories.make_trigger("overdue-contact", task_title="Talk to them")
    night()
    task = Task.objects.get()
    assert (task.kind, task.title) == (Task.Kind.FOLLOW_UP, "Talk to them")
    assert task.why.startswith("34 days since the last talk; this segment's rhythm is 30")
    never = {"trigger": "overdue-contact", "days_since_contact": 1037, "cadence_days": 90}
    assert "in the 1,037 days we know them" in explain_alert(never)


def test_whoever_has_a_next_contact_planned_is_not_overdue(customer, rep):
    factories.make_trigger("overdue-contact")
    factories.put_in_segment(customer, factories.make_segment(cadence_days=30))
    factories.set_score(customer)
    factories.make_task(customer, due_at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    assert night().raised == {}


def test_a_rule_of_an_admins_own_fires_and_keeps_its_figures(customer, foreign_customer):
    from crm.core.metric_catalogue import METRICS, Metric, MetricKind, register_metrics

    if "city_of_tests" not in METRICS:
        register_metrics(Metric("city_of_tests", "city", MetricKind.TEXT, "", "c.city"))
    customer.city = "Aarhus"
    customer.save()
    criteria = {"metric": "city_of_tests", "operator": "is", "value": "Aarhus"}
    factories.make_trigger("aarhus", criteria=criteria)
    assert night().raised == {"aarhus": 1}
    evidence = Alert.objects.get().evidence
    assert (evidence["criteria"], evidence["values"]) == (criteria, {"city_of_tests": "Aarhus"})
    METRICS.pop("city_of_tests")


def test_the_held_out_get_no_task_and_premium_visits_are_never_held_out(rep, slipping):
    slipping.holdout_percent = 50
    slipping.save()
    customers = [factories.make_customer(owner=rep, team=rep.team) for _ in range(8)]
    for customer in customers:
        make_silent(customer)
    evening = night()
    period = MONDAY - timedelta(days=61)
    held = {
        one.pk
        for one in customers
        if is_held_out(trigger_key="slipping-away", customer_id=one.pk, period=period, percent=50)
    }
    assert evening.held_out == len(held)
    assert set(Alert.objects.filter(state="held_out").values_list("customer", flat=True)) == held
    assert set(Task.objects.values_list("customer", flat=True)) == {one.pk for one in customers} - held
    factories.make_trigger("visit-now", holdout_percent=100)
    premium = factories.make_segment()
    for customer in customers[:2]:
        factories.put_in_segment(customer, premium)
        factories.set_score(customer, fall=0.5)
    assert night(MONDAY + timedelta(days=1)).raised == {"visit-now": 2}


def test_every_alert_replays_to_the_same_answer(customer, foreign_customer, rep, slipping):
    factories.make_trigger("visit-now")
    make_silent(customer)
    factories.set_score(foreign_customer, fall=0.7)
    night()
    for alert in Alert.objects.select_related("trigger"):
        assert all(condition.holds for condition in replay_alert(alert.trigger.key, evidence=alert.evidence))
    assert Alert.objects.count() == 2


def test_the_stand_in_gets_it_while_the_owner_is_away(customer, rep, lead, slipping):
    Absence.objects.create(user=rep, first_day=MONDAY, last_day=MONDAY, stand_in=lead)
    make_silent(customer)
    night()
    assert Task.objects.get().assignee == lead


def test_without_an_owner_the_manager_is_told_without_a_team_an_admin(
    customer, foreign_customer, lead, admin, slipping
):
    for one in (customer, foreign_customer):
        one.owner = None
        one.save()
        make_silent(one)
    foreign_customer.team = None
    foreign_customer.save()
    night()
    assert dict(Task.objects.values_list("customer", "assignee")) == {
        customer.pk: lead.pk,
        foreign_customer.pk: admin.pk,
    }


def test_open_tasks_show_what_is_at_stake_now(customer, slipping):
    task = factories.make_task(customer)
    factories.set_score(customer, risk_rank=12.0, at_stake_cents=500)
    night()
    task.refresh_from_db()
    assert (task.rank, task.at_stake_cents) == (12.0, 500)


def test_a_complaints_task_keeps_its_rank_and_shows_what_is_at_stake_now(customer, slipping):
    task = factories.make_task(customer, kind=Task.Kind.COMPLAINT, rank=9_000_000.0)
    factories.set_score(customer, risk_rank=12.0, at_stake_cents=500)
    night()
    task.refresh_from_db()
    assert (task.rank, task.at_stake_cents) == (9_000_000.0, 500)
