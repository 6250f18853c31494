"""A field changed in its row, by people who may, beside others who change it too; and taken back."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from customers.models import Customer
from tests.home.kept_lists import three

__all__ = ["three"]

pytestmark = pytest.mark.usefixtures("lists")

URL = "/customers/"


def cell(customer, column):
    return reverse("home:list-cell", args=["customers", customer.pk, column])


def test_a_field_is_changed_in_its_row(rep, three, signed_in):
    client, url = signed_in(rep), cell(three[0], "city")
    assert 'value="Aarhus"' in client.get(url, headers={"hx-request": "true"}).content.decode()
    answer = client.post(url, {"was": "Aarhus", "city": "Odense"}, headers={"hx-request": "true"})
    assert "Odense" in answer.content.decode()
    three[0].refresh_from_db()
    assert (three[0].city, three[0].edit_version, three[0].changed_by) == ("Odense", 2, rep)


def test_two_people_in_one_field_are_told_and_a_wrong_value_is_said_beside_it(rep, three, signed_in):
    client = signed_in(rep)
    Customer.objects.filter(pk=three[0].pk).update(city="Esbjerg")
    answer = client.post(cell(three[0], "city"), {"was": "Aarhus", "city": "Odense"}, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert "Esbjerg" in answer.content.decode()
    three[0].refresh_from_db()
    assert three[0].city == "Esbjerg"
    wrong = client.post(cell(three[0], "country"), {"was": "", "country": "Denmark"}, headers={"hx-request": "true"})
    assert wrong.status_code == 422
    assert "Two letters" in wrong.content.decode() or "at most 2" in wrong.content.decode()
    assert client.get(cell(three[0], "owner")).status_code == 403
    assert client.get(cell(three[0], "number")).status_code == 404


@pytest.mark.parametrize(
    ("column", "after"),
    [
        ("city", "Odense"),
        ("country", "SE"),
        ("stage", "prospect"),
        ("since", "2020-02-29"),
        ("industry", "Glass & ice"),
    ],
)
def test_a_field_changed_in_its_row_is_as_it_was_with_undo(rep, three, signed_in, column, after):
    client, url, before = signed_in(rep), cell(three[0], column), getattr(three[0], column)
    form = client.get(url, headers={"hx-request": "true"}).content.decode()
    shown = re.search(r'name="was" value="([^"]*)"', form).group(1)
    answer = client.post(url, {"was": unescape(shown), column: after}, headers={"hx-request": "true"})
    (said,) = json.loads(answer.headers["HX-Trigger"])["toasts"]["said"]
    three[0].refresh_from_db()
    assert str(getattr(three[0], column)) == after
    back = client.post(said["undo"], headers={"referer": f"http://testserver{URL}?view=all"})
    assert back.url == f"http://testserver{URL}?view=all"
    three[0].refresh_from_db()
    assert getattr(three[0], column) == before
    assert (three[0].edit_version, three[0].changed_by) == (3, rep)


def test_undo_of_a_field_that_somebody_changed_meanwhile_asks_instead_of_overwriting(rep, three, signed_in):
    client, url = signed_in(rep), cell(three[0], "city")
    answer = client.post(url, {"was": "Aarhus", "city": "Odense"}, headers={"hx-request": "true"})
    (said,) = json.loads(answer.headers["HX-Trigger"])["toasts"]["said"]
    Customer.objects.filter(pk=three[0].pk).update(city="Esbjerg")
    refused = client.post(said["undo"])
    assert refused.status_code == 422
    assert "Somebody wrote “Esbjerg” meanwhile" in refused.content.decode()
    three[0].refresh_from_db()
    assert three[0].city == "Esbjerg"
    same = client.post(url, {"was": "Esbjerg", "city": "Esbjerg"}, headers={"hx-request": "true"})
    assert "HX-Trigger" not in same.headers, "what changed nothing says nothing"
