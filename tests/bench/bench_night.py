"""The demo company loaded; a whole night over a large one, shared by processes; and what the day changes at once."""

import multiprocessing
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

from django.db import connection
from django.utils import timezone

from crm import nightly_run
from crm.celery import load_what_nights_need
from crm.home.demo_company.company import load_demo_company
from crm.nightly_run import run_night
from customers.customer_freshening import freshen_customer
from customers.models import Customer, Order
from customers.purchase_day_rebuild import ingest_orders, rebuild_purchase_days
from segments.models import ScoreRun, Segment, SegmentRule
from segments.score_run import begin_run, finish_run, index_shards, work_shards
from segments.segment_dry_run import try_segment_rule
from tests.bench.figure import note, report, stopwatch

SCORING = ("plan", "score", "finish")
TO_ALERTS = ("ingest", *SCORING, "segments", "alerts")
MILLION = 1_000_000


def count_lines_seconds() -> float:
    """The yardstick: ``count(*)`` over the order lines in the same session, the better of three."""
    times = []
    with connection.cursor() as cursor:
        for _again in range(3):
            with stopwatch() as watch:
                cursor.execute("SELECT count(*) FROM customers_orderline")
            times.append(watch.seconds)
    return min(times)


def bench_demo(customers: int) -> None:
    """Load the demo company of this size, as an admin would."""
    with stopwatch() as watch:
        load_demo_company(customers, at=timezone.localtime())
    report(f"demo_load_{customers}", watch.seconds, "s", limit=30 if customers == 20_000 else None)


def bench_night(customers: int) -> None:
    """The rollup made anew, the first night, and the night after it with two processes."""
    on, yardstick = _find_evening(), count_lines_seconds()
    at = timezone.localtime()
    report(f"count_lines_{customers}", yardstick, "s")
    with stopwatch() as watch:
        rebuild_purchase_days(at=at)
    report(f"rollup_rebuild_{customers}", watch.seconds, "s", limit=15 * customers / MILLION, yardstick=yardstick)
    note("the first night puts everybody into his first segment")
    with stopwatch() as watch:
        run_night(on=on, at=at)
    report(f"first_night_{customers}", watch.seconds, "s", yardstick=yardstick)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with _helpers(1), measure_memory() as memory:
        night = run_night(on=on + timedelta(days=1), at=at + timedelta(days=1))
    for step, milliseconds in night.milliseconds.items():
        report(f"night_{step}_{customers}", milliseconds / 1000, "s")
    yardstick = count_lines_seconds()
    for name, steps, limit in (("scoring", SCORING, 3.0), ("night_to_alerts", TO_ALERTS, 10.0)):
        seconds = sum(night.milliseconds.get(step, 0) for step in steps) / 1000
        report(f"{name}_{customers}", seconds, "s", limit=limit * customers / MILLION, yardstick=yardstick)
    report(f"night_memory_{customers}", max(memory, default=0.0), "MB", limit=250)


def bench_workers(customers: int) -> None:
    """The same evening scored by one, two and four processes: the seconds of each, and that the scores are the same."""
    on, prints = _find_evening() + timedelta(days=2), set()
    ingest_orders(at=timezone.localtime())
    for processes in (1, 2, 4):
        run = begin_run(on=on)
        with stopwatch() as watch:
            if processes == 1:
                work_shards(run)
            else:
                with _helpers(processes - 1, run=run):
                    work_shards(run)
            finish_run(run)
        prints.add(_fingerprint())
        report(f"scoring_by_{processes}_processes_{customers}", watch.seconds, "s")
        index_shards(run)
    report(f"different_scores_of_three_{customers}", len(prints), "results", limit=1)


def bench_day(customers: int) -> None:
    """A day's orders taken in; one order taken in at once; the effect of a rule before it is published."""
    at, on = timezone.localtime(), _find_evening()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_order (customer_id, number, day, amount_cents, cost_cents)"
            " SELECT id, 'BENCH-' || id, %s, 12300, 7000 FROM customers_customer WHERE id %% 150 = 7",
            [on],
        )
    with stopwatch() as watch:
        taken = ingest_orders(at=at)
    report(f"ingest_day_of_{taken.customers}_customers_{customers}", watch.seconds, "s", limit=1)
    times = []
    for customer in Customer.objects.filter(owner__isnull=False).order_by("-id")[:20]:
        Order.objects.create(customer=customer, number=f"ONE-{customer.pk}", day=on, amount_cents=5_000, cost_cents=100)
        with stopwatch() as watch:
            freshen_customer(customer.pk, at=at)
        times.append(watch.seconds * 1000)
    report(f"fresh_after_an_order_{customers}_median", statistics.median(times), "ms", limit=50)
    report(f"fresh_after_an_order_{customers}_slowest", max(times), "ms", limit=1000)
    for segment in Segment.objects.filter(is_fallback=False, archived_at=None).order_by("priority"):
        rule = SegmentRule.objects.filter(segment=segment, state=SegmentRule.State.PUBLISHED).first()
        if rule is not None:
            criteria = {"all": [rule.criteria, {"metric": "days_since_contact", "operator": "at_most", "value": 200}]}
            with stopwatch() as watch:
                try_segment_rule(segment, criteria, on=on)
            report(f"dry_run_{segment.key}_{customers}", watch.seconds, "s", limit=2)


def _find_evening() -> date:
    """The last evening that was scored or sold on, so that a company made some days ago is as it was, and a night takes
    effect: one for an earlier evening would only be kept as history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest((SELECT max(day) FROM customers_order), (SELECT max(as_of) FROM segments_scorerun))"
        )
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _fingerprint() -> str:
    """All scores in force but for the number of their run, as one number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(hashtextextended((to_jsonb(s) - 'run_id')::text, 0)::numeric) FROM segments_current_score s"
        )
        return str(cursor.fetchone()[0])


@contextmanager
def _helpers(number: int, *, run: ScoreRun | None = None) -> Iterator[None]:
    """So many processes beside this one that work at ``run``, or at whatever the night calls for help with."""
    load_what_nights_need()  # as the worker does
    fork = multiprocessing.get_context("fork")
    calls: Any = fork.Queue()
    connection.close()
    workers = [fork.Process(target=_help, args=(calls,), daemon=True) for _nth in range(number)]
    for worker in workers:
        worker.start()
    usual = nightly_run.request_job

    def call(kind: str, **asked: Any) -> None:
        calls.put(asked["params"])

    nightly_run.request_job = call  # type: ignore[assignment]
    if run is not None:
        for _nth in workers:
            calls.put({"run": run.pk, "step": "score"})
    try:
        yield
    finally:
        nightly_run.request_job = usual
        for _nth in workers:
            calls.put(None)
        for worker in workers:
            worker.join()


def _help(calls: Any) -> None:
    while (asked := calls.get()) is not None:
        run = ScoreRun.objects.get(pk=asked["run"])
        if asked["step"] == "index":
            index_shards(run)
        elif run.state == ScoreRun.State.SCORING:
            work_shards(run, wait=False)
    connection.close()


@contextmanager
def measure_memory() -> Iterator[list[float]]:
    """The memory of this process and those it started, shared pages counted once, five times a second; MB."""
    seen: list[float] = []
    over = Event()

    def watch() -> None:
        while not over.wait(0.2):
            children = {child.pid for child in multiprocessing.active_children()}
            seen.append(sum(map(_read_memory, {"self", *children})) / 1024)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _read_memory(process: "str | int | None") -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
