"""Whatever is in the books, every page of the product opens afterwards, and none shows what is not a number."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import NoReverseMatch, reverse

from crm.core import job_ledger
from crm.nightly_run import run_night
from customers.models import Order
from segments.back_testing import run_back_test
from segments.default_configuration import create_defaults
from segments.models import CurrentScore
from tests.factories import make_customer, make_customers, make_many_orders, make_order
from tests.permission_table import Row
from tests.segments.purchase_world import END
from tests.test_permissions import ROWS

pytestmark = pytest.mark.django_db
AT = datetime.combine(END, datetime.min.time(), tzinfo=UTC) + timedelta(hours=26)
NOTHING_ASKED = Row.__dataclass_fields__["data"].default
NO_NUMBER = re.compile(r"(?<![\w-])(?:nan|-?inf|infinity)(?![\w-])|>\s*None\s*<", re.IGNORECASE)
OF_A_CUSTOMER = ("home:customer-page", "home:customer-value", "home:customer-products", "home:customer-value-change")


def write_nothing():
    """No customer at all."""


def write_ten():
    for nth in range(10):
        make_order(make_customer(), END - timedelta(30 * nth), 10_000)


def write_one_day():
    for _nth in range(120):
        customer = make_customer()
        for _again in range(3):
            make_order(customer, END - timedelta(400), 10_000)


def write_returns_gifts_and_no_orders():
    make_customer()
    for amount in (0, -5_000):
        customer = make_customer()
        for ago in (200, 100, 50):
            make_order(customer, END - timedelta(ago), amount)


def write_fifty_thousand_orders():
    make_many_orders(make_customer(), 50_000, until=END, days=2500)


def write_a_purchase_a_week_by_everybody():
    """Nobody ever stays away, so no model can tell how people leave."""
    for customer in make_customers(110):
        Order.objects.bulk_create(
            Order(customer=customer, number=f"W-{customer.pk}-{ago}", day=END - timedelta(ago), amount_cents=10_000)
            for ago in range(0, 420, 7)
        )


def list_plain_pages() -> list[str]:
    """Every address that an admin reads and that needs to name nothing."""
    pages = []
    for row in ROWS:
        if row.method == "get" and row.expect["admin"] == 200 and not row.query and row.data is NOTHING_ASKED:
            try:
                pages.append(reverse(row.name))
            except NoReverseMatch:
                continue
    return sorted(set(pages))


@pytest.mark.parametrize(
    "write",
    [
        write_nothing,
        write_ten,
        write_one_day,
        write_returns_gifts_and_no_orders,
        write_fifty_thousand_orders,
        write_a_purchase_a_week_by_everybody,
    ],
    ids=lambda write: write.__name__.removeprefix("write_"),
)
def test_every_page_opens_and_shows_only_numbers(write, signed_in, admin, monkeypatch):
    monkeypatch.setattr(job_ledger, "_ring", lambda job_id: None)
    create_defaults()
    write()
    for ago in (1, 0):
        run_night(on=END - timedelta(ago), at=AT)
    run_back_test(on=END)
    browser = signed_in(admin)
    largest = CurrentScore.objects.order_by("-sales_12m_cents").values_list("customer_id", flat=True).first()
    pages = list_plain_pages()
    if largest is not None:
        pages += [reverse(name, kwargs={"pk": largest}) for name in OF_A_CUSTOMER]
    faulty = {}
    for page in pages:
        answer = browser.get(page)
        text = "" if answer.streaming else answer.content.decode(errors="replace")
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        found = list(NO_NUMBER.finditer(text)) if is_page else []
        if answer.status_code >= 400 or found:
            around = [text[max(0, one.start() - 40) : one.end() + 20] for one in found[:3]]
            faulty[page] = answer.status_code, around
    assert faulty == {}
    if write is write_a_purchase_a_week_by_everybody:
        for page in (reverse("home:back-test"), reverse("home:customer-value", kwargs={"pk": largest})):
            text = browser.get(page).content.decode()
            assert "the fit for this base has degenerated" in text or "Degenerate, so the chance" in text
            assert "hardly any customer leaves in these data" in text
