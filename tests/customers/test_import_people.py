"""People and products from files and vCards: to their customer by number or name, once, whatever is in the cells."""

import pytest

from customers.models import ContactPoint, Customer, Person, Product
from tests.customers.import_files import counts, import_file, problems

pytestmark = pytest.mark.django_db
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lund;Ana;;;\r\nFN:Ana Lund\r\nORG:Kjeldsen A/S;Purchasing\r\n"
    "TITLE:Head of\r\n  buying\r\nEMAIL;TYPE=work:ana@kjeldsen.example\r\nTEL;TYPE=CELL:+45 20 12 34 56\r\n"
    "TEL;TYPE=FAX:+45 1\r\nitem1.TEL;TYPE=work:+45 86 12 34 56\r\nPHOTO;ENCODING=b:AAAA\r\n AAAA\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg\r\n"
    "ORG:Kjeldsen A/S\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nFN:Stranger\r\nORG:Nobody\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Cut off\r\n"
)


@pytest.fixture
def kjeldsen():
    return Customer.objects.create(number="K-1", name="Kjeldsen A/S")


def test_vcards_become_people_of_their_company(kjeldsen):
    data_import = import_file(CARDS, kind="people", name="contacts.vcf")
    assert counts(data_import) == (2, 0, 0, 2)
    assert [code for _row, _field, code in problems(data_import)] == ["no_such_customer", "card_without_end"]
    ana, jorg = Person.objects.order_by("name")
    assert (ana.name, ana.job_title, ana.customer) == ("Ana Lund", "Head of buying", kjeldsen)
    assert jorg.name == "Jörg Müller"
    assert set(ContactPoint.objects.filter(person=ana).values_list("value_normal", flat=True)) == {
        "ana@kjeldsen.example",
        "+4520123456",
        "+4586123456",
    }
    assert counts(import_file(CARDS, kind="people", name="contacts.vcf")) == (0, 0, 2, 2)


def test_a_person_is_known_by_email_when_the_name_changes(kjeldsen):
    import_file("company,name,email\nKjeldsen A/S,Ana Lund,ana@k.example\n", kind="people")
    data_import = import_file("company,name,email\nkjeldsen a/s,Ana Lund-Berg,ANA@K.example\n", kind="people")
    assert counts(data_import) == (0, 1, 0, 0)
    assert Person.objects.get().name == "Ana Lund-Berg"


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("K-1,,", "name", "empty"),
        (",Ana,", "customer_number", "empty"),
        ("K-9,Ana,", "customer_number", "no_such_customer"),
        (f"K-1,{'x' * 201},", "name", "too_long"),
        ("K-1,Ana,not an address", "email", "no_email"),
    ],
)
def test_rows_of_people_that_cannot_be(kjeldsen, row, field, code):
    data_import = import_file(f"customer number,name,email\n{row}\n", kind="people")
    assert problems(data_import) == [(2, field, code)]
    assert not Person.objects.exists()


def test_names_of_every_script_and_length(kjeldsen):
    names = ["A", "x" * 200, "محمد العربي", "สมชาย ใจดี", "👍 Emoji", "<b>Bold</b>", "O'Brien; DROP TABLE", "=1+1"]
    rows = "".join(f'K-1,"{name}"\n' for name in names)
    data_import = import_file("customer number,name\n" + rows, kind="people")
    assert counts(data_import) == (8, 0, 0, 0)
    assert set(Person.objects.values_list("name", flat=True)) == set(names)


def test_two_customers_of_one_name_are_not_guessed(kjeldsen):
    Customer.objects.create(number="K-2", name="KJELDSEN a/s")
    data_import = import_file("company,name\nKjeldsen A/S,Ana\n", kind="people")
    assert problems(data_import) == [(2, "customer_name", "two_of_that_name")]


def test_products_by_number_or_name():
    first = import_file("product,series,sales_price\nGTX Basic,GTX,550\nGTX Pro,GTX,4821\n", kind="products")
    assert counts(first) == (2, 0, 0, 0)
    basic = Product.objects.get(name="GTX Basic")
    assert (basic.number, basic.family, basic.price_cents) == ("GTX Basic", "GTX", 55_000)
    again = import_file(
        "sku,name,active,unit price\n,gtx basic,no,\nP9,Ring,yes,3\nP9,Ring two,yes,3\n", kind="products"
    )
    assert counts(again) == (1, 1, 0, 1)
    assert problems(again) == [(4, "number", "product_twice")]
    basic.refresh_from_db()
    assert (basic.is_active, basic.price_cents) == (False, 55_000)


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (",,1", "name", "empty"),
        ("P,Seal,ten", "price", "no_amount"),
        (f"{'P' * 41},Seal,1", "number", "too_long"),
        ("P,Seal,99999999999999999999", "price", "too_large"),
    ],
)
def test_rows_of_products_that_cannot_be(row, field, code):
    data_import = import_file(f"number,name,price\n{row}\n", kind="products")
    assert [(f, c) for _row, f, c in problems(data_import)] == [(field, code)]
    assert not Product.objects.exists()
