"""What somebody notes about a lost customer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from customers.models import Customer
from interactions.forms import ColleagueChoice
from interactions.models import WinBack


class LetGoForm(forms.Form):
    """Why a lost customer left, and when to look again. What is known already stands there."""

    reason = forms.ChoiceField(label=_("why they left"), choices=[("", _("Choose")), *WinBack.Reason.choices])
    words = forms.CharField(
        label=_("what lies behind it"),
        help_text=_("In their words. “Too dear” is what people say first: what did they get for it elsewhere?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_on = forms.DateField(
        label=_("look again on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, data: Any = None, *, known: WinBack | None = None) -> None:
        words = ("reason", "words", "offer")
        super().__init__(data, initial={name: getattr(known, name) for name in words} if known else None)


class WinBackForm(LetGoForm):
    """The same with what would bring them back, the day of the next step, and who takes it."""

    offer = forms.CharField(
        label=_("reason to return"),
        help_text=_("What is different from the day they left; not a discount alone."),
        max_length=300,
    )
    next_on = forms.DateField(
        label=_("next step on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    responsible = ColleagueChoice(User.objects.none(), label=_("who takes it"), empty_label=None)
    field_order = ("reason", "words", "offer", "next_on", "responsible")

    def __init__(self, data: Any = None, *, customer: Customer, known: WinBack | None = None) -> None:
        super().__init__(data, known=known)
        self.initial["responsible"] = customer.owner_id
        self.fields["responsible"].queryset = User.objects.acting().order_by("name")  # type: ignore[attr-defined]
