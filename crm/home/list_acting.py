"""Acts on many rows of a list: what is asked first, the act, how far it is, and taking it back."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from crm.core.bulk_acting import ActRefused, request_act, request_undo
from crm.core.bulk_actions import ACTIONS, BulkAction
from crm.core.entry_form import finish_entry, show_entry
from crm.core.formats import format_count, format_number
from crm.core.fragments import wants_fragment
from crm.core.job_ledger import cancel_job, perform_job
from crm.core.list_catalogue import LISTS, FilterLost, KnownList, find_matching
from crm.core.list_paging import count_about
from crm.core.models import BulkAct, BulkRow, JobRun
from crm.core.toasts import add_error, add_toast
from crm.home.list_views import find_list

MOST_IDS = 1000
SHOWN_ROWS = 50
UNDER_WAY = {JobRun.State.WAITING, JobRun.State.RUNNING}


class ChosenRows:
    """The rows an act is for: those ticked, or all that the query of the list lets through."""

    def __init__(self, request: HttpRequest) -> None:
        said = request.POST.get("ids", "").split(",") + request.POST.getlist("row")
        ticked = dict.fromkeys(int(pk) for pk in said if pk.isdecimal() and len(pk) < 19)
        self.everything = request.POST.get("all") == "1"
        self.ids = None if self.everything else list(ticked)[:MOST_IDS]
        self.query = request.POST.get("query", "")[:6000].lstrip("?")

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What a form that asks more has to send along."""
        ids = ",".join(str(pk) for pk in self.ids or [])
        return [("all", "1" if self.everything else ""), ("ids", ids), ("query", self.query)]

    @property
    def words(self) -> str:
        if self.ids is None:
            return _("All rows that match, also on other pages.")
        return ngettext("%(n)s row.", "%(n)s rows.", len(self.ids)) % {"n": len(self.ids)}


@require_POST
def list_act(request: HttpRequest, name: str) -> HttpResponse:
    """Ask what the act needs to know, then do it: few rows before the answer, many in the background. Where rows were
    left out, the page of the act says which and why."""
    known = find_list(request, name)
    action = ACTIONS.get((name, request.POST.get("action", "")))
    if action is None:
        raise Http404
    if not request.user.has_perm(action.permission):
        raise PermissionDenied
    rows = ChosenRows(request)
    if rows.ids == []:
        add_error(request, _("Select rows first."))
        return finish_entry(request, known.url)
    sent = "sure" in request.POST or not action.asks
    form = action.make_form(request.POST if sent else None, user=request.user)
    if sent and form.is_valid():
        return _act(request, known, action, rows, form)
    return _ask(request, known, action, rows, form)


def _ask(
    request: HttpRequest, known: KnownList, action: BulkAction, rows: ChosenRows, form: forms.Form
) -> HttpResponse:
    response = show_entry(
        request,
        form,
        heading=action.label,
        act=action.label,
        back_url=known.url,
        note=f"{_count_words(rows, known, request)} {action.note}".strip(),
        template="lists/act_ask.html",
        carried=[("action", action.name), ("sure", "1"), *rows.carried],
    )
    response.status_code = 422 if form.is_bound else 200
    return response


def _count_words(rows: ChosenRows, known: KnownList, request: HttpRequest) -> str:
    """How many rows the act is for; about, where they are many."""
    if rows.ids is not None:
        return rows.words
    try:
        matching = find_matching(known, user=request.user, query=rows.query)  # type: ignore[arg-type]
    except FilterLost:
        return rows.words
    count, exact = count_about(matching)
    return _("All rows that match, also on other pages: %(n)s.") % {"n": format_count(count, exact=exact)}


def _act(
    request: HttpRequest, known: KnownList, action: BulkAction, rows: ChosenRows, form: forms.Form
) -> HttpResponse:
    said = {"choices": action.keep(form.cleaned_data), "by": request.user, "at": timezone.now(), "query": rows.query}
    at_once = rows.ids is not None and len(rows.ids) <= action.at_once
    try:
        with transaction.atomic():
            act = request_act(known, action, ids=rows.ids, **said)  # type: ignore[arg-type]
            if at_once and act.job is not None:
                perform_job(act.job.pk)
    except ActRefused as refused:
        add_error(request, str(refused))
        return finish_entry(request, known.url)
    act.refresh_from_db()
    if at_once and act.job is not None and act.job.state == JobRun.State.DONE and not act.refused:
        add_toast(request, tell_outcome(act), undo_url=reverse("home:list-undo", args=[act.pk]) if act.changed else "")
        result = action.find_result(act) if action.find_result and act.changed else ""
        return finish_entry_at(request, result) if result else finish_entry(request, known.url)
    return finish_entry_at(request, reverse("home:list-work", args=[act.pk]))


def finish_entry_at(request: HttpRequest, url: str) -> HttpResponse:
    """To ``url`` itself, whatever page the form was opened from."""
    request.POST = request.POST.copy()
    request.POST.pop("next", None)
    return finish_entry(request, url)


def tell_outcome(act: BulkAct) -> str:
    """What was done, in a line."""
    changed = ngettext("%(n)s row: %(words)s.", "%(n)s rows: %(words)s.", act.changed)
    said = changed % {"n": format_number(act.changed), "words": act.words}
    if act.same:
        said += " " + ngettext("%(n)s was so already.", "%(n)s were so already.", act.same) % {"n": act.same}
    if act.refused:
        said += " " + ngettext("%(n)s was left out.", "%(n)s were left out.", act.refused) % {"n": act.refused}
    return said


@require_GET
def list_work(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an act on many rows is, what became of it, and its undo; asks for itself anew while it is under way."""
    act = get_object_or_404(BulkAct.objects.visible_to(request.user).select_related("by", "job", "undo_job"), pk=pk)
    known = LISTS[act.list_name]
    job = act.undo_job or act.job
    busy = job is not None and job.state in UNDER_WAY
    shown: dict[str, Any] = {"act": act, "known": known, "job": job, "busy": busy, "outcome": tell_outcome(act)}
    shown["share"] = job.done / job.total if job is not None and job.total else 0
    action = ACTIONS.get((act.list_name, act.action))
    shown["result_url"] = action.find_result(act) if action and action.find_result and not busy else ""
    shown["may_undo"] = act.undo_job is None and act.changed and not busy
    if not busy:
        shown |= {"refused": _name_rows(act, known, "r", request), "kept": _name_rows(act, known, "k", request)}
    fragment = wants_fragment(request, ("work",))
    return render(request, f"lists/work.html{'#work' if fragment else ''}", shown)


def _name_rows(act: BulkAct, known: KnownList, state: str, request: HttpRequest) -> list[dict[str, Any]]:
    """The first rows in ``state`` by name, as far as the reader may see them."""
    kept = list(BulkRow.objects.filter(act=act, state=state).order_by("row_id")[:SHOWN_ROWS])
    names = known.find_rows(request).in_bulk([row.row_id for row in kept]) if kept else {}
    return [
        {"name": str(names[row.row_id]), "url": known.row_url(names[row.row_id]), "note": row.note}
        for row in kept
        if row.row_id in names
    ]


@require_POST
def list_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an act back; what was changed since stays, and is named."""
    act = get_object_or_404(BulkAct.objects.visible_to(request.user), pk=pk)
    try:
        with transaction.atomic():
            act = request_undo(act, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            if act.changed <= ACTIONS[act.list_name, act.action].at_once and act.undo_job is not None:
                perform_job(act.undo_job.pk)
    except ActRefused as refused:
        add_error(request, str(refused))
    act.refresh_from_db()
    if act.undo_job is not None and act.undo_job.state == JobRun.State.DONE and not act.kept:
        add_toast(request, _("Taken back."))
        return redirect(f"{LISTS[act.list_name].url}?{act.query or 'view=all'}")
    return redirect("home:list-work", act.pk)


@require_POST
def list_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop after the chunk at hand; what is done stays and can be taken back."""
    act = get_object_or_404(BulkAct.objects.visible_to(request.user).select_related("job", "undo_job"), pk=pk)
    if (job := act.undo_job or act.job) is not None:
        cancel_job(job)
    add_toast(request, _("It stops after the part at hand."))
    return redirect("home:list-work", act.pk)
