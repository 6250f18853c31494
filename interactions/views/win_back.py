"""Plan how a lost customer is won back, or let him go for now."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from customers.models import Customer
from interactions.models import WinBack
from interactions.win_back_form import LetGoForm, WinBackForm
from interactions.win_back_planning import WinBackRefused, let_go, plan_win_back, take_back_win_back


@require_http_methods(["GET", "POST"])
def win_back_plan(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Why they left, what would bring them back, when and who."""
    customer = _find(request, customer_pk)
    form = WinBackForm(request.POST or None, customer=customer, known=_find_known(customer))
    if request.method == "POST" and form.is_valid():
        try:
            plan_win_back(customer, by=request.user, at=timezone.now(), **form.cleaned_data)
        except WinBackRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _finish(request, customer, _("Planned; it stands in the day of whoever takes it."))
    return _show(request, form, customer, heading=_("Win back"), act=_("Plan"))


@require_http_methods(["GET", "POST"])
def win_back_let_go(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Why they left and are not followed, and when that is looked at again."""
    customer = _find(request, customer_pk)
    form = LetGoForm(request.POST or None, known=_find_known(customer))
    if request.method == "POST" and form.is_valid():
        try:
            let_go(customer, by=request.user, at=timezone.now(), **form.cleaned_data)
        except WinBackRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _finish(request, customer, _("Noted, with the day to look again."))
    return _show(request, form, customer, heading=_("Let go for now"), act=_("Save"))


@require_POST
def win_back_take_back(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What was decided last holds no longer."""
    customer = _find(request, customer_pk)
    try:
        take_back_win_back(customer, by=request.user, at=timezone.now())
        add_toast(request, _("Taken back: nothing is planned for %(name)s.") % {"name": customer})
    except WinBackRefused as refusal:
        add_error(request, str(refusal))
    return finish_entry(request, reverse("home:win-back"))


def _show(request: HttpRequest, form: Any, customer: Customer, **words: str) -> HttpResponse:
    return show_entry(request, form, about=customer, back_url=reverse("home:win-back"), **words)


def _finish(request: HttpRequest, customer: Customer, said: str) -> HttpResponse:
    add_toast(request, said, undo_url=reverse("interactions:win-back-take-back", args=[customer.pk]))
    return finish_entry(request, reverse("home:win-back"))


def _find_known(customer: Customer) -> WinBack | None:
    return WinBack.objects.in_force().filter(customer=customer).first()


def _find(request: HttpRequest, pk: int) -> Customer:
    """A customer the reader may see (404) and plan for (403)."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("owner"), pk=pk)
    refuse_unless(request.user, "interactions.change_task")
    return customer
