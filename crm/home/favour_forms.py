"""Forms of referrals, references and wanted companies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.forms.moving import CustomerChoice
from customers.models import Customer, Person, Referral

DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class _OfCustomer(forms.Form):
    """A form that may name a person of the customer."""

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(customer=customer).current()
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class ReferralForm(_OfCustomer):
    """Whom we asked, and whom he named."""

    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who was asked"), required=False, empty_label=_("the company")
    )
    referred_name = forms.CharField(
        label=_("Whom they named"), max_length=300, required=False, help_text=_("Empty while they think about it.")
    )


class ReferralAnswerForm(forms.Form):
    """What came of it."""

    state = forms.ChoiceField(label=_("Outcome"), choices=Referral.State.choices)
    referred_name = forms.CharField(label=_("Whom they named"), max_length=300, required=False)
    referred = CustomerChoice(
        label=_("Who they are, once they are here"),
        max_length=300,
        required=False,
        help_text=_("Number or whole name of the customer."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["referred"].user = user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Somebody who was named is an answer: "rather not" beside a name would be written over in silence."""
        values = super().clean() or {}
        is_named = values.get("referred_name") or values.get("referred")
        if values.get("state") == Referral.State.DECLINED and is_named:
            self.add_error("state", _("Somebody is named below. Empty that first, or say that they named somebody."))
        return values


class ReferenceForm(_OfCustomer):
    """For what they are a reference, who receives, and how long they rest."""

    topic = forms.CharField(label=_("For what"), max_length=120, help_text=_("A product, a machine, a way of working."))
    person = forms.ModelChoiceField(
        Person.objects.none(), label=_("Who receives"), required=False, empty_label=_("nobody named yet")
    )
    rest_days = forms.IntegerField(label=_("Days of rest after a visit"), min_value=0, max_value=1000)


class VisitForm(forms.Form):
    """For whom, and when."""

    for_whom = forms.CharField(label=_("For whom"), max_length=200)
    on = forms.DateField(label=_("On"), widget=DAY)


class WantedForm(forms.Form):
    """In which year, and why."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, this_year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, str(year)) for year in (this_year + 1, this_year)]  # type: ignore[attr-defined]
