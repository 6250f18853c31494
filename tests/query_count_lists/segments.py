"""The lists of ``segments``."""

from typing import Any

from segments.models import Process, Segment
from tests import factories
from tests.query_count_lists import ListPage

ONE_PROCESS = 4_711


def _make_processes(rows: int, cast: Any) -> None:
    """``rows`` segments with the same flow; that of the process ``ONE_PROCESS`` has as many versions more."""
    first = Segment.objects.filter(key="hexagon").first() or factories.make_segment("hexagon")
    Process.objects.get_or_create(pk=ONE_PROCESS, defaults={"segment": first, "flow": "deliver"})
    for _number in range(rows):
        one = f"s{Segment.objects.count()}"
        segment = Segment.objects.create(key=one, name=one, mark="plus", priority=100 + Segment.objects.count())
        factories.make_process(segment, "deliver", [{}, {}])
        factories.make_process(first, "deliver", [{}, {}, {}])


LISTS: list[ListPage] = [
    ListPage("matrix of processes", "/settings/processes/", _make_processes, "admin"),
    ListPage("one process", f"/settings/processes/{ONE_PROCESS}/", _make_processes, "admin", most_queries=15),
]
