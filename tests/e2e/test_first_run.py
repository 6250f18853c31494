"""Stories of the first minute: an empty house is opened, a demonstration is entered with one click."""

import pytest
from playwright.sync_api import expect

from crm.core.demo_accounts import DEMO_PASSWORD
from crm.core.models import Role, User
from crm.core.models.business_setting import setting

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1400, 390])
def test_the_first_administrator_opens_an_empty_house(open_page, width):
    page = open_page(None, "/accounts/login/", width=width)
    expect(page.locator("h1")).to_have_text("See who is slipping away in five minutes.")
    page.get_by_label("Name").first.fill("Thomas Okafor")
    page.get_by_label("E-mail").fill("t.okafor@halden.example")
    page.get_by_label("Name").nth(1).fill("Halden Industrial Supplies")
    page.get_by_label("Password").fill("halden2026")
    page.get_by_role("button", name="Open the house").click()
    expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    assert not User.objects.exists()
    page.get_by_label("Password").fill("four words in a row")
    page.get_by_role("button", name="Open the house").click()
    expect(page.locator("header.r-bar")).to_be_visible()
    assert User.objects.get().role == Role.ADMIN
    assert setting("company.name") == "Halden Industrial Supplies"


def test_a_visitor_enters_the_demonstration_with_one_click(open_page, settings):
    settings.DEMO = True
    User.objects.create_user("rep@rapport.example", DEMO_PASSWORD, name="Ana Ribeiro", role=Role.REP)
    page = open_page(None, "/accounts/login/")
    page.get_by_role("button", name="Ana Ribeiro").click()
    expect(page.get_by_role("button", name="Ana Ribeiro: account")).to_be_visible()
