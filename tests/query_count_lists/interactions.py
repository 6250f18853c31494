"""The lists of ``interactions``."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from interactions.process_running import start_process
from segments.models import Segment
from tests import factories
from tests.query_count_lists import ListPage

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
_keys = count(1)


def make_runs(number: int, cast: Any) -> None:
    """Proposals of the rep's customers, each at its first step."""
    segment = Segment.objects.filter(key="premium").first()
    if segment is None:
        segment = factories.make_segment()
        factories.make_process(segment, "propose", [{}, {}])
    for _number in range(number):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        factories.put_in_segment(customer, segment)
        start_process(customer, flow="propose", key=f"P-{next(_keys)}", by=cast.rep, at=AT)


LISTS: list[ListPage] = [
    ListPage("pipeline", "/pipeline/", make_runs),
    ListPage("pipeline as a list", "/pipeline/?show=list", make_runs),
    ListPage("what became of proposals", "/pipeline/results/", make_runs),
    ListPage("processes, ended too", "/pipeline/all/", make_runs),
]
