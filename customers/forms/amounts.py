"""Amounts and numbers as people type them: ``1 204,50`` or ``1,204.50``; amounts become cents."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.rules.import_values import Unreadable, read_number

LARGEST_CENTS = 10**15


class AmountField(forms.CharField):
    """Money in the company's currency; cleaned to integer cents, shown with two decimals. Empty is None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, **options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        return read_cents(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


class NumberField(forms.DecimalField):
    """A number with or without grouping and with either decimal sign: ``1204.5``, ``1.204,5``, ``12,5``. What stands in
    the form already is written with a point."""

    widget = forms.TextInput  # a browser's own field of numbers drops the sign it does not know: 12,5 would be 125
    default_error_messages = {"invalid": _("Please give a number such as 1204.5.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return super().to_python(value)
        except ValidationError:
            try:
                return read_number(str(value).strip())
            except Unreadable:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from None


def read_cents(text: str) -> int:
    """Cents from ``1204.5``, ``1,204.50``, ``1.204,50``, ``−12``; raises ``ValidationError`` for anything else.

    With both signs present the last one is the decimal sign; a single one followed by three digits parts thousands.
    """
    plain = "".join(text.split()).replace("−", "-").replace("'", "").replace("’", "")
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0:
        sign = plain[last]
        parts_thousands = len(plain) - last - 1 == 3 and plain.count(sign) >= 1 and len(plain) > 4
        alone = "." not in plain or "," not in plain
        if alone and (plain.count(sign) > 1 or parts_thousands):
            plain = plain.replace(sign, "")
        else:
            plain = f"{plain[:last].replace('.', '').replace(',', '')}.{plain[last + 1 :]}"
    try:
        cents = Decimal(plain) * 100
    except InvalidOperation:
        raise ValidationError(_("Please give an amount such as 1204.50."), code="amount") from None
    if not cents.is_finite() or abs(cents) > LARGEST_CENTS:
        raise ValidationError(_("This amount is too large."), code="amount")
    if cents != cents.to_integral_value():
        raise ValidationError(_("At most two decimals."), code="amount")
    return int(cents)
