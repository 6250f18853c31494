"""A reseller sees the customers he owns and nothing else, feeds their records, and what he writes is marked."""

import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from crm.core.access_token_issuing import issue_token
from crm.core.models import Role, User
from crm.home.facts_told import count_facts
from customers.models import ContactPoint, Note, Person, ProfileFact
from customers.note_writing import names_for, write_note
from interactions.models import Interaction, Task
from tests import factories
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db
MARK = "partner · Adria Seals"


@pytest.fixture
def browser(partner, signed_in):
    return signed_in(partner)


def read(browser, name, *args, query=""):
    answer = browser.get(reverse(name, args=args) + query)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_he_sees_his_own_customers_and_no_other_even_of_a_team_he_stands_in(
    partner, shared_customer, customer, foreign_customer, north, browser
):
    User.objects.filter(pk=partner.pk).update(team=north)
    shown = read(browser, "home:customer-list")
    assert shared_customer.name in shown
    assert customer.name not in shown
    assert foreign_customer.name not in shown
    assert browser.get(reverse("home:customer-page", args=[customer.pk])).status_code == 404
    assert shared_customer.name in read(browser, "home:customer-page", shared_customer.pk)


def test_the_search_finds_his_own_and_neither_others_nor_orders(shared_customer, customer, browser):
    factories.make_person(customer, name="Niels Kjeldsen")
    order = factories.make_order(shared_customer, date(2026, 3, 2))
    hidden = [reverse("home:customer-page", args=[customer.pk]), reverse("customers:order-detail", args=[order.pk])]
    for text in (customer.name, "Niels Kjeldsen", order.number, customer.number):
        found = read(browser, "home:search", query=f"?q={text}")
        assert not [address for address in hidden if address in found], text
    found = browser.get(reverse("home:search"), {"q": "Jadran"})
    assert found["Location"] == reverse("home:customer-page", args=[shared_customer.pk])


def test_he_is_told_class_and_promise_and_no_money_of_ours(shared_customer, browser, north):
    segment = factories.make_segment("premium", value_proposition="A named engineer", answer_hours=4)
    factories.put_in_segment(shared_customer, segment)
    make_score(shared_customer, grade="A1", sales_12m_cents=7_654_321_00, at_stake_cents=1_234_567_00)
    factories.make_order(shared_customer, timezone.localdate(), 9_876_543_00)
    page = read(browser, "home:customer-page", shared_customer.pk)
    assert "A named engineer" in page
    assert ">A1<" in page
    timeline = read(browser, "home:customer-part", shared_customer.pk, "timeline")
    listed = read(browser, "home:customer-list")
    assert ">A1<" in listed
    assert "Premium" in listed
    assert f'href="{reverse("home:customer-page", args=[shared_customer.pk])}"' in listed
    for shown in (page, timeline, listed):
        for money in ("7,654", "7654", "1,234", "9,876", "9876"):
            assert money not in shown
    for part in ("value", "class", "steps"):
        assert browser.get(reverse("home:customer-part", args=[shared_customer.pk, part])).status_code == 403


def test_his_list_says_what_comes_next_and_whether_somebody_complains(shared_customer, partner, browser):
    factories.make_task(shared_customer, assignee=partner, title="Call about seals")
    assert "Call about seals" in read(browser, "home:customer-list")
    Complaint.objects.create(customer=shared_customer, title="Leaks", taken_at=timezone.now())
    assert "complaint open" in read(browser, "home:customer-list")


@pytest.mark.parametrize(
    "name",
    [
        "home:customer-value",
        "home:customer-products",
        "customers:wallet-card",
        "home:favour-card",
        "home:customer-group",
    ],
)
def test_the_pages_that_reckon_are_closed_even_for_his_own(shared_customer, browser, name):
    assert browser.get(reverse(name, args=[shared_customer.pk])).status_code == 403


def test_his_day_holds_his_tasks_without_what_is_at_stake(partner, shared_customer, customer, browser):
    mine = factories.make_task(shared_customer, assignee=partner, title="Call about seals", at_stake_cents=4_321_00)
    factories.make_task(customer, assignee=partner, title="Handed over by mistake")
    alert = factories.make_task(
        shared_customer, assignee=partner, kind=Task.Kind.ALERT, title="Visit", why="4,321 at stake"
    )
    page = read(browser, "home:my-day")
    assert "Call about seals" in page
    assert "Visit" in page
    assert "Handed over by mistake" not in page
    assert "4,321" not in page
    assert browser.post(reverse("interactions:task-done", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    assert mine.state == Task.State.DONE
    assert browser.get(reverse("interactions:task-hand-over", args=[alert.pk])).status_code == 403


def test_what_colleagues_plan_with_his_customers_is_not_told(shared_customer, rep, browser):
    theirs = factories.make_task(shared_customer, assignee=rep, title="Give unasked: a discount")
    for name in ("home:my-day", "home:customer-list"):
        assert "a discount" not in read(browser, name)
    assert browser.post(reverse("interactions:task-done", args=[theirs.pk])).status_code == 404


def test_he_corrects_the_record_but_not_how_we_keep_it(partner, shared_customer, rep, browser):
    address = reverse("customers:customer-edit", args=[shared_customer.pk])
    form = browser.get(address).content.decode()
    for name in ("number", "owner", "team", "stage", "since", "source", "lawful_basis"):
        assert f'name="{name}"' not in form
    values = {"name": "Jadran Pumpe i Ventili", "city": "Rijeka", "country": "HR", "owner": rep.pk, "number": "X-1"}
    assert browser.post(address, values | {"edit_version": "1"}).status_code == 302
    number = shared_customer.number
    shared_customer.refresh_from_db()
    assert (shared_customer.city, shared_customer.name) == ("Rijeka", "Jadran Pumpe i Ventili")
    assert (shared_customer.owner, shared_customer.number) == (partner, number)


def test_what_he_writes_is_marked_for_those_who_read_it(partner, shared_customer, browser, rep, signed_in):
    args = [shared_customer.pk]
    assert browser.post(reverse("customers:person-new", args=args), {"name": "Ivana Babić"}).status_code == 302
    fact = {"label": "Needs", "value": "FKM seals", "told_on": timezone.localdate().isoformat(), "use_in_talk": "1"}
    assert browser.post(reverse("customers:fact-new", args=args), fact).status_code == 302
    assert browser.post(reverse("customers:note-new", args=args), {"text": "Budget in May"}).status_code == 302
    logged = {"channel": "call", "note": "They want a quote"}
    assert browser.post(reverse("interactions:interaction-new", args=args), logged).status_code == 302
    complaint = {"customer": shared_customer.pk, "title": "Seal leaks", "severity": 2}
    taken = browser.post(reverse("complaints:complaint-new"), complaint)
    assert taken["Location"] == reverse("home:customer-page", args=args)
    point = ContactPoint.objects.create(customer=shared_customer, kind="phone", value="1", value_normal="1")
    assert browser.post(reverse("customers:contact-point-delete", args=[point.pk])).status_code == 302

    ours = signed_in(rep)
    page = read(ours, "home:customer-page", shared_customer.pk)
    people, facts = page[page.index('id="people"') :], page[page.index('id="facts"') :]
    assert MARK in people[: people.index("</section>")]
    assert MARK in facts[: facts.index("</section>")]
    timeline = read(ours, "home:customer-part", shared_customer.pk, "timeline")
    assert timeline.count(MARK) == 3  # the contact, the note, the complaint
    person, told = Person.objects.get(name="Ivana Babić"), ProfileFact.objects.get(customer=shared_customer)
    for name, key in (
        ("home:person-page", person.pk),
        ("customers:fact-history", told.pk),
        ("customers:note-card", shared_customer.pk),
        ("complaints:complaint-detail", Complaint.objects.get(customer=shared_customer).pk),
    ):
        assert MARK in read(ours, name, key), name
    assert MARK in read(ours, "core:history", "customer", shared_customer.pk)
    assert MARK in read(ours, "core:recent-changes")


def test_what_a_colleague_writes_carries_no_mark(customer, rep, signed_in):
    write_note(customer, text="Likes tea", by=rep, at=timezone.now())
    assert "r-tag partner" not in read(signed_in(rep), "home:customer-part", customer.pk, "timeline")


@pytest.mark.parametrize("what", ["person", "fact", "note", "contact", "complaint"])
def test_customers_to_whom_a_partner_added_something_are_a_filter_of_lists_and_rules(
    what, partner, shared_customer, customer, rep, admin, signed_in
):
    now = timezone.now()
    for whose, by in ((shared_customer, partner), (customer, rep)):
        match what:
            case "person":
                factories.make_person(whose, name="Ivana Babić", created_by=by)
            case "fact":
                ProfileFact.objects.create(customer=whose, label="Fleet", value="9", told_on=now, asked_by=by)
            case "note":
                write_note(whose, text="Likes tea", by=by, at=now)
            case "contact":
                Interaction.objects.create(customer=whose, channel="call", happened_at=now, logged_by=by)
            case "complaint":
                Complaint.objects.create(customer=whose, title="Leaks", taken_at=now, created_by=by)
    ours = signed_in(admin)

    def listed(operator):
        rule = json.dumps({"metric": "fed_by_partner", "operator": operator})
        shown = ours.get(reverse("home:customer-list"), {"rule": rule}).content.decode()
        return {who.pk for who in (shared_customer, customer) if f"{who.pk}/" in shown and who.name in shown}, shown

    those, page = listed("yes")
    assert those == {shared_customer.pk}
    assert "something added by a partner: yes" in page
    assert listed("no")[0] == {customer.pk}
    if what in {"person", "complaint"}:
        address, name = {
            "person": ("home:person-list", "Ivana Babić"),
            "complaint": ("home:complaint-table", "Leaks"),
        }[what]
        if what == "person":
            factories.make_person(customer, name="Ours", created_by=admin)
        shown = ours.get(reverse(address), {"by": "partner", "cols": "added_by"}).content.decode()
        assert name in shown
        assert ">Ours<" not in shown
        assert name not in ours.get(reverse(address), {"by": "me"}).content.decode()
    User.objects.filter(pk=partner.pk).update(role=Role.REP)  # what a colleague wrote is not marked either
    assert listed("yes")[0] == set()


def test_facts_of_partners_are_counted_apart(partner, shared_customer, admin):
    today = date(2026, 11, 22)
    person = factories.make_person(shared_customer)
    for label, by, told_by in (("Needs", partner, person), ("Fleet", partner, None), ("Rivals", admin, None)):
        ProfileFact.objects.create(
            customer=shared_customer,
            label=label,
            value="x",
            told_on=today - timedelta(days=3),
            asked_by=by,
            person=told_by,
        )
    rows = {str(row.label): row.total for row in count_facts(admin, team=None, on=today)}
    assert rows == {"Noted by a partner": 2, "Noted by a colleague": 1, "All": 3}


def test_notes_and_facts_for_colleagues_stay_inside(partner, shared_customer, rep, browser):
    write_note(shared_customer, text="Never grant them 60 days", by=rep, at=timezone.now())
    write_note(shared_customer, text="@Bruno Marchetti please call them", by=rep, at=timezone.now())
    private = ProfileFact.objects.create(
        customer=shared_customer, label="Family", value="Divorced", told_on=date(2026, 3, 2), use_in_talk=False
    )
    card = read(browser, "customers:note-card", shared_customer.pk)
    timeline = read(browser, "home:customer-part", shared_customer.pk, "timeline", query="?kind=notes")
    for shown in (card, timeline):
        assert "60 days" not in shown
        assert "please call them" in shown
    assert "Divorced" not in read(browser, "home:customer-page", shared_customer.pk)
    assert browser.get(reverse("customers:fact-history", args=[private.pk])).status_code == 404


def test_a_removed_note_of_a_colleague_is_not_his_to_bring_back(partner, shared_customer, rep, browser):
    note = write_note(shared_customer, text="A slip", by=rep, at=timezone.now())
    key = note.pk
    note.delete()
    assert browser.post(reverse("customers:note-restore", args=[key])).status_code == 404
    assert not Note.objects.filter(pk=key).exists()


def test_he_is_not_told_who_works_here(partner, shared_customer, rep, admin, browser):
    assert names_for(shared_customer, by=partner) == {}
    assert names_for(shared_customer, by=rep)[partner.pk] == partner.name
    assert "Thomas Okafor" not in read(browser, "customers:note-new", shared_customer.pk)
    note = write_note(shared_customer, text="@Thomas Okafor see this", by=partner, at=timezone.now())
    assert note.mentioned == []


def test_his_frame_shows_only_what_he_can_open(shared_customer, browser):
    page = read(browser, "home:customer-page", shared_customer.pk)
    links = {part.split('"')[0] for part in page.split('href="/')[1:]}
    links = {f"/{link}".split("?")[0] for link in links if not link.startswith("static")}
    closed = {link: status for link in links if (status := browser.get(link).status_code) not in {200, 302}}
    assert closed == {}


def test_programs_of_partners_are_not_let_in(partner, shared_customer, client):
    now = timezone.now()
    _token, secret = issue_token(partner, name="x", may_write=False, expires_at=now + timedelta(days=9), at=now)
    answer = client.get("/api/v1/customers", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403
    assert shared_customer.name not in answer.content.decode()


def test_an_admin_invites_a_partner_with_the_name_of_his_company(admin, north, signed_in):
    browser = signed_in(admin)
    form = {"name": "Petra Kos", "email": "petra@adria.test", "role": "partner", "team": north.pk}
    refused = browser.post(reverse("core:user-new"), form)
    assert refused.status_code == 422
    assert "Whose partner is it?" in refused.content.decode()
    assert browser.post(reverse("core:user-new"), form | {"partner_of": " Adria  Seals "}).status_code == 302
    petra = User.objects.get(email="petra@adria.test")
    assert (petra.role, petra.partner_of, petra.team) == (Role.PARTNER, "Adria Seals", None)
    assert [group.name for group in petra.groups.all()] == ["partner"]
    edit = reverse("core:user-edit", args=[petra.pk])
    assert browser.post(edit, {"name": "Petra Kos", "role": "rep", "partner_of": "Adria Seals"}).status_code == 302
    petra.refresh_from_db()
    assert (petra.role, petra.partner_of) == (Role.REP, "")


def test_a_manager_shares_a_customer_with_a_partner_but_no_work_of_others(
    partner, customer, shared_customer, lead, signed_in
):
    browser = signed_in(lead)
    choices = browser.get(reverse("customers:customer-edit", args=[customer.pk])).content.decode()
    assert f'<option value="{partner.pk}">' in choices
    for whose, offered in ((customer, False), (shared_customer, True)):
        task = factories.make_task(whose, assignee=lead)
        form = browser.get(reverse("interactions:task-hand-over", args=[task.pk])).content.decode()
        assert (f'<option value="{partner.pk}">' in form) is offered


def test_he_logs_with_his_own_customers_alone(shared_customer, customer, partner, browser):
    chosen = read(browser, "interactions:interaction-new", query="?q=a")
    assert shared_customer.name in chosen
    assert customer.name not in chosen
    assert not Interaction.objects.filter(logged_by=partner).exists()
