"""The demo company from nothing to a working day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from crm.core.models.business_setting import change_setting
from crm.core.role_permissions import sync_roles
from crm.home.demo_company.back_office import keep_the_office
from crm.home.demo_company.best_customers import honour_best_customers
from crm.home.demo_company.cases import CASES
from crm.home.demo_company.contracts import choose_contract_customers, write_contracts
from crm.home.demo_company.conversations import Conversations, noon
from crm.home.demo_company.customer_base import CustomerBase
from crm.home.demo_company.duplicates import plant_duplicates
from crm.home.demo_company.losses import decide_about_losses, enter_cost_of_visits, note_satisfaction
from crm.home.demo_company.lost_customers import follow_lost_customers
from crm.home.demo_company.order_book import BOOKS, plant_cases, references_checked_at_once, write_orders
from crm.home.demo_company.own_ways import arrange_own_ways
from crm.home.demo_company.partners import share_customers
from crm.home.demo_company.people import hire_staff
from crm.home.demo_company.phone_orders import FAMILY, choose_phone_customers, draw_phone_orders, write_phone_calls
from crm.home.demo_company.product_shelf import Shelf, write_products
from crm.home.demo_company.prospects import write_prospects
from crm.home.demo_company.purchases import HORIZON, draw_purchases
from crm.home.demo_company.relations import Relations
from crm.home.demo_company.stories import end_proposals, settle_evening, start_proposals, tell_stories
from crm.home.demo_company.web_visits import write_web_visits
from crm.nightly_run import run_night
from customers.basket_pairs import rebuild_basket_pairs
from customers.duplicate_search import search_duplicates
from customers.models import Customer
from customers.peer_groups import rebuild_peers
from segments.cluster_search import search_clusters
from segments.default_configuration import create_defaults
from segments.jobs import request_scheduled_cluster_search
from segments.score_run import finish_run, plan_run, work_shards

SEED = 20_261
YEAR_DAYS = 365
TOLD = (
    "interactions_interaction",
    "customers_profilefact",
    "customers_customerneed",
    "customers_ladderevidence",
    "customers_questionasking",
)
SORTED_AT_NIGHT = ("segments_membership", "segments_segmentchange")
ANALYSED = (
    "customers_customer",
    "customers_person",
    "customers_contactpoint",
    "customers_order",
    "customers_orderline",
    "customers_profilefact",
    "customers_customerneed",
    "customers_potential",
    "customers_walletestimate",
    "interactions_interaction",
    "interactions_promise",
    "complaints_complaint",
)


class DemoRefused(Exception):
    """The demo company may not be loaded here; the message says why."""


@transaction.atomic
def load_demo_company(
    customers: int, *, at: datetime, say: Callable[[str], None] = lambda line: None, clock_runs: bool = False
) -> None:
    """Load the demo company as of ``at`` (its local day is today). Deterministic for a number of customers and a day.
    Where the clock runs next, what it asks for in its first minute is left to it: the search for new groups.

    Raises ``DemoRefused`` where the demo flag is off, there are customers already, or fewer are asked for than there
    are planted cases. One transaction: an interrupted load leaves nothing behind and can be repeated.
    """
    refuse_unless_allowed(customers)
    rng = np.random.default_rng(SEED)
    today = at.date()
    change_setting("company.name", "Halden Industrial Supplies")
    sync_roles()
    create_defaults()
    staff = hire_staff(customers, rng=rng)
    purchases = plant_cases(draw_purchases(customers, rng=rng, size=np.ones(customers)))
    worth = np.bincount(purchases.customer, weights=purchases.amount_cents, minlength=customers)
    paper = np.random.default_rng(SEED + 3)
    under = choose_contract_customers(purchases, customers=customers, rng=paper)
    base = CustomerBase(customers, staff=staff, worth=worth, contracts=under, today=today, rng=rng)
    with references_checked_at_once("customers_customer", "customers_person", "customers_contactpoint"):
        base.write()
    write_contracts(base, purchases, rng=paper)
    say(f"{customers:,} customers")
    shelf = Shelf(write_products(), base)
    phone = np.random.default_rng(SEED + 5)
    phoned = draw_phone_orders(choose_phone_customers(purchases, base), purchases, rng=phone)
    with references_checked_at_once(*BOOKS):
        write_orders(purchases, base, shelf=shelf, rng=rng)
        write_orders(phoned, base, shelf=shelf, rng=phone, family=FAMILY)
    say(f"{len(purchases.day) + len(phoned.day):,} orders, {int(purchases.lines.sum() + phoned.lines.sum()):,} lines")
    plant_duplicates(base, rng=np.random.default_rng(SEED + 1))
    of_year = np.where(purchases.day > HORIZON - YEAR_DAYS, purchases.amount_cents, 0)
    year_cents = np.bincount(purchases.customer, weights=of_year, minlength=customers)
    with references_checked_at_once(*TOLD):
        Conversations(base, now=at, rng=rng).write()
        write_phone_calls(phoned, base, now=at, rng=phone)
        Relations(base, year_cents=year_cents, now=at, rng=np.random.default_rng(SEED + 2)).write()
    write_prospects(base, rng=np.random.default_rng(SEED + 3))
    say("a year of contacts, promises, facts, needs, notes, favours and complaints")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checked in one go: a long queue slows every later statement
        cursor.execute("ANALYZE " + ", ".join(ANALYSED))
    write_web_visits(base, now=at, rng=np.random.default_rng(SEED + 4))
    with references_checked_at_once(*SORTED_AT_NIGHT, keep_indexes=True):  # the first evening sorts everybody
        for days in (90, 30):
            evening = today - timedelta(days=days)
            run_night(on=evening, at=noon(evening, at))
            settle_evening(evening, at=noon(evening, at) + timedelta(days=1))
    tell_stories(at=at)
    keep_evening(today - timedelta(days=7))
    run_night(on=today, at=at)
    decide_about_losses(at=at)
    enter_cost_of_visits(customers, at=at)
    note_satisfaction(at=at)
    honour_best_customers(at=at)
    follow_lost_customers(at=at)
    arrange_own_ways(at=at)
    share_customers(at=at)
    keep_the_office(at=at)
    rebuild_peers(on=today)
    rebuild_basket_pairs(on=today, most_orders=30_000)
    start_proposals(at=at)
    end_proposals(at=at)
    if clock_runs:
        request_scheduled_cluster_search(at=at)
    else:
        search_clusters(on=today)
    search_duplicates(at=at, is_whole=True)
    say("three evenings scored, segments and alerts in place")


def keep_evening(evening: date) -> None:
    """The scores of an evening, so that what changed within a week can be told; nobody is moved or alerted."""
    run = plan_run(on=evening)
    work_shards(run)
    finish_run(run)


def refuse_unless_allowed(customers: int) -> None:
    """The rules for loading, each with its reason."""
    if not (settings.DEBUG or settings.DEMO):
        raise DemoRefused("The demo company has published passwords: set DEMO=1 to load it on purpose.")
    if customers < len(CASES) * 10:
        raise DemoRefused(f"At least {len(CASES) * 10} customers, or the planted ones would be all there is.")
    if Customer.objects.exists():
        raise DemoRefused("There are customers already; the demo company is for an empty database.")
