"""Who may be one customer twice: found every night, decided by people, and not asked again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.core.job_ledger import JobCancelled, perform_job
from crm.core.models import JobRun
from crm.home.search import find_everything
from customers import customer_import, import_key_noting, jobs
from customers.customer_archiving import archive_customer
from customers.duplicate_deciding import PairDecided, ask_again, put_off, tell_apart
from customers.duplicate_search import is_whole_due, search_duplicates
from customers.duplicate_warning import TypedCustomer, find_duplicates
from customers.import_batches import NoLease
from customers.models import ContactPoint, Customer, DuplicateKey, DuplicatePair
from customers.purchase_day_rebuild import ingest_orders
from tests import factories
from tests.customers.import_files import import_file

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 11, 22, 5, tzinfo=UTC)


def reach(customer, kind, value):
    return ContactPoint.objects.create(customer=customer, kind=kind, value=value, value_normal=value)


@pytest.fixture
def twins(rep):
    """The smelter twice, once by hand in another spelling; and somebody else with a common name."""
    first = factories.make_customer(name="Hüttenwerke Oberrhein GmbH", city="Weil", tax_id="DE 811 402 776", owner=rep)
    second = factories.make_customer(name="Huettenwerke Oberrhein", tax_id="811402776", owner=rep)
    factories.make_customer(name="Müller", city="Ulm", owner=rep)
    factories.make_customer(name="Müller", city="Kiel", owner=rep)
    return first, second


def test_a_pair_is_found_with_its_reasons_and_what_it_is_worth(twins):
    factories.make_order(twins[0], NIGHT.date() - timedelta(days=20), 500_000)
    factories.make_order(twins[1], NIGHT.date() - timedelta(days=400), 900_000)
    ingest_orders(at=NIGHT)
    report = search_duplicates(at=NIGHT)
    assert (report.open_pairs, report.was_whole, report.customers) == (1, True, 4)
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second) == twins
    assert pair.percent > 90
    assert [what for what, _value in pair.evidence] == ["tax", "name"]
    assert (pair.worth_cents, pair.weight) == (500_000, 5_000 * pair.percent + pair.percent)


def test_the_next_night_looks_only_at_what_changed(twins):
    search_duplicates(at=NIGHT)
    Customer.objects.update(changed_at=NIGHT - timedelta(days=9))
    third = factories.make_customer(name="Muller Sanitär", city="Kiel", tax_id="DE 811 402 776")
    Customer.objects.filter(pk=third.pk).update(changed_at=NIGHT + timedelta(hours=3))
    report = search_duplicates(at=NIGHT + timedelta(days=1))
    assert (report.was_whole, report.customers) == (False, 1)
    assert set(DuplicatePair.objects.values_list("first", "second")) >= {(twins[0].pk, twins[1].pk)}
    assert DuplicatePair.objects.filter(second=third).exists()


def test_a_number_added_or_taken_away_counts_the_next_night(rep):
    one = factories.make_customer(name="Vega Talleres", owner=rep)
    other = factories.make_customer(name="Vega e Hijos", owner=rep)
    reach(one, "phone", "+34912345678")
    search_duplicates(at=NIGHT)
    assert not DuplicatePair.objects.exists()
    Customer.objects.update(changed_at=NIGHT - timedelta(days=9))
    point = reach(other, "phone", "+34912345678")
    reach(one, "email", "taller@vega.example")
    reach(other, "email", "taller@vega.example")
    search_duplicates(at=NIGHT + timedelta(days=1))
    assert DuplicatePair.objects.open().count() == 1
    point.delete()
    ContactPoint.objects.filter(kind="email", customer=other).delete()
    search_duplicates(at=NIGHT + timedelta(days=2))
    assert not DuplicatePair.objects.open().exists()


def test_who_was_told_apart_is_not_asked_about_again(twins, rep):
    search_duplicates(at=NIGHT)
    pair = DuplicatePair.objects.get()
    tell_apart(pair, by=rep, at=NIGHT, reason="father and son")
    search_duplicates(at=NIGHT + timedelta(days=7), is_whole=True)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by, pair.reason) == (DuplicatePair.State.DIFFERENT, rep, "father and son")
    with pytest.raises(PairDecided, match=f"{rep} has decided already: two customers"):
        put_off(pair, until=date(2026, 12, 1))
    assert ask_again(pair).state == DuplicatePair.State.OPEN
    assert put_off(pair, until=date(2026, 12, 1)).later_until == date(2026, 12, 1)


def test_an_archived_customer_is_no_duplicate(twins, rep):
    search_duplicates(at=NIGHT)
    archive_customer(twins[1], by=rep, at=NIGHT)
    search_duplicates(at=NIGHT + timedelta(days=1))
    assert not DuplicatePair.objects.exists()
    assert not DuplicateKey.objects.filter(customer=twins[1]).exists()


def test_a_switchboard_of_many_makes_no_pairs(rep):
    for number in range(25):
        reach(factories.make_customer(name=f"Shop {chr(97 + number) * 5} {number * 7919}"), "phone", "+34912345678")
    assert search_duplicates(at=NIGHT).candidates == 0


def test_searching_again_changes_nothing(twins):
    search_duplicates(at=NIGHT)
    keys, pairs = set(DuplicateKey.objects.values_list("key", "customer")), list(DuplicatePair.objects.values())
    for hours in (1, 2):
        search_duplicates(at=NIGHT + timedelta(hours=hours), is_whole=hours == 2)
    assert set(DuplicateKey.objects.values_list("key", "customer")) == keys
    again = list(DuplicatePair.objects.values())
    assert [{**pair, "found_at": None} for pair in again] == [{**pair, "found_at": None} for pair in pairs]


@pytest.mark.parametrize(
    "name", ["X", "X" * 300, "شركة النور", "บริษัท สยาม จำกัด", "🚀🎉", "'; DROP TABLE--", "\\N", "%_"]
)
def test_whatever_a_customer_is_called_he_meets_his_like(name, rep):
    one = factories.make_customer(name=name, city="Odense")
    other = factories.make_customer(name=name, city="Odense")
    for row in (one, other):
        reach(row, "email", "same@mail.example")
    search_duplicates(at=NIGHT)
    assert DuplicatePair.objects.filter(first=one, second=other).exists()


def test_everybody_is_compared_once_a_week(twins):
    assert is_whole_due(at=NIGHT)
    search_duplicates(at=NIGHT)
    assert not is_whole_due(at=NIGHT + timedelta(days=6))
    assert is_whole_due(at=NIGHT + timedelta(days=7))


def test_a_tax_number_is_found_without_its_country_the_day_it_came(rep):
    today = factories.make_customer(name="Kjeldsen", tax_id="DE811402776", owner=rep)
    assert [one.customer for one in find_duplicates(rep, TypedCustomer(tax_id="811 402 776"))] == [today]
    assert names(find_everything("811 402 776", user=rep)) == ["Kjeldsen"]
    file = "number,name,tax id\nN-1,Vega Lda,PT 501.442.600\n"
    import_file(file, kind="customers", by=rep, team_id=rep.team_id, owner_id=rep.pk)
    assert names(find_everything("501442600", user=rep)) == ["Vega Lda"]
    assert [one.customer.name for one in find_duplicates(rep, TypedCustomer(tax_id="501442600"))] == ["Vega Lda"]


def test_those_of_a_larger_file_are_found_in_any_spelling_soon_after_its_report(rep, monkeypatch):
    """Whoever got nothing but a number too; what stands in the records as it was typed is found with the report."""
    monkeypatch.setattr(customer_import, "KEPT_AT_ONCE", 0)
    monkeypatch.setattr(import_key_noting, "CHUNK", 1)
    factories.make_customer(number="N-0", name="Øster", owner=rep)
    file = (
        "number,name,tax id,phone\nN-1,Vega Lda,PT 501.442.600,\nN-2,Lim,MY 77.101.202,\nN-0,Øster,,+60 3 2161 0000\n"
    )
    import_file(file, kind="customers", by=rep, team_id=rep.team_id, owner_id=rep.pk)
    assert names(find_everything("03-2161 0000", user=rep)) == ["Øster"]
    assert find_everything("501442600", user=rep) == []
    assert find_duplicates(rep, TypedCustomer(phone="+60321610000")) == []
    assert perform_job(JobRun.objects.get(kind=jobs.KEYS_JOB).pk)
    assert names(find_everything("501442600", user=rep)) == ["Vega Lda"]
    assert names(find_everything("77-101-202", user=rep)) == ["Lim"]
    assert [one.customer.name for one in find_duplicates(rep, TypedCustomer(phone="+60321610000"))] == ["Øster"]


class _StoppedAfterOne(NoLease):
    def progress(self, done, total, *, checkpoint=None):
        if done > 1:
            raise JobCancelled
        super().progress(done, total, checkpoint=checkpoint)


def test_a_worker_that_follows_notes_only_those_of_a_large_file_that_are_left(rep, monkeypatch):
    monkeypatch.setattr(customer_import, "KEPT_AT_ONCE", 0)
    monkeypatch.setattr(import_key_noting, "CHUNK", 1)
    data_import = import_file("number,name\nN-1,Vega Lda\nN-2,Lim\nN-3,Quist\n", kind="customers", by=rep)
    lease = _StoppedAfterOne()
    with pytest.raises(JobCancelled):
        import_key_noting.note_written(data_import.pk, lease=lease)
    noted = DuplicateKey.objects.values_list("customer__name", flat=True)
    assert set(noted) == {"Vega Lda"}
    DuplicateKey.objects.all().delete()
    assert import_key_noting.note_written(data_import.pk, lease=NoLease(checkpoint=lease.checkpoint)) == 3
    assert set(noted.all()) == {"Lim", "Quist"}


def names(groups):
    return ["".join(part.text for part in hit.title) for group in groups for hit in group.hits]
