"""What can be done with many people at once: influence, language, left the customer, a contact planned with them."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core.bulk_actions import BulkAction, Doing, register_action
from crm.core.field_acting import act_one_by_one, put_fields_back, set_fields
from crm.core.local_time import company_day
from crm.home.customer_acts import TaskForm, drop_planned, keep_plan, plan_contact
from customers.models import Person
from customers.person_moving import MoveRefused, come_back, leave_customer
from interactions.vacancy_following import drop_vacancy

PEOPLE = ("people",)
CHANGE = "customers.change_customer"


class InfluenceForm(forms.ModelForm):
    """How much they have to say."""

    class Meta:
        model = Person
        fields = ("influence",)


class LanguageForm(forms.ModelForm):
    """In which language they are written to."""

    class Meta:
        model = Person
        fields = ("language",)


class LeftForm(forms.Form):
    """Since when they no longer work there."""

    left_on = forms.DateField(
        label=gettext_lazy("Left on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("They leave the lists and keep their history; the empty post becomes a task."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].initial = company_day(timezone.now())

    def clean_left_on(self) -> date:
        day: date = self.cleaned_data["left_on"]
        if day > company_day(timezone.now()):
            raise forms.ValidationError(_("This day is still to come."))
        return day


def _leave(person: Person, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]] | None:
    day = doing.choices["left_on"]
    if person.left_on is not None:
        return None
    leave_customer(person, on=date.fromisoformat(day), at=doing.at, by=doing.by)
    return {"is_main": person.is_main}, {"left_on": day}


def _return(rows: Any, doing: Doing) -> set[int]:
    """Back they come whose last day is still the one said here; the task about the empty post goes where it is open."""
    back = set()
    kept = {row.row_id: row for row in rows}
    for person in Person.objects.filter(pk__in=kept).order_by("pk"):
        row = kept[person.pk]
        if person.left_on is None or person.left_on.isoformat() != row.after["left_on"]:
            continue
        come_back(person, was_main=row.before["is_main"], by=doing.by)
        drop_vacancy(person, at=doing.at, by=doing.by)
        back.add(person.pk)
    return back


def _plan(person: Person, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    post = f"{person.name}, {person.job_title}" if person.job_title else person.name
    source = f"bulk:{doing.act_id}:{person.pk}"
    return {}, {"task": plan_contact(person.customer, doing, source=source, why=post).pk}


def _read_day(said: dict[str, Any]) -> dict[str, Any]:
    return {"left_on": said["left_on"].isoformat()}


def _tell_day(choices: dict[str, Any]) -> str:
    return _("left on %(day)s") % {"day": datetime.fromisoformat(choices["left_on"]).date()}


def _tell_influence(choices: dict[str, Any]) -> str:
    return _("influence: %(words)s") % {"words": Person.Influence(choices["influence"]).label}


def register() -> None:
    """Enter the acts; called once when Django starts."""
    set_back = put_fields_back(Person)
    for action in (
        BulkAction(
            "task",
            PEOPLE,
            gettext_lazy("Plan a contact"),
            "clock",
            "interactions.change_task",
            act=act_one_by_one(Person, _plan, ()),
            undo=drop_planned,
            tell=lambda choices: _("planned: %(title)s") % {"title": choices["title"]},
            make_form=lambda data, user: TaskForm(data, user=user),
            keep=keep_plan,
            chunk=200,
        ),
        BulkAction(
            "influence",
            PEOPLE,
            gettext_lazy("Influence"),
            "scale",
            CHANGE,
            act=set_fields(Person, lambda doing: {"influence": doing.choices["influence"]}),
            undo=set_back,
            tell=_tell_influence,
            make_form=lambda data, user: InfluenceForm(data),
        ),
        BulkAction(
            "language",
            PEOPLE,
            gettext_lazy("Language"),
            "world",
            CHANGE,
            act=set_fields(Person, lambda doing: {"language": doing.choices["language"]}),
            undo=set_back,
            tell=lambda choices: _("language: %(words)s") % {"words": choices["language"] or _("not known")},
            make_form=lambda data, user: LanguageForm(data),
        ),
        BulkAction(
            "left",
            PEOPLE,
            gettext_lazy("Left"),
            "logout",
            CHANGE,
            act=act_one_by_one(Person, _leave, (MoveRefused,)),
            undo=_return,
            tell=_tell_day,
            make_form=lambda data, user: LeftForm(data),
            keep=_read_day,
            chunk=200,
        ),
    ):
        register_action(action)
