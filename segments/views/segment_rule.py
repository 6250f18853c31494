"""A segment's rule on its way: publish now or on a day, compare versions, go back, and everybody who would move."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.formats import format_full_day
from crm.core.fragments import wants_fragment
from crm.core.local_time import company_day
from crm.core.table_export import KINDS, ExportTable, Money, export_tables
from crm.core.toasts import add_error, add_toast
from segments import segment_editing
from segments.criteria_reading import say_problems
from segments.forms import PublishForm, ReasonForm
from segments.models import Segment, SegmentRule
from segments.rules.criteria import CriteriaError
from segments.segment_choice import NoFallbackSegment
from segments.segment_dry_run import DryRunTooSlow
from segments.segment_editing import SegmentEditingError, find_draft, find_published
from segments.segment_editor import build_editor, build_version, compare_versions
from segments.segment_movers import MOST_KEPT, SHOWS, describe_care_change, list_movers, show_movers

may_change = permission_required("segments.change_segment", raise_exception=True)
may_publish = permission_required("segments.publish_segment", raise_exception=True)


@may_publish
def segment_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, the reason and the day, and the act itself."""
    segment = get_object_or_404(Segment, pk=pk)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _publish(request, segment, form):
        return redirect("segments:segment-edit", segment.pk)
    editor = build_editor(segment, on=company_day(timezone.now()), with_dry_run=_is_counted(request))
    status = 422 if request.method == "POST" else 200
    return _show(request, "segments/segment_publish.html", {"editor": editor, "form": form}, status=status)


def _show(
    request: HttpRequest, name: str, context: dict[str, Any], *, fragment: str = "effect", status: int = 200
) -> HttpResponse:
    """The page, which stands at once, or what a rule would do, which it asks for."""
    name = f"{name}#{fragment}" if wants_fragment(request, (fragment,)) else name
    return render(request, name, context, status=status)


def _is_counted(request: HttpRequest, fragment: str = "effect") -> bool:
    """Whether the dry run, which reads everybody, is asked for: by its fragment, without scripts by ``?count=1``, and
    with whatever was sent."""
    return bool(wants_fragment(request, (fragment,))) or "count" in request.GET or request.method == "POST"


def _publish(request: HttpRequest, segment: Segment, form: PublishForm) -> bool:
    """Now or on its day; a refusal is written into the form."""
    now, reason, day = timezone.now(), form.cleaned_data["reason"], form.cleaned_data["publish_on"]
    today = company_day(now)
    try:
        if day is not None and day != today:
            segment_editing.schedule_rule(segment, publish_on=day, reason=reason, by=request.user, today=today)
            add_toast(request, _("It comes into force by itself on %(day)s.") % {"day": format_full_day(day)})
        else:
            rule = segment_editing.publish_rule(segment, reason=reason, by=request.user, at=now)
            add_toast(request, _("Version %(version)s is in force from the next night on.") % {"version": rule.version})
    except (SegmentEditingError, CriteriaError) as error:
        form.add_error(None, _say(error))
        return False
    return True


def _say(error: Exception) -> str:
    return say_problems(error) if isinstance(error, CriteriaError) else str(error)


@may_publish
@require_POST
def segment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft waits for its day no more."""
    segment = get_object_or_404(Segment, pk=pk)
    segment_editing.withdraw_schedule(segment)
    add_toast(request, _("Withdrawn. The draft is kept and comes into force on no day by itself."))
    return redirect("segments:segment-edit", segment.pk)


@may_change
def segment_version(request: HttpRequest, pk: int) -> HttpResponse:
    """An earlier version: its words, what differs from the one in force, who would move, and the way back to it."""
    rule = get_object_or_404(SegmentRule.objects.select_related("segment", "published_by"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _go_back(request, rule, form.cleaned_data["reason"])
    status = 422 if request.method == "POST" else 200
    version = build_version(rule, on=company_day(timezone.now()), with_dry_run=_is_counted(request))
    return _show(request, "segments/segment_version.html", {"version": version, "form": form}, status=status)


@may_publish
def _go_back(request: HttpRequest, rule: SegmentRule, reason: str) -> HttpResponse:
    try:
        new = segment_editing.go_back_to(rule, reason=reason, by=request.user, at=timezone.now())
        words = {"old": rule.version, "new": new.version}
        said = _("The rule of version %(old)s is in force again from the next night on, as version %(new)s.")
        add_toast(request, said % words)
    except (SegmentEditingError, CriteriaError) as error:
        add_error(request, _say(error))
    return redirect("segments:segment-edit", rule.segment_id)


@may_change
def version_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Any two versions of a rule side by side, in words."""
    segment = get_object_or_404(Segment, pk=pk)
    compared = compare_versions(segment, old=request.GET.get("old", ""), new=request.GET.get("new", ""))
    return render(request, "segments/version_compare.html", {"compared": compared})


@may_change
def segment_movers(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who would move by the draft, or by an earlier version, page by page; found while the page stands."""
    segment = get_object_or_404(Segment, pk=pk)
    rule, show, on = _find_rule(request, segment), _read_show(request), company_day(timezone.now())
    context: dict[str, Any] = {"segment": segment, "rule": rule, "show": show, "most_kept": MOST_KEPT}
    place, is_counted = request.GET.get("after", ""), _is_counted(request, "movers")
    try:
        page = list_movers(segment, rule.criteria, on=on, show=show, after=place, only_kept=not is_counted)
        if page:
            movers = show_movers(page.movers, segment, rule.criteria, on=on)
            context |= {"movers": movers, "after": page.after, "total": page.total}
    except DryRunTooSlow:
        context["too_slow"] = True
    except NoFallbackSegment as error:
        raise Http404 from error
    return _show(request, "segments/segment_movers.html", context, fragment="movers")


@may_change
@permission_required("customers.export_customer", raise_exception=True)
def segment_movers_export(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The same as a file, at most 100,000 customers."""
    segment = get_object_or_404(Segment, pk=pk)
    if kind not in KINDS:
        raise Http404
    rule, show = _find_rule(request, segment), _read_show(request)
    try:
        found = list_movers(segment, rule.criteria, on=company_day(timezone.now()), show=show, most=MOST_KEPT)
    except (DryRunTooSlow, NoFallbackSegment) as error:
        raise Http404 from error
    head = [_("Customer"), _("Country"), _("From"), _("To"), _("Sales, 12 months"), _("Class"), _("What changes")]
    rows = (
        [
            one.name,
            one.country,
            one.was.name if one.was else "",
            one.becomes.name,
            None if one.sales_12m_cents is None else Money(one.sales_12m_cents),
            one.grade,
            describe_care_change(one.was, one.becomes),
        ]
        for one in (found.movers if found else ())
    )
    title = _("%(segment)s, version %(version)s") % {"segment": segment.name, "version": rule.version}
    return export_tables([ExportTable(title, head, rows)], name=f"who-would-move-{segment.key}", kind=kind)


def _find_rule(request: HttpRequest, segment: Segment) -> SegmentRule:
    """The version asked for, else the draft, else the rule in force; 404 where there is none."""
    wanted = request.GET.get("version", "")
    chosen = segment.rules.filter(version=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 9 else None
    rule = chosen or find_draft(segment) or find_published(segment)
    if rule is None:
        raise Http404
    return rule


def _read_show(request: HttpRequest) -> str:
    show = request.GET.get("show", "all")
    return show if show in SHOWS else "all"
