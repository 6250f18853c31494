"""Plan a benefit for one of the best customers, or say why there is none."""

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
from interactions.benefit_planning import BenefitRefused, plan_benefit, waive_benefit, withdraw_benefit
from interactions.forms import BenefitForm, BenefitWaiverForm


@require_http_methods(["GET", "POST"])
def benefit_plan(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What they get, by when, and who sees to it."""
    customer = _find(request, customer_pk)
    form = BenefitForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            plan_benefit(customer, by=request.user, at=timezone.now(), **form.cleaned_data)
        except BenefitRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            back = reverse("interactions:benefit-withdraw", args=[customer.pk])
            add_toast(request, _("Planned; it stands in the day of whoever sees to it."), undo_url=back)
            return finish_entry(request, reverse("home:benefit-queue"))
    heading = _("Plan a benefit")
    return show_entry(
        request, form, heading=heading, about=customer, act=_("Plan"), back_url=reverse("home:benefit-queue")
    )


@require_POST
def benefit_withdraw(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What was planned last is no longer to be given."""
    customer = _find(request, customer_pk)
    try:
        benefit = withdraw_benefit(customer, by=request.user, at=timezone.now())
        add_toast(request, _("Taken back: %(benefit)s for %(name)s.") % {"benefit": benefit, "name": customer})
    except BenefitRefused as refusal:
        add_error(request, str(refusal))
    return finish_entry(request, reverse("home:benefit-queue"))


@require_http_methods(["GET", "POST"])
def benefit_waive(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Why they get none for now, and when that is looked at again."""
    customer = _find(request, customer_pk)
    form = BenefitWaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            waive_benefit(customer, by=request.user, on=company_day(timezone.now()), **form.cleaned_data)
        except BenefitRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Noted, with the day to look again."))
            return finish_entry(request, reverse("home:benefit-queue"))
    heading = _("No benefit for now")
    return show_entry(
        request, form, heading=heading, about=customer, act=_("Save"), back_url=reverse("home:benefit-queue")
    )


def _find(request: HttpRequest, pk: int) -> Customer:
    """A customer the reader may see (404) and plan for (403)."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("owner"), pk=pk)
    refuse_unless(request.user, "interactions.change_task")
    return customer
