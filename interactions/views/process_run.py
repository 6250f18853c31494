"""The pipeline, one run, and what can be done with its steps."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from crm.core.models import Role
from crm.core.toasts import add_error, add_toast
from crm.core.way_back import find_way_back
from customers.models import Customer
from interactions import process_overview
from interactions.forms import SkipForm, StartForm, StopForm
from interactions.models import ProcessRun, StepRun, Task
from interactions.process_running import (
    ProcessRefused,
    complete_step,
    find_segment,
    skip_step,
    start_process,
    stop_process,
)
from interactions.task_finishing import find_last_change
from interactions.views.interaction import link_customer
from segments.models import Process

PAGE = 24
BESIDE_BOARD = 10


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Everything that runs: a lane for each segment with its own steps, and the list by due time."""
    if not request.user.has_perm("interactions.view_task"):
        raise PermissionDenied
    now = timezone.now()
    flow = request.GET.get("flow") if request.GET.get("flow") in Process.Flow.values else Process.Flow.PROPOSE
    is_own = request.GET.get("whose", "mine" if request.user.role == Role.REP else "team") == "mine"
    steps = process_overview.find_open_steps(request.user, flow=str(flow), is_own=is_own)
    as_list = request.GET.get("show") == "list"
    rows, next_after = _take_page(steps, after=request.GET.get("after", ""), size=PAGE if as_list else BESIDE_BOARD)
    context = {
        "flow": flow,
        "flows": _list_flow_tabs(request, is_own=is_own, flow=str(flow)),
        "is_own": is_own,
        "as_list": as_list,
        "figures": process_overview.measure_pipeline(steps, at=now),
        "lanes": [] if as_list else process_overview.list_lanes(steps, flow=str(flow)),
        "rows": rows,
        "next_after": next_after,
        "now": now,
    }
    return render(request, "interactions/pipeline.html", context)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its steps, done, open and to come, and why any was skipped."""
    run = _find(request, pk, permission="interactions.view_task")
    steps = list(run.steps.select_related("step", "closed_by", "task__assignee").order_by("position"))
    context = {
        "run": run,
        "steps": steps,
        "state": process_overview.name_state(run),
        "customer_url": link_customer(run.customer),
    }
    return render(request, "interactions/process_run_page.html", context)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Start a process for a customer, as his segment runs it today."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    if not request.user.has_perm("interactions.change_task"):
        raise PermissionDenied
    segment = find_segment(customer)
    form = StartForm(
        request.POST if request.method == "POST" else None, flows=process_overview.list_flows(customer, segment)
    )
    if request.method == "POST" and form.is_valid() and (run := _start(request, customer, form)):
        add_toast(request, _("%(process)s has begun.") % {"process": run.version.process.get_flow_display()})
        return redirect("interactions:process-run-detail", pk=run.pk)
    context = {
        "customer": customer,
        "segment": segment,
        "form": form,
        "frame": "interactions/dialog_frame.html" if request.htmx else "interactions/page_frame.html",
    }
    return render(request, "interactions/process_run_start.html", context, status=422 if form.is_bound else 200)


@require_POST
def step_done(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """The open step is done; the next one opens on its own clock."""
    step = _find_step(request, pk, position)
    try:
        complete_step(step, by=request.user, at=timezone.now())
    except ProcessRefused as refusal:
        add_error(request, str(refusal))
        return _go_back(request)
    undo_url = _find_way_to_undo(getattr(step, "task", None))
    add_toast(request, _("Done: %(step)s") % {"step": step.step.title}, undo_url=undo_url)
    return _go_back(request)


@require_http_methods(["GET", "POST"])
def step_skip(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Pass over the open step, with a reason that stays on record."""
    step = _find_step(request, pk, position)
    form = SkipForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            skip_step(step, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        except ProcessRefused as refusal:
            add_error(request, str(refusal))
        else:
            add_toast(request, _("Skipped, with the reason: %(step)s") % {"step": step.step.title})
        return _go_back(request)
    return _show_form(request, "interactions/process_run_skip.html", form, run=step.run, step=step)


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run before its end, with the reason: stopped, or lost."""
    run = _find(request, pk)
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        stop_process(run, by=request.user, at=timezone.now(), **form.cleaned_data)
        said = _("It has ended: %(subject)s") % {"subject": run.subject or run.version.process}
        add_toast(request, said, undo_url=_find_way_to_undo(Task.objects.filter(step_run__run=run).last()))
        return _go_back(request)
    return _show_form(request, "interactions/process_run_stop.html", form, run=run)


def _find(request: HttpRequest, pk: int, *, permission: str = "interactions.change_task") -> ProcessRun:
    """A run of a customer the reader may see (404), with the permission (403)."""
    runs = ProcessRun.objects.visible_to(request.user)
    run = get_object_or_404(runs.select_related("customer", "version__process__segment", "started_by"), pk=pk)
    if not request.user.has_perm(permission):
        raise PermissionDenied
    return run


def _find_step(request: HttpRequest, pk: int, position: int) -> StepRun:
    return get_object_or_404(_find(request, pk).steps.select_related("step", "task", "run"), position=position)


def _start(request: HttpRequest, customer: Customer, form: StartForm) -> ProcessRun | None:
    """Start it; None when the segment has no such process, with the error on the form."""
    amount = form.cleaned_data["amount"]
    key = f"{form.cleaned_data['flow']}:{form.cleaned_data['token'] or uuid4()}"
    try:
        return start_process(
            customer,
            flow=form.cleaned_data["flow"],
            key=key,
            by=request.user,
            at=timezone.now(),
            subject=form.cleaned_data["subject"],
            amount_cents=int(amount * 100) if amount is not None else None,
            expected_on=form.cleaned_data["expected_on"],
        )
    except ProcessRefused as refusal:
        form.add_error("flow", str(refusal))
        return None


def _find_way_to_undo(task: Task | None) -> str:
    """Where the last change of a step's task is taken back, and with it that of the step and its run."""
    change = find_last_change(task) if task is not None else None
    return reverse("interactions:task-undo", args=[task.pk, change]) if task is not None and change else ""


def _go_back(request: HttpRequest) -> HttpResponse:
    return HttpResponseClientRefresh() if request.htmx else redirect(find_way_back(request))


def _show_form(request: HttpRequest, template: str, form: SkipForm, **context: Any) -> HttpResponse:
    context |= {
        "form": form,
        "next": find_way_back(request),
        "frame": "interactions/dialog_frame.html" if request.htmx else "interactions/page_frame.html",
    }
    response = render(request, template, context, status=422 if form.is_bound else 200)
    return reswap(retarget(response, "#dialog"), "innerHTML") if request.htmx and form.is_bound else response


def _take_page(steps: Any, *, after: str, size: int) -> tuple[list[StepRun], str]:
    """The next rows by due time, and the place from which the page after them goes on."""
    place = _read_place(after)
    if place is not None:
        due_at, pk = place
        steps = steps.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk))
    # Found by themselves, the few are joined with all they show: else every open step is, before they are sorted.
    first = steps.order_by("due_at", "pk").values("pk")[: size + 1]
    rows = list(process_overview.with_run(StepRun.objects.filter(pk__in=first)).order_by("due_at", "pk"))
    if len(rows) <= size:
        return rows, ""
    last = rows[size - 1]
    return rows[:size], f"{last.due_at.isoformat()},{last.pk}"


def _read_place(raw: str) -> tuple[datetime, int] | None:
    moment, _comma, pk = raw.partition(",")
    try:
        due_at = parse_datetime(moment.replace(" ", "+"))
    except ValueError:
        return None
    if due_at is None or due_at.tzinfo is None or not pk.isdecimal() or len(pk) > 18:
        return None
    return due_at, int(pk)


def _list_flow_tabs(request: HttpRequest, *, is_own: bool, flow: str) -> list[dict[str, Any]]:
    counts = process_overview.count_running(request.user, is_own=is_own)
    whose = "mine" if is_own else "team"
    return [
        {
            "label": label,
            "url": f"?flow={value}&whose={whose}",
            "count": counts.get(value, ""),
            "current": value == flow,
        }
        for value, label in Process.Flow.choices
    ]
