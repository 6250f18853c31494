"""What customers told us: as a series in time with gaps, and the two questions worth asking before a contact."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm.core.models.business_setting import change_setting
from customers.default_questions import DEFAULT_KINDS, create_default_questions
from customers.fact_noting import (
    FactRefused,
    confirm_fact,
    forget_wanted_kinds,
    load_profile,
    note_fact,
    restore_fact,
    withdraw_fact,
)
from customers.models import FactKind, ProfileFact, Question, QuestionAsking
from customers.question_asking import QuestionReply, forget_bank, keep_replies, measure_answer_rates, offer_questions
from interactions.models import Interaction
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
AGO = TODAY - timedelta(days=400)


@pytest.fixture
def bank(db):
    """Only what the test says is wanted: three kinds of facts, a question each, the first worth most."""
    QuestionAsking.objects.all().delete()
    Question.objects.all().delete()
    FactKind.objects.all().delete()
    kinds = [
        FactKind.objects.create(name=name, worth=worth, holds_months=months, value_kind=kind)
        for name, worth, months, kind in (
            ("Needs", 5, 12, "text"),
            ("Machines", 4, None, "number"),
            ("Hobby", 2, None, "text"),
        )
    ]
    made = [Question.objects.create(kind=kind, text=f"What about {kind.name.lower()}?") for kind in kinds]
    forget_bank()
    forget_wanted_kinds()
    return made


def answered(question, words="FKM seals"):
    return QuestionReply(question.pk, "answered", words)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_the_newest_fact_holds_and_the_older_ones_are_its_history(customer, rep, bank, signed_in):
    kind = bank[0].kind
    note_fact(customer, kind=kind, value="Quick delivery", on=TODAY - timedelta(days=90), by=rep, source="Lars Bak")
    fact = note_fact(customer, kind=kind, value="FKM seals", on=TODAY - timedelta(days=2), by=rep, confidence="likely")
    assert [one.value for one in load_profile(customer, on=TODAY).facts] == ["FKM seals"]
    text = signed_in(rep).get(reverse("customers:fact-history", args=[fact.pk])).content.decode()
    for words in ("Quick delivery", "FKM seals", "Lars Bak", "likely", "asked by", "use in talk"):
        assert words in text


def test_what_is_known_already_is_not_asked_as_if_it_were_new_but_whether_it_is_still_right(
    customer, rep, bank, signed_in
):
    browser, today = signed_in(rep), timezone.localdate()
    before = today - timedelta(days=40)
    fact = note_fact(customer, kind=bank[0].kind, value="FKM seals", on=before, by=rep, source="Lars Bak")
    form = browser.get(reverse("customers:fact-new", args=[customer.pk])).content.decode()
    assert "Needs: “FKM seals”, told" in form
    assert "Machines: “" not in form
    history, confirm = (reverse(f"customers:fact-{act}", args=[fact.pk]) for act in ("history", "confirm"))
    assert "Still right" in browser.get(history).content.decode()
    browser.post(confirm)
    newest, first = ProfileFact.objects.order_by("-pk")
    assert (newest.value, newest.told_on, newest.source, newest.asked_by) == ("FKM seals", today, "Lars Bak", rep)
    assert first.told_on == before
    assert confirm_fact(newest, on=today, by=rep) == newest, "once a day is enough"
    assert "Still right" not in browser.get(history).content.decode()


def test_a_fact_holds_as_long_as_its_kind_says_and_is_then_a_gap_again(customer, rep, bank):
    fact = note_fact(customer, kind=bank[0].kind, value="FKM seals", on=AGO, by=rep)
    assert fact.valid_until == date(2026, 10, 18)
    profile = load_profile(customer, on=TODAY)
    assert profile.facts == []
    assert [gap.name for gap in profile.gaps] == ["Needs", "Machines", "Hobby"]
    assert [gap.name for gap in load_profile(customer, on=AGO).gaps] == ["Machines", "Hobby"]


def test_what_is_no_longer_so_gives_way_to_what_was_told_before(customer, rep, bank, signed_in):
    note_fact(customer, label="Pays", value="30 days", on=AGO, by=rep)
    newer = note_fact(customer, label="Pays", value="14 days", on=TODAY, by=rep)
    browser = signed_in(rep)
    browser.post(reverse("customers:fact-withdraw", args=[newer.pk]))
    assert [one.value for one in load_profile(customer, on=TODAY).facts] == ["30 days"]
    browser.post(reverse("customers:fact-restore", args=[newer.pk]))
    assert [one.value for one in load_profile(customer, on=TODAY).facts] == ["14 days"]
    restore_fact(withdraw_fact(newer, on=TODAY))
    assert ProfileFact.objects.filter(withdrawn_on=None).count() == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"label": " "}, "about"),
        ({"label": "Pays", "value": "  "}, "What did they say"),
        ({"label": "Pays", "valid_until": TODAY - timedelta(days=1)}, "until"),
        ({"number": True, "value": "a dozen"}, "no number"),
    ],
)
def test_a_fact_that_says_nothing_is_refused(customer, rep, bank, fields, words):
    values = {"value": "30 days", **fields}
    kind = bank[1].kind if values.pop("number", False) else None
    with pytest.raises(FactRefused, match=words):
        note_fact(customer, kind=kind, on=TODAY, by=rep, **values)


def test_the_page_tells_what_may_be_said_and_counts_what_is_not_known(customer, rep, bank, signed_in):
    today = timezone.localdate()
    note_fact(customer, kind=bank[0].kind, value="FKM seals", on=today, by=rep, use_in_talk=False, confidence="guess")
    text = signed_in(rep).get(reverse("home:customer-page", args=[customer.pk])).content.decode()
    anew = signed_in(rep).get(
        reverse("home:customer-part", args=[customer.pk, "facts"]), headers={"HX-Request": "true"}
    )
    for words in ("FKM seals", "a guess", "not for talk", "2 still open", "Machines"):
        assert words in text
        assert words in anew.text
    assert 'hx-trigger="task-changed from:body"' in anew.text, "by which it fetches itself when an answer is logged"


def test_a_fact_is_typed_in_with_its_kind_and_who_told_it(customer, rep, bank, signed_in):
    person = factories.make_person(customer)
    url = reverse("customers:fact-new", args=[customer.pk])
    sent = {
        "kind": bank[1].kind_id,
        "value": "1 200",
        "told_on": "2026-11-01",
        "person": person.pk,
        "confidence": "sure",
    }
    assert signed_in(rep).post(url, {**sent, "value": "a dozen"}).status_code == 422
    assert signed_in(rep).post(url, {**sent, "told_on": "2999-01-01"}).status_code == 422
    assert signed_in(rep).post(url, {"value": "x", "told_on": "2026-11-01", "confidence": "sure"}).status_code == 422
    assert "Else: what about</a>: Say what" in signed_in(rep).post(url, {"value": "x", "told_on": "2026-11-01"}).text
    FactKind.objects.filter(pk=bank[1].kind_id).update(use_in_talk=False)
    assert signed_in(rep).post(url, sent).status_code == 302
    fact = ProfileFact.objects.get()
    assert (fact.label, fact.value, fact.source, fact.person) == ("Machines", "1200", person.name, person)
    assert not fact.use_in_talk, "as its kind says"
    signed_in(rep).post(url, {**sent, "use_in_talk": "1"})
    signed_in(rep).post(url, {"label": "Golf", "value": "likes it", "told_on": "2026-11-01", "use_in_talk": "0"})
    assert list(ProfileFact.objects.order_by("pk").values_list("use_in_talk", flat=True)) == [False, True, False]


# --- questions -------------------------------------------------------------------------------------------------------


def test_at_most_two_questions_are_offered_and_a_known_fact_is_not_asked(customer, rep, bank):
    needs, machines, hobby = bank
    assert [one.pk for one in offer_questions(customer, on=TODAY)] == [needs.pk, machines.pk]
    note_fact(customer, label="machines", value="12", on=TODAY, by=rep)  # noted by hand, under the same name
    assert [one.pk for one in offer_questions(customer, on=TODAY)] == [needs.pk, hobby.pk]
    change_setting("questions.per_contact", 1)
    from crm.core.models.business_setting import forget_settings

    forget_settings()
    assert [one.pk for one in offer_questions(customer, on=TODAY)] == [needs.pk]


def test_answered_or_refused_it_is_never_asked_again_by_anybody(customer, rep, lead, bank):
    needs, machines, hobby = bank
    other = Question.objects.create(kind=machines.kind, text="How many machines do you run?")
    forget_bank()
    keep_replies(customer, [answered(needs), QuestionReply(machines.pk, "refused")], by=rep, on=AGO)
    asking = QuestionAsking.objects.get(question=needs)
    assert (asking.fact.value, asking.fact.asked_by, asking.asked_by) == ("FKM seals", rep, rep)
    # 400 days later the answer has run out, but nobody asks again; nor by another question for what was refused.
    assert [one.pk for one in offer_questions(customer, on=TODAY)] == [hobby.pk]
    stranger = factories.make_customer()
    assert [one.kind for one in offer_questions(stranger, on=TODAY)] == [needs.kind_id, other.kind_id]


def test_put_off_it_rests(customer, rep, bank):
    needs, *_rest = bank
    keep_replies(customer, [QuestionReply(needs.pk, "put_off")], by=rep, on=TODAY)
    assert needs.pk not in [one.pk for one in offer_questions(customer, on=TODAY + timedelta(days=29))]
    assert needs.pk in [one.pk for one in offer_questions(customer, on=TODAY + timedelta(days=30))]


def test_every_question_tells_how_often_it_was_answered(customer, rep, admin, bank, signed_in):
    needs = bank[0]
    for outcome in ("answered", "answered", "refused", "put_off"):
        keep_replies(factories.make_customer(), [QuestionReply(needs.pk, outcome, "Yes")], by=rep, on=TODAY)
    forget_bank()
    rate = measure_answer_rates()[needs.pk]
    assert (rate.asked, rate.share, rate.expected) == (4, 0.5, 0.5)
    text = signed_in(admin).get(reverse("customers:question-list"), {"tag": "", "kind": needs.kind_id}).content.decode()
    assert "50%" in text


def test_the_log_box_asks_and_keeps_the_answer_with_the_contact(customer, rep, bank, signed_in):
    needs, machines, _hobby = bank
    person = factories.make_person(customer)
    browser, url = signed_in(rep), reverse("interactions:interaction-new", args=[customer.pk])
    text = browser.get(url).content.decode()
    assert needs.text in text
    sent = {"channel": "call", "outcome": "talked", "direction": "out", "person": person.pk, "note": "Called"}
    wrong = {f"answer-{needs.pk}": "FKM seals", f"answer-{machines.pk}": "a dozen"}
    refused = browser.post(url, {**sent, **wrong})
    assert refused.status_code == 422
    assert "FKM seals" in refused.content.decode()
    assert not Interaction.objects.exists()
    right = {f"answer-{needs.pk}": "FKM seals", f"answer-{machines.pk}": "", f"outcome-{machines.pk}": "refused"}
    assert browser.post(url, {**sent, **right}).status_code == 302
    fact = ProfileFact.objects.get()
    assert (fact.value, fact.person, fact.source) == ("FKM seals", person, person.name)
    assert QuestionAsking.objects.get(question=machines).outcome == "refused"
    text = browser.get(url).content.decode()
    assert needs.text not in text
    assert machines.text not in text


def test_an_admin_edits_bank_and_catalogue(admin, bank, signed_in):
    browser = signed_in(admin)
    kind = {"name": "Rivals", "value_kind": "text", "worth": 5, "is_active": "on", "use_in_talk": "on"}
    assert browser.post(reverse("customers:fact-kind-new"), {**kind, "worth": 6}).status_code == 422
    assert browser.post(reverse("customers:fact-kind-new"), kind).status_code == 302
    made = FactKind.objects.get(name="Rivals")
    asked = {"text": "Who else serves  you well?", "kind": made.pk, "tags": "rivals, , visit,rivals", "is_active": "on"}
    assert browser.post(reverse("customers:question-new"), asked).status_code == 302
    question = Question.objects.get(kind=made)
    assert (question.text, question.tags) == ("Who else serves you well?", ["rivals", "visit"])
    assert (
        'value="rivals, visit"' in browser.get(reverse("customers:question-edit", args=[question.pk])).content.decode()
    )


def test_a_company_starts_with_a_bank_that_it_may_change(db):
    QuestionAsking.objects.all().delete()
    Question.objects.all().delete()
    FactKind.objects.all().delete()
    create_default_questions()
    create_default_questions()
    assert FactKind.objects.count() == len(DEFAULT_KINDS)
    assert Question.objects.filter(tags=[]).count() == 0


def test_offering_costs_three_queries_however_large_the_bank(customer, bank):
    for number in range(40):
        Question.objects.create(kind=bank[0].kind, text=f"Question {number}?")
    forget_bank()
    offer_questions(customer, on=TODAY)
    with CaptureQueriesContext(connection) as queries:
        offer_questions(customer, on=TODAY)
    assert len(queries) <= 2


def test_the_bank_shows_each_question_whole(admin, bank, signed_in):
    Question.objects.filter(pk=bank[0].pk).update(text="What should a supplier never get wrong with you, and why? " * 2)
    page = signed_in(admin).get(reverse("customers:question-list")).content.decode()
    cell = page[: page.index("What should a supplier")].rpartition("<a ")[2]
    assert "r-words" in cell
    assert "cut" not in cell  # nothing of it is cut off
