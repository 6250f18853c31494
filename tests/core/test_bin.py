"""The bin: what people removed stands there for 30 days and comes back as it was."""

from datetime import timedelta

import pghistory
import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.bin_reading import list_bin
from crm.core.record_restoring import CannotRestore, restore_record
from customers.models import ContactPoint, CustomerTag, Person, Tag
from tests import factories


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def phone(customer):
    return ContactPoint.objects.create(customer=customer, kind="phone", value="+45 1", value_normal="+451")


def names(user, now, **narrowed):
    return [one.change.record for one in list_bin(user, at=now, **narrowed)]


def test_what_a_rep_removed_comes_back_from_the_bin(client, customer, rep, phone, now):
    client.force_login(rep)
    client.post(reverse("customers:contact-point-delete", args=[phone.pk]))
    page = client.get(reverse("core:bin"))
    assert "Contact point: +45 1" in page.text
    assert rep.name in page.text
    url = reverse("core:bring-back", args=["contactpoint", phone.pk])
    client.post(url)
    back = ContactPoint.objects.get()
    assert (back.pk, back.value, back.customer) == (phone.pk, "+45 1", customer)
    assert "The bin is empty" in client.get(reverse("core:bin")).text
    assert client.post(url).status_code == 404


def test_the_toast_of_a_removal_takes_it_back_and_one_stays_where_one_was(client, customer, rep, phone):
    client.force_login(rep)
    page = client.post(reverse("customers:contact-point-delete", args=[phone.pk]), follow=True)
    undo = reverse("core:bring-back", args=["contactpoint", phone.pk])
    assert f'action="{undo}"' in page.text
    here = f"http://testserver/customers/{customer.pk}/"
    assert client.post(undo, headers={"Referer": here}).url == here
    assert ContactPoint.objects.get() == phone


def test_an_undo_never_leads_to_another_site(client, rep, phone):
    client.force_login(rep)
    client.post(reverse("customers:contact-point-delete", args=[phone.pk]))
    undo = reverse("core:bring-back", args=["contactpoint", phone.pk])
    assert client.post(undo, headers={"Referer": "https://elsewhere.example/"}).url == reverse("core:bin")


def test_each_sees_what_belongs_to_his_customers(rep, other_rep, admin, phone, now):
    with pghistory.context(user=rep.pk):
        phone.delete()
        Tag.objects.create(name="Pilot").delete()
    assert names(rep, now) == ["+45 1"]
    assert names(other_rep, now) == []
    assert sorted(names(admin, now)) == ["+45 1", "Pilot"]
    assert names(admin, now, kind="tag") == ["Pilot"]
    assert names(admin, now, before=now - timedelta(days=1)) == []


def test_after_thirty_days_and_for_imports_nothing_is_offered(rep, phone, now):
    ContactPoint.objects.create(customer=phone.customer, kind="phone", value="2", value_normal="2").delete()
    assert names(rep, now) == []
    with pghistory.context(user=rep.pk):
        phone.delete()
    assert names(rep, now) == ["+45 1"]
    assert names(rep, now + timedelta(days=31)) == []


def test_what_went_with_it_comes_back_too(customer, rep, now):
    person = factories.make_person(customer)
    ContactPoint.objects.create(customer=customer, person=person, kind="phone", value="3", value_normal="3")
    person_key = person.pk
    person.delete()
    assert not ContactPoint.objects.exists()
    restore_record(Person, person_key, by=rep, at=now)
    assert ContactPoint.objects.get().person.name_folded == "soren holm"


def test_what_has_its_place_taken_says_so_and_changes_nothing(customer, rep, phone, now):
    key = phone.pk
    phone.delete()
    ContactPoint.objects.create(customer=customer, kind="phone", value="+45 1", value_normal="+451")
    with pytest.raises(CannotRestore, match="the same stands there"):
        restore_record(ContactPoint, key, by=rep, at=now)
    tag = Tag.objects.create(name="Pilot")
    carried = CustomerTag.objects.create(customer=customer, tag=tag)
    carried_key = carried.pk
    carried.delete()
    Tag.objects.all().delete()
    with pytest.raises(CannotRestore, match="is gone"):
        restore_record(CustomerTag, carried_key, by=rep, at=now)
    assert ContactPoint.objects.count() == 1


def test_a_forged_moment_or_kind_shows_the_newest(client, rep, phone):
    with pghistory.context(user=rep.pk):
        phone.delete()
    client.force_login(rep)
    for query in ({"before": "x"}, {"before": "2026-01-01"}, {"before": "2026-99-99T00:00Z"}, {"kind": "user"}):
        assert "+45 1" in client.get(reverse("core:bin"), query).text
    assert client.post(reverse("core:bring-back", args=["user", rep.pk])).status_code == 404
