"""The list of customers: who is shown to whom, narrowed and sorted how."""

import json
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from interactions.models import Interaction, Task
from segments.models import Membership, Segment
from tests import factories
from tests.query_count_lists.home import make_scored_customers
from tests.score_factory import make_score


@pytest.fixture
def open_list(signed_in):
    def open_it(user, **query):
        return signed_in(user).get(f"{reverse('home:customer-list')}?{urlencode(query)}")

    return open_it


def names(answer):
    return [row.name for row in answer.context["list"].rows]


@pytest.fixture
def premium(db):
    return Segment.objects.create(key="premium", name="Premium", mark="premium", priority=1, cadence_days=30)


def join(customer, segment):
    return Membership.objects.create(customer=customer, segment=segment, since="2026-01-01")


def test_a_rep_sees_the_customers_of_his_team_and_no_others(rep, customer, foreign_customer, open_list):
    text = open_list(rep).content.decode()
    assert customer.name in text
    assert foreign_customer.name not in text


def test_the_most_at_stake_stand_first_and_those_without_a_score_last(rep, customer, open_list):
    small = factories.make_customer(name="Small", owner=rep, team=rep.team)
    factories.make_customer(name="Never scored", owner=rep, team=rep.team)
    make_score(customer)
    make_score(small, at_stake_cents=100)
    assert names(open_list(rep)) == [customer.name, "Small", "Never scored"]
    assert names(open_list(rep, sort="name")) == [customer.name, "Never scored", "Small"]


def test_a_row_says_value_silence_risk_and_what_is_next(rep, customer, premium, open_list):
    join(customer, premium)
    make_score(customer, last_day=timezone.localdate() - timedelta(days=62))
    text = open_list(rep).content.decode()
    for words in ("A1", "Premium", "148,320", "35,138", "62 d", "3.4×", "6,420", "no step planned", "Ana Ribeiro"):
        assert words in text
    due = timezone.now() + timedelta(days=3)
    Task.objects.create(customer=customer, kind="follow_up", title="Visit in Aarhus", due_at=due, assignee=rep)
    assert "Visit in Aarhus" in open_list(rep).content.decode()


def test_a_link_from_a_dashboard_leads_to_the_customers_behind_the_figure(rep, customer, premium, open_list):
    join(customer, premium)
    make_score(customer)
    factories.make_customer(name="Other", owner=rep, team=rep.team)
    for query in (
        {"segment": "premium", "grade": "A", "risk": "high"},
        {"grade": "A1"},
        {"owner": "me", "stage": "customer", "q": "kjeld"},
        {"team": rep.team_id, "q": customer.number},
    ):
        assert customer.name in names(open_list(rep, **query)), query
    assert names(open_list(rep, segment="premium")) == [customer.name]
    assert names(open_list(rep, grade="B")) == []


def test_a_segment_is_asked_for_by_its_number_of_which_the_database_knows_how_many_it_holds(
    rep, customer, premium, open_list
):
    join(customer, premium)
    assert names(open_list(rep, segment="premium")) == [customer.name]
    with CaptureQueriesContext(connection) as queries:
        assert names(open_list(rep, segment="premium")) == [customer.name]
    asked = [query["sql"] for query in queries if "segments_membership" in query["sql"]]
    assert asked
    assert not any("premium" in sql for sql in asked)


def test_names_are_found_without_accents_or_case(rep, open_list):
    factories.make_customer(name="Zakłady Metalowe Świętochłowice", owner=rep, team=rep.team)
    assert names(open_list(rep, q="SWIETOCHLOWICE")) == ["Zakłady Metalowe Świętochłowice"]
    assert names(open_list(rep, q="za")) == ["Zakłady Metalowe Świętochłowice"]


def test_whoever_nobody_spoke_to_within_the_rhythm_of_the_segment_is_overdue(rep, customer, premium, open_list):
    join(customer, premium)
    spoken = factories.make_customer(name="Spoken to", owner=rep, team=rep.team)
    join(spoken, premium)
    yesterday = timezone.now() - timedelta(days=1)
    Interaction.objects.create(customer=spoken, channel="call", happened_at=yesterday, logged_by=rep)
    Interaction.objects.create(customer=customer, channel="call", happened_at=yesterday - timedelta(days=40))
    Interaction.objects.create(customer=customer, channel="call", happened_at=yesterday, outcome="not_reached")
    assert names(open_list(rep, overdue="1")) == [customer.name], "a call that reached nobody is no talk"
    Interaction.objects.create(customer=customer, channel="mail", happened_at=yesterday, outcome="message")
    assert names(open_list(rep, overdue="1")) == []
    quarterly = Segment.objects.create(key="standard", name="Standard", mark="standard", priority=2, cadence_days=90)
    seldom = Segment.objects.create(key="low-cost", name="Low cost", mark="low-cost", priority=3, cadence_days=None)
    for segment, days in ((quarterly, 80), (quarterly, 100), (seldom, 400), (premium, 31)):
        one = factories.make_customer(name=f"{segment.name} {days}", owner=rep, team=rep.team)
        join(one, segment)
        talked_at = timezone.now() - timedelta(days=days)
        Interaction.objects.create(customer=one, channel="visit", happened_at=talked_at, outcome="talked")
    assert names(open_list(rep, overdue="1", sort="name")) == ["Premium 31", "Standard 100"]
    assert names(open_list(rep, overdue="1", segment="standard")) == ["Standard 100"]
    with CaptureQueriesContext(connection) as queries:
        open_list(rep, overdue="1", sort="name")
    asked = [query["sql"] for query in queries if "happened_at" in query["sql"] and "cadence" not in query["sql"]]
    assert max(sql.count('"interactions_interaction"') for sql in asked) < 10, "not read once more for each segment"


def test_whose_owner_has_left_is_looked_after_by_nobody(lead, rep, customer, open_list):
    assert names(open_list(lead, nobody="1")) == []
    rep.is_active = False
    rep.save()
    assert names(open_list(lead, nobody="1")) == [customer.name]


def test_archived_customers_are_shown_only_where_they_are_asked_for(rep, customer, open_list):
    customer.archived_at = timezone.now()
    customer.save()
    assert names(open_list(rep)) == []
    assert names(open_list(rep, archived="1")) == [customer.name]


@pytest.mark.parametrize(
    "query",
    [
        {"owner": "x"},
        {"owner": "9" * 40},
        {"team": "-1"},
        {"grade": "Z"},
        {"risk": "9"},
        {"segment": "' or 1=1"},
        {"q": "\x00"},
        {"q": "%_\\"},
        {"q": "😀" * 300},
        {"country": "<b>"},
        {"sort": "owner__password"},
        {"after": "AAAA"},
        {"before": "W10"},
        {"archived": "2"},
    ],
)
def test_no_query_string_breaks_the_list(rep, customer, open_list, query):
    assert open_list(rep, **query).status_code == 200


def test_a_rule_of_the_grammar_narrows_the_list_and_is_read_aloud(rep, customer, open_list):
    make_score(customer)
    other = factories.make_customer(name="Small", owner=rep, team=rep.team)
    make_score(other, sales_12m_cents=100)
    rule = {"all": [{"metric": "sales_12m", "operator": "at_least", "value": 1_000_000}]}
    answer = open_list(rep, rule=json.dumps(rule))
    assert names(answer) == [customer.name]
    assert "10,000" in answer.content.decode()


@pytest.mark.parametrize(
    "rule", ["{", "[]", "1", '{"metric": "nonsense"}', '{"all": ' * 900, '{"metric": "sales_12m", "operator": "%s"}']
)
def test_a_rule_that_is_none_is_left_out(rep, customer, open_list, rule):
    assert names(open_list(rep, rule=rule)) == [customer.name]


def test_names_with_markup_are_shown_as_text(rep, open_list):
    factories.make_customer(name="<script>alert(1)</script>", owner=rep, team=rep.team)
    assert "<script>alert" not in open_list(rep).content.decode()


def test_what_the_browser_remembers_is_the_short_address(rep, customer, signed_in):
    asked = {"q": "kjeld", "segment": "", "grade": "", "owner": "me", "sort": "name"}
    answer = signed_in(rep).get(
        reverse("home:customer-list"), asked, headers={"HX-Request": "true", "HX-Target": "rows"}
    )
    assert answer["HX-Push-Url"] == "/customers/?q=kjeld&owner=me&sort=name"


def test_a_full_page_of_rows_stays_small(rep, signed_in):
    make_scored_customers(30, SimpleNamespace(rep=rep))
    assert len(signed_in(rep).get(reverse("home:customer-list")).content) < 60_000


def test_a_full_page_of_the_longest_names_stays_small(admin, rep, signed_in):
    make_scored_customers(30, SimpleNamespace(rep=rep))
    name = "Hüttenwerke Oberrhein Zulieferung, Instandhaltung und Anlagenbau Gesellschaft mbH & Co. KG"
    Customer.objects.update(name=name)
    Task.objects.update(title="Ask what success looks like for them in the coming year, and who decides on it")
    page = signed_in(admin).get(reverse("home:customer-list") + "?segment=premium&sort=-sales").content
    assert page.count(b"<tr data-row") == 18
    assert len(page) < 60_000
