"""The desk: the queue, the case beside it, and what everybody may see of how well we mend."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from complaints.complaint_case import find_most_pressing
from complaints.complaint_figures import find_total, list_figure_rows, read_figures
from complaints.complaint_queue import QueueFilter, count_open, list_queue
from complaints.customer_lookup import look_up_customers
from complaints.models import Complaint
from complaints.rules.recovery_clock import read_clock
from crm.core.generic_views import wants_fragment
from crm.core.local_time import company_day, company_zone
from crm.core.models.business_setting import setting
from customers.models import Customer

FRAGMENTS = ("queue", "more-cases")
may_see = permission_required("complaints.view_complaint", raise_exception=True)


def _chips(wanted: QueueFilter) -> list[tuple[str, dict[str, str], bool]]:
    """The filters as (key of its words, query, in force)."""
    return [
        ("open", {"state": "", "who": ""}, not wanted.is_closed and not wanted.who),
        ("mine", {"state": "", "who": "mine"}, not wanted.is_closed and wanted.who == "mine"),
        ("unguarded", {"state": "", "who": "unguarded"}, not wanted.is_closed and wanted.who == "unguarded"),
        ("closed", {"state": "closed", "who": ""}, wanted.is_closed),
    ]


@require_GET
@may_see
@vary_on_headers("HX-Request", "HX-Target")
def complaint_list(request: HttpRequest) -> HttpResponse:
    """The queue; the case on top of it is opened beside it where the screen is wide enough."""
    at, wanted = timezone.now(), QueueFilter.read(request.GET)
    page = list_queue(request.user, wanted, at=at, cursor=request.GET.get("after", ""))
    shown = {"page": page, "wanted": wanted, "chips": _chips(wanted), "kinds": Complaint.Kind.choices}
    fragment = wants_fragment(request, FRAGMENTS)
    if fragment:
        return render(request, f"complaints/complaint_list.html#{fragment}", shown)
    cases, cents = count_open(request.user)
    head = {"open_cases": cases, "open_cents": cents, "total": find_total(_figures(at))}
    return render(request, "complaints/complaint_list.html", {**shown, **head})


def _figures(at: Any) -> list[Any]:
    return read_figures(on=company_day(at), clock_days=int(setting("complaints.recovery_days")))


@require_GET
@may_see
def complaint_figures(request: HttpRequest) -> HttpResponse:
    """Solved at first contact, days to solve, bought again: by segment, for everybody."""
    figures, days = _figures(timezone.now()), int(setting("complaints.recovery_days"))
    shown = {"rows": list_figure_rows(figures), "total": find_total(figures), "clock_days": days}
    return render(request, "complaints/complaint_figures.html", shown)


@require_GET
@permission_required("complaints.add_complaint", raise_exception=True)
def customer_lookup(request: HttpRequest) -> HttpResponse:
    """Customers that fit what is being typed, to choose from."""
    text = request.GET.get("customer_text", "").replace("\0", "")[:200]
    found = look_up_customers(request.user, text)
    shown = {"choices": found.customers, "is_typo": found.is_typo, "text": text}
    return render(request, "complaints/customer_lookup.html", shown)


@require_GET
def customer_band(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The cell of a customer's state band: the open complaint that presses most, or that there is none."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    rows = Complaint.objects.filter(customer=customer)
    complaint = find_most_pressing(rows)
    shown: dict[str, Any] = {"customer": customer, "complaint": complaint, "days": setting("complaints.recovery_days")}
    if complaint is not None:
        shown["others"] = rows.open().count() - 1
        shown["clock"] = read_clock(
            complaint.taken_at, at=timezone.now(), zone=company_zone(), of_days=int(shown["days"])
        )
        shown["come_back"] = setting("complaints.come_back_after")
    else:
        shown["last"] = rows.filter(closed_at__isnull=False).order_by("-closed_at").first()
    return render(request, "complaints/customer_band.html", shown)
