"""Story: somebody signs in, at his desk and on his phone."""

import pytest

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1400, 390])
def test_a_rep_signs_in_with_his_password_after_a_mistake(open_page, rep, width):
    page = open_page(None, "/accounts/login/", width=width)
    page.get_by_label("E-mail").fill(rep.email)
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("not correct").wait_for()
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
