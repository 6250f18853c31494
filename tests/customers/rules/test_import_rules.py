"""What columns and values of a file are taken for."""

from decimal import Decimal

import pytest

from customers.rules.contact_point_reading import PHONE, UnreadableContactPoint, read_contact_point
from customers.rules.import_columns import ORDERS, guess_columns
from customers.rules.import_values import (
    Unreadable,
    decimal_sign_of,
    looks_like_day,
    read_country,
    read_number,
    read_plain_amounts,
    read_plain_texts,
)


def test_of_two_headers_for_one_field_the_surer_is_taken_and_the_other_left():
    guess = guess_columns(ORDERS, ["customer_id", "customer number", "date", "amount", "total"])
    assert guess["day"] == "date"
    assert list(guess.values()).count(guess["customer_number"]) == 1
    assert len(set(guess.values())) == len(guess)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("1,234,567", "."), ("1.234.567", ","), ("1.234,56", ","), ("1,234.56", "."), ("12,5", ","), ("1,234", None)],
)
def test_a_number_says_by_itself_which_sign_is_decimal_when_it_can(text, sign):
    assert decimal_sign_of(text) == sign


def test_a_number_grouped_both_ways_is_no_number():
    with pytest.raises(Unreadable):
        read_number("2,13.33.")
    assert read_number("1.234,50") == Decimal("1234.50")


@pytest.mark.parametrize(
    ("text", "is_day"), [("2026-03-04", True), ("2026-13-45", False), ("20269999", False), ("7", False)]
)
def test_only_a_day_that_exists_looks_like_a_day(text, is_day):
    assert looks_like_day(text) is is_day


def test_a_phone_number_too_short_for_its_country_is_refused():
    with pytest.raises(UnreadableContactPoint):
        read_contact_point("+45 12", kind=PHONE)


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["Kiel", "Ulm"], ["Kiel", "Ulm"]),
        (["Kiel", ""], ["Kiel", None]),
        (["New  York", " Kiel ", ""], ["New York", "Kiel", None]),
        ([" Köln", "東京  Ω🦄"], ["Köln", "東京 Ω🦄"]),
        (["Köln\u200e"], None),
        (["'=1+1"], None),
        (["one\ntwo"], None),
    ],
)
def test_a_column_of_plain_texts_is_read_at_once_with_single_spaces(texts, read):
    assert read_plain_texts(texts, length=20) == read


@pytest.mark.parametrize(
    ("texts", "cents"),
    [(["12.50", "-0.07"], [1_250, -7]), (["12.50", "12,50"], None), (["12.50", ""], None), (["1.00\n2.00"], None)],
)
def test_a_column_of_plain_amounts_is_read_at_once_and_any_other_is_left_to_each_cell(texts, cents):
    assert read_plain_amounts(texts) == cents


def test_a_country_is_known_by_its_letters_and_by_its_name_with_a_slip_in_it():
    assert (read_country("de"), read_country("Germany"), read_country("Germanny")) == ("DE", "DE", "DE")
    for text in ("Atlantis", "Xx", "Borneo"):
        with pytest.raises(Unreadable):
            read_country(text)
