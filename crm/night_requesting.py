"""The night in the job ledger: who asks for it and when. The recipe is ``crm/nightly_run.py``.

The recipe is loaded when a night begins: what it computes with takes a second, and web, beat and commands only ask.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.core.job_ledger import JobLease, job_kind, request_job
from crm.core.local_time import company_day, company_zone
from crm.core.models import JobRun, User
from crm.core.models.business_setting import setting
from crm.night_steps import SCORING_HELP
from customers.jobs import request_alike
from customers.peer_groups import has_peers
from segments.models import ScoreRun

NIGHT = "night"
PORTFOLIOS = "portfolios"


def request_night(*, on: date, due_at: datetime, by: User | None = None) -> JobRun:
    """Ask for the night of the evening ``on``; asking again for the same moment is the same night."""
    return request_job(NIGHT, key=on.isoformat(), due_at=due_at, params={"on": on.isoformat()}, by=by)


def request_scheduled_night(*, at: datetime) -> JobRun | None:
    """The night that the settings ask for at ``at``, of the evening before; ``None`` before its hour.

    Asked every minute, by any number of schedulers, it is one job a day. Where the clock is put back the hour strikes
    twice: the first counts.
    """
    local = at.astimezone(company_zone())
    start = local.replace(hour=int(setting("night.hour")), minute=0, second=0, microsecond=0, fold=0)
    if local < start:
        return None
    return request_night(on=company_day(at) - timedelta(days=1), due_at=start)


@job_kind(NIGHT, label=_("night"), lease=timedelta(minutes=5))
def perform_night(lease: JobLease) -> dict[str, Any]:
    """One night of the ledger; its progress and times by step are on its row."""

    from crm.nightly_run import run_night

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
    request_job(PORTFOLIOS, key=lease.params["on"], due_at=timezone.now())
    return report.to_json()


@job_kind(SCORING_HELP, label=_("help with scoring"), lease=timedelta(minutes=5))
def help_scoring(lease: JobLease) -> dict[str, Any]:
    """Work at the shards of a run beside the worker that leads the night, at the step that it asked for."""
    from segments.score_run import index_shards, work_shards

    run = ScoreRun.objects.filter(pk=lease.params["run"]).exclude(state=ScoreRun.State.DROPPED).first()
    if run is None:
        return {"shards": 0}
    if lease.params.get("step") == "index":
        return {"shards": index_shards(run)}
    if run.state == ScoreRun.State.FINISHED:  # others were quicker
        return {"shards": 0}
    return {"shards": work_shards(run, progress=lambda done, total: lease.progress(done, total), wait=False)}
