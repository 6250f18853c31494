"""The form of a customer."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.core.models import Role, Team, User
from customers.customer_numbering import next_number
from customers.duplicate_deciding import note_another_customer
from customers.duplicate_warning import LikelyDuplicate, TypedCustomer, find_duplicates
from customers.forms.contact_point import read_or_refuse, refuse_unseen
from customers.forms.custom_field import CustomFieldsMixin
from customers.models import ContactPoint, Customer
from customers.rules.contact_point_reading import read_domain
from customers.source_withdrawing import find_withdrawn

ASSIGN = "customers.assign_customer"
NOT_OF_PARTNERS = ("number", "owner", "team", "stage", "relation", "since", "source", "lawful_basis", "kind")


class CustomerForm(CustomFieldsMixin, forms.ModelForm):
    """``user`` decides which owners and teams may be chosen; without the right to assign the fields are not there."""

    class Meta:
        model = Customer
        fields = [
            "name",
            "trading_name",
            "kind",
            "number",
            "stage",
            "relation",
            "owner",
            "team",
            "street",
            "postcode",
            "city",
            "country",
            "language",
            "is_informal",
            "pays_by",
            "industry",
            "tax_id",
            "domain",
            "since",
            "source",
            "lawful_basis",
        ]
        widgets = {"since": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "is_informal": _("Known by names and faces more than by papers."),
            "pays_by": _("Such as cash on delivery."),
            "country": _("Two letters, such as DK."),
            "number": _("Empty: the next free one."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.duplicates: list[LikelyDuplicate] = []
        self.fields["number"].required = False
        if self.instance.number:
            self.fields["number"].help_text = _("Empty: he keeps %(number)s.") % {"number": self.instance.number}
        self.fields["name"].widget.attrs["dir"] = "auto"
        if user.is_partner:
            # What is ours to say of him: how he is kept in the books, and what nobody outside is asked.
            for name in NOT_OF_PARTNERS:
                del self.fields[name]
            self.custom_definitions = []
            return
        if user.has_perm(ASSIGN):
            self.fields["owner"].queryset = self._owners()
            self.fields["team"].queryset = self._teams()
        else:
            del self.fields["owner"], self.fields["team"]
        self.add_custom_fields(self.instance.kind, customer_pk=self.instance.pk)

    def _owners(self) -> Any:
        """Whoever has him now stays offered."""
        owners = User.objects.owning()
        if self.user.role == Role.MANAGER:
            mine = Q(team=self.user.team_id) | Q(team__in=self.user.managed_teams.values("pk"))
            owners = owners.filter(mine | Q(role=Role.PARTNER))
        return User.objects.filter(Q(pk__in=owners.values("pk")) | Q(pk=self.instance.owner_id)).order_by("name")

    def _teams(self) -> Any:
        teams = Team.objects.all()
        if self.user.role == Role.MANAGER:
            mine = Q(pk=self.user.team_id) | Q(pk__in=self.user.managed_teams.values("pk"))
            teams = teams.filter(mine | Q(pk=self.instance.team_id))
        return teams

    def clean_name(self) -> str:
        return refuse_unseen(self, "name")

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        if number:
            return number
        return self.instance.number or next_number()

    def clean_country(self) -> str:
        country = self.cleaned_data["country"].strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationError(_("Two letters, such as DK."))
        return country

    def clean_source(self) -> str:
        """Nobody is entered by a source that was withdrawn; who stands there already keeps his."""
        source = str(self.cleaned_data["source"]).strip()
        if "source" in self.changed_data and source and (gone := find_withdrawn(source)) is not None:
            raise ValidationError(_("This source was withdrawn: %(reason)s") % {"reason": gone.withdrawn_reason})
        return source

    def clean_domain(self) -> str:
        return read_domain(self.cleaned_data["domain"])

    def clean(self) -> dict[str, Any]:
        """A manager keeps him in sight: who has neither owner nor team is seen by those who see everybody alone."""
        values = super().clean() or {}
        chosen = values.get("owner") or values.get("team") or {"owner", "team"} & self.errors.keys()
        if self.instance.pk and self.user.role == Role.MANAGER and "team" in self.fields and not chosen:
            self.add_error("team", _("Choose an owner or a team: you would not see this customer any more."))
        return values


class NewCustomerForm(CustomerForm):
    """With a first e-mail and phone, and a word about who looks alike; ``another`` says why it is another one."""

    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)
    another = forms.CharField(label=_("Why it is another customer"), required=False, max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if user.role == Role.MANAGER and "team" in self.fields and self.initial.get("team") is None:
            self.initial["team"] = user.team_id

    def clean_email(self) -> str:
        text = self.cleaned_data["email"].strip()
        return read_or_refuse(text, kind=ContactPoint.Kind.EMAIL).value_normal if text else ""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("phone"):
            try:
                reading = read_or_refuse(values["phone"], kind="phone", country=values.get("country", ""))
                self.phone_read = reading
            except ValidationError as error:
                self.add_error("phone", error)
        typed = {name: values.get(name) or "" for name in TypedCustomer.__dataclass_fields__}
        self.duplicates = find_duplicates(self.user, TypedCustomer(**typed))
        if self.duplicates and not values.get("another"):
            self.add_error(None, _("Somebody like this is already here. Look below, or say why it is another one."))
        return values

    def save(self, commit: bool = True) -> Customer:  # noqa: FBT001, FBT002 the signature is Django's
        customer = super().save(commit=False)
        if "owner" not in self.fields:
            customer.owner, customer.team = self.user, self.user.team
        elif customer.team is None and customer.owner is not None:
            customer.team = customer.owner.team
        elif customer.team is None and self.user.role == Role.MANAGER:
            customer.team = self.user.team
        if not customer.domain and (email := self.cleaned_data["email"]):
            customer.domain = read_domain(email)
        if commit:
            customer.save()
            self.save_contact_points(customer)
        return customer

    def note_others(self, customer: Customer, *, at: datetime) -> None:
        """Whoever looks alike is another one, as was said: nobody is asked about them again."""
        others = [(found.customer, found.percent) for found in self.duplicates]
        reason = self.cleaned_data["another"]
        note_another_customer(customer, others=others, reason=reason, by=self.user, at=at)

    def save_contact_points(self, customer: Customer) -> None:
        """The e-mail and phone typed with the customer."""
        if email := self.cleaned_data["email"]:
            ContactPoint.objects.create(customer=customer, kind="email", value=email, value_normal=email)
        if reading := getattr(self, "phone_read", None):
            ContactPoint.objects.create(
                customer=customer, kind="phone", value=reading.value, value_normal=reading.value_normal
            )
