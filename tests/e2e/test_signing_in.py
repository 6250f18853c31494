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
    page.get_by_role("heading", name="My day").wait_for()
    if width == 1400:
        what_stayed_open_is_sent_after_a_sign_in_in_another_tab(page, rep)


def what_stayed_open_is_sent_after_a_sign_in_in_another_tab(page, rep):
    page.goto("/lists/customers/views/new/")
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in_with_password(other, rep)
    other.close()
    token = page.locator("main [name=csrfmiddlewaretoken]").input_value()
    page.get_by_label("Name").fill("Mine")  # whoever comes back to the tab makes it his again
    page.wait_for_function("old => document.querySelector('main [name=csrfmiddlewaretoken]').value !== old", arg=token)
    page.get_by_label("Name").press("Enter")
    page.get_by_text("Kept as “Mine”").wait_for()


def add_authenticator(page):
    """A device that holds passkeys and always finds its owner."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return devices, devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]


def sign_in_with_password(page, user):
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="My day").wait_for()


def test_a_rep_adds_a_passkey_and_signs_in_with_it_alone(open_page, rep):
    page = open_page(None, "/accounts/login/")
    devices, device = add_authenticator(page)
    sign_in_with_password(page, rep)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(factories.PASSWORD)  # asked once more before the door gets another key
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/**")
    (credential,) = devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert (credential["rpId"], credential["userName"]) == ("localhost", rep.email)
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_text("My laptop").wait_for()
    page.goto("/accounts/logout/")
    page.locator("#main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("heading", name="My day").wait_for()
