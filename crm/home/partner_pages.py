"""What a partner sees where colleagues see My day, the list of customers and the page of one: his own customers, who
they are, what was said and what is to be done; no figure that counts our money.

The addresses are the same (``by_reader``); whatever else there is, is closed to him (``crm.core.partner_gate``).
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from complaints.models import Complaint
from crm.core.generic_views import ListView
from crm.core.list_engine import Column, ListDefinition, TextFilter
from crm.core.local_time import company_day
from crm.core.row_addresses import row_address
from crm.core.templatetags.look import class_badge, clock, segment_mark
from crm.home.customer_cells import draw_nothing, draw_talk
from crm.home.customer_list import search_customers
from crm.home.customer_page import CustomerPage
from crm.home.customer_state import hide_from_partner, load_state, with_segment
from crm.home.my_day_drawing import ICONS
from crm.home.waiting_tasks import find_waiting
from customers.models import Customer
from interactions.models import Interaction, Task
from segments.models import CurrentScore, Segment

MOST_TASKS = 200


def by_reader(ours: Callable[..., HttpResponseBase], *, partners: Callable[..., HttpResponseBase]) -> Any:
    """One address, two views: ``partners`` for whoever comes from outside, ``ours`` for everybody else."""

    @wraps(ours)
    def show(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        return (partners if user.is_partner else ours)(request, *args, **kwargs)

    return show


@require_GET
def partner_day(request: HttpRequest) -> HttpResponse:
    """What waits for him with the customers he owns, the earliest first."""
    user: Any = request.user
    now = timezone.now()
    waiting = find_waiting(user, at=now).filter(pk__in=Task.objects.visible_to(user).values("pk"))
    tasks = list(waiting.select_related("customer").order_by("due_at", "pk")[:MOST_TASKS])
    for task in tasks:
        row: Any = task
        row.icon = ICONS[task.kind]
        row.told_why = "" if task.kind == Task.Kind.ALERT else task.why  # an alert reckons in our money
    return render(request, "home/partner/my_day.html", {"tasks": tasks, "now": now})


def _draw_next(row: Any) -> SafeString:
    """An open complaint, else the next task and until when."""
    if row.complains:
        return format_html('<span class="r-tag bad">{}</span>', _("complaint open"))
    if not row.task:
        return draw_nothing()
    due = timezone.localdate(datetime.fromisoformat(row.task["due"]))
    return format_html(
        '<span class="row-x"><span class="cut" dir="auto">{}</span>{}</span>', row.task["title"], clock(due)
    )


SHARED_CUSTOMERS = ListDefinition(
    columns=(
        Column("name", _("Customer"), sort="name_folded", url=lambda row: row_address("home:customer-page", row.pk)),
        Column("class", _("Class"), lambda row: class_badge(row.grade) or draw_nothing(), "class", head_term="class"),
        Column("segment", _("Segment"), lambda row: segment_mark(row.segment_parts) or draw_nothing(), "segment"),
        Column("city", _("City"), sort="city", hide_on_phone=True),
        Column("talk", _("Last contact"), draw_talk, hide_on_phone=True),
        Column("next", _("Next"), _draw_next, hide_on_phone=True),
        Column("number", _("Number"), sort="number", hide_on_phone=True),
    ),
    filters=(TextFilter("q", _("Name or number"), search_customers),),
    default_sort="name",
)


class PartnerCustomerList(ListView):
    """The customers he owns."""

    model = Customer
    permission = "customers.view_customer"
    definition = SHARED_CUSTOMERS
    title = _("My customers")
    empty_text = _("No customer is shared with you yet. Whoever invited you can do it.")

    def get_queryset(self) -> QuerySet[Any]:
        talks = Interaction.objects.filter(customer=OuterRef("pk")).order_by("-happened_at", "-id")
        user: Any = self.request.user
        tasks = Task.objects.open().filter(customer=OuterRef("pk"), assignee=user.pk).order_by("due_at", "id")
        return with_segment(super().get_queryset().current()).annotate(
            grade=F("score__grade"),
            talked_at=Subquery(talks.values("happened_at")[:1]),
            task=Subquery(tasks.values(parts=JSONObject(title="title", due="due_at"))[:1]),
            complains=Exists(Complaint.objects.filter(customer=OuterRef("pk"), closed_at=None)),
        )


class PartnerCustomerPage(CustomerPage):
    """One of his customers: what was said and promised, people, facts and notes, and what the segment can expect."""

    template_name = "home/partner/customer_page.html"

    def get_queryset(self) -> QuerySet[Any]:
        rows = Customer.objects.visible_to(self.request.user).select_related("owner", "team")  # type: ignore[arg-type]
        return with_segment(rows)

    def load_page(self) -> dict[str, Any]:
        user: Any = self.request.user
        now = timezone.now()
        state = load_state(self.found, now=now, with_value=False)
        hide_from_partner(state, user=user)
        score = CurrentScore.objects.filter(customer=self.found.pk).values("grade", "last_day").first() or {}
        last_day = score.get("last_day")
        return {
            "state": state,
            "grade": score.get("grade", ""),
            "silent_days": (company_day(now) - last_day).days if last_day else None,
            "promised": Segment.objects.filter(key=state.segment["key"]).first() if state.segment else None,
        }
