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
from django.db.models import Max, Sum
from django.db.models.functions import Now

from crm.core.process_memory import give_back_memory, keep_freed_memory
from crm.core.statement_planning import commit_without_waiting
from customers.purchase_day_rebuild import ingest_customer
from segments.contract_renewals import score_with_contracts
from segments.figure_keeping import (
    PIECES,
    FiguresLostError,
    are_figures_kept,
    drop_figures,
    iterate_figures,
    list_pieces,
    make_figures_table,
)
from segments.models import RefreshedCustomer, ScoreRun, ScoreShard
from segments.plan_making import make_plan
from segments.rules.customer_scoring import Columns, ScoringPlan
from segments.run_snapshot import take_snapshot
from segments.score_gathering import (
    describe_counting,
    freeze_figures,
    gather_customer,
    gather_segments,
    note_late_customers,
)
from segments.score_keeping import drop_run, list_outdated_runs
from segments.score_writing import (
    COLUMN_NAMES,
    OF_RUN,
    SCORE_COLUMNS,
    index_shard,
    name_run_table,
    name_shard_table,
    write_shard,
)
from segments.segment_noting import hold_segment, note_moved

SHARD_IDS = 100_000
BEGUN_PART = 10  # of a range; with its first tenth alone the last is no shard of its own, to be waited for
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class FinishedRun:
    """``switched`` is false for the run of an evening before the current one: it is kept, but nobody reads it."""

    run: ScoreRun
    switched: bool


@transaction.atomic
def begin_run(*, on: date) -> ScoreRun:
    """The unfinished run for the evening of ``on``, or a new one with its shards, ready to be worked at by anybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('score-plan'))")
    unfinished = ScoreRun.objects.filter(as_of=on, state=ScoreRun.State.SCORING).order_by("-attempt").first()
    if unfinished is not None:
        if are_figures_kept(unfinished.pk):
            return unfinished
        drop_run(unfinished)
    attempt = ScoreRun.objects.filter(as_of=on).aggregate(last=Max("attempt"))["last"] or 0
    run = ScoreRun.objects.create(as_of=on, attempt=attempt + 1, snapshot=take_snapshot())
    make_figures_table(run.pk, about=describe_counting())
    note_late_customers(run)
    _cut_into_shards(run)
    return run


@keep_freed_memory()
def plan_run(*, on: date) -> ScoreRun:
    """The unfinished run for the evening of ``on``, or a new one, with its figures gathered and its plan made.

    Others who work at the run gather with this call. Raises ``FiguresLostError``.
    """
    run = begin_run(on=on)
    _gather_all(run)
    _plan_once(run)
    return run


def score_shard(run: ScoreRun, number: int) -> bool:
    """Score one range of customers; ``False`` when it is done or another worker is at it."""
    return _score_next(run, number=number, wait=False)


@keep_freed_memory()
def work_shards(run: ScoreRun, *, progress: Callable[[int, int], None] | None = None, wait: bool = True) -> int:
    """Gather, plan and score whatever of the run nobody else has; returns how many shards this call scored.

    Gathering and the plan are always waited for. With ``wait`` shards that others score are waited for too, and done
    here when their worker dies. ``progress`` is called with shards done and shards in all, inside the transaction of
    the shard. Raises ``FiguresLostError``.
    """
    _gather_all(run)
    _plan_once(run)
    done = 0
    while _score_next(run, progress=progress, wait=False):
        done += 1
    while wait and run.shards.filter(done_at=None).exists():
        done += _score_next(run, progress=progress, wait=True)
    return done


@transaction.atomic
def finish_run(run: ScoreRun) -> FinishedRun:
    """Put the scores in force: one switch for all readers. Doing it again changes nothing.

    Whoever was scored by day since the run began is scored again in it, so no order is hidden by a night that did not
    know it. A run of an evening before the current one is kept without a switch. Raises ``ValueError`` when shards are
    missing.
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
        known = _score_refreshed(run, known=set())
        _switch_view(run)
        _score_refreshed(run, known=known)
        ScoreRun.objects.filter(is_current=True).update(is_current=False)
    run.state, run.is_current = ScoreRun.State.FINISHED, switched
    run.save(update_fields=["state", "is_current"])
    ScoreRun.objects.filter(pk=run.pk).update(finished_at=Now())
    for unread in ([current] if current else []) if switched else [run]:
        drop_figures(unread.pk)  # those of the run in force are taken over by the next night
    for outdated in list_outdated_runs(run):
        drop_run(outdated)
    return FinishedRun(run, switched=switched)


def index_shards(run: ScoreRun) -> int:
    """Make the indexes by which lists are sorted, shard by shard, beside any other worker; returns how many it did.

    After the switch: readers find the new scores by customer at once, and sorted lists are slower until it is done.
    """
    done = 0
    while _index_next(run):
        done += 1
    return done


@transaction.atomic
def score_customer(customer_id: int, *, on: date) -> bool:
    """Score one customer again as of ``on`` by the plan of the current run, as it is in force for all others.

    His orders are taken in first. Nobody goes back behind the evening of the run, whatever day an act was dated or
    the company's clock was set back to. ``False`` where there is no run yet, or the customer is archived.
    """
    hold_segment(customer_id)
    run = ScoreRun.objects.filter(is_current=True).first()
    if run is None:
        return False
    on = max(on, run.as_of)
    ingest_customer(customer_id)
    if not _write_score(run, customer_id, on=on):
        return False
    RefreshedCustomer.objects.create(customer_id=customer_id, day=on)
    return True


def _write_score(run: ScoreRun, customer_id: int, *, on: date) -> bool:
    """Replace the row of one customer in the tables of ``run``; ``False`` for an archived customer."""
    figures = gather_customer(customer_id, on=on)
    if not len(figures):
        return False
    plan = replace(ScoringPlan.from_json(run.plan["scoring"]), as_of_day=(on - EPOCH).days)
    columns = _score(figures, plan, segments=gather_segments(figures["customer_id"]))
    values = [_to_python(columns, name, kind, run_id=run.pk, on=on) for name, kind in SCORE_COLUMNS]
    table = name_run_table(run.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE customer_id = %s", [customer_id])
        cursor.execute(f"INSERT INTO {table} ({COLUMN_NAMES}) VALUES ({', '.join(['%s'] * len(values))})", values)
    return True


# --- planning --------------------------------------------------------------------------------------------------------


def _gather_all(run: ScoreRun) -> None:
    """Gather what nobody has; then wait for what others hold, and do it here when their worker dies."""
    while _gather_next(run, wait=False):
        pass
    while run.shards.filter(gathered_at=None).exists():
        _gather_next(run, wait=True)
    give_back_memory()


@transaction.atomic
def _gather_next(run: ScoreRun, *, wait: bool) -> bool:
    shards = ScoreShard.objects.filter(run=run, gathered_at=None).order_by("number")
    shard = shards.select_for_update(skip_locked=not wait, no_key=True).first()
    if shard is None:
        return False
    commit_without_waiting()
    if not are_figures_kept(run.pk):
        raise FiguresLostError(str(run))
    inner = [piece * SHARD_IDS // PIECES for piece in list_pieces(shard.number)[1:]]
    rows = freeze_figures(run.pk, number=shard.number, edges=[shard.first_id, *inner, shard.next_id], on=run.as_of)
    ScoreShard.objects.filter(pk=shard.pk).update(rows=rows, gathered_at=Now())
    return True


@transaction.atomic
def _plan_once(run: ScoreRun) -> None:
    """Make the plan unless somebody has; whoever comes while it is made waits for it."""
    locked = ScoreRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if not locked.plan and locked.state == ScoreRun.State.SCORING:
        locked.plan = make_plan(locked)
        locked.customers = locked.shards.aggregate(all=Sum("rows"))["all"] or 0
        locked.save(update_fields=["plan", "customers"])
    run.plan, run.customers = locked.plan, locked.customers


def _cut_into_shards(run: ScoreRun) -> None:
    """Ranges of 100,000 ids; the first and the last are open to their sides, for customers who come by day."""
    numbers = _list_ranges() or [0]
    ScoreShard.objects.bulk_create(
        ScoreShard(
            run=run,
            number=number,
            first_id=0 if number == numbers[0] else number * SHARD_IDS,
            next_id=2**62 if number == numbers[-1] else _next_start(numbers, number),
        )
        for number in numbers
    )


def _list_ranges() -> list[int]:
    """The ranges that hold any customer, from one range to the next: a look-up each, not a count of everybody. A last
    one that has just begun goes with the one before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE ranges AS (
                SELECT min(id) / %(ids)s AS place FROM customers_customer
                UNION ALL
                SELECT (SELECT min(c.id) / %(ids)s FROM customers_customer c WHERE c.id >= (ranges.place + 1) * %(ids)s)
                FROM ranges WHERE ranges.place IS NOT NULL
            ) SELECT place FROM ranges
            WHERE place = (SELECT min(id) / %(ids)s FROM customers_customer)
                OR place * %(ids)s + %(first)s <= (SELECT max(id) FROM customers_customer)
            ORDER BY place
            """,
            {"ids": SHARD_IDS, "first": SHARD_IDS // BEGUN_PART},
        )
        return [number for (number,) in cursor.fetchall()]


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
    commit_without_waiting()
    plan = ScoringPlan.from_json(run.plan["scoring"])
    rows = write_shard(
        (
            _score(part, plan, segments=part["segment_number"])
            for part in iterate_figures(run.pk, numbers=list_pieces(shard.number))
        ),
        run_id=run.pk,
        as_of_day=plan.as_of_day,
        number=shard.number,
        first_id=shard.first_id,
        next_id=shard.next_id,
    )
    if rows != shard.rows:
        raise FiguresLostError(str(run))
    ScoreShard.objects.filter(pk=shard.pk).update(done_at=Now())
    if progress is not None:
        all_shards = ScoreShard.objects.filter(run=run)
        progress(all_shards.exclude(done_at=None).count(), all_shards.count())
    return True


def _score(figures: Any, plan: ScoringPlan, *, segments: Any) -> Columns:
    """All columns of the scores of some customers, who come by their ids."""
    return score_with_contracts(figures, plan) | {"segment_number": segments}


@transaction.atomic
def _index_next(run: ScoreRun) -> bool:
    shards = ScoreShard.objects.filter(run=run, indexed_at=None, run__state=ScoreRun.State.FINISHED).order_by("number")
    shard = shards.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if shard is None:
        return False
    table = name_shard_table(run.pk, shard.number)
    note_moved(table, first_id=shard.first_id, next_id=shard.next_id)
    index_shard(run.pk, shard.number)
    ScoreShard.objects.filter(pk=shard.pk).update(indexed_at=Now(), noted_at=Now())
    return True


# --- finishing -------------------------------------------------------------------------------------------------------


def _attach_shards(run: ScoreRun) -> None:
    """Make one table of the shards and hang it into the history; the checks on the shards spare any reading.

    Its key takes over those of the shards: only by it the planner knows that a customer has one row in all of them,
    and whoever merges everybody with his scores need not keep rows to come back to (a quarter less of the passes).
    """
    table = name_run_table(run.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {table} (LIKE segments_score INCLUDING ALL, PRIMARY KEY (customer_id))"
            " PARTITION BY RANGE (customer_id)"
        )
        for shard in run.shards.order_by("number"):
            cursor.execute(
                f"ALTER TABLE {table} ATTACH PARTITION {name_shard_table(run.pk, shard.number)}"
                f" FOR VALUES FROM ({shard.first_id}) TO ({shard.next_id})"
            )
        cursor.execute(f"ALTER TABLE segments_score ATTACH PARTITION {table} FOR VALUES IN ({run.pk})")


def _switch_view(run: ScoreRun) -> None:
    """From here until the commit readers wait, for a moment; whoever scored somebody by day has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '20s'")
        cursor.execute(
            f"CREATE OR REPLACE VIEW segments_current_score AS SELECT {COLUMN_NAMES} FROM {name_run_table(run.pk)}"
        )


def _score_refreshed(run: ScoreRun, *, known: set[int]) -> set[int]:
    """Score again in ``run`` who was scored by day since it began, but for the rows ``known``; returns all such rows.

    A snapshot never lists its own transaction as running, so what this very one did is always taken for later; scoring
    twice changes nothing. What is old enough for every run to know it is forgotten.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id, r.customer_id, r.day FROM segments_refreshedcustomer r"
            " WHERE NOT pg_visible_in_snapshot(r.transaction::text::xid8, %s::pg_snapshot)"
            " OR r.transaction = pg_current_xact_id()::text::bigint"
            " ORDER BY r.customer_id, r.day",
            [run.snapshot],
        )
        later = [row for row in cursor.fetchall() if row[0] not in known]
        cursor.execute("DELETE FROM segments_refreshedcustomer WHERE day < %s::date - 3", [run.as_of])
    for customer_id, day in {customer_id: max(day, run.as_of) for _id, customer_id, day in later}.items():
        _write_score(run, customer_id, on=day)
    return known | {row[0] for row in later}


def _to_python(columns: dict[str, Any], name: str, kind: str, *, run_id: int, on: date) -> Any:
    """The single value of a column as the database driver takes it."""
    if name in OF_RUN:
        return run_id if name == "run_id" else on
    value = columns[name][0]
    if value is np.ma.masked or (kind == "f8" and np.isnan(value)):
        return None
    if kind == "date":
        return date.fromordinal(EPOCH.toordinal() + int(value))
    return str(value) if kind.startswith("S") else float(value) if kind == "f8" else int(value)
