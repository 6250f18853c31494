"""Pins: hold a customer's segment or class by hand, let it go, and the report of all that is held."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.core.entry_form import finish_entry, show_entry
from crm.core.generic_views import wants_fragment
from crm.core.local_time import company_day
from crm.core.toasts import add_error, add_toast
from customers.models import Customer
from segments import customer_pinning
from segments.customer_pinning import PinRefused
from segments.forms import PINNED_FOR, PinForm, ReconfirmForm
from segments.models import Membership, Pin
from segments.pin_report import ENDING, IN_FORCE, OVER, build_pin_report
from segments.segment_choice import NoFallbackSegment

may_pin = permission_required("segments.pin_segment", raise_exception=True)


def _customer_url(customer: Customer) -> str:
    """The customer's page."""
    return reverse("home:customer-page", args=[customer.pk])


def pin_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """What is pinned now, and a form for another pin."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    return _pin_new(request, customer)


@may_pin
def _pin_new(request: HttpRequest, customer: Customer) -> HttpResponse:
    today = company_day(timezone.now())
    form = PinForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid() and _pin(request, customer, form):
        add_toast(request, _("Pinned. The rule counts again when it ends."))
        return redirect(_customer_url(customer))
    context = {
        "customer": customer,
        "form": form,
        "pins": list_pins(customer),
        "membership": Membership.objects.current().filter(customer=customer).select_related("segment").first(),
        "back_url": _customer_url(customer),
        "today": today,
    }
    fragment = wants_fragment(request, ("pins",))
    name = f"segments/pin_new.html#{fragment}" if fragment else "segments/pin_new.html"
    return render(request, name, context, status=422 if request.method == "POST" else 200)


def list_pins(customer: Customer) -> QuerySet[Any]:
    """Pins of one customer that have not ended, newest first."""
    return Pin.objects.filter(customer=customer, ended_at=None).select_related("segment", "pinned_by")


def _pin(request: HttpRequest, customer: Customer, form: PinForm) -> bool:
    """Pin what the form says; a refusal is written into the form."""
    now = timezone.now()
    chosen = form.cleaned_data
    common = {"reason": chosen["reason"], "expires_on": chosen["expires_on"], "by": request.user}
    try:
        if chosen["segment"]:
            customer_pinning.pin_customer(customer, segment=chosen["segment"], on=company_day(now), at=now, **common)
        if chosen["grade"]:
            customer_pinning.pin_customer(customer, grade=chosen["grade"], on=company_day(now), at=now, **common)
    except (PinRefused, NoFallbackSegment) as refused:
        form.add_error(None, str(refused))
        return False
    return True


@require_POST
def pin_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the rule decide again."""
    pin = get_object_or_404(Pin.objects.visible_to(request.user).select_related("customer"), pk=pk)
    return _pin_end(request, pin)


@may_pin
def _pin_end(request: HttpRequest, pin: Pin) -> HttpResponse:
    now = timezone.now()
    try:
        customer_pinning.end_pin(pin, on=company_day(now), at=now)
        add_toast(request, _("Unpinned. The rule counts again."))
    except NoFallbackSegment as error:
        add_error(request, str(error))
    to_report = request.POST.get("back") == "report"
    return redirect("segments:pin-report") if to_report else redirect(_customer_url(pin.customer))


@require_POST
def pin_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of a pin just made: what held before holds again, and the page it was made on goes on (``next``)."""
    pin = get_object_or_404(Pin.objects.visible_to(request.user).select_related("customer"), pk=pk)
    return _pin_take_back(request, pin)


@may_pin
def _pin_take_back(request: HttpRequest, pin: Pin) -> HttpResponse:
    now, back = timezone.now(), request.GET.get("next", "")
    try:
        customer_pinning.take_back_pin(pin, on=company_day(now), at=now)
        words = {"name": pin.customer.name, "segment": _read_place(pin.customer)}
        add_toast(request, _("Taken back: %(name)s is in %(segment)s again.") % words)
    except NoFallbackSegment as error:
        add_error(request, str(error))
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else _customer_url(pin.customer))


def _read_place(customer: Customer) -> str:
    """The name of the segment the customer is in now."""
    held = Membership.objects.current().filter(customer=customer)
    return held.values_list("segment__name", flat=True).first() or ""


@may_pin
def pin_report(request: HttpRequest) -> HttpResponse:
    """Everything held by hand, with what the rules said of it last evening; soonest to end first."""
    view = request.GET.get("view", "")
    view = view if view in {ENDING, OVER} else IN_FORCE
    report = build_pin_report(Pin.objects.visible_to(request.user), on=company_day(timezone.now()), view=view)
    views = [
        (IN_FORCE, _("In force"), report.in_force),
        (ENDING, _("About to end"), report.ending),
        (OVER, _("Over"), ""),
    ]
    tabs = [{"url": f"?view={key}", "label": label, "current": key == view, "count": n} for key, label, n in views]
    return render(request, "segments/pin_report.html", {"report": report, "tabs": tabs, "view": view})


@require_http_methods(["GET", "POST"])
def pin_reconfirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold on to it with a new end, under one's own name."""
    pin = get_object_or_404(Pin.objects.visible_to(request.user).select_related("customer", "segment"), pk=pk)
    return _pin_reconfirm(request, pin)


@may_pin
def _pin_reconfirm(request: HttpRequest, pin: Pin) -> HttpResponse:
    now = timezone.now()
    form = ReconfirmForm(
        request.POST or None, initial={"reason": pin.reason, "expires_on": company_day(now) + PINNED_FOR}
    )
    if request.method == "POST" and form.is_valid():
        try:
            customer_pinning.reconfirm_pin(pin, by=request.user, on=company_day(now), at=now, **form.cleaned_data)
        except (PinRefused, NoFallbackSegment) as refused:
            form.add_error(None, str(refused))
        else:
            add_toast(request, _("Confirmed under your name."))
            return finish_entry(request, reverse("segments:pin-report"))
    heading = _("Hold %(what)s longer") % {"what": pin.segment or pin.grade}
    return show_entry(
        request,
        form,
        heading=heading,
        about=pin.customer,
        act=_("Confirm"),
        back_url=reverse("segments:pin-report"),
    )
