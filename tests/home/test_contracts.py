"""Customers under contract: told about by renewals and use, never by a rhythm of purchases."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.core.templatetags.formats import money_short as format_money_short
from crm.home.value_change import load_change
from crm.home.value_outlook import load_outlook
from customers.contract_keeping import keep_contract
from customers.models import Contract, Customer
from customers.purchase_day_rebuild import ingest_orders
from interactions.alert_raising import raise_alerts
from interactions.alert_replay import replay
from interactions.alert_wording import explain_alert, explain_alert_now
from interactions.models import Alert
from segments.back_testing import run_back_test
from segments.contract_renewals import CONTRACTS, describe_contract, fit_renewals
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, ModelFit, Trigger
from segments.score_run import finish_run, plan_run, score_customer, work_shards
from tests import factories
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)

# The published regular customers (Fader and Hardie 2007): of 1,000 so many are left after each renewal.
LEFT = (1000, 631, 468, 382, 326)


def make_contracts():
    """A thousand contracts of four years; who left did so at the first, second, third or fourth renewal."""
    began = END - timedelta(365 * 4 + 10)
    for renewal, (before, after) in enumerate(pairwise(LEFT), start=1):
        for _number in range((before - after) // 10):
            ended = date(began.year + renewal, began.month, began.day)
            Contract.objects.create(customer=factories.make_customer(), started_on=began, ended_on=ended)
    for _number in range(LEFT[-1] // 10):
        Contract.objects.create(customer=factories.make_customer(), started_on=began)


def test_retention_is_learnt_from_the_renewals_of_the_base():
    """sBG on these numbers: α about .70, β about 1.18; the longer somebody stayed, the likelier he renews."""
    make_contracts()
    model, known = fit_renewals(on=END)
    assert known == sum((a - b) // 10 for a, b in pairwise(LEFT)) + LEFT[-1] // 10
    assert model.alpha == pytest.approx(0.70, abs=0.08)
    assert model.beta == pytest.approx(1.18, abs=0.15)
    run_back_test(on=END, draws=2)
    assert ModelFit.objects.get(kind=CONTRACTS).warning == ""
    new, old = (Contract.objects.create(
        customer=factories.make_customer(), started_on=END - timedelta(days)
    ) for days in (30, 5 * 366))  # fmt: skip
    chances = [describe_contract(one.customer_id, on=END).chance for one in (new, old)]
    assert chances[0] == pytest.approx(0.63, abs=0.04)
    assert chances[1] > 0.85


def test_too_few_renewals_teach_nothing_and_the_page_says_only_what_is_known(client, rep):
    customer = factories.make_customer(owner=rep, team=rep.team, relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2024, 1, 15))
    factories.set_score(customer, note="contract", fall=0.5, risk=1, gap_ratio=None, mean_gap_days=None)
    run_back_test(on=END, draws=2)
    assert describe_contract(customer.pk, on=END).chance is None
    client.force_login(rep)
    page = client.get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    assert "Under contract, renewed 2 times" in page
    assert "uses 50% less than before" in page
    assert "Usually buys every" not in page


def test_the_chance_of_the_next_renewal_is_in_the_sentence(client, rep):
    customer = factories.make_customer(owner=rep, team=rep.team, relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2024, 1, 15))
    parameters = {"alpha": 0.7, "beta": 1.3, "log_likelihood": -1.0, "customers": 100}
    ModelFit.objects.create(kind=CONTRACTS, fitted_on=date(2026, 11, 1), parameters=parameters, customers=100)
    factories.set_score(customer, note="contract")
    client.force_login(rep)
    page = client.get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    assert "about 82 in 100 like this renew the next time" in page  # (1.3 + 2) / (0.7 + 1.3 + 2)


def test_a_contract_is_entered_ended_and_refused_when_it_cannot_be(client, rep):
    customer = factories.make_customer(owner=rep, team=rep.team)
    client.force_login(rep)
    url = reverse("customers:contract-edit", args=[customer.pk])
    refused = client.post(url, {"started_on": "2026-05-01", "period_months": "12", "ended_on": "2026-04-01"})
    assert refused.status_code == 422
    assert client.post(url, {"started_on": "2026-05-01", "period_months": "0"}).status_code == 422
    assert client.post(url, {"started_on": "2025-05-01", "period_months": "6"}).status_code == 302
    customer.refresh_from_db()
    assert (customer.relation, customer.contract.period_months) == ("contract", 6)
    client.post(url, {"started_on": "2025-05-01", "period_months": "6", "ended_on": "2026-05-01"})
    assert describe_contract(customer.pk, on=END).renewals.done == 1
    assert describe_contract(customer.pk, on=END).renewals.lapsed


def test_the_purchase_models_are_never_asked_about_a_contract():
    world = make_world(customers=120)
    contract = list(world)[3]
    Customer.objects.filter(pk=contract).update(relation="contract")
    ingest_orders(at=AT)
    run = plan_run(on=END)
    work_shards(run)
    plan = finish_run(run).run.plan["scoring"]
    score = CurrentScore.objects.get(pk=contract)
    assert score.note == CurrentScore.Note.CONTRACT
    assert (score.alive, score.silent_next, score.surprise, score.mean_gap_days) == (None, None, None, None)
    bought = sum(any(purchase.day <= END for purchase in days) for days in world.values())
    assert plan["models"]["dropout"]["customers"] == bought - 1


@pytest.fixture
def subscriber(admin):
    """A customer of a scored base who buys under a yearly contract, renewed twice, the next renewal on 15 January."""
    world = make_world(customers=120)
    customer = Customer.objects.get(pk=max(world, key=lambda pk: len(world[pk])))
    Customer.objects.filter(pk=customer.pk).update(relation="contract")
    Contract.objects.create(customer=customer, started_on=date(2024, 1, 15))
    parameters = {"alpha": 0.7, "beta": 1.3, "log_likelihood": -1.0, "customers": 100}
    ModelFit.objects.create(kind=CONTRACTS, fitted_on=date(2026, 11, 1), parameters=parameters, customers=100)
    ingest_orders(at=AT)
    run = plan_run(on=END)
    work_shards(run)
    finish_run(run)
    return Customer.objects.select_related("score").get(pk=customer.pk)


def read_value_page(client, admin, customer):
    client.force_login(admin)
    return client.get(reverse("home:customer-value", args=[customer.pk])).content.decode()


def test_the_value_page_of_a_contract_foresees_renewals_with_their_range(client, admin, subscriber):
    score = subscriber.score
    daily = score.contribution_12m_cents / 365
    first = (date(2027, 1, 15) - END).days
    survive = [1.0, 3.3 / 4.0, 3.3 / 4.0 * 4.3 / 5.0, 3.3 / 4.0 * 4.3 / 5.0 * 5.3 / 6.0]
    ends = [(date(year, 1, 15) - END).days for year in (2027, 2028, 2029)] + [1096]
    lapse = [before - after for before, after in zip(survive, [*survive[1:], 0.0], strict=True)]
    three = daily * sum(end * chance for end, chance in zip(ends, lapse, strict=True))
    text = read_value_page(client, admin, subscriber)
    assert "82 of 100" in text
    assert "due 15 Jan 2027" in text
    assert f"Worth <b>{format_money_short(three)}</b> over three years as its renewals stand" in text
    assert f"{format_money_short(daily * first)} – {format_money_short(daily * 1096)}" in text
    assert "if it goes on buying" not in text
    assert "MBG/CNBD-k" not in text
    file = client.get(reverse("home:customer-value-file", args=[subscriber.pk])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    weighed = [float(row[2]) for row in rows if row[1] == "contribution, weighed"]
    assert weighed[2] == pytest.approx(three / 100, abs=0.02)


def test_the_value_of_a_contract_stands_wherever_a_value_stands(client, admin, subscriber):
    """In the list, its file, the search and the sentence it is the figure of the value page, with the same range."""
    score = subscriber.score
    page = read_value_page(client, admin, subscriber)
    assert f"Worth <b>{format_money_short(score.value_3y_cents)}</b> over three years" in page
    assert format_money_short(score.value_3y_low_cents) in page
    assert format_money_short(score.value_3y_high_cents) in page
    listed = client.get(reverse("home:customer-list"), {"columns": "customer,value_3y", "q": subscriber.number})
    assert listed.status_code == 200
    said = client.get(reverse("home:customer-page", args=[subscriber.pk])).content.decode()
    assert "in three years, each renewal weighed with its chance" in said


def test_what_changed_in_the_value_of_a_contract_adds_up_to_the_cent(client, admin, subscriber):
    run = plan_run(on=END - timedelta(7))
    work_shards(run)
    finish_run(run)
    kept = {"alpha": 0.9, "beta": 1.3, "log_likelihood": -1.0, "customers": 100}
    ModelFit.objects.create(kind=CONTRACTS, fitted_on=END - timedelta(2), parameters=kept, customers=100)
    factories.make_order(subscriber, END - timedelta(3), 700_000, cost_cents=300_000)
    score_customer(subscriber.pk, on=END)
    subscriber = Customer.objects.select_related("score").get(pk=subscriber.pk)
    change = load_change(subscriber, load_outlook(subscriber, subscriber.score), key="week", as_of=END)
    parts = {part.short: part.cents for part in change.parts}
    assert (parts["bought"] > 0, parts["goods"] < 0, parts["refit"] < 0) == (True, True, True)
    assert change.start_cents + sum(parts.values()) == change.end_cents == subscriber.score.value_3y_cents
    assert 'id="change"' in read_value_page(client, admin, subscriber)
    card = client.get(reverse("home:customer-value-change", args=[subscriber.pk])).content.decode()
    assert "What changed since 14 Nov 2026" in card


def test_a_contract_entered_or_given_notice_by_day_is_valued_at_once(subscriber):
    def value():
        return CurrentScore.objects.get(pk=subscriber.pk).value_3y_cents

    before, score = value(), subscriber.score
    keep_contract(subscriber, started_on=date(2016, 1, 15), period_months=12, ended_on=None, at=AT)
    assert value() > before  # who has renewed ten times renews again
    keep_contract(subscriber, started_on=date(2024, 1, 15), period_months=12, ended_on=END + timedelta(40), at=AT)
    assert value() == pytest.approx(score.contribution_12m_cents / 365 * 39, rel=0.03)
    keep_contract(subscriber, started_on=date(2024, 1, 15), period_months=12, ended_on=END - timedelta(1), at=AT)
    assert value() is None


def test_nothing_is_at_stake_with_a_contract_that_has_ended_unless_he_still_buys(subscriber):
    def end(day):
        keep_contract(subscriber, started_on=date(2024, 1, 15), period_months=12, ended_on=day, at=AT)
        return CurrentScore.objects.get(pk=subscriber.pk)

    factories.make_order(subscriber, END - timedelta(100), 5_000_000)  # so the last quarter is a fall
    falling = end(None)
    assert falling.risk == CurrentScore.Risk.HIGH
    assert falling.at_stake_cents > 0
    ended = end(subscriber.score.last_day + timedelta(1))
    assert (ended.risk, ended.at_stake_cents, ended.risk_rank) == (CurrentScore.Risk.LOST, 0, 0)
    assert end(subscriber.score.last_day).risk == CurrentScore.Risk.HIGH


def test_the_first_night_after_contracts_came_in_knows_what_they_are_worth():
    world = make_world(customers=120)
    pks = sorted(world, key=lambda pk: -len(world[pk]))
    for place, pk in enumerate(pks[:60]):
        ended = date(2025, 1, 15) if place % 6 == 5 else None
        Contract.objects.create(customer_id=pk, started_on=date(2022 + place % 3, 1, 15), ended_on=ended)
    Customer.objects.filter(pk__in=pks[:60]).update(relation="contract")
    ingest_orders(at=AT)
    run = plan_run(on=END)
    work_shards(run)
    finish_run(run)
    fit = ModelFit.objects.get(kind=CONTRACTS)
    assert (fit.fitted_on, fit.customers, fit.warning) == (END, 60, "")
    values = dict(CurrentScore.objects.filter(pk__in=pks[:60]).values_list("pk", "value_3y_cents"))
    assert [values[pk] is None for pk in pks[:6]] == [False] * 5 + [True]


def test_a_contract_of_which_too_little_is_known_says_what_is_missing(client, admin, subscriber):
    ModelFit.objects.filter(kind=CONTRACTS).delete()
    assert "Too few contracts have come to a renewal" in read_value_page(client, admin, subscriber)
    subscriber.contract.ended_on = END - timedelta(1)
    subscriber.contract.save()
    ended = read_value_page(client, admin, subscriber)
    assert "nothing more is expected of it" in ended
    assert "The contract ended on 20 Nov 2026, renewed 2 times before" in ended
    assert "nothing after its end" in ended
    subscriber.contract.ended_on = END + timedelta(40)
    subscriber.contract.save()
    noticed = read_value_page(client, admin, subscriber)
    assert "It was given notice and runs until 31 Dec 2026" in noticed
    assert "Under contract until 31 Dec 2026, when it ends; renewed 2 times before" in noticed
    assert "runs until 31 Dec 2026" in noticed
    assert "if renewed every time" not in noticed
    subscriber.contract.delete()
    assert "nobody has entered when it began" in read_value_page(client, admin, subscriber)


def test_the_value_page_of_a_contract_costs_few_queries(client, admin, subscriber):
    read_value_page(client, admin, subscriber)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("home:customer-value", args=[subscriber.pk]))
    assert len(queries) <= 15, [query["sql"][:140] for query in queries]


def test_who_uses_less_under_contract_is_told_by_his_own_trigger(rep):
    create_defaults()
    Trigger.objects.exclude(key__in=["contract-used-less", "slipping-away"]).update(is_on=False)
    under, free = (factories.make_customer(owner=rep, relation=kind) for kind in ("contract", "orders"))
    factories.set_score(under, note="contract", fall=0.5, risk=2, gap_days=61, mean_gap_days=None)
    factories.set_score(free, fall=0.5)
    on = date(2026, 11, 23)
    assert raise_alerts(on=on, at=AT + timedelta(1)).raised == {"contract-used-less": 1}
    alert = Alert.objects.get()
    assert alert.customer == under
    why = replay(alert)
    assert why.is_same
    assert why.sentence == "Under contract; sales of the last quarter are 50% under their own baseline."
    assert [one.figure for one in why.conditions][:2] == ["by contract", "50%"]
    assert explain_alert_now(alert, score=under.score, on=on) == why.sentence
    assert explain_alert({**alert.evidence, "fall": None}) == "Under contract."
