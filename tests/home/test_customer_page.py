"""One customer on one screen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from complaints.models import Complaint
from crm.home.customer_state import describe_sales
from customers.models import ContactPoint, CostRate, ProfileFact, PurchaseDay
from interactions.models import Alert, Interaction, Promise
from segments.models import CurrentScore, Membership, Pin, Segment
from tests import factories
from tests.score_factory import make_score


@pytest.fixture
def open_page(signed_in):
    def open_it(user, customer, part="", **query):
        name, args = ("home:customer-part", [customer.pk, part]) if part else ("home:customer-page", [customer.pk])
        return signed_in(user).get(reverse(name, args=args), query)

    return open_it


def test_a_customer_with_nothing_known_shows_what_comes_next(rep, customer, open_page):
    text = open_page(rep, customer).content.decode()
    for words in (customer.name, "Not scored yet", "No contact on record yet", "Nobody known here yet"):
        assert words in text


def test_a_silence_that_was_usual_on_the_evening_of_the_figures_is_not_called_rare_or_frequent(
    admin, customer, open_page
):
    """Who buys every day bought on that evening; three nights were missed since, so how rare this is nobody knows."""
    bought = timezone.localdate() - timedelta(3)
    figures = {"purchase_days": 420, "mean_gap_days": 1.0, "last_day": bought, "as_of": bought, "gap_days": 0}
    make_score(customer, **figures, gap_ratio=0.0, surprise=1.0)
    text = open_page(admin, customer).text
    assert "last bought 3 days ago, 3.0× the usual gap" in text
    assert "silent so long" not in text
    CurrentScore.objects.filter(customer=customer).update(gap_ratio=2.0, surprise=0.02)
    assert "is silent so long about 2 times in 100" in open_page(admin, customer).text


def test_an_archived_customer_is_brought_back_by_one_click_and_nothing_is_missed_there(lead, customer, open_page):
    assert "Nothing is planned next" in open_page(lead, customer, "steps").text
    customer.archived_at = timezone.now()
    customer.save()
    head = open_page(lead, customer).text.partition('id="customer-menu"')[0]
    assert f'action="{reverse("customers:customer-restore", args=[customer.pk])}"' in head
    assert "Nothing is planned next" not in open_page(lead, customer, "steps").text


def test_the_page_says_how_we_stand_what_we_owe_and_who_is_there(rep, customer, open_page):
    premium = Segment.objects.create(key="premium", name="Premium", mark="premium", priority=1, cadence_days=30)
    Membership.objects.create(customer=customer, segment=premium, since="2026-01-01", reason="sales above 75,000")
    make_score(customer, last_day=timezone.localdate() - timedelta(days=62))
    person = factories.make_person(customer, job_title="head of purchasing", is_main=True)
    ContactPoint.objects.create(
        customer=customer, person=person, kind="phone", value="+45 86 12 34 56", value_normal="+4586123456"
    )
    now = timezone.now()
    Interaction.objects.create(
        customer=customer,
        person=person,
        channel="call",
        happened_at=now,
        logged_by=rep,
        note="Wants the cause",
    )
    Promise.objects.create(customer=customer, side="ours", text="Price hold to December", owner=rep, due_on=now.date())
    Promise.objects.create(customer=customer, side="theirs", text="Invoices split by plant", owner=rep)
    ProfileFact.objects.create(customer=customer, label="Needs", value="FKM seals", told_on="2024-01-01", source="Lars")
    text = open_page(rep, customer).content.decode()
    for words in (
        "€148,320",
        "€35,138",
        "62 days",
        "26% less than the year before",
        "Premium",
        "sales above 75,000",
        "Søren Holm",
        "tel:+4586123456",
        "Wants the cause",
        "Price hold to December",
        "Invoices split by plant",
        "FKM seals",
        "old",
        "A1",
    ):
        assert words in text, words


def test_what_was_sold_and_what_is_left_of_it_are_not_taken_for_each_other(rep, customer, open_page):
    make_score(customer, sales_12m_cents=708_600, sales_before_12m_cents=502_600, contribution_12m_cents=229_400)
    said = "€7,086 in 12 months, 41% more than the year before; after goods and service €2,294 of it is left."
    assert said in open_page(rep, customer).text.replace("<b>", "").replace("</b>", "")

    def say(sales, before, left):
        figures = CurrentScore(sales_12m_cents=sales, sales_before_12m_cents=before, contribution_12m_cents=left)
        return describe_sales(figures).replace("<b>", "").replace("</b>", "")

    assert say(708_600, 0, 1) == "Bought for €7,086 in 12 months; after goods and service €0 of it is left."
    assert say(10_000, 10_100, -4_000).endswith("much as the year before; goods and service cost €40 more than that.")
    assert say(0, 50_000, -4_000) == "Bought nothing in 12 months, after €500 the year before. Serving it cost €40."
    assert say(0, 0, 0) == "Bought nothing in 12 months."
    assert say(-2_000, 0, -6_000) == "Sent back €20 more than was bought in 12 months."


def test_the_first_paint_costs_at_most_twelve_queries(rep, customer, signed_in):
    browser = signed_in(rep)
    url = reverse("home:customer-page", args=[customer.pk])
    make_score(customer)
    browser.get(url)
    for number in range(5):
        person = factories.make_person(customer, name=f"Person {number}")
        ContactPoint.objects.create(customer=customer, person=person, kind="web", value="a", value_normal=f"{number}")
        Interaction.objects.create(customer=customer, person=person, channel="call", happened_at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    assert len(queries) <= 12, [query["sql"][:140] for query in queries]


def test_the_statement_adds_up_to_the_cent(rep, customer, open_page):
    today = timezone.localdate()
    day = today - timedelta(days=30)
    CostRate.objects.create(work="order", cents_each=1_800, valid_from="2020-01-01")
    PurchaseDay.objects.create(customer=customer, day=day, amount_cents=100_033, cost_cents=60_011, orders=2, lines=2)
    PurchaseDay.objects.create(
        customer=customer, day=day - timedelta(days=3), amount_cents=-10_001, cost_cents=-6_000, orders=1, lines=1
    )
    PurchaseDay.objects.create(
        customer=customer, day=today - timedelta(days=400), amount_cents=7, cost_cents=1, orders=1, lines=1
    )
    answer = open_page(rep, customer, "value")
    statement = answer.context["statement"]
    assert (statement.sales_cents, statement.returns_cents, statement.goods_cents) == (100_033, -10_001, 54_011)
    assert statement.contribution_cents == statement.net_cents - statement.goods_cents - sum(
        part.cents for part in statement.service
    )
    text = answer.content.decode()
    assert "1,000.33" in text
    assert "−100.01" in text


def test_the_timeline_shows_everything_once_newest_first_page_by_page(rep, customer, open_page):
    now = timezone.now()
    for number in range(40):
        at = now - timedelta(hours=20 * number)
        Interaction.objects.create(customer=customer, channel="call", happened_at=at, note=f"talk {number}")
        factories.make_order(customer, (now - timedelta(days=number)).date(), number=f"R-{number}")
    seen, after = [], ""
    while True:
        answer = open_page(rep, customer, "timeline", **({"after": after} if after else {}))
        seen += [(entry.at, entry.what, entry.text) for entry in answer.context["entries"]]
        after = answer.context["more"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 80
    assert [at for at, *_rest in seen] == sorted((at for at, *_rest in seen), reverse=True)


def test_the_timeline_writes_days_as_people_do(rep, customer, open_page):
    Pin.objects.create(customer=customer, grade="A1", reason="theirs to win", pinned_by=rep, expires_on="2027-05-21")
    text = open_page(rep, customer, "timeline").content.decode()
    assert "until 21 May 2027" in text
    assert "2027-05-21" not in text


def test_the_timeline_says_why_an_alert_came_and_leads_to_what_it_tells(rep, customer, open_page):
    trigger = factories.make_trigger()
    for number, state in enumerate((Alert.State.OPEN, Alert.State.HELD_OUT)):
        day = timezone.localdate() - timedelta(days=number)
        Alert.objects.create(customer=customer, trigger=trigger, period=day, day=day, state=state)
    case = Complaint.objects.create(customer=customer, title="wrong seal", taken_at=timezone.now())
    Interaction.objects.create(
        customer=customer, channel="call", happened_at=timezone.now(), note="kept", override_reason="Line stands still"
    )
    answer = open_page(rep, customer, "timeline")
    alerts = [entry for entry in answer.context["entries"] if entry.icon == "bolt"]
    assert [entry.url for entry in alerts] == [reverse("interactions:alert-why", args=[Alert.objects.first().pk])]
    text = answer.content.decode()
    assert "Against their wish: Line stands still" in text
    assert reverse("complaints:complaint-detail", args=[case.pk]) in text


@pytest.mark.parametrize("after", ["x", "W10", "bnVsbA", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwxLDFd", "ä", "%00"])
def test_a_forged_place_in_the_timeline_is_its_beginning(rep, customer, open_page, after):
    factories.make_order(customer, timezone.localdate())
    assert len(open_page(rep, customer, "timeline", after=after, kind="nonsense").context["entries"]) == 1


def test_a_part_that_does_not_exist_is_not_found(rep, customer, open_page):
    assert open_page(rep, customer, "secrets").status_code == 404


@pytest.mark.parametrize("name", ["א" * 300, "<img src=x onerror=alert(1)>", "😀 & Söhne", "x" * 300, "{{ 7*7 }}"])
def test_any_name_is_shown_as_it_is(rep, customer, open_page, name):
    customer.name = name
    customer.save()
    text = open_page(rep, customer).content.decode()
    assert "<img src=x" not in text
    assert escape(name) in text
