"""A list as a file: which kind, how far it is, stop, and the file itself for whoever asked for it."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.entry_form import show_entry
from crm.core.fragments import wants_fragment
from crm.core.job_ledger import cancel_job
from crm.core.list_catalogue import LISTS, FilterLost, find_matching
from crm.core.list_exporting import EXPORT_JOB, KEPT_FOR, ExportRefused, find_export, request_export
from crm.core.local_time import company_day
from crm.core.models import JobRun
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.core.view_choosing import choose_view, split_columns
from crm.home.list_acting import UNDER_WAY, ChosenRows, finish_entry_at
from crm.home.list_views import find_list, read_state


class FileForm(forms.Form):
    """CSV or a workbook."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=[("xlsx", gettext_lazy("Workbook (XLSX)")), ("csv", gettext_lazy("Text with commas (CSV)"))],
        initial="xlsx",
        widget=forms.RadioSelect,
    )


@require_http_methods(["GET", "POST"])
def list_export(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the kind of file, then make it in the background: what is shown, or the rows ticked."""
    known = find_list(request, name)
    refuse_unless(request.user, known.export_permission)
    chosen = choose_view(known, request)
    rows = ChosenRows(request)
    ticked = bool(rows.ids)
    sent = "sure" in request.POST
    form = FileForm(request.POST if sent else None)
    query = rows.query if "query" in request.POST else read_state(request)
    columns = split_columns(request.POST.get("columns", "")) or chosen.columns
    if sent and form.is_valid():
        said: dict[str, Any] = {"query": query, "columns": columns, "kind": form.cleaned_data["kind"]}
        try:
            find_matching(known, user=request.user, query=query)  # type: ignore[arg-type]
            job = request_export(known, by=request.user, at=timezone.now(), ids=rows.ids if ticked else None, **said)  # type: ignore[arg-type]
        except (ExportRefused, FilterLost) as refused:
            form.add_error(None, str(refused))
        else:
            return finish_entry_at(request, reverse("home:export-work", args=[job.pk]))
    carried = [("sure", "1"), ("columns", ",".join(columns)), *dict(rows.carried, query=query).items()]
    note = rows.words if ticked else _("Every row that matches, with the columns shown.")
    response = show_entry(
        request,
        form,
        heading=_("Export"),
        act=_("Make the file"),
        back_url=known.url,
        note=note,
        template="lists/act_ask.html",
        carried=carried,
    )
    response.status_code = 422 if form.is_bound else 200
    return response


def _find_job(request: HttpRequest, pk: int) -> JobRun:
    return get_object_or_404(JobRun, pk=pk, kind=EXPORT_JOB, requested_by=request.user)


@require_GET
def export_work(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is; then the file."""
    job = _find_job(request, pk)
    known = LISTS[job.params["list"]]
    context = {
        "job": job,
        "known": known,
        "busy": job.state in UNDER_WAY,
        "share": job.done / job.total if job.total else 0,
        "ready": find_export(job, user=request.user, at=timezone.now()) is not None,  # type: ignore[arg-type]
        "days": KEPT_FOR.days,
    }
    fragment = wants_fragment(request, ("work",))
    return render(request, f"lists/export_work.html{'#work' if fragment else ''}", context)


@require_GET
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself; 404 once it is a week old."""
    job = _find_job(request, pk)
    place = find_export(job, user=request.user, at=timezone.now())  # type: ignore[arg-type]
    if place is None:
        raise Http404
    name = f"{slugify(job.params['list'])}-{company_day(job.finished_at).isoformat()}{place.suffix}"
    return FileResponse(place.open("rb"), as_attachment=True, filename=name)


@require_POST
def export_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Make no file after all."""
    job = _find_job(request, pk)
    cancel_job(job)
    add_toast(request, _("It stops after the part at hand."))
    return redirect("home:export-work", job.pk)
