"""The contract of one customer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from customers.contract_keeping import keep_contract
from customers.forms.contract import ContractForm
from customers.models import Contract, Customer
from customers.views.customer import page_url


@require_http_methods(["GET", "POST"])
def contract_edit(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Enter it, or say when it ended."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    form = ContractForm(request.POST or None, instance=Contract.objects.filter(customer=customer).first())
    if request.method == "POST" and form.is_valid():
        keep_contract(customer, **form.cleaned_data, at=timezone.now())
        add_toast(request, _("Contract kept."))
        return redirect(page_url(customer))
    context = {"form": form, "title": _("Contract"), "back_url": page_url(customer), "back_label": str(customer)}
    return render(request, "generic/form.html", context, status=422 if request.method == "POST" else 200)
