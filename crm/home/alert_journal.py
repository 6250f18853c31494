"""The journal of triggers: what was noticed about whom, why, and what came of it; held-out ones included."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.formats import format_day
from crm.core.generic_views import ListView
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day
from interactions.alert_wording import explain_alert
from interactions.models import Alert, Task
from segments.models import Trigger

RECENT_DAYS = 30


def tell_answer(alert: Alert) -> str:
    """What came of it, in a sentence: who has it and until when, who answered it when, or why nobody has to."""
    today, task = company_day(timezone.now()), getattr(alert, "task", None)
    if alert.state == Alert.State.HELD_OUT:
        return _("left alone by chance, to measure what acting brings")
    if alert.state == Alert.State.OPEN:
        if task is None or task.assignee is None:
            return _("nobody has it yet")
        words = {"name": task.assignee, "day": format_day(company_day(task.due_at), today=today)}
        held = task.state == Task.State.PAUSED
        return (_("held for %(name)s while a complaint is open") if held else _("%(name)s, until %(day)s")) % words
    when = format_day(company_day(alert.closed_at), today=today) if alert.closed_at else ""
    return " · ".join(str(part) for part in (alert.closed_by, when, alert.closed_reason) if part)


def _of_trigger(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(trigger=value)


def _in_state(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(state=value)


def _lately(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(day__gt=company_day(timezone.now()) - timedelta(days=RECENT_DAYS))


def _list_triggers(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Trigger.objects.order_by("name").values_list("pk", "name")]


JOURNAL = ListDefinition(
    columns=(
        Column(
            "customer", gettext_lazy("Customer"), url=lambda row: reverse("home:customer-page", args=[row.customer_id])
        ),
        Column("day", gettext_lazy("Noticed"), kind="day", sort="day", largest_first=True),
        Column("trigger", gettext_lazy("Trigger"), url=lambda row: reverse("interactions:alert-why", args=[row.pk])),
        Column("why", gettext_lazy("Why"), lambda row: explain_alert(row.evidence), kind="words"),
        Column("state", gettext_lazy("State"), "get_state_display"),
        Column("answer", gettext_lazy("What came of it"), tell_answer, kind="words"),
    ),
    filters=(
        ChoiceFilter("trigger", gettext_lazy("Trigger"), _of_trigger, _list_triggers),
        ChoiceFilter("state", gettext_lazy("State"), _in_state, Alert.State.choices),
        FlagFilter("recent", gettext_lazy("Last 30 days"), _lately),
    ),
    default_sort="-day",
    page_size=25,
)


class AlertJournal(ListView):
    """Of the customers one sees, newest first."""

    model = Alert
    definition = JOURNAL
    permission = "interactions.view_task"
    title = gettext_lazy("What triggers noticed")
    empty_text = gettext_lazy("The night notices who falls silent, buys less or grows, and tells it here.")

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows.select_related("customer", "trigger", "closed_by", "task__assignee")
