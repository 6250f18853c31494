"""People at a customer and ways to reach them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from crm.core.generic_views import CreateView, DeleteView, UpdateView
from crm.core.local_time import company_day
from crm.core.models.business_setting import setting
from customers.forms.contact_point import CardForm, CardPersonForm, ContactPointForm, PersonForm
from customers.import_vcard import is_vcard, read_pasted_card
from customers.models import ContactPoint, Customer, Person
from customers.person_keeping import keep_contact_point, keep_person, remove_contact_point
from customers.rules.card_reading import CardDraft, read_card


class _OfCustomer:
    """Leads back to the page of the customer."""

    permission = "customers.change_customer"

    def get_back_url(self) -> str:
        customer = self.parent or self.found.customer  # type: ignore[attr-defined]
        return reverse("home:customer-page", args=[customer.pk])


class PersonNew(_OfCustomer, CreateView):
    model, form_class, parent_model = Person, PersonForm, Customer
    title = _("New person")

    def get_initial(self) -> dict[str, Any]:
        """``?post=`` is the post that somebody left."""
        return {"job_title": self.request.GET.get("post", "")[:150]}

    def get_success_url(self) -> str:
        """Back to the list from which he was entered (``?next=``), else to the customer."""
        wanted = self.request.GET.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={self.request.get_host()})
        return wanted if is_ours else super().get_success_url()

    def save_form(self, form: Any) -> Person:
        return keep_person(form, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]


class PersonPaste(PersonNew):
    """A card or signature is pasted, read into a draft, looked at and kept."""

    form_class = CardPersonForm
    template_name = "customers/person_paste.html"
    title = _("New person from a card or signature")

    def get_initial(self) -> dict[str, Any]:
        card = self.read_pasted()
        if card is None:
            return {}
        points = {"email": card.emails, "phone": card.phones}
        first = {name: next(iter(found), "") for name, found in points.items()}
        second = {f"{name}_2": found[1] for name, found in points.items() if len(found) > 1}
        return {"name": card.name, "job_title": card.job_title, **first, **second}

    def read_pasted(self) -> CardDraft | None:
        """What is read from the text that was sent; None where only the box is shown."""
        text = self.request.POST.get("text", "")
        country = (self.parent.country if self.parent else "") or setting("company.country")
        if is_vcard(text.encode()):
            return read_pasted_card(text, country=country)
        return read_card(text, country=country) if text.strip() else None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The text first, then the draft as it was mended."""
        if "text" in request.POST:
            self.request.method = "GET"
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        card = self.read_pasted()
        return super().get_context_data(card=card, card_form=CardForm(), **context)

    def save_form(self, form: Any) -> Person:
        person = super().save_form(form)
        form.save_contact_points(person, on=company_day(timezone.now()))
        return person


class PersonEdit(_OfCustomer, UpdateView):
    model, form_class = Person, PersonForm
    template_name = "customers/person_edit.html"
    title = _("Edit person")

    def get_back_url(self) -> str:
        return reverse("home:person-page", args=[self.found.pk])

    def save_form(self, form: Any) -> Person:
        return keep_person(form, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        points = ContactPoint.objects.filter(person=self.found)
        return super().get_context_data(points=points, back_label=self.found.name, **context)


class ContactPointNew(_OfCustomer, CreateView):
    model, form_class, parent_model = ContactPoint, ContactPointForm, Customer
    title = _("New number or address")

    def save_form(self, form: Any) -> ContactPoint:
        return keep_contact_point(form, at=timezone.now())

    def get_initial(self) -> dict[str, Any]:
        person = self.request.GET.get("person", "")
        return {"kind": ContactPoint.Kind.PHONE, "person": person if person.isdecimal() and len(person) < 19 else None}


class ContactPointEdit(_OfCustomer, UpdateView):
    model, form_class = ContactPoint, ContactPointForm
    template_name = "customers/contact_point_edit.html"
    title = _("Edit number or address")

    def save_form(self, form: Any) -> ContactPoint:
        return keep_contact_point(form, at=timezone.now())

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(back_label=self.found.customer, **context)


class ContactPointDelete(_OfCustomer, DeleteView):
    model = ContactPoint
    title = _("Remove number or address")

    def remove(self) -> None:
        remove_contact_point(self.object, at=timezone.now())
