"""Triggers: the recipes, what each does, and the condition of those that have one."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.generic_views import wants_fragment
from crm.core.local_time import company_day
from crm.core.toasts import add_error, add_toast
from segments import trigger_editing
from segments.criteria_form import build_rule_form, change_rule_form, list_metrics, read_rule_form
from segments.criteria_reading import read_aloud, say_problems
from segments.forms import TriggerForm, TriggerNewForm
from segments.models import Trigger
from segments.rule_builder import show_rule
from segments.rules.criteria import CriteriaError
from segments.trigger_editing import TriggerEditingError

may_change = permission_required("segments.change_trigger", raise_exception=True)


def list_triggers() -> QuerySet[Any]:
    """Every trigger with its alerts of the last 30 days and the last day on which it noticed anybody."""
    recent = Q(alerts__day__gt=company_day(timezone.now()) - timedelta(days=30))
    return Trigger.objects.annotate(recent=Count("alerts", filter=recent), last_day=Max("alerts__day")).order_by(
        "-is_on", "name"
    )


@may_change
def trigger_list(request: HttpRequest) -> HttpResponse:
    """The recipes."""
    return render(request, "segments/trigger_list.html", {"triggers": list_triggers()})


@may_change
def trigger_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What a trigger does; its condition is tried and kept by ``trigger_condition``."""
    trigger = get_object_or_404(list_triggers(), pk=pk)
    form = TriggerForm(request.POST or None, instance=trigger)
    if request.method == "POST" and form.is_valid():
        trigger_editing.edit_trigger(trigger, form.cleaned_data)
        add_toast(request, _("Kept. It counts from the next night on."))
        return redirect("segments:trigger-edit", pk)
    status = 422 if request.method == "POST" else 200
    return _show_trigger(request, get_object_or_404(list_triggers(), pk=pk), form=form, status=status)


def _show_trigger(
    request: HttpRequest, trigger: Any, *, form: Any = None, data: Any = None, act: str = "look", status: int = 200
) -> HttpResponse:
    fragment = wants_fragment(request, ("workbench", "crossing"))
    # Whoever opens the page does not wait for everybody to be counted; the number is fetched into it.
    counts = bool(fragment) or data is not None or "count" in request.GET
    context: dict[str, Any] = {
        "trigger": trigger,
        "triggers": list_triggers(),
        "form": form or TriggerForm(instance=trigger),
        **(_build_condition(trigger, data, act, counts=counts) if trigger.criteria else {}),
    }
    name = "segments/trigger_condition.html" if fragment == "crossing" else "segments/trigger_edit.html"
    return render(request, f"{name}#{fragment}" if fragment else name, context, status=status)


def _build_condition(trigger: Trigger, data: Any, act: str, *, counts: bool) -> dict[str, Any]:
    """The builder of the condition, and how many customers it holds for today where it ``counts`` them."""
    rule_form = build_rule_form(trigger.criteria) if data is None else change_rule_form(read_rule_form(data), act)
    rule = show_rule(rule_form, before=trigger.criteria, for_segment=False)
    segments = list(trigger.segments.all()) if counts else []
    today = company_day(timezone.now())
    is_asked = rule.is_usable and counts
    crossing = trigger_editing.count_crossing(rule.criteria, segments=segments, on=today) if is_asked else None
    return {
        "rule": rule,
        "crossing": crossing,
        "is_counting": rule.is_usable and not counts,
        "reading": read_aloud(trigger.criteria),
        "editor": {"metrics": list_metrics(for_segment=False)},
    }


@may_change
@require_POST
def trigger_condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Try another condition, or keep it."""
    trigger = get_object_or_404(list_triggers().exclude(criteria={}), pk=pk)
    act = request.POST.get("act", "look")
    if act != "save":
        return _show_trigger(request, trigger, data=request.POST, act=act)
    try:
        trigger_editing.change_condition(trigger, read_rule_form(request.POST).to_criteria())
    except (CriteriaError, TriggerEditingError) as error:
        add_error(request, say_problems(error) if isinstance(error, CriteriaError) else str(error))
        return _show_trigger(request, trigger, data=request.POST, status=422)
    add_toast(request, _("Condition kept. It counts from the next night on."))
    return redirect("segments:trigger-edit", pk)


@may_change
@require_POST
def trigger_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    trigger = get_object_or_404(Trigger, pk=pk)
    trigger = trigger_editing.switch_trigger(trigger, is_on=not trigger.is_on)
    said = _("%(name)s is on from the next night.") if trigger.is_on else _("%(name)s is off. Open alerts stay.")
    add_toast(request, said % {"name": trigger.name}, undo_url=reverse("segments:trigger-switch", args=[pk]))
    return redirect(
        (request.POST.get("back") == "edit" and reverse("segments:trigger-edit", args=[pk])) or "segments:trigger-list"
    )


@may_change
def trigger_new(request: HttpRequest) -> HttpResponse:
    """A trigger of the company's own, off until its dry run was seen."""
    form = TriggerNewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        first = {"all": [{"metric": "fall", "operator": "at_least", "value": 0.4}]}
        trigger = trigger_editing.create_trigger(
            key=_free_key(form.cleaned_data["name"]), criteria=first, **form.cleaned_data
        )
        add_toast(request, _("Now its condition. It is off until you switch it on."))
        return redirect("segments:trigger-edit", trigger.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "title": _("New trigger"), "back_url": reverse("segments:trigger-list")}
    words = {"back_label": _("Triggers"), "act": _("Next: its condition"), "frame": "generic/settings_frame.html"}
    return render(request, "generic/form.html", context | words, status=status)


def _free_key(name: str) -> str:
    stem = "own-" + (slugify(name)[:28] or "trigger")
    taken = set(Trigger.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 1000) if f"{stem}-{n}" not in taken)
