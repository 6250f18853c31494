"""The reader's own preferences."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.forms import AccountForm, PreferencesForm
from crm.core.toasts import add_toast
from crm.core.way_back import find_way_back


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Change the preferences named in ``changed`` (theme, density, single_keys) for the reader alone."""
    form = PreferencesForm(request.POST, user=request.user)
    if not form.is_valid():
        return HttpResponse(status=422)
    form.save()
    if request.headers.get("accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return redirect(find_way_back(request))


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The reader's own name, time zone and look."""
    form = AccountForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        add_toast(request, _("Saved."))
        return redirect("core:account")
    if form.is_bound:
        request.user.refresh_from_db()
    return render(request, "core/account.html", {"form": form}, status=422 if form.is_bound else 200)
