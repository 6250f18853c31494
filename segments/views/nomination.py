"""Nominate a customer for the most valuable; approve and withdraw nominations."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from customers.models import Customer
from segments.customer_nominating import (
    NominationRefused,
    approve_nomination,
    nominate_customer,
    withdraw_nomination,
)
from segments.forms import NominationForm
from segments.models import Nomination

USUAL_TERM = timedelta(days=180)


@require_http_methods(["GET", "POST"])
def nomination_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Propose a customer, with a reason and a last day; a manager approves it."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    today = company_day(timezone.now())
    form = NominationForm(request.POST or None, initial={"until": today + USUAL_TERM})
    if request.method == "POST" and form.is_valid():
        try:
            nominate_customer(customer, by=request.user, on=today, **form.cleaned_data)
        except NominationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("%(name)s is nominated; it counts once a manager approves.") % {"name": customer})
            return finish_entry(request, reverse("home:customer-page", args=[customer.pk]))
    return show_entry(
        request,
        form,
        heading=_("Nominate for the most valuable"),
        about=customer,
        note=_("For customers whose worth their sales do not show yet. Your name and reason stand in the list."),
        act=_("Nominate"),
        back_url=reverse("home:customer-page", args=[customer.pk]),
    )


@require_POST
def nomination_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """It counts from now on."""
    nomination = _find(request, pk)
    now = timezone.now()
    try:
        approve_nomination(nomination, by=request.user, at=now, on=company_day(now))
        add_toast(request, _("%(name)s is one of the most valuable now.") % {"name": nomination.customer})
    except NominationRefused as refusal:
        add_error(request, str(refusal))
    return finish_entry(request, reverse("home:most-valuable"))


@require_POST
def nomination_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """It counts no more."""
    nomination = _find(request, pk)
    withdraw_nomination(nomination, by=request.user, at=timezone.now())
    add_toast(request, _("The nomination of %(name)s is withdrawn.") % {"name": nomination.customer})
    return finish_entry(request, reverse("home:most-valuable"))


def _find(request: HttpRequest, pk: int) -> Nomination:
    """A nomination of a customer the reader may see (404), which he may decide (403)."""
    found = get_object_or_404(Nomination.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, "segments.approve_nomination")
    return found
