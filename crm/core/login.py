"""Who gets in: no public sign-up, and fragments asked for after the session ended lead to the sign-in page."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode


class NoSignupAdapter(DefaultAccountAdapter):
    """Colleagues are invited by an admin; nobody signs himself up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class PageLoginRequiredMiddleware(LoginRequiredMiddleware):
    """Every view needs a signed-in person; a fragment moves the whole page there."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:
        if not getattr(request, "htmx", False):
            return super().handle_no_permission(request, view_func)
        target = urlencode({"next": request.htmx.current_url_abs_path or "/"})
        return HttpResponse(status=401, headers={"HX-Redirect": f"{reverse('account_login')}?{target}"})
