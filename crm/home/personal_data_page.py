"""Personal data of a customer and his people: handing out, erasing, and the log of both. For admins alone."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, ListDefinition
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.home.personal_data_file import write_personal_file
from customers.models import Customer, Person, PersonalDataAct
from customers.personal_data_erasing import EraseRefused, erase_customer, erase_person
from customers.personal_data_handing import HandingRefused, note_export

PERMISSION = "customers.handle_personal_data"
MOST_PEOPLE = 200


def _find(request: HttpRequest, pk: int) -> Customer:
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, PERMISSION)
    return customer


def _find_person(request: HttpRequest, customer: Customer) -> Person | None:
    """The person named in the form; None where the whole customer is meant."""
    raw = request.POST.get("person", "")
    if not raw:
        return None
    key = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    return get_object_or_404(Person.objects.filter(customer=customer), pk=key)


@require_GET
def personal_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose data stands here, and what was done with it."""
    return _show(request, _find(request, pk))


def _show(request: HttpRequest, customer: Customer, *, refused: str = "", problem: str = "") -> HttpResponse:
    """The page; ``refused`` names the form and field that were not taken (``erase-again``), ``problem`` says why."""
    shown = {
        "customer": customer,
        "people": Person.objects.filter(customer=customer)[:MOST_PEOPLE],
        "acts": PersonalDataAct.objects.filter(customer_id=customer.pk).select_related("done_by")[:50],
        "is_erased": customer.is_erased,
        "refused": refused,
        "problem": problem,
        "typed": request.POST,
    }
    return render(request, "home/personal_data.html", shown, status=422 if refused else 200)


@require_POST
def personal_data_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything about the customer, or one person, as a ZIP file; noted with the request it answers."""
    customer = _find(request, pk)
    person, now = _find_person(request, customer), timezone.now()
    file, counts = write_personal_file(customer, person=person, at=now)
    words: dict[str, Any] = {"reason": request.POST.get("reason", ""), "counts": counts}
    try:
        note_export(customer, person=person, by=request.user, at=now, **words)
    except HandingRefused as refusal:
        return _show(request, customer, refused="export-reason", problem=str(refusal))
    name = f"personal-data-{customer.pk}{f'-{person.pk}' if person else ''}-{now:%Y-%m-%d}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")


@require_POST
def personal_data_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase the customer, or one person, once the number or name was typed again."""
    customer = _find(request, pk)
    person, now, reason = _find_person(request, customer), timezone.now(), request.POST.get("reason", "")
    if request.POST.get("again", "").strip() != (person.name if person else customer.number):
        problem = _("Nothing was erased: what you typed is not the number or name that stands there.")
        return _show(request, customer, refused="erase-again", problem=problem)
    try:
        if person:
            erase_person(person, reason=reason, by=request.user, at=now)
        else:
            erase_customer(customer, reason=reason, by=request.user, at=now)
    except EraseRefused as refusal:
        return _show(request, customer, refused="erase-reason", problem=str(refusal))
    add_toast(request, _("Erased. It is noted below."))
    return redirect("home:personal-data", pk)


def _of_kind(rows: Any, value: str, request: HttpRequest) -> Any:
    return rows.filter(kind=value)


def _find_page(row: Any) -> str:
    """The page of the customer; none where he is gone."""
    return reverse("home:customer-page", args=[row.customer_id]) if row.number else ""


ACTS = ListDefinition(
    columns=(
        Column("what", gettext_lazy("What"), "get_kind_display"),
        Column("customer", gettext_lazy("Customer"), lambda row: row.number or row.customer_id, url=_find_page),
        Column("reason", gettext_lazy("On whose request"), kind="words"),
        Column("by", gettext_lazy("By"), "done_by", kind="avatar", hide_on_phone=True),
        Column("at", gettext_lazy("When"), "done_at", "moment", sort="id", largest_first=True),
    ),
    filters=(ChoiceFilter("kind", gettext_lazy("What"), _of_kind, PersonalDataAct.Kind.choices),),
    default_sort="-at",
)


class PersonalDataLog(ListView):
    """Every export and erasure, newest first."""

    model = PersonalDataAct
    definition = ACTS
    permission = PERMISSION
    frame = "generic/settings_frame.html"
    title = gettext_lazy("Personal data")
    empty_text = gettext_lazy(
        "Nobody's data was handed out or erased yet. It begins on the customer's page, under More."
    )

    def get_queryset(self) -> Any:
        held = Customer.objects.filter(pk=OuterRef("customer_id")).values("number")
        return super().get_queryset().select_related("done_by").annotate(number=Subquery(held))
