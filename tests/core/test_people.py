"""Colleagues are invited, change roles and lose access; the house is never left without an administrator."""

import re

import pytest
from django.core import mail
from django.test import Client

from crm.core.models import Role, User
from crm.core.user_editing import LastAdminError, OwnAccountError, change_role, deactivate_user
from tests import factories


def test_an_invited_colleague_sets_a_password_and_works(signed_in, admin, north):
    page = signed_in(admin).post(
        "/settings/colleagues/invite/",
        {"name": "Kenji Sato", "email": "Kenji@rapport.test", "role": "rep", "team": north.pk},
        follow=True,
    )
    kenji = User.objects.get(name="Kenji Sato")
    assert page.content.count(b"r-toast") == 1
    assert b"Kenji Sato is invited by mail." in page.content
    assert not kenji.has_usable_password()
    (letter,) = mail.outbox
    assert letter.to == ["Kenji@rapport.test"]
    path = re.search(r"http://testserver(/\S+)", letter.body).group(1)
    stranger = Client()
    form = stranger.get(path, follow=True)
    answer = stranger.post(
        form.request["PATH_INFO"], {"password1": "four words in a row", "password2": "four words in a row"}
    )
    assert answer.status_code == 302
    answer = stranger.post("/accounts/login/", {"login": "kenji@rapport.test", "password": "four words in a row"})
    assert answer.status_code == 302
    assert stranger.get("/settings/account/").status_code == 200


def test_nobody_is_invited_twice(signed_in, admin, rep):
    answer = signed_in(admin).post(
        "/settings/colleagues/invite/", {"name": "Again", "email": rep.email.upper(), "role": "rep"}
    )
    assert answer.status_code == 422
    assert b"has an account already" in answer.content
    assert User.objects.filter(email__iexact=rep.email).count() == 1


def test_a_new_role_brings_its_rights(admin, rep):
    change_role(rep, role=Role.MANAGER)
    stored = User.objects.get(pk=rep.pk)
    assert stored.has_perm("segments.view_dashboard")
    assert [group.name for group in stored.groups.all()] == ["manager"]


def test_the_last_administrator_stays(admin, rep):
    with pytest.raises(LastAdminError):
        change_role(admin, role=Role.REP)
    with pytest.raises(LastAdminError):
        deactivate_user(admin, by=rep)
    with pytest.raises(OwnAccountError):
        deactivate_user(admin, by=admin)


def test_the_form_says_why_the_last_administrator_stays(signed_in, admin):
    answer = signed_in(admin).post(f"/settings/colleagues/{admin.pk}/", {"name": "Thomas Okafor", "role": "rep"})
    assert answer.status_code == 422
    assert b"Without this administrator" in answer.content


def test_a_deactivated_colleague_is_out_at_once_and_can_be_let_in_again(signed_in, admin, rep):
    session = signed_in(rep)
    assert session.get("/settings/account/").status_code == 200
    boss = signed_in(admin)
    page = boss.post(f"/settings/colleagues/{rep.pk}/deactivate/", follow=True)
    assert b"Undo" in page.content
    assert session.get("/settings/account/").status_code == 302
    answer = Client().post("/accounts/login/", {"login": rep.email, "password": factories.PASSWORD})
    assert "_auth_user_id" not in answer.client.session
    boss.post(f"/settings/colleagues/{rep.pk}/reactivate/")
    assert signed_in(User.objects.get(pk=rep.pk)).get("/settings/account/").status_code == 200


def test_managers_of_a_team_are_chosen_from_the_managers(signed_in, admin, lead, rep, south):
    boss = signed_in(admin)
    assert boss.post(f"/settings/teams/{south.pk}/", {"name": "South", "managers": [rep.pk]}).status_code == 422
    assert boss.post(f"/settings/teams/{south.pk}/", {"name": "South", "managers": [lead.pk]}).status_code == 302
    assert list(south.managers.all()) == [lead]


def test_preferences_change_alone_and_for_oneself(signed_in, rep, other_rep):
    browser = signed_in(rep)
    browser.post("/settings/preferences/", {"changed": "theme", "theme": "dark"})
    rep.refresh_from_db()
    assert (rep.theme, rep.density, rep.single_keys) == ("dark", "normal", True)
    browser.post("/settings/preferences/", {"changed": "single_keys"})
    rep.refresh_from_db()
    assert (rep.theme, rep.single_keys) == ("dark", False)
    page = browser.get("/settings/account/").content.decode()
    assert 'data-bs-theme="dark"' in page
    assert "data-single-keys" not in page
    other_rep.refresh_from_db()
    assert other_rep.theme == ""


def test_a_preference_that_does_not_exist_is_refused(signed_in, rep):
    answer = signed_in(rep).post("/settings/preferences/", {"changed": "theme", "theme": "pink"})
    assert answer.status_code == 422


def test_preferences_lead_back_only_to_our_own_pages(signed_in, rep):
    browser = signed_in(rep)
    change = {"changed": "theme", "theme": "dark"}
    strange = browser.post("/settings/preferences/", change, headers={"referer": "https://elsewhere.example/x"})
    assert strange["Location"] == "/"
    own = browser.post("/settings/preferences/", change, headers={"referer": "http://testserver/customers/?q=a"})
    assert own["Location"] == "http://testserver/customers/?q=a"
