"""Of many who are called alike: who stands first in the search."""

from datetime import date

import pytest

from crm.home.search import find_everything
from crm.home.search_by_name import CANDIDATES
from tests import factories
from tests.home.test_search import names
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db


def test_of_two_called_alike_the_more_valuable_stands_first_then_who_bought_lately(rep):
    worth = {"Holm Aalborg": (None, 500), "Holm Pumps": (9_000_000, 100), "Holm & Sons": (200_000, 9_000_000)}
    for name, (value, sales) in worth.items():
        one = factories.make_customer(owner=rep, name=name)
        make_score(one, value_3y_cents=value, sales_12m_cents=sales)
    factories.make_customer(owner=rep, name="Holm Nobody")
    assert names(find_everything("holm", user=rep)) == ["Holm Pumps", "Holm & Sons", "Holm Aalborg", "Holm Nobody"]


def test_who_is_called_just_so_stands_before_the_most_valuable_however_short_his_name(rep):
    make_score(factories.make_customer(owner=rep, name="Østergaard"), value_3y_cents=9_000_000)
    for name in ("Ø", "🚜🌻"):
        factories.make_customer(owner=rep, name=name)
    assert names(find_everything("ø", user=rep)) == ["Ø", "Østergaard"]
    assert names(find_everything("🚜", user=rep)) == ["🚜🌻"]


def test_the_most_valuable_is_found_among_more_than_are_looked_at_by_name(rep):
    for number in range(CANDIDATES + 5):
        factories.make_customer(owner=rep, name=f"Nordholm {number:03}")
    last = factories.make_customer(owner=rep, name="Nordholm Zinc")
    make_score(last, sales_12m_cents=5_000_000)
    assert names(find_everything("nordholm", user=rep))[0] == "Nordholm Zinc"


def test_people_of_valuable_customers_stand_first_and_who_left_last(rep, customer):
    small = factories.make_customer(owner=rep, name="Small")
    make_score(customer, sales_12m_cents=5_000_000)
    factories.make_person(small, name="Mette Aa")
    factories.make_person(customer, name="Mette Berg")
    factories.make_person(customer, name="Mette Aaby", left_on=date(2026, 3, 1))
    people = find_everything("mette", user=rep)[0].hits
    assert ["".join(part.text for part in hit.title) for hit in people] == ["Mette Berg", "Mette Aa", "Mette Aaby"]
    assert [hit.right for hit in people] == ["", "", "gone"]
