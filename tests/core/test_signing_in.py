"""Who gets in, how, and what somebody sees who does not."""

import re
import threading

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm.core.company_opening import CompanyIsOpenError, open_company
from crm.core.demo_accounts import DEMO_PASSWORD
from crm.core.models import Role, User
from crm.core.models.business_setting import setting
from tests import factories

COMPANY = {
    "name": "Thomas Okafor",
    "email": "thomas@halden.test",
    "password": "four words in a row",
    "company_name": "Halden Industrial Supplies",
    "currency": "NOK",
    "time_zone": "Europe/Oslo",
    "country": "no",
    "fiscal_year_month": 4,
}
ENTRANCE = ["account_login", "account_reset_password", "account_reset_password_done", "account_inactive"]
OWN = ["account_change_password", "mfa_index", "usersessions_list", "account_email", "account_logout"]
AFTER_PASSWORD = ["mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn"]


@pytest.fixture
def demo(settings, db):
    settings.DEMO = True
    return User.objects.create_user("rep@rapport.example", DEMO_PASSWORD, name="Ana Ribeiro", role=Role.REP)


def test_the_demonstration_names_its_accounts_and_lets_in_by_one_click(client, demo):
    page = client.get("/accounts/login/").content.decode()
    assert "Ana Ribeiro" in page
    assert DEMO_PASSWORD in page
    client.post("/settings/demo-sign-in/", {"email": demo.email})
    assert client.get("/settings/account/").status_code == 200


def test_without_the_demo_flag_no_account_is_named_and_none_opens(client, demo, settings):
    settings.DEMO = False
    page = client.get("/accounts/login/").content.decode()
    assert page.index('name="password"') < page.index("Forgotten?"), "Tab leads from the address to the password"
    assert "Ana Ribeiro" not in page
    assert DEMO_PASSWORD not in page
    assert client.post("/settings/demo-sign-in/", {"email": demo.email}).status_code == 403
    assert "_auth_user_id" not in client.session


def test_one_click_opens_demo_accounts_only(client, demo, rep):
    assert client.post("/settings/demo-sign-in/", {"email": rep.email}).status_code == 403
    demo.is_active = False
    demo.save()
    assert client.post("/settings/demo-sign-in/", {"email": demo.email}).status_code == 403


def test_an_empty_house_is_opened_once(client, db):
    assert client.get("/accounts/login/")["Location"] == "/settings/first-run/"
    assert client.get("/settings/first-run/").status_code == 200
    answer = client.post("/settings/first-run/", COMPANY)
    assert answer.status_code == 302
    admin = User.objects.get()
    assert admin.role == Role.ADMIN
    assert admin.has_perm("core.manage_users")
    assert (setting("company.currency"), setting("company.fiscal_year_month")) == ("NOK", 4)
    assert setting("company.country") == "NO"
    assert client.get("/settings/account/").status_code == 200
    assert Client().get("/settings/first-run/")["Location"] == "/accounts/login/"
    late = Client().post("/settings/first-run/", {**COMPANY, "email": "late@halden.test"})
    assert late["Location"] == "/accounts/login/"
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "thomasokafor"),
        ("password", "halden2026x"),
        ("password", "short"),
        ("currency", "XXX"),
        ("time_zone", "Mars"),
        ("country", "XX"),
        ("email", "x"),
    ],
)
def test_a_first_run_form_with_a_mistake_opens_nothing(client, db, field, value):
    answer = client.post("/settings/first-run/", {**COMPANY, field: value})
    assert answer.status_code == 422
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_open_the_same_house_at_once_and_one_wins(settings):
    outcomes = []
    start = threading.Barrier(2)

    def try_to_open(number):
        start.wait()
        try:
            open_company(**{**COMPANY, "email": f"admin{number}@halden.test"})
            outcomes.append("opened")
        except CompanyIsOpenError:
            outcomes.append("was open")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_open, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened", "was open"]
    assert User.objects.count() == 1


def test_nobody_signs_himself_up(client, rep):
    page = client.get("/accounts/signup/")
    assert b"closed" in page.content.lower()
    client.post(
        "/accounts/signup/", {"email": "x@y.test", "password1": "four words row", "password2": "four words row"}
    )
    assert not User.objects.filter(email="x@y.test").exists()


def test_too_many_wrong_passwords_close_the_door_for_a_while(client, rep, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/accounts/login/", {"login": rep.email, "password": "wrong"})
    assert answer.status_code == 429
    assert b"15 minutes" in answer.content
    answer = client.post("/accounts/login/", {"login": rep.email, "password": factories.PASSWORD})
    assert answer.status_code == 429


@pytest.mark.parametrize("name", ENTRANCE)
def test_pages_before_signing_in_have_the_look(client, rep, name):
    page = client.get(reverse(name)).content.decode()
    assert 'class="r-logo big"' in page
    assert "css/tokens.css" in page


@pytest.mark.parametrize("name", OWN)
def test_pages_of_ones_own_account_stand_in_the_frame(signed_in, rep, name):
    page = signed_in(rep).get(reverse(name)).content.decode()
    assert 'class="r-bar"' in page
    assert 'class="r-side"' in page


@pytest.mark.parametrize("name", AFTER_PASSWORD)
def test_second_factor_pages_ask_the_password_first_and_stand_in_the_frame(client, rep, name):
    client.force_login(rep, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse(name), follow=True)
    if name != "mfa_list_webauthn":
        assert 'class="r-logo big"' in page.content.decode()
        page = client.post(
            page.request["PATH_INFO"], {"password": factories.PASSWORD, "next": reverse(name)}, follow=True
        )
    assert page.status_code == 200
    assert 'class="r-bar"' in page.content.decode()
    assert 'class="btn' in page.content.decode()


def test_whoever_looked_at_his_address_can_still_add_a_second_factor(client, rep):
    client.post("/accounts/login/", {"login": rep.email, "password": factories.PASSWORD})
    client.get(reverse("account_email"))  # from here on the address is known, and nobody has proved it
    page = client.get(reverse("mfa_activate_totp"), follow=True)
    if "reauthenticate" in page.request["PATH_INFO"]:  # the door asks for the password once more
        again = {"password": factories.PASSWORD, "next": reverse("mfa_activate_totp")}
        page = client.post(page.request["PATH_INFO"], again, follow=True)
    assert 'name="code"' in page.content.decode()


@pytest.mark.parametrize("name", ["account_reset_password", "account_reset_password_done", "account_inactive"])
def test_every_page_before_signing_in_leads_back_to_it_in_sentence_case(client, rep, name):
    page = client.get(reverse(name)).content.decode()
    assert f'href="{reverse("account_login")}"' in page
    title = re.search(r"<title>([^<·]+)", page)[1].strip()
    assert title == title.capitalize()


def test_signing_in_is_not_announced(client, rep):
    page = client.post("/accounts/login/", {"login": rep.email, "password": factories.PASSWORD}, follow=True)
    assert b"data-toast" not in page.content.replace(b"data-toast-close", b"")


def test_a_fragment_after_the_session_ended_moves_the_whole_page(signed_in, rep):
    browser = signed_in(rep)
    Session.objects.all().delete()
    browser.logout()
    answer = browser.get(
        "/search/?q=a", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?q=b"}
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fcustomers%2F%3Fq%3Db"
