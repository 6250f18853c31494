"""What people changed lately: who, when, which record, from what to what."""

from datetime import timedelta
from itertools import count

import pghistory
import pytest
from django.utils import timezone
from pghistory.models import Context

from crm.core.models import Absence, Team
from crm.core.recent_changes import ACTS_A_PAGE, MOST_OF_AN_ACT, ChangeFilter, list_recent_changes
from customers.models import ContactPoint, Customer
from interactions.process_running import start_process
from segments.models import SegmentRule
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/settings/history/"


_seconds = count()


def rename(record, name, *, by):
    """One act, a second after the one before (a transaction has but one clock)."""
    with pghistory.context(user=by.pk) as act:
        record.name = name
        record.save()
    Context.objects.filter(pk=act.id).update(created_at=timezone.now() + timedelta(seconds=next(_seconds)))


def seen_by(user, **wanted):
    changes = list_recent_changes(user, ChangeFilter(**wanted)).changes
    return [(change.what, one.label, one.old, one.new) for change in changes for one in change.fields]


def test_newest_first_over_all_kinds_of_record_with_old_and_new(admin, rep, customer):
    person = factories.make_person(customer, name="Lars Bak")
    rename(customer, "Kjeldsen A/S", by=rep)
    rename(person, "Lars Back", by=admin)
    assert seen_by(admin) == [
        ("person", "name", "Lars Bak", "Lars Back"),
        ("customer", "name", "Kjeldsen Maskinfabrik A/S", "Kjeldsen A/S"),
    ]
    newest, oldest = list_recent_changes(admin, ChangeFilter()).changes
    assert (newest.by, oldest.by) == (admin, rep)


def test_what_no_person_did_is_not_told(admin, customer):
    Customer.objects.filter(pk=customer.pk).update(city="Aarhus")
    assert seen_by(admin) == []


def test_references_are_told_by_name_and_removals_with_what_was_there(admin, rep, other_rep, customer):
    person = factories.make_person(customer, name="Lars Bak", job_title="Buyer")
    with pghistory.context(user=rep.pk):
        Customer.objects.filter(pk=customer.pk).update(owner=other_rep)
        person.delete()
    told = seen_by(admin)
    assert ("customer", "owner", "Ana Ribeiro", "Tomasz Zieliński") in told
    assert ("person", "job title", "Buyer", "") in told
    assert [change.is_removal for change in list_recent_changes(admin, ChangeFilter(kind="person")).changes] == [True]


def test_a_rep_sees_changes_of_his_customers_only_and_no_settings(rep, other_rep, admin, customer, foreign_customer):
    rename(customer, "Mine", by=admin)
    rename(foreign_customer, "Theirs", by=admin)
    rename(Team.objects.get(name="South"), "Far south", by=admin)
    assert [new for _what, _label, _old, new in seen_by(rep)] == ["Mine"]
    assert [new for _what, _label, _old, new in seen_by(other_rep)] == ["Theirs"]
    assert [new for _what, _label, _old, new in seen_by(admin)] == ["Far south", "Theirs", "Mine"]


def test_by_person_kind_and_day(admin, rep, lead, customer):
    rename(customer, "By the rep", by=rep)
    rename(customer, "By the lead", by=lead)
    today = timezone.now().date()
    Context.objects.filter(metadata__user=lead.pk).update(created_at=timezone.now())
    Context.objects.filter(metadata__user=rep.pk).update(created_at=timezone.now() - timedelta(days=9))
    assert [new for *_rest, new in seen_by(admin, person=lead.pk)] == ["By the lead"]
    assert seen_by(admin, kind="person") == []
    assert len(seen_by(admin, kind="customer")) == 2
    assert [new for *_rest, new in seen_by(admin, since=today - timedelta(days=1))] == ["By the lead"]
    assert [new for *_rest, new in seen_by(admin, until=today - timedelta(days=2))] == ["By the rep"]


def test_of_an_act_on_many_records_the_first_are_told_and_how_many_more(admin, rep):
    for _number in range(MOST_OF_AN_ACT + 7):
        factories.make_customer(owner=rep, team=rep.team)
    with pghistory.context(user=admin.pk):
        Customer.objects.update(city="Aarhus")
    changes = list_recent_changes(admin, ChangeFilter()).changes
    assert len(changes) == MOST_OF_AN_ACT
    assert sum(change.others for change in changes) == 7


def test_page_by_page_each_act_once(admin, rep, customer, signed_in):
    for number in range(ACTS_A_PAGE + 3):
        rename(customer, f"Name {number}", by=rep)
    first = list_recent_changes(admin, ChangeFilter())
    second = list_recent_changes(admin, ChangeFilter(), after=first.next_after)
    told = [one.new for page in (first, second) for change in page.changes for one in change.fields]
    assert told == [f"Name {number}" for number in reversed(range(ACTS_A_PAGE + 3))]
    assert second.next_after == ""
    page = signed_in(admin).get(URL).content.decode()
    assert "Older" in page


def test_the_page_tells_who_what_before_and_after_and_escapes_it(admin, rep, customer, signed_in):
    rename(customer, "<b>Bold</b>", by=rep)
    page = signed_in(admin).get(URL, {"person": rep.pk, "kind": "customer"}).content.decode()
    assert "Kjeldsen Maskinfabrik A/S" in page
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert f"/settings/history/customer/{customer.pk}/" in page


def test_an_edit_in_the_browser_is_told_with_its_person(rep, admin, signed_in):
    absence = Absence.objects.create(user=rep, first_day="2026-11-23", last_day="2026-11-24")
    client = signed_in(rep)
    client.post(f"/settings/absences/{absence.pk}/", {"first_day": "2026-11-23", "last_day": "2026-11-27"})
    person = factories.make_person(factories.make_customer(owner=rep), name="Lars")
    point = ContactPoint.objects.create(
        customer=person.customer, kind="web", value="a.example", value_normal="a.example"
    )
    client.post(f"/customers/contact-points/{point.pk}/remove/")
    (change,) = list_recent_changes(rep, ChangeFilter()).changes
    assert (change.by, change.what, change.is_removal) == (rep, "contact point", True)
    assert {change.what for change in list_recent_changes(admin, ChangeFilter()).changes} == {
        "contact point",
        "absence",
    }


def test_many_changes_cost_what_few_cost(admin, rep, lead, django_assert_max_num_queries, signed_in):
    for number in range(20):
        customer = factories.make_customer(owner=rep, team=rep.team)
        rename(factories.make_person(customer, name="Lars"), f"Lars {number}", by=rep)
        with pghistory.context(user=lead.pk):
            Customer.objects.filter(pk=customer.pk).update(owner=lead)
    client = signed_in(admin)
    client.get(URL)
    with django_assert_max_num_queries(12):
        client.get(URL)


def test_a_step_being_done_is_called_by_its_step(admin, rep, customer):
    segment = factories.make_segment("premium")
    factories.put_in_segment(customer, segment)
    factories.make_process(segment, "deliver", [{"title": "Confirm the order"}, {}])
    run = start_process(customer, flow="deliver", key="D-1", by=rep, at=timezone.now())
    with pghistory.context(user=rep.pk):
        run.steps.filter(position=1).update(state="skipped", skip_reason="Done by phone")
    (change,) = list_recent_changes(admin, ChangeFilter()).changes
    assert (change.what, change.record) == ("step being done", "1. Confirm the order")


def test_a_rule_is_read_as_a_sentence(admin):
    rule = SegmentRule.objects.create(segment=factories.make_segment("premium"), version=1, criteria={})
    with pghistory.context(user=admin.pk):
        rule.criteria = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
        rule.save()
    (change,) = list_recent_changes(admin, ChangeFilter()).changes
    assert [(one.label, one.old, one.new) for one in change.fields] == [("rule", "", "city is Bergen")]
