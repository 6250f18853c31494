"""One customer on one screen: how we stand, what we said last, what we owe, what comes next.

The first paint says how we stand; timeline, value and next steps are fetched beside it (``customer-part``), each also a
page of its own for whoever has no script.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from crm.core.generic_views import DetailView
from crm.core.local_time import company_day
from crm.core.permission_check import refuse_unless
from crm.core.toasts import add_toast
from crm.home.class_reasons import load_class_reasons
from crm.home.customer_group import load_group
from crm.home.customer_state import describe_sales, hide_from_partner, load_facts, load_state, with_segment
from crm.home.customer_timeline import load_timeline, read_place
from crm.home.customer_value import load_rhythm, load_statement, read_days
from crm.home.partner_timeline import list_partner_sources, load_partner_timeline
from crm.home.timeline_entries import SOURCES
from crm.home.value_outlook import load_outlook
from customers.models import Customer
from customers.tagging import with_tags
from interactions.contact_sparing import is_spared
from interactions.models import ContactPreference, Task, WebEvent
from interactions.process_overview import list_running
from interactions.web_visit_listing import list_looked_at
from segments.models import CurrentScore, ScoreRun
from segments.rules.value_explanation import is_long_gone
from segments.segment_offering import list_customer_sold_outside


class CustomerPage(DetailView):
    """The page of one customer."""

    model = Customer
    permission = "customers.view_customer"
    template_name = "home/customer_page.html"
    title = _("Customer")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """One who was merged is where he went."""
        customer = self.found
        if customer.merged_into_id:
            words = {"name": customer.name, "number": customer.number}
            add_toast(request, _("%(number)s %(name)s was merged into this customer.") % words)
            return redirect("home:customer-page", customer.merged_into_id)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return with_tags(with_segment(super().get_queryset().select_related("owner", "team", "score")))

    def load_page(self) -> dict[str, Any]:
        """What the page shows at first sight."""
        state = load_state(self.found, now=timezone.now())
        sentence = describe_sales(state.score) if state.score else ""
        return {"state": state, "sales_sentence": sentence, "is_spared": is_spared(self.found)}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**self.load_page(), **context)


def _timeline_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    reader: Any = request.user
    sources = list_partner_sources(reader) if reader.is_partner else SOURCES
    load = load_partner_timeline if reader.is_partner else load_timeline
    kinds = {source.key: source.label for source in sources}
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    place = read_place(request.GET.get("after", ""))
    whole = request.GET.get("group") == "1" and not reader.is_partner
    group = load_group(customer, user=reader) if whole else None
    wanted: dict[str, Any] = {"kind": kind, "place": place, "today": timezone.localdate()}
    entries, more = load(group.everybody if group else [customer], sources=sources, **wanted)
    tabs = [{"key": "", "label": _("Everything")}, *({"key": key, "label": label} for key, label in kinds.items())]
    return {"entries": entries, "more": more, "kind": kind, "tabs": tabs, "is_first": place is None, "group": group}


def _facts_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What we know, as it is after an answer was logged beside it."""
    reader: Any = request.user
    profile = load_facts(customer, today=company_day(timezone.now()))
    if reader.is_partner:
        hide_from_partner(profile, user=reader)
    return {"state": profile}


def _value_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    score, today = getattr(customer, "score", None), company_day(timezone.now())
    statement = load_statement(customer, score, today=today)
    shown = {"outlook": load_outlook(customer, score), "rhythm": load_rhythm(customer, score, today=today)}
    silent = (today - score.last_day).days if score and score.last_day else None
    gone = score is not None and is_long_gone(purchases=score.purchase_days, silence_days=silent)
    return {"score": score, "statement": statement, "long_gone": gone, **shown}


def _steps_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What is planned next, every running process with its steps, and what was sold outside of the segment."""
    tasks = Task.objects.filter(customer=customer).open().select_related("assignee")
    sold = list_customer_sold_outside(customer, on=company_day(timezone.now()))
    return {"task": tasks.order_by("due_at", "id").first(), "runs": list_running(customer), "sold": sold}


def _class_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """How he came to his class and segment, as of the evening of the scores."""
    score: CurrentScore | None = getattr(customer, "score", None)
    run = ScoreRun.objects.filter(pk=score.run_id).first() if score else None
    days = read_days(customer, until=score.as_of) if score else []
    return {"score": score, "reasons": load_class_reasons(customer, score, run, days=days)}


def _looked_part(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """The products they looked at last on the web; or since when they do not want that to be kept."""
    said = ContactPreference.objects.filter(customer=customer, channel=ContactPreference.WEB, is_allowed=False)
    return {"looked": list_looked_at(WebEvent.objects.filter(customer=customer)), "objection": said.first()}


PARTS = {
    "timeline": _timeline_part,
    "facts": _facts_part,
    "value": _value_part,
    "steps": _steps_part,
    "class": _class_part,
    "looked": _looked_part,
}


@require_GET
def show_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A part of the page: alone for htmx, else in a page of its own."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user).select_related("score"), pk=pk)
    if part not in PARTS:
        raise Http404
    if part not in {"timeline", "facts"}:
        refuse_unless(request.user, "customers.view_order")  # they reckon in money
    shown = {
        "customer": customer,
        "is_card": part == "timeline",
        "part": f"home/customer_page/{part}.html",
        **PARTS[part](request, customer),
    }
    name = shown["part"] if request.htmx else "home/customer_page/alone.html"
    return render(request, name, shown)
