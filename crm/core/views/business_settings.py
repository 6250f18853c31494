"""Business settings: every one with its default and where it came from."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.core.models.business_setting import DEFINITIONS
from crm.core.setting_editing import SettingRefused, edit_setting, list_settings, reset_setting
from crm.core.toasts import add_error, add_toast

may_change = permission_required("core.change_settings", raise_exception=True)


@may_change
def setting_list(request: HttpRequest) -> HttpResponse:
    """All settings by group."""
    return render(request, "core/setting_list.html", {"groups": list_settings()})


@may_change
@require_POST
def setting_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change one setting, or put it back to its default (``reset``)."""
    if key not in DEFINITIONS:
        raise Http404
    text = request.POST.get("value", "")
    try:
        reset_setting(key, by=request.user) if "reset" in request.POST else edit_setting(key, text, by=request.user)
    except SettingRefused as refused:
        add_error(request, _("%(name)s: %(reason)s") % {"name": DEFINITIONS[key].label, "reason": refused})
        groups = list_settings(refused={key: (text, str(refused))})
        return render(request, "core/setting_list.html", {"groups": groups}, status=422)
    add_toast(request, _("Kept: %(name)s.") % {"name": DEFINITIONS[key].label})
    return redirect(f"{reverse('core:setting-list')}#{key.partition('.')[0]}")
