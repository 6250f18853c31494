"""Who changed what: the history of any record that is kept and may be seen."""

from django.apps import apps
from django.contrib.auth.decorators import permission_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from crm.core.change_reading import changes_of, find_event_model
from crm.core.models import User
from crm.core.permission_check import refuse_unless
from crm.core.recent_changes import ChangeFilter, list_kinds, list_recent_changes

APPS = ("core", "customers", "segments", "interactions", "complaints")


def _find_model(kind: str) -> type[models.Model]:
    """The model called ``kind`` whose rows know who may see them; 404 for any other word."""
    for app in APPS:
        model = apps.get_app_config(app).models.get(kind)
        if model is not None and find_event_model(model) is not None:
            return model
    raise Http404


@require_GET
def show_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Changes of one record and of what belongs to it, newest first."""
    model = _find_model(kind)
    rows = model._default_manager.all()
    if hasattr(rows, "visible_to"):
        record = get_object_or_404(rows.visible_to(request.user), pk=pk)
        refuse_unless(request.user, "core.view_history")
    else:
        refuse_unless(request.user, "core.manage_users")
        record = get_object_or_404(rows, pk=pk)
    shown = {"record": record, "kind": model._meta.verbose_name, "changes": changes_of(record)[:300]}
    return render(request, "core/history.html", shown)


@require_GET
@permission_required("core.view_history", raise_exception=True)
def recent_changes(request: HttpRequest) -> HttpResponse:
    """What people changed lately: all of it for an admin, for others what belongs to customers they see."""
    wanted = ChangeFilter.read(request.GET)
    has_settings = request.user.has_perm("customers.import_customer")
    shown = {
        "frame": "generic/settings_frame.html" if has_settings else "generic/frame.html",
        "wanted": wanted,
        "is_narrowed": wanted != ChangeFilter(),
        "page": list_recent_changes(request.user, wanted, after=request.GET.get("after", "")),  # type: ignore[arg-type]
        "people": User.objects.order_by("name", "pk"),
        "kinds": list_kinds(request.user),  # type: ignore[arg-type]
    }
    return render(request, "core/recent_changes.html", shown)
