"""What can be done with many customers at once: give them to a colleague, pin a segment, plan a task, tag, archive;
planned and tagged are the customers of orders, processes and complaints from their lists too."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.models import Complaint
from crm.core.bulk_actions import ACTIONS, BulkAction, Doing, Outcome, register_action
from crm.core.field_acting import act_one_by_one, act_through, put_fields_back, set_fields
from crm.core.generic_views import visible_rows
from crm.core.local_time import company_day, company_zone
from crm.core.models import BulkRow, Role, User
from customers.models import Customer, Order, WalletEstimate
from customers.tagging import LONGEST_NAME, TagRefused, read_tag_names, tag_customers, untag_customers
from interactions.models import ProcessRun, Task
from interactions.task_assignment import find_doer
from interactions.task_handling import OPEN_STATES, close_task, open_task
from segments.customer_pinning import PinRefused, assign_customer, end_pin, pin_customer
from segments.models import Pin, Segment
from segments.segment_choice import NoFallbackSegment

CUSTOMERS = ("customers",)
PLAN_AND_TAG = ("task", "tag", "untag")
THROUGH: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (  # what is done with the customers of other rows
    (WalletEstimate, "prospects", ("owner", *PLAN_AND_TAG)),
    (Order, "orders", PLAN_AND_TAG),
    (ProcessRun, "runs", PLAN_AND_TAG),
    (Complaint, "complaints", PLAN_AND_TAG),
)
DUE_HOUR = 17


def list_assignable(user: Any) -> Any:
    """Colleagues to whom ``user`` may give work: a manager those of his teams, an admin everybody."""
    return _list_people(user, User.objects.acting())


def list_owners(user: Any) -> Any:
    """To whom ``user`` may give customers: those colleagues, and partners."""
    return _list_people(user, User.objects.owning())


def _list_people(user: Any, people: Any) -> Any:
    if user.role == Role.MANAGER:
        mine = Q(team=user.team_id) | Q(team__in=user.managed_teams.values("pk")) | Q(pk=user.pk)
        people = people.filter(mine | Q(role=Role.PARTNER))
    return people.order_by("name").select_related("team")


class OwnerForm(forms.Form):
    """To whom."""

    list_people = staticmethod(list_owners)
    owner = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Give to"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = self.list_people(user)  # type: ignore[attr-defined]


def _keep_owner(said: dict[str, Any]) -> dict[str, Any]:
    owner = said["owner"]
    return {"owner": owner.pk, "team": owner.team_id, "name": owner.name}


def _owner_values(doing: Doing) -> dict[str, Any]:
    """The customer goes to the colleague and, when he has one, to his team."""
    values = {"owner_id": doing.choices["owner"]}
    return {**values, "team_id": doing.choices["team"]} if doing.choices["team"] else values


class PinForm(forms.Form):
    """Which segment, why, until when."""

    segment = forms.ModelChoiceField(Segment.objects.none(), label=gettext_lazy("Segment"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
    expires_on = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = company_day(timezone.now()) + timedelta(days=90)


def _pin(customer: Customer, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    choices, on = doing.choices, company_day(doing.at)
    segment = Segment.objects.get(pk=choices["segment"])
    earlier = Pin.objects.filter(customer=customer, ended_at=None, segment__isnull=False)
    ended = list(earlier.values_list("pk", flat=True))
    pin = pin_customer(
        customer,
        segment=segment,
        reason=choices["reason"],
        expires_on=datetime.fromisoformat(choices["expires_on"]).date(),
        by=doing.by,
        on=on,
        at=doing.at,
    )
    return {}, {"pin": pin.pk, "ended": ended}


def _unpin(rows: Any, doing: Doing) -> set[int]:
    """End the pins that are still in force; a pin that one of them had ended counts again."""
    back, on = set(), company_day(doing.at)
    for row in rows:
        pin = Pin.objects.filter(pk=row.after["pin"], ended_at=None).select_related("customer").first()
        if pin is None:
            continue
        end_pin(pin, on=on, at=doing.at)
        if Pin.objects.filter(pk__in=row.after["ended"], expires_on__gte=on).update(ended_at=None):
            assign_customer(pin.customer, on=on)
        back.add(row.row_id)
    return back


class TagForm(forms.Form):
    """One tag; those in use are suggested."""

    tag = forms.CharField(label=gettext_lazy("Tag"), max_length=LONGEST_NAME)

    def clean_tag(self) -> str:
        try:
            names = read_tag_names(self.cleaned_data["tag"])
        except TagRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        if len(names) > 1:
            raise forms.ValidationError(_("One tag, please: a comma parts tags."))
        return names[0]


def _tag(ids: Any, doing: Doing) -> list[Outcome]:
    visible = list(visible_rows(Customer, doing.by).filter(pk__in=ids).values_list("pk", flat=True))
    return _tell_tagged(visible, tag_customers(visible, name=doing.choices["tag"], by=doing.by, at=doing.at), doing)


def _untag(ids: Any, doing: Doing) -> list[Outcome]:
    visible = list(visible_rows(Customer, doing.by).filter(pk__in=ids).values_list("pk", flat=True))
    return _tell_tagged(visible, untag_customers(visible, name=doing.choices["tag"]), doing)


def _tell_tagged(visible: list[int], changed: list[int], doing: Doing) -> list[Outcome]:
    done = set(changed)
    kept = {"tag": doing.choices["tag"]}
    return [Outcome(pk, BulkRow.State.CHANGED if pk in done else BulkRow.State.SAME, {}, kept) for pk in visible]


def _tag_back(rows: Any, doing: Doing) -> set[int]:
    return set(untag_customers([row.row_id for row in rows], name=doing.choices["tag"]))


def _untag_back(rows: Any, doing: Doing) -> set[int]:
    ids = [row.row_id for row in rows]
    return set(tag_customers(ids, name=doing.choices["tag"], by=doing.by, at=doing.at))


class TaskForm(forms.Form):
    """What is to be done, until when; by the owner of each customer unless somebody is named."""

    title = forms.CharField(label=gettext_lazy("What to do"), max_length=200)
    due_on = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("By"), required=False, empty_label=gettext_lazy("each customer's owner")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = list_assignable(user)  # type: ignore[attr-defined]
        self.fields["due_on"].initial = company_day(timezone.now()) + timedelta(days=7)


def plan_contact(customer: Customer, doing: Doing, *, source: str, why: str = "") -> Task:
    """The task that the form asked for, once a ``source``; by the customer's owner unless somebody was named."""
    choices = doing.choices
    day = datetime.fromisoformat(choices["due_on"]).date()
    assignee = User.objects.active().filter(pk=choices["assignee"]).first() if choices["assignee"] else None
    return open_task(
        customer,
        kind=Task.Kind.FOLLOW_UP,
        title=choices["title"],
        due_at=datetime.combine(day, time(DUE_HOUR), tzinfo=company_zone()),
        assignee=assignee or find_doer(customer, doer="owner", on=company_day(doing.at)),
        by=doing.by,
        source=source,
        why=why,
    )


def _plan(customer: Customer, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"task": plan_contact(customer, doing, source=f"bulk:{doing.act_id}").pk}


def keep_plan(said: dict[str, Any]) -> dict[str, Any]:
    """What the form of a task said, as it is remembered."""
    assignee = said["assignee"].pk if said["assignee"] else None
    return {"title": said["title"], "due_on": said["due_on"].isoformat(), "assignee": assignee}


def drop_planned(rows: Any, doing: Doing) -> set[int]:
    """Drop the tasks that nobody has done yet."""
    back = set()
    for row in rows:
        task = Task.objects.filter(pk=row.after["task"], state__in=OPEN_STATES).first()
        if task is not None:
            close_task(
                task, at=doing.at, by=doing.by, reason=_("Planned for many at once, and taken back"), is_done=False
            )
            back.add(row.row_id)
    return back


def register() -> None:
    """Enter the acts, for the lists of what belongs to a customer too; called once when Django starts."""
    for action in (
        BulkAction(
            "owner",
            CUSTOMERS,
            gettext_lazy("Give to …"),
            "user",
            "customers.assign_customer",
            act=set_fields(Customer, _owner_values),
            undo=put_fields_back(Customer),
            tell=lambda choices: _("given to %(name)s") % {"name": choices["name"]},
            make_form=lambda data, user: OwnerForm(data, user=user),
            keep=_keep_owner,
        ),
        BulkAction(
            "task",
            CUSTOMERS,
            gettext_lazy("Plan a contact"),
            "clock",
            "interactions.change_task",
            act=act_one_by_one(Customer, _plan, ()),
            undo=drop_planned,
            tell=lambda choices: _("planned: %(title)s") % {"title": choices["title"]},
            make_form=lambda data, user: TaskForm(data, user=user),
            keep=keep_plan,
            chunk=200,
        ),
        BulkAction(
            "pin",
            CUSTOMERS,
            gettext_lazy("Pin segment"),
            "pin",
            "segments.pin_segment",
            act=act_one_by_one(Customer, _pin, (PinRefused, NoFallbackSegment)),
            undo=_unpin,
            tell=lambda choices: _("pinned to %(name)s") % {"name": choices["name"]},
            make_form=lambda data, user: PinForm(data, user=user),
            keep=lambda said: {
                "segment": said["segment"].pk,
                "name": said["segment"].name,
                "reason": said["reason"],
                "expires_on": said["expires_on"].isoformat(),
            },
            chunk=100,
        ),
        BulkAction(
            "tag",
            CUSTOMERS,
            gettext_lazy("Tag"),
            "tag",
            "customers.change_customer",
            act=_tag,
            undo=_tag_back,
            tell=lambda choices: _("tagged %(tag)s") % {"tag": choices["tag"]},
            make_form=lambda data, user: TagForm(data),
        ),
        BulkAction(
            "untag",
            CUSTOMERS,
            gettext_lazy("Take off a tag"),
            "tag",
            "customers.change_customer",
            act=_untag,
            undo=_untag_back,
            tell=lambda choices: _("tag %(tag)s taken off") % {"tag": choices["tag"]},
            make_form=lambda data, user: TagForm(data),
        ),
        BulkAction(
            "archive",
            CUSTOMERS,
            gettext_lazy("Archive"),
            "box",
            "customers.archive_customer",
            act=set_fields(Customer, lambda doing: {"archived_at": doing.at}),
            undo=put_fields_back(Customer),
            tell=lambda choices: _("archived"),
            asks=False,
        ),
    ):
        register_action(action)
    for model, name, acts in THROUGH:
        for act in acts:
            register_action(act_through(model, ACTIONS["customers", act], lists=(name,)))
