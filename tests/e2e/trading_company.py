"""A company that trades until yesterday, for stories that begin on the morning after its night."""

from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from crm.core.local_time import company_day
from crm.core.models import User
from crm.nightly_run import run_night
from customers.models import Customer, Order, OrderLine
from segments.default_configuration import create_defaults
from tests import factories
from tests.segments.purchase_world import END, make_world

SILENT_DAYS = 62


def open_trading_company(
    owner: User, *, customers: int = 40, nights_ago: tuple[int, ...] = (1,), amount_cents: int = 900_000
) -> Customer:
    """Customers of ``owner`` with rhythms of their own, and one who bought every 18 days for ``amount_cents`` and is
    silent now.

    Nights of so many days ago have run. Returns the silent one.
    """
    now = timezone.now()
    yesterday = company_day(now) - timedelta(days=1)
    create_defaults()
    make_world(customers=customers)
    Order.objects.update(day=F("day") + (yesterday - END))
    Customer.objects.update(owner=owner, team=owner.team)
    silent = factories.make_customer(owner=owner, team=owner.team, name="Kjeldsen Maskinfabrik A/S")
    factories.make_person(silent, name="Lars Bak", is_main=True)
    buy_every(18, silent, until=yesterday - timedelta(days=SILENT_DAYS), amount_cents=amount_cents)
    for days in sorted(nights_ago, reverse=True):
        run_night(on=yesterday - timedelta(days=days - 1), at=now - timedelta(days=days - 1))
    return silent


def buy_every(days: int, customer: Customer, *, until: date, amount_cents: int, times: int = 50) -> None:
    """So many orders of the same amount, the last one on ``until``; 60% of it is the cost of the goods."""
    orders = Order.objects.bulk_create(
        Order(
            customer=customer,
            number=f"KM-{number}",
            day=until - timedelta(days=days * number),
            amount_cents=amount_cents,
            cost_cents=amount_cents * 6 // 10,
        )
        for number in range(times)
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, amount_cents=order.amount_cents, cost_cents=order.cost_cents) for order in orders
    )


def in_days(days: int) -> datetime:
    """Ten in the morning, so many days from now, where the browser is."""
    return timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=days)
