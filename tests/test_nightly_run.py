"""The night as a whole: each evening once, whoever asks for it and how often."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from complaints.jobs import ESCALATE
from crm import nightly_run
from crm.beat_schedule import request_due_work
from crm.core import job_ledger
from crm.core.job_ledger import perform_job
from crm.core.models import JobRun
from crm.core.models.business_setting import change_setting
from crm.night_requesting import NIGHT, PORTFOLIOS, request_night, request_scheduled_night
from crm.night_steps import SCORING_HELP, STEPS
from crm.nightly_run import run_night
from interactions.models import Alert, Task
from segments import model_fitting, score_run
from segments.default_configuration import create_defaults
from segments.figure_keeping import name_figures_table
from segments.models import CurrentScore, Membership, ModelFit, ScoreRun, SegmentChange
from tests.segments.purchase_world import END, make_world, read_scores

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch, time_machine):
    time_machine.move_to(AT)
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)


@pytest.fixture
def company(rep, lead, admin):
    """Defaults, and 150 customers of Ana's who buy by rhythms of their own."""
    from customers.models import Customer

    create_defaults()
    world = make_world()
    Customer.objects.update(owner=rep, team=rep.team)
    return world


def read_company():
    """Everything a night leaves behind, without numbers that count up."""
    return (
        read_scores(),
        list(Membership.objects.order_by("customer", "since", "until").values_list(
            "customer", "segment__key", "since", "until", "reason")),
        list(SegmentChange.objects.order_by("customer", "day", "to_segment__key").values_list(
            "customer", "to_segment__key", "day")),
        list(Alert.objects.order_by("customer", "trigger__key", "period").values_list(
            "customer", "trigger__key", "period", "day", "state", "rank", "at_stake_cents")),
        list(Task.objects.order_by("customer", "title", "why", "state").values_list(
            "customer", "title", "why", "state")),
    )  # fmt: skip


def test_a_night_scores_moves_and_raises_alerts(company):
    heard = []
    report = run_night(on=END, at=AT, progress=lambda *step: heard.append(step))
    assert (report.customers, report.orders_of_customers, report.came) == (150, 150, 150)
    assert list(report.milliseconds) == list(STEPS)
    assert CurrentScore.objects.count() == 150
    assert Membership.objects.current().count() == 150
    assert {"premium", "low-cost"} & set(Membership.objects.values_list("segment__key", flat=True))
    assert 0 < sum(report.alerts.values()) == Alert.objects.open().count()
    assert Task.objects.filter(kind="alert").exists()
    assert heard[-1][:2] == (len(STEPS), len(STEPS))
    assert ScoreRun.objects.get().milliseconds == report.milliseconds


def test_the_same_night_twice_changes_nothing(company):
    run_night(on=END, at=AT)
    before = read_company()
    report = run_night(on=END, at=AT + timedelta(hours=3))
    assert read_company() == before
    assert (report.came, report.moved, report.alerts) == (0, 0, {})


def test_a_replayed_month_equals_itself_evening_by_evening(company):
    evenings = [END - timedelta(back) for back in range(27, -1, -3)]
    moved = sum(run_night(on=on, at=AT).moved for on in evenings)
    assert moved == SegmentChange.objects.exclude(from_segment=None).count()
    assert moved > 0
    by_evening = read_company()
    assert CurrentScore.objects.first().as_of == END
    late = run_night(on=END - timedelta(12), at=AT)
    assert not late.switched
    assert read_company() == by_evening
    assert set(SegmentChange.objects.values_list("day", flat=True)) <= set(evenings)


def test_a_night_killed_between_any_two_steps_goes_on_and_ends_the_same(company, monkeypatch):
    monkeypatch.setattr(score_run, "SHARD_IDS", 40)

    class KilledError(BaseException):
        """Not an error of the night: its process is gone."""

    job = request_night(on=END, due_at=AT)
    for step in ("plan_run", "work_shards", "finish_run", "assign_segments", "raise_alerts", "take_in_items"):
        with monkeypatch.context() as patch:

            def die(*args, **kwargs):
                raise KilledError

            patch.setattr(nightly_run, step, die)
            with pytest.raises(KilledError):
                perform_job(job.pk)
        assert not perform_job(job.pk), "the lease of the dead worker still holds"
        JobRun.objects.filter(pk=job.pk).update(lease_until=AT - timedelta(days=999), attempt=1)
    assert perform_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", len(STEPS), len(STEPS))
    assert ScoreRun.objects.count() == 1
    disturbed = read_company()
    assert job.result["customers"] == 150
    run_night(on=END, at=AT)
    assert read_company() == disturbed


def test_the_models_of_the_next_week_are_fitted_when_nobody_waits_for_the_night(company, monkeypatch):
    run_night(on=END - timedelta(7), at=AT)
    assert list_fits() == [END - timedelta(7)], "the first night had none"
    run_night(on=END - timedelta(2), at=AT)
    assert list_fits() == [END - timedelta(7)]
    run_night(on=END - timedelta(1), at=AT)
    assert list_fits() == [END - timedelta(7), END], "they would be a week old on the next evening"
    monkeypatch.setattr(model_fitting, "_fit", None)
    run_night(on=END - timedelta(1), at=AT)
    run_night(on=END, at=AT)
    planned = ScoreRun.objects.filter(as_of__gte=END - timedelta(1)).order_by("pk").values_list("plan", flat=True)
    first, again, last = (plan["scoring"]["models"]["dropout"] for plan in planned)
    assert first == again != last == ModelFit.objects.get(kind="dropout", fitted_on=END).parameters


def list_fits():
    return list(ModelFit.objects.filter(kind="dropout").order_by("fitted_on").values_list("fitted_on", flat=True))


def test_five_deliveries_and_two_schedulers_are_one_night(company):
    for _scheduler in range(2):
        request_due_work(at=AT)
    (job,) = JobRun.objects.filter(kind=NIGHT)
    assert [perform_job(job.pk) for _delivery in range(5)] == [True, False, False, False, False]
    assert ScoreRun.objects.count() == 1
    assert job.key == "2026-11-21"


def test_the_night_is_asked_for_from_its_hour_on_in_local_time(db):
    change_setting("company.time_zone", "Asia/Tokyo")
    change_setting("night.hour", 3)
    assert request_scheduled_night(at=datetime(2026, 11, 21, 17, 59, tzinfo=UTC)) is None
    job = request_scheduled_night(at=datetime(2026, 11, 21, 18, 0, tzinfo=UTC))
    assert (job.key, job.due_at) == ("2026-11-21", datetime(2026, 11, 21, 18, 0, tzinfo=UTC))
    assert request_scheduled_night(at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC)) == job


@pytest.mark.parametrize(
    ("day", "moments", "start"),
    [
        ("2026-10-24", ["2026-10-25T00:00", "2026-10-25T00:59", "2026-10-25T01:30", "2026-10-25T02:00"], "00:00"),
        ("2026-03-28", ["2026-03-29T01:00", "2026-03-29T01:59", "2026-03-29T09:00"], "01:00"),
    ],
    ids=["the hour comes twice", "the hour does not come"],
)
def test_the_night_on_which_clocks_change_is_one(db, day, moments, start):
    """Two o'clock in Berlin: in October it strikes twice, in March three follows one."""
    change_setting("company.time_zone", "Europe/Berlin")
    change_setting("night.hour", 2)
    first = datetime.fromisoformat(moments[0]).replace(tzinfo=UTC)
    assert request_scheduled_night(at=first - timedelta(minutes=1)) is None
    nights = {request_scheduled_night(at=datetime.fromisoformat(one).replace(tzinfo=UTC)) for one in moments}
    (night,) = nights
    assert (night.key, f"{night.due_at.astimezone(UTC):%H:%M}") == (day, start)


def test_clocks_of_complaints_are_asked_for_every_five_minutes_and_forgotten_after_a_week(db):
    for minute in (0, 1, 4, 5):
        request_due_work(at=AT + timedelta(minutes=minute))
    assert JobRun.objects.filter(kind=ESCALATE).count() == 2
    JobRun.objects.filter(kind=ESCALATE).update(state="done")
    request_due_work(at=AT + timedelta(days=8))
    assert JobRun.objects.filter(kind=ESCALATE).count() == 1


def test_an_admin_asks_for_a_night_by_hand(company, admin):
    job = request_night(on=END, due_at=AT, by=admin)
    assert request_night(on=END, due_at=AT, by=admin) == job
    perform_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.requested_by) == ("done", admin)
    assert set(job.result["milliseconds"]) == set(STEPS)
    (portfolios,) = JobRun.objects.filter(kind=PORTFOLIOS)
    assert perform_job(portfolios.pk)
    portfolios.refresh_from_db()
    assert (portfolios.state, portfolios.result) == ("done", {"portfolios": 0})  # nobody has so many customers


def test_other_workers_help_with_scoring_and_find_nothing_left_when_they_come_late(company, monkeypatch):
    monkeypatch.setattr(score_run, "SHARD_IDS", 40)
    real, helped = nightly_run.work_shards, []

    def lead(run, **kwargs):
        if not helped:
            helpers = JobRun.objects.filter(kind=SCORING_HELP, key__contains="/score/").order_by("key")
            helped.extend(perform_job(helper.pk) for helper in helpers)
        return real(run, **kwargs)

    monkeypatch.setattr(nightly_run, "work_shards", lead)
    monkeypatch.setattr(nightly_run, "MOST_HELPERS", 2)
    run_night(on=END, at=AT)
    results = [
        job.result["shards"]
        for job in JobRun.objects.filter(kind=SCORING_HELP, key__contains="/score/").order_by("key")
    ]
    assert results[0] + results[1] <= ScoreRun.objects.get().shards.count()
    assert CurrentScore.objects.count() == 150
    late = job_ledger.request_job(SCORING_HELP, key="late", due_at=AT, params={"run": ScoreRun.objects.get().pk})
    perform_job(late.pk)
    late.refresh_from_db()
    assert late.result == {"shards": 0}


def test_a_late_helper_of_scoring_leaves_the_indexes_until_they_are_asked_for(company):
    """Made at once they would take the cores from the segments and alerts of the same night."""
    run = score_run.plan_run(on=END)
    score_run.work_shards(run)
    score_run.finish_run(run)
    made = {}
    for step in ("score", "index"):
        job = job_ledger.request_job(SCORING_HELP, key=step, due_at=AT, params={"run": run.pk, "step": step})
        perform_job(job.pk)
        job.refresh_from_db()
        made[step] = job.result["shards"]
    assert made == {"score": 0, "index": run.shards.count()}


def test_figures_lost_while_scoring_are_gathered_again(company, monkeypatch):
    from django.db import connection

    real, lost = nightly_run.work_shards, []

    def lose_figures(run, **kwargs):
        if not lost:
            lost.append(run)
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {name_figures_table(run.pk)}")
        return real(run, **kwargs)

    monkeypatch.setattr(nightly_run, "work_shards", lose_figures)
    run_night(on=END, at=AT)
    assert CurrentScore.objects.count() == 150
    assert [run.state for run in ScoreRun.objects.order_by("pk")] == ["dropped", "finished"]


def test_the_command_runs_several_evenings_and_says_what_happened(company):
    said = StringIO()
    call_command("run_night", "--on", str(END), "--days", "2", stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0].startswith("2026-11-20: 150 customers, 150 came")
    assert "score" in lines[1]
    call_command("run_night", "--on", str(END - timedelta(9)), stdout=said)
    assert "kept as history" in said.getvalue()
    with pytest.raises(CommandError, match="between 1 and 1000"):
        call_command("run_night", "--days", "0")


def test_without_a_day_the_command_takes_today(company):
    said = StringIO()
    call_command("run_night", stdout=said)
    assert said.getvalue().startswith("2026-11-22:")
