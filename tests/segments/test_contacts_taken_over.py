"""What a year of contacts cost is taken over from the night before, but for whoever it may have changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection, transaction

from crm.core.models.business_setting import BusinessSetting
from customers.cost_rate_setting import set_cost_rate
from customers.customer_merging import merge_customers, take_apart
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import CostRate, Customer
from customers.personal_data_erasing import erase_customer
from customers.purchase_day_rebuild import ingest_orders
from interactions.interaction_logging import log_interaction
from interactions.models import Interaction
from segments import score_gathering
from segments.figure_keeping import drop_figures
from segments.models import CurrentScore, ScoreRun
from segments.score_run import begin_run, finish_run, plan_run, work_shards
from tests.customers.import_files import AT as IMPORTED_AT
from tests.customers.import_files import import_file
from tests.segments.purchase_world import END, forget_scores, make_world, read_scores

pytestmark = pytest.mark.django_db(transaction=True)  # what is taken over depends on who has committed what
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
CENTS_A_MINUTE = 100


@pytest.fixture(autouse=True)
def _no_scores_left():
    yield
    forget_scores()


@pytest.fixture
def counted(monkeypatch):
    """Whom a night counted from his days and contacts."""
    ids: set[int] = set()
    count = score_gathering._count

    def listen(part, chosen, limit, **counting):
        ids.update(chosen.tolist())
        return count(part, chosen, limit, **counting)

    monkeypatch.setattr(score_gathering, "_count", listen)
    monkeypatch.setattr(score_gathering, "READ_ANEW_WITHIN_DAYS", 10**9)  # nobody by turn
    return ids


@pytest.fixture
def base(counted):
    """Forty customers, visits at a euro a minute, and the scores of the evening before the last."""
    set_cost_rate(CostRate(work="visit", cents_per_minute=CENTS_A_MINUTE, valid_from=END - timedelta(3000)))
    ids = sorted(make_world(customers=40))
    customers = [Customer.objects.get(pk=pk) for pk in ids]
    for place, customer in enumerate(customers[:20]):
        visit(customer, END - timedelta(30 * place + 2), minutes=10 + place)
    score_all(END - timedelta(1))
    counted.clear()
    return customers


def visit(customer, day, *, minutes=60, at=time(12, tzinfo=UTC)):
    return Interaction.objects.create(
        customer=customer,
        channel="visit",
        direction="out",
        outcome="talked",
        minutes=minutes,
        happened_at=datetime.combine(day, at),
    )


def score_all(on):
    ingest_orders(at=AT)
    run = plan_run(on=on)
    work_shards(run)
    return finish_run(run).run


def served(customer):
    return CurrentScore.objects.get(pk=customer.pk).service_12m_cents


def check_night(counted, *, on=END, touched=None, most=39):
    """One more night comes to what it comes to when everything is read; ``touched`` are read anew, not everybody."""
    counted.clear()
    score_all(on)
    taken_over, read = read_scores(), set(counted)
    drop_figures(ScoreRun.objects.get(is_current=True).pk)
    score_all(on)
    assert read_scores() == taken_over
    assert len(read) <= most
    assert {customer.pk for customer in touched or ()} <= read


def test_of_whom_nothing_was_noted_nothing_is_read(base, counted):
    check_night(counted, on=END - timedelta(1), most=0)
    assert served(base[3]) == 13 * CENTS_A_MINUTE


def test_contacts_logged_entered_late_corrected_and_removed(base, counted, admin):
    log_interaction(base[20], channel="visit", minutes=45, by=admin, at=datetime.combine(END, time(9, tzinfo=UTC)))
    visit(base[21], END - timedelta(200))  # entered late
    visit(base[22], END + timedelta(2), minutes=30)  # of the future: it counts when its day has come
    Interaction.objects.filter(customer=base[1]).update(minutes=5)
    Interaction.objects.filter(customer=base[2]).update(channel="call")  # which has no rate
    Interaction.objects.filter(customer=base[3]).delete()
    Interaction.objects.filter(customer=base[4]).update(customer=base[23])
    check_night(counted, touched=[base[place] for place in (20, 21, 22, 1, 2, 3, 4, 23)])
    found = [served(base[place]) for place in (20, 21, 22, 1, 2, 3, 4, 23)]
    assert found == [4500, 6000, 0, 500, 0, 0, 0, 1400]
    check_night(counted, on=END + timedelta(2), touched=[base[22]])
    assert served(base[22]) == 3000


def test_a_contact_logged_in_the_transaction_of_a_night_is_known_to_the_next(base, counted):
    """A demo is loaded at once, its nights and its last contacts in one transaction."""
    with transaction.atomic():
        visit(base[20], END - timedelta(9))
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")  # so that the snapshot of the night reaches beyond its own
        other.close()
        score_all(END - timedelta(1))
        visit(base[21], END - timedelta(9), minutes=45)
    check_night(counted, touched=[base[21]])
    assert served(base[21]) == 4500


def test_a_contact_of_a_year_ago_counts_no_longer(base, counted):
    last = visit(base[25], END - timedelta(364), minutes=7, at=time(0, tzinfo=UTC))
    visit(base[26], END - timedelta(365), minutes=7, at=time(23, 59, tzinfo=UTC))
    check_night(counted, touched=[base[25], base[26]])
    assert (served(base[25]), served(base[26])) == (700, 0)
    check_night(counted, on=END + timedelta(1), touched=[last.customer])
    assert served(base[25]) == 0


def test_rates_that_change_or_begin_on_another_day(base, counted):
    rate = CostRate.objects.get(work="visit")
    set_cost_rate(CostRate(work="visit", cents_per_minute=300, valid_from=END - timedelta(10)))
    check_night(counted, most=40)
    assert served(base[0]) == 10 * 300
    assert served(base[3]) == 13 * CENTS_A_MINUTE
    rate.refresh_from_db()
    assert rate.valid_to == END - timedelta(11)
    CostRate.objects.filter(cents_per_minute=300).update(valid_from=END - timedelta(95))
    CostRate.objects.filter(pk=rate.pk).update(valid_to=END - timedelta(96))
    check_night(counted, on=END + timedelta(1), most=40)
    assert served(base[3]) == 13 * 300
    CostRate.objects.filter(work="visit").delete()
    check_night(counted, on=END + timedelta(2), most=40)
    assert served(base[3]) == 0


def test_in_another_time_zone_the_days_begin_at_other_moments(base, counted):
    visit(base[25], END - timedelta(365), minutes=7, at=time(20, tzinfo=UTC))
    check_night(counted)
    assert served(base[25]) == 0
    BusinessSetting.objects.update_or_create(key="company.time_zone", defaults={"value": "Asia/Tokyo"})
    check_night(counted, most=40)
    assert served(base[25]) == 700


def test_merged_taken_apart_and_erased(base, counted, admin):
    merge = merge_customers(base[30], base[5], by=admin, at=AT)
    check_night(counted, touched=[base[30]])
    assert served(base[30]) == 15 * CENTS_A_MINUTE
    take_apart(merge, by=admin, at=AT)
    check_night(counted, touched=[base[30], base[5]])
    assert (served(base[30]), served(base[5])) == (0, 15 * CENTS_A_MINUTE)
    erase_customer(base[6], reason="He asked for it.", by=admin, at=AT)
    check_night(counted)
    assert not CurrentScore.objects.filter(pk=base[6].pk).exists()


def test_imported_contacts_and_the_import_undone(base, counted, admin):
    rows = [f"{customer.number},Meeting,{END - timedelta(40):%Y-%m-%d},Saw the plant,20" for customer in base[30:34]]
    data_import = import_file("\n".join(["Customer number,Type,Date,Notes,Duration", *rows]), kind="interactions")
    assert data_import.report["created"] == 4
    check_night(counted, touched=base[30:34])
    assert served(base[31]) == 20 * CENTS_A_MINUTE
    started = start_undo(data_import, by=admin, at=IMPORTED_AT)
    undo_import(started, lease=NoLease(), total=started.job.params["total"])
    check_night(counted, touched=base[30:34])
    assert served(base[31]) == 0


def test_a_contact_that_is_committed_while_the_night_is_under_way(base, counted):
    run = begin_run(on=END)
    visit(base[20], END)
    work_shards(run)
    finish_run(run)
    check_night(counted, on=END + timedelta(1), touched=[base[20]])
    assert served(base[20]) == 6000


def test_contacts_are_noted_where_triggers_rest(base, counted):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute("DELETE FROM interactions_interaction WHERE customer_id = %s", [base[7].pk])
        finally:
            cursor.execute("SET session_replication_role = origin")
    check_night(counted, touched=[base[7]])
    assert served(base[7]) == 0
