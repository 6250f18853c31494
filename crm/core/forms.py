"""Forms of people, their preferences and the first run."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.core.models import User

CURRENCIES = {
    "EUR": _("euro"),
    "USD": _("US dollar"),
    "GBP": _("pound sterling"),
    "CHF": _("Swiss franc"),
    "DKK": _("Danish krone"),
    "NOK": _("Norwegian krone"),
    "SEK": _("Swedish krona"),
    "PLN": _("Polish złoty"),
    "CZK": _("Czech koruna"),
    "HUF": _("Hungarian forint"),
    "RON": _("Romanian leu"),
    "TRY": _("Turkish lira"),
    "BRL": _("Brazilian real"),
    "MXN": _("Mexican peso"),
    "CAD": _("Canadian dollar"),
    "AUD": _("Australian dollar"),
    "NZD": _("New Zealand dollar"),
    "JPY": _("Japanese yen"),
    "CNY": _("Chinese yuan"),
    "INR": _("Indian rupee"),
    "IDR": _("Indonesian rupiah"),
    "MYR": _("Malaysian ringgit"),
    "SGD": _("Singapore dollar"),
    "ZAR": _("South African rand"),
}


def list_time_zones() -> list[tuple[str, str]]:
    """Every place with a clock of its own, and UTC: ``("Europe/Oslo", "Europe, Oslo")``."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith(areas))
    return [("UTC", "UTC"), *((name, name.replace("/", ", ").replace("_", " ")) for name in names)]


class PreferencesForm(forms.ModelForm):
    """How the product looks and behaves for one person; only the fields named in ``changed`` are touched."""

    class Meta:
        model = User
        fields = ["theme", "density", "single_keys"]

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data, instance=user)
        changed = set(data.getlist("changed"))
        for name in set(self.fields) - changed:
            del self.fields[name]


class FirstRunForm(forms.Form):
    """The first administrator and the company."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    company_name = forms.CharField(
        label=_("Name"), max_length=150, widget=forms.TextInput({"autocomplete": "organization"})
    )
    currency = forms.ChoiceField(label=_("Currency"))
    time_zone = forms.ChoiceField(label=_("Time zone"), widget=forms.Select({"data-local-zone": ""}))
    fiscal_year_month = forms.TypedChoiceField(label=_("Fiscal year begins in"), coerce=int)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"currency": "EUR", "time_zone": "UTC", "fiscal_year_month": 1})
        self.fields["currency"].choices = [
            (code, format_lazy("{}, {}", code, word)) for code, word in CURRENCIES.items()
        ]
        self.fields["time_zone"].choices = list_time_zones()
        self.fields["fiscal_year_month"].choices = list(MONTHS.items())

    def clean(self) -> dict[str, Any]:
        """The password is held against the name, the address and the company."""
        data = super().clean() or {}
        if password := data.get("password"):
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
