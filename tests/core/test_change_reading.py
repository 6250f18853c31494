"""Who changed what, when, from what to what."""

from datetime import date

import pghistory
from django.urls import reverse
from django.utils import timezone

from crm.core.change_reading import changes_of
from crm.core.formats import format_full_day
from customers.custom_field_defining import FieldWish, add_field, archive_field
from customers.custom_value_keeping import set_custom_values
from customers.models import ContactPoint, Customer, CustomValueSet


def test_each_change_says_who_what_before_and_after(rep, customer, signed_in):
    url = reverse("customers:customer-edit", args=[customer.pk])
    data = {"name": "New name", "kind": "organisation", "stage": "customer", "relation": "orders"}
    signed_in(rep).post(url, {**data, "number": customer.number, "city": "Aarhus", "edit_version": "1"})
    (change,) = changes_of(customer)
    assert change.by == rep
    assert {(f.label, f.old, f.new) for f in change.fields} == {
        ("name", "Kjeldsen Maskinfabrik A/S", "New name"),
        ("city", "", "Aarhus"),
    }


def test_what_belongs_to_a_record_is_told_with_it_even_when_removed(rep, customer):
    point = ContactPoint.objects.create(customer=customer, kind="web", value="a.example", value_normal="a.example")
    with pghistory.context(user=rep.pk):
        point.delete()
    (change,) = changes_of(customer)
    assert (change.is_removal, change.by, change.record) == (True, rep, "a.example")


def test_bulk_changes_are_seen_and_named_as_nobodys(customer, other_rep):
    Customer.objects.filter(pk=customer.pk).update(owner=other_rep)
    Customer.objects.filter(pk=customer.pk).update(stage="prospect")
    newest, oldest = changes_of(customer)
    assert newest.by is None
    assert [(f.label, f.old, f.new) for f in oldest.fields] == [("owner", "Ana Ribeiro", "Tomasz Zieliński")]
    assert [(f.old, f.new) for f in newest.fields] == [("customer", "prospect")]


def test_the_page_shows_it_and_only_to_whoever_sees_the_customer(rep, other_rep, viewer, customer, signed_in):
    customer.name = "<i>Renamed</i>"
    customer.save()
    url = reverse("core:history", args=["customer", customer.pk])
    text = signed_in(rep).get(url).content.decode()
    assert "&lt;i&gt;Renamed" in text
    assert signed_in(other_rep).get(url).status_code == 404
    assert signed_in(viewer).get(url).status_code == 403


def test_kinds_that_keep_no_history_are_not_found(admin, customer, signed_in):
    for kind in ("order", "session", "customerevent", "nonsense"):
        assert signed_in(admin).get(reverse("core:history", args=[kind, customer.pk])).status_code == 404


def test_own_fields_are_told_one_by_one_in_words(rep, admin, customer):
    fleet = add_field(FieldWish("Vans"), kind="number", by=admin)
    since = add_field(FieldWish("Fleet since"), kind="date", by=admin)
    colour = add_field(FieldWish("Colour", added=("red", "blue")), kind="choice", by=admin)
    red, blue = (option["key"] for option in colour.options)
    fields = {str(fleet.pk): 4, str(since.pk): "2020-03-01", str(colour.pk): red}
    set_custom_values(customer, fields, by=rep)
    set_custom_values(customer, {str(fleet.pk): 1200, str(since.pk): None, str(colour.pk): blue}, by=rep)
    archive_field(fleet, by=admin, at=timezone.now())
    (change,) = changes_of(customer)
    assert {(f.label, f.old, f.new) for f in change.fields} >= {
        ("Vans", "4", "1,200"),
        ("Fleet since", format_full_day(date(2020, 3, 1)), ""),
        ("Colour", "red", "blue"),
    }
    assert "{" not in "".join(f.old + f.new for f in change.fields)


def test_values_whose_field_has_another_kind_by_now_are_told_as_they_are_kept(rep, admin, customer):
    vans = add_field(FieldWish("Vans"), kind="number", by=admin)
    held = CustomValueSet.objects.create(customer=customer, data={str(vans.pk): "four", "999999": "x"})
    held.delete()
    (change,) = changes_of(customer)
    assert {(f.label, f.old, f.new) for f in change.fields} >= {
        ("Vans", "four", ""),
        ("own field that was removed", "x", ""),
    }
