"""The weekly back-test of the company's own base, and what comes into force by it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from crm.core.job_ledger import perform_job
from crm.core.models import JobRun
from crm.core.models.business_setting import change_setting, forget_settings
from customers.models import Customer
from customers.purchase_day_rebuild import ingest_orders
from segments.back_testing import run_back_test
from segments.jobs import BACK_TEST, request_back_test, request_scheduled_back_test
from segments.model_fitting import BEND, LEARNT, find_bend, find_learnt
from segments.models import BackTest, CurrentScore, ModelFit
from segments.rules.chance_calibration import ChanceBend, bend_chances
from segments.rules.customer_scoring import ScoringPlan
from segments.rules.silence_regression import FEATURES, SilenceRegression
from segments.score_run import finish_run, plan_run, work_shards
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture
def world(db):
    made = make_world(customers=260)
    ingest_orders(at=AT)
    return made


def set_setting(key, value):
    change_setting(key, value)
    forget_settings()


def score_all():
    run = plan_run(on=END)
    work_shards(run)
    return ScoringPlan.from_json(finish_run(run).run.plan["scoring"])


def test_the_base_is_tested_on_evenings_of_its_past_and_again_gives_the_same(world):
    test = run_back_test(on=END, draws=20)
    newest = (END - timedelta(91)).isoformat()
    assert max(test.result["evenings"]) == newest
    told = test.result["evenings"][newest]
    assert told["customers"] == sum(
        any(purchase.day <= END - timedelta(91) for purchase in bought) for bought in world.values()
    )
    assert {row["name"] for row in told["rankings"]} >= {"my_day", "certainty", "falls", "gap_over_2_sd", "low_rfm"}
    assert test.result["knobs"].keys() == {"0", "1", "2", "4", "8"}
    assert (test.customers, test.sampled) == (len(world), len(world))
    first = test.result
    assert run_back_test(on=END, draws=20).result == first
    assert BackTest.objects.count() == 1


def test_what_came_is_counted_from_the_orders(world):
    evening = END - timedelta(91)
    told = run_back_test(on=END, draws=2).result["evenings"][evening.isoformat()]
    ranked = [
        bought
        for bought in world.values()
        if len(days := {p.day for p in bought if p.day <= evening}) >= 3 and (evening - max(days)).days < 365
    ]
    silent = [not any(p.day > evening for p in bought) for bought in ranked]
    assert told["ranked"] == len(ranked)
    assert told["silent"] == pytest.approx(np.mean(silent))
    came = [len({p.day for p in bought if p.day > evening}) for bought in world.values() if bought[0].day <= evening]
    assert told["forecast"]["came"] == pytest.approx(np.mean(came))


def test_customers_under_contract_are_left_out(world):
    Customer.objects.filter(pk__in=list(world)[:20]).update(relation="contract")
    assert run_back_test(on=END, draws=2).customers == len(world) - 20


def test_a_large_base_is_tested_on_the_same_part_of_it(world):
    test = run_back_test(on=END, sample=200, draws=2)
    assert 150 < test.sampled < 250
    assert test.customers == len(world)
    assert run_back_test(on=END, sample=200, draws=2).sampled == test.sampled


def test_too_little_data_is_said_and_nothing_comes_into_force(db):
    make_world(customers=30)
    ingest_orders(at=AT)
    test = run_back_test(on=END, draws=2)
    assert test.result["evenings"] == {}
    assert list(test.result["refused"].values()) == ["too_little"]
    assert not ModelFit.objects.filter(kind__in=[BEND, LEARNT]).exists()
    assert find_bend(on=END) is None


def test_with_too_few_to_learn_from_chances_stay_raw_and_the_reason_is_kept(world):
    test = run_back_test(on=END, draws=2)
    assert (test.result["learnt"], test.result["calibration"]) == ("too_few", "too_few")
    learnt = ModelFit.objects.filter(kind__in=[LEARNT, BEND])
    assert set(learnt.values_list("kind", "warning")) == {(LEARNT, "too_few"), (BEND, "too_few")}
    assert find_bend(on=END) is None
    assert find_learnt(on=END) is None


def test_shown_chances_are_bent_and_the_ranking_stays_raw(world):
    score_all()
    raw = {score.pk: score for score in CurrentScore.objects.all()}
    bend = ChanceBend(a=1.4, b=0.1, c=0.3, customers=900)
    ModelFit.objects.create(kind=BEND, fitted_on=END, parameters=bend.to_json(), customers=900)
    assert score_all().models.bend == bend
    known = [score for score in CurrentScore.objects.all() if score.silent_next is not None]
    assert known
    for score in known:
        before = raw[score.pk]
        assert score.risk_rank == before.risk_rank
        if score.gap_days >= 365:  # nothing was learnt of those who are long gone
            assert (score.silent_next, score.alive) == (before.silent_next, before.alive)
            continue
        assert score.silent_next == pytest.approx(bend_chances(bend, np.array([before.silent_next]))[0])
        assert score.risk == before.risk
        if before.at_stake_cents:
            share = score.silent_next / before.silent_next
            assert score.at_stake_cents == pytest.approx(before.at_stake_cents * share, abs=1)
        if before.alive > 0.001:
            buys = (1 - score.silent_next) / (1 - before.silent_next)
            assert score.alive == pytest.approx(min(1, before.alive * buys))


def test_a_bend_that_did_not_help_or_belongs_to_another_horizon_is_not_used(world):
    bend = ChanceBend(a=1.4, b=0.1, c=0.3, customers=900).to_json()
    ModelFit.objects.create(kind=BEND, fitted_on=END - timedelta(7), parameters=bend, customers=900)
    assert find_bend(on=END) is not None
    assert find_bend(on=END - timedelta(8)) is None
    set_setting("risk.horizon_days", 60)
    assert find_bend(on=END) is None
    set_setting("risk.horizon_days", 91)
    ModelFit.objects.create(kind=BEND, fitted_on=END, parameters=bend, customers=900, warning="no_better")
    assert find_bend(on=END) is None


def test_the_learnt_chance_is_shown_once_an_admin_switches_it_on(world):
    count = len(FEATURES)
    learnt = SilenceRegression((0.0,) * count, (1.0,) * count, (0.5, *(0.0,) * (count - 1)), -1.0, 900)
    ModelFit.objects.create(kind=LEARNT, fitted_on=END, parameters=learnt.to_json(), customers=900)
    assert score_all().models.learnt is None
    raw = {score.pk: score for score in CurrentScore.objects.all()}
    set_setting("risk.learnt", 1)
    assert score_all().models.learnt == learnt
    for score in CurrentScore.objects.exclude(silent_next=None).filter(gap_days__lt=365):
        line = 0.5 * np.log(score.gap_ratio + 0.05) - 1.0
        assert score.silent_next == pytest.approx(1 / (1 + np.exp(-line)))
        assert score.risk_rank == raw[score.pk].risk_rank
        assert score.alive == raw[score.pk].alive


def test_the_back_test_is_asked_for_once_a_week(db):
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    job = request_scheduled_back_test(at=monday)
    assert (job.kind, job.key, job.due_at) == (BACK_TEST, "2026-11-21", datetime(2026, 11, 22, 5, tzinfo=UTC))
    for hours in (1, 30, 5 * 24):
        assert request_scheduled_back_test(at=monday + timedelta(hours=hours)) == job
    assert request_scheduled_back_test(at=datetime(2026, 11, 29, 5, tzinfo=UTC)) != job
    assert request_scheduled_back_test(at=datetime(2026, 11, 29, 4, 59, tzinfo=UTC)) == job


def test_the_job_keeps_what_it_found(world, admin):
    job = request_back_test(at=AT, by=admin)
    assert perform_job(job.pk)
    job = JobRun.objects.get(pk=job.pk)
    assert (job.state, job.result["evenings"]) == (JobRun.State.DONE, 2)
    assert BackTest.objects.get().on == date(2026, 11, 21)
