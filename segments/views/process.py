"""Processes: the matrix segment × flow, one process beside another, its steps, publishing and versions."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.toasts import add_error, add_toast
from segments import process_editing
from segments.forms import PromiseForm, ReasonForm, StepForm
from segments.models import Process, ProcessStep, ProcessVersion, Segment
from segments.process_editing import ProcessEditingError
from segments.process_editor import ProcessEditor, build_matrix, build_process_editor, find_draft_step, list_flows

may_change = permission_required("segments.change_process", raise_exception=True)
may_publish = permission_required("segments.publish_process", raise_exception=True)
PLACES = {"up": -1, "down": 1}


@may_change
def process_matrix(request: HttpRequest) -> HttpResponse:
    """The same request, handled as each segment needs it."""
    return render(request, "segments/process_matrix.html", {"rows": build_matrix(), "flows": list_flows()})


@may_change
def process_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One process below the matrix; ``?step=`` opens the form of a step, ``?with=`` chooses the segment beside."""
    process = get_object_or_404(Process.objects.select_related("segment"), pk=pk)
    return _show_editor(request, process)


def _show_editor(
    request: HttpRequest, process: Process, *, form: StepForm | None = None, step: ProcessStep | None = None
) -> HttpResponse:
    editor = build_process_editor(process, beside=request.GET.get("with", ""))
    step = step or _find_step(editor, request.GET.get("step", ""))
    context: dict[str, Any] = {
        "rows": build_matrix(),
        "flows": list_flows(),
        "editor": editor,
        "process": process,
        "step": step,
        "form": form or StepForm(instance=step),
        "adding": step is None and (form is not None or "step" in request.GET),
        "promise_form": PromiseForm(initial={"promise": editor.shown.version.promise if editor else ""}),
    }
    return render(request, "segments/process_matrix.html", context, status=422 if form and form.errors else 200)


def _find_step(editor: ProcessEditor | None, key: str) -> ProcessStep | None:
    return next((step for step in editor.shown.steps if str(step.pk) == key), None) if editor else None


def _back(process_id: int) -> HttpResponse:
    return redirect(reverse("segments:process-edit", args=[process_id]) + "#process")


def _try(request: HttpRequest, process_id: int, change: Callable[[], Any], said: str = "") -> HttpResponse:
    """Do ``change``, say what became of it, and show the process again."""
    try:
        change()
    except ProcessEditingError as error:
        add_error(request, str(error))
    else:
        if said:
            add_toast(request, said)
    return _back(process_id)


@may_change
@require_POST
def process_create(request: HttpRequest) -> HttpResponse:
    """A process for a cell of the matrix that has none: an empty draft."""
    segment = get_object_or_404(Segment, pk=request.POST.get("segment") or 0)
    if request.POST.get("flow") not in Process.Flow.values:
        return redirect("segments:process-matrix")
    process, _created = Process.objects.get_or_create(segment=segment, flow=request.POST["flow"])
    process_editing.open_draft(process)
    return _back(process.pk)


@may_change
@require_POST
def step_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new last step in the draft of the process."""
    process = get_object_or_404(Process.objects.select_related("segment"), pk=pk)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _show_editor(request, process, form=form)
    return _try(request, pk, lambda: process_editing.add_step(process, form.cleaned_data))


@may_change
@require_POST
def step_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a step; one that is in force is changed in a draft."""
    step = get_object_or_404(ProcessStep.objects.select_related("version__process__segment"), pk=pk)
    process = step.version.process
    form = StepForm(request.POST)
    if not form.is_valid():
        return _show_editor(request, process, form=form, step=step)
    return _try(
        request, process.pk, lambda: _in_draft(step, lambda copy: process_editing.edit_step(copy, form.cleaned_data))
    )


@may_change
@require_POST
def step_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    step = get_object_or_404(ProcessStep.objects.select_related("version"), pk=pk)
    places = PLACES.get(request.POST.get("to", ""), 0)
    return _try(
        request,
        step.version.process_id,
        lambda: _in_draft(step, lambda copy: process_editing.move_step(copy, by_places=places)),
    )


@may_change
@require_POST
def step_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a step out of the draft."""
    step = get_object_or_404(ProcessStep.objects.select_related("version"), pk=pk)
    said = _("Step taken out of the draft. What is in force stays in force.")
    return _try(request, step.version.process_id, lambda: _in_draft(step, process_editing.remove_step), said)


def _in_draft(step: ProcessStep, change: Callable[[ProcessStep], Any]) -> None:
    """Do ``change`` to the step, or to its copy in a new draft when it is in force."""
    if step.version.state == ProcessVersion.State.RETIRED:
        raise ProcessEditingError(_("This version was replaced. Change the draft and publish it."))
    copy = find_draft_step(step, process_editing.open_draft(step.version.process))
    if copy is not None:
        change(copy)


@may_change
@require_POST
def process_promise(request: HttpRequest, pk: int) -> HttpResponse:
    """What the process promises the customer."""
    process = get_object_or_404(Process, pk=pk)
    form = PromiseForm(request.POST)
    if form.is_valid():
        process_editing.change_promise(process, form.cleaned_data["promise"])
    else:
        add_error(request, _("At most 100 characters."))
    return _back(pk)


@may_change
@require_POST
def process_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    process = get_object_or_404(Process, pk=pk)
    said = _("Draft discarded. What is in force stays in force.")
    return _try(request, pk, lambda: process_editing.discard_draft(process), said)


@may_publish
def process_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What changes, who keeps the old one, the reason, and the act itself."""
    process = get_object_or_404(Process.objects.select_related("segment"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _try(
            request,
            pk,
            lambda: process_editing.publish_process(process, reason=reason, by=request.user, at=timezone.now()),
            _("In force for whatever starts from now on. Running ones keep their steps."),
        )
    context = {"editor": build_process_editor(process), "process": process, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "segments/process_publish.html", context, status=status)


@may_change
def process_version(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier version with its steps, and the way back to it."""
    version = get_object_or_404(ProcessVersion.objects.select_related("process__segment", "published_by"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _go_back(request, version, form.cleaned_data["reason"])
    is_lost = process_editing.find_version(version.process, ProcessVersion.State.DRAFT) is not None
    shown = {"version": version, "steps": version.steps.all(), "process": version.process}
    context = {**shown, "form": form, "draft_is_lost": is_lost}
    status = 422 if request.method == "POST" else 200
    return render(request, "segments/process_version.html", context, status=status)


@may_publish
def _go_back(request: HttpRequest, version: ProcessVersion, reason: str) -> HttpResponse:
    return _try(
        request,
        version.process_id,
        lambda: process_editing.go_back_to(version, reason=reason, by=request.user, at=timezone.now()),
        _("These steps are in force again for whatever starts from now on."),
    )
