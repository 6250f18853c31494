"""Story: an admin brings accounts, products, sales teams and the pipeline of another system, by the screens alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from crm.core.models import User
from customers.models import Customer
from interactions.models import ProcessRun
from segments.default_configuration import create_defaults
from tests.pipeline_files import ACCOUNTS, PIPELINE, PRODUCTS, TEAMS

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def bring(page, name, content, *, kind):
    """Hand in a file and import it as it was understood; the page with its report."""
    page.goto(reverse("customers:import-new"))
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Upload and check").click()
    start = page.get_by_role("button", name="Import ")
    expect(start).to_be_enabled()
    start.click()


def tile(page, label):
    return page.locator(".r-tile").filter(has=page.get_by_text(label, exact=True)).locator(".v")


def test_four_files_make_a_working_pipeline(open_page, worker, admin):
    create_defaults()
    page = open_page(admin, "/")
    bring(page, "accounts.csv", ACCOUNTS, kind="Customers")
    expect(tile(page, "New")).to_have_text("4")
    bring(page, "products.csv", PRODUCTS, kind="Products")
    expect(tile(page, "New")).to_have_text("3")

    bring(page, "sales_teams.csv", TEAMS, kind="Sales teams")
    expect(tile(page, "New")).to_have_text("4")
    wrote = page.get_by_role("region", name="What it wrote").locator("tbody tr")
    expect(wrote).to_have_text(["Team20", "Colleague70", "Manager of a team30"])
    expect(page.get_by_text("New colleagues cannot sign in yet")).to_be_visible()

    bring(page, "sales_pipeline.csv", PIPELINE, kind="Opportunities")
    expect(tile(page, "New")).to_have_text("7")
    expect(tile(page, "Rejected rows")).to_have_text("1")
    expect(page.get_by_text("Customer name: is empty").first).to_be_visible()

    assert Customer.objects.get(name="Acme Corporation").owner == User.objects.get(name="Ana Boateng")
    assert ProcessRun.objects.filter(state="running").count() == 2
    page.goto(reverse("interactions:process-run-list"))
    expect(page.get_by_role("link", name="Betatech").first).to_be_visible()
