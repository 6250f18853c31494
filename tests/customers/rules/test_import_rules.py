"""What columns and values of a file are taken for."""

from decimal import Decimal

import pytest

from customers.rules.contact_point_reading import PHONE, UnreadableContactPoint, read_contact_point
from customers.rules.import_columns import CUSTOMERS, ORDERS, PEOPLE, guess_columns
from customers.rules.import_values import (
    DAY_FIRST,
    MONTH_FIRST,
    Unreadable,
    day_order_of,
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
    ("kind", "headers", "fields"),
    [
        (
            CUSTOMERS,
            "Nº Cliente;Nome;NIF;Morada;Código Postal;Localidade;Telefone;Vendedor",
            "number name tax_id street postcode city phone owner_email",
        ),
        (
            CUSTOMERS,
            "Código;Nome do Cliente;N.º Contribuinte;Morada;Cód. Postal;Localidade",
            "number name tax_id street postcode city",
        ),
        (
            CUSTOMERS,
            "Id. cliente;Razón social;NIF/CIF;Domicilio;C.P.;Población",
            "number name tax_id street postcode city",
        ),
        (CUSTOMERS, "Klantnummer;Bedrijfsnaam;Adres;Postcode;Plaats", "number name street postcode city"),
        (PEOPLE, "Nº Cliente;Nome;Função;E-mail;Telemóvel", "customer_number name job_title email mobile"),
        (
            ORDERS,
            "Data da Fatura;N.º Fatura;Cód. Cliente;Referência;Designação;Qtd.;Valor Líquido",
            "day number customer_number product_number description quantity amount",
        ),
        (
            ORDERS,
            "Date facture;N° facture;Code client;Client;Total HT",
            "day number customer_number customer_name amount",
        ),
        (
            ORDERS,
            "Data documento;Numero documento;Codice cliente;Ragione sociale;Imponibile",
            "day number customer_number customer_name amount",
        ),
    ],
)
def test_the_headers_of_back_offices_are_understood_in_their_languages(kind, headers, fields):
    assert guess_columns(kind, headers.split(";")) == dict(zip(fields.split(), headers.split(";"), strict=True))


def test_a_column_of_codes_is_the_items_number_and_the_text_beside_it_its_name():
    headers, codes = (
        ["Data", "Cliente", "Artigo", "Descrição", "Valor"],
        ["01/02/2026", "Silva", "A101", "Arroz", "9,50"],
    )
    told = guess_columns(ORDERS, headers, [codes])
    assert (told["product_number"], told["product_name"]) == ("Artigo", "Descrição")
    assert guess_columns(ORDERS, [*headers[:3], "Valor"], [codes])["product_number"] == "Artigo"
    named = guess_columns(ORDERS, headers, [["01/02/2026", "Silva", "Arroz carolino", "1 kg", "9,50"]])
    assert (named["product_name"], named["description"]) == ("Artigo", "Descrição")


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
    ("text", "order"),
    [
        ("23/11/2026", DAY_FIRST),
        ("11/23/2026", MONTH_FIRST),
        ("04.03.2026", DAY_FIRST),
        ("04/03/2026", None),
        ("13/13/2026", None),
        ("2026-11-23", None),
    ],
)
def test_a_date_says_by_itself_whether_day_or_month_comes_first_when_it_can(text, order):
    assert day_order_of(text) == order


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
