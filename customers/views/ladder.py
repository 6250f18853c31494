"""The relationship ladder of a customer, and how many stand on each level."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.core.bin_reading import find_undo_url
from crm.core.entry_form import finish_entry, show_entry
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from customers.forms.ladder import LadderForm
from customers.ladder_signs import find_signs
from customers.models import Customer, LadderEvidence
from customers.relationship_climbing import (
    LadderRefused,
    count_levels,
    list_levels,
    note_ladder_evidence,
    take_ladder_evidence_away,
)
from customers.rules.relationship_ladder import CUSTOMER_FROM, LEVELS, find_next, reach_level
from customers.views.customer import page_url

Level = LadderEvidence.Level
HINTS = {
    1: gettext_lazy("a named person whom we have talked to"),
    2: gettext_lazy("comes back to us and asks us, or tells what they need"),
    3: gettext_lazy("shared a budget or a plan, several departments talk to us, took our advice"),
    4: gettext_lazy("bought without comparing quotes, or recommended us"),
}


@require_GET
def ladder_card(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """The four levels with their evidence; what the records show of the next, and what is missing for it."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    rows = list(LadderEvidence.objects.filter(customer=customer).select_related("noted_by"))
    shown = {row.level for row in rows}
    reached, following = reach_level(shown), find_next(shown)
    context: dict[str, Any] = {
        "customer": customer,
        "reached": Level(reached).label if reached else "",
        "next": (Level(following).label, HINTS[following]) if following else None,
        "following": following,
        "signs": find_signs(customer, following, on=company_day(timezone.now())) if following else [],
        "steps": [(n, Level(n).label, n <= reached, [row for row in rows if row.level == n]) for n in LEVELS],
        "card": "customers/ladder_card.html",
    }
    return render(request, context["card"] if request.htmx else "customers/card_alone.html", context)


@require_http_methods(["GET", "POST"])
def ladder_new(request: HttpRequest, customer_pk: int) -> HttpResponse:
    """Evidence of a level that was not noted yet."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=customer_pk)
    refuse_unless(request.user, "customers.change_customer")
    today = company_day(timezone.now())
    following = find_next(list_levels(customer)) or LEVELS[-1]
    form = LadderForm(request.POST or None, initial={"level": following, "seen_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            note_ladder_evidence(customer, by=request.user, on=today, **form.cleaned_data)
        except LadderRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            add_toast(request, _("Evidence noted."))
            return finish_entry(request, page_url(customer))
    heading, note = _("Evidence of the relationship"), f"{Level(following).label.capitalize()}: {HINTS[following]}."
    return show_entry(
        request, form, heading=heading, about=customer, note=note, act=_("Save"), back_url=page_url(customer)
    )


@require_POST
def ladder_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not hold any more; the history keeps that it did."""
    row = get_object_or_404(LadderEvidence.objects.visible_to(request.user).select_related("customer"), pk=pk)
    refuse_unless(request.user, "customers.change_customer")
    undo = find_undo_url(row, user=request.user)  # type: ignore[arg-type]
    take_ladder_evidence_away(row)
    add_toast(request, _("Taken away; the level follows the evidence that is left."), undo_url=undo)
    return finish_entry(request, page_url(row.customer))


@require_GET
@permission_required("customers.view_customer", raise_exception=True)
def ladder_report(request: HttpRequest) -> HttpResponse:
    """How many customers stand on each of the four levels, and which part of them is more than business."""
    counts = count_levels(request.user)  # type: ignore[arg-type]
    most = max(counts.values()) or 1
    context = {
        "levels": [(n, Level(n).label, HINTS[n], counts[n], counts[n] / most) for n in LEVELS],
        "business": sum(n for level, n in counts.items() if level < CUSTOMER_FROM),
        "customers": sum(n for level, n in counts.items() if level >= CUSTOMER_FROM),
    }
    return render(request, "customers/ladder_report.html", context)
