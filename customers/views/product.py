"""Products, and what serving a customer costs: lists and forms in the settings."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.core.generic_views import CreateView, DeleteView, ListView, UpdateView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from customers.cost_rate_setting import set_cost_rate
from customers.forms.product import CostRateForm, ProductForm
from customers.models import CostRate, Product


def _search(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=text) | Q(number__istartswith=text) | Q(family__icontains=text))


PRODUCTS = ListDefinition(
    columns=(
        Column("name", _("Product"), sort="name", url=lambda row: reverse("customers:product-edit", args=[row.pk])),
        Column("number", _("Number"), sort="number"),
        Column("family", _("Family"), sort="family", hide_on_phone=True),
        Column(
            "price",
            _("List price"),
            "price_cents",
            "amount_exact",
            sort="price_cents",
            nullable=True,
            largest_first=True,
        ),
        Column("cost", _("Cost"), "cost_cents", "amount_exact", hide_on_phone=True),
        Column("sold", _("Sold"), "is_active", "flag", hide_on_phone=True),
    ),
    filters=(
        TextFilter("q", _("Name, number or family"), _search),
        FlagFilter("gone", _("No longer sold"), lambda rows, value, request: rows.filter(is_active=False)),
    ),
    default_sort="name",
)

RATES = ListDefinition(
    columns=(
        Column(
            "work",
            _("Work"),
            "get_work_display",
            sort="work",
            url=lambda row: reverse("customers:cost-rate-edit", args=[row.pk]),
            head_term="cost-to-serve",
        ),
        Column("minute", _("A minute"), "cents_per_minute", "amount_exact"),
        Column("each", _("Each"), "cents_each", "amount_exact"),
        Column("from", _("From"), "valid_from", "day", sort="valid_from", largest_first=True),
        Column("to", _("To"), "valid_to", "day", hide_on_phone=True),
    ),
    filters=(
        ChoiceFilter("kind", _("Work"), lambda rows, value, request: rows.filter(work=value), CostRate.Work.choices),
    ),
    default_sort="work",
)


class _ProductPage:
    model = Product
    permission = "customers.import_customer"
    frame = "generic/settings_frame.html"
    back_label = _("Products")

    def get_back_url(self) -> str:
        return reverse("customers:product-list")


class ProductList(_ProductPage, ListView):
    definition = PRODUCTS
    title = _("Products")
    new_label = _("Product")
    empty_text = _("Products come with imported orders, or are added here.")

    def get_new_url(self) -> str:
        return reverse("customers:product-new")


class ProductNew(_ProductPage, CreateView):
    form_class = ProductForm
    title = _("New product")


class ProductEdit(_ProductPage, UpdateView):
    form_class = ProductForm
    title = _("Edit product")


class _RatePage:
    model = CostRate
    permission = "core.change_settings"
    frame = "generic/settings_frame.html"
    back_label = _("Cost rates")

    def get_back_url(self) -> str:
        return reverse("customers:cost-rate-list")

    def save_form(self, form: Any) -> CostRate:
        return set_cost_rate(form.save(commit=False))


class CostRateList(_RatePage, ListView):
    definition = RATES
    title = _("Cost rates")
    new_label = _("Cost rate")
    empty_text = _("Without rates, serving a customer costs nothing in the value statement.")

    def get_new_url(self) -> str:
        return reverse("customers:cost-rate-new")


class CostRateNew(_RatePage, CreateView):
    form_class = CostRateForm
    title = _("New cost rate")


class CostRateEdit(_RatePage, UpdateView):
    form_class = CostRateForm
    title = _("Edit cost rate")
    template_name = "customers/cost_rate_form.html"


class CostRateDelete(_RatePage, DeleteView):
    title = _("Remove cost rate")
    success_url = reverse_lazy("customers:cost-rate-list")
