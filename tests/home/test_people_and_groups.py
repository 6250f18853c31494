"""People who move and keep their history; customers who belong together and go by several names."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.home.customer_group import load_group
from crm.home.search_finders import find_matches
from customers.custom_field_defining import FieldWish, add_field
from customers.custom_value_keeping import set_custom_values
from customers.customer_merging import merge_customers, take_apart
from customers.group_joining import GroupRefused, add_trading_name, join_group, leave_group
from customers.models import ContactPoint, Customer, CustomValueSet, Order, Person, TradingName
from customers.person_moving import MoveRefused, list_stations, move_person
from interactions.models import Interaction, Task
from tests import factories
from tests.customers.import_files import import_file
from tests.score_factory import make_score

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture
def brandt(rep):
    return factories.make_customer(name="Brandt GmbH", owner=rep, team=rep.team)


@pytest.fixture
def soren(customer, rep):
    person = factories.make_person(customer, job_title="head of purchasing", is_main=True, language="da")
    Interaction.objects.create(
        customer=customer, person=person, channel="call", happened_at=AT, logged_by=rep, note="Wants the cause"
    )
    return person


def reach(person, value, kind="phone"):
    return ContactPoint.objects.create(
        customer=person.customer, person=person, kind=kind, value=value, value_normal=value
    )


# --- people ----------------------------------------------------------------------------------------------------------


def test_who_moves_keeps_both_histories_and_his_own_number(soren, brandt, customer, rep, signed_in):
    mobile, desk = reach(soren, "+4512345678"), reach(soren, "s.holm@kjeldsen.example", "email")
    typed = brandt.number.replace("-", " ").lower()  # as told on the phone
    sent = {"to": typed, "job_title": "director", "on": "2026-11-20", "keeps": [mobile.pk]}
    browser = signed_in(rep)
    assert "s.holm@kjeldsen.example" in browser.get(reverse("customers:person-move", args=[soren.pk])).content.decode()
    assert browser.post(reverse("customers:person-move", args=[soren.pk]), sent).status_code == 302
    soren.refresh_from_db()
    moved = Person.objects.get(moved_from=soren)
    assert (soren.left_on, soren.is_main, soren.customer) == (date(2026, 11, 20), False, customer)
    assert (moved.customer, moved.job_title, moved.language) == (brandt, "director", "da")
    kept = ContactPoint.objects.get(person=moved)
    assert (kept.value, kept.proven_on, kept.is_valid) == ("+4512345678", date(2026, 11, 20), True)
    desk.refresh_from_db()
    assert not desk.is_valid
    for record in (soren, moved):
        text = browser.get(reverse("home:person-page", args=[record.pk])).content.decode()
        assert "Wants the cause" in text
        assert customer.name in text
        assert brandt.name in text
    assert "known from before" in browser.get(reverse("home:customer-page", args=[brandt.pk])).content.decode()


def test_an_empty_post_is_the_owners_task_once(soren, brandt, rep):
    moved = move_person(soren, to=brandt, on=TODAY, at=AT, by=rep)
    task = Task.objects.get(source=f"vacancy:{soren.pk}")
    assert task.title == "New person, same post: who follows Søren Holm?"
    assert "Brandt GmbH" in task.why
    assert (task.assignee, task.customer) == (rep, soren.customer)
    # He moves on, and comes back: each post is told about on its own.
    back = move_person(moved, to=soren.customer, on=TODAY, at=AT, by=rep)
    assert Task.objects.filter(source__startswith="vacancy:").count() == 2
    assert list_stations(moved, user=rep) == [back, moved, soren]


def test_who_is_noted_as_gone_leaves_a_task_too(soren, rep, signed_in):
    sent = {"name": soren.name, "left_on": "2026-11-01", "edit_version": soren.edit_version}
    signed_in(rep).post(reverse("customers:person-edit", args=[soren.pk]), sent)
    assert Task.objects.filter(source=f"vacancy:{soren.pk}").count() == 1


def test_who_has_a_leaving_day_in_a_file_leaves_the_same_task_once(soren, admin):
    file = (
        "customer number,name,left on\n"
        f"{soren.customer.number},{soren.name},2026-11-01\n{soren.customer.number},Gone Long Ago,2019-03-01\n"
    )
    for _ in range(2):
        import_file(file, kind="people", by=admin)
    task = Task.objects.get(source__startswith="vacancy:")
    assert (task.source, task.assignee) == (f"vacancy:{soren.pk}", soren.customer.owner)
    assert "left on 1 Nov 2026" in task.why


@pytest.mark.parametrize(
    ("to", "words"),
    [("same", "here already"), ("nowhere", "no customer"), ("Bra", "Which one"), ("archived", "no customer")],
)
def test_a_move_that_cannot_be_is_refused_with_the_reason(soren, brandt, rep, signed_in, to, words):
    archived = factories.make_customer(name="Old", owner=rep, team=rep.team, archived_at=AT)
    typed = {"same": soren.customer.number, "archived": archived.number}.get(to, to)
    sent = {"to": typed, "on": "2026-11-20"}
    answer = signed_in(rep).post(reverse("customers:person-move", args=[soren.pk]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with pytest.raises(MoveRefused):
        move_person(soren, to=archived, on=TODAY, at=AT, by=rep)


def test_customers_are_offered_while_one_types_where_he_went(soren, brandt, foreign_customer, rep, signed_in):
    browser, asks = signed_in(rep), reverse("customers:customer-names")
    form = browser.get(reverse("customers:person-move", args=[soren.pk])).content.decode()
    assert f'hx-get="{asks}"' in form
    for typed in ("brand", "BRANDT", brandt.number[:4].lower()):
        offered = browser.get(asks, {"field": "to", "to": typed}).content.decode()
        assert f'<option value="{brandt.number}">' in offered, typed
    assert browser.get(asks, {"field": "to", "to": "br"}).content == b""
    assert browser.get(asks, {"field": "to", "to": foreign_customer.name}).content == b""


def test_nobody_moves_twice(soren, brandt, rep):
    move_person(soren, to=brandt, on=TODAY, at=AT, by=rep)
    with pytest.raises(MoveRefused, match="already"):
        move_person(soren, to=brandt, on=TODAY, at=AT, by=rep)


def test_where_he_went_is_told_only_to_who_may_see_it(soren, rep, south, signed_in):
    hidden = factories.make_customer(name="Secret AG", team=south)
    move_person(soren, to=hidden, on=TODAY, at=AT, by=rep)
    text = signed_in(rep).get(reverse("home:person-page", args=[soren.pk])).content.decode()
    assert "Secret AG" not in text


# --- groups and names ------------------------------------------------------------------------------------------------


def test_value_owner_and_history_of_a_group_stand_together(customer, brandt, rep, lead, signed_in):
    make_score(customer, sales_12m_cents=1_000_000, contribution_12m_cents=300_000)
    make_score(brandt, sales_12m_cents=500_000, contribution_12m_cents=-50_000)
    factories.make_order(brandt, date(2026, 3, 2), number="B-77")
    browser = signed_in(lead)
    sent = {"head": customer.number, "takes_owner": "on"}
    Customer.objects.filter(pk=brandt.pk).update(owner=lead)
    assert browser.post(reverse("customers:group-join", args=[brandt.pk]), sent).status_code == 302
    brandt.refresh_from_db()
    assert (brandt.parent, brandt.owner) == (customer, rep)
    for one in (customer, brandt):
        card = browser.get(reverse("home:customer-group", args=[one.pk])).content.decode()
        for words in ("€15,000", "€2,500", customer.name, "Brandt GmbH", f"{rep.name} leads the group"):
            assert words in card
    part = reverse("home:customer-part", args=[customer.pk, "timeline"])
    whole = browser.get(part, {"group": "1"}).content.decode()
    assert "B-77" in whole
    assert "Brandt GmbH" in whole
    assert "B-77" not in browser.get(part).content.decode()
    browser.post(reverse("customers:group-leave", args=[brandt.pk]))
    assert "Stands alone" in browser.get(reverse("home:customer-group", args=[brandt.pk])).content.decode()


def test_a_group_has_one_level_and_no_circle(customer, brandt, rep):
    third = factories.make_customer(name="Third")
    with pytest.raises(GroupRefused, match="himself"):
        join_group(customer, head=customer, by=rep)
    join_group(brandt, head=customer, by=rep)
    with pytest.raises(GroupRefused, match="belongs to a group"):
        join_group(third, head=brandt, by=rep)
    with pytest.raises(GroupRefused, match="head of a group"):
        join_group(customer, head=third, by=rep)
    leave_group(brandt, by=rep)
    assert join_group(customer, head=third, by=rep).parent == third


def test_members_of_other_teams_are_counted_not_shown(customer, rep, foreign_customer):
    join_group(foreign_customer, head=customer, by=rep)
    group = load_group(customer, user=rep)
    assert (group.members, group.hidden) == ([], 1)
    foreign_customer.refresh_from_db()
    assert load_group(foreign_customer, user=rep).head == customer


def test_the_sums_of_a_large_group_are_of_all_members_and_the_card_shows_the_largest(customer, rep, north, signed_in):
    make_score(customer, sales_12m_cents=100)
    names = [f"Plant {n}" for n in range(105)]
    for n, name in enumerate(names):
        member = factories.make_customer(name=name, owner=rep, team=north, parent=customer)
        if n < 104:
            make_score(member, sales_12m_cents=10_000 + n * 100)
    group = load_group(customer, user=rep)
    assert (group.seen, group.hidden, len(group.members)) == (105, 0, 100)
    assert group.sums["sales_12m_cents"] == 100 + sum(10_000 + n * 100 for n in range(104))
    assert [one.name for one in group.shown] == [customer.name, *(f"Plant {n}" for n in range(103, 97, -1))]
    card = signed_in(rep).get(reverse("home:customer-group", args=[customer.pk])).content.decode()
    assert f"?group={customer.number}" in card
    part = signed_in(rep).get(reverse("home:customer-part", args=[customer.pk, "timeline"]), {"group": "1"})
    assert "whole group, 106 customers" in " ".join(part.content.decode().split())


def test_a_customer_is_found_by_every_name_he_goes_by(customer, rep, signed_in):
    browser = signed_in(rep)
    url = reverse("customers:trading-name-new", args=[customer.pk])
    assert browser.post(url, {"name": "Bei Tante Çiğdem", "note": "the stall"}).status_code == 302
    assert browser.post(url, {"name": " ... "}).status_code in {302, 422}
    for typed in ("tante cigdem", "bei tan", "çiğdem"):
        assert customer.pk in find_matches(typed, user=rep).ids.get(Customer, []), typed
    assert customer.name in browser.get(reverse("home:customer-list"), {"q": "tante"}).content.decode()
    add_trading_name(customer, name="bei tante cigdem", note="the market")
    name = TradingName.objects.get(name="Bei Tante Çiğdem")
    assert name.note == "the market"
    browser.post(reverse("customers:trading-name-remove", args=[name.pk]))
    assert find_matches("tante cigdem", user=rep).ids.get(Customer, []) == []


def test_a_name_needs_letters(customer):
    with pytest.raises(GroupRefused):
        add_trading_name(customer, name="  ")


# --- five thousand entries -------------------------------------------------------------------------------------------


def test_five_thousand_entries_cost_the_page_what_five_cost(customer, rep, signed_in):
    browser = signed_in(rep)
    make_score(customer)
    pages = [
        reverse("home:customer-page", args=[customer.pk]),
        reverse("home:customer-part", args=[customer.pk, "timeline"]),
        reverse("home:customer-group", args=[customer.pk]),
        reverse("customers:custom-value-card", args=[customer.pk]),
    ]

    def count(url):
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        return len(queries)

    def happen(numbers):
        Interaction.objects.bulk_create(
            Interaction(customer=customer, channel="call", happened_at=AT - timedelta(hours=number), logged_by=rep)
            for number in numbers
        )
        Order.objects.bulk_create(
            Order(customer=customer, number=f"X-{number}", day=TODAY - timedelta(days=number % 700), amount_cents=100)
            for number in numbers
        )

    happen(range(3))
    few = [count(url) for url in pages]
    happen(range(3, 2_500))
    many = [count(url) for url in pages]
    assert many == few
    assert max(many) <= 12, many


# --- merged ----------------------------------------------------------------------------------------------------------


def test_merging_lays_own_fields_together_and_takes_the_members_along(customer, brandt, admin):
    one = add_field(FieldWish("Fleet"), kind="number", by=admin)
    two = add_field(FieldWish("Ranking"), kind="text", by=admin)
    set_custom_values(customer, {str(one.pk): 5}, by=admin)
    set_custom_values(brandt, {str(one.pk): 9, str(two.pk): "Gold"}, by=admin)
    member = factories.make_customer(name="Member")
    join_group(member, head=brandt, by=admin)
    merge = merge_customers(customer, brandt, by=admin, at=AT)
    member.refresh_from_db()
    assert member.parent == customer
    assert CustomValueSet.objects.get(customer=customer).data == {str(one.pk): 5, str(two.pk): "Gold"}
    take_apart(merge, by=admin, at=AT)
    member.refresh_from_db()
    assert member.parent == brandt


def test_a_member_that_takes_in_its_head_becomes_the_head(customer, brandt, admin):
    member = factories.make_customer(name="Member")
    for one in (member, customer):
        join_group(one, head=brandt, by=admin)
    customer.refresh_from_db()
    merge = merge_customers(customer, brandt, by=admin, at=AT)
    parents = dict(Customer.objects.values_list("pk", "parent"))
    assert parents == {customer.pk: None, brandt.pk: None, member.pk: customer.pk}
    take_apart(merge, by=admin, at=AT)
    assert dict(Customer.objects.values_list("pk", "parent")) == {
        customer.pk: brandt.pk,
        brandt.pk: None,
        member.pk: brandt.pk,
    }


def test_members_of_the_one_that_goes_join_the_head_of_the_kept_one(customer, brandt, admin):
    head, member = factories.make_customer(name="Head"), factories.make_customer(name="Member")
    join_group(customer, head=head, by=admin)
    join_group(member, head=brandt, by=admin)
    merge_customers(customer, brandt, by=admin, at=AT)
    member.refresh_from_db()
    assert member.parent == head


def test_who_stands_alone_joins_the_group_of_the_one_that_goes_and_leaves_it_again(customer, brandt, admin):
    head = factories.make_customer(name="Head")
    join_group(brandt, head=head, by=admin)
    merge = merge_customers(customer, brandt, by=admin, at=AT)
    customer.refresh_from_db()
    assert customer.parent == head
    take_apart(merge, by=admin, at=AT)
    assert dict(Customer.objects.values_list("pk", "parent")) == {customer.pk: None, brandt.pk: head.pk, head.pk: None}
