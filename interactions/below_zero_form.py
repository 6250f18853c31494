"""What somebody decides about a customer below zero."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.forms.amounts import AmountField
from customers.models import Customer
from interactions.models import BelowZeroDecision
from segments.models import Segment
from segments.process_fitting import find_costlier_segments

REVIEW_AFTER = timedelta(days=90)


class BelowZeroForm(forms.Form):
    """One way out, why, who answers for it and when to look again."""

    kind = forms.ChoiceField(label=_("Decision"), choices=BelowZeroDecision.Kind.choices, widget=forms.RadioSelect)
    segment = forms.ModelChoiceField(
        Segment.objects.none(),
        label=_("Serve like"),
        required=False,
        help_text=_("Cheaper process: held in this segment until then. Empty: a task to find another way."),
    )
    minimum_order_cents = AmountField(
        label=_("Smallest order"), required=False, help_text=_("Minimum order: shown to whoever enters an order.")
    )
    reason = forms.CharField(label=_("Because"), max_length=300, widget=forms.Textarea({"rows": 2, "dir": "auto"}))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    review_on = forms.DateField(label=_("Look again on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    expected_cents = AmountField(label=_("Expected, a year"), required=False)

    def __init__(self, *args: Any, customer: Customer, today: date, kind: str = "", **kwargs: Any) -> None:
        initial = {"owner": customer.owner_id, "review_on": today + REVIEW_AFTER, "kind": kind}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["owner"].queryset = User.objects.acting().order_by("name")
        cheaper = Segment.objects.filter(archived_at=None).exclude(pk__in=find_costlier_segments(customer))
        self.fields["minimum_order_cents"].needed_when = _("for a minimum order")
        self.fields["segment"].queryset = cheaper.order_by("priority", "pk")

    def clean_minimum_order_cents(self) -> int | None:
        minimum: int | None = self.cleaned_data["minimum_order_cents"]
        if self.cleaned_data.get("kind") == BelowZeroDecision.Kind.MINIMUM and not minimum:
            raise forms.ValidationError(_("Say how much an order must come to."))
        return minimum

    def clean_expected_cents(self) -> int:
        return self.cleaned_data["expected_cents"] or 0
