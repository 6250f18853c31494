"""What holds for every page of the product, whoever made it: safe headers, nothing inline, small, in the frame.

``tests/test_permissions.py`` opens all of them and looks through what an admin gets; here is told what it looks for.
"""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse

from tests.page_faults import LARGEST_PAGE, faults_of
from tests.test_permissions import ROWS

PAGES = [row for row in ROWS if row.method == "get" and row.expect["admin"] == 200]
FRAGMENT = '<p class="m">Nobody waits.</p>'
PAGE = '<html><title>Customers</title><script nonce="n1">go()</script><h1>Customers</h1></html>'


def answer(html: str, *, policy: str = "script-src 'nonce-n1'", kind: str = "text/html") -> HttpResponse:
    return HttpResponse(html, content_type=kind, headers={"Content-Security-Policy": policy})


@pytest.mark.parametrize("html", [FRAGMENT, PAGE, '<h1 class="hello">x</h1>'])
def test_a_clean_page_or_fragment_has_no_fault(html):
    assert faults_of(answer(html)) == []


def test_what_is_no_page_is_not_looked_at():
    assert faults_of(answer('<p onclick="go()">', kind="text/csv")) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<p style="color: red">x</p>', "inline: <p style="),
        ("<a\n href=\"/\" onclick='go()'>x</a>", "inline: <a"),
        ('<p hx-on:click="go()">x</p>', "inline: <p hx-on"),
        ("<script>go()</script>", "inline: <script>"),
        ("<style>p {}</style>", "inline: <style>"),
        ("x" * (LARGEST_PAGE + 1), f"{LARGEST_PAGE + 1} bytes"),
        (PAGE.replace("n1", "n2"), "a nonce that the policy does not name"),
        (PAGE.replace(' nonce="n1"', ' src="/a.js"'), "a nonce that the policy does not name"),
        (PAGE.replace("h1>", "h2>"), "no heading or no title"),
        (PAGE.replace("<title>Customers", "<title>"), "no heading or no title"),
    ],
)
def test_a_fault_is_named(html, fault):
    (found,) = faults_of(answer(html))
    assert found.startswith(fault)


def test_a_policy_that_allows_what_is_unsafe_is_named():
    assert faults_of(answer(FRAGMENT, policy="style-src 'unsafe-inline'")) == ["an unsafe policy"]


def test_templates_never_switch_escaping_off():
    """``|safe`` and ``autoescape off`` have no place where customers' words are shown."""
    guilty = [
        str(path.relative_to(settings.BASE_DIR))
        for path in settings.BASE_DIR.glob("templates/**/*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+off|csrf_exempt", path.read_text())
    ]
    assert guilty == []
