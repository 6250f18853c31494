"""Phone numbers, mail and web addresses as people write them."""

import re

import phonenumbers
import pytest

from customers.rules.contact_point_reading import (
    UnreadableContactPoint,
    normalise_phone,
    read_contact_point,
    read_domain,
)


@pytest.mark.parametrize(
    ("typed", "country", "normal"),
    [
        ("+45 86 12 34 56", "", "+4586123456"),
        ("86 12 34 56", "DK", "+4586123456"),
        ("86123456", "dk", "+4586123456"),
        ("0045 86123456", "", "+4586123456"),
        ("0221 / 123 45-67", "DE", "+492211234567"),
        ("(0)20 7946 0018", "GB", "+442079460018"),
        ("044 123 45 67", "CH", "+41441234567"),
        ("+81 3-1234-5678", "DE", "+81312345678"),
        ("+55 (11) 91234-5678", "", "+5511912345678"),
        ("+٤٤ ٢٠ ٧٩٤٦ ٠٠١٨", "", "+442079460018"),
    ],
)
def test_a_phone_number_is_read_with_the_help_of_the_country(typed, country, normal):
    assert read_contact_point(typed, kind="phone", country=country).value_normal == normal


@pytest.mark.parametrize(
    ("typed", "kind", "reason"),
    [
        ("86123456", "phone", "phone"),
        ("call me", "phone", "phone"),
        ("+45 1", "phone", "phone"),
        ("+999 123456789", "phone", "phone"),
        ("", "phone", "empty"),
        ("  ", "email", "empty"),
        ("x" * 300, "web", "long"),
        ("a@b", "email", "email"),
        ("a b@c.de", "email", "email"),
        ("a@@c.de", "email", "email"),
        ("<a@c.de>", "email", "email"),
        ("not a host", "web", "web"),
        ("javascript:alert(1)", "web", "web"),
        ("localhost", "web", "web"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(typed, kind, reason):
    with pytest.raises(UnreadableContactPoint) as refused:
        read_contact_point(typed, kind=kind)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("typed", "kind", "normal"),
    [
        (" Info@Kjeldsen.EXAMPLE ", "email", "info@kjeldsen.example"),
        ("mailto:a@b.example", "email", "a@b.example"),
        ("jürgen@müller.example", "email", "jürgen@müller.example"),
        ("https://www.Kjeldsen.example/", "web", "kjeldsen.example"),
        ("kjeldsen.example/dk", "web", "kjeldsen.example/dk"),
    ],
)
def test_mail_and_web_addresses_are_compared_in_lower_case(typed, kind, normal):
    assert read_contact_point(typed, kind=kind).value_normal == normal


@pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_number_of_a_file_is_compared_as_one_typed_however_quickly_it_is_read(country):
    """Of every country, as it is written there and from abroad, with and without what goes from its beginning."""
    number = phonenumbers.example_number(country)
    spellings = [phonenumbers.format_number(number, form) for form in range(3)]
    spellings += [spelling.replace("+", "00") for spelling in spellings]
    spellings += [f"0{spellings[2]}", f"({spellings[2]})", spellings[1].replace(" ", " (0)", 1), spellings[0][1:]]
    for spelling in spellings:
        for home in (country, "DE", ""):
            try:
                typed = read_contact_point(spelling, kind="phone", country=home).value_normal
            except UnreadableContactPoint:
                typed = re.sub(r"[^\d+]", "", spelling)
            assert normalise_phone(spelling, country=home) == typed


@pytest.mark.parametrize(
    ("typed", "country", "normal"),
    [
        ("+999 123 456 789", "DE", "+999123456789"),  # a code that no country has
        ("030 1234567", "XX", "0301234567"),  # a country that nobody knows
        ("8093662913", "KZ", "+78093662913"),  # the 8 that is dialled before others is the number's own
        ("0 011 49 30 1234567", "US", "001149301234567"),
    ],
)
def test_a_number_that_fits_no_plan_is_left_to_who_knows_them_all(typed, country, normal):
    assert normalise_phone(typed, country=country) == normal


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Kjeldsen.example/dk", "kjeldsen.example"),
        ("info@kjeldsen.example", "kjeldsen.example"),
        ("kjeldsen.example:8080", "kjeldsen.example"),
        ("kjeldsen.example?from=mail", "kjeldsen.example"),
        ("", ""),
    ],
)
def test_a_domain_is_read_from_web_and_mail_addresses(text, domain):
    assert read_domain(text) == domain
