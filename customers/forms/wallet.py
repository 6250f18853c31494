"""What a customer spends with everybody, what he could buy from us, and what he needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.forms.amounts import AmountField
from customers.models import CustomerNeed, Need, Potential, WalletEstimate
from customers.wallet_estimating import Supplier

SUPPLIERS = 4


class WalletForm(forms.Form):
    """The whole spend with its range, who else supplies, and how we know."""

    total = AmountField(
        label=_("Spends a year, all suppliers"), help_text=_("On all that we could sell them, ours included.")
    )
    low = AmountField(label=_("At least"), required=False)
    high = AmountField(label=_("At most"), required=False)
    confidence = forms.ChoiceField(
        label=_("How sure"), choices=WalletEstimate.Confidence.choices, initial=WalletEstimate.Confidence.MEDIUM
    )
    source = forms.CharField(
        label=_("Where it comes from"), max_length=150, help_text=_("Who told it, or what it was worked out from.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, SUPPLIERS + 1):
            self.fields[f"name_{number}"] = forms.CharField(label=_("Supplier"), max_length=100, required=False)
            self.fields[f"percent_{number}"] = forms.IntegerField(
                label=_("Part, %"), required=False, min_value=0, max_value=100
            )

    @property
    def plain_fields(self) -> list[Any]:
        """The fields that stand one below the other."""
        return [self[name] for name in ("confidence", "source")]

    @property
    def supplier_rows(self) -> list[tuple[Any, Any]]:
        """Pairs of name and part."""
        return [(self[f"name_{number}"], self[f"percent_{number}"]) for number in range(1, SUPPLIERS + 1)]

    def read_suppliers(self) -> list[Supplier]:
        """The suppliers as typed; empty rows are left out."""
        values = self.cleaned_data
        rows = [(values[f"name_{n}"].strip(), values[f"percent_{n}"]) for n in range(1, SUPPLIERS + 1)]
        return [Supplier(name, percent) for name, percent in rows if name]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(1, SUPPLIERS + 1):
            if values.get(f"percent_{number}") is not None and not values.get(f"name_{number}", "").strip():
                self.add_error(f"name_{number}", _("Who has this part?"))
        return values


def read_wallet(estimate: WalletEstimate | None) -> dict[str, Any]:
    """The estimate in force as the form's first values, so that a new one begins from it."""
    if estimate is None:
        return {}
    values: dict[str, Any] = {
        "total": estimate.total_cents,
        "low": estimate.low_cents,
        "high": estimate.high_cents,
        "confidence": estimate.confidence,
    }
    for number, supplier in enumerate(estimate.suppliers.all()[:SUPPLIERS], start=1):
        values |= {f"name_{number}": supplier.name, f"percent_{number}": supplier.percent}
    return values


class PotentialForm(forms.ModelForm):
    """Sales a year that we could have, with the evidence."""

    yearly_cents = AmountField(label=_("Sales a year that we could have"))

    class Meta:
        model = Potential
        fields = ["yearly_cents", "evidence"]


class CustomerNeedForm(forms.Form):
    """A need of the catalogue, by what evidence, and whether we meet it."""

    need = forms.ModelChoiceField(Need.objects.none(), label=_("Need"), empty_label=_("Choose a need"))
    evidence = forms.CharField(label=_("Evidence"), max_length=300, help_text=_("What they said or did that shows it."))
    source = forms.CharField(label=_("Told by"), max_length=150, required=False)
    is_met = forms.TypedChoiceField(
        label=_("Do we meet it?"),
        choices=[("", _("not known yet")), ("yes", _("yes")), ("no", _("no"))],
        required=False,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )

    def __init__(self, *args: Any, row: CustomerNeed | None = None, **kwargs: Any) -> None:
        if row is not None:
            met = {True: "yes", False: "no", None: ""}[row.is_met]
            kwargs["initial"] = {"need": row.need, "evidence": row.evidence, "source": row.source, "is_met": met}
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = (  # type: ignore[attr-defined]
            Need.objects.filter(pk=row.need_id) if row else Need.objects.filter(is_active=True)
        )


class NeedAnswerForm(forms.Form):
    """What came of hearing a need."""

    answer = forms.ChoiceField(label=_("What came of it?"), choices=CustomerNeed.Answer.choices, required=False)
    text = forms.CharField(
        label=_("What changed, or why nothing does"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As one would tell the customer: “Since May a van leaves at noon”."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("answer") and not values.get("text", "").strip():
            self.add_error("text", gettext("Say what changed, or why nothing does."))
        if not values.get("answer") and values.get("text", "").strip():
            self.add_error("answer", gettext("Choose what came of it: the words alone are not counted."))
        return values


class NeedForm(forms.ModelForm):
    """An entry of the catalogue of needs."""

    class Meta:
        model = Need
        fields = ["name", "description", "is_active"]
