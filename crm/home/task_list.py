"""Everybody's tasks: what is open, for whom, until when; given to a colleague or moved, many at once."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_actions import BulkAction, Doing, register_action
from crm.core.field_acting import act_one_by_one, put_fields_back
from crm.core.list_catalogue import CellEdit, KnownList, register_list
from crm.core.list_engine import ChoiceFilter, Column, FlagFilter, ListDefinition
from crm.core.local_time import company_day, company_zone
from crm.core.models import User
from crm.core.templatetags.look import clock
from crm.home.customer_acts import DUE_HOUR, OwnerForm, list_assignable
from crm.home.customer_list import currency_sign, list_owner_choices
from crm.home.known_list import KnownListView
from crm.home.list_parts import CUSTOMER_FILTER, RULE_FILTER, customer_column, customer_url
from interactions.models import Task
from interactions.task_finishing import find_last_change, finish_task, undo_task_change
from interactions.task_handling import OPEN_STATES, TaskRefused, hand_over_task, lock_task

CHANGE = "interactions.change_task"


def _of_assignee(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    if value == "nobody":
        return rows.filter(assignee=None)
    return rows.filter(assignee=request.user.pk if value == "me" else int(value))


def _list_assignees(request: HttpRequest) -> list[tuple[str, str]]:
    return [*list_owner_choices(request), ("nobody", _("nobody"))]


def _overdue(rows: QuerySet[Any], value: str, request: HttpRequest) -> QuerySet[Any]:
    return rows.filter(due_at__lt=timezone.now(), state__in=OPEN_STATES)


def draw_due(row: Any) -> Any:
    """Until when, and whether it is late, done or waits."""
    return clock(row.due_at, done=row.closed_at, hold=row.paused_reason)


TASKS = ListDefinition(
    columns=(
        Column("title", gettext_lazy("Task"), kind="words", fixed=True, url=customer_url),
        customer_column(),
        Column("why", gettext_lazy("Why"), kind="words", hide_on_phone=True),
        Column("kind", gettext_lazy("Kind"), "get_kind_display", hide_on_phone=True),
        Column("due", gettext_lazy("Until"), "due_at", "clock", sort="due_at", draw=draw_due),
        Column("stake", gettext_lazy("At stake"), "at_stake_cents", "amount", unit=currency_sign(), hide_on_phone=True),
        Column("state", gettext_lazy("State"), "get_state_display", hide_on_phone=True),
        Column("closed", gettext_lazy("Closed"), "closed_at", "moment", shown=False, hide_on_phone=True),
        Column(
            "assignee",
            gettext_lazy("For"),
            kind="avatar",
            hide_on_phone=True,
            edit="assignee",
            export="assignee.name",
        ),
    ),
    filters=(
        ChoiceFilter("who", gettext_lazy("For"), _of_assignee, _list_assignees),
        ChoiceFilter(
            "kind", gettext_lazy("Kind"), lambda rows, value, request: rows.filter(kind=value), Task.Kind.choices
        ),
        ChoiceFilter(
            "state", gettext_lazy("State"), lambda rows, value, request: rows.filter(state=value), Task.State.choices
        ),
        FlagFilter("overdue", gettext_lazy("Overdue"), _overdue),
        CUSTOMER_FILTER,
        RULE_FILTER,
    ),
    default_sort="due",
    page_size=25,
)


def find_tasks(request: HttpRequest) -> QuerySet[Any]:
    """Tasks the reader may see; the open and paused ones unless he asks for a state."""
    rows = Task.objects.visible_to(request.user).select_related("customer", "assignee")  # type: ignore[arg-type]
    return rows if request.GET.get("state") in {"done", "dropped"} else rows.filter(state__in=OPEN_STATES)


class DoerForm(OwnerForm):
    """To which colleague."""

    list_people = staticmethod(list_assignable)


class AssigneeForm(forms.Form):
    """To whom."""

    assignee = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("For"))


def make_task_cell(data: Any, *, row: Any, field: str, user: Any) -> forms.Form:
    """Who does the task."""
    form = AssigneeForm(data, initial={"assignee": row.assignee_id})
    form.fields["assignee"].queryset = list_assignable(user)  # type: ignore[attr-defined]
    return form


def save_assignee(row: Any, form: Any, *, by: Any, at: Any) -> None:
    """Hand the task over."""
    hand_over_task(row, to=form.cleaned_data["assignee"])


register_list(
    KnownList(
        "tasks",
        gettext_lazy("Tasks"),
        "home:task-list",
        "interactions.view_task",
        TASKS,
        find_tasks,
        row_url=customer_url,
        views=(
            (gettext_lazy("Open"), ""),
            (gettext_lazy("Mine"), "who=me"),
            (gettext_lazy("Overdue"), "overdue=1"),
            (gettext_lazy("For nobody"), "who=nobody"),
            (gettext_lazy("Done"), "state=done"),
        ),
        search_filter="",
        rule_filter="rule",
        edits={"assignee": CellEdit(CHANGE, make_task_cell, save_assignee)},
        empty_title=gettext_lazy("Nothing to do"),
        empty_text=gettext_lazy("Tasks come from alerts, processes and promises, or are planned at a customer."),
    )
)


class TaskList(KnownListView):
    """What is open, for whom, until when."""

    list_name = "tasks"


class DueForm(forms.Form):
    """A new day."""

    due_on = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = company_day(timezone.now()) + timedelta(days=7)


def _kept(task: Task, *names: str) -> dict[str, Any]:
    values = {name: getattr(task, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _hand_over(task: Task, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]] | None:
    to = User.objects.get(pk=doing.choices["owner"])
    before = _kept(task, "assignee_id", "snoozed_until")
    if task.assignee_id == to.pk:
        return None
    return before, _kept(hand_over_task(task, to=to), "assignee_id", "snoozed_until")


def _move(task: Task, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    task = lock_task(task)
    if task.state not in OPEN_STATES:
        raise TaskRefused(_("This task is closed."))
    before = _kept(task, "due_at", "snoozed_until")
    day = datetime.fromisoformat(doing.choices["due_on"]).date()
    task.due_at, task.snoozed_until = datetime.combine(day, time(DUE_HOUR), tzinfo=company_zone()), None
    task.save(update_fields=["due_at", "snoozed_until"])
    task.refresh_from_db()
    return before, _kept(task, "due_at", "snoozed_until")


def _finish(task: Task, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    if task.state not in OPEN_STATES:
        raise TaskRefused(_("This task is closed."))
    finish_task(task, by=doing.by, at=doing.at)
    return {}, {"change": find_last_change(task)}


def _reopen(rows: Any, doing: Doing) -> set[int]:
    """Open again what nothing happened to since."""
    back = set()
    kept = {row.row_id: row for row in rows}
    for task in Task.objects.filter(pk__in=kept).order_by("pk"):
        try:
            undo_task_change(task, change=kept[task.pk].after["change"])
        except TaskRefused:
            continue
        back.add(task.pk)
    return back


def register() -> None:
    """Enter the acts on tasks."""
    register_action(
        BulkAction(
            "give",
            ("tasks",),
            gettext_lazy("Give to …"),
            "user",
            CHANGE,
            act=act_one_by_one(Task, _hand_over, (TaskRefused,)),
            undo=put_fields_back(Task),
            tell=lambda choices: _("given to %(name)s") % {"name": choices["name"]},
            make_form=lambda data, user: DoerForm(data, user=user),
            keep=lambda said: {"owner": said["owner"].pk, "name": said["owner"].name},
            chunk=200,
        )
    )
    register_action(
        BulkAction(
            "move",
            ("tasks",),
            gettext_lazy("Another day"),
            "calendar",
            CHANGE,
            act=act_one_by_one(Task, _move, (TaskRefused,)),
            undo=put_fields_back(Task),
            tell=lambda choices: _("moved to %(day)s") % {"day": choices["due_on"]},
            make_form=lambda data, user: DueForm(data),
            keep=lambda said: {"due_on": said["due_on"].isoformat()},
            chunk=200,
        )
    )
    register_action(
        BulkAction(
            "done",
            ("tasks",),
            gettext_lazy("Done"),
            "check",
            CHANGE,
            act=act_one_by_one(Task, _finish, (TaskRefused,)),
            undo=_reopen,
            tell=lambda choices: _("done"),
            asks=False,
            chunk=100,
        )
    )
