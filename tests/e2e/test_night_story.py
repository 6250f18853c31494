"""Story: an administrator does not wait for the night; he runs it now and sees what it brought."""

import re

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import expect

from crm.core.local_time import company_day
from crm.core.models import JobRun
from crm.night_requesting import NIGHT
from crm.night_steps import STEPS
from customers.models import Customer, Order
from interactions.models import Alert, Task
from segments.default_configuration import create_defaults
from segments.models import CurrentScore, Membership, ScoreRun
from tests.segments.purchase_world import END, make_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CUSTOMERS = 120


@pytest.fixture
def base(rep):
    """Customers of Ana's, some of whom are silent for longer than they ever were; their last orders are of today."""
    create_defaults()
    make_world(customers=CUSTOMERS)
    Order.objects.update(day=F("day") + (company_day(timezone.now()) - END))
    Customer.objects.update(owner=rep, team=rep.team)


def tile(page, label):
    return page.locator(".r-tile").filter(has=page.get_by_text(label, exact=True)).locator(".v")


def test_an_administrator_runs_the_night_now(open_page, worker, admin, base):
    page = open_page(admin, "/jobs/")
    expect(page.get_by_text("No night has run yet", exact=True)).to_be_visible()
    expect(tile(page, "Scores in force")).to_have_text("–")
    page.get_by_role("button", name="Run the night now").click()
    expect(page.get_by_text("The night has begun.")).to_be_visible()
    row = page.get_by_role("region", name="Last nights").locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("done", timeout=240_000)
    steps = row.get_by_role("img")
    for label in STEPS.values():
        expect(steps).to_have_attribute("aria-label", re.compile(re.escape(str(label))))
    expect(tile(page, "Worker")).to_have_text("alive")
    expect(tile(page, "Scores in force")).not_to_have_text("–")

    run, job = ScoreRun.objects.get(is_current=True), JobRun.objects.get(kind=NIGHT)
    assert job.requested_by == admin
    assert run.customers == CurrentScore.objects.count() > CUSTOMERS / 2
    assert Membership.objects.current().count() == CUSTOMERS
    alerts = Alert.objects.exclude(state=Alert.State.HELD_OUT).count()
    assert alerts > 0
    assert Task.objects.open().filter(kind=Task.Kind.ALERT, assignee__name="Ana Ribeiro").count() > 0
    expect(row.locator("td").nth(4)).to_have_text(str(alerts))
