"""Forms of segments, steps, triggers and pins."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Product
from segments.models import ProcessStep, Segment, Trigger
from segments.rules.abc_classes import GRADES

PINNED_FOR = timedelta(days=180)  # what is offered; anybody may choose another day


class MoneyField(forms.DecimalField):
    """Money in the company's currency, kept as whole cents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=10**10, decimal_places=2, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value / 100:.2f}".removesuffix(".00") if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)


class ReasonForm(forms.Form):
    """Publishing and going back ask why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Read by everybody who asks why it changed."), strip=True
    )


class PublishForm(ReasonForm):
    """Now, or by itself on a day."""

    publish_on = forms.DateField(
        label=_("From"),
        required=False,
        help_text=_("Empty: from the next night on. With a day it comes by itself, and can be withdrawn until then."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True


class OfferingForm(forms.Form):
    """A family, or one product by its number."""

    family = forms.ChoiceField(label=_("Family"), required=False)
    number = forms.CharField(label=_("or product number"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        families = Product.objects.exclude(family="").order_by("family").values_list("family", flat=True).distinct()
        self.fields["family"].choices = [("", "–"), *((family, family) for family in families[:500])]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["product"] = None
        if number := cleaned.get("number"):
            cleaned["product"] = Product.objects.filter(number=number.strip()).first()
            if cleaned["product"] is None:
                self.add_error("number", _("No product has this number."))
        return cleaned


class SegmentForm(forms.ModelForm):
    """Who belongs to a segment and what it gets; the rule is built elsewhere."""

    goodwill_limit_cents = MoneyField(
        label=_("Goodwill limit"), help_text=_("What may be given for a complaint without asking, per case.")
    )

    care_cents = MoneyField(
        label=_("What care costs, a customer a year"),
        required=False,
        help_text=_("Shown in the dry run: what a new rule would cost. Empty: not known."),
    )

    class Meta:
        model = Segment
        fields = [
            "name",
            "mark",
            "priority",
            "target_definition",
            "counter_examples",
            "value_proposition",
            "cadence_days",
            "answer_hours",
            "needs_owner",
            "goodwill_limit_cents",
            "care_cents",
            "is_passing",
        ]
        widgets = {
            "target_definition": forms.Textarea(attrs={"rows": 3}),
            "counter_examples": forms.Textarea(attrs={"rows": 2}),
            "value_proposition": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {"priority": _("1 is asked first; the first rule that holds decides.")}


class StepForm(forms.ModelForm):
    """One step of a process."""

    class Meta:
        model = ProcessStep
        fields = ["title", "doer", "clock_hours", "channel", "instruction"]
        widgets = {
            "title": forms.TextInput(attrs={"autofocus": True}),
            "instruction": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clock_hours"].widget.attrs |= {"min": 0, "max": 2000}
        self.fields["clock_hours"].max_value = 2000

    def clean_clock_hours(self) -> int:
        hours: int = self.cleaned_data["clock_hours"]
        if hours > 2000:
            raise forms.ValidationError(_("At most 2,000 working hours, about a year."))
        return hours


class PromiseForm(forms.Form):
    """What a process promises the customer."""

    promise = forms.CharField(label=_("Promise to the customer"), max_length=100, required=False)


class TriggerForm(forms.ModelForm):
    """When a trigger acts, for whom, and what it opens; its condition is built elsewhere or is the trigger's own."""

    class Meta:
        model = Trigger
        fields = [
            "is_on",
            "segments",
            "action",
            "task_title",
            "due_hours",
            "cooldown_days",
            "holdout_percent",
            "tell_manager",
        ]
        widgets = {"segments": forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})}
        help_texts = {
            "segments": _("None chosen: customers of every segment."),
            "holdout_percent": _("This share is left without the action, chosen by chance, to measure what it brings."),
            "cooldown_days": _(
                "One customer is not noticed again within these days, nor a silence of which the rep was told already."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segments"].queryset = Segment.objects.filter(archived_at=None)
        self.fields["task_title"].required = True

    def clean_holdout_percent(self) -> int:
        percent: int = self.cleaned_data["holdout_percent"]
        if percent > 50:
            raise forms.ValidationError(_("At most 50%: the others need the action."))
        return percent

    def clean_due_hours(self) -> int:
        hours: int = self.cleaned_data["due_hours"]
        if not 1 <= hours <= 2000:
            raise forms.ValidationError(_("Between 1 and 2,000 working hours."))
        return hours

    def clean_cooldown_days(self) -> int:
        days: int = self.cleaned_data["cooldown_days"]
        if days > 3650:
            raise forms.ValidationError(_("At most ten years."))
        return days


class TriggerNewForm(forms.Form):
    """A trigger of the company's own, before its condition."""

    name = forms.CharField(label=_("Name"), max_length=100)
    explanation = forms.CharField(label=_("Why it is here"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    task_title = forms.CharField(label=_("Task it opens"), max_length=150)


class PinForm(forms.Form):
    """Hold a customer in a segment or a class, with a reason and a last day."""

    segment = forms.ModelChoiceField(
        Segment.objects.filter(archived_at=None), label=_("Segment"), required=False, empty_label=_("as the rule says")
    )
    grade = forms.ChoiceField(label=_("Class"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300)
    expires_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = [("", _("as worked out")), *((grade, grade) for grade in GRADES)]
        self.fields["expires_on"].initial = today + PINNED_FOR

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("segment") and not cleaned.get("grade"):
            raise forms.ValidationError(_("Choose a segment, a class, or both."))
        return cleaned


class NominationForm(forms.Form):
    """Why a customer belongs to the most valuable, and until when."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Read by everybody.")
    )
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReconfirmForm(forms.Form):
    """Why a pin still holds, and until when now."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
    expires_on = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
