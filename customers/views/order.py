"""Orders: one order with its lines, and entering one by hand."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import format_money
from crm.core.generic_views import CreateView, DetailView
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from customers.forms.order import OrderForm, OrderLineFormSet
from customers.models import Customer, Order
from customers.order_entry import LinesDoNotAddUp, enter_order


class OrderDetail(DetailView):
    """One order with its lines."""

    model = Order
    permission = "customers.view_order"
    template_name = "customers/order_detail.html"

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("customer", "returns")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lines = self.found.lines.select_related("product")[:500]
        return super().get_context_data(lines=lines, returned_by=self.found.returned_by.all()[:20], **context)


class OrderNew(CreateView):
    """Number, day, amount and up to five lines; it counts at once."""

    model = Order
    form_class = OrderForm
    parent_model = Customer
    permission = "customers.add_order"
    template_name = "customers/order_new.html"
    title = gettext_lazy("Enter an order")

    def get_initial(self) -> dict[str, Any]:
        return {"day": company_day(timezone.now())}

    def get_back_url(self) -> str:
        return reverse("home:customer-page", args=[self.parent.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lines = getattr(self, "lines", None) or OrderLineFormSet(prefix="lines")
        return super().get_context_data(lines=lines, **context)

    def form_valid(self, form: Any) -> HttpResponse:
        self.lines = OrderLineFormSet(self.request.POST, prefix="lines") if self._has_lines() else None
        if self.lines is not None and not self.lines.is_valid():
            form.add_error(None, _("Please look at the lines."))
            return self.form_invalid(form)
        try:
            return super().form_valid(form)
        except LinesDoNotAddUp as error:
            total = format_money(error.lines_cents, currency=setting("company.currency"), with_cents=True)
            form.add_error("amount_cents", _("The lines come to %(total)s.") % {"total": total})
            return self.form_invalid(form)

    def _has_lines(self) -> bool:
        return "lines-TOTAL_FORMS" in self.request.POST

    def save_form(self, form: Any) -> Order:
        forms = self.lines.forms if self.lines is not None else []
        lines = [line for line in (one.make_line(position=at) for at, one in enumerate(forms, 1)) if line]
        return enter_order(form.save(commit=False), lines=lines, at=timezone.now())
