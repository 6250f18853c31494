"""Customers who speak for us: the card on their page, the list of references, and the short forms of both."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.favour_asking import (
    FavourRefused,
    answer_referral,
    ask_for_referral,
    book_visit,
    call_off_visit,
    explain_refusal,
    find_referral_refusal,
    find_visit_refusals,
)
from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition, TextFilter
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_error, add_toast
from crm.home.favour_forms import ReferenceForm, ReferralAnswerForm, ReferralForm, VisitForm
from crm.home.value_lists import ValueListView
from customers.models import Customer, ReferenceVisit, Referral, ShowroomReference
from customers.reference_noting import ReferenceRefused, end_reference, note_reference, resume_reference
from customers.views.customer import page_url
from segments.models import Membership, Segment

MAY = "customers.change_customer"
SHOWN = 5
VISITS_SHOWN = 3


def _find(request: HttpRequest, pk: int) -> Customer:
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, MAY)
    return customer


@require_GET
def favour_card(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom they referred, what they show to others, and whether they may be asked today."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    today = company_day(timezone.now())
    references = ShowroomReference.objects.filter(customer=customer, ended_on=None).select_related("person")
    latest = ReferenceVisit.objects.select_related("booked_by")
    references = list(references.prefetch_related(Prefetch("visits", latest[:VISITS_SHOWN], to_attr="latest")))
    _load(references, request)
    refusal = find_referral_refusal(customer, on=today)
    referrals = list(Referral.objects.filter(customer=customer).select_related("person", "referred")[:SHOWN])
    named = [one.referred_id for one in referrals if one.referred_id]
    seen = set(Customer.objects.visible_to(request.user).filter(pk__in=named).values_list("pk", flat=True))
    for one in referrals:
        one.is_seen = one.referred_id in seen
    shown = {
        "customer": customer,
        "referrals": referrals,
        "references": references,
        "why_not": explain_refusal(refusal, on=today) if refusal else "",
        "card": "home/favour_card.html",
    }
    return render(request, shown["card"] if request.htmx else "customers/card_alone.html", shown)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def referral_new(request: HttpRequest, pk: int) -> HttpResponse:
    """They were asked for a referral; refused with the reason within the limit of pressure."""
    customer = _find(request, pk)
    form = ReferralForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_referral(customer, by=request.user, on=company_day(timezone.now()), **form.cleaned_data)  # type: ignore[arg-type]
        except FavourRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Noted that they were asked."))
            return finish_entry(request, page_url(customer))
    note = _("Once in %(days)s days at most, and never while a complaint is open.")
    words = {"about": customer, "act": _("Save"), "note": note % {"days": setting("favours.referral_days")}}
    return show_entry(request, form, heading=_("Asked for a referral"), back_url=page_url(customer), **words)


@require_http_methods(["GET", "POST"])
def referral_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of it."""
    referral = get_object_or_404(Referral.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, MAY)
    here = referral.referred
    known = here.number if here and Customer.objects.visible_to(request.user).filter(pk=here.pk).exists() else ""
    first = {"state": referral.state, "referred_name": referral.referred_name, "referred": known}
    form = ReferralAnswerForm(request.POST or None, user=request.user, initial=first)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if not known:  # whoever may not see him does not take him away either
            values["referred"] = values["referred"] or here
        answer_referral(referral, **values)
        add_toast(request, _("Noted."))
        return finish_entry(request, page_url(referral.customer))
    words = {"about": referral.customer, "act": _("Save"), "back_url": page_url(referral.customer)}
    return show_entry(request, form, heading=_("What came of the referral"), **words)


@require_http_methods(["GET", "POST"])
def reference_new(request: HttpRequest, pk: int) -> HttpResponse:
    """They are willing to show others what they have from us."""
    customer = _find(request, pk)
    first = {"rest_days": setting("favours.rest_days")}
    form = ReferenceForm(request.POST or None, customer=customer, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            note_reference(customer, by=request.user, on=company_day(timezone.now()), **form.cleaned_data)  # type: ignore[arg-type]
        except ReferenceRefused as refusal:
            form.add_error("topic", str(refusal))
        else:
            add_toast(request, _("Noted as a reference."))
            return finish_entry(request, page_url(customer))
    words = {"about": customer, "act": _("Save"), "back_url": page_url(customer)}
    return show_entry(request, form, heading=_("A reference to show"), **words)


@require_http_methods(["GET", "POST"])
def visit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a reference for somebody; refused with the reason while it rests or complains."""
    reference = get_object_or_404(ShowroomReference.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, MAY)
    form = VisitForm(request.POST or None, initial={"on": company_day(timezone.now())})
    if request.method == "POST" and form.is_valid():
        try:
            visit = book_visit(reference, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except FavourRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Booked."), undo_url=reverse("home:visit-remove", args=[visit.pk]))
            return finish_entry(request, page_url(reference.customer))
    words = {"about": f"{reference.customer}, {reference}", "act": _("Book"), "back_url": page_url(reference.customer)}
    return show_entry(request, form, heading=_("Book a reference"), **words)


@require_POST
def visit_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody comes after all: the undo of a booking, on the card as long as it is among the latest."""
    visits = ReferenceVisit.objects.select_related("reference__customer")
    visit = get_object_or_404(visits.filter(reference__in=ShowroomReference.objects.visible_to(request.user)), pk=pk)
    refuse_unless(request.user, MAY)
    call_off_visit(visit)
    add_toast(request, _("Called off: %(for_whom)s.") % {"for_whom": visit})
    return redirect(page_url(visit.reference.customer))


@require_POST
def reference_end(request: HttpRequest, pk: int) -> HttpResponse:
    """They are no reference any more."""
    reference = get_object_or_404(ShowroomReference.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, MAY)
    end_reference(reference, on=company_day(timezone.now()))
    add_toast(request, _("No reference any more."), undo_url=reverse("home:reference-back", args=[pk]))
    return redirect(page_url(reference.customer))


@require_POST
def reference_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The undo of that."""
    reference = get_object_or_404(ShowroomReference.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, MAY)
    try:
        resume_reference(reference)
    except ReferenceRefused as refusal:
        add_error(request, str(refusal))
    return redirect(page_url(reference.customer))


# --- the list: a reference for what? ---------------------------------------------------------------------------------
def _about(rows: QuerySet[Any], text: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(topic__icontains=text)


def _of_segment(rows: QuerySet[Any], key: str, request: HttpRequest) -> QuerySet[Any]:
    members = Membership.objects.current().filter(segment__key=key)
    return rows.filter(customer__in=members.values("customer"))


def _segments(request: HttpRequest) -> Any:
    return Segment.objects.filter(archived_at=None).values_list("key", "name")


def _load(rows: list[Any], request: HttpRequest) -> None:
    """Whether each may be visited today."""
    today = company_day(timezone.now())
    refusals = find_visit_refusals(rows, on=today)
    for row in rows:
        refusal = refusals.get(row.pk)
        row.why_not = explain_refusal(refusal, on=today) if refusal else ""


REFERENCES = ListDefinition(
    columns=(
        Column("topic", gettext_lazy("For what"), sort="topic"),
        Column("customer", gettext_lazy("Customer")),
        Column("person", gettext_lazy("Who receives"), hide_on_phone=True),
        Column("uses", gettext_lazy("Used"), kind="number", hide_on_phone=True),
        Column("free", gettext_lazy("Free")),
    ),
    filters=(
        TextFilter("q", gettext_lazy("For what"), _about),
        ChoiceFilter("segment", gettext_lazy("Segment"), _of_segment, _segments),
        FlagFilter("never", gettext_lazy("Never used yet"), lambda rows, value, request: rows.filter(uses=0)),
    ),
    default_sort="topic",
    load=_load,
)


class ReferenceList(ValueListView):
    """Whom we can show to others, for what, and whether they are free today."""

    model = ShowroomReference
    permission = "customers.view_customer"
    definition = REFERENCES
    of_figures = False
    url_name = "home:reference-list"
    title = gettext_lazy("References")
    row_template = "home/lists/reference_row.html"
    empty_title = gettext_lazy("No reference noted yet")
    empty_text = gettext_lazy("Note on a customer's page for what he would show his site to others.")

    def get_queryset(self) -> QuerySet[Any]:
        rows = ListView.get_queryset(self).select_related("customer", "person")
        return rows.filter(ended_on=None, customer__archived_at=None)
