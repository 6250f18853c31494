"""A rule keeps the same customers in a list however the database is asked for them: all together, or one by one."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from crm.core import few_finding, list_gathering, list_paging
from crm.core.edge_finding import begin_at_edge
from crm.core.few_finding import read_keys
from crm.core.list_engine import write_token
from crm.core.local_time import company_day
from crm.core.metric_catalogue import METRICS
from crm.core.single_asking import asking_among, asking_singly, can_be_asked_singly, list_conditions
from crm.home.customer_rule import filter_by_rule, write_rule
from crm.home.metric_columns import read_metrics
from crm.home.order_list import ORDERS
from customers.models import ContactPoint, Customer, CustomerNeed, CustomerTag, Need, Order, Tag
from customers.purchase_day_rebuild import rebuild_purchase_days
from interactions.models import Interaction
from segments.rules.criteria_evaluation import holds
from tests import factories
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db
OPERATORS = {
    "text": ("is", "is_not", "contains", "known", "unknown"),
    "choice": ("is", "none_of", "known"),
    "flag": ("yes", "no"),
    "date": ("before", "on", "unknown"),
}
NUMBERS = ("at_least", "at_most", "unknown")


@pytest.fixture
def company(rep):
    """One of whom nothing is known, and four of whom there is ever more of everything."""
    today, now = company_day(timezone.now()), timezone.now()
    tags = [Tag.objects.create(name=name, name_folded=name.lower()) for name in ("Fair", "Key account")]
    needs = [Need.objects.create(name=name) for name in ("Quiet pumps", "Spare parts")]
    segment = factories.make_segment()
    factories.make_customer(name="Nothing", owner=rep, team=rep.team, city="", industry="")
    for many in range(1, 5):
        country, who = ("DE", "De", "dE", "NO")[many - 1], {"owner": rep, "team": rep.team, "stage": "customer"}
        one = factories.make_customer(name=f"Of {many}", city="Berlin", country=country, **who)
        make_score(one, risk=many - 1, grade=("A1", "A2", "B1", "C2")[many - 1], sales_12m_cents=many * 1000)
        factories.put_in_segment(one, segment, since=today - timedelta(days=many))
        person = factories.make_person(one)
        ContactPoint.objects.create(customer=one, person=person, kind="email", value="a@b.example", value_normal="a")
        for nth in range(many):
            at = now - timedelta(days=40 * nth)
            factories.make_order(one, today - timedelta(days=10 * nth), -500 if nth == 3 else 1000 * many)
            Interaction.objects.create(customer=one, channel="call", happened_at=at, outcome="talked", minutes=20)
            factories.make_task(one, due_at=at)
            if nth < 3:
                Complaint.objects.create(customer=one, title="Late", taken_at=at, kind="complaint")
            if nth < 2:
                CustomerTag.objects.create(customer=one, tag=tags[nth])
                CustomerNeed.objects.create(
                    customer=one, need=needs[nth], is_met=nth == 0, noted_on=today, evidence="said"
                )
    rebuild_purchase_days(at=now)
    return today


def find(rule, *, key="pk", rows=None):
    rows = Customer.objects.all() if rows is None else rows
    return filter_by_rule(rows, write_rule(rule), None, key=key)


def list_rules(values):
    """Conditions on every figure, at what the customers have: so that each holds for some where they differ."""
    for metric in METRICS.offered():
        known = sorted({row[metric.name] for row in values.values() if row[metric.name] not in (None, "")}, key=str)
        one = known[len(known) // 2] if known else {"text": "x", "date": date(2026, 1, 1)}.get(str(metric.kind), 1)
        one = one.isoformat() if isinstance(one, date) else one
        if metric.kind == "choice":
            one = one if known else metric.choices[0][0]
        for operator in OPERATORS.get(str(metric.kind), NUMBERS):
            numbers = (one,) if metric.kind in OPERATORS else (one, 0)
            for value in numbers:
                rule = {"metric": metric.name, "operator": operator}
                if operator not in {"yes", "no", "known", "unknown"}:
                    rule["value"] = [value] if operator == "none_of" else float(value) if numbers != (one,) else value
                yield rule


def test_every_figure_keeps_whom_it_holds_for_asked_together_and_one_by_one(company):
    names = [metric.name for metric in METRICS.offered()]
    values = read_metrics(list(Customer.objects.values_list("pk", flat=True)), names, on=company)
    told_apart, singly, alone = set(), set(), set()
    for rule in list_rules(values):
        expected = {pk for pk, row in values.items() if holds(rule, row, today=company, catalogue=METRICS)}
        rows = find(rule)
        assert set(rows.values_list("pk", flat=True)) == expected, rule
        for one in list_conditions(rows):
            if one.alone is not None:
                found = {id(one.alone): read_keys(one.alone, most=len(values))}
                assert set(found[id(one.alone)]) == expected, rule
                with asking_among(found):
                    assert set(rows.values_list("pk", flat=True)) == expected, rule
                alone.add(rule["metric"])
        if can_be_asked_singly(rows):
            with asking_singly():
                assert set(rows.values_list("pk", flat=True)) == expected, rule
                assert set(find({"not": rule}).values_list("pk", flat=True)) == set(values) - expected, rule
            singly.add(rule["metric"])
        if 0 < len(expected) < len(values):
            told_apart.add(rule["metric"])
    everywhere = {"contacts_12m", "open_tasks", "complaints_12m", "needs", "tags", "risk", "abc", "city", "country"}
    assert everywhere <= told_apart
    assert {"contacts_12m", "open_tasks", "complaints_12m", "needs", "tags", "service_cost_returns"} <= singly
    assert {"contacts_12m", "sales_12m", "risk", "city", "days_in_segment", "days_since_order"} <= alone
    assert not singly & {"risk", "grade", "city", "sales_12m", "has_email"}, "they are in the list already"


def test_the_database_is_told_the_zone_of_the_company_and_so_when_its_days_begin(company):
    for figure, operator in (
        ("contacts_12m", "at_least"),
        ("days_since_contact", "at_most"),
        ("open_tasks", "at_least"),
    ):
        for is_single in (False, True):
            with asking_singly(is_single):
                assert "core_businesssetting" not in str(
                    find({"metric": figure, "operator": operator, "value": 3}).query
                )


RARE = {"metric": "contacts_12m", "operator": "at_least", "value": 3}


@pytest.mark.parametrize("sort", ["name", "-sales"])
@pytest.mark.parametrize("is_walked", [True, False])
def test_a_page_of_a_rule_is_the_same_walked_and_gathered(company, rep, signed_in, sort, is_walked, monkeypatch):
    monkeypatch.setattr(list_paging, "FEW", 0)
    monkeypatch.setattr(list_paging, "GATHERED", 0)
    monkeypatch.setattr(few_finding, "GATHERED", 0)
    if not is_walked:
        monkeypatch.setattr(list_gathering.cache, "get", lambda name, *args: 0 if "gathered" in str(name) else None)
    client = signed_in(rep)
    both = {"all": [RARE, {"metric": "city", "operator": "is", "value": "BERLIN"}]}
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("home:customer-list"), {"rule": json.dumps(both), "sort": sort}).context["list"]
    expected = sorted(["Of 3", "Of 4"], reverse=sort == "-sales")
    assert [row.name for row in page.rows] == expected
    page_asked = [q["sql"] for q in queries if "customers_customer" in q["sql"] and "ORDER BY" in q["sql"]]
    assert any("LATERAL" in sql for sql in page_asked) or not is_walked


def test_whom_a_rare_condition_names_are_found_before_their_order_is_asked(company, rep, signed_in, monkeypatch):
    """Who had three contacts, by name, where a walk was given up: the contacts alone say who, and only they are sorted;
    of more than a few all is asked at once, as ever."""
    monkeypatch.setattr(list_paging, "FEW", 0)
    monkeypatch.setattr(list_paging, "GATHERED", 0)
    monkeypatch.setattr(few_finding, "GATHERED", 0)
    monkeypatch.setattr(list_gathering.cache, "get", lambda name, *args: 0 if "gathered" in str(name) else None)
    for most in (few_finding.MOST, 1):
        monkeypatch.setattr(few_finding, "MOST", most)
        with CaptureQueriesContext(connection) as queries:
            page = signed_in(rep).get(reverse("home:customer-list"), {"rule": json.dumps(RARE), "sort": "name"})
        assert [row.name for row in page.context["list"].rows] == ["Of 3", "Of 4"]
        asked = [q["sql"] for q in queries if "ORDER BY GREATEST" in q["sql"]]
        assert asked
        assert all(("interactions_interaction" in sql) is (most == 1) for sql in asked)


@pytest.mark.parametrize("sort", ["day", "-day", "number"])
def test_orders_of_many_begin_where_the_first_of_them_can_stand(company, rep, signed_in, sort, monkeypatch):
    """By day that is found customer by customer and no order is gathered, a later page begins where the last one ended;
    there is no index of a customer's numbers. Of nobody there is nothing to walk through."""
    for place, name, value in (
        (list_paging, "FEW", 0),
        (list_paging, "GATHERED", 0),
        (few_finding, "GATHERED", -1),
        (few_finding, "MOST", -1),
    ):
        monkeypatch.setattr(place, name, value)
    monkeypatch.setattr(list_gathering.cache, "get", lambda name, *args: 0 if "gathered" in str(name) else None)
    value_of = (lambda one: one.number) if sort == "number" else (lambda one: one.day)
    expected = sorted(
        Order.objects.filter(customer__name__in=["Of 3", "Of 4"]),
        key=lambda one: (value_of(one), one.pk),
        reverse=sort.startswith("-"),
    )
    assert len(expected) == 7
    for after in (None, expected[2]):
        asked_for = {"rule": json.dumps(RARE), "sort": sort}
        if after:
            asked_for["after"] = write_token(sort, value_of(after), after.pk)
        with CaptureQueriesContext(connection) as queries:
            page = signed_in(rep).get(reverse("home:order-list"), asked_for).context["list"]
        assert [row.pk for row in page.rows] == [one.pk for one in (expected[3:] if after else expected)]
        asked = [query["sql"] for query in queries]
        assert any("(first.value)" in sql for sql in asked) is (sort != "number" and after is None)
        assert any("ORDER BY GREATEST" in sql for sql in asked) is (sort == "number")
    nobody = find({**RARE, "value": 9}, key="customer", rows=Order.objects.all())
    if sort != "number":
        assert begin_at_edge(nobody, ORDERS.sort_column(sort), downward=sort == "-day").query.is_empty()


def test_a_rule_of_two_figures_begins_with_the_one_that_few_have(company, rep, signed_in):
    Customer.objects.filter(name="Of 3").update(industry="Smokehouse")
    both = {"all": [RARE, {"metric": "industry", "operator": "is", "value": "smokehouse"}]}
    with CaptureQueriesContext(connection) as queries:
        page = signed_in(rep).get(reverse("home:customer-list"), {"rule": json.dumps(both)}).context["list"]
    assert [row.name for row in page.rows] == ["Of 3"]
    assert any(q["sql"].startswith("SELECT") and "unnest('{" in q["sql"] for q in queries)


def test_what_belongs_to_customers_follows_the_rule_too(company):
    people = find(RARE, key="customer", rows=Customer.objects.get(name="Of 3").people.all())
    with asking_singly():
        assert people.count() == 1
    nobody = find(RARE, key="customer", rows=Customer.objects.get(name="Of 2").people.all())
    with asking_singly():
        assert not nobody.exists()
