"""Own fields: the form in which an admin defines one, and its place in the form of a customer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.custom_field_catalogue import FieldDefinition, list_fields, read_options
from customers.custom_field_defining import FieldWish
from customers.forms.amounts import AmountField, NumberField
from customers.import_wording import describe_problem
from customers.models import CustomField, CustomValueSet
from customers.rules.custom_value_order import SORTED_KINDS
from customers.rules.custom_values import LONGEST_LINK, LONGEST_TEXT, keep_number, read_link
from customers.rules.import_values import Unreadable

PREFIX = "own-"


class LinkField(forms.CharField):
    """A web address; its ``https://`` may be left out."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return read_link(text)
        except Unreadable as error:
            raise ValidationError(describe_problem(error.code, text[:60])) from None


def make_form_field(field: FieldDefinition, *, held: Any, colleagues: list[tuple[str, str]]) -> forms.Field:
    """The control of one field; ``held`` is what it holds, offered even where it no longer is for others."""
    words: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": False}
    match field.kind:
        case "number":
            return NumberField(**words, max_digits=19, decimal_places=6)
        case "money":
            return AmountField(**words)
        case "date":
            return forms.DateField(**words, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
        case "flag":
            return forms.ChoiceField(**words, choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))])
        case "choice":
            offered = [(one.key, one.label) for one in field.options if one.is_offered or one.key == held]
            return forms.ChoiceField(**words, choices=[("", "–"), *offered])
        case "person":
            return forms.ChoiceField(**words, choices=[("", "–"), *colleagues])
        case "link":
            return LinkField(**words, max_length=LONGEST_LINK, widget=forms.URLInput())
    return forms.CharField(**words, max_length=LONGEST_TEXT, widget=forms.TextInput({"dir": "auto"}))


def _show_held(field: FieldDefinition, value: Any) -> Any:
    """A kept value as its control begins with."""
    if value is None:
        return None
    if field.kind == CustomField.Kind.NUMBER:
        return Decimal(str(value))
    if field.kind == CustomField.Kind.FLAG:
        return "yes" if value else "no"
    return str(value) if field.kind == CustomField.Kind.PERSON else value


def _list_colleagues(fields: tuple[FieldDefinition, ...], data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who may be chosen: active colleagues, and whoever stands there already; asked only where a field needs it."""
    asking = [field for field in fields if field.kind == CustomField.Kind.PERSON]
    if not asking:
        return []
    held = {value for field in asking if isinstance(value := data.get(field.key), int)}
    people = User.objects.filter(is_active=True) | User.objects.filter(pk__in=held)
    return [
        (str(key), name or email) for key, name, email in people.order_by("name").values_list("pk", "name", "email")
    ]


class CustomFieldsMixin:
    """Adds the own fields of a kind of customer to a form, and reads them back."""

    fields: dict[str, Any]
    initial: dict[str, Any]
    cleaned_data: dict[str, Any]

    def add_custom_fields(self, customer_kind: str, *, customer_pk: int | None) -> None:
        """One control a field in use, with what it holds."""
        self.custom_definitions = list_fields(customer_kind)
        found = CustomValueSet.objects.filter(customer=customer_pk) if customer_pk and self.custom_definitions else ()
        data = next((row.data for row in found), {})
        colleagues = _list_colleagues(self.custom_definitions, data)
        for field in self.custom_definitions:
            held = data.get(field.key)
            name = f"{PREFIX}{field.key}"
            self.fields[name] = make_form_field(field, held=held, colleagues=colleagues)
            self.initial[name] = _show_held(field, held)

    @property
    def custom_fields(self) -> list[Any]:
        """The controls, for the template."""
        return [self[f"{PREFIX}{field.key}"] for field in self.custom_definitions]  # type: ignore[index]

    def read_custom_values(self) -> dict[str, Any]:
        """What the valid form says, by key of the field; empty ones as None."""
        values: dict[str, Any] = {}
        for field in self.custom_definitions:
            name = f"{PREFIX}{field.key}"
            if name in self.cleaned_data:
                values[field.key] = _keep_cleaned(field, self.cleaned_data[name])
        return values


def _keep_cleaned(field: FieldDefinition, value: Any) -> Any:
    if value is None or value == "":
        return None
    match field.kind:
        case "number":
            return keep_number(value)
        case "date":
            return value.isoformat()
        case "flag":
            return value == "yes"
        case "person":
            return int(value)
    return value


class CustomFieldForm(forms.ModelForm):
    """A field as an admin defines it; its kind is chosen once, and changed on a page of its own."""

    added = forms.CharField(
        label=_("Words to choose from"),
        required=False,
        max_length=8_000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One a line; only for a choice."),
    )

    class Meta:
        model = CustomField
        fields = ["label", "kind", "about", "help_text", "is_sorted", "is_protected"]
        help_texts = {
            "is_protected": _("For what the law protects, such as health or religion: shown, but asked by no rule."),
            "is_sorted": _("Kept in order beside the values: at most 8 fields, no colleagues, no links."),
            "help_text": _("Stands below the field."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held_options = read_options(self.instance.options) if self.instance.pk else ()
        for option in self.held_options:
            self.fields[f"option-{option.key}"] = forms.CharField(
                label=option.label, required=False, max_length=80, initial=option.label if option.is_offered else ""
            )
        if self.instance.pk:
            del self.fields["kind"]
            if self.instance.kind != CustomField.Kind.CHOICE:
                del self.fields["added"]
            if self.instance.kind not in SORTED_KINDS:
                del self.fields["is_sorted"]

    @property
    def option_fields(self) -> list[Any]:
        """The words of a choice that are there already, each to be renamed or emptied."""
        return [self[f"option-{option.key}"] for option in self.held_options]

    def read_wish(self) -> FieldWish:
        """What the valid form asks for."""
        values = self.cleaned_data
        return FieldWish(
            label=values["label"],
            about=values["about"],
            help_text=values["help_text"],
            is_protected=values["is_protected"],
            is_sorted=values.get("is_sorted", False),
            renamed={option.key: values[f"option-{option.key}"] for option in self.held_options},
            added=values.get("added", "").splitlines(),
        )


class RetypeForm(forms.Form):
    """The kind a field is to have, and the words of a choice."""

    kind = forms.ChoiceField(label=_("New kind"))
    added = forms.CharField(
        label=_("Words to choose from"), required=False, max_length=8_000, widget=forms.Textarea({"rows": 8})
    )

    def __init__(self, *args: Any, custom_field: CustomField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in CustomField.Kind.choices if value != custom_field.kind
        ]
