"""The bin: what was removed, and bringing it back."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.core.bin_reading import MOST_SHOWN, find_removed, list_bin, list_bin_kinds
from crm.core.record_restoring import CannotRestore, restore_record
from crm.core.toasts import add_error, add_toast
from crm.core.way_back import find_way_back


@require_GET
@permission_required("customers.change_customer", raise_exception=True)
def show_bin(request: HttpRequest) -> HttpResponse:
    """What people removed in the last 30 days, newest first; narrowed by kind."""
    kinds = list_bin_kinds(request.user)  # type: ignore[arg-type]
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(kinds) else ""
    try:
        before = parse_datetime(request.GET.get("before", "").replace(" ", "+")[:40])
    except ValueError:
        before = None
    before = before if before and before.tzinfo else None
    removed = list_bin(request.user, at=timezone.now(), kind=kind, before=before)  # type: ignore[arg-type]
    more = removed[-1].change.at.isoformat() if len(removed) == MOST_SHOWN else ""
    return render(request, "core/bin.html", {"removed": removed, "kinds": kinds, "kind": kind, "more": more})


@require_POST
@permission_required("customers.change_customer", raise_exception=True)
def bring_back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One record as it was, with what went with it; back to where Undo was pressed."""
    model = find_removed(kind, pk, user=request.user, at=timezone.now())  # type: ignore[arg-type]
    if model is None:
        raise Http404
    try:
        row = restore_record(model, pk, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except CannotRestore as refusal:
        add_error(request, str(refusal))
    else:
        add_toast(request, _("%(name)s is back.") % {"name": capfirst(str(row))})
    return redirect(find_way_back(request, default=reverse("core:bin")))
