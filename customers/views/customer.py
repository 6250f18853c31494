"""New, edit, archive and restore a customer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.core.generic_views import CreateView, UpdateView
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from customers.custom_value_keeping import CustomValueRefused
from customers.customer_archiving import archive_customer, restore_customer
from customers.customer_registration import change_customer, register_customer
from customers.duplicate_warning import TypedCustomer, find_duplicates
from customers.forms.customer import CustomerForm, NewCustomerForm
from customers.models import Customer


def page_url(customer: Customer) -> str:
    """The page of a customer, which a layer above draws."""
    return reverse("home:customer-page", args=[customer.pk])


class _WithOwnFields:
    """Keeps the own fields of the form with the customer, or neither."""

    def finish(self, form: Any) -> HttpResponse:
        try:
            return super().finish(form)  # type: ignore[misc, no-any-return]
        except CustomValueRefused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]


class CustomerNew(_WithOwnFields, CreateView):
    model = Customer
    form_class = NewCustomerForm
    permission = "customers.add_customer"
    template_name = "customers/customer_new.html"
    title = gettext_lazy("New customer")
    back_label = gettext_lazy("Customers")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_back_url(self) -> str:
        return reverse("home:customer-list")

    def get_success_url(self) -> str:
        seen = Customer.objects.visible_to(self.request.user).filter(pk=self.object.pk).exists()
        return page_url(self.object) if seen else self.get_back_url()

    def save_form(self, form: Any) -> Customer:
        own_values, now = form.read_custom_values(), timezone.now()
        return register_customer(form, own_values=own_values, by=self.request.user, at=now)  # type: ignore[arg-type]


class CustomerEdit(_WithOwnFields, UpdateView):
    model = Customer
    form_class = CustomerForm
    permission = "customers.change_customer"
    template_name = "customers/customer_edit.html"
    title = gettext_lazy("Edit customer")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_back_url(self) -> str:
        return page_url(self.found)

    def get_success_url(self) -> str:
        seen = Customer.objects.visible_to(self.request.user).filter(pk=self.found.pk).exists()
        return page_url(self.found) if seen else reverse("home:customer-list")

    def save_form(self, form: Any) -> Customer:
        return change_customer(form, own_values=form.read_custom_values(), by=self.request.user)  # type: ignore[arg-type]


@require_GET
def warn_of_duplicates(request: HttpRequest) -> HttpResponse:
    """Who looks like the customer being typed; a fragment."""
    refuse_unless(request.user, "customers.add_customer")
    typed = TypedCustomer(**{key: read_text(request, key) for key in TypedCustomer.__dataclass_fields__})
    duplicates = find_duplicates(request.user, typed)  # type: ignore[arg-type]
    return render(request, "customers/duplicate_warning.html", {"duplicates": duplicates})


def read_text(request: HttpRequest, key: str) -> str:
    """A value of the query string without control characters."""
    return "".join(c for c in request.GET.get(key, "") if c.isprintable()).strip()[:300]


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the lists; Undo brings back."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, "customers.archive_customer")
    archive_customer(customer, by=request.user, at=timezone.now())
    undo = reverse("customers:customer-restore", args=[customer.pk])
    add_toast(request, _("%(name)s archived.") % {"name": customer.name}, undo_url=undo)
    return redirect(page_url(customer))


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Back into the lists."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, "customers.archive_customer")
    if restore_customer(customer, by=request.user).is_archived:
        words = _("%(name)s stays in the archive: merged into another customer, or erased.")
        add_error(request, words % {"name": customer.name})
    else:
        add_toast(request, _("%(name)s is back.") % {"name": customer.name})
    return redirect(page_url(customer))
