"""Products and what serving costs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.amounts import AmountField
from customers.models import CostRate, Product


class ProductForm(forms.ModelForm):
    price_cents = AmountField(label=_("List price"), required=False)
    cost_cents = AmountField(label=_("Cost"), required=False)

    class Meta:
        model = Product
        fields = ["number", "name", "family", "price_cents", "cost_cents", "is_active"]


class CostRateForm(forms.ModelForm):
    """A rate holds from its first day until the day before the next one of the same work, or its own last day."""

    cents_per_minute = AmountField(label=_("A minute"), required=False)
    cents_each = AmountField(label=_("Each"), required=False)

    class Meta:
        model = CostRate
        fields = ["work", "cents_per_minute", "cents_each", "valid_from", "valid_to"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("valid_from", "valid_to")
        }
        help_texts = {
            "valid_from": _("Work before this day keeps the rate it had: to change a rate, add another from a day on."),
            "valid_to": _("Empty: until the next rate of the same work."),
        }

    def clean_cents_per_minute(self) -> int:
        return self._not_negative("cents_per_minute")

    def clean_cents_each(self) -> int:
        return self._not_negative("cents_each")

    def _not_negative(self, name: str) -> int:
        cents = self.cleaned_data[name] or 0
        if cents < 0:
            raise forms.ValidationError(_("A cost cannot be below zero."))
        return cents

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("valid_from"), values.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("This day is before the first one."))
        return values
