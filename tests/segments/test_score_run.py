"""A night's scores equal what a patient clerk would compute, however many hands do the work and whoever dies."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from django.db import connection
from scipy.special import betainc

from customers.purchase_day_rebuild import ingest_orders
from segments import score_run
from segments.figure_keeping import name_figures_table
from segments.models import CurrentScore, ModelFit, ScoreRun
from segments.rules.churn_risk import RANKING_BLEND
from segments.rules.customer_scoring import ScoringPlan
from segments.score_run import finish_run, plan_run, score_customer, score_shard, work_shards
from tests.factories import make_customer, make_order
from tests.segments.purchase_world import END, count_by_hand, make_world, read_scores

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


def score_all(on=END):
    ingest_orders(at=AT)
    run = plan_run(on=on)
    work_shards(run)
    return finish_run(run)


@pytest.mark.parametrize("on", [END, END - timedelta(40)], ids=["tonight", "an evening in the past"])
def test_scores_equal_a_count_by_hand(on):
    world = make_world()
    run = score_all(on).run
    plan = ScoringPlan.from_json(run.plan["scoring"])
    scores = {score.customer_id: score for score in CurrentScore.objects.all()}
    assert set(scores) == set(world)
    ranked = sorted(
        (customer for customer in world if count_by_hand(world[customer], on=on)),
        key=lambda customer: (-count_by_hand(world[customer], on=on).sales_12m, customer),
    )
    total = sum(count_by_hand(world[customer], on=on).sales_12m for customer in ranked)
    brought = 0
    for customer in ranked:
        counted, score = count_by_hand(world[customer], on=on), scores[customer]
        assert (score.purchase_days, score.first_day, score.last_day) == (
            counted.purchase_days,
            counted.first,
            counted.last,
        )
        assert (score.sales_12m_cents, score.sales_before_12m_cents, score.goods_12m_cents) == (
            counted.sales_12m,
            counted.sales_before,
            counted.goods_12m,
        )
        assert score.contribution_12m_cents == counted.sales_12m - counted.goods_12m
        share = brought / total if counted.sales_12m else inf
        assert score.grade[0] == ("A" if share < 0.8 else "B" if share < 0.95 else "C")
        brought += counted.sales_12m
        check_risk(score, counted, plan, on)


def check_risk(score, counted, plan, on):
    model, x = plan.models.dropout, counted.purchase_days - 1
    last, age = (counted.last - counted.first).days, (on - counted.first).days
    assert score.gap_days == age - last
    if x < 2:
        assert (score.surprise, score.alive, score.silent_next, score.risk) == (None, None, None, 0)
        assert score.note == ("one_order" if x == 0 else "few_orders")
        return
    assert score.note == ""
    assert score.mean_gap_days == pytest.approx(last / x)
    assert score.gap_ratio == pytest.approx((age - last) / (last / x))

    def silence(until):
        return betainc(model.r + model.k * x, model.k, (model.alpha + last) / (model.alpha + until))

    stay = (model.b + x) * silence(age)
    silent = (model.a + (model.b + x) * silence(age + 91)) / (model.a + stay)
    rate = counted.margin / max(age, 30)
    assert score.surprise == pytest.approx(silence(age))
    assert score.alive == pytest.approx(stay / (model.a + stay))
    assert score.silent_next == pytest.approx(silent)
    if score.risk == CurrentScore.Risk.LOST:
        assert score.alive < 0.05
        assert (score.at_stake_cents, score.risk_rank) == (0, 0)
    else:
        assert score.risk == (score.surprise <= 0.2) + (score.surprise <= 0.05)
        assert score.at_stake_cents == pytest.approx(silent * rate * 91, abs=0.51)
        assert score.risk_rank == pytest.approx(silent * (rate + RANKING_BLEND * plan.mean_rate))
    if score.alive > 0.01:
        assert score.value_3y_low_cents <= score.value_3y_cents / score.alive <= score.value_3y_high_cents


def test_running_the_night_again_gives_the_same_scores():
    make_world()
    first = score_all()
    before = read_scores()
    second = score_all()
    assert second.run.attempt == 2
    assert read_scores() == before
    first.run.refresh_from_db()
    assert (first.run.is_current, first.run.state) == (False, ScoreRun.State.DROPPED)


def test_a_run_in_pieces_killed_on_the_way_gives_the_same_scores(monkeypatch):
    """Small shards, some scored twice after their worker died before it could commit."""
    make_world(customers=120)
    score_all()
    whole = read_scores()
    monkeypatch.setattr(score_run, "SHARD_IDS", 25)
    run = plan_run(on=END)
    numbers = list(run.shards.values_list("number", flat=True))
    assert len(numbers) > 4

    class KilledError(Exception):
        pass

    def kill(done, total):
        raise KilledError

    with pytest.raises(KilledError):
        work_shards(run, progress=kill)
    assert not run.shards.exclude(done_at=None).exists()
    assert score_shard(run, numbers[3])
    assert not score_shard(run, numbers[3])
    again = plan_run(on=END)
    assert again == run
    with pytest.raises(ValueError, match="not scored"):
        finish_run(run)
    steps = []
    assert work_shards(again, progress=lambda done, total: steps.append((done, total))) == len(numbers) - 1
    assert steps[-1] == (len(numbers), len(numbers))
    finish_run(run)
    assert finish_run(run).switched
    assert read_scores() == whole


def test_the_first_customers_of_a_new_range_go_with_the_range_before(monkeypatch):
    """Every customer is scored in one shard, and no worker is waited for because of a handful."""
    make_world(customers=60)
    last = max(make_customer().pk for _nth in range(40))
    monkeypatch.setattr(score_run, "SHARD_IDS", last // 2)
    run = plan_run(on=END)
    shard = run.shards.order_by("number").last()
    assert (shard.number, shard.next_id) == (1, 2**62)
    monkeypatch.setattr(score_run, "BEGUN_PART", 10**9)
    assert score_run.begin_run(on=END + timedelta(1)).shards.order_by("number").last().number == 2
    work_shards(run)
    finish_run(run)
    assert CurrentScore.objects.count() == 100


def test_figures_lost_in_a_crash_of_the_database_are_noticed():
    make_world(customers=20)
    ingest_orders(at=AT)
    run = plan_run(on=END)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {name_figures_table(run.pk)}")
    with pytest.raises(score_run.FiguresLostError):
        work_shards(run)
    new = plan_run(on=END)
    assert new.attempt == 2
    assert work_shards(new) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name_figures_table(new.pk)}")
    assert plan_run(on=END).attempt == 3


def test_readers_see_the_old_night_until_the_new_one_is_finished(customer):
    make_order(customer, END)
    score_all(END - timedelta(1))
    run = plan_run(on=END)
    work_shards(run)
    assert {score.as_of for score in CurrentScore.objects.all()} == {END - timedelta(1)}
    finish_run(run)
    assert {score.as_of for score in CurrentScore.objects.all()} == {END}


def test_an_earlier_evening_never_replaces_a_later_one(customer):
    make_order(customer, END - timedelta(90))
    score_all(END)
    assert not score_all(END - timedelta(30)).switched
    assert CurrentScore.objects.get().as_of == END


def test_past_evenings_are_kept_for_35_days_and_then_month_ends(customer):
    make_order(customer, END - timedelta(200))
    for back in (130, 129, 100, 30, 30, 2, 1, 0):
        score_all(END - timedelta(back))
    kept = ScoreRun.objects.filter(state=ScoreRun.State.FINISHED).order_by("as_of").values_list("as_of", flat=True)
    assert [(END - day).days for day in kept] == [129, 100, 30, 2, 1, 0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT run_id) FROM segments_score")
        assert cursor.fetchone() == (6,)


def test_a_small_or_young_company_gets_simple_rules_and_says_so():
    regular = make_customer()
    for back in (400, 380, 360, 340, 320, 300):
        make_order(regular, END - timedelta(back), 100_00)
    nobody = make_customer()
    score_all()
    score = CurrentScore.objects.get(customer=regular)
    assert (score.note, score.risk, score.alive) == ("little_data", CurrentScore.Risk.HIGH, None)
    assert score.gap_ratio == 15
    assert not ModelFit.objects.exists()
    empty = CurrentScore.objects.get(customer=nobody)
    assert (empty.note, empty.grade, empty.purchase_days, empty.gap_days) == ("no_order", "", 0, None)


def test_an_empty_company_can_be_scored():
    assert score_all().run.customers == 0
    assert not CurrentScore.objects.exists()


def test_a_contract_is_judged_by_the_fall_of_its_use():
    contract = make_customer(relation="contract")
    for month in range(17):
        make_order(contract, END - timedelta(30 * month), 100_00 if month > 3 else 20_00)
    score_all()
    score = CurrentScore.objects.get()
    assert (score.note, score.surprise, score.mean_gap_days) == ("contract", None, None)
    assert score.fall > 0.6
    assert score.risk == CurrentScore.Risk.HIGH
    assert score.at_stake_cents > 0


def test_archived_customers_are_not_scored(customer):
    make_order(customer, END)
    type(customer).objects.filter(pk=customer.pk).update(archived_at=AT)
    score_all()
    assert not CurrentScore.objects.exists()


def test_models_are_fitted_once_a_week():
    make_world()
    score_all(END - timedelta(3))
    score_all(END)
    assert set(ModelFit.objects.values_list("fitted_on", flat=True)) == {END - timedelta(3)}
    score_all(END + timedelta(4))
    assert set(ModelFit.objects.values_list("kind", "fitted_on")) >= {("dropout", END + timedelta(4))}


def test_a_plan_survives_its_storage_digit_by_digit():
    make_world()
    run = score_all().run
    run.refresh_from_db()
    plan = ScoringPlan.from_json(run.plan["scoring"])
    assert ScoringPlan.from_json(plan.to_json()) == plan
    assert run.plan["classes"]["A"]["sales"] == pytest.approx(0.8, abs=0.03)
    assert run.plan["pareto"][0] == [0, 0]
    assert run.plan["pareto"][-1] == [1, 1]


def test_one_customer_is_scored_again_after_an_order():
    world = make_world()
    score_all()
    customer = max(world, key=lambda pk: len(world[pk]))
    before = CurrentScore.objects.get(customer=customer)
    others = [row for row in read_scores() if row[0] != customer]
    make_order(before.customer, END + timedelta(2), 500_00)
    assert score_customer(customer, on=END + timedelta(2))
    after = CurrentScore.objects.get(customer=customer)
    assert (after.gap_days, after.last_day, after.as_of) == (0, END + timedelta(2), END + timedelta(2))
    assert after.sales_12m_cents >= 500_00
    assert after.surprise == 1.0
    assert [row for row in read_scores() if row[0] != customer] == others


def test_refreshing_changes_nothing_where_nothing_happened():
    world = make_world()
    score_all()
    before = read_scores()
    for customer in list(world)[:20]:
        assert score_customer(customer, on=END)
    assert read_scores() == before


def test_an_act_dated_before_the_evening_in_force_hides_nothing_that_evening_knew():
    world = make_world()
    score_all()
    customer = max(world, key=lambda pk: len(world[pk]))
    before = read_scores()
    assert score_customer(customer, on=END - timedelta(30))
    assert read_scores() == before


def test_a_customer_entered_by_day_is_scored_at_once(customer):
    make_order(customer, END)
    score_all()
    newcomer = make_customer()
    make_order(newcomer, END)
    assert score_customer(newcomer.pk, on=END)
    assert CurrentScore.objects.get(customer=newcomer).note == "one_order"


def test_there_is_nothing_to_refresh_before_the_first_night_or_for_archived_customers(customer):
    assert not score_customer(customer.pk, on=END)
    score_all()
    type(customer).objects.filter(pk=customer.pk).update(archived_at=AT)
    assert not score_customer(customer.pk, on=END)
