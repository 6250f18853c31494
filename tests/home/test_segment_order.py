"""A list of one segment shows its members and nobody else, in every order, whoever moved them and whenever."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.core import job_ledger, list_paging
from crm.nightly_run import run_night
from customers.customer_freshening import freshen_customer
from customers.models import Customer
from segments.customer_pinning import end_pin, pin_customer
from segments.models import CurrentScore, Membership, ScoreShard, Segment, SegmentRule
from segments.models.score import SORTED_IN_SEGMENT
from segments.score_run import begin_run, finish_run, index_shards, work_shards
from segments.segment_assignment import assign_segments
from segments.segment_noting import are_segments_noted
from tests import factories
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 22, 2, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = MORNING.date()
SORTS = {"stake": "at_stake_cents", "sales": "sales_12m_cents", "contribution": "contribution_12m_cents"}
SORTS |= {"risk": "gap_ratio"}


@pytest.fixture(autouse=True)
def company(admin, monkeypatch, time_machine):
    """Sixty customers, those who bought for 300 or more in a year in a segment of their own, after a night."""
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    monkeypatch.setattr(list_paging, "FEW", 0)  # no list is so short that its page is put together from its keys
    monkeypatch.setattr(list_paging, "GATHERED", 0)
    large = Segment.objects.create(key="large", name="Large", priority=1)
    criteria = {"metric": "sales_12m", "operator": "at_least", "value": 300_00}
    SegmentRule.objects.create(segment=large, version=1, criteria=criteria, state="published")
    Segment.objects.create(key="rest", name="Rest", priority=9, is_fallback=True)
    make_world(customers=60)
    time_machine.move_to(MORNING)
    run_night(on=END, at=NIGHT)
    assert min(len(find_members("large")), len(find_members("rest"))) > 18, "more than a page of both"


@pytest.fixture
def walk(admin, signed_in) -> Callable[[str, str], list[int]]:
    """``walk("large", "-sales")`` are the customers on all pages of that list, from the first to the last."""
    client = signed_in(admin)

    def make(segment: str, sort: str) -> list[int]:
        found, url = [], f"?segment={segment}&sort={sort}"
        while url:
            page = client.get(f"/customers/{url}").context["list"]
            found += [row.pk for row in page.rows]
            url = page.next_url
        return found

    return make


def find_members(segment: str) -> set[int]:
    return set(Membership.objects.current().filter(segment__key=segment).values_list("customer", flat=True))


def sort_by_hand(segment: str, sort: str) -> list[int]:
    """The members as anybody would put them in order: who has no value comes last."""
    column, members = SORTS[sort.lstrip("-")], find_members(segment)
    values = dict(CurrentScore.objects.filter(customer__in=members).values_list("customer", column))
    known = sorted((value, pk) for pk, value in values.items() if value is not None)
    unknown = sorted(members - {pk for _value, pk in known})
    turn = -1 if sort.startswith("-") else 1
    return [pk for _value, pk in known][::turn] + unknown[::turn]


def assert_lists_are_right(walk) -> None:
    for segment in ("large", "rest"):
        for sort in ("-sales", "stake"):
            assert walk(segment, sort) == sort_by_hand(segment, sort), (segment, sort)


def test_every_order_by_a_score_that_the_list_offers_is_indexed_by_segment():
    assert sorted(SORTS.values()) == sorted(SORTED_IN_SEGMENT)


@pytest.mark.parametrize("sort", [turn + name for name in SORTS for turn in ("", "-")])
def test_a_list_of_one_segment_begins_with_its_members_in_every_order(sort, walk):
    with CaptureQueriesContext(connection) as queries:
        for segment in ("large", "rest"):
            assert walk(segment, sort) == sort_by_hand(segment, sort)
    assert any('"segment_number" = ' in query["sql"] for query in queries), "not from the index of the segment"


def test_where_the_scores_know_the_segment_the_order_does_not_ask_the_membership_besides(admin, signed_in):
    client = signed_in(admin)
    with CaptureQueriesContext(connection) as queries:
        client.get("/customers/?segment=large&sort=-sales")
    (page,) = [query["sql"] for query in queries if '"list_sort_value"' in query["sql"]]
    assert '"segment_number" = ' in page
    assert '"segments_membership"' not in page


@pytest.mark.parametrize("turn", ["", "-"])
def test_whoever_is_at_risk_in_a_segment_is_read_in_the_order_of_the_risk(turn, admin, signed_in):
    """By the smallest risk everybody of the segment who is not at risk stood before them."""
    rows = CurrentScore.objects.filter(segment_number=Segment.objects.get(key="rest").pk)
    high = rows.filter(pk__in=rows.order_by("-gap_ratio").exclude(gap_ratio=None).values("pk")[:5])
    high.update(risk=CurrentScore.Risk.HIGH)
    rows.exclude(pk__in=list(high.values_list("pk", flat=True))).update(risk=CurrentScore.Risk.NONE)
    expected = list(rows.filter(risk=2).order_by(f"{turn}gap_ratio", f"{turn}pk").values_list("pk", flat=True))
    client = signed_in(admin)
    client.get("/customers/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/customers/?segment=rest&risk=high&sort={turn}risk").context["list"]
    assert [row.pk for row in page.rows] == expected
    assert len(queries) <= 15
    order = rows.filter(risk=2, gap_ratio__isnull=False).order_by(f"{turn}gap_ratio", f"{turn}customer_id")[:19]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    plan = order.explain()
    assert "risk = 2" in plan.split("Index Cond")[1]
    assert "Sort  (" not in plan


def test_after_a_night_the_planner_knows_which_classes_a_segment_has_and_which_it_has_not():
    large = Segment.objects.get(key="large")
    classes, of_all = (
        set(rows.order_by().values_list("grade", flat=True).distinct())
        for rows in (CurrentScore.objects.filter(segment_number=large.pk), CurrentScore.objects.all())
    )
    assert classes < of_all, "some class is only in the other segment"

    def expect(grade: str) -> int:
        rows = CurrentScore.objects.filter(segment_number=large.pk, grade=grade)
        return json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"]

    assert {expect(grade) for grade in of_all - classes} == {1}
    counts = {grade: CurrentScore.objects.filter(segment_number=large.pk, grade=grade).count() for grade in classes}
    assert {grade: expect(grade) for grade in classes} == counts


@pytest.mark.parametrize("asked", ["grade=C", "grade=A1", "risk=watch", "below_zero=1", "grade=none"])
def test_what_is_asked_of_the_scores_besides_is_asked_within_the_segment(asked, walk):
    name, _equals, value = asked.partition("=")
    conditions = {
        "grade": {"grade__startswith": value if value != "none" else ""},
        "risk": {"risk": CurrentScore.Risk.WATCH},
        "below_zero": {"contribution_12m_cents__lt": 0},
    }
    found = set(CurrentScore.objects.filter(**conditions[name]).values_list("customer", flat=True))
    for segment in ("large", "rest"):
        expected = [pk for pk in sort_by_hand(segment, "-sales") if pk in found]
        assert walk(f"{segment}&{asked}", "-sales") == expected
        assert set(walk(f"{segment}&{asked}", "name")) == set(expected)


def test_who_is_pinned_stands_in_the_lists_of_his_segment_at_once_and_in_those_of_the_other_no_more(walk, lead):
    customer = Customer.objects.get(pk=walk("rest", "-sales")[0])
    large = Segment.objects.get(key="large")
    until = TODAY + timedelta(30)
    pin = pin_customer(customer, segment=large, reason="Growing", expires_on=until, by=lead, on=TODAY, at=MORNING)
    assert customer.pk in walk("large", "-sales")
    assert customer.pk not in walk("rest", "-sales")
    assert_lists_are_right(walk)
    end_pin(pin, on=TODAY, at=MORNING)
    assert customer.pk in walk("rest", "-sales")
    assert_lists_are_right(walk)


def test_an_order_that_lifts_a_customer_over_the_limit_is_seen_in_the_lists_at_once(walk):
    smallest = Customer.objects.get(pk=walk("rest", "sales")[0])
    factories.make_order(smallest, TODAY, 90_000_00)
    freshen_customer(smallest.pk, at=MORNING)
    assert walk("large", "-sales")[0] == smallest.pk
    assert_lists_are_right(walk)


def test_who_came_by_day_and_was_never_scored_stands_behind_those_with_figures(walk, lead):
    newcomer = factories.make_customer(name="New today")
    large = Segment.objects.get(key="large")
    until = TODAY + timedelta(30)
    pin_customer(newcomer, segment=large, reason="Promised", expires_on=until, by=lead, on=TODAY, at=MORNING)
    assert walk("large", "-sales")[-1] == newcomer.pk
    freshen_customer(newcomer.pk, at=MORNING)
    assert newcomer.pk in walk("large", "-sales")
    assert_lists_are_right(walk)


def test_while_the_night_moves_customers_nobody_is_missing_from_a_list(walk, lead):
    grown, pinned = (Customer.objects.get(pk=pk) for pk in walk("rest", "-sales")[:2])
    factories.make_order(grown, TODAY, 90_000_00)
    run = begin_run(on=TODAY)
    work_shards(run)
    large, until = Segment.objects.get(key="large"), TODAY + timedelta(30)
    pin_customer(pinned, segment=large, reason="Growing", expires_on=until, by=lead, on=TODAY, at=MORNING)
    finish_run(run)
    assert_lists_are_right(walk)
    freshen_customer(grown.pk, at=MORNING)
    assign_segments(on=TODAY)
    assert {grown.pk, pinned.pk} <= set(walk("large", "-sales"))
    assert not are_segments_noted()
    assert_lists_are_right(walk)
    index_shards(run)
    assert are_segments_noted()
    assert_lists_are_right(walk)


def test_a_night_that_goes_on_after_its_indexes_were_made_leaves_no_list_wrong(walk):
    customer = Customer.objects.get(pk=walk("large", "sales")[0])
    SegmentRule.objects.update(criteria={"metric": "sales_12m", "operator": "at_least", "value": 90_000_000_00})
    assert assign_segments(on=TODAY).moved > 0
    assert customer.pk in walk("rest", "-sales")
    assert walk("large", "-sales") == []
    assert_lists_are_right(walk)


def test_in_a_night_whoever_is_asked_for_by_class_is_found_in_the_segment_he_was_moved_to(walk):
    customer = walk("large", "sales")[0]
    ScoreShard.objects.update(noted_at=None)
    SegmentRule.objects.update(criteria={"metric": "sales_12m", "operator": "at_least", "value": 90_000_000_00})
    assign_segments(on=TODAY)
    grade = CurrentScore.objects.get(customer=customer).grade
    assert customer in walk(f"rest&grade={grade}", "-sales")
    assert walk(f"large&grade={grade}", "-sales") == []


def test_before_the_first_night_of_a_new_release_the_lists_are_as_right_as_they_were(walk):
    ScoreShard.objects.update(noted_at=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE segments_current_score SET segment_number = 0")
    assert_lists_are_right(walk)
