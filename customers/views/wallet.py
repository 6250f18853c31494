"""Share of wallet, potential and needs of one customer: the cards, and the forms that fill them."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.bin_reading import find_undo_url
from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import CreateView, ListView, UpdateView
from crm.core.list_engine import Column, ListDefinition
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from customers.forms.wallet import CustomerNeedForm, NeedAnswerForm, NeedForm, PotentialForm, WalletForm, read_wallet
from customers.models import Customer, CustomerNeed, Need, Potential
from customers.need_noting import NeedRefused, answer_need, forget_need, forget_need_names, note_need
from customers.potential_noting import PotentialRefused, find_potential, note_potential
from customers.views.customer import page_url
from customers.wallet_estimating import WalletRefused, estimate_wallet, read_wallet_share

MOST_EARLIER = 6


@require_GET
def wallet_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Our part of what the customer spends, with its range, the rivals, the source; and what he could buy."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    today = company_day(timezone.now())
    potentials = list(Potential.objects.filter(customer=customer).select_related("noted_by")[:MOST_EARLIER])
    shown = {
        "customer": customer,
        "wallet": read_wallet_share(customer, on=today),
        "earlier": customer.wallet_estimates.all()[1:MOST_EARLIER],
        "potential": potentials[0] if potentials else None,
        "potentials_before": potentials[1:],
        "card": "customers/wallet_card.html",
    }
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)


@require_GET
def need_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What the customer needs, and whether we meet it."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    needs = list(CustomerNeed.objects.filter(customer=customer).select_related("need", "noted_by"))
    known = [need for need in needs if need.is_met is not None]
    shown = {
        "customer": customer,
        "needs": needs,
        "known": len(known),
        "met": sum(need.is_met for need in known),
        "card": "customers/need_card.html",
    }
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)


@require_http_methods(["GET", "POST"])
def wallet_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """A new estimate of the whole spend; the one before stays as history."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    share = read_wallet_share(customer, on=company_day(timezone.now()))
    form = WalletForm(request.POST or None, initial=read_wallet(share.estimate))
    if request.method == "POST" and form.is_valid() and _estimate(request, customer, form):
        add_toast(request, _("Noted what they spend in all."))
        return finish_entry(request, page_url(customer))
    return show_entry(
        request,
        form,
        heading=_("What they spend with everybody"),
        about=customer,
        act=_("Save"),
        back_url=page_url(customer),
        template="customers/wallet_new.html",
        share=share,
    )


def _estimate(request: HttpRequest, customer: Customer, form: WalletForm) -> bool:
    """Keep what the form says; a refusal is written into the form."""
    values = form.cleaned_data
    try:
        estimate_wallet(
            customer,
            total_cents=values["total"],
            low_cents=values["low"],
            high_cents=values["high"],
            confidence=values["confidence"],
            source=values["source"],
            suppliers=form.read_suppliers(),
            by=request.user,
            on=company_day(timezone.now()),
        )
    except WalletRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
def potential_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What the customer could buy from us, with the evidence."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    today = company_day(timezone.now())
    held = find_potential(customer, on=today)
    form = PotentialForm(request.POST or None, initial={"yearly_cents": held.yearly_cents} if held else {})
    if request.method == "POST" and form.is_valid():
        try:
            note_potential(customer, by=request.user, on=today, **form.cleaned_data)
        except PotentialRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Potential noted."))
            return finish_entry(request, page_url(customer))
    heading, note = _("Potential"), _("The figure before stays in the history with its date.")
    return show_entry(
        request, form, heading=heading, about=customer, note=note, act=_("Save"), back_url=page_url(customer)
    )


@require_http_methods(["GET", "POST"])
def customer_need_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """A need of the customer that was not noted yet."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    return _show_need(request, customer, row=None)


@require_http_methods(["GET", "POST"])
def customer_need_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a need now: evidence, and whether we meet it."""
    row = get_object_or_404(CustomerNeed.objects.visible_to(request.user).select_related("need", "customer"), pk=pk)
    refuse_unless(request.user, "customers.change_customer")
    return _show_need(request, row.customer, row=row)


def _show_need(request: HttpRequest, customer: Customer, *, row: CustomerNeed | None) -> HttpResponse:
    form = CustomerNeedForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            note_need(customer, by=request.user, on=company_day(timezone.now()), **form.cleaned_data)
        except NeedRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Need noted."))
            return finish_entry(request, page_url(customer))
    heading = _("A need of theirs")
    return show_entry(
        request,
        form,
        heading=heading,
        about=customer,
        act=_("Save"),
        back_url=page_url(customer),
        template="customers/customer_need.html",
        row=row,
    )


@require_http_methods(["GET", "POST"])
def customer_need_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of hearing it: something changed with us, or a reason says why nothing does."""
    row = get_object_or_404(CustomerNeed.objects.visible_to(request.user).select_related("need", "customer"), pk=pk)
    refuse_unless(request.user, "customers.change_customer")
    form = NeedAnswerForm(request.POST or None, initial={"answer": row.answer, "text": row.answer_text})
    back_url = page_url(row.customer)
    if request.method == "POST" and form.is_valid():
        answer_need(row, on=company_day(timezone.now()), **form.cleaned_data)
        add_toast(request, _("Noted what came of it."))
        return finish_entry(request, back_url)
    heading = _("They need: %(need)s") % {"need": row.need}
    return show_entry(
        request, form, heading=heading, about=row.customer, note=row.evidence, act=_("Save"), back_url=back_url
    )


@require_POST
def customer_need_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """They do not need it any more; the history keeps that they did."""
    row = get_object_or_404(CustomerNeed.objects.visible_to(request.user).select_related("need", "customer"), pk=pk)
    refuse_unless(request.user, "customers.change_customer")
    undo = find_undo_url(row, user=request.user)  # type: ignore[arg-type]
    forget_need(row)
    add_toast(request, _("%(need)s taken off.") % {"need": row.need}, undo_url=undo)
    return finish_entry(request, page_url(row.customer))


# --- the catalogue, in the settings ----------------------------------------------------------------------------------

NEEDS = ListDefinition(
    columns=(
        Column(
            "name",
            gettext_lazy("Need"),
            sort="name",
            url=lambda row: reverse("customers:need-edit", args=[row.pk]),
        ),
        Column("description", gettext_lazy("How one knows it"), hide_on_phone=True),
        Column("used", gettext_lazy("In use"), "is_active", "flag"),
    ),
    default_sort="name",
)


class _NeedPage:
    model = Need
    permission = "core.change_settings"
    frame = "generic/settings_frame.html"
    back_label = gettext_lazy("Needs")

    def get_back_url(self) -> str:
        return reverse("customers:need-list")

    def save_form(self, form: Any) -> Need:
        need: Need = super().save_form(form)  # type: ignore[misc]
        transaction.on_commit(forget_need_names)
        return need


class NeedList(_NeedPage, ListView):
    definition = NEEDS
    title = gettext_lazy("Needs")
    new_label = gettext_lazy("Need")
    empty_text = gettext_lazy("What do customers need beside the goods? Quick delivery, advice, invoices their way …")

    def get_new_url(self) -> str:
        return reverse("customers:need-new")


class NeedNew(_NeedPage, CreateView):
    form_class: Any = NeedForm
    title = gettext_lazy("New need")


class NeedEdit(_NeedPage, UpdateView):
    form_class: Any = NeedForm
    title = gettext_lazy("Edit need")
