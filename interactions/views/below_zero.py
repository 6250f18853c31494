"""The decision about one customer below zero."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.core.local_time import company_day
from crm.core.toasts import add_toast
from customers.models import Customer
from interactions.below_zero_deciding import DecisionRefused, decide_below_zero
from interactions.below_zero_form import BelowZeroForm
from interactions.models import BelowZeroDecision


def below_zero_decide(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What was decided, and the form to decide (anew); ``?kind=`` chooses beforehand."""
    customers = Customer.objects.visible_to(request.user).select_related("score", "owner")
    customer = get_object_or_404(customers, pk=customer_pk)
    if not request.user.has_perm("interactions.decide_below_zero"):
        raise PermissionDenied
    today = company_day(timezone.now())
    form = BelowZeroForm(request.POST or None, customer=customer, today=today, kind=request.GET.get("kind", ""))
    if request.method == "POST" and form.is_valid() and _decide(request, customer, form):
        add_toast(request, _("Decided for %(name)s.") % {"name": customer.name})
        return redirect("home:below-zero")
    earlier = BelowZeroDecision.objects.filter(customer=customer).select_related("owner", "decided_by")[:10]
    shown: dict[str, Any] = {
        "customer": customer,
        "form": form,
        "earlier": earlier,
        "back_url": reverse("home:below-zero"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "interactions/below_zero_decide.html", shown, status=status)


def _decide(request: HttpRequest, customer: Customer, form: BelowZeroForm) -> bool:
    """Decide as the form says; a refusal is written into the form."""
    now = timezone.now()
    try:
        decide_below_zero(customer, by=request.user, on=company_day(now), at=now, **form.cleaned_data)
    except DecisionRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True
