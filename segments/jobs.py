"""Background work of segments, by kind of the ledger. What does the work is loaded when it begins."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.local_time import company_day, company_zone
from crm.core.models import JobRun, User

BACK_TEST = "back-test"
CLUSTER_SEARCH = "cluster-search"
WEEKLY_HOUR = 5
SUNDAY = 6


@job_kind(BACK_TEST, label=_("how right were we: the weekly back-test"), lease=timedelta(minutes=10))
def perform_back_test(lease: JobLease) -> dict[str, Any]:
    """Test the base on three evenings of its past."""
    from segments.back_testing import run_back_test

    test = run_back_test(on=date.fromisoformat(lease.params["on"]), progress=lease.progress)
    return {"evenings": len(test.result["evenings"]), "customers": test.sampled, "seconds": round(test.seconds, 1)}


def request_back_test(*, at: datetime, by: User | None = None) -> JobRun:
    """Ask for a back-test on what is known at ``at``, the evening before; asking twice in a minute is one test."""
    on = company_day(at) - timedelta(days=1)
    due_at = at.replace(second=0, microsecond=0)
    return request_job(BACK_TEST, key=on.isoformat(), due_at=due_at, params={"on": on.isoformat()}, by=by)


def request_scheduled_back_test(*, at: datetime) -> JobRun:
    """The back-test of the last Sunday, five o'clock local time; asked every minute, it is one job a week."""
    local = at.astimezone(company_zone())
    start = local.replace(hour=WEEKLY_HOUR, minute=0, second=0, microsecond=0)
    start -= timedelta(days=(start.weekday() - SUNDAY) % 7)
    if start > local:
        start -= timedelta(days=7)
    return request_back_test(at=start)


@job_kind(CLUSTER_SEARCH, label=_("search for new groups of customers"), lease=timedelta(minutes=10))
def perform_cluster_search(lease: JobLease) -> dict[str, Any]:
    """Look once, at the figures of now however late it runs; what is found waits for somebody to decide."""
    from segments.cluster_search import search_clusters

    return asdict(search_clusters(on=company_day(timezone.now())))


def request_cluster_search(*, at: datetime, by: User | None = None) -> JobRun:
    """Ask for a search as of the local day of ``at``; asking twice in a minute is one search."""
    on, due_at = company_day(at).isoformat(), at.replace(second=0, microsecond=0)
    return request_job(CLUSTER_SEARCH, key=on, due_at=due_at, params={"on": on}, by=by)


def request_scheduled_cluster_search(*, at: datetime) -> JobRun:
    """The search of the month, on its first day at five o'clock local time; asked every minute, it is one job."""
    local = at.astimezone(company_zone())
    start = local.replace(day=1, hour=WEEKLY_HOUR, minute=0, second=0, microsecond=0)
    if start > local:
        start = (start - timedelta(days=1)).replace(day=1)
    return request_cluster_search(at=start)
