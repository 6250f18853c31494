"""What people fill in about complaints."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import Article, Complaint
from crm.core.models import User
from customers.customer_lookup import look_up_customers
from customers.forms.amounts import AmountField
from customers.models import Customer, Order, Person


def _long_text(rows: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea({"rows": rows, **attrs})


class ComplaintDetailsForm(forms.ModelForm):
    """What is known about a complaint and may be corrected: never whose it is."""

    class Meta:
        model = Complaint
        fields = ["title", "severity", "kind", "person", "order", "words", "wants", "cost_to_customer"]
        widgets = {"words": _long_text(3)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_people_and_orders(self.instance.customer_id)

    def offer_people_and_orders(self, customer_id: int | None) -> None:
        """Only people and the latest orders of this customer can be chosen."""
        self.fields["person"].queryset = Person.objects.filter(customer=customer_id).order_by("-is_main", "name_folded")
        latest = Order.objects.filter(customer=customer_id).order_by("-day", "-id").values_list("pk", flat=True)[:50]
        # Asked for by their keys: "one of these or that one" in one statement would read every order of the company.
        kept = [self.instance.order_id] if self.instance.order_id else []
        self.fields["order"].queryset = Order.objects.filter(pk__in=[*latest, *kept]).order_by("-day", "-id")


class TakeComplaintForm(forms.Form):
    """Three things are asked: who, what, how bad. The rest can be added while listening or later."""

    customer_text = forms.CharField(label=_("Customer"), max_length=200, required=False)
    customer = forms.ModelChoiceField(Customer.objects.none(), required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("In a few words"), max_length=200)
    severity = forms.TypedChoiceField(
        label=_("How bad is it for them?"),
        coerce=int,
        choices=Complaint.Severity.choices,
        initial=Complaint.Severity.MEDIUM,
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Complaint.Kind.choices, initial=Complaint.Kind.COMPLAINT, required=False
    )
    words = forms.CharField(label=_("In the customer’s words"), max_length=5000, required=False, widget=_long_text(3))
    wants = forms.CharField(label=_("What they want"), max_length=300, required=False)
    cost_to_customer = forms.CharField(label=_("What it costs them"), max_length=300, required=False)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User, customer: Customer | None = None) -> None:
        initial = {"token": uuid.uuid4(), "customer": customer, "customer_text": customer.name if customer else ""}
        super().__init__(data, initial=initial)
        self.fields["customer"].queryset = Customer.objects.visible_to(user).current()
        self.choices: list[Customer] = []
        self.user = user

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Complaint.Kind.COMPLAINT

    def clean(self) -> dict[str, Any]:
        """A customer chosen from the list, or one whose typed name or number fits nobody else."""
        values = super().clean() or {}
        if values.get("customer") or "customer" in self.errors:
            return values
        text = values.get("customer_text", "")
        rows = self.fields["customer"].queryset.select_related("score")
        self.choices = look_up_customers(rows, text, asking=self.user).customers
        if len(self.choices) == 1:
            values["customer"] = self.choices[0]
        elif self.choices:
            self.add_error("customer_text", _("Which of these customers is it?"))
        else:
            self.add_error("customer_text", _("Type two letters or more of the name, or the number, and choose."))
        return values


class EntryForm(forms.Form):
    """An answer, a note or a remedy."""

    text = forms.CharField(label=_("What happened"), max_length=5000, widget=_long_text(3))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=0, max_value=1440, required=False)

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0


class RemedyForm(EntryForm):
    """What was agreed fits into a line."""

    text = forms.CharField(label=_("What mends it"), max_length=300, widget=_long_text(3))


class ClosingForm(forms.Form):
    """The customer's own word, or that he was not reached."""

    said_by = forms.CharField(label=_("Who said it"), max_length=200, required=False)
    word = forms.CharField(label=_("In their words"), max_length=2000, required=False)
    mended = forms.ChoiceField(label=_("Is it mended?"), choices=[*Complaint.Mended.choices], required=False)


class GoodwillForm(forms.Form):
    what = forms.CharField(label=_("What"), max_length=200)
    amount_cents = AmountField(label=_("Amount"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("What is not mended?"), max_length=300)


class GuardianForm(forms.Form):
    """``guardian`` is any colleague's number: whether he may guard is the rule's answer, in words."""

    guardian = forms.ModelChoiceField(User.objects.all(), label=_("Guardian"))


class ArticleForm(forms.ModelForm):
    class Meta:
        model = Article
        fields = ["title", "answer"]
        widgets = {"answer": _long_text(8)}
