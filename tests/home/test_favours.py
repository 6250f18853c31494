"""Who speaks for us, and whom we want: asked seldom, never while they complain, and the reason is said."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from complaints.favour_asking import FavourRefused, answer_referral, ask_for_referral, book_visit
from crm.core.models.business_setting import change_setting, forget_settings
from customers.company_wanting import WantingRefused, want_company
from customers.models import ReferenceVisit, Referral, ShowroomReference, WantedCompany
from customers.reference_noting import ReferenceRefused, end_reference, note_reference, resume_reference
from tests import factories

ON = date(2026, 11, 22)


@pytest.fixture
def reference(customer, rep):
    return note_reference(customer, topic="Shaft seals", rest_days=90, by=rep, on=ON)


def test_asking_too_soon_is_refused_with_the_day_from_which_it_is_fine(customer, rep):
    ask_for_referral(customer, by=rep, on=ON)
    with pytest.raises(FavourRefused, match="Too soon: they may be asked again from 21 May 2027"):
        ask_for_referral(customer, by=rep, on=ON + timedelta(days=1))
    with pytest.raises(FavourRefused, match="from tomorrow"):
        ask_for_referral(customer, by=rep, on=ON + timedelta(days=179))
    ask_for_referral(customer, by=rep, on=ON + timedelta(days=180), referred_name="  Nordlager   A/S ")
    assert [row.get_state_display() for row in Referral.objects.all()] == ["named somebody", "asked"]
    change_setting("favours.referral_days", 0)
    forget_settings()
    ask_for_referral(customer, by=rep, on=ON + timedelta(days=181))


def test_nobody_with_an_open_complaint_is_asked(customer, rep, reference):
    take_complaint(customer, title="Late", by=rep, at=timezone.now(), kind="question")
    ask_for_referral(customer, by=rep, on=ON)
    take_complaint(customer, title="Seals failed", by=rep, at=timezone.now())
    with pytest.raises(FavourRefused, match="complaint is open"):
        ask_for_referral(customer, by=rep, on=ON + timedelta(days=500))
    with pytest.raises(FavourRefused, match="complaint is open"):
        book_visit(reference, for_whom="Nordlager", by=rep, on=ON)


def test_what_came_of_it_leads_to_the_customer_he_became(customer, rep):
    asked = ask_for_referral(customer, by=rep, on=ON)
    won = factories.make_customer(name="Nordlager")
    assert answer_referral(asked, state="declined").state == "declined"
    assert answer_referral(asked, state="asked", referred=won).state == "given"
    assert won.referred_by.get() == asked


def test_a_reference_rests_after_each_visit(reference, rep):
    book_visit(reference, for_whom="Nordlager", by=rep, on=ON)
    with pytest.raises(FavourRefused, match="Too soon"):
        book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=89))
    book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=90))
    reference.refresh_from_db()
    assert (reference.uses, reference.last_used_on, ReferenceVisit.objects.count()) == (2, ON + timedelta(days=90), 2)
    end_reference(reference, on=ON)
    with pytest.raises(FavourRefused, match="no reference any more"):
        book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=400))


def test_a_booking_is_seen_and_called_off(client, customer, reference, rep):
    client.force_login(rep)
    today = timezone.localdate()
    book_visit(reference, for_whom="Holm", by=rep, on=today - timedelta(days=200))
    url, card = reverse("home:visit-new", args=[reference.pk]), reverse("home:favour-card", args=[customer.pk])
    client.post(url, {"for_whom": "Nordlager", "on": today.isoformat()})
    visit = ReferenceVisit.objects.get(for_whom="Nordlager")
    undo = reverse("home:visit-remove", args=[visit.pk])
    said = client.get(card).text
    assert ("Nordlager" in said, "rests" in said, undo in said) == (True, True, True)
    for _again in range(2):
        client.post(undo)
    reference.refresh_from_db()
    assert (reference.uses, reference.last_used_on) == (1, today - timedelta(days=200))
    said = client.get(card).text
    assert ("Nordlager" in said, "rests" in said) == (False, False)


def test_one_visit_a_day_also_where_they_need_no_rest(customer, rep):
    reference = note_reference(customer, topic="Pumps", rest_days=0, by=rep, on=ON)
    book_visit(reference, for_whom="Nordlager", by=rep, on=ON)
    with pytest.raises(FavourRefused, match="Too soon"):
        book_visit(reference, for_whom="Holm", by=rep, on=ON)
    book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=1))


def test_a_visit_noted_late_or_booked_ahead_leaves_every_other_visit_its_rest(reference, rep):
    book_visit(reference, for_whom="Nordlager", by=rep, on=ON)
    book_visit(reference, for_whom="Last spring", by=rep, on=ON - timedelta(days=200))
    book_visit(reference, for_whom="Next spring", by=rep, on=ON + timedelta(days=200))
    assert ShowroomReference.objects.get().last_used_on == ON + timedelta(days=200)
    for days in (-250, 5, 150):
        with pytest.raises(FavourRefused, match="Too soon"):
            book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=days))
    book_visit(reference, for_whom="Holm", by=rep, on=ON + timedelta(days=100))


def test_a_reference_is_for_something_and_noted_once(customer, rep, reference):
    with pytest.raises(ReferenceRefused, match="for what"):
        note_reference(customer, topic=" ", rest_days=1, by=rep, on=ON)
    assert note_reference(customer, topic="Shaft  seals", rest_days=30, by=rep, on=ON).pk == reference.pk


def test_a_rep_finds_a_free_reference_and_books_it(client, customer, rep, reference):
    resting = note_reference(
        factories.make_customer(name="Holm", owner=rep), topic="Pumps", rest_days=90, by=rep, on=ON
    )
    book_visit(resting, for_whom="Nordlager", by=rep, on=timezone.localdate())
    client.force_login(rep)
    page = client.get(reverse("home:reference-list"))
    assert "Too soon" in page.text
    assert reverse("home:visit-new", args=[reference.pk]) in page.text
    assert reverse("home:visit-new", args=[resting.pk]) not in page.text
    assert "Pumps" not in client.get(reverse("home:reference-list"), {"q": "seals"}).text
    factories.put_in_segment(customer, factories.make_segment("premium"))
    assert "Pumps" not in client.get(reverse("home:reference-list"), {"segment": "premium"}).text
    url = reverse("home:visit-new", args=[reference.pk])
    today = timezone.localdate().isoformat()
    client.post(url, {"for_whom": "Nordlager", "on": today})
    assert "Too soon" in client.post(url, {"for_whom": "Nordlager", "on": today}).text
    client.post(reverse("home:reference-end", args=[reference.pk]))
    assert not ShowroomReference.objects.filter(pk=reference.pk, ended_on=None).exists()
    client.post(reverse("home:reference-back", args=[reference.pk]))
    assert ShowroomReference.objects.filter(pk=reference.pk, ended_on=None).exists()


def test_a_reference_that_was_noted_anew_is_not_there_twice(customer, rep, reference):
    end_reference(reference, on=ON)
    note_reference(customer, topic=reference.topic, rest_days=30, by=rep, on=ON)
    with pytest.raises(ReferenceRefused, match="already"):
        resume_reference(reference)


def test_whom_they_named_is_not_shown_to_whoever_may_not_see_him(client, customer, foreign_customer, rep, admin):
    Referral.objects.create(customer=customer, referred=foreign_customer, state="given", asked_on=ON)
    card = reverse("home:favour-card", args=[customer.pk])
    for user, named in ((rep, False), (admin, True)):
        client.force_login(user)
        assert (foreign_customer.name in client.get(card).text) == named


def test_a_second_answer_keeps_whom_the_first_one_named(client, customer, foreign_customer, rep):
    won = factories.make_customer(name="Nordlager", number="K-77", owner=rep)
    asked = Referral.objects.create(customer=customer, referred=won, state="given", asked_on=ON)
    client.force_login(rep)
    answer = reverse("home:referral-answer", args=[asked.pk])
    assert client.get(answer).context["form"]["referred"].value() == "K-77"
    Referral.objects.update(referred=foreign_customer)
    assert foreign_customer.number not in client.get(answer).text
    both = client.post(answer, {"state": "declined", "referred_name": "Somebody"})
    assert "Empty that first" in both.text
    client.post(answer, {"state": "given", "referred_name": "Somebody"})
    assert Referral.objects.get().referred == foreign_customer


def test_a_form_on_a_page_of_its_own_is_refused_there_and_in_a_dialog_in_the_dialog(client, customer, rep, reference):
    client.force_login(rep)
    url = reverse("home:referral-new", args=[customer.pk])
    assert 'hx-target="#dialog"' not in client.get(url).text.partition("<main")[2].partition("</main>")[0]
    in_dialog = {"HX-Request": "true", "HX-Target": "dialog"}
    assert 'hx-target="#dialog"' in client.get(url, headers=in_dialog).text


def test_the_card_says_when_they_may_be_asked(client, customer, rep):
    client.force_login(rep)
    card = reverse("home:favour-card", args=[customer.pk])
    assert "Ask for a referral" in client.get(card).text
    client.post(reverse("home:referral-new", args=[customer.pk]), {"referred_name": "Nordlager"})
    said = client.get(card).text
    assert "Nordlager" in said
    assert "Too soon" in said
    assert "Ask for a referral" not in said
    assert client.post(reverse("home:referral-new", args=[customer.pk]), {"person": ""}).status_code == 422
    answer = reverse("home:referral-answer", args=[Referral.objects.get().pk])
    assert "There is no customer “none”." in client.post(answer, {"state": "given", "referred": "none"}).text
    won = factories.make_customer(name="Nordlager A/S", number="K-77", owner=rep)
    for typed in ("k-77", "nordlager a/s"):
        client.post(answer, {"state": "given", "referred_name": "Nordlager", "referred": typed})
        assert Referral.objects.get().referred == won
        client.post(answer, {"state": "given", "referred_name": "Nordlager"})
        assert Referral.objects.get().referred is None
    client.post(reverse("home:reference-new", args=[customer.pk]), {"topic": "Seals", "rest_days": "30"})
    assert "Seals" in client.get(card).text


def test_wanted_companies_show_how_few_we_know_there(client, customer, rep):
    known = factories.make_customer(name="Well Known", owner=rep, team=rep.team)
    for number in range(3):
        factories.make_person(known, name=f"Person {number}")
    factories.make_person(customer, left_on=ON)
    year = timezone.localdate().year + 1
    with pytest.raises(WantingRefused, match="why"):
        want_company(customer, year=year, reason=" ", by=rep)
    client.force_login(rep)
    client.post(reverse("home:wanted-new", args=[customer.pk]), {"year": year, "reason": "They buy at Nordlager"})
    want_company(known, year=year, reason="Grows", by=rep)
    page = client.get(reverse("home:wanted-list")).text
    assert "0 of 3" in page
    assert "They buy at Nordlager" in page
    thin = client.get(reverse("home:wanted-list"), {"thin": "1", "year": year}).text
    assert customer.name in thin
    assert "Well Known" not in thin
    listed = f"{reverse('home:wanted-list')}?thin=1&year={year}"
    added = re.search(r'href="([^"]*/people/new/\?next=[^"]*)"', thin)[1]
    assert client.post(added, {"name": "Nina Holm"}).url == listed, "back to the list, for the next one"
    wanted = WantedCompany.objects.get(customer=known)
    assert client.post(reverse("home:wanted-drop", args=[wanted.pk]), {"next": listed}).url == listed
    told = client.get(reverse("home:wanted-list")).text
    assert "Well Known is off the list." in told
    assert reverse("core:bring-back", args=["wantedcompany", wanted.pk]) in told
    assert "Well Known" not in client.get(reverse("home:wanted-list")).text
