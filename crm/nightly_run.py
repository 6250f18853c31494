"""The night: what is recomputed every evening, as a recipe.

ingest → plan → shards → finish → move segments → raise alerts and open their tasks → lists → items and families. Each
step is idempotent for its evening; a night that is killed goes on where it stopped and comes to the same result. Other
workers join in scoring.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.local_time import company_day, company_zone
from crm.core.models import JobRun, User
from crm.core.models.business_setting import setting
from customers.item_rollup import take_in_items
from customers.jobs import request_alike
from customers.peer_groups import has_peers
from customers.purchase_day_rebuild import ingest_orders
from interactions.alert_raising import raise_alerts
from segments.below_zero_keeping import keep_below_zero
from segments.care_figures import write_care_figures
from segments.models import ScoreRun
from segments.score_gathering import FiguresLostError
from segments.score_run import begin_run, finish_run, index_shards, plan_run, work_shards
from segments.segment_assignment import AssignmentReport, assign_segments
from segments.segment_editing import publish_due_rules
from segments.segment_figures import write_segment_figures
from segments.value_list_writing import write_value_lists

NIGHT = "night"
SCORING_HELP = "scoring-help"
STEPS = {
    "ingest": _("orders taken in"),
    "plan": _("evening planned"),
    "score": _("customers scored"),
    "finish": _("scores in force"),
    "index": _("lists sorted"),
    "segments": _("segments moved"),
    "alerts": _("alerts and tasks"),
    "lists": _("lists of the best and the worst"),
    "items": _("items and families"),
}
MOST_HELPERS = 7

Progress = Callable[[int, int, dict[str, Any]], None]
Result = TypeVar("Result")


@dataclass
class NightReport:
    """What a night did; ``milliseconds`` by step. ``switched`` is false for an evening before the one in force: such a
    run is kept as history, and moves nobody."""

    run_id: int = 0
    customers: int = 0
    orders_of_customers: int = 0
    switched: bool = True
    came: int = 0
    moved: int = 0
    alerts: dict[str, int] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    milliseconds: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As kept in the job ledger."""
        return dict(self.__dict__)


def run_night(*, on: date, at: datetime, run_id: int | None = None, progress: Progress | None = None) -> NightReport:
    """The whole night of the evening ``on`` (local day); tasks fall due from ``at`` on.

    ``run_id`` is the run of an attempt that was killed; where its scores are in force already, only the steps behind
    remain. ``progress`` hears the steps done, their number, and what to remember.
    """
    report = NightReport()
    watch = _Watch(report, progress)
    report.orders_of_customers = watch.time("ingest", lambda: ingest_orders(at=at)).customers
    finished = ScoreRun.objects.filter(pk=run_id or 0, state=ScoreRun.State.FINISHED).first()
    run = finished or watch.time("plan", lambda: _plan(on=on, at=at))
    report.run_id, report.customers = run.pk, run.customers
    if finished is None:
        run = watch.time("score", lambda: _score(run, on=on, watch=watch))
        report.run_id = run.pk
    report.switched = watch.time("finish", lambda: finish_run(run)).switched
    watch.time("index", lambda: _index(run, at=at))
    if report.switched:
        assigned = watch.time("segments", lambda: _move_segments(on=on, at=at))
        report.came, report.moved = assigned.came, assigned.moved
        report.alerts = watch.time("alerts", lambda: raise_alerts(on=on, at=at)).raised
        report.lists = watch.time("lists", lambda: write_value_lists(on=on))
        write_care_figures(on=on)
    watch.time("items", take_in_items)
    ScoreRun.objects.filter(pk=run.pk).update(milliseconds=report.milliseconds)
    return report


def _move_segments(*, on: date, at: datetime) -> AssignmentReport:
    """Rules whose day has come, everybody into his segment, then the figures of the segments for the dashboard."""
    publish_due_rules(on=on + timedelta(days=1), at=at)
    assigned = assign_segments(on=on)
    write_segment_figures(on=on)
    keep_below_zero(on=on)
    return assigned


class _Watch:
    """Times the steps and tells how far the night is."""

    def __init__(self, report: NightReport, progress: Progress | None) -> None:
        self.report = report
        self.progress = progress
        self.done = 0

    def time(self, step: str, work: Callable[[], Result]) -> Result:
        began = perf_counter()
        result = work()
        self.report.milliseconds[step] = round(1000 * (perf_counter() - began))
        self.done = list(STEPS).index(step) + 1
        self.remember()
        return result

    def remember(self) -> None:
        if self.progress is not None:
            self.progress(self.done, len(STEPS), {"run": self.report.run_id, "steps": self.report.milliseconds})


def _plan(*, on: date, at: datetime) -> ScoreRun:
    """Begin the evening, call the others, gather with them and plan."""
    _call_helpers(begin_run(on=on), at=at)
    return plan_run(on=on)


def _score(run: ScoreRun, *, on: date, watch: _Watch) -> ScoreRun:
    """Score all shards; figures lost in a crash of the database are gathered again, by a new run."""
    try:
        work_shards(run, progress=lambda _done, _total: watch.remember())
    except FiguresLostError:
        run = plan_run(on=on)
        work_shards(run, progress=lambda _done, _total: watch.remember())
    return run


def _index(run: ScoreRun, *, at: datetime) -> None:
    """The indexes of sorted lists, with whoever helps."""
    if run.shards.filter(indexed_at=None).exists():
        _call_helpers(run, at=at, step="index")
        index_shards(run)


def _call_helpers(run: ScoreRun, *, at: datetime, step: str = "score") -> None:
    """Ask idle workers to work at the shards too; whoever comes late finds nothing left to do."""
    shards = run.shards.filter(indexed_at=None).count()
    for number in range(min(shards - 1, MOST_HELPERS)):
        request_job(SCORING_HELP, key=f"{run.pk}/{step}/{number}", due_at=at, params={"run": run.pk})


# --- through the ledger ----------------------------------------------------------------------------------------------


def request_night(*, on: date, due_at: datetime, by: User | None = None) -> JobRun:
    """Ask for the night of the evening ``on``; asking again for the same moment is the same night."""
    return request_job(NIGHT, key=on.isoformat(), due_at=due_at, params={"on": on.isoformat()}, by=by)


def request_scheduled_night(*, at: datetime) -> JobRun | None:
    """The night that the settings ask for at ``at``, of the evening before; ``None`` before its hour.

    Asked every minute, by any number of schedulers, it is one job a day.
    """
    local = at.astimezone(company_zone())
    start = local.replace(hour=int(setting("night.hour")), minute=0, second=0, microsecond=0)
    if local < start:
        return None
    return request_night(on=company_day(at) - timedelta(days=1), due_at=start)


@job_kind(NIGHT, label=_("night"), lease=timedelta(minutes=5))
def perform_night(lease: JobLease) -> dict[str, Any]:
    """One night of the ledger; its progress and times by step are on its row."""

    def progress(done: int, total: int, checkpoint: dict[str, Any]) -> None:
        lease.progress(done, total, checkpoint=checkpoint)

    report = run_night(
        on=date.fromisoformat(lease.params["on"]),
        at=timezone.now(),
        run_id=lease.checkpoint.get("run"),
        progress=progress,
    )
    if not has_peers():
        request_alike(at=timezone.now())
    return report.to_json()


@job_kind(SCORING_HELP, label=_("help with scoring"), lease=timedelta(minutes=5))
def help_scoring(lease: JobLease) -> dict[str, Any]:
    """Work at the shards of a run beside the worker that leads the night."""
    run = ScoreRun.objects.filter(pk=lease.params["run"]).exclude(state=ScoreRun.State.DROPPED).first()
    if run is None:
        return {"shards": 0}
    if run.state == ScoreRun.State.FINISHED:
        return {"shards": index_shards(run)}
    return {"shards": work_shards(run, progress=lambda done, total: lease.progress(done, total), wait=False)}
