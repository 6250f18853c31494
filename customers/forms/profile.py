"""Forms of facts, of the kinds of facts we want to know, and of the bank of questions."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.formats import format_day
from crm.core.models import User
from customers.fact_noting import FactRefused, read_fact
from customers.models import FactKind, Person, ProfileFact, Question

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST_TAGS = 10
MOST_LETTERS = 40


class FactForm(forms.ModelForm):
    """Something they told us: of a kind we want to know, or under a name of its own."""

    use_in_talk = forms.TypedChoiceField(
        label=_("use in talk"),
        choices=[("", _("as its kind says")), ("1", _("yes")), ("0", _("no: known, but not said to their face"))],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )

    class Meta:
        model = ProfileFact
        fields = ["kind", "label", "value", "told_on", "person", "source", "confidence", "use_in_talk", "valid_until"]
        widgets = {"told_on": _DAY, "valid_until": _DAY}
        labels = {"label": _("else: what about"), "source": _("or heard where"), "person": _("told by")}
        help_texts = {"valid_until": _("Empty: as long as its kind says.")}

    def __init__(self, *args: Any, on: date, reader: User | None = None, **kwargs: Any) -> None:
        """``reader`` is shown with each kind what he may know of it; without one nothing is."""
        super().__init__(*args, **kwargs)
        self.on = on
        fields: dict[str, Any] = self.fields
        fields["kind"].queryset = FactKind.objects.filter(is_active=True)
        fields["kind"].empty_label = str(_("something else"))
        self.known: dict[int | None, ProfileFact] = {}
        if reader is not None:
            facts = ProfileFact.objects.visible_to(reader).filter(customer=self.instance.customer_id)
            self.known = {fact.kind_id: fact for fact in facts.in_force(on=on)}
        fields["kind"].label_from_instance = self._name_kind
        fields["label"].required = fields["confidence"].required = False
        fields["person"].queryset = Person.objects.filter(customer=self.instance.customer_id).order_by("name_folded")
        fields["person"].empty_label = "–"

    def _name_kind(self, kind: FactKind) -> str:
        """What is known already stands with it, so that nobody asks for it as if it were new."""
        fact = self.known.get(kind.pk)
        if fact is None:
            return kind.name
        value = fact.value if len(fact.value) <= MOST_LETTERS else f"{fact.value[: MOST_LETTERS - 1]}…"
        words = {"kind": kind.name, "value": value, "day": format_day(fact.told_on, today=self.on)}
        return str(_("%(kind)s: “%(value)s”, told %(day)s – still right?") % words)

    def clean_confidence(self) -> str:
        return self.cleaned_data["confidence"] or str(ProfileFact.Confidence.SURE)

    def clean_told_on(self) -> date:
        day: date = self.cleaned_data["told_on"]
        if day > self.on:
            raise forms.ValidationError(_("A fact is noted after it was told."))
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        kind, label = values.get("kind"), values.get("label", "")
        if kind is None and not label.strip():
            self.add_error("label", _("Say what the fact is about."))
        if values.get("value"):
            try:
                values["value"] = read_fact(values["value"], value_kind=kind.value_kind if kind else "text")
            except FactRefused as refusal:
                self.add_error("value", str(refusal))
        if values.get("valid_until") and values.get("told_on") and values["valid_until"] < values["told_on"]:
            self.add_error("valid_until", _("It holds until a day after it was told."))
        return values


class FactKindForm(forms.ModelForm):
    """A kind of fact that every profile should hold."""

    class Meta:
        model = FactKind
        fields = ["name", "description", "value_kind", "worth", "holds_months", "use_in_talk", "is_active"]
        help_texts = {
            "worth": _("5: we would treat them differently if we knew. 1: nice to know."),
            "holds_months": _("Empty: until somebody says otherwise."),
            "use_in_talk": _("Off for what is known but not said to their face."),
        }
        widgets = {"worth": forms.NumberInput({"min": 1, "max": 5})}

    def clean_worth(self) -> int:
        worth: int = self.cleaned_data["worth"]
        if not 1 <= worth <= 5:
            raise forms.ValidationError(_("From 1 to 5."))
        return worth


class QuestionForm(forms.ModelForm):
    """A question of the bank; its tags are words parted by commas."""

    tags = forms.CharField(label=_("Tags"), required=False, max_length=200, help_text=_("Words parted by commas."))

    class Meta:
        model = Question
        fields = ["text", "kind", "tags", "is_active"]
        widgets = {"text": forms.Textarea({"rows": 2})}
        help_texts = {"text": _("Open, short, and about what is good: “What made …”, “When did … help you most?”")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = FactKind.objects.all()  # type: ignore[attr-defined]
        self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].split())

    def clean_tags(self) -> list[str]:
        words = [" ".join(word.split())[:30] for word in self.cleaned_data["tags"].split(",")]
        return list(dict.fromkeys(word for word in words if word))[:MOST_TAGS]
