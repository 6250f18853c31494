"""An order entered by hand."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.forms.amounts import AmountField, NumberField
from customers.models import Order, OrderLine, Product
from customers.order_entry import is_below_minimum, make_line

LINES = 5


class OrderForm(forms.ModelForm):
    """Number, day and net amount; a return has a minus."""

    amount_cents = AmountField(label=_("Net amount"), help_text=_("A return has a minus."))
    cost_cents = AmountField(label=_("Cost of goods"), required=False)
    freight_cents = AmountField(
        label=_("Freight we paid"), required=False, help_text=_("Empty: the rate for freight counts.")
    )

    class Meta:
        model = Order
        fields = ["number", "day", "amount_cents", "cost_cents", "freight_cents"]
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customer = getattr(self.instance, "customer", None) if self.instance.customer_id else None
        self.smallest_cents = customer.minimum_order_cents if customer else None
        if self.smallest_cents:
            self.fields["below_minimum"] = forms.BooleanField(
                label=_("Enter it although it is too small"), required=False
            )

    def clean(self) -> dict[str, Any]:
        """An order below the customer's smallest one is entered only on purpose; returns are free of it."""
        values = super().clean() or {}
        amount = values.get("amount_cents")
        too_small = amount is not None and is_below_minimum(amount, smallest_cents=self.smallest_cents)
        if too_small and not values.get("below_minimum"):
            self.add_error("amount_cents", _("This is below the smallest order agreed with this customer."))
        if (values.get("freight_cents") or 0) < 0:
            self.add_error("freight_cents", _("Freight cannot be below zero."))
        return values


class OrderLineForm(forms.Form):
    """One line; an empty one is left out."""

    description = forms.CharField(label=_("What"), max_length=200, required=False)
    product = forms.CharField(label=_("Product number"), max_length=40, required=False)
    quantity = NumberField(label=_("Quantity"), max_digits=14, decimal_places=3, required=False, min_value=0)
    amount_cents = AmountField(label=_("Net amount"), required=False)

    def clean_product(self) -> Product | None:
        number = self.cleaned_data["product"].strip()
        if not number:
            return None
        product = Product.objects.filter(number=number).first()
        if product is None:
            raise ValidationError(_("No product has this number."))
        return product

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        described = values.get("description") or values.get("product")
        if described and values.get("amount_cents") is None and "amount_cents" not in self.errors:
            self.add_error("amount_cents", _("Please give the amount of this line."))
        return values

    def make_line(self, *, position: int) -> OrderLine | None:
        """The line as typed, or None where nothing was."""
        values = self.cleaned_data
        if values.get("amount_cents") is None:
            return None
        quantity = values.get("quantity")
        return make_line(
            values.get("product"),
            position=position,
            description=values.get("description") or "",
            quantity=1 if quantity is None else quantity,
            amount_cents=values["amount_cents"],
        )


OrderLineFormSet = forms.formset_factory(OrderLineForm, extra=LINES, max_num=LINES, absolute_max=LINES)
