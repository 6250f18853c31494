"""Imports: the list, handing in a file, its columns and problems, start, stop, report."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition
from crm.core.toasts import add_error, add_toast
from customers.forms.data_import import ReadingForm, UploadForm
from customers.import_handling import NotReady, cancel_import, change_reading, start_import, take_file
from customers.import_mapping import NameNeeded, forget_mapping, save_mapping
from customers.import_page import describe_outcome, describe_page, describe_undo, is_preparing
from customers.import_undoing import CannotUndo, UndoUnderWay, can_undo, start_undo
from customers.import_wording import kind_label
from customers.models import DataImport, ImportMapping

NEEDS = {
    "columns": gettext_lazy("A column is still missing. Choose it and check again."),
    "day_order": gettext_lazy("Say whether the day or the month comes first in the dates."),
    "": gettext_lazy("This import has moved on meanwhile. Here is how it stands."),
}
CANNOT_UNDO = gettext_lazy("This import can no longer be undone. Here is how it stands.")


def _in_state(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(state=value)


IMPORTS = ListDefinition(
    columns=(
        Column("file", gettext_lazy("File"), "file_name", url=DataImport.get_absolute_url),
        Column("kind", gettext_lazy("What"), kind_label),
        Column("outcome", gettext_lazy("Result"), describe_outcome),
        Column("by", gettext_lazy("By"), "created_by", kind="avatar", hide_on_phone=True),
        Column("at", gettext_lazy("When"), "created_at", "moment", sort="id", largest_first=True, hide_on_phone=True),
    ),
    filters=(ChoiceFilter("state", gettext_lazy("State"), _in_state, DataImport.State.choices),),
    default_sort="-at",
)


class ImportList(ListView):
    """Every import the reader may see, newest first."""

    model = DataImport
    definition = IMPORTS
    permission = "customers.import_customer"
    frame = "generic/settings_frame.html"
    title = gettext_lazy("Imports")
    new_label = gettext_lazy("Import a file")
    empty_text = gettext_lazy("Bring orders or customers as CSV or XLSX. The same file twice changes nothing.")

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("created_by", "job")

    def get_new_url(self) -> str:
        return reverse("customers:import-new")


def _find(request: HttpRequest, pk: int) -> DataImport:
    rows = DataImport.objects.visible_to(request.user).select_related("job", "created_by")
    return get_object_or_404(rows, pk=pk)


@permission_required("customers.import_customer", raise_exception=True)
def import_new(request: HttpRequest) -> HttpResponse:
    """Hand in a file; it is then read in the background."""
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*posted, user=request.user, wanted=request.GET.get("kind", ""))
    if form.is_valid():
        file = form.cleaned_data["file"]
        made = take_file(
            file.chunks(), name=file.name, kind=form.cleaned_data["kind"], by=request.user, at=timezone.now()
        )
        return redirect(made)
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "customers/import_new.html", {"form": form, "max_bytes": settings.MAX_UPLOAD_BYTES}, status=status
    )


@require_GET
@permission_required("customers.import_customer", raise_exception=True)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The import in whatever state it is; a poll for progress gets that part alone, or the page anew when it moved, and
    one for what is made after the report whether that is still so."""
    data_import = _find(request, pk)
    if request.htmx and request.htmx.target == "import-preparing":
        shown = {"data_import": data_import, "preparing": is_preparing(data_import)}
        return render(request, "customers/import_report.html#import-preparing", shown)
    page = describe_page(data_import, user=request.user, at=timezone.now())
    if request.htmx and request.htmx.target == "import-progress":
        if request.GET.get("seen") != page["state"]:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "customers/import_detail.html#import-progress", page)
    form = ReadingForm(data_import=data_import, user=request.user)
    return render(request, "customers/import_detail.html", page | form.describe())


@require_POST
@permission_required("customers.import_customer", raise_exception=True)
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Look through the file again with the columns and styles chosen."""
    data_import = _find(request, pk)
    form = ReadingForm(request.POST, data_import=data_import, user=request.user)
    if not form.is_valid():
        return _show_errors(request, data_import, form)
    try:
        change_reading(data_import, **form.describe_change(), by=request.user, at=timezone.now())
    except NotReady as error:
        add_error(request, str(NEEDS[error.needs]))
    return redirect(data_import)


@require_POST
@permission_required("customers.import_customer", raise_exception=True)
def import_mapping_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep columns and reading, as they were last looked through, under a name."""
    data_import = _find(request, pk)
    try:
        mapping = save_mapping(data_import, name=request.POST.get("save_as", ""), by=request.user, at=timezone.now())
    except NameNeeded:
        add_error(request, _("Give the reading a name."))
    else:
        add_toast(request, _("Kept as “%(name)s”: files with the same headers are read like this.") % {"name": mapping})
    return redirect(data_import)


@require_POST
@permission_required("customers.import_customer", raise_exception=True)
def import_mapping_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a saved reading no longer."""
    data_import = _find(request, pk)
    known = ImportMapping.objects.visible_to(request.user).filter(kind=data_import.kind)
    mapping = known.filter(pk=data_import.options.get("mapping_id")).first()
    if mapping is not None:
        forget_mapping(mapping)
        add_toast(request, _("Forgotten. This import stays as it is."))
    return redirect(data_import)


@require_POST
@permission_required("customers.import_customer", raise_exception=True)
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it; where columns, or what is to be done with the rows, were changed since the last look, look again."""
    data_import = _find(request, pk)
    form = ReadingForm(request.POST, data_import=data_import, user=request.user)
    if not form.is_valid():
        return _show_errors(request, data_import, form)
    if data_import.state == DataImport.State.READY and form.changes_reading():
        return import_columns(request, pk)
    try:
        start_import(data_import, by=request.user, at=timezone.now(), options=form.writing_options())
    except NotReady as error:
        add_error(request, str(NEEDS[error.needs]))
    return redirect(data_import)


def _show_errors(request: HttpRequest, data_import: DataImport, form: ReadingForm) -> HttpResponse:
    page = describe_page(data_import, user=request.user, at=timezone.now())
    return render(request, "customers/import_detail.html", page | form.describe(), status=422)


@require_POST
@permission_required("customers.import_customer", raise_exception=True)
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it; what is written stays, and the report says how much that was."""
    data_import = cancel_import(_find(request, pk), at=timezone.now())
    if data_import.state == DataImport.State.CANCELLED:
        add_toast(request, _("Import stopped."))
    return redirect(data_import)


@require_http_methods(["GET", "POST"])
@permission_required("customers.import_customer", raise_exception=True)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole import back, in the background; asked for, say first how much that is."""
    data_import, now = _find(request, pk), timezone.now()
    try:
        if request.method == "POST":
            start_undo(data_import, by=request.user, at=now)
        elif can_undo(data_import, at=now):
            return _ask_for_undo(request, data_import)
        else:
            add_error(request, CANNOT_UNDO)
    except UndoUnderWay:
        add_error(request, _("This import is being undone already. Here is how far it is."))
    except CannotUndo:
        add_error(request, CANNOT_UNDO)
    return finish_entry(request, data_import.get_absolute_url())


def _ask_for_undo(request: HttpRequest, data_import: DataImport) -> HttpResponse:
    return show_entry(
        request,
        forms.Form(),
        heading=_("Undo this import"),
        act=_("Undo it"),
        about=data_import.file_name,
        note=describe_undo(data_import),
        back_url=data_import.get_absolute_url(),
    )


@require_GET
@permission_required("customers.import_customer", raise_exception=True)
def import_rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rejected rows with their reasons, to mend and send again."""
    data_import = _find(request, pk)
    if not data_import.rejected:
        raise Http404
    name = f"rejected-{data_import.file_name.removesuffix('.gz').rsplit('.', 1)[0]}.csv"
    try:
        content = data_import.rejected.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(content, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
