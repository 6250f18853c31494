"""Everybody compared with everybody by the keys they share, as on a Sunday night."""

import resource

from django.utils import timezone

from customers.duplicate_search import search_duplicates
from tests.bench.bench_night import MILLION, count_lines_seconds, measure_memory
from tests.bench.figure import report, stopwatch
from tests.bench.page_cost import Visit, measure_processor

LIMIT_S = 60  # at a million


def bench_duplicates(customers: int) -> None:
    """Seconds of the clock and of the processor, the memory of this process at its highest, the pairs left open."""
    yardstick, cost = count_lines_seconds(), Visit()
    others = _children_seconds()
    with measure_memory() as memory, stopwatch() as watch, measure_processor(cost):
        found = search_duplicates(at=timezone.now(), is_whole=True)
    limit = LIMIT_S * customers / MILLION
    report(f"duplicates_everybody_{customers}", watch.seconds, "s", limit=limit, yardstick=yardstick)
    report(f"duplicates_everybody_processor_{customers}", cost.python_ms / 1000, "s")
    report(f"duplicates_everybody_second_process_{customers}", _children_seconds() - others, "s")
    report(f"duplicates_everybody_database_{customers}", cost.database_ms / 1000, "s")
    report(f"duplicates_everybody_memory_{customers}", max(memory, default=0.0), "MB")
    report(f"duplicates_candidates_{customers}", found.candidates, "pairs")
    report(f"duplicates_open_{customers}", found.open_pairs, "pairs")


def _children_seconds() -> float:
    """Processor of the processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
