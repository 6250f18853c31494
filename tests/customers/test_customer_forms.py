"""Entering and changing customers, their people, numbers, facts and orders."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.duplicate_search import search_duplicates
from customers.models import ContactPoint, Customer, DuplicatePair, Order, Person, Product, ProfileFact
from tests import factories


def typed(**fields):
    """The fields of a customer's form."""
    return {"name": "Yamamoto Seiki", "kind": "organisation", "stage": "customer", "relation": "orders", **fields}


def new_url(name, customer):
    return reverse(f"customers:{name}", args=[customer.pk])


def test_a_rep_enters_a_customer_who_becomes_his_own_with_number_mail_and_phone(rep, signed_in):
    data = typed(email=" Info@Yamamoto.EXAMPLE", phone="03-1234-5678", country="jp", form_token="a")
    answer = signed_in(rep).post(reverse("customers:customer-new"), data)
    customer = Customer.objects.get()
    assert answer["Location"] == reverse("home:customer-page", args=[customer.pk])
    assert (customer.owner, customer.team, customer.created_by) == (rep, rep.team, rep)
    assert customer.number.startswith("K-")
    assert customer.domain == "yamamoto.example"
    assert set(customer.contact_points.values_list("value_normal", flat=True)) == {
        "info@yamamoto.example",
        "+81312345678",
    }


def test_a_name_of_which_nothing_can_be_seen_is_asked_for_again(rep, customer, signed_in):
    browser = signed_in(rep)
    for url in (reverse("customers:customer-new"), new_url("person-new", customer)):
        answer = browser.post(url, typed(name="\u200e\u2060"))
        assert answer.status_code == 422
        assert "This field is required." in answer.content.decode()
    assert not Person.objects.exists()
    assert browser.post(reverse("customers:customer-new"), typed(name="Ω")).status_code == 302


def test_the_form_sent_twice_makes_one_customer(rep, signed_in):
    browser = signed_in(rep)
    answers = [browser.post(reverse("customers:customer-new"), typed(form_token="a")) for _time in range(2)]
    assert Customer.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


@pytest.mark.parametrize(
    "alike", [{"name": "kjeldsen  MASKINFABRIK a/s"}, {"tax_id": "DK31441807"}, {"email": "sales@kjeldsen.example"}]
)
def test_somebody_alike_is_named_before_he_is_entered_twice(rep, customer, signed_in, alike):
    Customer.objects.filter(pk=customer.pk).update(tax_id="DK31441807", domain="kjeldsen.example")
    browser = signed_in(rep)
    answer = browser.post(reverse("customers:customer-new"), typed(**alike))
    assert answer.status_code == 422
    assert customer.name in answer.content.decode()
    answer = browser.post(reverse("customers:customer-new"), typed(**alike, another="the brother’s company"))
    assert answer.status_code == 302
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second) == (customer, Customer.objects.exclude(pk=customer.pk).get())
    assert (pair.state, pair.reason, pair.decided_by) == ("different", "the brother’s company", rep)


@pytest.mark.parametrize(
    "alike",
    [
        {"phone": "0045 31 44 18 07"},
        {"name": "Kjelsen Maskinfabrik"},
        {"name": "Maskinfabrik Kjeldsen ApS"},
        {"tax_id": "31 44 18 07"},
        {"street": "Havnegade 4 B", "city": "Aarhus"},
    ],
)
def test_who_types_the_like_is_told_however_it_is_spelled(rep, customer, signed_in, alike):
    Customer.objects.filter(pk=customer.pk).update(tax_id="DK31441807", street="Havnegade 4", city="Aarhus")
    ContactPoint.objects.create(customer=customer, kind="phone", value="31441807", value_normal="+4531441807")
    search_duplicates(at=datetime(2026, 11, 22, tzinfo=UTC))
    answer = signed_in(rep).get(reverse("customers:duplicate-warning"), alike)
    assert customer.name in answer.content.decode()


def test_the_warning_while_typing_names_only_whom_one_may_see(rep, other_rep, customer, signed_in):
    url = reverse("customers:duplicate-warning")
    assert customer.name in signed_in(rep).get(url, {"name": customer.name}).content.decode()
    assert customer.name not in signed_in(other_rep).get(url, {"name": customer.name}).content.decode()


def test_a_mail_of_a_public_provider_is_nobodys_domain(rep, customer, signed_in):
    Customer.objects.filter(pk=customer.pk).update(domain="gmail.com")
    answer = signed_in(rep).post(reverse("customers:customer-new"), typed(email="a.b@gmail.com"))
    assert answer.status_code == 302


def test_two_people_edit_and_the_second_sees_both_versions_and_chooses(rep, lead, customer, signed_in):
    url = new_url("customer-edit", customer)
    first, second = signed_in(rep), signed_in(lead)
    seen = second.get(url).context["edit_version"]
    assert (
        first.post(url, typed(name="New name", city="Aarhus", number=customer.number, edit_version=seen)).status_code
        == 302
    )
    sent = typed(
        name="Other name", city="Horsens", number=customer.number, edit_version=seen, team=rep.team_id, owner=rep.pk
    )
    answer = second.post(url, sent)
    text = answer.content.decode()
    assert answer.status_code == 409
    for words in ("New name", "Other name", "Aarhus", "Horsens", "Ana Ribeiro"):
        assert words in text
    customer.refresh_from_db()
    assert customer.name == "New name"
    chosen = {**sent, "edit_version": answer.context["edit_version"], "choose-name": "stored", "choose-city": "mine"}
    assert second.post(url, chosen).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.city, customer.changed_by, customer.owner) == ("New name", "Horsens", lead, rep)


def test_an_emptied_number_is_kept_and_the_form_says_so(lead, customer, signed_in):
    browser, url = signed_in(lead), new_url("customer-edit", customer)
    page = browser.get(url).content.decode()
    assert f"Empty: he keeps {customer.number}." in page
    assert "the next free one" not in page
    assert browser.post(url, typed(number="", edit_version="1", team=lead.team_id)).status_code == 302
    assert Customer.objects.get(pk=customer.pk).number == customer.number


def test_the_same_change_by_two_people_is_no_conflict(rep, lead, customer, signed_in):
    url = new_url("customer-edit", customer)
    data = typed(name="Same name", number=customer.number, edit_version="1", team=rep.team_id, owner=rep.pk)
    assert signed_in(lead).post(url, data).status_code == 302
    assert signed_in(lead).post(url, data).status_code == 302


def test_only_who_may_assign_changes_owner_and_team(rep, other_rep, lead, customer, signed_in):
    url = new_url("customer-edit", customer)
    data = typed(number=customer.number, owner=other_rep.pk, team=other_rep.team_id, edit_version="1")
    signed_in(rep).post(url, data)
    customer.refresh_from_db()
    assert customer.owner == rep
    assert signed_in(lead).post(url, {**data, "edit_version": "2"}).status_code == 422


def test_archive_takes_out_of_the_lists_and_restore_brings_back(lead, customer, signed_in):
    browser = signed_in(lead)
    browser.post(new_url("customer-archive", customer))
    first = Customer.objects.get().archived_at
    browser.post(new_url("customer-archive", customer))
    assert Customer.objects.get().archived_at == first is not None
    browser.post(new_url("customer-restore", customer))
    assert Customer.objects.get().archived_at is None


def test_the_main_person_changes_and_whoever_left_is_no_longer_shown(rep, customer, signed_in):
    first = factories.make_person(customer, name="First", is_main=True)
    browser = signed_in(rep)
    browser.post(new_url("person-new", customer), {"name": "Second", "is_main": "on"})
    assert Person.objects.get(is_main=True).name == "Second"
    edit = {"name": "First", "left_on": "2026-11-01", "is_main": "on", "edit_version": "1"}
    assert browser.post(reverse("customers:person-edit", args=[first.pk]), edit).status_code == 302
    assert Person.objects.get(is_main=True).name == "Second"
    page = browser.get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    assert "Second" in page
    assert ">First<" not in page


def test_a_contact_point_is_read_refused_or_already_there(rep, customer, signed_in):
    Customer.objects.filter(pk=customer.pk).update(country="DK")
    browser, url = signed_in(rep), new_url("contact-point-new", customer)
    assert browser.post(url, {"kind": "phone", "value": "86 12 34 56", "is_valid": "on"}).status_code == 302
    point = ContactPoint.objects.get()
    assert point.value_normal == "+4586123456"
    again = browser.post(url, {"kind": "phone", "value": "+45 8612 3456"})
    assert again.status_code == 422
    assert "already noted" in again.content.decode()
    assert browser.post(url, {"kind": "email", "value": "nobody"}).status_code == 422
    edit = {"kind": "phone", "value": "86 12 34 57", "is_valid": "on"}
    assert browser.post(reverse("customers:contact-point-edit", args=[point.pk]), edit).status_code == 302
    browser.post(reverse("customers:contact-point-delete", args=[point.pk]))
    assert not ContactPoint.objects.exists()


def test_a_contact_point_cannot_be_hung_on_somebody_elses_person(rep, customer, foreign_customer, signed_in):
    stranger = factories.make_person(foreign_customer)
    data = {"kind": "email", "value": "a@b.example", "person": stranger.pk}
    assert signed_in(rep).post(new_url("contact-point-new", customer), data).status_code == 422


def test_a_fact_keeps_who_asked(rep, customer, signed_in):
    data = {"label": "Needs", "value": "FKM seals", "told_on": "2026-11-01", "source": "Lars", "use_in_talk": "1"}
    signed_in(rep).post(new_url("fact-new", customer), data)
    assert ProfileFact.objects.get().asked_by == rep


def order(**fields):
    lines = {"lines-TOTAL_FORMS": "5", "lines-INITIAL_FORMS": "0"}
    return {"number": "O-1", "day": "2026-11-20", "amount_cents": "150.50", **lines, **fields}


def test_an_order_is_entered_with_lines_that_add_up(rep, customer, signed_in):
    Product.objects.create(number="P-7", name="Seal", cost_cents=1_000)
    lines = {"lines-0-product": "P-7", "lines-0-quantity": "2", "lines-0-amount_cents": "100.50"}
    lines |= {"lines-1-description": "Freight", "lines-1-amount_cents": "50"}
    assert signed_in(rep).post(new_url("order-new", customer), order(**lines)).status_code == 302
    entered = Order.objects.get()
    assert (entered.amount_cents, entered.line_count, entered.customer) == (15_050, 2, customer)
    assert list(entered.lines.values_list("description", "cost_cents")) == [("Seal", 2_000), ("Freight", None)]


def test_an_order_may_say_what_sending_it_cost_and_shows_it(rep, customer, signed_in):
    client = signed_in(rep)
    client.post(new_url("order-new", customer), order(freight_cents="18.90"))
    client.post(new_url("order-new", customer), order(number="O-2"))
    first, second = Order.objects.order_by("number")
    assert (first.freight_cents, second.freight_cents) == (1_890, None)
    shown, rated = (
        client.get(reverse("customers:order-detail", args=[one.pk])).content.decode() for one in (first, second)
    )
    assert "€18.90" in shown
    assert "the rate for freight counts" in rated


@pytest.mark.parametrize(
    "wrong",
    [
        {"freight_cents": "-1"},
        {"lines-0-description": "x", "lines-0-amount_cents": "1"},
        {"lines-0-product": "unknown", "lines-0-amount_cents": "150.50"},
        {"lines-0-description": "no amount"},
        {"lines-0-quantity": "-1", "lines-0-amount_cents": "150.50"},
        {"lines-TOTAL_FORMS": "x"},
        {"lines-TOTAL_FORMS": "99999999"},
        {"day": "31/31/31"},
        {"amount_cents": "a lot"},
    ],
)
def test_a_wrong_order_is_refused_with_what_was_typed(rep, customer, signed_in, wrong):
    answer = signed_in(rep).post(new_url("order-new", customer), order(**wrong))
    assert answer.status_code == 422
    assert not Order.objects.exists()


def test_an_order_number_exists_once(rep, customer, signed_in):
    factories.make_order(customer, timezone.localdate(), number="O-1")
    assert signed_in(rep).post(new_url("order-new", customer), order()).status_code == 422


@pytest.mark.parametrize(
    "name", ["x" * 300, "שָׁלוֹם חברה", "<b>bold</b><script>alert(1)</script>", "😀🏭", 'O\'Brien & "Sons"', "‮gnihtyna"]
)
def test_every_kind_of_name_survives(rep, signed_in, name):
    answer = signed_in(rep).post(reverse("customers:customer-new"), typed(name=name), follow=True)
    assert answer.status_code == 200
    assert Customer.objects.get().name == name
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 301},
        {"name": "a\x00b"},
        {"country": "Denmark"},
        {"since": "soon"},
        {"kind": "robot"},
    ],
)
def test_what_cannot_be_kept_is_said_at_the_field(rep, signed_in, wrong):
    answer = signed_in(rep).post(reverse("customers:customer-new"), typed(**wrong))
    assert answer.status_code == 422
    assert not Customer.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", "application/xml"])
def test_a_wrong_content_type_is_refused_not_an_error(rep, customer, signed_in, kind):
    for url in (reverse("customers:customer-new"), new_url("customer-edit", customer), new_url("order-new", customer)):
        answer = signed_in(rep).post(url, data=b'{"name": 1}', content_type=kind)
        assert answer.status_code in {400, 422}


def test_a_manager_never_loses_sight_of_whom_he_enters_or_changes(lead, customer, signed_in):
    browser = signed_in(lead)
    assert f'<option value="{lead.team_id}" selected>' in browser.get(reverse("customers:customer-new")).text
    made = browser.post(reverse("customers:customer-new"), typed(owner="", team=""))
    assert browser.get(made["Location"]).context["customer"].team == lead.team
    left = browser.post(new_url("customer-edit", customer), typed(number=customer.number, edit_version="1"))
    assert left.status_code == 422
    assert "you would not see this customer any more" in left.text


@pytest.mark.parametrize("forged", [{"owner": "9" * 30}, {"team": "-1"}, {"owner": "x"}, {"edit_version": "9" * 40}])
def test_forged_values_do_no_harm(lead, customer, signed_in, forged):
    data = {**typed(number=customer.number, edit_version="1", owner=customer.owner_id, team=customer.team_id), **forged}
    assert signed_in(lead).post(new_url("customer-edit", customer), data).status_code in {302, 409, 422}


def test_an_order_below_the_smallest_one_is_entered_only_on_purpose(rep, customer, signed_in):
    customer.minimum_order_cents = 25_000
    customer.save()
    browser, url = signed_in(rep), new_url("order-new", customer)
    assert "The smallest order agreed with this customer is €250" in browser.get(url).content.decode()
    refused = browser.post(url, order(amount_cents="249.99"))
    assert refused.status_code == 422
    assert "below the smallest order agreed" in refused.content.decode()
    assert browser.post(url, order(amount_cents="249.99", below_minimum="on")).status_code == 302
    assert browser.post(url, order(number="R-1", amount_cents="-20")).status_code == 302
    assert browser.post(url, order(number="O-2", amount_cents="250")).status_code == 302


def test_a_pasted_signature_becomes_a_person_after_a_look(rep, customer, signed_in):
    browser, url = signed_in(rep), reverse("customers:person-paste", args=[customer.pk])
    text = "Thandi Nkosi\nPlant Engineer\nTel: +27 12 345 6789\nthandi@pms.example\nGate 4"
    page = browser.post(url, {"text": text}).content.decode()
    assert all(words in page for words in ("Thandi Nkosi", "Plant Engineer", "thandi@pms.example", "Gate 4"))
    assert not Person.objects.exists()
    form = {"name": "Thandi Nkosi", "email": "thandi@pms.example", "phone": "+27 12 345 6789", "form_token": "a"}
    assert browser.post(url, form).status_code == 302
    person = Person.objects.get(customer=customer)
    assert set(person.contact_points.values_list("value_normal", flat=True)) == {"thandi@pms.example", "+27123456789"}
    assert browser.post(url, {**form, "phone": "none", "form_token": "b"}).status_code == 422


def test_a_second_number_on_a_card_is_kept_too(rep, customer, signed_in):
    browser, url = signed_in(rep), reverse("customers:person-paste", args=[customer.pk])
    page = browser.post(url, {"text": "Thandi Nkosi\nTel: +27 12 345 6789\nMob: +27 82 345 6780"}).content.decode()
    assert "Second phone" in page
    assert "Second e-mail" not in page
    form = {"name": "Thandi Nkosi", "phone": "+27 12 345 6789", "phone_2": "+27 82 345 6780", "form_token": "a"}
    assert browser.post(url, form).status_code == 302
    kept = Person.objects.get(customer=customer).contact_points.values_list("value_normal", flat=True)
    assert set(kept) == {"+27123456789", "+27823456780"}


def test_a_vcard_that_a_telephone_shares_is_pasted_as_well(rep, customer, signed_in):
    browser, url = signed_in(rep), reverse("customers:person-paste", args=[customer.pk])
    lines = ("BEGIN:VCARD", "VERSION:2.1", "N:Nkosi;Thandi;;;", "TITLE:Plant", " Engineer\\, north", "ORG:PMS;Works")
    lines += ("TEL;TYPE=CELL:+27 82 345 6780", "TEL;TYPE=FAX:+27 12 345 6700", "TEL:+27123456789", "END:VCARD")
    page = browser.post(url, {"text": "\n".join((*lines, "BEGIN:VCARD", "FN:Somebody Else", "END:VCARD"))})
    assert (
        page.context["form"].initial.items()
        >= {
            "name": "Thandi Nkosi",
            "job_title": "PlantEngineer, north",
            "email": "",
            "phone": "+27 12 345 6789",
            "phone_2": "+27 82 345 6780",
        }.items()
    )
    assert "No name, e-mail or phone was found" in browser.post(url, {"text": "BEGIN:VCARD\nno end"}).content.decode()
