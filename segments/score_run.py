"""One evening's scoring of everybody: planned once, scored in shards by any number of workers, finished once.

Killed at any point and started again it comes to the same bytes: the figures and the plan are frozen when the run is
planned, a shard is one transaction, and finishing is one transaction that readers see as a whole or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from crm.core.models.business_setting import setting
from customers.purchase_day_rebuild import ingest_customer
from segments.model_fitting import fit_models
from segments.models import ScoreRun, ScoreShard
from segments.rules.abc_classes import GRADES, ClassCuts, ClassLines, draw_pareto_curve, find_class_cuts
from segments.rules.churn_risk import LEAST_AGE_DAYS, LEAST_PURCHASES_FOR_RHYTHM
from segments.rules.customer_scoring import ScoringPlan, score_customers
from segments.rules.rank_ladder import build_ladder
from segments.rules.rfm import find_rfm_cuts
from segments.score_gathering import (
    drop_figures,
    freeze_figures,
    gather_customer,
    name_figures_table,
    read_columns,
    read_figures,
)
from segments.score_keeping import drop_run, list_outdated_runs
from segments.score_writing import COLUMN_NAMES, SCORE_COLUMNS, name_run_table, name_shard_table, write_shard

SHARD_IDS = 100_000
EPOCH = date(1970, 1, 1)


class FiguresLostError(Exception):
    """The frozen figures of a run are gone (the database crashed): the run must be planned anew."""


@dataclass(frozen=True)
class FinishedRun:
    """``switched`` is false for the run of an evening before the current one: it is kept, but nobody reads it."""

    run: ScoreRun
    switched: bool


@transaction.atomic
def plan_run(*, on: date) -> ScoreRun:
    """The unfinished run for the evening of ``on``, or a new one with its figures, plan and shards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('score-plan'))")
    unfinished = ScoreRun.objects.filter(as_of=on, state=ScoreRun.State.SCORING).order_by("-attempt").first()
    if unfinished is not None:
        if _figures_are_whole(unfinished):
            return unfinished
        drop_run(unfinished)
    attempt = ScoreRun.objects.filter(as_of=on).aggregate(last=Max("attempt"))["last"] or 0
    run = ScoreRun.objects.create(as_of=on, attempt=attempt + 1)
    run.customers = freeze_figures(run.pk, on=on)
    run.plan = _make_plan(run.pk, on=on)
    run.save(update_fields=["customers", "plan"])
    _cut_into_shards(run)
    return run


def score_shard(run: ScoreRun, number: int) -> bool:
    """Score one range of customers; ``False`` when it is done or another worker is at it."""
    return _score_next(run, number=number, wait=False)


def work_shards(run: ScoreRun, *, progress: Callable[[int, int], None] | None = None, wait: bool = True) -> int:
    """Score shards until none is left; returns how many this call did.

    With ``wait`` those that others hold are waited for, and done here when their worker dies. ``progress`` is called
    with shards done and shards in all, inside the transaction of the shard.
    """
    done = 0
    while _score_next(run, progress=progress, wait=False):
        done += 1
    while wait and run.shards.filter(done_at=None).exists():
        done += _score_next(run, progress=progress, wait=True)
    return done


@transaction.atomic
def finish_run(run: ScoreRun) -> FinishedRun:
    """Put the scores in force: one switch for all readers. Doing it again changes nothing.

    A run of an evening before the current one is kept without a switch. Raises ``ValueError`` when shards are missing.
    """
    run = ScoreRun.objects.select_for_update().get(pk=run.pk)
    current = ScoreRun.objects.filter(is_current=True).first()
    if run.state == ScoreRun.State.FINISHED:
        return FinishedRun(run, switched=run.is_current)
    if run.shards.filter(done_at=None).exists():
        raise ValueError(f"Run {run} has shards that are not scored.")
    _attach_shards(run)
    switched = current is None or current.as_of <= run.as_of
    if switched:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20s'")
            cursor.execute(
                f"CREATE OR REPLACE VIEW segments_current_score AS SELECT {COLUMN_NAMES} FROM {name_run_table(run.pk)}"
            )
        ScoreRun.objects.filter(is_current=True).update(is_current=False)
    run.state, run.is_current = ScoreRun.State.FINISHED, switched
    run.save(update_fields=["state", "is_current"])
    ScoreRun.objects.filter(pk=run.pk).update(finished_at=Now())
    drop_figures(run.pk)
    for outdated in list_outdated_runs(run):
        drop_run(outdated)
    return FinishedRun(run, switched=switched)


@transaction.atomic
def score_customer(customer_id: int, *, on: date) -> bool:
    """Score one customer again as of ``on`` by the plan of the current run, as it is in force for all others.

    His orders are taken in first. ``False`` where there is no run yet, or the customer is archived.
    """
    run = ScoreRun.objects.filter(is_current=True).first()
    if run is None:
        return False
    ingest_customer(customer_id)
    figures = gather_customer(customer_id, on=on)
    if not len(figures):
        return False
    as_of_day = (on - EPOCH).days
    plan = replace(ScoringPlan.from_json(run.plan["scoring"]), as_of_day=as_of_day)
    columns = score_customers(figures, plan)
    values = [_to_python(columns, name, kind, run_id=run.pk, on=on) for name, kind in SCORE_COLUMNS]
    table = name_run_table(run.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE customer_id = %s", [customer_id])
        cursor.execute(f"INSERT INTO {table} ({COLUMN_NAMES}) VALUES ({', '.join(['%s'] * len(values))})", values)
    return True


# --- planning --------------------------------------------------------------------------------------------------------


def _figures_are_whole(run: ScoreRun) -> bool:
    table = name_figures_table(run.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT count(*) FROM {table}")
        return bool(cursor.fetchone()[0] == run.customers)


def _make_plan(run_id: int, *, on: date) -> dict[str, Any]:
    """Cut points, means and models; and what pages show of the whole base."""
    as_of_day = (on - EPOCH).days
    fields = (("customer_id", "i8"), ("sales_12m", "i8"), ("last_day", "i4"), ("purchase_days_12m", "i4"))
    rows = read_columns(
        f"SELECT customer_id, sales_12m, last_day, purchase_days_12m FROM {name_figures_table(run_id)}"
        " WHERE purchase_days > 0",
        fields,
    )
    lines = ClassLines(100 * setting("classes.a_share"), 100 * setting("classes.b_share"))
    cuts = find_class_cuts(rows["customer_id"], rows["sales_12m"], lines=lines)
    mean_rate, margin_share, repeat_rate, service_per_purchase = _measure_means(run_id, as_of_day)
    scoring = ScoringPlan(
        as_of_day=as_of_day,
        horizon_days=int(setting("risk.horizon_days")),
        knob=float(setting("risk.knob")),
        mean_rate=mean_rate,
        margin_share=margin_share,
        repeat_rate=repeat_rate,
        grade_cuts=cuts.cuts,
        rfm_cuts=find_rfm_cuts(as_of_day - rows["last_day"], rows["purchase_days_12m"], rows["sales_12m"]),
        models=fit_models(run_id, on=on, as_of_day=as_of_day),
        fall_warning=float(setting("fall.warning")),
        fall_critical=float(setting("fall.critical")),
        service_per_purchase=service_per_purchase,
    )
    return {
        "scoring": scoring.to_json(),
        "classes": _describe_classes(cuts),
        "pareto": _draw_pareto(rows["sales_12m"]),
        "ladder": build_ladder(rows["customer_id"], rows["sales_12m"]),
    }


def _describe_classes(cuts: ClassCuts) -> dict[str, Any]:
    return {
        letter: {
            "customers": cuts.share_of_customers(letter),
            "sales": cuts.share_of_revenue(letter),
            "count": sum(n for grade, n in zip(GRADES, cuts.customers, strict=True) if grade[0] == letter),
        }
        for letter in "ABC"
    }


def _draw_pareto(sales: Any) -> list[list[float]]:
    heads, share = draw_pareto_curve(sales)
    return [[round(float(x), 6), round(float(y), 6)] for x, y in zip(heads, share, strict=True)]


def _measure_means(run_id: int, as_of_day: int) -> tuple[float, float, float, float]:
    """Mean margin a day of customers with a rhythm, margin as a share of sales, share of customers who came back, and
    the cost to serve a purchase."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(avg((amount - cost) / greatest(%(day)s - first_day, %(least)s)::numeric)"
            "           FILTER (WHERE purchase_days >= %(rhythm)s), 0)::float8,"
            "       coalesce(1 - sum(cost) / nullif(sum(amount), 0), 1)::float8,"
            "       coalesce(avg((purchase_days > 1)::integer), 0)::float8,"
            "       coalesce(sum(service_12m)::numeric / nullif(sum(purchase_days_12m), 0), 0)::float8"
            f" FROM {name_figures_table(run_id)} WHERE purchase_days > 0 AND contract = 0",
            {"day": as_of_day, "least": LEAST_AGE_DAYS, "rhythm": LEAST_PURCHASES_FOR_RHYTHM},
        )
        mean_rate, margin_share, repeat_rate, service = cursor.fetchone()
    return mean_rate, min(max(margin_share, -1.0), 1.0), repeat_rate, service


def _cut_into_shards(run: ScoreRun) -> None:
    """Ranges of 100,000 ids; the first and the last are open to their sides, for customers who come by day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT customer_id / {SHARD_IDS}, count(*) FROM {name_figures_table(run.pk)} GROUP BY 1 ORDER BY 1"
        )
        counts = dict(cursor.fetchall())
    numbers = sorted(counts) or [0]
    ScoreShard.objects.bulk_create(
        ScoreShard(
            run=run,
            number=number,
            first_id=0 if number == numbers[0] else number * SHARD_IDS,
            next_id=2**62 if number == numbers[-1] else _next_start(numbers, number),
            rows=counts.get(number, 0),
        )
        for number in numbers
    )


def _next_start(numbers: list[int], number: int) -> int:
    """A shard reaches up to the next one that has customers, so every id has its place."""
    return numbers[numbers.index(number) + 1] * SHARD_IDS


# --- scoring ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def _score_next(
    run: ScoreRun,
    *,
    wait: bool,
    number: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> bool:
    """Take a shard nobody has done and score it; with ``wait``, one that somebody holds, once he lets go of it."""
    shards = ScoreShard.objects.filter(run=run, done_at=None).order_by("number")
    if number is not None:
        shards = shards.filter(number=number)
    shard = shards.select_for_update(skip_locked=not wait, no_key=True).first()
    if shard is None:
        return False
    figures = read_figures(run.pk, first_id=shard.first_id, next_id=shard.next_id)
    if len(figures) != shard.rows:
        raise FiguresLostError(str(run))
    plan = ScoringPlan.from_json(run.plan["scoring"])
    write_shard(
        score_customers(figures, plan),
        run_id=run.pk,
        as_of_day=plan.as_of_day,
        number=shard.number,
        first_id=shard.first_id,
        next_id=shard.next_id,
    )
    ScoreShard.objects.filter(pk=shard.pk).update(done_at=Now())
    if progress is not None:
        all_shards = ScoreShard.objects.filter(run=run)
        progress(all_shards.exclude(done_at=None).count(), all_shards.count())
    return True


# --- finishing -------------------------------------------------------------------------------------------------------


def _attach_shards(run: ScoreRun) -> None:
    """Make one table of the shards and hang it into the history; the checks on the shards spare any reading."""
    table = name_run_table(run.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table} (LIKE segments_score INCLUDING ALL, CONSTRAINT of_run CHECK (run_id = {run.pk}))"
            " PARTITION BY RANGE (customer_id)"
        )
        for shard in run.shards.order_by("number"):
            cursor.execute(
                f"ALTER TABLE {table} ATTACH PARTITION {name_shard_table(run.pk, shard.number)}"
                f" FOR VALUES FROM ({shard.first_id}) TO ({shard.next_id})"
            )
        cursor.execute(f"ALTER TABLE segments_score ATTACH PARTITION {table} FOR VALUES IN ({run.pk})")


def _to_python(columns: dict[str, Any], name: str, kind: str, *, run_id: int, on: date) -> Any:
    """The single value of a column as the database driver takes it."""
    if name in {"run_id", "as_of"}:
        return run_id if name == "run_id" else on
    value = columns[name][0]
    if value is np.ma.masked or (kind == "f8" and np.isnan(value)):
        return None
    if kind == "date":
        return date.fromordinal(EPOCH.toordinal() + int(value))
    return str(value) if kind.startswith("S") else float(value) if kind == "f8" else int(value)
