"""Phone numbers of thirty countries, as their people write them: found again by the one form all of them have."""

import pytest

from customers.models import ContactPoint
from tests.customers.import_files import counts, import_file, problems

pytestmark = pytest.mark.django_db
PHONES = {
    "AR": ("011 4345-1234", "+541143451234"), "AT": ("01 5880012", "+4315880012"),
    "AU": ("(02) 9374 4000", "+61293744000"), "BE": ("02 512 23 45", "+3225122345"),
    "BR": ("(11) 2395-8400", "+551123958400"), "CA": ("(613) 992-4211", "+16139924211"),
    "CH": ("044 668 18 00", "+41446681800"), "CN": ("010-6532 3831", "+861065323831"),
    "CZ": ("224 181 111", "+420224181111"), "DE": ("030 / 901 820", "+4930901820"),
    "DK": ("86 12 34 56", "+4586123456"), "ES": ("91 322 55 00", "+34913225500"),
    "FI": ("09 12345678", "+358912345678"), "FR": ("01 42 68 53 00", "+33142685300"),
    "GB": ("020 7031 3000", "+442070313000"), "GR": ("210 334 0000", "+302103340000"),
    "IE": ("01 543 5000", "+35315435000"), "IN": ("022 6611 7150", "+912266117150"),
    "IT": ("02 36618300", "+390236618300"), "JP": ("03-6384-9000", "+81363849000"),
    "KR": ("02-531-9000", "+8225319000"), "MX": ("55 5342 8400", "+525553428400"),
    "NL": ("020 504 5100", "+31205045100"), "NO": ("22 99 60 00", "+4722996000"),
    "NZ": ("09 338 1100", "+6493381100"), "PL": ("22 207 19 00", "+48222071900"),
    "PT": ("21 122 18 00", "+351211221800"), "SE": ("08-505 728 00", "+46850572800"),
    "TR": ("0212 317 41 11", "+902123174111"), "US": ("(650) 253-0000", "+16502530000"),
    "ZA": ("011 447 1600", "+27114471600"),
}  # fmt: skip


@pytest.mark.parametrize("written", ["as at home", "from abroad", "with two zeros"])
def test_phones_of_thirty_countries_are_one_number_however_they_are_written(written):
    rows = "number,name,country,phone\n"
    for country, (home, abroad) in PHONES.items():
        text = {"as at home": home, "from abroad": abroad[:3] + " " + abroad[3:], "with two zeros": "00" + abroad[1:]}
        rows += f'K-{country},Customer {country},{country},"{text[written]}"\n'
    data_import = import_file(rows, kind="customers")
    assert counts(data_import) == (len(PHONES), 0, 0, 0)
    assert len(PHONES) >= 30
    found = dict(ContactPoint.objects.values_list("customer__country", "value_normal"))
    assert found == {country: abroad for country, (_home, abroad) in PHONES.items()}


@pytest.mark.parametrize(("kind", "head"), [("customers", "number,name"), ("people", "customer number,name")])
def test_no_number_and_no_address_are_none_and_words_are_a_problem_of_their_row(kind, head, customer):
    data_import = import_file(
        f"{head},phone,email\n{customer.number},Lene Holm,n/a,-\nK-2,Bo,call Bob,bo@x.example\n", kind=kind
    )
    assert ("phone", "no_phone") in {(field, code) for _row, field, code in problems(data_import)}
    assert not ContactPoint.objects.exists()
    assert data_import.report["rejected"] == 1
