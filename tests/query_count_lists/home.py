"""The lists of ``home``."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from crm.core.models import JobRun
from segments.models import Segment
from tests import factories
from tests.query_count_lists import ListPage

_microseconds = count()


def _make_holms(rows: int, cast: Any) -> None:
    for number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team, name=f"Bruder Holm {number}")
        factories.make_person(customer, name=f"Søren Holm {number}")


def _make_jobs(rows: int, cast: Any) -> None:
    for _number in range(rows):
        due = timezone.now() + timedelta(microseconds=next(_microseconds))
        JobRun.objects.create(kind="import-read", key="1", due_at=due, state="done", requested_by=cast.lead)
        JobRun.objects.create(kind="night", key="2026-03-02", due_at=due, state="done", requested_by=cast.lead)


def _make_tasks(rows: int, cast: Any) -> None:
    """Follow-ups of the rep, each for another customer with a person, a phone and a segment."""
    segment = Segment.objects.filter(key="premium").first() or factories.make_segment(cadence_days=30)
    for _number in range(rows):
        customer = factories.make_customer(owner=cast.rep, team=cast.rep.team)
        factories.put_in_segment(customer, segment)
        factories.make_person(customer)
        factories.make_task(customer, due_at=datetime(2026, 1, 5, 9, tzinfo=UTC))


LISTS: list[ListPage] = [
    ListPage("my day", "/", _make_tasks),
    ListPage("search", "/search/?q=holm", _make_holms),
    ListPage("jobs", "/jobs/", _make_jobs, "admin"),
]
