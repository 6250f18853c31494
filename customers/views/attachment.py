"""Files of a customer: the card, handing in, looking at, removing and bringing back."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from crm.core.record_restoring import CannotRestore, find_removal, restore_record
from crm.core.toasts import add_error, add_toast
from customers.file_attaching import FileRefused, attach_file, may_remove, read_about
from customers.forms.attachment import FilesForm
from customers.models import Attachment, Customer
from customers.views.customer import page_url

FILES_SHOWN = 8
MOST_SHOWN = 1000
LARGEST_PREVIEW = 1024 * 1024
# The browser's own reader of PDF draws in a part of its own, which a sandbox would forbid; a picture needs nothing.
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
POLICIES = {"pdf": f"{_NOTHING}; object-src 'self'; style-src 'unsafe-inline'"}
STRICT = f"{_NOTHING}; style-src 'unsafe-inline'; sandbox"


def _show_card(request: HttpRequest, customer: Customer, *, about: tuple[str, int], **words: Any) -> HttpResponse:
    """The card of what ``about`` names; that of the customer himself shows every file of his."""
    rows = Attachment.objects.filter(customer=customer).select_related("added_by")
    if about[0]:
        rows = rows.filter(about=about[0], about_id=about[1])
    most = MOST_SHOWN if request.GET.get("all") == "1" else FILES_SHOWN
    files = list(rows[: most + 1])
    for file in files:
        file.has_preview = file.file_kind.is_picture and file.bytes <= LARGEST_PREVIEW
        file.may_remove = may_remove(file, request.user)  # type: ignore[arg-type]
    shown = {
        "customer": customer,
        "files": files[:most],
        "more": len(files) > most,
        "about": f"{about[0]}-{about[1]}" if about[0] else "",
        "largest": setting("files.largest_mb"),
        "form": FilesForm(),
        "card": "customers/file_card.html",
        **words,
    }
    template = shown["card"] if request.htmx else "customers/card_alone.html"  # type: ignore[attr-defined]
    return render(request, template, shown, status=422 if words.get("refused") else 200)


@require_GET
def file_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Files of the customer, or with ``?about=complaint-12`` of that alone."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    about = read_about(request.GET.get("about", ""), customer=customer, by=request.user)  # type: ignore[arg-type]
    return _show_card(request, customer, about=about)


@require_POST
def file_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Files chosen or dropped; those that are refused are named with the reason, the others are kept."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.add_attachment")
    form = FilesForm(request.POST, request.FILES)
    about = read_about(request.POST.get("about", ""), customer=customer, by=request.user)  # type: ignore[arg-type]
    if not form.is_valid():
        refused = [("", error) for errors in form.errors.values() for error in errors]
        return _show_card(request, customer, about=about, refused=refused)
    where = {"about": about[0], "about_id": about[1], "by": request.user, "at": timezone.now()}
    refused = _take_files(request, customer, form.cleaned_data["files"], where)
    if request.htmx or refused:  # type: ignore[attr-defined]
        return _show_card(request, customer, about=about, refused=refused)
    return redirect(_return_url(request, customer))


def _take_files(
    request: HttpRequest, customer: Customer, files: list[Any], where: dict[str, Any]
) -> list[tuple[str, str]]:
    """Keep what can be kept and say how many; the others with the reason."""
    kept, refused = 0, []
    for file in files:
        try:
            row = attach_file(customer, file=file, **where)
        except FileRefused as refusal:
            refused.append((file.name, str(refusal)))
            continue
        if row.added_at == where["at"]:
            kept += 1
        else:
            is_named = row.file_name == file.name
            words = _("%(file)s is here already.") if is_named else _("%(file)s is here already: %(name)s.")
            add_toast(request, words % {"file": file.name, "name": row})
    if kept:
        add_toast(request, _("%(count)s added.") % {"count": kept})
    return refused


def _return_url(request: HttpRequest, customer: Customer) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else page_url(customer)


@require_GET
def file_show(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The content: pictures and PDF in the browser, everything else (and ``?download=1``) as a download."""
    row = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    kind = row.file_kind
    try:
        content = default_storage.open(row.stored)
    except FileNotFoundError as error:
        raise Http404 from error
    as_download = request.GET.get("download") == "1" or not kind.is_shown
    response = FileResponse(content, as_attachment=as_download, filename=row.file_name, content_type=kind.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICIES.get(kind.key, STRICT)
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=300"
    return response


@require_POST
def file_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Gone from every page; Undo and the bin bring it back for 30 days."""
    row = get_object_or_404(Attachment.objects.visible_to(request.user).select_related("customer"), pk=pk)
    if not may_remove(row, request.user):  # type: ignore[arg-type]
        raise PermissionDenied
    row.delete()
    add_toast(request, _("%(name)s removed.") % {"name": row}, undo_url=reverse("customers:file-restore", args=[pk]))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_return_url(request, row.customer))
    about = read_about(request.POST.get("about", ""), customer=row.customer, by=request.user)  # type: ignore[arg-type]
    return _show_card(request, row.customer, about=about)


@require_POST
def file_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """The undo of a removal."""
    kept = find_removal(Attachment, pk, at=timezone.now())
    customer_pk = kept.customer_id if kept else 0
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.add_attachment")
    try:
        restore_record(Attachment, pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except CannotRestore as refusal:
        add_error(request, str(refusal))
    return redirect(_return_url(request, customer))
