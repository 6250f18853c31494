"""Cost pools: what a kind of work really cost in a period, and whose part is how much."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from crm.core.generic_views import CreateView, DeleteView, ListView, UpdateView, visible_rows
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition
from crm.core.toasts import add_error, add_toast
from customers.cost_pool_allocation import CostPoolRefused, adopt_pool_rate, allocate_cost_pool
from customers.forms.cost_pool import CostPoolForm
from customers.models import CostPool, CostPoolShare, CostRate

POOLS = ListDefinition(
    columns=(
        Column(
            "work",
            gettext_lazy("Work"),
            "get_work_display",
            url=lambda row: reverse("customers:cost-pool-detail", args=[row.pk]),
        ),
        Column("from", gettext_lazy("From"), "first_day", "day", sort="first_day", largest_first=True),
        Column("to", gettext_lazy("To"), "last_day", "day"),
        Column("cost", gettext_lazy("Actual cost"), "amount_cents", "amount"),
        Column("customers", gettext_lazy("Customers"), "customers", "number", hide_on_phone=True),
        Column("rest", gettext_lazy("Not assignable"), "unassigned_cents", "amount", hide_on_phone=True),
        Column("difference", gettext_lazy("Against the rates"), "difference_cents", "amount", hide_on_phone=True),
    ),
    filters=(
        ChoiceFilter(
            "kind",
            gettext_lazy("Work"),
            lambda rows, value, request: rows.filter(work=value),
            CostRate.Work.choices,
        ),
    ),
    default_sort="-from",
)
SHARES = ListDefinition(
    columns=(
        Column(
            "customer",
            gettext_lazy("Customer"),
            "customer.name",
            url=lambda row: reverse("home:customer-value", args=[row.customer_id]),
        ),
        Column("driver", gettext_lazy("Minutes or pieces"), "driver", "number"),
        Column("share", gettext_lazy("Share of the pool"), "cents", "amount_exact", sort="cents", largest_first=True),
        Column("standard", gettext_lazy("At the rates"), "standard_cents", "amount_exact", hide_on_phone=True),
        Column("difference", gettext_lazy("Difference"), "difference_cents", "amount_exact", hide_on_phone=True),
    ),
    default_sort="-share",
)
may_set = permission_required("core.change_settings", raise_exception=True)


class _PoolPage:
    model = CostPool
    permission = "core.change_settings"
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Cost pools")

    def get_back_url(self) -> str:
        return reverse("customers:cost-pool-list")


class CostPoolList(_PoolPage, ListView):
    definition = POOLS
    title = gettext_lazy("Cost pools")
    new_label = gettext_lazy("Cost pool")
    empty_text = gettext_lazy("Enter what a kind of work cost in a quarter: it is shared among those who caused it.")

    def get_new_url(self) -> str:
        return reverse("customers:cost-pool-new")


class _PoolForm(_PoolPage):
    """Saving shares the pool at once; what cannot be shared is said in the form."""

    form_class = CostPoolForm
    said = gettext_lazy("Shared among those who caused it.")
    object: Any
    request: HttpRequest

    def finish(self, form: Any) -> HttpResponse:
        try:
            return super().finish(form)  # type: ignore[misc, no-any-return]
        except CostPoolRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]

    def save_form(self, form: Any) -> CostPool:
        pool = form.save(commit=False)
        pool.entered_by = self.request.user
        return allocate_cost_pool(pool, at=timezone.now())

    def get_success_url(self) -> str:
        return reverse("customers:cost-pool-detail", args=[self.object.pk])


class CostPoolNew(_PoolForm, CreateView):
    title = gettext_lazy("New cost pool")


class CostPoolEdit(_PoolForm, UpdateView):
    title = gettext_lazy("Edit cost pool")


class CostPoolDelete(_PoolPage, DeleteView):
    title = gettext_lazy("Remove cost pool")
    success_url = reverse_lazy("customers:cost-pool-list")


class CostPoolDetail(_PoolPage, ListView):
    """One pool, the rate it comes to, and every customer's share of it."""

    model = CostPoolShare
    definition = SHARES
    template_name = "customers/cost_pool_detail.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.pool = get_object_or_404(CostPool, pk=kwargs.pop("pool_pk"))
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return visible_rows(CostPoolShare, self.request.user).filter(pool=self.pool).select_related("customer")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(pool=self.pool, title=str(self.pool), **context)


@require_POST
@may_set
def cost_pool_allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Share the pool again, with whatever was logged since."""
    pool = get_object_or_404(CostPool, pk=pk)
    try:
        allocate_cost_pool(pool, at=timezone.now())
        add_toast(request, _("Shared again, with what was logged since."))
    except CostPoolRefused as refused:
        add_error(request, str(refused))
    return redirect("customers:cost-pool-detail", pool_pk=pk)


@require_POST
@may_set
def cost_pool_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the rate that results over as the standard rate from the next day on."""
    pool = get_object_or_404(CostPool, pk=pk)
    try:
        rate = adopt_pool_rate(pool)
        add_toast(request, _("%(rate)s is the standard rate now.") % {"rate": rate})
    except CostPoolRefused as refused:
        add_error(request, str(refused))
    return redirect("customers:cost-pool-detail", pool_pk=pk)
