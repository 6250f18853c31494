"""The demo company from nothing to a working day."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from complaints.complaint_handling import take_complaint
from django.conf import settings
from django.db import connection, transaction
from interactions.interaction_logging import log_interaction
from interactions.process_running import start_process
from segments.default_configuration import create_defaults

from crm.core.models import User
from crm.core.models.business_setting import change_setting
from crm.core.role_permissions import sync_roles
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.conversations import Conversations, noon
from crm.home.demo_company.customer_base import CustomerBase
from crm.home.demo_company.order_book import plant_cases, write_orders, write_products
from crm.home.demo_company.people import hire_staff
from crm.home.demo_company.purchases import draw_purchases
from crm.nightly_run import run_night
from customers.models import Customer
from interactions.models import Promise

SEED = 20_261
ANALYSED = (
    "customers_customer",
    "customers_person",
    "customers_contactpoint",
    "customers_order",
    "customers_orderline",
)


class DemoRefused(Exception):
    """The demo company may not be loaded here; the message says why."""


def load_demo_company(customers: int, *, at: datetime, say: Callable[[str], None] = lambda line: None) -> None:
    """Load the demo company as of ``at`` (its local day is today). Deterministic for a number of customers and a day.

    Raises ``DemoRefused`` where the demo flag is off, there are customers already, or fewer are asked for than there
    are planted cases.
    """
    refuse_unless_allowed(customers)
    rng = np.random.default_rng(SEED)
    today = at.date()
    with transaction.atomic():
        change_setting("company.name", "Halden Industrial Supplies")
        sync_roles()
        create_defaults()
        staff = hire_staff(customers, rng=rng)
        purchases = plant_cases(draw_purchases(customers, rng=rng, size=np.ones(customers)))
        worth = np.bincount(purchases.customer, weights=purchases.amount_cents, minlength=customers)
        base = CustomerBase(customers, staff=staff, worth=worth, today=today, rng=rng)
        base.write()
        say(f"{customers:,} customers")
        write_orders(purchases, base, products=write_products(), rng=rng)
        say(f"{len(purchases.day):,} orders, {int(purchases.lines.sum()):,} lines")
        Conversations(base, now=at, rng=rng).write()
        say("a year of contacts, promises, facts and complaints")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(ANALYSED))
    for days in (90, 30):
        evening = today - timedelta(days=days)
        run_night(on=evening, at=noon(evening, at))
    tell_stories(at=at)
    run_night(on=today - timedelta(days=1), at=at)
    start_proposals(at=at)
    say("three nights scored")


def refuse_unless_allowed(customers: int) -> None:
    """The rules for loading, each with its reason."""
    if not (settings.DEBUG or settings.DEMO):
        raise DemoRefused("The demo company has published passwords: set DEMO=1 to load it on purpose.")
    if customers < len(CASES) * 10:
        raise DemoRefused(f"At least {len(CASES) * 10} customers, or the planted ones would be all there is.")
    if Customer.objects.exists():
        raise DemoRefused("There are customers already; the demo company is for an empty database.")


def tell_stories(*, at: datetime) -> None:
    """The planted cases' contacts, promises and complaints, through the same verbs that the pages use."""
    case = {customer.number: customer for customer in Customer.objects.filter(number__in=[c.number for c in CASES])}
    ana = User.objects.get(email="rep@rapport.example")
    log_interaction(
        case["K-10001"],
        channel="call",
        by=ana,
        at=at - timedelta(days=1, hours=2),
        person=case["K-10001"].people.first(),
        note="He sees us on Thursday at 14:00 and wants the cause in writing, not on the phone.",
        minutes=6,
    )
    for number, side, text, due in (
        ("K-10001", "ours", "Price hold to the end of the year, in writing", -4),
        ("K-10001", "theirs", "Invoices split by plant", -12),
        ("K-10009", "ours", "Send the certificates for valve series V40", -1),
    ):
        Promise.objects.create(
            customer=case[number], side=side, text=text, due_on=at.date() + timedelta(days=due), owner=ana
        )
    for nth in range(9):
        log_interaction(
            case["K-10005"],
            channel="visit",
            by=ana,
            at=at - timedelta(days=20 + 38 * nth),
            note="On site, small order, long talk.",
            minutes=120,
        )
    log_interaction(
        case["K-10008"],
        channel="call",
        by=ana,
        at=at - timedelta(days=34),
        note="She asked about stock in Chennai.",
        minutes=9,
    )
    for number, title, words, days, severity in (
        ("K-10001", "Wrong seal material", "“The seals went soft after six weeks. Line 3 stood for six hours.”", 13, 3),
        ("K-10012", "Price differs from the list", "“On the phone it was another price.”", 15, 1),
        ("K-10006", "Two deliveries late in a row", "“Nobody rang.”", 2, 2),
    ):
        take_complaint(
            case[number], title=title, words=words, severity=severity, by=ana, at=at - timedelta(days=days, hours=1)
        )


def start_proposals(*, at: datetime) -> None:
    """Proposals and orders under way for some of the most valuable customers, so that the pipeline has something in it."""
    ana = User.objects.get(email="rep@rapport.example")
    proposals = [("K-10010", "Proposal P-3391: hydraulic power pack", 18_240_00)]
    proposals += [(f"K-{10013 + 37 * n}", f"Proposal P-{3400 + n}", (2_400 + 730 * n) * 100) for n in range(24)]
    found = Customer.objects.in_bulk([number for number, _s, _a in proposals], field_name="number")
    for nth, (number, subject, amount) in enumerate(proposals):
        if customer := found.get(number):
            start_process(
                customer,
                flow="propose",
                key=subject.split(":")[0],
                subject=subject,
                amount_cents=amount,
                expected_on=at.date() + timedelta(days=10 + nth * 3),
                by=customer.owner or ana,
                at=at - timedelta(days=nth % 9, hours=3),
            )
