"""People who move, customers who join a group, and the names they go by."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.bin_reading import find_undo_url
from crm.core.entry_form import finish_entry, show_entry
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from customers.customer_lookup import look_up_customers
from customers.forms.moving import JoinGroupForm, MovePersonForm, TradingNameForm
from customers.group_joining import GroupRefused, add_trading_name, join_group, leave_group, remove_trading_name
from customers.models import Customer, Person, TradingName
from customers.person_moving import MoveRefused, move_person
from customers.views.customer import page_url

CHANGE = "customers.change_customer"
LONGEST_NAME, LEAST_LETTERS = 200, 3


def _find_customer(request: HttpRequest, pk: int) -> Customer:
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    refuse_unless(request.user, CHANGE)
    return customer


@require_GET
def customer_names(request: HttpRequest) -> HttpResponse:
    """Customers of whose name or number the text typed into ``field`` is a part, as options of a datalist."""
    refuse_unless(request.user, CHANGE)
    text = request.GET.get(request.GET.get("field", ""), "").replace("\0", "").strip()[:LONGEST_NAME]
    rows = Customer.objects.visible_to(request.user).current()
    found = look_up_customers(rows, text, asking=request.user).customers if len(text) >= LEAST_LETTERS else []
    options = ((one.number, one.name, one.city) for one in found)
    return HttpResponse(format_html_join("\n", '<option value="{}">{} · {}</option>', options))


@require_http_methods(["GET", "POST"])
def person_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody works for another customer now: both histories stay, and the empty post becomes a task."""
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, CHANGE)
    now = timezone.now()
    form = MovePersonForm(request.POST or None, person=person, user=request.user, today=company_day(now))  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_person(person, by=request.user, at=now, **form.cleaned_data)  # type: ignore[arg-type]
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = {"name": moved.name, "customer": moved.customer.name}
            add_toast(request, _("%(name)s works for %(customer)s now.") % words)
            return finish_entry(request, page_url(moved.customer))
    note = _("What was said stays with the customer, and is found from the person at the new place too.")
    return _show(request, form, person.customer, heading=_("Moved to another customer"), note=note, about=person)


def _show(request: HttpRequest, form: Any, customer: Customer, **words: Any) -> HttpResponse:
    shown = {"about": customer, "act": _("Save"), **words}
    return show_entry(request, form, back_url=page_url(customer), **shown)


@require_http_methods(["GET", "POST"])
def group_join(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The customer belongs to a group."""
    customer = _find_customer(request, customer_pk)
    form = JoinGroupForm(request.POST or None, user=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            joined = join_group(customer, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("%(name)s belongs to %(head)s.") % {"name": joined.name, "head": joined.parent})
            return finish_entry(request, page_url(customer))
    return _show(request, form, customer, heading=_("Belongs to a group"))


@require_POST
def group_leave(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The customer stands alone again."""
    customer = _find_customer(request, customer_pk)
    leave_group(customer, by=request.user)  # type: ignore[arg-type]
    add_toast(request, _("%(name)s stands alone.") % {"name": customer.name})
    return finish_entry(request, page_url(customer))


@require_http_methods(["GET", "POST"])
def trading_name_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Another name to be found by."""
    customer = _find_customer(request, customer_pk)
    form = TradingNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_trading_name(customer, **form.cleaned_data)
        except GroupRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Found as “%(name)s” too.") % {"name": made.name})
            return finish_entry(request, page_url(customer))
    note = _("On a door, an invoice, a market stall: search finds the customer by it.")
    return _show(request, form, customer, heading=_("Another name"), note=note)


@require_POST
def trading_name_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Found by it no longer."""
    rows = TradingName.objects.visible_to(request.user).select_related("customer")  # type: ignore[arg-type]
    trading_name = get_object_or_404(rows, pk=pk)
    refuse_unless(request.user, CHANGE)
    undo = find_undo_url(trading_name, user=request.user)  # type: ignore[arg-type]
    remove_trading_name(trading_name)
    add_toast(request, _("%(name)s removed.") % {"name": trading_name.name}, undo_url=undo)
    return finish_entry(request, page_url(trading_name.customer))
