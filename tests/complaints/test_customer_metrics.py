"""What complaints tell segments and triggers about a customer."""

from datetime import timedelta

import pytest
from django.db import connection

from complaints import complaint_handling
from complaints.models import Complaint, GoodwillGrant
from crm.core.metric_catalogue import METRICS
from customers.models import CostRate


def ask(name, customer, today):
    metric = METRICS[name]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {metric.sql} FROM customers_customer c {metric.join} WHERE c.id = %(id)s",
            {"today": today, "id": customer.pk},
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("days_later", "open_now", "in_12m", "days_since"), [(0, 1, 2, 0), (40, 1, 2, 40), (400, 1, 0, 400)]
)
def test_complaints_are_counted(customer, guardian, rep, noon, days_later, open_now, in_12m, days_since):
    complaint_handling.take_complaint(customer, title="Open", by=rep, at=noon)
    closed = complaint_handling.take_complaint(customer, title="Closed", by=rep, at=noon - timedelta(days=3))
    complaint_handling.close_complaint(closed, by=guardian, at=noon, word="Fine", mended="yes")
    complaint_handling.take_complaint(customer, title="A question", by=rep, at=noon, kind=Complaint.Kind.QUESTION)
    today = noon.date() + timedelta(days=days_later)
    assert ask("open_complaints", customer, today) == open_now
    assert ask("complaints_12m", customer, today) == in_12m
    assert ask("days_since_complaint", customer, today) == days_since


def test_who_never_complained_has_no_last_day(customer, noon):
    assert ask("open_complaints", customer, noon.date()) == 0
    assert ask("days_since_complaint", customer, noon.date()) is None


def test_a_complaint_costs_its_handling_and_the_goodwill_given(customer, rep, noon):
    CostRate.objects.create(work="complaint", cents_each=45_00, valid_from=noon.date() - timedelta(days=99))
    complaint = complaint_handling.take_complaint(customer, title="Late", by=rep, at=noon)
    complaint_handling.take_complaint(customer, title="A question", by=rep, at=noon, kind=Complaint.Kind.QUESTION)
    for cents in (20_00, 5_00):
        GoodwillGrant.objects.create(complaint=complaint, what="a part", amount_cents=cents)
    assert ask("service_cost_complaints", customer, noon.date()) == 70_00
    assert ask("service_cost_complaints", customer, noon.date() + timedelta(days=365)) == 0
