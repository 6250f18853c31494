"""Forms of contacts, tasks, promises and process runs."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.business_calendar import OPENS, add_working_days, company_calendar
from crm.core.models import User
from customers.fact_noting import FactRefused, read_fact
from customers.models import Customer, Person, QuestionAsking
from customers.question_asking import QuestionReply, list_bank, offer_questions
from customers.rules.question_choice import MOST_OFFERED
from interactions.contact_permission import find_permissions
from interactions.models import Benefit, ContactPreference, Interaction, ProcessRun, Promise, Task
from interactions.promise_keeping import PromiseLine
from segments.models import Process

MOST_LINES = 10
_MOMENT = "%Y-%m-%dT%H:%M"


class MomentInput(forms.DateTimeInput):
    """The browser's own picker, in the reader's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format=_MOMENT)


class InteractionForm(forms.Form):
    """The log box. Three fields are enough; promises come as lists (``ours_text``, ``ours_due`` and so on)."""

    channel = forms.ChoiceField(label=_("channel"), choices=Interaction.Channel.choices)
    person = forms.ModelChoiceField(Person.objects.none(), label=_("with"), required=False)
    note = forms.CharField(label=_("what was said"), required=False, max_length=20_000, widget=forms.Textarea)
    outcome = forms.ChoiceField(
        label=_("reached?"), choices=Interaction.Outcome.choices, initial=Interaction.Outcome.TALKED, required=False
    )
    direction = forms.ChoiceField(
        label=_("who began"), choices=Interaction.Direction.choices, initial=Interaction.Direction.OUT, required=False
    )
    minutes = forms.IntegerField(label=_("minutes"), required=False, min_value=0, max_value=1440)
    happened_at = forms.DateTimeField(label=_("when"), required=False, input_formats=[_MOMENT], widget=MomentInput)
    next_contact_at = forms.DateTimeField(
        label=_("next contact"), required=False, input_formats=[_MOMENT], widget=MomentInput
    )
    override_reason = forms.CharField(label=_("why all the same"), required=False, max_length=300)
    keeps = forms.ModelMultipleChoiceField(Promise.objects.none(), required=False)
    answers = forms.ModelChoiceField(Task.objects.none(), required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    place = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        customer: Customer,
        user: User,
        at: datetime,
        answers: Task | None = None,
        place: str = "",
        person: str = "",
    ) -> None:
        """``person`` is the id of whom it was with, as an address says it; else it is with the main contact."""
        people = list(Person.objects.filter(customer=customer).current())
        people.sort(key=lambda one: str(one.pk) != person)
        self.permissions = find_permissions(customer)
        super().__init__(
            data,
            initial={
                "channel": self._choose_channel(answers),
                "person": people[0].pk if people else None,
                "token": uuid4(),
                "answers": answers.pk if answers else None,
                "place": place,
            },
            prefix=None,
        )
        self.customer, self.user, self.at = customer, user, at
        fields: dict[str, Any] = self.fields
        fields["person"].queryset = Person.objects.filter(customer=customer)
        fields["person"].choices = [("", gettext("nobody in particular"))] + [
            (one.pk, _say_person(one)) for one in people
        ]
        fields["answers"].queryset = Task.objects.visible_to(user).filter(customer=customer)
        fields["keeps"].queryset = Promise.objects.open().filter(customer=customer)
        self.questions = self._find_questions()

    def _find_questions(self) -> list[dict[str, Any]]:
        """The questions to offer; when the form was sent, those it showed, with what was written to them."""
        if not self.is_bound:
            on = company_calendar().local_day(self.at)
            return [{"question": one, "words": "", "outcome": ""} for one in offer_questions(self.customer, on=on)]
        return [
            {
                "question": one,
                "words": str(self.data.get(f"answer-{one.pk}", "")).replace("\0", "").strip(),
                "outcome": str(self.data.get(f"outcome-{one.pk}", "")),
            }
            for one in list_bank()
            if f"answer-{one.pk}" in self.data
        ][:MOST_OFFERED]

    def _choose_channel(self, answers: Task | None) -> str:
        """What the step asks for, else the first channel they have not refused."""
        step = answers.step_run.step.channel if answers is not None and answers.step_run is not None else ""
        allowed = [channel for channel, permission in self.permissions.items() if permission.allowed]
        return step or (allowed[0] if allowed else Interaction.Channel.CALL)

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """What they do not want, each channel in words, since when and who said so."""
        labels = dict(Interaction.Channel.choices)
        return [
            {"label": labels[channel], "said_on": said.said_on, "reason": said.reason}
            for channel, said in self.permissions.items()
            if not said.allowed
        ]

    @property
    def wishes(self) -> list[dict[str, Any]]:
        """When they want to be reached, of each channel they did not refuse, in their own words."""
        labels = dict(Interaction.Channel.choices)
        return [
            {"label": labels[channel], "hours": said.hours}
            for channel, said in self.permissions.items()
            if said.allowed and said.hours
        ]

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels with their icon, key and whether they are refused."""
        icons = {"call": "phone", "mail": "mail", "visit": "visit", "chat": "message"}
        chosen = self["channel"].value()
        return [
            {
                "value": value,
                "label": label,
                "icon": icons[value],
                "key": number,
                "chosen": value == chosen,
                "refused": not self.permissions[value].allowed,
            }
            for number, (value, label) in enumerate(Interaction.Channel.choices, start=1)
        ]

    @property
    def quick_picks(self) -> list[dict[str, str]]:
        """Usual days for the next contact, at ten in the morning on working days."""
        return list_quick_picks(at=self.at)

    @property
    def promise_day(self) -> str:
        """The day a promise is for unless another is said: five working days from today."""
        calendar = company_calendar()
        return add_working_days(calendar.local_day(self.at), days=5, holidays=calendar.holidays).isoformat()

    @property
    def typed_lines(self) -> list[dict[str, str]]:
        """The promise lines that were sent, as they were typed: they stand there again when the form was refused."""
        if not hasattr(self.data, "getlist"):
            return []
        lines = []
        for side in (Promise.Side.OURS, Promise.Side.THEIRS):
            days = self.data.getlist(f"{side}_due")
            for number, text in enumerate(self.data.getlist(f"{side}_text")[:MOST_LINES]):
                if text.strip():
                    due = days[number] if number < len(days) else ""
                    lines.append({"side": str(side.value), "text": text.replace("\0", ""), "due": due})
        return lines

    def clean_outcome(self) -> str:
        return self.cleaned_data["outcome"] or Interaction.Outcome.TALKED

    def clean_direction(self) -> str:
        return self.cleaned_data["direction"] or Interaction.Direction.OUT

    def clean_happened_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["happened_at"]
        if moment is not None and moment > self.at:
            raise forms.ValidationError(gettext("A contact is logged after it happened."))
        return moment

    def clean_next_contact_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["next_contact_at"]
        if moment is not None and moment <= self.at:
            raise forms.ValidationError(gettext("The next contact must lie in the future."))
        return moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["replies"] = self._read_replies()
        cleaned["promises"] = [*self._read_lines(Promise.Side.OURS), *self._read_lines(Promise.Side.THEIRS)]
        return cleaned

    def _read_replies(self) -> list[QuestionReply]:
        """What came of the questions: written words are an answer; a question left alone was not asked."""
        replies = []
        for shown in self.questions:
            question, words, outcome = shown["question"], shown["words"], shown["outcome"]
            if words:
                try:
                    read_fact(words, value_kind=question.value_kind)
                except FactRefused as refusal:
                    self.add_error(None, f"{question.kind_name}: {refusal}")
                replies.append(QuestionReply(question.pk, QuestionAsking.Outcome.ANSWERED, words))
            elif outcome in {QuestionAsking.Outcome.REFUSED, QuestionAsking.Outcome.PUT_OFF}:
                replies.append(QuestionReply(question.pk, outcome))
        return replies

    def _read_lines(self, side: str) -> list[PromiseLine]:
        """The promise lines of one side; a line without text is none."""
        texts = self.data.getlist(f"{side}_text") if hasattr(self.data, "getlist") else []
        days = self.data.getlist(f"{side}_due") if texts else []
        lines = []
        for number, raw in enumerate(texts[:MOST_LINES]):
            text = raw.replace("\0", "").strip()
            if not text:
                continue
            if len(text) > 300:
                self.add_error(None, gettext("A promise has at most 300 letters; put the rest into the note."))
            lines.append(PromiseLine(str(side), text, self._read_day(days[number] if number < len(days) else "")))
        return lines

    def _read_day(self, raw: str) -> date | None:
        if not raw:
            return None
        try:
            return date.fromisoformat(raw)
        except ValueError:
            self.add_error(None, gettext("“%(day)s” is no day.") % {"day": raw[:20]})
            return None


def list_quick_picks(*, at: datetime, hour: int = 10) -> list[dict[str, str]]:
    """Natural next moments: tomorrow, in three days, in a week, in a month; working days, in the reader's zone."""
    holidays = company_calendar().holidays
    today = timezone.localdate(at)
    picks = [
        (gettext("tomorrow"), add_working_days(today, days=1, holidays=holidays)),
        (gettext("in 3 days"), add_working_days(today, days=3, holidays=holidays)),
        (gettext("in a week"), add_working_days(today + timedelta(days=7), days=0, holidays=holidays)),
        (gettext("in a month"), add_working_days(today + timedelta(days=30), days=0, holidays=holidays)),
    ]
    return [{"label": label, "value": f"{day.isoformat()}T{hour:02}:00"} for label, day in picks]


class SnoozeForm(forms.Form):
    """Until when a task sleeps: one of the usual moments, or one of one's own."""

    until = forms.DateTimeField(label=_("until"), input_formats=[_MOMENT], widget=MomentInput)

    def __init__(self, data: Any = None, *, at: datetime) -> None:
        super().__init__(data)
        self.at = at

    @property
    def choices(self) -> list[dict[str, str]]:
        later = timezone.localtime(self.at) + timedelta(hours=3)
        return [
            {"label": gettext("for three hours"), "value": later.strftime(_MOMENT)},
            *list_quick_picks(at=self.at, hour=OPENS.hour),
        ]

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if until <= self.at:
            raise forms.ValidationError(gettext("Choose a moment in the future."))
        return until


class ColleagueChoice(forms.ModelChoiceField):
    """Colleagues with their role, so two of one name can be told apart."""

    def label_from_instance(self, obj: User) -> str:  # type: ignore[override]
        return f"{obj.name or obj.email}, {obj.job_title or obj.get_role_display()}"


class HandOverForm(forms.Form):
    """Whom a task goes to."""

    to = ColleagueChoice(
        User.objects.none(),
        label=_("to"),
        empty_label=_("Choose a colleague"),
        widget=forms.Select(attrs={"data-focus": ""}),
    )

    def __init__(self, data: Any = None, *, task: Task) -> None:
        super().__init__(data)
        acting = User.objects.acting().values("pk")
        may_do = Q(pk__in=acting) | Q(pk=task.customer.owner_id, is_active=True)  # a partner, for his own customers
        colleagues = User.objects.filter(may_do).exclude(pk=task.assignee_id).order_by("name")
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]


class SkipForm(forms.Form):
    """Why a step is passed over, or a run stopped."""

    reason = forms.CharField(label=_("reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class StopForm(SkipForm):
    """A run that ends before its end: stopped by us, or lost."""

    is_lost = forms.BooleanField(label=_("they decided against it"), required=False)
    lost_because = forms.ChoiceField(
        label=_("what decided it"), choices=[("", "–"), *ProcessRun.LostBecause.choices], required=False
    )
    fills_shortlist = forms.BooleanField(label=_("they asked only to fill a shortlist"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("is_lost") and not values.get("lost_because") and not values.get("fills_shortlist"):
            self.add_error("lost_because", gettext("Choose what decided it; “something else” will do."))
        if values.get("lost_because"):  # whoever says what decided against us has said that they did
            values["is_lost"] = True
        return values


class BenefitForm(forms.Form):
    """What one of the best customers gets unasked, by when, and who sees to it."""

    kind = forms.ChoiceField(label=_("benefit"), choices=Benefit.Kind.choices)
    text = forms.CharField(label=_("what exactly"), max_length=200, required=False)
    planned_for = forms.DateField(label=_("by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    responsible = ColleagueChoice(User.objects.none(), label=_("who sees to it"), empty_label=None)

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        super().__init__(data, initial={"responsible": customer.owner_id})
        colleagues = User.objects.acting().order_by("name")
        self.fields["responsible"].queryset = colleagues  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") == Benefit.Kind.OTHER and not values.get("text", "").strip():
            self.add_error("text", gettext("Say what the benefit is."))
        return values


class BenefitWaiverForm(forms.Form):
    """Why there is no benefit for now, and when to look again."""

    reason = forms.CharField(label=_("reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    review_on = forms.DateField(
        label=_("look again on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class StartForm(forms.Form):
    """A process to start for a customer: which, about what, how much, until when."""

    flow = forms.ChoiceField(label=_("process"), choices=Process.Flow.choices)
    subject = forms.CharField(label=_("about"), max_length=200, required=False)
    amount = forms.DecimalField(label=_("amount"), required=False, min_value=0, max_digits=12, decimal_places=2)
    expected_on = forms.DateField(
        label=_("expected"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, flows: list[tuple[str, str]] | None = None) -> None:
        super().__init__(data, initial={"token": uuid4()})
        if flows is not None:
            self.fields["flow"].choices = flows  # type: ignore[attr-defined]


class ContactPreferenceForm(forms.ModelForm):
    """What a customer said about one channel."""

    class Meta:
        model = ContactPreference
        fields = ["is_allowed", "hours", "reason", "said_on"]
        widgets = {"said_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


def _say_person(person: Person) -> str:
    return f"{person.name}, {person.job_title}" if person.job_title else person.name
