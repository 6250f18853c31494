"""Tags of one customer, and the company's tags in the settings."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import DeleteView, ListView, UpdateView
from crm.core.list_engine import Column, ListDefinition, TextFilter
from crm.core.permission_check import refuse_unless
from crm.core.text_folding import fold_text
from crm.core.toasts import add_toast
from customers.forms.tag import TagCustomerForm, TagForm
from customers.models import Customer, Tag
from customers.tagging import forget_tag_names, list_tag_names, list_tags, tag_customers, untag_customers
from customers.views.customer import page_url


@require_http_methods(["GET", "POST"])
def tag_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Put tags on a customer."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    form = TagCustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            for name in form.cleaned_data["names"]:
                tag_customers([customer.pk], name=name, by=request.user, at=timezone.now())
        add_toast(request, _("Tagged: %(names)s.") % {"names": ", ".join(form.cleaned_data["names"])})
        return finish_entry(request, page_url(customer))
    words = {"heading": _("Tags"), "act": _("Add"), "about": customer, "back_url": page_url(customer)}
    return show_entry(request, form, template="customers/tag_new.html", known=list_tag_names(), **words)


@require_POST
def tag_put(request: HttpRequest, customer_pk: int, tag_pk: int) -> HttpResponse:
    """The tag is on the customer: the undo of taking it off."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    tag = get_object_or_404(Tag, pk=tag_pk)
    tag_customers([customer.pk], name=tag.name, by=request.user, at=timezone.now())
    return _show_tags(request, customer)


@require_POST
def tag_remove(request: HttpRequest, customer_pk: int, tag_pk: int) -> HttpResponse:
    """The tag is off; Undo puts it back."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    tag = get_object_or_404(Tag, pk=tag_pk)
    if untag_customers([customer.pk], name=tag.name):
        undo = reverse("customers:tag-put", args=[customer.pk, tag.pk])
        add_toast(request, _("%(tag)s taken off.") % {"tag": tag}, undo_url=undo)
    return _show_tags(request, customer)


def _show_tags(request: HttpRequest, customer: Customer) -> HttpResponse:
    """The customer's tags as they are now: alone for htmx, else on his page."""
    if not request.htmx:
        return redirect(page_url(customer))
    return render(request, "customers/tag_strip.html", {"customer": customer, "tags": list_tags(customer)})


# --- the company's tags, in the settings -----------------------------------------------------------------------------

TAGS = ListDefinition(
    columns=(
        Column(
            "name",
            gettext_lazy("Tag"),
            sort="name_folded",
            url=lambda row: reverse("customers:tag-edit", args=[row.pk]),
        ),
    ),
    filters=(
        TextFilter(
            "q",
            gettext_lazy("Tag"),
            lambda rows, text, request: rows.filter(name_folded__startswith=fold_text(text)),
        ),
    ),
    default_sort="name",
)


class _TagPage:
    model = Tag
    permission = "core.change_settings"
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Tags")

    def get_back_url(self) -> str:
        return reverse("customers:tag-list")


class TagList(_TagPage, ListView):
    definition = TAGS
    title = gettext_lazy("Tags")
    empty_text = gettext_lazy("A tag appears here as soon as somebody puts it on a customer.")


class TagEdit(_TagPage, UpdateView):
    form_class: Any = TagForm
    template_name = "customers/tag_edit.html"
    title = gettext_lazy("Rename the tag")

    def save_form(self, form: Any) -> Tag:
        tag: Tag = super().save_form(form)
        transaction.on_commit(forget_tag_names)
        return tag


class TagDelete(_TagPage, DeleteView):
    title = gettext_lazy("Remove the tag")

    def form_valid(self, form: Any) -> HttpResponse:
        transaction.on_commit(forget_tag_names)
        return super().form_valid(form)
