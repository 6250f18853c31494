"""Fields a company defines itself: made in the browser, filled in on forms, shown on pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.custom_field_catalogue import find_field, forget_fields, list_fields
from customers.custom_field_defining import (
    CustomFieldRefused,
    FieldWish,
    add_field,
    archive_field,
    change_field,
    move_field,
    restore_field,
)
from customers.custom_value_keeping import (
    CustomValueRefused,
    list_shown_values,
    set_custom_values,
)
from customers.models import Customer, CustomField
from tests import factories
from tests.customers.import_files import AT
from tests.customers.own_fields import define, held

__all__ = ["define"]

pytestmark = pytest.mark.django_db


# --- defining --------------------------------------------------------------------------------------------------------


def test_an_admin_defines_a_choice_in_the_browser(admin, signed_in):
    browser = signed_in(admin)
    sent = {
        "label": "Machine park",
        "kind": "choice",
        "about": "organisation",
        "help_text": "",
        "added": "Small\nLarge",
    }
    assert browser.post(reverse("customers:custom-field-new"), sent).status_code == 302
    field = CustomField.objects.get()
    assert [one["label"] for one in field.options] == ["Small", "Large"]
    assert "Machine park" in browser.get(reverse("customers:custom-field-list")).content.decode()
    renamed = {
        "label": "Machines",
        "about": "",
        "help_text": "",
        "option-o1": "Small (1–5)",
        "option-o2": "",
        "added": "Huge",
    }
    answer = browser.post(reverse("customers:custom-field-edit", args=[field.pk]), {**renamed, "edit_version": 1})
    assert answer.status_code == 302
    field.refresh_from_db()
    assert [(one["key"], one["label"], one["is_offered"]) for one in field.options] == [
        ("o1", "Small (1–5)", True),
        ("o2", "Large", False),
        ("o3", "Huge", True),
    ]


def test_two_fields_of_one_name_are_refused(define, admin, signed_in):
    define("Machine park")
    answer = signed_in(admin).post(reverse("customers:custom-field-new"), {"label": "machine park", "kind": "text"})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()


@pytest.mark.parametrize("wish", [FieldWish("  "), FieldWish("Size"), FieldWish("Size", added=["", " "])])
def test_a_field_needs_a_name_and_a_choice_its_words(admin, wish):
    with pytest.raises(CustomFieldRefused):
        add_field(wish, kind="choice", by=admin)


def test_fields_are_ordered_archived_and_brought_back_with_their_values(define, admin, customer):
    first, second = define("First"), define("Second")
    set_custom_values(customer, {str(first.pk): "kept"}, by=admin)
    move_field(second, step=-1)
    assert [one.label for one in list_fields()] == ["Second", "First"]
    move_field(second, step=-1)  # it is the first already
    archive_field(first, by=admin, at=AT)
    assert [one.label for one in list_fields()] == ["Second"]
    assert list_shown_values(customer) == ([], 1)
    taken = define("First")
    with pytest.raises(CustomFieldRefused, match="already"):
        restore_field(first, by=admin)
    change_field(taken, FieldWish("Another"), by=admin)
    restore_field(first, by=admin)
    assert [one.text for one in list_shown_values(customer)[0]] == ["kept"]


# --- on form and page ------------------------------------------------------------------------------------------------


def _edit(customer, **values):
    form = {
        "name": customer.name,
        "kind": customer.kind,
        "stage": "customer",
        "relation": "orders",
        "number": customer.number,
    }
    return {**form, "number": customer.number, "edit_version": customer.edit_version, **values}


def test_every_kind_of_field_is_filled_in_on_the_form_and_read_on_the_page(define, rep, customer, signed_in):
    fields = {kind: define(kind.capitalize(), kind, added=["Gold", "Silver"]) for kind in CustomField.Kind.values}
    sent = {
        "text": "FKM only", "choice": "o2", "number": "12.5", "money": "1,204.50",
        "date": "2026-12-24", "flag": "no", "person": str(rep.pk), "link": "example.com/kjeldsen",
    }  # fmt: skip
    browser = signed_in(rep)
    own = {f"own-{fields[kind].pk}": value for kind, value in sent.items()}
    answer = browser.post(reverse("customers:customer-edit", args=[customer.pk]), _edit(customer, **own))
    assert answer.status_code == 302
    assert held(customer) == {
        str(fields["text"].pk): "FKM only",
        str(fields["choice"].pk): "o2",
        str(fields["number"].pk): 12.5,
        str(fields["money"].pk): 120_450,
        str(fields["date"].pk): "2026-12-24",
        str(fields["flag"].pk): False,
        str(fields["person"].pk): rep.pk,
        str(fields["link"].pk): "https://example.com/kjeldsen",
    }
    card = browser.get(reverse("customers:custom-value-card", args=[customer.pk]), headers={"HX-Request": "true"})
    text = card.content.decode()
    for words in (
        "FKM only",
        "Silver",
        "12.5",
        "€1,204.50",
        "2026",
        "no",
        rep.name,
        'href="https://example.com/kjeldsen"',
    ):
        assert words in text, words
    assert (
        reverse("customers:custom-value-card", args=[customer.pk])
        in browser.get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    )
    # The same form shows what is held, and saving it again changes nothing.
    shown = browser.get(reverse("customers:customer-edit", args=[customer.pk])).content.decode()
    assert 'value="12.5"' in shown
    assert 'value="1204.50"' in shown
    empty = dict.fromkeys(own, "")
    customer.refresh_from_db()
    browser.post(reverse("customers:customer-edit", args=[customer.pk]), _edit(customer, **empty))
    assert held(customer) == {}


def test_numbers_and_money_are_typed_with_either_sign_and_shown_as_exact_as_they_are(define, rep, customer, signed_in):
    number, money = define("Bore", "number"), define("Fee", "money")
    url, browser = reverse("customers:customer-edit", args=[customer.pk]), signed_in(rep)
    typed = {"12,5": 12.5, "1.204,25": 1204.25, "0.0012": 0.0012, "1.234": 1.234, "-3": -3}
    for text, kept in typed.items():
        customer.refresh_from_db()
        browser.post(url, _edit(customer, **{f"own-{number.pk}": text, f"own-{money.pk}": "-12,50"}))
        assert held(customer) == {str(number.pk): kept, str(money.pk): -1250}
    customer.refresh_from_db()
    refused = browser.post(url, _edit(customer, **{f"own-{number.pk}": "a dozen"}))
    assert "such as 1204.5" in refused.content.decode()
    browser.post(url, _edit(customer, **{f"own-{number.pk}": "0,0012", f"own-{money.pk}": "-12,50"}))
    card = browser.get(reverse("customers:custom-value-card", args=[customer.pk])).content.decode()
    assert "0.0012" in card
    assert "−€12.50" in card


def test_a_value_that_does_not_fit_is_said_beside_its_field(define, rep, customer, signed_in):
    field = define("Home page", "link")
    sent = _edit(customer, **{f"own-{field.pk}": "javascript:alert(1)"})
    answer = signed_in(rep).post(reverse("customers:customer-edit", args=[customer.pk]), sent)
    assert answer.status_code == 422
    assert "no web address" in answer.content.decode()


def test_persons_have_their_own_fields(define, rep, signed_in):
    define("Fleet", about="organisation")
    define("Hobby", about="person")
    person = factories.make_customer(owner=rep, team=rep.team, kind="person")
    text = signed_in(rep).get(reverse("customers:customer-edit", args=[person.pk])).content.decode()
    assert "Hobby" in text
    assert "Fleet" not in text


def test_a_new_customer_gets_what_was_typed_with_him(define, rep, signed_in):
    field = define("Fleet", "number")
    sent = {
        "name": "Brandt GmbH",
        "kind": "organisation",
        "stage": "customer",
        "relation": "orders",
        f"own-{field.pk}": "12",
    }
    signed_in(rep).post(reverse("customers:customer-new"), sent)
    assert held(Customer.objects.get(name="Brandt GmbH")) == {str(field.pk): 12}


def test_who_writes_while_the_kind_changes_is_told(define, admin, customer):
    field = define("Fleet", "number")
    with pytest.raises(CustomValueRefused, match="Fleet"):
        set_custom_values(customer, {str(field.pk): "twelve"}, by=admin)
    with pytest.raises(CustomValueRefused):
        set_custom_values(customer, {"999999": "nowhere"}, by=admin)
    assert not set_custom_values(customer, {}, by=admin)


# --- two hundred of them ---------------------------------------------------------------------------------------------


def test_two_hundred_fields_cost_a_page_and_a_list_no_query_more(define, admin, rep, customer, signed_in):
    browser = signed_in(rep)
    pages = [
        reverse("home:customer-list"),
        reverse("home:customer-page", args=[customer.pk]),
        reverse("customers:custom-value-card", args=[customer.pk]),
        reverse("customers:customer-edit", args=[customer.pk]),
    ]
    define("First")
    fields = [define(f"Field {number}", "number") for number in range(199)]
    with pytest.raises(CustomFieldRefused, match="200"):
        define("One too many")

    def count(url):
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    full = [count(url) for url in pages]
    set_custom_values(customer, {str(field.pk): 5 for field in fields}, by=admin)
    assert [count(url) for url in pages] == full
    CustomField.objects.all().update(archived_at=AT)
    forget_fields()
    none = [count(url) for url in pages]
    assert none[:2] == full[:2]
    assert all(have - without <= 1 for have, without in zip(full, none, strict=True))
    assert find_field("1") is None


def test_of_many_own_fields_one_is_found_by_typing(admin, customer, signed_in, define):
    fields = [define(f"Field {place}") for place in range(13)]
    browser = signed_in(admin)
    pages = [
        reverse("customers:custom-value-card", args=[customer.pk]),
        reverse("customers:customer-edit", args=[customer.pk]),
        reverse("customers:custom-field-list"),
    ]
    set_custom_values(customer, {str(field.pk): "x" for field in fields[1:]}, by=admin)
    assert ["data-narrow" in browser.get(page).text for page in pages] == [False, True, True]  # twelve are overseen
    set_custom_values(customer, {str(fields[0].pk): "x"}, by=admin)
    assert "data-narrow" in browser.get(pages[0]).text
