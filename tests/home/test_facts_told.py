"""What customers told us, by how it came and how old it is, and which questions are answered: counts by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from crm.home.facts_told import count_answers, count_facts
from customers.models import FactKind, ProfileFact, Question, QuestionAsking
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 12, tzinfo=UTC))
    cache.clear()


def tell(customer, label, *, days=10, **fields):
    told_on = TODAY - timedelta(days=days)
    return ProfileFact.objects.create(customer=customer, label=label, value="x", told_on=told_on, **fields)


@pytest.fixture
def question(db):
    kind = FactKind.objects.create(name="Machines", value_kind="text")
    return Question.objects.create(text="What made this year a good one?", kind=kind)


def ask(customer, question, outcome, **fields):
    return QuestionAsking.objects.create(
        customer=customer, question=question, outcome=outcome, asked_on=TODAY, **fields
    )


def test_the_newest_of_each_fact_is_counted_where_it_came_from_and_by_age(customer, rep, admin, question):
    person = factories.make_person(customer)
    tell(customer, "Rivals", days=900, asked_by=rep)  # its history
    tell(customer, "Rivals", days=181, asked_by=rep)
    tell(customer, "Hobby", days=364, person=person, asked_by=rep)
    tell(customer, "Sites", days=365)
    tell(customer, "Fleet", days=731, asked_by=rep)
    tell(customer, "Budget", days=20, valid_until=TODAY - timedelta(days=1), asked_by=rep)
    tell(customer, "Gone", days=20, withdrawn_on=TODAY, asked_by=rep)
    ask(customer, question, "answered", fact=tell(customer, "Machines", asked_by=rep))
    rows = {str(row.label): row.counts for row in count_facts(admin, team=None, on=TODAY)}
    assert rows == {
        "Answers to our questions": [1, 0, 0, 0, 0],
        "Told by somebody we know": [0, 1, 0, 0, 0],
        "Noted by a colleague": [1, 0, 0, 1, 1],
        "From elsewhere": [0, 0, 1, 0, 0],
        "All": [2, 1, 1, 1, 1],
    }


def test_each_question_with_the_share_that_answered(customer, admin, question):
    others = [factories.make_customer() for _nth in range(3)]
    for one, outcome in zip([customer, *others], ["answered", "refused", "put_off", "answered"], strict=True):
        ask(one, question, outcome)
    (row,) = count_answers(admin, team=None)
    assert (row.text, row.rate.asked, row.rate.refused, row.rate.put_off) == (question.text, 4, 1, 1)
    assert row.rate.share == 0.5


def test_a_manager_counts_his_teams_and_an_admin_one_team_or_all(customer, other_rep, lead, admin, north, south):
    foreign = factories.make_customer(owner=other_rep, team=south)
    for one in (customer, foreign):
        tell(one, "Rivals")
    assert [row.total for row in count_facts(lead, team=None, on=TODAY)] == [1, 1]
    assert [row.total for row in count_facts(admin, team=None, on=TODAY)] == [2, 2]
    assert [row.total for row in count_facts(admin, team=south, on=TODAY)] == [1, 1]


def test_the_page_names_figures_and_questions_and_is_part_of_data_health(customer, admin, question, signed_in):
    browser = signed_in(admin)
    empty = browser.get(reverse("home:facts-told")).content.decode()
    assert "Nothing is noted yet" in empty
    assert "No question was asked yet" in empty
    cache.clear()
    tell(customer, "Rivals")
    ask(customer, question, "answered")
    page = browser.get(reverse("home:facts-told")).content.decode()
    for words in ("From elsewhere", "No longer sure", question.text, "100%", "The bank of questions"):
        assert words in page
    card = browser.get(reverse("home:facts-told"), headers={"HX-Request": "true"}).content.decode()
    assert question.text in card
    assert "<html" not in card
