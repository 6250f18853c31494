"""Words of names are known from the moment a name is written, whoever writes it, until it is erased."""

import pytest
from django.db import connection
from django.utils import timezone

from crm.core.text_folding import fold_text
from customers.models import Customer, NameWord, Person, TradingName
from customers.name_spelling import forget_words, spell_words
from customers.personal_data_erasing import erase_customer, erase_person
from tests import factories


def words_near(typed):
    return [[one.word for one in near] for near in spell_words(fold_text(typed).split())]


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("John Smith Ltd", "jhon", [["john"]]),  # of a short word with two letters swapped no trigram is left
        ("John Smith Ltd", "jahn", [["john"]]),
        ("John Smith Ltd", "smiht ltd", [["smith"], ["ltd"]]),
        ("John Smith Ltd", "zzz smith", [[], ["smith"]]),
        ("John Smith Ltd", "jxxn", [[]]),  # two errors in four letters are another word
        ("O’Brien & Sons (Cork)", "brein cork", [["brien"], ["cork"]]),
        ("Maskinfabrik A/S", "maskinfabi", [["maskinfabrik"]]),  # not typed to its end yet
        ("ООО Металлургия", "металургия", [["металлургия"]]),
        ("x" * 300, "xxxxxxx", [[]]),
    ],
)
def test_a_mistyped_word_is_known_by_the_names_there_are(db, name, typed, found):
    factories.make_customer(name=name)
    assert words_near(typed) == found


def test_the_nearest_comes_first_and_at_most_six_are_named(db):
    for name in ("Bergar", "Berger", "Burger", "Berg", "Bergers", "Bergert", "Bergner", "Verger"):
        factories.make_customer(name=name)
    (near,) = spell_words(["berger"])
    assert (near[0], len(near)) == ((0, "berger"), 6)
    assert [one.errors for one in near] == [0, 1, 1, 1, 1, 1]


def test_a_name_is_known_however_it_came_into_the_house(db):
    customer = factories.make_customer(name="Northwind")
    Person.objects.create(customer=customer, name="Hildegard Knef")
    TradingName.objects.create(customer=customer, name="Quayside Depot")
    Customer.objects.bulk_create(
        Customer(number=f"B-{n}", name=f"Bulkname{n}", name_folded=f"bulkname{n}", country="DE") for n in range(3)
    )
    Customer.objects.filter(pk=customer.pk).update(name="Eastwind", name_folded="eastwind")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET name_folded = 'rawsql ' || name_folded WHERE number LIKE 'B-%%'")
    for typed in ("hildegrad", "quaysied", "bulkname2", "eastwnid", "rawslq"):
        assert words_near(typed)[0], typed


def test_a_word_is_noted_once_however_often_it_is_written(db):
    for _again in range(3):
        factories.make_customer(name="Twice Told & Twice Heard")
    assert NameWord.objects.filter(word="twice").count() == 1


def test_a_word_is_forgotten_only_when_nobody_is_called_so_any_more(db):
    factories.make_customer(name="Rosenrot Blumen")
    NameWord.objects.create(word="weissdorn")
    forget_words(["rosenrot weissdorn"])
    assert set(NameWord.objects.filter(word__in=["rosenrot", "weissdorn"]).values_list("word", flat=True)) == {
        "rosenrot"
    }


def test_what_was_erased_is_no_longer_among_the_words(admin):
    customer = factories.make_customer(name="Xantippe Handel")
    factories.make_customer(name="Handel Nord")
    person = Person.objects.create(customer=customer, name="Zebedaeus Handel")
    Person.objects.create(customer=customer, name="Ypsilantis")
    erase_person(person, reason="asked on the phone", by=admin, at=timezone.now())
    assert words_near("zebedaeus") == [[]]
    erase_customer(customer, reason="asked in writing", by=admin, at=timezone.now())
    assert words_near("xantippe ypsilantis handel") == [[], [], ["handel"]]
