"""Which day it is, is decided by the company's clock: on pages, in files and inside statements."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from complaints.models import Complaint
from crm.core.local_time import company_day, in_company_days
from crm.core.metric_catalogue import METRICS
from crm.core.models.business_setting import change_setting
from customers.models import ContactPoint, Order
from interactions.models import Interaction
from tests import factories
from tests.customers.import_files import import_file

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # half past ten at night of the 22nd in Los Angeles
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)


@pytest.fixture(params=["UTC", "America/Los_Angeles"])
def today(request, time_machine):
    time_machine.move_to(EVENING)
    change_setting("company.time_zone", request.param)
    return MONDAY if request.param == "UTC" else SUNDAY


def ask(sql, **params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def measure(name, customer, today):
    metric = METRICS[name]
    sql = f"SELECT {metric.sql} FROM customers_customer c {metric.join} WHERE c.id = %(id)s"
    return ask(sql, today=today, id=customer.pk)[0]


def test_a_statement_knows_the_companys_day_and_where_it_begins(today):
    assert company_day(EVENING) == today
    day, start = ask(
        in_company_days("SELECT day_of(%(at)s::timestamptz), start_of(%(today)s::date)"), at=EVENING, today=today
    )
    assert day == today
    assert company_day(start) == today
    assert start.hour == (0 if today == MONDAY else 8)


def test_a_contact_and_a_complaint_of_this_evening_are_of_today(today, customer, rep):
    Interaction.objects.create(customer=customer, channel="call", happened_at=EVENING, minutes=5, logged_by=rep)
    Complaint.objects.create(customer=customer, title="wrong seal", taken_at=EVENING)
    assert measure("days_since_contact", customer, today) == 0
    assert measure("contacts_12m", customer, today) == 1
    assert measure("days_since_complaint", customer, today) == 0


def test_an_order_of_a_file_falls_on_the_companys_day(today):
    factories.make_customer(number="K-1")
    import_file("number,customer,date,amount\nA-1,K-1,2026-11-20T06:30:00Z,10.00\n")
    assert Order.objects.get().day == today - timedelta(days=3)


def test_the_day_of_a_new_order_is_the_companys(today, customer, rep, signed_in):
    page = signed_in(rep).get(f"/customers/{customer.pk}/orders/new/").content.decode()
    assert f'value="{today.isoformat()}"' in page


def test_a_number_typed_at_a_customer_without_a_country_is_the_companys(customer, rep, signed_in):
    change_setting("company.country", "DE")
    signed_in(rep).post(
        f"/customers/{customer.pk}/contact-points/new/", {"kind": "phone", "value": "0621 123456", "is_valid": "on"}
    )
    assert ContactPoint.objects.get().value_normal == "+49621123456"
