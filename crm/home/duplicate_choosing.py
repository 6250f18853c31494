"""Somebody knows that two customers are one: the other is named, and the pair opened like those the night finds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.core.permission_check import refuse_unless
from crm.home.search_finders import find_matches
from customers.duplicate_deciding import name_pair
from customers.models import Customer

MAY_MERGE = "customers.merge_customer"


@require_http_methods(["GET", "POST"])
def merge_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Customers found by what was typed; choosing one opens the pair."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk, merged_into=None)  # type: ignore[arg-type]
    refuse_unless(request.user, MAY_MERGE)
    if request.method == "POST":
        others = Customer.objects.visible_to(request.user).current().exclude(pk=pk)  # type: ignore[arg-type]
        raw = request.POST.get("other", "")
        other = get_object_or_404(others, pk=raw if raw.isascii() and raw.isdecimal() and len(raw) < 18 else 0)
        pair = name_pair(customer, other)
        return redirect(f"{reverse('home:duplicate-queue')}?pair={pair.pk}")
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = find_matches(text, user=request.user).ids.get(Customer, []) if text else []  # type: ignore[arg-type]
    choices = Customer.objects.current().exclude(pk=pk).filter(pk__in=found).select_related("owner")
    shown = {"customer": customer, "q": text, "choices": choices, "title": _("Merge with another customer")}
    return render(request, "home/merge_choose.html", shown)
