"""Customers from a file: by number, only what the file says, the same file again changes nothing."""

import pytest

from crm.core.models.business_setting import change_setting
from customers.models import ContactPoint, Customer
from tests.customers.import_files import counts, import_file, problems

pytestmark = pytest.mark.django_db

FILE = (
    "Record ID,Company name,Phone Number,Email,City,Country/Region,Company owner,Website\n"
    "10482,Kjeldsen Maskinfabrik A/S,+45 86 12 34 56,post@kjeldsen.example,Aarhus,Denmark,ana@rapport.test,https://www.kjeldsen.example/da\n"
    "10483,شركة النور,,,Dubai,AE,,\n"
)


def test_a_hubspot_export_makes_customers_with_their_phone_mail_and_owner(rep):
    assert counts(import_file(FILE, kind="customers")) == (2, 0, 0, 0)
    made = Customer.objects.get(number="10482")
    assert (made.city, made.country, made.owner, made.domain) == ("Aarhus", "DK", rep, "kjeldsen.example")
    assert made.name_folded == "kjeldsen maskinfabrik a/s"
    assert set(made.contact_points.values_list("kind", "value_normal")) == {
        ("phone", "+4586123456"),
        ("email", "post@kjeldsen.example"),
    }
    assert Customer.objects.get(number="10483").name == "شركة النور"


def test_the_same_file_again_changes_nothing(rep):
    import_file(FILE, kind="customers")
    before = list(Customer.objects.order_by("pk").values_list("changed_at", "edit_version"))
    assert counts(import_file(FILE, kind="customers")) == (0, 0, 2, 0)
    assert list(Customer.objects.order_by("pk").values_list("changed_at", "edit_version")) == before
    assert ContactPoint.objects.count() == 2


def test_an_empty_cell_and_a_missing_column_leave_what_is_known(rep):
    import_file(FILE, kind="customers")
    done = import_file("id,name,city\n10482,Kjeldsen A/S,\n", kind="customers")
    assert counts(done) == (0, 1, 0, 0)
    made = Customer.objects.get(number="10482")
    assert (made.name, made.city, made.country, made.name_folded) == ("Kjeldsen A/S", "Aarhus", "DK", "kjeldsen a/s")
    assert made.edit_version == 2
    assert made.events.count() == 1


def test_a_phone_without_a_country_is_read_by_the_customers_else_by_the_companys():
    change_setting("company.country", "DE")
    file = "id,name,country,phone\n1,Kjeldsen,DK,86 12 34 56\n2,Brandt,,0621 123456\n3,Odd,DE,ask reception\n"
    done = import_file(file, kind="customers")
    read = dict(ContactPoint.objects.values_list("customer__number", "value_normal"))
    assert read == {"1": "+4586123456", "2": "+49621123456"}
    assert problems(done) == [(4, "phone", "no_phone")]


def test_without_any_country_the_digits_are_kept():
    import_file("id,name,phone\n1,Brandt,0621 123456\n", kind="customers")
    assert ContactPoint.objects.get().value_normal == "0621123456"


def test_a_new_phone_alone_counts_as_a_change(rep):
    import_file(FILE, kind="customers")
    assert counts(import_file("id,name,phone\n10483,شركة النور,+971 4 123 4567\n", kind="customers")) == (0, 1, 0, 0)


def test_problems_name_row_and_field():
    done = import_file(
        "id,name,country,email,owner\n1,,DE,,\n2,A,Atlantis,,\n3,B,,not-an-address,\n4,C,,,ghost@x.example\n"
        f"5,{'n' * 301},,,\n6,{'n' * 300},,,\n6,twice,,,\n",
        kind="customers",
    )
    assert problems(done) == [
        (2, "name", "empty"),
        (3, "country", "no_country"),
        (4, "email", "no_email"),
        (5, "owner_email", "unknown_owner"),
        (6, "name", "too_long"),
        (8, "number", "customer_twice"),
    ]
    assert counts(done) == (1, 0, 0, 6)


def test_html_and_formulas_stay_text():
    import_file("id,name,city\n1,<script>alert(1)</script>,'=HYPERLINK(1)\n", kind="customers")
    made = Customer.objects.get(number="1")
    assert (made.name, made.city) == ("<script>alert(1)</script>", "=HYPERLINK(1)")


def test_a_manager_cannot_change_a_customer_of_another_team(lead, foreign_customer):
    done = import_file(f"id,name\n{foreign_customer.number},Mine now\n", kind="customers", by=lead)
    assert problems(done) == [(2, "number", "customer_not_yours")]


def test_two_numbers_of_which_one_has_gone_into_the_other_are_one_customer():
    kept = Customer.objects.create(number="K-1", name="Kjeldsen")
    Customer.objects.create(number="G-1", name="Brandt", merged_into=kept)
    done = import_file("number,name\nK-1,Kjeldsen\nG-1,Brandt\nN-1,Novak\n", kind="customers")
    assert problems(done) == [(3, "number", "customer_meant_twice")]
    assert set(Customer.objects.values_list("number", flat=True)) == {"K-1", "G-1", "N-1"}
