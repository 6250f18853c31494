"""New groups of customers, found by their behaviour: the evidence, what they are worth, accept or refuse."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.formats import format_percent
from crm.core.local_time import company_day
from crm.core.metric_catalogue import METRICS, Metric
from crm.core.models import JobRun
from crm.core.row_visibility import SEES_ALL
from crm.core.toasts import add_error, add_toast
from crm.home.dashboard_choice import read_choice
from crm.home.dashboard_tabs import list_tabs
from segments.cluster_deciding import ProposalDecidedError, accept_proposal, refuse_proposal
from segments.criteria_reading import name_lost_metrics, read_aloud, say_problems, show_value
from segments.forms import ReasonForm
from segments.jobs import CLUSTER_SEARCH, request_cluster_search
from segments.models import ClusterProposal, Segment
from segments.rules.criteria import CriteriaError

may_see = permission_required("segments.view_dashboard", raise_exception=True)
may_decide = permission_required("segments.change_segment", raise_exception=True)
DECIDED_SHOWN = 20


@dataclass
class MarkShown:
    """What marks the group off, in words: the figure, its median inside and outside."""

    label: str
    inside: str
    outside: str


@dataclass
class ProposalShown:
    """A proposal with everything in words; ``list_query`` opens the customers its rule holds for today."""

    proposal: ClusterProposal
    reading: str
    marks: list[MarkShown]
    today: list[tuple[Segment, int]]
    lost: list[str]
    list_query: str
    form: ReasonForm

    @property
    def is_open(self) -> bool:
        return self.proposal.state == ClusterProposal.State.OPEN


@may_see
def cluster_proposal_list(request: HttpRequest) -> HttpResponse:
    """Those to be decided, then the last decisions."""
    return _show_list(request, refused_form=None, refused_pk=0)


def _show_list(
    request: HttpRequest, *, refused_form: ReasonForm | None, refused_pk: int, status: int = 200
) -> HttpResponse:
    choice = read_choice(request, today=company_day(timezone.now()))
    proposals = list(ClusterProposal.objects.filter(state=ClusterProposal.State.OPEN).order_by("-found_on", "pk"))
    decided = ClusterProposal.objects.exclude(state=ClusterProposal.State.OPEN).select_related("decided_by", "segment")
    shown = show_proposals(proposals)
    for one in shown:
        if refused_form is not None and one.proposal.pk == refused_pk:
            one.form = refused_form
    context = {
        "choice": choice,
        "tabs": list_tabs("groups", choice),
        "proposals": shown,
        "is_searching": JobRun.objects.filter(
            kind=CLUSTER_SEARCH, state__in=[JobRun.State.WAITING, JobRun.State.RUNNING]
        ).exists(),
        "sees_all": request.user.role in SEES_ALL,  # type: ignore[union-attr]
        "decided": decided[:DECIDED_SHOWN],
    }
    return render(request, "home/cluster_proposal_list.html", context, status=status)


def show_proposals(proposals: Sequence[ClusterProposal]) -> list[ProposalShown]:
    """In words; one query."""
    segments = {segment.pk: segment for segment in Segment.objects.all()}
    return [
        ProposalShown(
            proposal=proposal,
            reading=read_aloud(proposal.criteria),
            marks=[_show_mark(mark) for mark in proposal.evidence],
            today=[(segments[key], n) for key, n in proposal.today if key in segments],
            lost=name_lost_metrics(proposal.criteria),
            list_query=urlencode({"rule": json.dumps(proposal.criteria)}),
            form=ReasonForm(auto_id=f"id_{proposal.pk}_%s"),
        )
        for proposal in proposals
    ]


def _show_mark(mark: dict[str, Any]) -> MarkShown:
    metric: Metric | None = METRICS.get(mark["feature"])
    label = str(metric.label) if metric else str(mark["feature"])
    if mark.get("word"):
        words = {"label": label, "word": mark["word"]}
        inside, outside = (format_percent(mark[side]) for side in ("inside", "outside"))
        return MarkShown(_("%(label)s: %(word)s") % words, inside, outside)
    inside, outside = (show_value(metric, _whole(mark[side])) for side in ("inside", "outside"))
    return MarkShown(label, inside, outside)


def _whole(value: float) -> float:
    """Days and cents as whole numbers, small figures as they are."""
    return round(value) if abs(value) >= 10 else round(value, 2)


@may_decide
@require_POST
def cluster_proposal_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """A new segment with the rule as its draft; on to its editor."""
    proposal = get_object_or_404(ClusterProposal, pk=pk)
    try:
        segment = accept_proposal(proposal, by=request.user, at=timezone.now())
    except (ProposalDecidedError, CriteriaError) as error:
        add_error(request, say_problems(error) if isinstance(error, CriteriaError) else str(error))
        return redirect("home:cluster-proposal-list")
    add_toast(request, _("A segment with a draft of its rule. Nobody moves before it is published."))
    return redirect("segments:segment-edit", segment.pk)


@may_decide
@require_POST
def cluster_proposal_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """With a reason; it is not proposed again."""
    proposal = get_object_or_404(ClusterProposal, pk=pk)
    form = ReasonForm(request.POST, auto_id=f"id_{pk}_%s")
    if not form.is_valid():
        return _show_list(request, refused_form=form, refused_pk=pk, status=422)
    try:
        refuse_proposal(proposal, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        add_toast(request, _("Refused. This group is not proposed again."))
    except ProposalDecidedError as error:
        add_error(request, str(error))
    return redirect("home:cluster-proposal-list")


@may_decide
@require_POST
def cluster_search_start(request: HttpRequest) -> HttpResponse:
    """Look now instead of on the first of the month."""
    request_cluster_search(at=timezone.now(), by=request.user)
    add_toast(request, _("Searching. What is found stands here in a minute or two."))
    return redirect("home:cluster-proposal-list")
