"""Complaints of another system: open ones join the queue, closed ones are history; once, and undone as a whole."""

from datetime import UTC, date

import pytest

from complaints.models import Complaint, ComplaintEntry
from crm.core.models.business_setting import change_setting
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, Order
from tests.customers.import_files import AT, counts, import_file, problems

pytestmark = pytest.mark.django_db
CASES = (
    "Case Number,Account Name,Subject,Description,Priority,Date/Time Opened,Date/Time Closed,Order\n"
    '17,Kjeldsen A/S,Seals failed,"They leak.\nAgain",High,2026-03-02 09:30,2026-03-05 10:00,O-1\n'
    "18,Kjeldsen A/S,Late again,,Low,2026-11-02,,\n"
    "19,Kjeldsen A/S,Odd,,Purple,2026-11-02,,\n"
    "20,Kjeldsen A/S,Backwards,,Low,2026-11-02,2026-11-01,\n"
    "18,Kjeldsen A/S,Twice,,Low,2026-11-02,,\n"
)


def test_cases_come_in_open_and_closed(admin):
    kjeldsen = Customer.objects.create(number="K-1", name="Kjeldsen A/S")
    order = Order.objects.create(customer=kjeldsen, number="O-1", day="2026-02-01", amount_cents=5000)
    data_import = import_file(CASES, kind="complaints")
    assert counts(data_import) == (2, 0, 0, 3)
    assert {code for _row, _field, code in problems(data_import)} == {"no_choice", "closed_before", "complaint_twice"}
    closed = Complaint.objects.exclude(closed_at=None).get()
    assert (closed.title, closed.words, closed.severity) == ("Seals failed", "They leak.\nAgain", 3)
    assert (closed.order, closed.value_cents) == (order, 5000)
    assert list(closed.entries.values_list("kind", flat=True)) == ["taken", "closed"]
    assert Complaint.objects.open().get().title == "Late again"
    again = import_file(CASES.replace("Late again", "Late once more"), kind="complaints")
    assert counts(again) == (0, 1, 1, 3)
    for one in (again, data_import):
        undo_import(start_undo(one, by=admin, at=AT), lease=NoLease(), total=2)
    assert not Complaint.objects.exists()
    assert not ComplaintEntry.objects.exists()


@pytest.mark.parametrize("word", ["Closed", "Closed (Support pipeline)", "Gelöst", "Solved", "Résolu"])
def test_a_case_that_is_closed_without_a_day_does_not_wait_in_the_queue(word):
    Customer.objects.create(number="K-1", name="Kjeldsen A/S")
    text = "Case Number,Account Name,Subject,Created Time,Status\n"
    import_file(
        f"{text}17,Kjeldsen A/S,Seals,2026-03-02,{word}\n18,Kjeldsen A/S,Late,2026-11-02,New\n", kind="complaints"
    )
    assert Complaint.objects.open().get().title == "Late"
    old = Complaint.objects.get(title="Seals")
    assert old.closed_at == old.taken_at
    again = f"{text}17,Kjeldsen A/S,Seals,2026-03-02,Closed\n18,Kjeldsen A/S,Late,2026-11-02,Closed\n"
    assert counts(import_file(again, kind="complaints")) == (0, 1, 1, 0)
    assert not Complaint.objects.open().exists()
    assert Complaint.objects.get(title="Late").closed_at > old.closed_at, "closed when we heard of it"


def test_the_year_before_a_case_ends_on_the_day_of_the_company(admin):
    change_setting("company.time_zone", "Asia/Tokyo", by=admin)
    kjeldsen = Customer.objects.create(number="K-1", name="Kjeldsen A/S")
    Order.objects.create(customer=kjeldsen, number="O-1", day="2026-03-02", amount_cents=5000)
    import_file(
        "Case Number,Account Name,Subject,Date/Time Opened\n17,Kjeldsen A/S,Seals,2026-03-02 07:30\n", kind="complaints"
    )
    case = Complaint.objects.get()
    assert case.taken_at.astimezone(UTC).date() == date(2026, 3, 1), "in Tokyo it is the second already"
    assert case.value_cents == 5000
