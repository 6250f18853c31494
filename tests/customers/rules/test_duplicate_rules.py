"""By what two records meet, and how likely they are one."""

import pytest

from crm.core.text_folding import fold_text
from customers.rules import duplicate_keys as keys
from customers.rules.contact_point_reading import normalise_phone, read_contact_point
from customers.rules.duplicate_scoring import (
    QUEUED_FROM,
    DuplicateFacts,
    Evidence,
    Likeness,
    compare_customers,
    compare_names,
    trigrams_of,
)


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Hüttenwerke Oberrhein Zulieferung GmbH & Co. KG", "huttenwerke oberrhein zulieferung"),
        ("Huettenwerke Oberrhein Zul. GmbH", "huttenwerke oberrhein zul"),
        ("Zakłady Metalowe Świętochłowice Sp. z o.o.", "zaklady metalowe swietochlowice"),
        ("Talleres Vega e Hijos, S.L.", "talleres vega e hijos"),
        ("Kjeldsen Maskinfabrik A/S", "kjeldsen maskinfabrik"),
        ("Müller, spol. s r.o.", "muller"),
        ("Smith & Co", "smith"),
        ("Jansen en Co B.V.", "jansen"),
        ("PT Maju Jaya Tbk", "maju jaya"),
        ("ООО Ромашка", "ромашка"),
        ("株式会社山本精機", "山本精機"),
        ("บริษัท สยาม จำกัด", "สยาม"),
        ("شركة النور للتجارة ذ.م.م", "شركة النور للتجارة"),
        ("Nguyễn Cơ Khí Chính Xác Co., Ltd.", "nguyen co khi chinh xac"),
        ("GmbH", "gmbh"),
        ("株式会社", "株式会社"),
        ("X", "x"),
        ("🚀🚀", ""),
        ("A" * 300, "a" * 300),
    ],
)
def test_a_name_is_known_without_its_legal_form(name, core):
    assert keys.core_of_name(fold_text(name)) == core


@pytest.mark.parametrize(
    ("core", "key"),
    [("vega talleres", "talleresvega"), ("x", ""), ("ab", ""), ("山本", "山本"), ("山", ""), ("", "")],
)
def test_words_of_a_name_may_change_places_and_a_letter_is_no_name(core, key):
    assert keys.key_of_name(core) == key


@pytest.mark.parametrize(
    ("core", "place", "key"),
    [
        ("kjeldsen", "8000", "kjel|8000"),
        ("kj", "8000", ""),
        ("山本精機", "小田原", "山本|小田原"),
        ("kjeldsen", "", ""),
    ],
)
def test_a_beginning_counts_only_in_one_place(core, place, key):
    assert keys.key_of_name_and_place(core, place) == key


@pytest.mark.parametrize(
    ("tax", "key"),
    [
        ("DE 811 402 776", "811402776"),
        ("811402776", "811402776"),
        ("de811402776", "811402776"),
        ("B-12345678", "B12345678"),
        ("000000000", ""),
        ("12345", ""),
        ("none yet", ""),
        ("", ""),
    ],
)
def test_a_tax_number_is_its_letters_and_digits(tax, key):
    assert keys.key_of_tax(tax) == key


def test_a_tax_number_may_stand_in_a_record_bare_or_behind_any_country():
    spelt = keys.spell_tax("811402776")
    assert {"811402776", "DE811402776", "EL811402776"} <= set(spelt)
    assert keys.spell_tax("") == []


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("info@kjeldsen.example", "kjeldsen.example"),
        ("https://www.Kjeldsen.example/dk", "kjeldsen.example"),
        ("kjeldsen@gmail.com", ""),
        ("web.de", ""),
        ("localhost", ""),
        ("", ""),
    ],
)
def test_a_free_mail_provider_says_nothing(address, domain):
    assert keys.key_of_domain(address) == domain


@pytest.mark.parametrize(
    ("mail", "key"),
    [("Lars+Shop@Kjeldsen.example ", "lars@kjeldsen.example"), ("lars", ""), ("@x.example", ""), ("a@", "")],
)
def test_an_e_mail_without_what_stands_behind_a_plus(mail, key):
    assert keys.key_of_email(mail) == key


@pytest.mark.parametrize(
    ("street", "place", "key"),
    [
        ("Hafenstraße 14", "79576", "79576|hafenstr|14"),
        ("Hafenstr. 14 a", "79576", "79576|hafenstr|14"),
        ("14 Main Street", "leeds", "leeds|mainstr|14"),
        ("14, Main St.", "leeds", "leeds|mainstr|14"),
        ("7 Ocean Avenue", "9000", "9000|oceanav|7"),
        ("3 Mill Road", "9000", "9000|millrd|3"),
        ("Industrial estate", "79576", ""),
        ("A 1", "79576", ""),
        ("Hafenstraße 14", "", ""),
    ],
)
def test_an_address_is_street_number_and_place(street, place, key):
    assert keys.key_of_address(fold_text(street), place) == key


def test_the_place_is_the_postcode_else_the_town():
    assert (keys.key_of_place("SW1A 1AA", "london"), keys.key_of_place("", "aarhus")) == ("sw1a1aa", "aarhus")


@pytest.mark.parametrize(("phone", "key"), [("12345", ""), ("0000000", ""), ("", ""), ("call me", "")])
def test_a_number_too_short_or_made_up_is_none(phone, key):
    assert keys.key_of_phone(phone) == key


PHONES_OF_COUNTRIES = [
    ("DE", "07621 90440", "+49 7621 90440"),
    ("AT", "01 512 3456", "0043 1 5123456"),
    ("CH", "044 668 18 00", "+41 44 668 18 00"),
    ("FR", "01 42 68 53 00", "+33 1 42 68 53 00"),
    ("IT", "06 6982 1234", "+39 06 6982 1234"),
    ("ES", "912 34 56 78", "+34 912 345 678"),
    ("PT", "21 123 4567", "00351 211234567"),
    ("NL", "020 123 4567", "+31 (0)20 123 4567"),
    ("BE", "02 123 45 67", "+32 2 123 45 67"),
    ("LU", "27 12 34 56", "+352 27 12 34 56"),
    ("GB", "020 7946 0958", "+44 (0)20 7946 0958"),
    ("IE", "01 234 5678", "+353 1 234 5678"),
    ("DK", "86 12 04 77", "0045 86120477"),
    ("NO", "22 12 34 56", "+47 22123456"),
    ("SE", "08-123 456 78", "+46 8 123 456 78"),
    ("FI", "09 1234 5678", "+358 9 12345678"),
    ("IS", "551 2345", "+354 5512345"),
    ("PL", "22 123 45 67", "+48 221234567"),
    ("CZ", "222 123 456", "+420 222123456"),
    ("HU", "06 1 234 5678", "+36 1 234 5678"),
    ("GR", "21 0123 4567", "+30 210 1234567"),
    ("TR", "0212 123 45 67", "+90 212 123 45 67"),
    ("US", "(212) 555-2368", "+1 212.555.2368"),
    ("BR", "(11) 2345-6789", "+55 11 2345 6789"),
    ("MX", "55 1234 5678", "+52 55 1234 5678"),
    ("JP", "03-1234-5678", "+81 3 1234 5678"),
    ("CN", "010 1234 5678", "+86 10 12345678"),
    ("IN", "011 2345 6789", "+91 11 23456789"),
    ("MY", "03-1234 5678", "+60 3-1234 5678"),
    ("TH", "02 123 4567", "+66 2 123 4567"),
    ("ZA", "012 345 6789", "+27 12 345 6789"),
    ("AE", "04 123 4567", "+971 4 1234567"),
]


@pytest.mark.parametrize(("country", "at_home", "from_abroad"), PHONES_OF_COUNTRIES)
def test_a_phone_number_is_one_in_whatever_form(country, at_home, from_abroad):
    home = read_contact_point(at_home, kind="phone", country=country).value_normal
    abroad = read_contact_point(from_abroad, kind="phone").value_normal
    assert home == abroad
    assert keys.key_of_phone(home) == keys.key_of_phone(normalise_phone(from_abroad)) != ""


def facts(name, **fields):
    """A customer of that name; texts are turned into sets where one is compared."""
    sets = {k: frozenset([v]) for k, v in fields.items() if k in {"emails", "phones", "domains", "people"}}
    return DuplicateFacts(core=keys.core_of_name(fold_text(name)), **(fields | sets))


HUETTE = facts(
    "Hüttenwerke Oberrhein Zulieferung GmbH & Co. KG",
    tax="811402776",
    phones="762190440",
    domains="huettenwerke-oberrhein.example",
    city="weil am rhein",
    country="DE",
)
ONE_CUSTOMER = [
    (HUETTE, facts("Huettenwerke Oberrhein Zul. GmbH", tax="811402776", phones="762190440", domains="hw.example")),
    (facts("Vega e Hijos SL", phones="912345678"), facts("Talleres Vega e Hijos", phones="912345678")),
    (facts("Kjeldsen A/S", domains="kjeldsen.example"), facts("Kjeldsen ApS", domains="kjeldsen.example")),
    (facts("Kjeldsen Maskinfabrik", city="aarhus"), facts("Kjelsen Maskinfabrik", city="aarhus", address="")),
    (
        facts("Cooperativa São Mateus", tax="501442780", city="faro"),
        facts("Coop. São Mateus", tax="501442708", city="faro", people="rui costa"),
    ),
    (facts("Weber", tax="811402776"), facts("Weber", tax="811402777", postcode="")),
    (facts("Smith", emails="a@smith.example"), facts("Smith & Sons", emails="a@smith.example")),
    (
        facts("O'Connell Fabrication", address="x|main|4", people="mary ryan"),
        facts("OConnell Fabrication Ltd", address="x|main|4", people="mary ryan"),
    ),
]
TWO_CUSTOMERS = [
    (facts("Kjeldsen Maskinfabrik", city="aarhus"), facts("Kjeldsen Maskinfabrik", city="horsens")),
    (facts("Müller GmbH", domains="mueller.example"), facts("Müller AG", domains="mueller-bau.example")),
    (facts("Bakery North", phones="123456789"), facts("Steel Works South", phones="123456789")),
    (facts("Alpha", tax="811402776"), facts("Alpha", tax="8114027761")),
    (facts("Alpha Trading", tax="811402776", city="ulm"), facts("Alpha Trading", tax="999402111", city="ulm")),
    (facts("Kjeldsen", city="aarhus", country="DK"), facts("Kjeldsen", city="ulm", country="DE")),
    (facts("Yamamoto", country="JP"), facts("Yamamoto", country="US", city="")),
    (facts("🚀"), facts("🎉")),
    (facts("Weber Metall", city="ulm"), facts("Weber Moden", city="ulm")),
]


@pytest.mark.parametrize(("one", "other"), ONE_CUSTOMER)
def test_records_of_one_customer_are_queued(one, other):
    likeness = compare_customers(one, other)
    assert QUEUED_FROM <= likeness.percent <= 99, likeness
    assert likeness.percent == compare_customers(other, one).percent


@pytest.mark.parametrize(("one", "other"), TWO_CUSTOMERS)
def test_two_customers_are_left_in_peace(one, other):
    likeness = compare_customers(one, other)
    assert likeness.percent < QUEUED_FROM, likeness


def test_reasons_for_and_against_are_told():
    other = facts("Huettenwerke Oberrhein Zul. GmbH", tax="811402776", phones="762190440", domains="hw.example")
    words = [reason.what for reason in compare_customers(HUETTE, other).evidence]
    assert words == ["tax", "phone", "name", "domain_differs"]


def test_nothing_in_common_is_nothing():
    assert compare_customers(facts("Alpha"), facts("Omega")) == Likeness(0, (Evidence("name_differs"),))


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("kjeldsen", "kjeldsen", 1, 1),
        ("", "", 0, 0),
        ("kjeldsen", "", 0, 0),
        ("talleres vega", "vega talleres", 0.98, 0.98),
        ("rashidiya water", "al rashidiya water works", 0.8, 0.9),
        ("coop agricola mateus", "cooperativa agricola mateus", 0.7, 0.9),
        ("kjeldsen", "kjelsen", 0.4, 0.7),
        ("kjeldsen", "yamamoto", 0, 0.1),
    ],
)
def test_names_are_compared_by_their_trigrams(one, other, least, most):
    assert least <= compare_names(one, other) <= most


def test_trigrams_are_those_of_the_database():
    assert trigrams_of("cat") == {"  c", " ca", "cat", "at "}
