"""What can be done with a task from any list: done, snooze, hand over, and the way back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from crm.core.formats import format_moment
from crm.core.toasts import add_error, add_toast
from crm.core.way_back import find_way_back
from interactions.forms import HandOverForm, SnoozeForm
from interactions.models import Task
from interactions.process_running import ProcessRefused
from interactions.task_finishing import find_last_change, finish_task, undo_task_change
from interactions.task_handling import TaskRefused, hand_over_task, snooze_task


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """The task is done, with the step, promise or alert behind it."""
    task = _find(request, pk)
    try:
        finish_task(task, by=request.user, at=timezone.now())
    except (TaskRefused, ProcessRefused) as refusal:
        return _refuse(request, refusal)
    return _answer(request, task, said=_("%(customer)s is done."))


@require_http_methods(["GET", "POST"])
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of sight until a moment one chooses."""
    task = _find(request, pk)
    form = SnoozeForm(request.POST if request.method == "POST" else None, at=timezone.now())
    if request.method == "GET" or not form.is_valid():
        return _show_form(request, "interactions/task_snooze.html", task, form)
    try:
        snooze_task(task, until=form.cleaned_data["until"], at=timezone.now())
    except TaskRefused as refusal:
        return _refuse(request, refusal)
    zone = timezone.get_current_timezone()
    moment = format_moment(form.cleaned_data["until"], now=timezone.now(), zone=zone)
    return _answer(request, task, said=_("%(customer)s comes back %(moment)s."), moment=moment)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """To a colleague, whose day it then is."""
    task = _find(request, pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, task=task)
    if request.method == "GET" or not form.is_valid():
        return _show_form(request, "interactions/task_hand_over.html", task, form)
    colleague = form.cleaned_data["to"]
    try:
        hand_over_task(task, to=colleague)
    except TaskRefused as refusal:
        return _refuse(request, refusal)
    return _answer(request, task, said=_("%(customer)s is with %(colleague)s now."), colleague=colleague)


@require_POST
def undo(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Take the last change back, as long as nothing came after it."""
    task = _find(request, pk)
    try:
        undo_task_change(task, change=change)
    except (TaskRefused, ProcessRefused) as refusal:
        return _refuse(request, refusal)
    add_toast(request, _("%(customer)s is back: %(title)s") % {"customer": task.customer, "title": task.title})
    return redirect(f"{find_way_back(request).partition('#')[0]}#task-{task.pk}")


def _find(request: HttpRequest, pk: int) -> Task:
    """A task the reader may see (404) and change (403)."""
    tasks = Task.objects.visible_to(request.user).select_related("customer", "step_run", "promise")
    task = get_object_or_404(tasks, pk=pk)
    if not request.user.has_perm("interactions.change_task"):
        raise PermissionDenied
    return task


def _show_form(request: HttpRequest, template: str, task: Task, form: SnoozeForm | HandOverForm) -> HttpResponse:
    context = {
        "task": task,
        "form": form,
        "frame": "interactions/dialog_frame.html" if request.htmx else "interactions/page_frame.html",
        "next": find_way_back(request),
    }
    response = render(request, template, context, status=422 if form.is_bound else 200)
    return reswap(retarget(response, "#dialog"), "innerHTML") if request.htmx and form.is_bound else response


def _answer(request: HttpRequest, task: Task, *, said: str, **values: object) -> HttpResponse:
    """Say it with an undo; a fragment takes the row away, a page goes back to where it came from."""
    change = find_last_change(task)
    undo_url = reverse("interactions:task-undo", args=[task.pk, change]) if change else ""
    add_toast(request, said % {"customer": task.customer, "title": task.title, **values}, undo_url=undo_url)
    if not request.htmx:
        return redirect(find_way_back(request))
    response = render(request, "interactions/row_gone.html", {"task": task})
    trigger_client_event(response, "closeDialog")
    return trigger_client_event(response, "task-changed", {"task": task.pk})


def _refuse(request: HttpRequest, refusal: Exception) -> HttpResponse:
    """What can't be done is said on top of the page; nothing is changed."""
    add_error(request, str(refusal))
    if not request.htmx:
        return redirect(find_way_back(request))
    return HttpResponse(status=204)
