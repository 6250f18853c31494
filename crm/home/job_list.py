"""Background work: did the night run, on what, how long; what waits, what failed, run again, stop."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from complaints.jobs import ESCALATE
from crm.core.formats import format_plain_day
from crm.core.generic_views import wants_fragment
from crm.core.job_ledger import JOB_KINDS, cancel_job, retry_job
from crm.core.list_catalogue import LISTS
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition, build_list
from crm.core.list_exporting import EXPORT_JOB
from crm.core.local_time import company_day, company_zone
from crm.core.models import JobRun
from crm.core.models.business_setting import setting
from crm.core.toasts import add_toast
from crm.night_requesting import NIGHT, request_night
from crm.night_steps import SCORING_HELP, STEPS
from crm.signs_of_life import BEAT, WORKER, read_seconds_since_sign_of_life
from customers.jobs import INDEX_JOB, KEYS_JOB, READ_JOB, UNDO_JOB, WRITE_JOB
from customers.models import DataImport
from segments.models import ScoreRun

SHOWN_NIGHTS = 8
BAR_WIDTH = 300
ROUTINE = Q(kind=ESCALATE, state=JobRun.State.DONE)  # every five minutes: of interest only when it fails
STALE_AFTER = timedelta(hours=24)
BY_CLOCK = "clock"  # the key of what the schedule asks for
FILE_JOBS = frozenset({READ_JOB, WRITE_JOB, INDEX_JOB, KEYS_JOB, UNDO_JOB})


def name_kind(job: JobRun) -> str:
    """What the work is, in words; a kind that no part knows any more keeps its bare name."""
    kind = JOB_KINDS.get(job.kind)
    return capfirst(str(kind.label)) if kind else job.kind


def name_key(job: JobRun, files: dict[str, str]) -> str:
    """What the work was about, in words: an evening, the file of an import (``files``, by its key), or nothing."""
    if (evening := _evening(job)) is not None:
        return _("evening of %(day)s") % {"day": format_plain_day(evening)}
    if job.key == BY_CLOCK:
        return _("by the clock")
    if job.kind == EXPORT_JOB:  # the key is a secret of its file
        return str(LISTS[job.params["list"]].label) if job.params.get("list") in LISTS else ""
    return files.get(job.key, "") if job.kind in FILE_JOBS or job.key.isdecimal() else job.key


def _name_files(jobs: list[Any]) -> dict[str, str]:
    keys = {job.key for job in jobs if job.kind in FILE_JOBS and job.key.isdecimal()}
    return {str(pk): name for pk, name in DataImport.objects.filter(pk__in=keys).values_list("pk", "file_name")}


def _in_state(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(state=value)


OTHER_JOBS = ListDefinition(
    columns=(Column("id", gettext_lazy("Job"), sort="id", largest_first=True),),
    filters=(ChoiceFilter("state", gettext_lazy("State"), _in_state, JobRun.State.choices),),
    default_sort="-id",
    page_size=25,
)


@require_GET
@permission_required("core.run_jobs", raise_exception=True)
def job_list(request: HttpRequest) -> HttpResponse:
    """The page; while work is under way its upper part asks for itself anew every two seconds."""
    now = timezone.now()
    fragment = wants_fragment(request, ("job-state", "rows"))
    shown: dict[str, Any] = {}
    if fragment != "rows":
        shown |= describe_state(now=now)
    if fragment != "job-state":
        others = JobRun.objects.exclude(kind__in=[NIGHT, SCORING_HELP]).exclude(ROUTINE).select_related("requested_by")
        shown["list"] = build_list(others, OTHER_JOBS, request)
        files = _name_files(shown["list"].rows)
        for job in shown["list"].rows:
            job.label, job.lasted = name_kind(job), _seconds(job)
            job.about = name_key(job, files)
            job.summary, job.last_error = summarise_result(job), _last_line(job)
    return render(request, "home/job_list.html" + (f"#{fragment}" if fragment else ""), shown)


def describe_state(*, now: datetime) -> dict[str, Any]:
    """Figures on top, what is under way, and the last nights."""
    silent = read_seconds_since_sign_of_life(WORKER, BEAT)
    due = Q(state=JobRun.State.WAITING, due_at__lte=now)
    waiting = JobRun.objects.filter(due).aggregate(jobs=Count("pk"), oldest=Min("due_at"))
    running = list(JobRun.objects.filter(state=JobRun.State.RUNNING).select_related("requested_by").order_by("pk")[:10])
    nights = list(JobRun.objects.filter(kind=NIGHT).order_by("-pk")[:SHOWN_NIGHTS])
    current = ScoreRun.objects.filter(is_current=True).first()
    return {
        "now": now,
        "running": [_describe_running(job) for job in running if job.kind != SCORING_HELP],
        "nights": [_describe_night(job) for job in nights],
        "steps": [{"number": number, "label": label} for number, label in enumerate(STEPS.values(), start=1)],
        "current": current,
        "is_stale": current is not None and current.finished_at is not None and now - current.finished_at > STALE_AFTER,
        "last_night": next((_seconds(job) for job in nights if job.state == JobRun.State.DONE), None),
        "next_at": next_night(at=now),
        "waiting": waiting["jobs"],
        "oldest_seconds": int((now - waiting["oldest"]).total_seconds()) if waiting["oldest"] else 0,
        "worker_silent": silent[WORKER],
        "beat_silent": silent[BEAT],
        "busy": bool(running or waiting["jobs"]),
    }


def next_night(*, at: datetime) -> datetime:
    """When the settings let the next night begin."""
    local = at.astimezone(company_zone())
    start = local.replace(hour=int(setting("night.hour")), minute=0, second=0, microsecond=0, fold=0)
    return start if start > local else start + timedelta(days=1)


def _seconds(job: JobRun) -> float | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()


def _evening(job: JobRun) -> date | None:
    try:
        return date.fromisoformat(job.key)
    except ValueError:
        return None


def _last_line(job: JobRun) -> str:
    """What the error says; the lines above it, where in the code, are for the log."""
    return job.error.strip().rsplit("\n", maxsplit=1)[-1][:300]


def _describe_running(job: JobRun) -> dict[str, Any]:
    return {
        "job": job,
        "label": name_kind(job),
        "share": job.done / job.total if job.total else 0,
        "steps": [
            {"number": number, "label": label, "done": number <= job.done, "current": number == job.done + 1}
            for number, label in enumerate(STEPS.values(), start=1)
        ]
        if job.kind == NIGHT
        else [],
    }


def _describe_night(job: JobRun) -> dict[str, Any]:
    """A night with its bars: each step as wide as its share of the longest night shown would be at this size."""
    times = job.result.get("milliseconds") or job.checkpoint.get("steps") or {}
    total = max(1, sum(times.values()))
    left, bars = 0.0, []
    for number, (name, label) in enumerate(STEPS.items(), start=1):
        if name in times:
            width = max(1.5, times[name] / total * (BAR_WIDTH - 2 * len(STEPS)))
            bars.append(
                {"number": number, "x": f"{left:.1f}", "width": f"{width:.1f}", "label": label, "ms": times[name]}
            )
            left += width + 1
    return {
        "job": job,
        "evening": _evening(job),
        "error": _last_line(job),
        "bars": bars,
        "bar_words": ", ".join(f"{bar['label']} {bar['ms']} ms" for bar in bars),
        "customers": job.result.get("customers"),
        "moved": job.result.get("moved"),
        "seconds": _seconds(job),
        "resumed": job.attempt > 1 and job.state == JobRun.State.DONE,
        "alerts": sum(job.result.get("alerts", {}).values()) if job.result else None,
    }


def summarise_result(job: JobRun) -> str:
    """What came of it, in a line."""
    result = job.result
    if "created" in result:
        words = _("%(created)s new, %(changed)s changed, %(unchanged)s unchanged, %(rejected)s rejected")
        return words % {name: f"{result[name]:,}" for name in ("created", "changed", "unchanged", "rejected")}
    if "rows" in result:
        return _("%(rows)s rows") % {"rows": f"{result['rows']:,}"}
    if "removed" in result:
        words = _("%(removed)s removed, %(restored)s as before")
        return words % {name: f"{result.get(name, 0):,}" for name in ("removed", "restored")}
    if "refused" in result:
        return _("the file could not be read")
    return ""


def evening_to_run(*, at: datetime) -> date:
    """Yesterday's, as the schedule does; never one before the scores in force, which would change nothing."""
    yesterday = company_day(at) - timedelta(days=1)
    in_force = ScoreRun.objects.filter(is_current=True).values_list("as_of", flat=True).first()
    return max(yesterday, in_force or yesterday)


@require_POST
@permission_required("core.run_jobs", raise_exception=True)
def night_start(request: HttpRequest) -> HttpResponse:
    """Run the night now; one under way is not started twice."""
    now = timezone.now()
    under_way = JobRun.objects.filter(kind=NIGHT, state__in=[JobRun.State.WAITING, JobRun.State.RUNNING])
    if under_way.filter(due_at__lte=now).exists():
        add_toast(request, _("The night is under way already."))
    else:
        request_night(on=evening_to_run(at=now), due_at=now, by=request.user)  # type: ignore[arg-type]
        add_toast(request, _("The night has begun."))
    return redirect("home:first-steps" if "first" in request.POST else "home:job-list")


@require_POST
@permission_required("core.run_jobs", raise_exception=True)
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Run a failed or stopped job again, from where it stopped."""
    retry_job(get_object_or_404(JobRun, pk=pk), at=timezone.now())
    return redirect("home:job-list")


@require_POST
@permission_required("core.run_jobs", raise_exception=True)
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job: at once while it waits, after its present chunk while it runs."""
    cancel_job(get_object_or_404(JobRun, pk=pk))
    add_toast(request, _("The job stops after the part at hand."))
    return redirect("home:job-list")
