"""Two records become one customer, with everything that belongs to them; and the merge is taken apart again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps

from complaints.complaint_handling import take_complaint
from complaints.guardian_assignment import name_guardian
from complaints.models import Complaint
from crm.core import job_ledger
from crm.nightly_run import run_night
from customers import import_writing
from customers.customer_freshening import freshen_customer
from customers.customer_merging import MergeRefused, merge_customers, take_apart
from customers.customer_relations import WORKED_OUT, list_relations
from customers.import_batches import NoLease
from customers.import_undoing import undo_import
from customers.models import (
    ContactPoint,
    Contract,
    Customer,
    CustomerMerge,
    DataImport,
    DuplicatePair,
    ImportChange,
    Order,
    Person,
    ProfileFact,
    PurchaseDay,
    PurchaseState,
)
from interactions.models import Alert, ContactPreference, Interaction, Promise, Task
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, Membership
from tests import factories
from tests.customers.import_files import import_file

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 22, 9, 0, 0, 15_101, tzinfo=UTC)  # moments are as long as those of a clock
TODAY = AT.date()


@pytest.fixture(autouse=True)
def _clock(monkeypatch, time_machine):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    time_machine.move_to(AT)


@pytest.fixture
def kept(rep, north):
    row = factories.make_customer(
        number="K-10077", name="Hüttenwerke Oberrhein GmbH", owner=rep, team=north, city="Weil"
    )
    factories.make_person(row, name="Clemens Brandt", is_main=True)
    for days in range(40, 400, 20):
        factories.make_order(row, TODAY - timedelta(days=days), 100_000)
    return row


@pytest.fixture
def gone(rep, north):
    row = factories.make_customer(
        number="K-23391", name="Huettenwerke Oberrhein", owner=rep, team=north, industry="steel"
    )
    brandt = factories.make_person(row, name="Clemens Brandt", is_main=True)
    factories.make_person(row, name="Ida Lund")
    ContactPoint.objects.create(customer=row, person=brandt, kind="phone", value="1", value_normal="+491")
    factories.make_order(row, TODAY - timedelta(days=12), 300_000)
    Interaction.objects.create(
        customer=row, person=brandt, channel="call", happened_at=AT, note="They asked", logged_by=rep
    )
    return row


def test_every_relation_of_a_customer_is_known_how_to_move():
    """A new table with a foreign key to a customer moves by itself, or this says what must be decided about it."""
    for model in (Customer, Person):
        for relation in list_relations(model):
            relation.find_colliding(kept=1, gone=2).count()
    pointing = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not hasattr(model, "pgh_tracked_model") and model is not Customer
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Customer
    }
    assert pointing - {relation.model._meta.label for relation in list_relations(Customer)} == WORKED_OUT


def test_everything_of_the_one_goes_to_the_other(kept, gone, rep):
    merge = merge_customers(kept, gone, choices={"industry": "gone"}, by=rep, at=AT)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.name, kept.industry) == ("Hüttenwerke Oberrhein GmbH", "steel")
    assert (gone.merged_into, gone.is_archived) == (kept, True)
    assert (Order.objects.filter(customer=kept).count(), Order.objects.filter(customer=gone).count()) == (19, 0)
    assert {p.name for p in Person.objects.filter(customer=kept)} == {"Clemens Brandt", "Ida Lund"}
    brandt = Person.objects.get(customer=kept, name="Clemens Brandt")
    assert (Interaction.objects.get().customer, Interaction.objects.get().person) == (kept, brandt)
    assert ContactPoint.objects.get(value_normal="+491").person == brandt
    assert (merge.merged_by, merge.gone, merge.kept) == (rep, gone, kept)


def test_figures_are_right_at_once(kept, gone, rep):
    create_defaults()
    run_night(on=TODAY - timedelta(days=1), at=AT)
    assert CurrentScore.objects.get(customer=kept).last_day == TODAY - timedelta(days=40)
    merge_customers(kept, gone, by=rep, at=AT)
    score = CurrentScore.objects.get(customer=kept)
    assert (score.last_day, score.sales_12m_cents) == (TODAY - timedelta(days=12), 2_000_000)
    assert PurchaseState.objects.get(customer=kept).orders == 19
    assert not PurchaseState.objects.filter(customer=gone).exists()
    assert not PurchaseDay.objects.filter(customer=gone).exists()
    assert not Membership.objects.current().filter(customer=gone).exists()
    take_apart(CustomerMerge.objects.get(), by=rep, at=AT)
    assert CurrentScore.objects.get(customer=kept).sales_12m_cents == 1_700_000
    assert Membership.objects.current().filter(customer=gone).exists()


def test_what_both_have_is_kept_once_and_nobody_is_asked_twice(kept, gone, rep):
    trigger = factories.make_trigger()
    for row in (kept, gone):
        alert = Alert.objects.create(customer=row, trigger=trigger, period=date(2026, 9, 1), day=TODAY)
        factories.make_task(row, alert=alert, source="slipping")
        Contract.objects.create(customer=row, started_on=date(2025, 1, 1))
        ContactPoint.objects.create(customer=row, kind="email", value="a@b.example", value_normal="a@b.example")
    ContactPreference.objects.create(customer=kept, channel="mail", is_allowed=True, said_on=TODAY)
    ContactPreference.objects.create(customer=gone, channel="mail", is_allowed=False, said_on=TODAY, reason="no mail")
    merge = merge_customers(kept, gone, by=rep, at=AT)
    assert list(Task.objects.open().values_list("customer", flat=True)) == [kept.pk]
    assert list(Alert.objects.open().values_list("customer", flat=True)) == [kept.pk]
    assert ContactPreference.objects.get(customer=kept).is_allowed is False
    assert ContactPoint.objects.filter(customer=kept, value_normal="a@b.example").count() == 1
    assert Contract.objects.get(customer=kept)
    assert take_apart(merge, by=rep, at=AT).left == 0
    assert Task.objects.open().count() == 2
    assert Alert.objects.open().filter(closed_at=None).count() == 2
    assert ContactPreference.objects.get(customer=kept).is_allowed is True


def test_a_merge_taken_apart_leaves_both_as_they_were(kept, gone, rep):
    Promise.objects.create(customer=gone, side="ours", text="Certificates", owner=rep)
    Customer.objects.filter(pk=gone.pk).update(city="Weil am Rhein", postcode="79576")
    before = [_picture(kept), _picture(gone)]
    merge = merge_customers(kept, gone, choices={"address": "gone", "name": "gone"}, by=rep, at=AT)
    assert Customer.objects.get(pk=kept.pk).city == "Weil am Rhein"
    later = ProfileFact.objects.create(customer=kept, label="Rival", value="Baltic", told_on=TODAY)
    apart = take_apart(merge, by=rep, at=AT + timedelta(days=1))
    later.refresh_from_db()
    assert (apart.left, later.customer) == (0, kept)
    later.delete()
    assert [_picture(kept), _picture(gone)] == before
    with pytest.raises(MergeRefused, match="already"):
        take_apart(merge, by=rep, at=AT)


def _picture(customer):
    """A customer with whatever points to him, as sets of ids."""
    row = Customer.objects.values().get(pk=customer.pk)
    fields = {k: v for k, v in row.items() if k not in {"changed_at", "changed_by_id", "edit_version"}}
    related = {
        relation.label: set(relation.rows_of(customer.pk).values_list("pk", flat=True))
        for relation in list_relations(Customer)
        if relation.label != "customers.CustomerMerge.kept"
    }
    people = list(Person.objects.filter(customer=customer).order_by("pk").values_list("pk", "is_main"))
    said = set(Interaction.objects.filter(customer=customer).values_list("pk", "person"))
    return fields, related, people, said


def test_what_somebody_changed_since_stays_with_the_one_that_was_kept(kept, gone, rep):
    merge = merge_customers(kept, gone, choices={"industry": "gone"}, by=rep, at=AT)
    Customer.objects.filter(pk=kept.pk).update(industry="foundry")
    other = factories.make_customer()
    Person.objects.filter(name="Ida Lund").update(customer=other)
    apart = take_apart(merge, by=rep, at=AT)
    assert apart.left == 2
    assert Customer.objects.get(pk=kept.pk).industry == "foundry"
    assert Person.objects.get(name="Ida Lund").customer == other


def test_the_second_of_two_who_merge_the_same_pair_is_told(kept, gone, rep, lead):
    DuplicatePair.objects.create(
        first=min(kept, gone, key=lambda c: c.pk), second=max(kept, gone, key=lambda c: c.pk), percent=97
    )
    merge_customers(kept, gone, by=rep, at=AT)
    with pytest.raises(MergeRefused, match=f"merged into .* by {rep} already"):
        merge_customers(kept, gone, by=lead, at=AT)
    with pytest.raises(MergeRefused, match="already"):
        merge_customers(gone, kept, by=lead, at=AT)
    assert DuplicatePair.objects.get().state == DuplicatePair.State.MERGED


def test_a_third_record_follows_to_where_the_second_went(kept, gone, rep):
    third = factories.make_customer(name="HW Oberrhein")
    first = merge_customers(gone, third, by=rep, at=AT)
    second = merge_customers(kept, gone, by=rep, at=AT)
    assert Customer.objects.get(pk=third.pk).merged_into == kept
    with pytest.raises(MergeRefused, match="take that apart first"):
        take_apart(first, by=rep, at=AT)
    take_apart(second, by=rep, at=AT)
    take_apart(first, by=rep, at=AT)
    assert Customer.objects.get(pk=third.pk).merged_into is None


def test_the_seller_never_becomes_the_guardian_by_a_merge(kept, gone, rep, guardian):
    Customer.objects.filter(pk=gone.pk).update(owner=None)
    complaint = take_complaint(kept, title="Seals", by=rep, at=AT)
    name_guardian(complaint, guardian=guardian, by=None, at=AT)
    Customer.objects.filter(pk=gone.pk).update(owner=guardian)
    with pytest.raises(MergeRefused, match="name another guardian"):
        merge_customers(kept, gone, choices={"owner": "gone"}, by=rep, at=AT)
    assert Customer.objects.get(pk=gone.pk).merged_into is None


def test_an_archived_customer_takes_nobody_in(kept, gone, rep):
    Customer.objects.filter(pk=kept.pk).update(archived_at=AT)
    with pytest.raises(MergeRefused, match="archived"):
        merge_customers(kept, gone, by=rep, at=AT)


def test_what_is_written_to_the_one_that_went_follows_him(kept, gone, rep):
    merge = merge_customers(kept, gone, by=rep, at=AT)
    late = Interaction.objects.create(customer=gone, channel="call", happened_at=AT, logged_by=rep)
    freshen_customer(gone.pk, at=AT)
    late.refresh_from_db()
    assert late.customer == kept
    take_apart(merge, by=rep, at=AT)
    late.refresh_from_db()
    assert late.customer == gone


def test_a_file_that_still_knows_the_old_number_or_name_finds_the_customer(kept, gone, rep, lead):
    merge_customers(kept, gone, by=rep, at=AT)
    orders = "customer number,order number,day,amount\nK-23391,A-1,2026-11-20,100.00\nK-10077,A-2,2026-11-20,50.00\n"
    assert import_file(orders, by=lead).report["created"] == 2
    assert set(Order.objects.filter(number__in=["A-1", "A-2"]).values_list("customer", flat=True)) == {kept.pk}
    people = "customer number,customer name,name\nK-23391,,Mette Lund\n,Huettenwerke Oberrhein,Bo Lund\n"
    assert import_file(people, by=lead, kind="people").report["created"] == 2
    assert Person.objects.filter(customer=kept, name__endswith="Lund").count() == 3
    customers = "number,name,industry\nK-23391,Huettenwerke Oberrhein,foundry\n"
    assert import_file(customers, by=lead, kind="customers").report["changed"] == 1
    assert Customer.objects.get(pk=kept.pk).industry == "foundry"


@pytest.fixture
def merged_before_writing(kept, gone, rep, monkeypatch):
    """Whatever file is imported now was checked while both were customers; it is written when they are one."""
    prepare = import_writing._prepare

    def merge_then(*args, **kwargs):
        state = prepare(*args, **kwargs)
        at = DataImport.objects.latest("pk").created_at  # by the database's clock
        merge_customers(kept, gone, by=rep, at=at)
        return state

    return lambda: monkeypatch.setattr(import_writing, "_prepare", merge_then)


def test_a_merge_during_an_import_loses_no_row_and_no_correction(kept, lead, merged_before_writing):
    import_file("customer number,order number,day,amount\nK-23391,A-1,2026-11-20,100.00\n", by=lead)
    merged_before_writing()
    orders = "customer number,order number,day,amount\nK-23391,A-1,2026-11-20,150.00\nK-23391,A-2,2026-11-21,7.00\n"
    report = import_file(orders, by=lead).report
    assert (report["created"], report["changed"]) == (1, 1)
    found = Order.objects.filter(number__in=["A-1", "A-2"]).order_by("number")
    assert list(found.values_list("customer", "amount_cents")) == [(kept.pk, 15_000), (kept.pk, 700)]


def test_what_a_file_says_of_a_customer_who_is_merged_meanwhile_is_said_of_the_one_that_stays(
    kept, lead, merged_before_writing
):
    merged_before_writing()
    customers = "number,name,industry,email\nK-23391,Huettenwerke Oberrhein,foundry,neu@oberrhein.example\n"
    data_import = import_file(customers, by=lead, kind="customers")
    assert data_import.report["changed"] == 1
    kept.refresh_from_db()
    assert kept.industry == "foundry"
    assert ContactPoint.objects.get(value="neu@oberrhein.example").customer == kept
    undo_import(data_import, lease=NoLease(), total=2)
    kept.refresh_from_db()
    assert kept.industry == ""


def test_a_row_of_each_keeps_its_own_record_when_they_are_merged_meanwhile(kept, gone, lead, merged_before_writing):
    merged_before_writing()
    rows = "number,name,industry\nK-10077,Hüttenwerke Oberrhein GmbH,foundry\nK-23391,Huettenwerke Oberrhein,scrap\n"
    assert import_file(rows, by=lead, kind="customers").report["changed"] == 2
    assert [Customer.objects.get(pk=row.pk).industry for row in (kept, gone)] == ["foundry", "scrap"]


def test_somebody_of_both_who_comes_in_meanwhile_is_the_one_who_is_there(kept, lead, merged_before_writing):
    merged_before_writing()
    people = "customer number,name,email\nK-23391,Clemens Brandt,c.brandt@oberrhein.example\n"
    import_file(people, by=lead, kind="people")
    point = ContactPoint.objects.get(value="c.brandt@oberrhein.example")
    assert (point.customer, point.person) == (kept, Person.objects.get(customer=kept, name="Clemens Brandt"))


def test_a_complaint_that_comes_meanwhile_is_about_the_order_that_went_along(kept, gone, lead, merged_before_writing):
    order = factories.make_order(gone, TODAY - timedelta(days=5), 700_00, number="A-7")
    merged_before_writing()
    cases = "case number,account id,subject,date opened,order number\n9,K-23391,Seals failed,2026-11-20,A-7\n"
    import_file(cases, by=lead, kind="complaints")
    complaint = Complaint.objects.get()
    assert (complaint.customer, complaint.order) == (kept, order)
    assert complaint.value_cents >= 700_00


def test_an_undone_import_says_of_rows_that_moved_with_a_merge_what_helps(kept, lead, rep, merged_before_writing):
    merged_before_writing()
    data_import = import_file("customer number,order number,day,amount\nK-23391,A-1,2026-11-20,9.00\n", by=lead)
    undo = undo_import(data_import, lease=NoLease(), total=1)
    assert [(row["name"], row["why"]) for row in undo["rows"]] == [("A-1", "merged")]
    take_apart(CustomerMerge.objects.get(), by=rep, at=AT)
    ImportChange.objects.update(refused="")  # as asking for it again does
    assert undo_import(data_import, lease=NoLease(), total=1)["refused"] == 0
    assert not Order.objects.filter(number="A-1").exists()
