"""The frame: what each role finds in it, and what happened is said."""

import json

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from crm.core import toasts
from crm.home.shell import build_shell


@pytest.mark.parametrize(
    ("who", "settings_shown"),
    [("rep", False), ("viewer", False), ("guardian", False), ("executive", False), ("admin", True)],
)
def test_settings_are_offered_to_those_who_may_change_them(request, rf, who, settings_shown):
    page = rf.get("/")
    page.user = request.getfixturevalue(who)
    shell = build_shell(page)
    assert bool(shell.settings_url) is settings_shown
    assert ("Colleagues" in [link.label for group in shell.settings_groups for link in group.entries]) is settings_shown


def test_the_place_one_is_at_is_marked(rf, admin):
    page = rf.get("/settings/colleagues/7/")
    page.user = admin
    shell = build_shell(page)
    assert [link.label for group in shell.settings_groups for link in group.entries if link.current] == ["Colleagues"]
    assert shell.in_settings


@pytest.mark.parametrize(
    ("who", "path", "place"),
    [
        ("lead", "/customers/clean-up/", "Segments"),
        ("lead", "/customers/references/", "Segments"),
        ("rep", "/customers/clean-up/", "Customers"),
        ("lead", "/customers/7/", "Customers"),
        ("lead", "/", "My day"),
        ("lead", "/segments/best-fit/", "Segments"),
    ],
)
def test_the_place_in_the_bar_is_the_one_whose_tabs_the_page_shows(request, rf, who, path, place):
    page = rf.get(path)
    page.user = request.getfixturevalue(who)
    assert [link.label for link in build_shell(page).nav if link.current] == [place]


def test_the_key_sheet_leads_to_the_places_of_the_reader(signed_in, lead, rep):
    sheet = signed_in(lead).get("/keys/").content.decode()
    assert "<kbd>G</kbd><kbd>S</kbd></dt><dd>Segments" in sheet
    assert "<kbd>G</kbd><kbd>R</kbd></dt><dd>Measure" in sheet
    sheet = signed_in(rep).get("/keys/").content.decode()
    assert "<kbd>G</kbd><kbd>C</kbd></dt><dd>Customers" in sheet
    assert "Measure" not in sheet.partition("r-sheet")[2]


def test_a_stranger_sees_no_frame(client, rep):
    page = client.get("/nowhere/")
    assert page.status_code in {302, 404}
    assert b"r-bar" not in page.content


def test_a_missing_page_says_nothing_about_what_exists(signed_in, rep):
    page = signed_in(rep).get("/customers/999999999/")
    assert page.status_code == 404
    assert b"There is nothing here that you can open." in page.content
    assert b"r-bar" in page.content


def test_a_forbidden_page_says_who_may(signed_in, rep):
    page = signed_in(rep).get("/settings/colleagues/")
    assert page.status_code == 403
    assert b"an administrator can change your role" in page.content


@pytest.fixture
def broken(monkeypatch):
    def break_with(error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr("crm.home.search.find_everything", fail)

    return break_with


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (ValueError("x"), 500, b"Something broke here."),
        (OperationalError("gone"), 503, b"Everything saved is safe."),
    ],
)
def test_what_breaks_says_what_is_safe(rep, broken, error, status, words):
    browser = Client(raise_request_exception=False)
    browser.force_login(rep, backend="django.contrib.auth.backends.ModelBackend")
    broken(error)
    page = browser.get("/search/?q=a")
    assert page.status_code == status
    assert words in page.content
    assert b"Traceback" not in page.content
    assert b'nonce=""' not in page.content


def test_the_error_page_needs_no_database(client, monkeypatch, db, django_assert_num_queries):
    from crm.home.error_pages import show_server_error

    with django_assert_num_queries(0):
        assert show_server_error(RequestFactory().get("/")).status_code == 500


def _say(text, *, htmx, **kwargs):
    request = RequestFactory().get("/", headers={"HX-Request": "true"} if htmx else {})
    request.session = {}
    request.htmx = HtmxDetails(request)
    request._messages = FallbackStorage(request)

    def view(request):
        toasts.add_toast(request, text, **kwargs)
        return HttpResponse("ok")

    return toasts.FragmentToastMiddleware(view)(request)


def test_a_fragment_carries_what_happened_and_how_to_undo_it():
    answer = _say("Step moved to Thu 26 Nov. – “ok”", htmx=True, undo_url="/tasks/7/undo/")
    assert answer["HX-Trigger"].isascii()
    assert json.loads(answer["HX-Trigger"]) == {
        "toasts": {"said": [{"text": "Step moved to Thu 26 Nov. – “ok”", "undo": "/tasks/7/undo/", "error": False}]}
    }


def test_a_whole_page_shows_it_itself():
    assert "HX-Trigger" not in _say("Saved.", htmx=False)


def test_a_form_from_a_page_that_was_open_too_long_is_explained(rep):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(rep, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.post("/settings/preferences/", {"changed": "theme", "theme": "dark"})
    assert page.status_code == 403
    assert b"opened too long ago" in page.content
    rep.refresh_from_db()
    assert rep.theme == ""


def test_a_request_that_makes_no_sense_is_answered_in_the_look(db):
    page = Client(raise_request_exception=False).get("/accounts/login/", headers={"host": "elsewhere.example"})
    assert page.status_code == 400
    assert b"Nothing was changed." in page.content


def test_an_error_page_that_breaks_too_is_still_an_answer(rep, broken, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("no style sheet")

    monkeypatch.setattr("crm.home.error_pages.render_to_string", fail)
    broken(ValueError("x"))
    browser = Client(raise_request_exception=False)
    browser.force_login(rep, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get("/search/?q=a")
    assert page.status_code == 500
    assert b"Something broke here." in page.content


@pytest.mark.parametrize("path", ["/customers/imports/new/", "/customers/cost-rates/"])
def test_a_settings_page_below_customers_marks_one_place(rf, admin, path):
    page = rf.get(path)
    page.user = admin
    shell = build_shell(page)
    assert shell.in_settings
    assert [link.label for link in shell.nav if link.current] == []
