"""axe on what stands outside the table of addresses: sign-in pages, one's own account, and what lies over a page."""

import pytest
from playwright.sync_api import expect

from crm.core.demo_accounts import DEMO_PASSWORD
from crm.core.models import Role, User
from tests.e2e.test_accessibility import WIDTHS, axe_source, violations_of

__all__ = ["axe_source"]
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OWN = ["/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/", "/accounts/email/", "/nowhere/at/all/"]


@pytest.fixture
def violations(axe_source):
    known = set()

    def check(page):
        page.evaluate(axe_source)
        return [f"{page.url} {problem}" for problem in violations_of(page, known=known)]

    return check


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_before_signing_in(open_page, violations, settings, width):
    settings.DEMO = True
    page = open_page(None, "/settings/first-run/", width=width)
    found = violations(page)
    User.objects.create_user("rep@rapport.example", DEMO_PASSWORD, name="Ana Ribeiro", role=Role.REP)
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"):
        page.goto(path)
        found += violations(page)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill("rep@rapport.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert found + violations(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_ones_own_pages_and_what_lies_over_them(open_page, violations, admin, rep, customer, width):
    found = []
    page = open_page(admin, "/settings/account/", width=width)
    for path in OWN:
        page.goto(path)
        found += violations(page)
    page.locator("[popovertarget=account-menu]").click()
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found += violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("kjeldsn", delay=20)
    expect(page.locator("#search [role=option]").first).to_be_visible()
    found += violations(page)
    page.goto(f"/settings/colleagues/{rep.pk}/")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.locator(".r-toast")).to_be_visible()
    assert found + violations(page) == []
