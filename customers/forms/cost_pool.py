"""A period's actual cost of a kind of work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.amounts import AmountField
from customers.models import CostPool


class CostPoolForm(forms.ModelForm):
    amount_cents = AmountField(
        label=_("Actual cost"), help_text=_("What this work cost in the period, from the books: pay, cars, travel.")
    )

    class Meta:
        model = CostPool
        fields = ["work", "driver", "first_day", "last_day", "amount_cents", "capacity", "note"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("first_day", "last_day")
        }
        help_texts = {
            "capacity": _("What was paid for and not used stays “not assignable”. 0: all of the cost is shared."),
            "driver": _("By minutes only where minutes are logged: calls, mails, visits, chats."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capacity"].required = False

    def clean_capacity(self) -> int:
        return self.cleaned_data.get("capacity") or 0
