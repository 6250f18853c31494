"""Somebody moves to another customer; a customer joins a group; another name of a customer."""

import json
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.customer_lookup import look_up_customers
from customers.models import ContactPoint, Customer, Person


class CustomerInput(forms.TextInput):
    """A text that offers customers while one types; without script it is a plain text."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        asks = {
            "list": f"{name}-names",
            "autocomplete": "off",
            "hx-get": reverse("customers:customer-names"),
            "hx-vals": json.dumps({"field": name}),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "next datalist",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        typed = super().render(name, value, {**(attrs or {}), **asks}, renderer)
        return format_html('{}<datalist id="{}-names"></datalist>', typed, name)


class CustomerChoice(forms.CharField):
    """A customer by his number or whole name, among those ``user`` may see; a form gives ``user`` after it is made."""

    widget = CustomerInput
    user: User

    def clean(self, value: Any) -> Customer | None:  # type: ignore[override]
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        rows = Customer.objects.visible_to(self.user).current()
        numbered = rows.filter(number__in={text, text.upper()})
        found = list(numbered[:1]) or list(rows.filter(name_folded=fold_text(text))[:2])
        if len(found) == 1:
            return found[0]
        if alike := look_up_customers(rows, text, asking=self.user).customers:
            called = [one for one in alike if _without_signs(one.number) == _without_signs(text)]
            if len(called) == 1:
                return called[0]
            names = ", ".join(f"{one.name} ({one.number})" for one in alike)
            raise forms.ValidationError(gettext("Which one? Write the number: %(names)s.") % {"names": names})
        raise forms.ValidationError(gettext("There is no customer “%(text)s”.") % {"text": text[:60]})


def _without_signs(number: str) -> str:
    """ "K10001", as somebody types "k 10001" for K-10001."""
    return "".join(filter(str.isalnum, number)).upper()


class MovePersonForm(forms.Form):
    """Where somebody works now, since when, and which numbers and addresses went with him."""

    to = CustomerChoice(label=_("Works now for"), max_length=300, help_text=_("Number or whole name of the customer."))
    job_title = forms.CharField(label=_("Job title there"), required=False, max_length=150)
    on = forms.DateField(label=_("Since"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    keeps = forms.ModelMultipleChoiceField(
        ContactPoint.objects.none(),
        label=_("Goes along"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What is not ticked no longer reaches this person."),
    )

    def __init__(self, *args: Any, person: Person, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        self.today = today
        fields: dict[str, Any] = self.fields
        fields["to"].user = user
        fields["keeps"].queryset = ContactPoint.objects.filter(person=person)
        if not fields["keeps"].queryset.exists():
            del fields["keeps"]

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise forms.ValidationError(_("Note it once it has happened."))
        return day


class JoinGroupForm(forms.Form):
    """The head of the group a customer belongs to."""

    head = CustomerChoice(
        label=_("Belongs to"), max_length=300, help_text=_("Number or whole name of the parent company.")
    )
    takes_owner = forms.BooleanField(
        label=_("Its owner looks after this customer too"), required=False, help_text=_("One lead for the whole group.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["head"].user = user  # type: ignore[attr-defined]
        if not user.has_perm("customers.assign_customer"):
            del self.fields["takes_owner"]


class TradingNameForm(forms.Form):
    """Another name under which a customer does business."""

    name = forms.CharField(label=_("Name"), max_length=300, widget=forms.TextInput({"dir": "auto"}))
    note = forms.CharField(label=_("Where it is used"), max_length=150, required=False)
