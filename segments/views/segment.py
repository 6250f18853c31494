"""Segments: the list, the editor with its rule builder and dry run, publishing and versions."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.core.generic_views import CreateView, UpdateView, wants_fragment
from crm.core.local_time import company_day
from crm.core.toasts import add_error, add_toast
from segments import segment_editing
from segments.criteria_reading import say_problems
from segments.forms import SegmentForm
from segments.models import Segment
from segments.rules.criteria import CriteriaError
from segments.segment_editing import SegmentEditingError
from segments.segment_editor import build_editor, list_segments

may_change = permission_required("segments.change_segment", raise_exception=True)
may_publish = permission_required("segments.publish_segment", raise_exception=True)
PARTS = {"workbench": "segments/segment_edit.html#workbench", "dry-run": "segments/dry_run_card.html"}


@may_change
def segment_list(request: HttpRequest) -> HttpResponse:
    """Every segment in the order in which it is asked."""
    return render(request, "segments/segment_list.html", {"segments": list_segments()})


@may_change
def segment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor. A POST tries what the form says (add, remove, look) or keeps it (save, publish)."""
    segment = get_object_or_404(Segment, pk=pk)
    act = request.POST.get("act", "look")
    if request.method == "POST" and act in {"save", "publish"}:
        return _keep_draft(request, segment, publish=act == "publish")
    return _show_editor(request, segment, data=request.POST if request.method == "POST" else None, act=act)


def _show_editor(request: HttpRequest, segment: Segment, *, data: Any, act: str, status: int = 200) -> HttpResponse:
    """The page and its workbench stand at once; the dry run, which reads everybody, is a fragment they ask for.
    Without scripts it comes with whatever was sent, or by ``?count=1``."""
    show = (data or request.GET).get("show", "all")
    fragment = wants_fragment(request, tuple(PARTS))
    is_counted = fragment == "dry-run" or "count" in request.GET or (data is not None and not fragment)
    on = company_day(timezone.now())
    editor = build_editor(segment, on=on, data=data, act=act, show=show, with_dry_run=is_counted)
    name = PARTS.get(fragment, "segments/segment_edit.html")
    return render(request, name, {"editor": editor}, status=status)


def _keep_draft(request: HttpRequest, segment: Segment, *, publish: bool) -> HttpResponse:
    editor = build_editor(segment, on=company_day(timezone.now()), data=request.POST, act="look", with_dry_run=False)
    try:
        segment_editing.save_draft(segment, editor.rule.criteria if editor.rule else {}, by=request.user)
    except (CriteriaError, SegmentEditingError) as error:
        add_error(request, say_problems(error) if isinstance(error, CriteriaError) else str(error))
        return _show_editor(request, segment, data=request.POST, act="look", status=422)
    if publish:
        return redirect("segments:segment-publish", segment.pk)
    add_toast(request, _("Draft kept. What is in force stays in force."))
    return redirect("segments:segment-edit", segment.pk)


@may_change
@require_POST
def segment_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    segment = get_object_or_404(Segment, pk=pk)
    segment_editing.discard_draft(segment)
    add_toast(request, _("Draft discarded. What is in force stays in force."))
    return redirect("segments:segment-edit", segment.pk)


@may_publish
@require_POST
def segment_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a segment away, or take it back into use."""
    segment = get_object_or_404(Segment, pk=pk)
    try:
        if segment.archived_at:
            segment_editing.restore_segment(segment)
            add_toast(request, _("%(name)s is used again from the next night on.") % {"name": segment.name})
        else:
            segment_editing.archive_segment(segment, at=timezone.now())
            undo = reverse("segments:segment-archive", args=[segment.pk])
            add_toast(
                request, _("%(name)s is put away; its customers move tonight.") % {"name": segment}, undo_url=undo
            )
    except SegmentEditingError as error:
        add_error(request, str(error))
    return redirect("segments:segment-list")


class _SegmentPage:
    model = Segment
    form_class = SegmentForm
    permission = "segments.change_segment"
    frame = "generic/settings_frame.html"
    request: HttpRequest


class SegmentNew(_SegmentPage, CreateView):
    """A segment without a rule yet: nobody is in it until one is published."""

    title = gettext_lazy("New segment")
    back_label = gettext_lazy("Segments")

    def get_initial(self) -> dict[str, Any]:
        last = Segment.objects.filter(is_fallback=False).aggregate(last=Max("priority"))["last"] or 0
        return {"priority": last + 1, "goodwill_limit_cents": 0}

    def get_back_url(self) -> str:
        return reverse("segments:segment-list")

    def save_form(self, form: Any) -> Any:
        form.instance.key = _free_key(form.cleaned_data["name"])
        return super().save_form(form)

    def get_success_url(self) -> str:
        return reverse("segments:segment-edit", args=[self.object.pk])


class SegmentDescribe(_SegmentPage, UpdateView):
    """Who belongs here, what they get."""

    title = gettext_lazy("Who belongs here, what they get")

    def get_back_url(self) -> str:
        return reverse("segments:segment-edit", args=[self.found.pk])


def _free_key(name: str) -> str:
    """A key made of the name that no other segment has."""
    stem = slugify(name)[:30] or "segment"
    taken = set(Segment.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, 1000) if f"{stem}-{n}" not in taken)
