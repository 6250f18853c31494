"""The night: what is recomputed every evening, as a recipe.

ingest → plan → shards → finish → move segments → raise alerts and open their tasks → indexes of sorted lists → figures
of the segments → lists → items and families; at last the next evening is spared what can be known already (once a week
the fit of the models), and the tables it wrote to are tidied. Each step is idempotent for its evening; a night that is
killed goes on where it stopped and comes to the same result. Other workers join in scoring and in making the indexes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any, TypeVar

from crm.core.job_ledger import request_job
from crm.core.process_memory import keep_freed_memory
from crm.core.table_tidying import tidy_tables
from crm.night_steps import SCORING_HELP, STEPS
from customers.item_rollup import take_in_items
from customers.models import ItemDay, PurchaseDay, PurchaseHistory, PurchaseState
from customers.purchase_day_rebuild import ingest_orders
from interactions.alert_raising import EveningOfAlerts, raise_alerts
from interactions.below_zero_deciding import open_due_reviews
from interactions.models import Alert, Task
from interactions.second_order_habit import learn_second_orders_ahead
from segments.below_zero_keeping import keep_below_zero
from segments.care_figures import write_care_figures
from segments.figure_keeping import FiguresLostError
from segments.gathering_ahead import forget_rewritten, note_crossings_ahead, note_segments_ahead
from segments.models import BelowZeroSpell, Membership, ScoreRun, WorstSign
from segments.plan_making import learn_ahead
from segments.score_keeping import forget_sorting
from segments.score_run import begin_run, finish_run, index_shards, plan_run, work_shards
from segments.segment_assignment import AssignmentReport, assign_segments
from segments.segment_editing import publish_due_rules
from segments.segment_figures import write_segment_figures
from segments.value_list_writing import write_value_lists

MOST_HELPERS = 7
WRITTEN_AT_NIGHT = (
    *(Membership, BelowZeroSpell, WorstSign, Task, Alert),
    *(ItemDay, PurchaseDay, PurchaseHistory, PurchaseState),
)

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
    with keep_freed_memory():
        run = finished or watch.time("plan", lambda: _plan(on=on, at=at))
        report.run_id, report.customers = run.pk, run.customers
        if finished is None:
            run = watch.time("score", lambda: _score(run, on=on, watch=watch))
            report.run_id = run.pk
        report.switched = watch.time("finish", lambda: finish_run(run)).switched
    if report.switched:
        assigned = watch.time("segments", lambda: _move_segments(on=on, at=at))
        report.came, report.moved = assigned.came, assigned.moved
        report.alerts = watch.time("alerts", lambda: _raise_alerts(on=on, at=at)).raised
    _call_helpers(run, at=at, step="index")  # not sooner: both cores are busy with the passes before
    watch.time("index", lambda: index_shards(run))
    if report.switched:
        forget_sorting(run)
        watch.time("figures", lambda: _write_figures(on=on))
        report.lists = watch.time("lists", lambda: write_value_lists(on=on))
    watch.time("items", take_in_items)
    if report.switched:
        learn_ahead(run)
        learn_second_orders_ahead(on=on)
        note_crossings_ahead(run)
        note_segments_ahead(run)
    forget_rewritten()
    tidy_tables(*WRITTEN_AT_NIGHT)
    ScoreRun.objects.filter(pk=run.pk).update(milliseconds=report.milliseconds)
    return report


def _move_segments(*, on: date, at: datetime) -> AssignmentReport:
    """Rules whose day has come, then everybody into his segment."""
    publish_due_rules(on=on + timedelta(days=1), at=at)
    return assign_segments(on=on)


def _raise_alerts(*, on: date, at: datetime) -> EveningOfAlerts:
    """The alerts of the evening, and what was to be looked at again by now."""
    raised = raise_alerts(on=on, at=at)
    open_due_reviews(at=at)
    return raised


def _write_figures(*, on: date) -> None:
    """What dashboards show of the segments, and since when somebody is below zero."""
    write_segment_figures(on=on)
    write_care_figures(on=on)
    keep_below_zero(on=on)


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


def _call_helpers(run: ScoreRun, *, at: datetime, step: str = "score") -> None:
    """Ask idle workers to work at the shards too; whoever comes late finds nothing left to do."""
    shards = run.shards.filter(indexed_at=None).count()
    for number in range(min(shards - 1, MOST_HELPERS)):
        request_job(SCORING_HELP, key=f"{run.pk}/{step}/{number}", due_at=at, params={"run": run.pk, "step": step})
