"""The contract of a customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from customers.models import Contract


class ContractForm(forms.ModelForm):  # type: ignore[type-arg]
    """When it began, how often it is renewed, when it ended."""

    class Meta:
        model = Contract
        fields = ["started_on", "period_months", "ended_on"]
        widgets = {
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_period_months(self) -> int:
        months = int(self.cleaned_data["period_months"])
        if not 1 <= months <= 120:
            raise forms.ValidationError(_("Between 1 and 120 months."))
        return months

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        began, ended = data.get("started_on"), data.get("ended_on")
        if began and ended and ended <= began:
            self.add_error("ended_on", _("A contract ends after it began."))
        return data
