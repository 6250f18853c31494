"""Signing in, signing in as somebody of the demonstration company, and opening an empty house."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.company_opening import CompanyIsOpenError, is_company_open, open_company
from crm.core.demo_accounts import DEMO_PASSWORD, NoDemoError, find_demo_account, list_demo_accounts
from crm.core.forms import FirstRunForm
from crm.core.models.business_setting import setting

BACKEND = "django.contrib.auth.backends.ModelBackend"
SEGMENTS = [
    {"name": gettext_lazy("Premium"), "mark": "premium"},
    {"name": gettext_lazy("Standard"), "mark": "standard"},
    {"name": gettext_lazy("Low-cost"), "mark": "low"},
    {"name": gettext_lazy("New"), "mark": "new"},
    {"name": gettext_lazy("At risk"), "mark": "risk"},
]


def _greeting(hour: int) -> str:
    if 5 <= hour < 12:
        return _("Good morning.")
    return _("Good afternoon.") if 12 <= hour < 18 else _("Good evening.")


@method_decorator(login_not_required, name="dispatch")
class SignInView(LoginView):
    """allauth's sign-in with the product's page; an empty house leads to the first-run page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_company_open():
            return redirect("core:first-run")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            greeting=_greeting(timezone.localtime().hour),
            company=setting("company.name"),
            segments=SEGMENTS,
            demo_accounts=list_demo_accounts(),
            demo_password=DEMO_PASSWORD,
        )


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo colleague named in ``email``; refused unless this is a demonstration."""
    if not settings.DEMO:
        raise PermissionDenied
    try:
        user = find_demo_account(request.POST.get("email", ""))
    except NoDemoError as error:
        raise PermissionDenied from error
    login(request, user, backend=BACKEND)
    return redirect("/")


def _next_page() -> str:
    """Where to bring the first customers."""
    return reverse("customers:import-new")


@login_not_required
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """The first administrator and the company; gone as soon as one colleague exists."""
    if is_company_open():
        return redirect("account_login")
    form = FirstRunForm(request.POST or None)
    if form.is_valid():
        try:
            user = open_company(**form.cleaned_data)
        except CompanyIsOpenError:
            return redirect("account_login")
        login(request, user, backend=BACKEND)
        return redirect(_next_page())
    return render(request, "core/first_run.html", {"form": form}, status=422 if form.is_bound else 200)
