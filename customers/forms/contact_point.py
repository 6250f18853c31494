"""Forms of people and of ways to reach them."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.models.business_setting import setting
from crm.core.text_folding import shows_nothing
from customers.models import ContactPoint, Person
from customers.rules.card_reading import LONGEST
from customers.rules.contact_point_reading import ContactPointReading, UnreadableContactPoint, read_contact_point

REFUSALS = {
    "empty": _("Please write an address or number."),
    "long": _("This is too long."),
    "phone": _("This is no phone number. Write it with its country, such as +45 86 12 34 56."),
    "email": _("This is no e-mail address."),
    "web": _("This is no web address."),
}
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def read_or_refuse(text: str, *, kind: str, country: str = "") -> ContactPointReading:
    """A reading, or a ``ValidationError`` in words; a phone number without a country is of ``country``, else of the
    company's."""
    try:
        return read_contact_point(text, kind=kind, country=country or setting("company.country"))
    except UnreadableContactPoint as error:
        raise ValidationError(REFUSALS[error.reason]) from None


class ContactPointForm(forms.ModelForm):
    """A number or address of the customer or of one of its people."""

    class Meta:
        model = ContactPoint
        fields = ["kind", "value", "person", "is_valid", "proven_on"]
        widgets = {"proven_on": _DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(customer=self.instance.customer_id).order_by("name_folded")
        self.fields["person"].queryset = people
        self.fields["person"].empty_label = str(_("the company"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") and values.get("value"):
            try:
                reading = read_or_refuse(values["value"], kind=values["kind"], country=self.instance.customer.country)
            except ValidationError as error:
                self.add_error("value", error)
                return values
            values["value"], self.instance.value_normal = reading.value, reading.value_normal
            self._refuse_twice(values, reading)
        return values

    def _refuse_twice(self, values: dict[str, Any], reading: ContactPointReading) -> None:
        same = ContactPoint.objects.filter(
            customer=self.instance.customer_id,
            person=values.get("person"),
            kind=reading.kind,
            value_normal=reading.value_normal,
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("value", _("This is already noted here."))


def refuse_unseen(form: forms.ModelForm, name: str) -> str:
    """What was typed into the field; a name of nothing but space and marks of direction is asked for again."""
    text: str = form.cleaned_data[name]
    if shows_nothing(text):
        raise ValidationError(form.fields[name].error_messages["required"], code="required")
    return text


class PersonForm(forms.ModelForm):
    """Somebody at the customer; a day in ``left_on`` takes him out of the page, not out of the history."""

    class Meta:
        model = Person
        fields = ["name", "job_title", "seniority", "influence", "language", "is_main", "left_on"]
        widgets = {"left_on": _DAY}

    def clean_name(self) -> str:
        return refuse_unseen(self, "name")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("left_on"):
            values["is_main"] = False
        return values

    def save(self, commit: bool = True) -> Person:  # noqa: FBT001, FBT002 the signature is Django's
        person = super().save(commit=False)
        if person.is_main:
            others = Person.objects.filter(customer=person.customer_id, is_main=True)
            others.exclude(pk=person.pk).update(is_main=False, changed_at=Now())
        if commit:
            person.save()
        return person


class CardForm(forms.Form):
    """A card or signature as it was pasted."""

    text = forms.CharField(
        label=_("Card or signature"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
        help_text=_(
            "Paste the text of a business card or the signature under a mail; you look at it before it is kept."
        ),
    )


class CardPersonForm(PersonForm):
    """The person read from a card, with his e-mails and phones; all are noted as shown by the card today.

    A second e-mail or phone is asked for only where the card has one.
    """

    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    email_2 = forms.CharField(label=_("Second e-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)
    phone_2 = forms.CharField(label=_("Second phone"), required=False, max_length=60)

    POINTS = ("email", "email_2", "phone", "phone_2")

    class Meta(PersonForm.Meta):
        fields = ("name", "job_title", "influence", "is_main")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email_2", "phone_2"):
            if not self.initial.get(name) and name not in self.data:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        readings: dict[str, ContactPointReading] = {}
        for name in self.POINTS:
            if values.get(name):
                try:
                    kind, country = name.removesuffix("_2"), self.instance.customer.country
                    reading = read_or_refuse(values[name], kind=kind, country=country)
                    readings.setdefault(reading.value_normal, reading)
                except ValidationError as error:
                    self.add_error(name, error)
        self.readings = list(readings.values())
        return values

    def save_contact_points(self, person: Person, *, on: date) -> None:
        """The e-mail and phone, proved by the card on the local day ``on``."""
        for reading in self.readings:
            ContactPoint.objects.create(
                customer=person.customer,
                person=person,
                kind=reading.kind,
                value=reading.value,
                value_normal=reading.value_normal,
                proven_on=on,
            )
