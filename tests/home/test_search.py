"""Search finds by any identifier, forgives typos and accents, and shows nobody what is not his."""

from datetime import UTC, date, datetime

import pytest

from complaints.models import Complaint
from crm.core.models.business_setting import change_setting
from crm.home.search import find_everything
from crm.home.search_finders import CANDIDATES
from customers.duplicate_keeping import keep_keys
from customers.models import ContactPoint, TradingName
from tests import factories
from tests.score_factory import make_score


@pytest.fixture
def kjeldsen(customer):
    return customer


def names(groups, kind=None):
    return [
        "".join(part.text for part in hit.title) for group in groups for hit in group.hits if kind in {None, hit.kind}
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "kjeldsen",
        "KJELD",
        "maskinfabrik kjeldsen",
        "maskin",
        "kj",
    ],
)
def test_a_customer_is_found_by_any_part_of_his_name(rep, kjeldsen, typed):
    assert names(find_everything(typed, user=rep)) == ["Kjeldsen Maskinfabrik A/S"]


@pytest.mark.parametrize("typed", ["Swietochlowice", "świętochłowice", "zaklady sw"])
def test_accents_do_not_matter(rep, typed):
    factories.make_customer(owner=rep, name="Zakłady Metalowe Świętochłowice")
    found = find_everything(typed, user=rep)
    assert names(found) == ["Zakłady Metalowe Świętochłowice"]
    assert any(part.is_match for part in found[0].hits[0].title)


@pytest.mark.parametrize("typed", ["kjelsen", "kjeldsn", "maskinfabirk"])
def test_a_letter_wrong_or_missing_still_finds_him_and_says_so(rep, kjeldsen, typed):
    found = find_everything(typed, user=rep)
    assert names(found) == ["Kjeldsen Maskinfabrik A/S"]
    assert found[0].is_guess


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Παπαδόπουλος Υδραυλικά Α.Ε.", "παπαδοπουλσο"),
        ("ООО Металлургия", "металургия"),
        ("株式会社北九州製作所", "九州製作"),
    ],
)
def test_a_letter_wrong_in_any_alphabet(rep, name, typed):
    customer = factories.make_customer(owner=rep, name=name)
    assert names(find_everything(typed, user=rep)) == [customer.name]


def test_of_several_mistyped_words_the_name_that_has_them_all_is_meant(rep):
    for name in ("Jonson Mills", "Johnson Bakery", "Johnson Mills", "Johnston Wells"):
        factories.make_customer(owner=rep, name=name)
    assert names(find_everything("johnsno mlils", user=rep)) == ["Johnson Mills"]
    # No name has both: then whoever has the rarer word.
    assert names(find_everything("jonson hamburg", user=rep)) == ["Jonson Mills"]


def test_a_mistyped_person_and_another_name_of_the_house_are_found(rep, kjeldsen):
    factories.make_person(customer=kjeldsen, name="Birgit Lindqvist")
    TradingName.objects.create(customer=kjeldsen, name="Quayside Depot")
    assert names(find_everything("lindqivst", user=rep)) == ["Birgit Lindqvist"]
    assert names(find_everything("quaysied", user=rep)) == ["Kjeldsen Maskinfabrik A/S"]


def test_a_word_that_everybody_has_names_nobody(rep):
    for number in range(CANDIDATES + 1):
        factories.make_customer(owner=rep, name=f"Firm{number} Ltd")
    assert find_everything("qqqqq ltd xxxxx", user=rep) == []


@pytest.mark.parametrize("typed", ["vega, maria", "Vega,", "maria vega-"])
def test_a_sign_that_no_name_ends_with_does_not_hide_a_person(rep, kjeldsen, typed):
    factories.make_person(customer=kjeldsen, name="Maria Vega")
    assert names(find_everything(typed, user=rep)) == ["Maria Vega"]


def test_signs_that_mean_something_to_the_database_are_letters_like_others(rep, kjeldsen):
    for number, name in enumerate(("Hundert% Pelle", "Hundert Pelle", "Unter_strich", "Unterstrich", "Zitat's Pelle")):
        factories.make_customer(owner=rep, name=name, number=f"Z-{number}")
    assert names(find_everything("ert% pelle", user=rep)) == ["Hundert% Pelle"]
    assert names(find_everything("nter_str", user=rep)) == ["Unter_strich"]
    assert names(find_everything("tat's pel", user=rep)) == ["Zitat's Pelle"]


@pytest.mark.parametrize(("who", "sees"), [("rep", 0), ("partner", 0), ("lead", 0), ("other_rep", 1), ("admin", 1)])
def test_by_whatever_name_whoever_may_not_see_him_finds_nobody(request, foreign_customer, who, sees):
    foreign_customer.name = "Overmountain Works"
    foreign_customer.save()
    factories.make_person(foreign_customer, name="Lars Bak")
    TradingName.objects.create(customer=foreign_customer, name="Quayside Depot")
    for typed in ("overmount", "vermount", "ovremountain", "lars bak", "ars bak", "quayside", "uayside", "qauyside"):
        assert bool(find_everything(typed, user=request.getfixturevalue(who))) == bool(sees), typed


def test_by_number_in_any_case(rep, kjeldsen):
    kjeldsen.number = "K-10482"
    kjeldsen.save()
    assert names(find_everything("k-104", user=rep)) == ["Kjeldsen Maskinfabrik A/S"]


@pytest.mark.parametrize("typed", ["+45 86 12 04 77", "0045 86120477", "86 12 04 77", "(86) 12-04-77", "120477"])
def test_a_phone_number_in_any_form(rep, kjeldsen, typed):
    person = factories.make_person(kjeldsen, name="Lars Bak")
    ContactPoint.objects.create(
        customer=kjeldsen, person=person, kind="phone", value="+45 86 12 04 77", value_normal="+4586120477"
    )
    assert names(find_everything(typed, user=rep)) == ["Lars Bak"]


def test_a_phone_number_as_it_is_dialled_at_home(rep, kjeldsen):
    change_setting("company.country", "RU")  # where 8 is dialled before the number
    ContactPoint.objects.create(customer=kjeldsen, kind="phone", value="+7 912 345-67-89", value_normal="+79123456789")
    assert names(find_everything("8 (912) 345-67-89", user=rep)) == ["Kjeldsen Maskinfabrik A/S"]


def test_by_e_mail_person_order_and_case(rep, kjeldsen):
    factories.make_person(kjeldsen, name="Mette Kjær")
    ContactPoint.objects.create(
        customer=kjeldsen, kind="email", value="Office@Kjeldsen.example", value_normal="office@kjeldsen.example"
    )
    factories.make_order(kjeldsen, date(2026, 9, 23), number="88412")
    case = Complaint.objects.create(customer=kjeldsen, title="wrong seal", taken_at=datetime(2026, 11, 8, tzinfo=UTC))
    assert names(find_everything("Office@kjel", user=rep)) == ["Kjeldsen Maskinfabrik A/S"]
    assert names(find_everything("mette kj", user=rep)) == ["Mette Kjær"]
    assert names(find_everything("88412", user=rep)) == ["Order 88412"]
    assert names(find_everything(case.number, user=rep)) == [f"{case.number} wrong seal"]


def test_an_open_complaint_and_the_owner_stand_on_the_row(rep, kjeldsen):
    Complaint.objects.create(customer=kjeldsen, title="wrong seal", taken_at=datetime(2026, 11, 8, tzinfo=UTC))
    hit = find_everything("kjeldsen", user=rep)[0].hits[0]
    assert hit.complaint.startswith("C-")
    assert hit.owner == rep


def test_nobody_finds_what_is_not_his(other_rep, kjeldsen):
    person = factories.make_person(kjeldsen, name="Lars Bak")
    ContactPoint.objects.create(
        customer=kjeldsen, person=person, kind="phone", value="+45 86 12 04 77", value_normal="+4586120477"
    )
    factories.make_order(kjeldsen, date(2026, 9, 23), number="88412")
    case = Complaint.objects.create(customer=kjeldsen, title="wrong seal", taken_at=datetime(2026, 11, 8, tzinfo=UTC))
    for typed in ("kjeldsen", "kjelsen", kjeldsen.number, "86 12 04 77", "88412", case.number, "lars bak"):
        assert find_everything(typed, user=other_rep) == [], typed


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "_", "'; drop table", "\\", "مرحبا", "x" * 500, "<b>", "+", "C-99999999999999", "1e9", "\0a"],
)
def test_strange_input_is_answered_calmly(signed_in, rep, kjeldsen, typed):
    answer = signed_in(rep).get("/search/", {"q": typed}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert b"Kjeldsen" not in answer.content
    assert b"<html" not in answer.content


def test_names_with_html_are_shown_as_they_are(signed_in, rep):
    factories.make_customer(owner=rep, name="<b>Bold</b> & Sons")
    factories.make_customer(owner=rep, name="Bold Brothers")
    page = signed_in(rep).get("/search/", {"q": "bold"}).content.decode()
    assert "&lt;b&gt;" in page
    assert "<b>Bold" not in page


def test_every_hit_leads_to_a_page_that_opens(rep, kjeldsen, signed_in):
    person = factories.make_person(kjeldsen, name="Kjeld Bak")
    ContactPoint.objects.create(
        customer=kjeldsen, person=person, kind="email", value="kjeld@k.example", value_normal="kjeld@k.example"
    )
    factories.make_order(kjeldsen, date(2026, 3, 2), number="KJELD-1")
    found = find_everything("kjeld", user=rep)
    client = signed_in(rep)
    assert {hit.kind for group in found for hit in group.hits} >= {"user", "people"}
    assert [client.get(hit.url).status_code for group in found for hit in group.hits] == [200] * sum(
        len(group.hits) for group in found
    )


@pytest.mark.parametrize(
    "typed", ["kjeldsen.example", "www.kjeldsen.example", "https://kjeldsen.example/dk", "kjeldsen.ex"]
)
def test_by_the_domain_of_the_firm(rep, typed):
    factories.make_customer(owner=rep, name="Maskinfabrik", domain="kjeldsen.example")
    assert names(find_everything(typed, user=rep)) == ["Maskinfabrik"]


def test_by_the_domain_of_a_mail_address(rep, kjeldsen):
    person = factories.make_person(kjeldsen, name="Lars Bak")
    ContactPoint.objects.create(
        customer=kjeldsen, person=person, kind="email", value="lars@hidra.example", value_normal="lars@hidra.example"
    )
    assert names(find_everything("@hidra.example", user=rep)) == ["Lars Bak"]
    assert names(find_everything("hidra.example", user=rep)) == ["Lars Bak"]
    assert find_everything("idra.example", user=rep) == []


def test_who_is_called_so_stands_before_who_only_has_it_in_his_name(rep):
    for name in ("Nordholm Pumps", "Bruder Holm", "Holm & Sons"):
        factories.make_customer(owner=rep, name=name)
    assert names(find_everything("holm", user=rep)) == ["Holm & Sons", "Bruder Holm", "Nordholm Pumps"]


def test_signs_between_words_do_not_count(rep):
    factories.make_customer(owner=rep, name="Lim & Sons")
    for typed in ("lim &", "lim - sons", "& sons", "lim &&& sons"):
        assert names(find_everything(typed, user=rep)) == ["Lim & Sons"], typed


@pytest.fixture
def known_by_everything(rep, kjeldsen):
    """Kjeldsen with a person, a phone, a mail, an order and a case that all answer to the same digits or name."""
    kjeldsen.number = "886120"
    kjeldsen.save()
    person = factories.make_person(kjeldsen, name="886120477 Kjeldsen")
    for kind, value in (("phone", "+45886120477"), ("email", "kjeldsen@k.example"), ("web", "kjeldsen.example")):
        ContactPoint.objects.create(customer=kjeldsen, person=person, kind=kind, value=value, value_normal=value)
    factories.make_order(kjeldsen, date(2026, 9, 23), number="886120477")
    Complaint.objects.create(
        pk=886120477, customer=kjeldsen, title="wrong seal", taken_at=datetime(2026, 11, 8, tzinfo=UTC)
    )
    return kjeldsen


@pytest.mark.parametrize("role", ["rep", "lead", "admin"])
@pytest.mark.parametrize("as_page", [True, False])
def test_whatever_is_typed_an_answer_costs_at_most_twelve_queries(
    request, signed_in, known_by_everything, django_assert_max_num_queries, role, as_page
):
    for name in ("Hallgrimson", "Kowalczyk", "Lindqvist", "Mortensen", "Oestergaard", "Papadopoulos"):
        factories.make_customer(owner=known_by_everything.owner, name=name)
    client = signed_in(request.getfixturevalue(role))
    found = find_everything("886120477", user=request.getfixturevalue(role))
    assert {hit.kind for group in found for hit in group.hits} == {"people", "box", "shield"}
    client.get("/search/")  # the counts of the navigation are kept for a while
    headers = {} if as_page else {"HX-Request": "true"}
    for typed in (
        *("kjeldsen", "kjelsen maskinfabirk", "nobody is called so", "886120477", "886120", "C-886120477"),
        *("+45 88 61 20 477", "kjeldsen@k", "kjeldsen.example", "x", "12", "k"),
        "hallgrimosn kowalcyzk lindqivst mortesnen oestregaard papadopuolos",
    ):
        with django_assert_max_num_queries(12, info=typed):
            client.get("/search/", {"q": typed}, headers=headers)


def test_an_archived_customer_is_found_by_name_with_a_mark_after_the_current_ones(kjeldsen, rep):
    archived = factories.make_customer(
        name="Kjeldsen & Sons", owner=rep, team=rep.team, archived_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    hits = find_everything("kjeldsen", user=rep)[0].hits
    assert [hit.url for hit in hits] == [f"/customers/{kjeldsen.pk}/", f"/customers/{archived.pk}/"]
    assert "archived" in hits[1].detail
    assert "archived" not in hits[0].detail


@pytest.mark.parametrize("typed", ["DE 811 402 776", "de811402776", "811402776", "811.402.776", "DE 811"])
def test_a_tax_number_in_any_spelling(rep, kjeldsen, typed):
    kjeldsen.tax_id = "DE 811 402 776"
    kjeldsen.save()
    keep_keys([kjeldsen.pk])
    found = find_everything(typed, user=rep)
    assert names(found) == ["Kjeldsen Maskinfabrik A/S"]
    assert "DE 811 402 776" in found[0].hits[0].detail


def test_nobody_finds_a_tax_number_that_is_not_his(other_rep, kjeldsen):
    kjeldsen.tax_id = "DE811402776"
    kjeldsen.save()
    keep_keys([kjeldsen.pk])
    assert find_everything("DE811402776", user=other_rep) == []
    assert find_everything("811 402 776", user=other_rep) == []


@pytest.mark.parametrize("typed", ["tel:+4586120477", "+45 86 12 04 77 ext. 12", "86–12–04–77"])
def test_a_phone_number_as_it_was_copied_from_somewhere(rep, kjeldsen, typed):
    ContactPoint.objects.create(customer=kjeldsen, kind="phone", value="+45 86 12 04 77", value_normal="+4586120477")
    assert names(find_everything(typed, user=rep)) == ["Kjeldsen Maskinfabrik A/S"]


def test_an_address_as_a_mail_program_copies_it(rep, kjeldsen):
    ContactPoint.objects.create(customer=kjeldsen, kind="email", value="lars@k.example", value_normal="lars@k.example")
    for typed in ("Lars Bak <lars@k.example>", "mailto:lars@k.example"):
        assert names(find_everything(typed, user=rep)) == ["Kjeldsen Maskinfabrik A/S"], typed


def test_an_order_as_people_write_its_number(rep, kjeldsen):
    for number in ("88412", "R-1"):
        factories.make_order(kjeldsen, date(2026, 9, 23), number=number)
        assert names(find_everything(f"#{number.lower()}", user=rep)) == [f"Order {number}"]


def test_a_customer_found_by_another_name_says_by_which(rep, kjeldsen):
    TradingName.objects.create(customer=kjeldsen, name="Havnens Pumper")
    (hit,) = find_everything("havnens", user=rep)[0].hits
    assert hit.detail.startswith("also “Havnens Pumper”")
    assert "also" not in find_everything("kjeldsen", user=rep)[0].hits[0].detail


def test_class_complaint_and_owner_stand_on_whatever_leads_to_a_customer(rep, kjeldsen):
    make_score(kjeldsen, grade="A1")
    person = factories.make_person(kjeldsen, name="Lars Bak")
    ContactPoint.objects.create(
        customer=kjeldsen, person=person, kind="phone", value="+45 86 12 04 77", value_normal="+4586120477"
    )
    factories.make_order(kjeldsen, date(2026, 9, 23), number="88412")
    Complaint.objects.create(customer=kjeldsen, title="wrong seal", taken_at=datetime(2026, 11, 8, tzinfo=UTC))
    for typed in ("kjeldsen", "lars bak", "86 12 04 77", "88412"):
        (hit,) = find_everything(typed, user=rep)[0].hits
        assert (hit.grade, hit.complaint[:2], hit.owner) == ("A1", "C-", rep), typed


def test_a_contact_is_logged_from_the_line_by_whoever_may(rep, viewer, kjeldsen, signed_in):
    url = f"/customers/{kjeldsen.pk}/contacts/new/"
    assert find_everything("kjeldsen", user=rep)[0].hits[0].log_url == url
    page = signed_in(rep).get("/search/", {"q": "kjeldsen"}, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{url}?place=dialog"' in page
    assert find_everything("kjeldsen", user=viewer)[0].hits[0].log_url == ""
    page = signed_in(viewer).get("/search/", {"q": "kjeldsen"}, headers={"HX-Request": "true"}).content.decode()
    assert "Log a contact" not in page


def test_whoever_is_found_is_called_by_his_own_number_and_a_customer_by_the_first_that_works(rep, kjeldsen, signed_in):
    lars, mette = (factories.make_person(kjeldsen, name=name) for name in ("Lars Bak", "Mette Holm"))
    for person, number, works in (
        (lars, "+4511111111", False),
        (mette, "+4522222222", True),
        (lars, "+4533333333", True),
    ):
        ContactPoint.objects.create(
            customer=kjeldsen, person=person, kind="phone", value=number, value_normal=number, is_valid=works
        )
    for typed, number in (
        ("kjeldsen", "+4522222222"),
        ("lars bak", "+4533333333"),
        ("mette holm", "+4522222222"),
        ("33333333", "+4533333333"),
    ):
        assert find_everything(typed, user=rep)[0].hits[0].phone.value_normal == number, typed
    page = signed_in(rep).get("/search/", {"q": "lars bak"}, headers={"HX-Request": "true"}).content.decode()
    assert 'href="tel:+4533333333"' in page
    call = page[page.index('href="tel:+4533333333"') :]
    assert kjeldsen.name in call  # there may be another Lars Bak elsewhere
    factories.make_order(kjeldsen, date(2026, 9, 23), number="88412")
    factories.make_order(kjeldsen, date(2026, 9, 23), number="88413")
    page = signed_in(rep).get("/search/", {"q": "8841"}, headers={"HX-Request": "true"}).content.decode()
    call = page[page.index('href="tel:+4522222222"') :]
    assert kjeldsen.name in call
    assert "Order" not in call, "an order is not called"


def test_nobody_is_offered_a_number_that_no_longer_works_or_of_somebody_who_left(rep, kjeldsen):
    gone = factories.make_person(kjeldsen, name="Lars Bak", left_on=date(2026, 1, 1))
    for person, number, works in ((gone, "+4511111111", True), (None, "+4522222222", False)):
        ContactPoint.objects.create(
            customer=kjeldsen, person=person, kind="phone", value=number, value_normal=number, is_valid=works
        )
    assert find_everything("lars bak", user=rep)[0].hits[0].phone is None
    assert find_everything("22222222", user=rep)[0].hits[0].phone is None
