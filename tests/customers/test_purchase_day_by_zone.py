"""The day of a purchase is the day it was at the company, whatever clock a file or a colleague goes by."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from crm.core.models.business_setting import change_setting
from customers.models import Order, PurchaseDay
from customers.purchase_day_rebuild import ingest_orders
from tests.customers.import_files import AT, counts, import_file, problems

pytestmark = pytest.mark.django_db

HALF_PAST_ELEVEN_AT_NIGHT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # 00:30 in Berlin, 18:30 in New York
AROUND_MIDNIGHT = (
    "order,customer number,date,amount\n"
    "A,1,2026-11-19T22:59:00Z,10\n"  # a minute to midnight in Berlin
    "B,1,2026-11-19T23:01:00Z,20\n"  # a minute past it
    "C,1,2026-11-19 23:59:00,30\n"  # without a zone: the company's own clock
    "D,1,2026-11-19T20:00:00-05:00,40\n"  # the next day but in America
)


def days_bought():
    ingest_orders(at=AT)
    return {day.day: amount // 100 for day, amount in PurchaseDay.objects.values_list("day", "amount_cents")}


@pytest.mark.parametrize(
    ("zone", "bought"),
    [
        ("Europe/Berlin", {19: 10 + 30, 20: 20 + 40}),
        ("America/New_York", {19: 10 + 20 + 30 + 40}),
        ("Pacific/Auckland", {19: 30, 20: 10 + 20 + 40}),
    ],
)
def test_orders_of_a_file_around_midnight_fall_on_the_companys_day(customer, zone, bought):
    change_setting("company.time_zone", zone)
    customer.number = "1"
    customer.save()
    assert counts(import_file(AROUND_MIDNIGHT)) == (4, 0, 0, 0)
    assert days_bought() == bought


def test_half_past_ten_by_universal_time_is_the_next_day_in_berlin_in_summer_alone(customer):
    change_setting("company.time_zone", "Europe/Berlin")
    file = f"order,customer number,date,amount\nS,{customer.number},2026-10-24T22:30:00Z,10\n"
    import_file(file + f"W,{customer.number},2026-10-25T22:30:00Z,20\n")
    assert dict(Order.objects.values_list("number", "day")) == {"S": date(2026, 10, 25), "W": date(2026, 10, 25)}


@pytest.mark.parametrize(("zone", "refused"), [("Europe/Berlin", []), ("America/New_York", [(2, "day", "in_future")])])
def test_an_order_of_today_is_of_tomorrow_where_the_company_is_a_day_behind(customer, zone, refused):
    change_setting("company.time_zone", zone)
    file = f"order,customer number,date,amount\nT,{customer.number},2026-11-21,10\n"
    assert problems(import_file(file, at=HALF_PAST_ELEVEN_AT_NIGHT)) == refused


@pytest.mark.parametrize(
    ("company", "colleague", "day"),
    [
        ("Europe/Berlin", "America/New_York", date(2026, 11, 21)),
        ("America/New_York", "Europe/Berlin", date(2026, 11, 20)),
    ],
)
def test_an_order_typed_in_at_night_is_of_the_companys_day_not_of_who_types(
    rep, customer, signed_in, time_machine, company, colleague, day
):
    time_machine.move_to(HALF_PAST_ELEVEN_AT_NIGHT)
    change_setting("company.time_zone", company)
    rep.time_zone = colleague
    rep.save()
    browser = signed_in(rep)
    url = reverse("customers:order-new", args=[customer.pk])
    offered = browser.get(url).context["form"]["day"].value()
    assert offered == day
    typed = {"number": "T-1", "day": offered.isoformat(), "amount_cents": "10", "below_minimum": "on"}
    assert browser.post(url, typed).status_code == 302
    assert Order.objects.get().day == day
    assert days_bought() == {day.day: 10}
