"""How people write amounts, days, currencies, countries and addresses, and what they mean."""

import contextlib
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.core.text_folding import fold_text, fold_texts
from customers.import_parsing import ParseRules, _parse_column, _reader
from customers.rules.contact_point_reading import normalise_phone, read_domain
from customers.rules.import_addresses import read_email, read_phone, read_plain_phones
from customers.rules.import_columns import ImportField
from customers.rules.import_values import (
    Unreadable,
    clean_text,
    has_open_order,
    read_country,
    read_currency,
    read_customer_kind,
    read_day,
    read_minutes,
    read_money,
    read_plain_texts,
    read_quantity,
)


def _code(read, *args, **kwargs):
    with pytest.raises(Unreadable) as caught:
        read(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("11.77", 1177),
        ("12", 1200),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1 234,56", 123456),
        ("1 234,56 €", 123456),
        ("1'234.50", 123450),
        ("12,34,567.89", 123456789),
        ("1.234.567", 123456700),
        ("$1,200", 120000),
        ("-$5", -500),
        ("$-5.50", -550),
        ("US$ 5", 500),
        ("EUR 7.846,00", 784600),
        ("5 kr", 500),
        ("R$ 10,00", 1000),
        ("12,-", 1200),
        ("(12.00)", -1200),
        ("3-", -300),
        ("−410.00", -41000),
        ("+7", 700),
        (".5", 50),
        ("0,250", 25),
        ("35.309999999", 3531),
        ("0.005", 1),
        ("1,234", 123400),
        ("1.234", 123400),
        ("٣٥", 3500),
    ],
)
def test_amounts_in_any_style_are_read_to_the_cent(text, cents):
    assert read_money(text) == cents


@pytest.mark.parametrize("text", ["ten", "1e5", "nan", "inf", "1.2.3,4,5", "--5", "5-5", "€", "12:30", "1,2,3", "0x1F"])
def test_what_is_no_amount_is_refused(text):
    assert _code(read_money, text) == "no_amount"


def test_an_amount_beyond_all_reason_is_refused():
    assert _code(read_money, "9" * 30) == "too_large"
    assert _code(read_quantity, "9" * 30) == "too_large"


@pytest.mark.parametrize(
    ("text", "minutes"), [("15", "15"), ("7,5", "7.5"), ("00:30", "30"), ("1:15:00", "75"), ("00:05:30", "5.5")]
)
def test_how_long_a_call_took_is_a_number_of_minutes_or_a_length_by_the_clock(text, minutes):
    assert read_minutes(text, decimal_sign=",") == Decimal(minutes)
    assert _code(read_minutes, "1:75") == "no_number"


def test_an_amount_that_can_be_read_both_ways_follows_the_column():
    assert read_money("1.234", decimal_sign=".") == 123
    assert read_money("1.234", decimal_sign=",") == 123400
    assert read_money("1,234", decimal_sign=",") == 123


@given(st.integers(-(10**13), 10**13), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]))
def test_every_amount_written_with_cents_comes_back(cents, style):
    group, sign = style
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", group)
    text = f"{'-' if cents < 0 else ''}{grouped}{sign}{rest:02}"
    assert read_money(text, decimal_sign=sign) == cents


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04",
        "2026/3/4",
        "20260304",
        "04.03.2026",
        "4.3.26",
        "4 Mar 2026",
        "4. März 2026",
        "4 de marzo de 2026",
        "Mar 4, 2026",
        "March 4th, 2026",
        "04-Mar-26",
        "Wed, 4 Mar 2026",
        "2026-03-04 00:00:00",
        "2026-03-04T15:30",
        "04.03.2026 15:30",
        "3/4/2026 3:30 PM",
        "46085",
    ],
)
def test_days_in_any_spelling(text):
    assert read_day(text, day_order="month" if text.startswith("3/") else None).day == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31.09.2026", "no_such_day"),
        ("2026-02-30", "no_such_day"),
        ("13/13/2026", "no_such_day"),
        ("0000-00-00", "no_such_day"),
        ("soon", "no_day"),
        ("2026", "no_day"),
        ("4 Foo 2026", "no_day"),
        ("12:30", "no_day"),
        ("1066-10-14", "year_off"),
        ("9999-12-31", "year_off"),
        ("2026-03-04 25:00", "no_day"),
        ("2026-03-04 13:30 PM", "no_day"),
    ],
)
def test_what_is_no_day_says_why(text, code):
    assert _code(read_day, text) == code


def test_a_day_that_can_be_read_both_ways_follows_the_column():
    assert has_open_order("03/04/2026")
    assert not has_open_order("03/03/2026")
    assert not has_open_order("03.04.2026")
    assert not has_open_order("2026-04-03")
    assert read_day("03/04/2026", day_order="month").day == date(2026, 3, 4)
    assert read_day("03/04/2026", day_order="day").day == date(2026, 4, 3)


def test_an_evening_in_new_york_is_the_next_day_in_berlin():
    read = read_day("2026-03-04T20:00:00-05:00", zone=ZoneInfo("Europe/Berlin"))
    assert read.day == date(2026, 3, 5)
    assert read_day("2026-03-04 23:30", zone=ZoneInfo("Europe/Berlin")).day == date(2026, 3, 4)
    assert read_day("2026-03-04T23:30:00Z", zone=ZoneInfo("Asia/Tokyo")).day == date(2026, 3, 5)
    assert read_day("2026-03-04 23:30 +0530").moment.hour == 18


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d %b %Y"]))
def test_every_day_written_in_a_plain_format_comes_back(day, pattern):
    assert read_day(day.strftime(pattern)).day == day


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_readers(text):
    for read in (read_money, read_day, read_quantity, read_currency, read_email, read_country, read_customer_kind):
        with contextlib.suppress(Unreadable):
            read(clean_text(text))
    assert isinstance(read_domain(text), str)
    assert isinstance(normalise_phone(text or "x"), str)


def test_currencies_countries_kinds_and_addresses():
    assert [read_currency(text) for text in ("eur", "€", "US$", "EURO", "zł")] == ["EUR", "EUR", "USD", "EUR", "PLN"]
    assert _code(read_currency, "EUROS?") == "no_currency"
    assert [read_country(text) for text in ("de", "Deutschland", "United States", "Česko")] == ["DE", "DE", "US", "CZ"]
    assert _code(read_country, "Atlantis") == "no_country"
    assert [read_customer_kind(text) for text in ("Company", "True", "person", "0")] == [
        "organisation",
        "organisation",
        "person",
        "person",
    ]
    assert _code(read_customer_kind, "maybe") == "no_kind"
    assert read_email("Ana <Ana@Example.COM>") == "ana@example.com"
    assert _code(read_email, "ana at example") == "no_email"
    assert read_domain("https://www.Example.com/about?x=1") == "example.com"
    assert normalise_phone("+45 86 12 34 56") == "+4586123456"
    assert normalise_phone("ask reception") == "ask reception"


def test_the_apostrophe_before_a_formula_is_taken_off_again():
    assert clean_text("'=1+1") == "=1+1"
    assert clean_text("'+49 30 1") == "+49 30 1"
    assert clean_text("'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert clean_text(" a\x00b ") == "ab"
    assert clean_text("\u200e") == clean_text("\u2060\u200f ") == ""  # marks of direction alone are no name
    assert clean_text("\u200eΩ🦄") == "\u200eΩ🦄"


@given(st.lists(st.text(max_size=14) | st.text(alphabet="aB ßØŁİ´é\u0301한\u200e", max_size=14), max_size=6))
@example(["Zakłady Świętochłowice", "  Å\u0323  Σ", "", "東京"])
@example(["Ǿrsted øre", "ǽ æ"])  # without its accent it is a letter of ours, and stays
@example(["75 °C ℃", "Nº № ™", "𝔸bc 🦄 ǆ"])  # what becomes of one sign is not folded once more
@example(["".join(map(chr, range(0xC0, 0x250))), "한국 전력", "Ǿrsted øre"])  # more different letters than most files
def test_many_names_are_folded_as_each_of_them_is(names):
    assert fold_texts(names) == [fold_text(name) for name in names]


@given(st.lists(st.text(alphabet="ab 1'é\t=\x0b\x00", max_size=14), max_size=6))
def test_a_column_read_at_once_is_what_its_cells_are_one_by_one(cells):
    read = _reader(ImportField("name", length=12), ParseRules(kind="customers", columns={}))
    values, codes = _parse_column(cells, read)
    at_once, codes_at_once = _parse_column(cells, read, lambda texts: read_plain_texts(texts, length=12))
    assert list(at_once) == list(values)
    assert [*(() if codes_at_once is None else codes_at_once)] == [*(() if codes is None else codes)]


def test_what_a_cell_means_is_found_out_once_for_all_chunks_of_a_file():
    read, known = [], {}

    def read_once(text):
        read.append(text)
        if text == "ten":
            raise Unreadable("no_number")
        return text.upper()

    for _chunk in range(2):
        values, codes = _parse_column(["a", "", "ten", " b", "a"], read_once, known=known)
        assert (list(values), list(codes)) == (["A", None, None, "B", "A"], ["", "", "no_number", "", ""])
    assert read == ["a", "ten", "b", "ten"]


@pytest.mark.parametrize("word", ["n/a", "N/A", "-", "none", "unknown", "?"])
def test_words_for_nothing_are_no_address_and_no_number(word):
    assert read_email(word) is None
    assert read_phone(word, length=40) is None


def test_a_phone_number_has_a_digit_of_any_script():
    assert read_phone("+45  86 12", length=40) == "+45 86 12"
    assert read_phone("٠٢٢٣٤", length=40) == "٠٢٢٣٤"
    assert _code(lambda text: read_phone(text, length=40), "call Bob") == "no_phone"
    assert _code(lambda text: read_phone(text, length=4), "12 34 56") == "too_long"


def test_a_column_of_phone_numbers_is_read_at_once_unless_one_is_none():
    assert read_plain_phones(["+45 1", "", "86 12"], length=40) == ["+45 1", None, "86 12"]
    assert read_plain_phones(["+45 1", "call Bob"], length=40) is None
