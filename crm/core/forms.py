"""Forms of people, their preferences and the first run."""

import zoneinfo
from functools import cache
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from crm.core.absence_planning import list_planned_by
from crm.core.models import Absence, Role, Team, User
from crm.core.user_editing import is_last_admin

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


@cache
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
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Two letters, as PT; phone numbers without a country are read as its own."),
    )
    fiscal_year_month = forms.TypedChoiceField(label=_("Fiscal year begins in"), coerce=int)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"currency": "EUR", "time_zone": "UTC", "fiscal_year_month": 1})
        self.fields["currency"].choices = [
            (code, format_lazy("{}, {}", code, word)) for code, word in CURRENCIES.items()
        ]
        self.fields["time_zone"].choices = list_time_zones()
        self.fields["fiscal_year_month"].choices = list(MONTHS.items())

    def clean_country(self) -> str:
        code = self.cleaned_data["country"].strip().upper()
        if code and code not in SUPPORTED_REGIONS:
            raise forms.ValidationError(_("A country has two letters, as DE."))
        return code

    def clean(self) -> dict[str, Any]:
        """The password is held against the name, the address and the company."""
        data = super().clean() or {}
        if password := data.get("password"):
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            person.company_name = data.get("company_name", "")
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class AccountForm(forms.ModelForm):
    """What a person says about himself, and how the product looks for him."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ["name", "job_title", "phone", "time_zone", "theme", "density", "single_keys"]
        labels = {"theme": _("Light or dark"), "density": _("Row height"), "single_keys": _("Single keys are on")}
        help_texts = {"single_keys": _("J and K move, L logs, ? lists them all. Off while you type.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [("", _("as the company")), *list_time_zones()]


class PartnerFieldsMixin:
    """A partner has the name of his company and stands in no team; everybody else the other way round."""

    cleaned_data: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        values["partner_of"] = " ".join(values.get("partner_of", "").split())
        if values.get("role") != Role.PARTNER:
            values["partner_of"] = ""
        elif not values["partner_of"]:
            self.add_error("partner_of", _("Whose partner is it? The name stands beside what is written."))  # type: ignore[attr-defined]
        else:
            values["team"] = None
        return values


class InvitationForm(PartnerFieldsMixin, forms.ModelForm):
    """A new colleague, or a partner."""

    class Meta:
        model = User
        fields = ["name", "email", "role", "partner_of", "team", "job_title"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody with this address has an account already."))
        return email


class UserForm(PartnerFieldsMixin, forms.ModelForm):
    """A colleague's role, team and details."""

    class Meta:
        model = User
        fields = ["name", "role", "partner_of", "team", "job_title", "phone"]

    def clean_role(self) -> str:
        role = str(self.cleaned_data["role"])
        if role != Role.ADMIN and is_last_admin(User.objects.get(pk=self.instance.pk)):
            raise forms.ValidationError(_("Without this administrator nobody could change anything here."))
        return role


class RemoveTeamForm(forms.Form):
    """Where the colleagues and customers of a team that goes belong from then on; not asked for an empty one."""

    move_to = forms.ModelChoiceField(Team.objects.none(), label=_("They move to"))

    def __init__(self, data: Any = None, *, team: Team, is_used: bool) -> None:
        super().__init__(data)
        self.fields["move_to"].queryset = Team.objects.exclude(pk=team.pk)
        self.fields["move_to"].empty_label = str(_("choose a team"))
        self.fields["move_to"].error_messages["required"] = _("Choose the team they move to.")
        if not is_used:
            del self.fields["move_to"]


class AbsenceForm(forms.ModelForm):
    """Who is away, from which day to which, and who stands in; a colleague himself is not asked who he is."""

    class Meta:
        model = Absence
        fields = ["user", "first_day", "last_day", "stand_in"]
        widgets = {name: forms.DateInput({"type": "date"}, format="%Y-%m-%d") for name in ("first_day", "last_day")}
        help_texts = {"stand_in": _("Gets the new tasks, and sees on his day what falls due.")}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list_planned_by(by)
        self.fields["user"].queryset = people
        if self.instance.pk or people.count() < 2:
            self.instance.user = self.instance.user if self.instance.pk else by
            del self.fields["user"]
        self.fields["stand_in"].queryset = User.objects.acting().order_by("name", "pk")
        self.fields["stand_in"].empty_label = str(_("nobody: the work waits"))


class TeamForm(forms.ModelForm):
    """A team and who manages it."""

    managers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Managers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They see every customer of the team."),
    )

    class Meta:
        model = Team
        fields = ["name", "managers"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["managers"].queryset = User.objects.active().filter(role=Role.MANAGER)


class AccessTokenForm(forms.Form):
    """What a program is to be let in for, what it may do, and for how long."""

    name = forms.CharField(label=_("What for"), max_length=80, help_text=_("Such as the shop, or the telephone."))
    right = forms.ChoiceField(
        label=_("May"), choices=[("read", _("read")), ("write", _("read and write"))], initial="read"
    )
    days = forms.TypedChoiceField(
        label=_("Ends after"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (180, _("half a year")), (365, _("a year"))],
        initial=90,
    )
    form_token = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
