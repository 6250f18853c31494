"""The desk: the queue, the case beside it, and what everybody may see of how well we mend."""

import json
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from complaints.complaint_figures import find_total, list_figure_rows, read_figures
from complaints.complaint_queue import QueueFilter, count_open, list_queue
from complaints.models import Complaint
from crm.core.generic_views import wants_fragment
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from customers.customer_lookup import look_up_customers
from customers.models import Customer
from interactions.manager_talks import count_manager_talks

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
    head = {"open_cases": cases, "open_cents": cents, "total": find_total(_figures(at)), "silent_rule": silent_rule()}
    return render(request, "complaints/complaint_list.html", {**shown, **head})


def silent_rule() -> str:
    """Most who are not content say nothing: the rule of those who fall silent and buy less without a complaint in a
    year, as the list of customers takes it."""
    quiet = [{"metric": "complaints_12m", "operator": "at_most", "value": 0}]
    falling = {"metric": "fall", "operator": "at_least", "value": float(setting("fall.warning"))}
    silent = {"any": [{"metric": "risk", "operator": "is", "value": level} for level in ("watch", "high")]}
    return json.dumps({"all": [silent, falling, *quiet]}, separators=(",", ":"))


def _figures(at: Any) -> list[Any]:
    return read_figures(on=company_day(at), clock_days=int(setting("complaints.recovery_days")))


@require_GET
@may_see
def complaint_figures(request: HttpRequest) -> HttpResponse:
    """Solved at first contact, days to solve, bought again, by segment; and which managers listen: for everybody."""
    at, days = timezone.now(), int(setting("complaints.recovery_days"))
    figures = _figures(at)
    shown = {"rows": list_figure_rows(figures), "total": find_total(figures), "clock_days": days}
    shown["managers"] = count_manager_talks(on=company_day(at))
    return render(request, "complaints/complaint_figures.html", shown)


@require_GET
@permission_required("complaints.add_complaint", raise_exception=True)
def customer_lookup(request: HttpRequest) -> HttpResponse:
    """Customers that fit what is being typed, to choose from."""
    text = request.GET.get("customer_text", "").replace("\0", "")[:200]
    rows = Customer.objects.visible_to(request.user).current().select_related("score")
    found = look_up_customers(rows, text, asking=request.user)
    shown = {"choices": found.customers, "is_typo": found.is_typo, "text": text}
    return render(request, "complaints/customer_lookup.html", shown)
